//! Exports: files of a period.

use super::idempotency::answer_once;
use super::request::Request;
use crate::access::Access;
use crate::gateway::Gateway;
use crate::http::{Answer, Call, Empty, Route, Stopping, get, post};
use crate::id::Kind;
use crate::problem::{Code, Problem};
use crate::reports::{Export, ExportKind, Period, Variant};
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, TRAILER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::StreamBody;
use hyper::body::Frame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::io;
use std::sync::Arc;

/// How many rows the file has.
const ROW_COUNT: HeaderName = HeaderName::from_static("pnp-row-count");
/// The file's hash, behind it.
const SHA256: HeaderName = HeaderName::from_static("pnp-sha256");

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        post("/v1/exports")
            .operation("createExport", "Prepare a file of a period")
            .access(Access::SECRET)
            .idempotent()
            .success(&[StatusCode::CREATED])
            .codes(&[Code::InvalidTimeZone])
            .handler(create),
        get("/v1/exports/{id}")
            .operation("getExport", "The file of an export")
            .description(
                "The header `Pnp-Row-Count` says how many rows follow the first line, and the trailer `Pnp-Sha256` (for clients \
                 that send `TE: trailers`) has the file's hash in hexadecimal digits. A file that is cut off ends without the \
                 last chunk: HTTP clients report an error.",
            )
            .access(Access::SECRET)
            .codes(&[Code::NotFound])
            .raw("text/csv", file),
    ]
}

/// The format of a file: `csv` is comma-separated values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    // Without a description of its own: a list of one alternative is no list, by linters of documents.
    Csv,
}

/// A file to prepare.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateExport {
    /// What is in it.
    kind: ExportKind,
    /// The first day (`2025-01-01`), or a time (`2025-01-01T18:30:00Z`).
    from: String,
    /// The last day, included, or a time, before which the period ends.
    to: String,
    /// The time zone of days: a name of the IANA database; the partner's if not given.
    time_zone: Option<String>,
    /// `csv`.
    format: Option<Format>,
    /// How it is written: `rfc4180` if not given.
    variant: Option<Variant>,
}

/// A file that is ready.
#[derive(Debug, Serialize, JsonSchema)]
struct ExportAnswer {
    /// The export.
    id: String,
    /// What is in it.
    kind: ExportKind,
    /// How it is written.
    variant: Variant,
    /// The first moment of the period.
    from: String,
    /// The end of the period, which is not included.
    to: String,
    /// How many rows it has; what comes later is not in it.
    rows: i64,
    /// Where the file is.
    url: String,
    /// When it was asked for.
    created_at: String,
}

async fn create(call: Request<CreateExport>) -> Result<Answer<ExportAnswer>, Problem> {
    let partner = call.principal.partner()?;
    let key = call.idempotency()?.clone();
    let body = call.body;
    let zone = call.state.partner(partner)?.partner.settings.time_zone.clone();
    let period = Period::new(&body.from, &body.to, body.time_zone.as_deref().unwrap_or(&zone))?;
    let last_entry = *call.state.sealed.borrow();
    let export = Export {
        id: 0,
        partner,
        kind: body.kind,
        variant: body.variant.unwrap_or_default(),
        period: (period.from, period.to),
        last_entry,
        rows: 0,
        created_at: 0,
    };
    // Counted beside the writer: everything that is counted is sealed, and stays.
    let rows = call.state.read(move |connection| Ok(export.count(connection)?)).await?;
    call.state
        .write(move |write| {
            answer_once(write, &key, |write| {
                let export = Export { rows, ..export }.insert(write)?;
                let id = Kind::Export.text(export.id);
                let answer = Answer::created(ExportAnswer {
                    kind: export.kind,
                    variant: export.variant,
                    from: crate::time::rfc3339(export.period.0),
                    to: crate::time::rfc3339(export.period.1),
                    rows: export.rows,
                    url: format!("/v1/exports/{id}"),
                    created_at: crate::time::rfc3339(export.created_at),
                    id,
                });
                Ok((answer, ()))
            })
        })
        .await
        .map(|(answer, _)| answer)
}

/// A file that somebody reads.
struct File {
    gateway: Arc<Gateway>,
    export: Export,
    stopping: Stopping,
    hash: Sha256,
    /// The last row that was sent.
    after: Option<i64>,
    sent: usize,
    step: Step,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Head,
    Rows,
    End,
}

async fn file(call: Call<Arc<Gateway>, Bytes, Empty>) -> Result<Response<Body>, Problem> {
    let partner = call.principal.partner()?;
    let id = call.path.number(Kind::Export, "id")?;
    let export = call.state.read(move |connection| Ok(Export::find(connection, id)?)).await?;
    let export = export.filter(|export| export.partner == partner).ok_or_else(|| Problem::new(Code::NotFound))?;
    let name = format!("{}-{}.csv", export.kind.name(), Kind::Export.text(export.id));
    let file = File {
        gateway: call.state,
        export,
        stopping: call.stopping,
        hash: Sha256::new(),
        after: None,
        sent: 0,
        step: Step::Head,
    };
    let frames = futures_util::stream::unfold(file, |mut file| async move {
        let frame = file.next().await.transpose()?;
        Some((frame, file))
    });
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")).map_err(Problem::internal)?;
    headers.insert(CONTENT_DISPOSITION, disposition);
    headers.insert(ROW_COUNT, export.rows.into());
    headers.insert(TRAILER, HeaderValue::from_static("pnp-sha256"));
    Ok(response)
}

impl File {
    /// The next part of the file; an error breaks the connection off, so that nobody takes what came for all there is.
    async fn next(&mut self) -> io::Result<Option<Frame<Bytes>>> {
        if self.step == Step::End {
            return Ok(None);
        }
        if self.stopping.is_stopping() {
            return self.fail("the gateway stops");
        }
        let text = match self.step {
            Step::Head => {
                self.step = Step::Rows;
                self.export.head()
            }
            Step::Rows => {
                let (export, after) = (self.export, self.after);
                let read = self.gateway.read(move |connection| Ok(export.read(connection, after)?)).await;
                let rows = match read {
                    Ok(rows) => rows,
                    Err(problem) => return self.fail(&problem.to_string()),
                };
                self.sent = self.sent.saturating_add(rows.count);
                if rows.last.is_none() {
                    if i64::try_from(self.sent) != Ok(self.export.rows) {
                        return self.fail("the rows are not those that were counted");
                    }
                    return Ok(Some(self.trailer()));
                }
                self.after = rows.last;
                rows.text
            }
            Step::End => return Ok(None),
        };
        self.hash.update(text.as_bytes());
        Ok(Some(Frame::data(Bytes::from(text))))
    }

    fn trailer(&mut self) -> Frame<Bytes> {
        self.step = Step::End;
        let hash = data_encoding::HEXLOWER.encode(&std::mem::take(&mut self.hash).finalize());
        let value = HeaderValue::try_from(hash).unwrap_or(HeaderValue::from_static(""));
        Frame::trailers(HeaderMap::from_iter([(SHA256, value)]))
    }

    fn fail(&mut self, why: &str) -> io::Result<Option<Frame<Bytes>>> {
        self.step = Step::End;
        tracing::warn!(why, export = self.export.id, "an export was cut off");
        Err(io::Error::other(why.to_owned()))
    }
}
