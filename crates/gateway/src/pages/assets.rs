//! Scripts, styles and the film: files of our own, in the binary, whose names have their hashes, so that browsers may keep them.

use crate::access::Access;
use crate::gateway::Gateway;
use crate::http::{Call, Empty, ProblemPage, Route, get};
use crate::problem::{Code, Problem};
use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, LazyLock};

/// A file that pages load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asset {
    /// How everything looks.
    Style,
    /// The sign in the browser's tab.
    Icon,
    /// How amounts are read and written.
    Amounts,
    /// The meter of a player.
    Meter,
    /// The demo.
    Demo,
    /// Keeps figures of the dashboard up to date.
    Live,
    /// The film of the demo.
    Film,
}

impl Asset {
    /// Modules stand before those that import them: their names are written into these.
    const ALL: [(Self, &'static str, &'static [u8]); 7] = [
        (Self::Style, "pages.css", include_bytes!("assets/pages.css")),
        (Self::Icon, "icon.svg", include_bytes!("assets/icon.svg")),
        (Self::Amounts, "amounts.js", include_bytes!("assets/amounts.js")),
        (Self::Meter, "meter.js", include_bytes!("assets/meter.js")),
        (Self::Demo, "demo.js", include_bytes!("assets/demo.js")),
        (Self::Live, "live.js", include_bytes!("assets/live.js")),
        (Self::Film, "film.webm", include_bytes!("assets/film.webm")),
    ];

    /// Where it is served.
    pub(super) fn path(self) -> String {
        let found = FILES.iter().find(|file| file.asset == self);
        format!("/assets/{}", found.map_or("", |file| &file.name))
    }
}

struct File {
    asset: Asset,
    name: String,
    bytes: Bytes,
    kind: &'static str,
}

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let mut files: Vec<File> = Vec::new();
    for (asset, name, bytes) in Asset::ALL {
        let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
        let kind = match ending {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "video/webm",
        };
        let mut bytes = Bytes::from_static(bytes);
        if ending == "js" {
            let mut text = String::from_utf8_lossy(&bytes).into_owned();
            for (file, (_, plain, _)) in files.iter().zip(Asset::ALL) {
                text = text.replace(&format!("\"./{plain}\""), &format!("\"./{}\"", file.name));
            }
            bytes = text.into();
        }
        let hash = HEXLOWER.encode(&Sha256::digest(&bytes));
        let name = format!("{stem}-{}.{ending}", hash.get(..16).unwrap_or(&hash));
        files.push(File { asset, name, bytes, kind });
    }
    files
});

pub(super) fn route(problems: ProblemPage) -> Route<Arc<Gateway>> {
    get("/assets/{name}")
        .operation("getAsset", "A file of a page")
        .access(Access::ANYONE)
        .page(problems)
        .raw("application/octet-stream", asset)
}

async fn asset(call: Call<Arc<Gateway>, Bytes, Empty>) -> Result<Response<Body>, Problem> {
    let name = call.path.text("name")?;
    let file = FILES.iter().find(|file| file.name == name).ok_or_else(|| Problem::new(Code::NotFound))?;
    let mut response = Response::new(Body::from(file.bytes.clone()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}
