//! The pages over HTTP: what they contain, and who sees them.

use crate::access::Peer;
use crate::api::testing::World;
use crate::http::{Connection, Frame, FrameSettings, Routes, Stopping};
use crate::logins::{FIRST_LINK, prepare_first_link};
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

const LOCAL: Connection =
    Connection { peer: Peer::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)), listener_is_loopback: true };
const PASSWORD: &str = "correct+horse+battery";
const PAGES: [&str; 12] = [
    "/dashboard",
    "/dashboard?range=month",
    "/dashboard/sessions",
    "/dashboard/wallets",
    "/dashboard/wallets?find=nobody",
    "/dashboard/wallet?user=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    "/dashboard/contents",
    "/dashboard/settlements",
    "/dashboard/settlements?find=%22%3E%3Cscript%3E",
    "/dashboard/keys",
    "/dashboard/reconciliation",
    "/dashboard/password",
];
/// What somebody may call himself, or a film.
const HOSTILE: &str = "<img src=x onerror=alert(1)>";

pub(crate) struct Site {
    pub(crate) world: World,
    frame: Frame<Arc<crate::gateway::Gateway>>,
    folder: tempfile::TempDir,
    _stop: crate::http::Stop,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie that it sets.
    fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// The value of a form's hidden field.
    fn hidden(&self, name: &str) -> String {
        let (_, rest) = self.text.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Site {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let (stop, stopping) = Stopping::new();
        let mut routes = crate::api::routes(true);
        routes.extend(crate::pages::routes(true).unwrap());
        let frame = Frame::new(
            Arc::clone(&world.gateway),
            Routes::with_documentation(routes, "1").unwrap(),
            FrameSettings::default(),
            stopping,
        );
        Self { world, frame, folder: tempfile::tempdir().unwrap(), _stop: stop }
    }

    pub(crate) async fn send(&self, request: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let (method, path) = request.split_once(' ').unwrap();
        let mut builder = Request::builder().method(method).uri(path).header("host", "localhost:8080");
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let request = builder.body(Body::from(body.to_owned())).unwrap();
        let (parts, body) = self.frame.answer(LOCAL, request).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Reply { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    async fn page(&self, path: &str, cookie: &str) -> Reply {
        self.send(&format!("GET {path}"), &[("cookie", cookie)], "").await
    }

    async fn submit(&self, path: &str, cookie: &str, body: &str) -> Reply {
        self.send(&format!("POST {path}"), &[("cookie", cookie), ("sec-fetch-site", "same-origin")], body).await
    }

    async fn first_link(&self) -> Option<String> {
        prepare_first_link((&self.world.gateway.store, &self.world.gateway.logins), self.folder.path()).await.unwrap()
    }

    /// Signs in for the first time.
    async fn sign_in(&self) -> String {
        let token = self.first_link().await.unwrap();
        let reply = self.submit("/dashboard/first", "", &format!("token={token}&password={PASSWORD}")).await;
        assert_eq!((reply.status, reply.header("location")), (303, "/dashboard"), "{}", reply.text);
        reply.cookie()
    }
}

/// Nothing inline, nothing from elsewhere, and no markup of anybody else.
#[track_caller]
pub(crate) fn check_page(reply: &Reply) {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(reply.header("cache-control"), "no-store");
    for wrong in [" style=", "<style", " onclick=", " onload=", "javascript:", "http://", "https://", "//", HOSTILE] {
        let text = reply.text.replace("<code>https://shop.example</code>", "");
        assert!(!text.contains(wrong), "{wrong} in {}", reply.text);
    }
    for script in reply.text.split("<script").skip(1) {
        assert!(script.starts_with(" type=\"module\" src=\"/assets/") && script.contains("\"></script>"), "{script}");
    }
}

#[tokio::test]
async fn pages_are_for_who_is_signed_in() {
    let site = Site::new().await;
    for path in PAGES {
        for cookie in ["", "pnp_dashboard=", "pnp_dashboard=guess"] {
            let reply = site.page(path, cookie).await;
            assert_eq!((reply.status, reply.header("location")), (303, "/dashboard/sign_in"), "{path} {cookie}");
        }
        let secret = format!("Bearer {}", site.world.shops[0].secret);
        let reply = site.send(&format!("GET {path}"), &[("authorization", &secret)], "").await;
        assert_eq!(reply.status, 403, "{path}");
    }
}

#[tokio::test]
async fn pages_contain_nothing_of_others() {
    let site = Site::new().await;
    let cookie = site.sign_in().await;
    let world = &site.world;
    let body = json!({"title": HOSTILE, "price_per_minute": "0.02"});
    world.shop(0, "PUT /v1/contents/%3Cimg%20src=x%20onerror=alert(1)%3E", Some(body)).await;
    world.top_up(0, HOSTILE, "5").await;
    let started = world.start(0, HOSTILE, HOSTILE).await;
    world.play(0, &started, "t", 2).await;
    let body = json!({"kind": "secret", "name": HOSTILE});
    world.shop(0, "POST /v1/api_keys", Some(body)).await;
    world
        .gateway
        .write(|write| Ok(write.execute("UPDATE wallets SET stopped = '<img src=x onerror=alert(1)>'", [])?))
        .await
        .unwrap();
    for path in PAGES {
        let reply = site.page(path, &cookie).await;
        check_page(&reply);
        assert!(!reply.text.contains("<script>"), "{path}");
    }
    for path in [
        "/dashboard/contents",
        "/dashboard/wallets",
        "/dashboard/sessions",
        "/dashboard/keys",
        "/dashboard/reconciliation",
    ] {
        let text = site.page(path, &cookie).await.text;
        assert!(text.contains("&lt;img src=x onerror=alert(1)&gt;"), "{path}: {text}");
    }
    check_page(&site.page("/dashboard/sign_in", "").await);
}

#[tokio::test]
async fn pages_are_no_calls_of_the_api() {
    let site = Site::new().await;
    let reply = site.send("GET /openapi.json", &[], "").await;
    assert!(!reply.text.contains("/dashboard") && !reply.text.contains("/demo") && !reply.text.contains("/assets"));
}

#[tokio::test]
async fn files_have_names_with_their_hashes() {
    let site = Site::new().await;
    let cookie = site.sign_in().await;
    let mut seen = 0;
    let mut open = vec![site.page("/dashboard", &cookie).await.text, site.page("/demo", "").await.text];
    while let Some(text) = open.pop() {
        let places = text.split('"').filter(|part| part.starts_with("/assets/") || part.starts_with("./"));
        for place in places {
            let place = place.replace("./", "/assets/");
            let reply = site.page(&place, "").await;
            assert_eq!(
                (reply.status, reply.header("cache-control")),
                (200, "public, max-age=31536000, immutable"),
                "{place}"
            );
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            seen += 1;
            if place.ends_with(".js") {
                assert_eq!(reply.header("content-type"), "text/javascript; charset=utf-8");
                open.push(reply.text);
            }
        }
    }
    assert!(seen >= 8, "{seen}");
    assert_eq!(site.page("/assets/pages.css", "").await.status, 404);
    assert_eq!(site.page("/assets/..%2f..%2fCargo.toml", "").await.status, 404);
}

#[tokio::test]
async fn the_first_link_works_once_and_is_for_the_owner_of_the_files() {
    let site = Site::new().await;
    let token = site.first_link().await.unwrap();
    assert_eq!(site.first_link().await.as_ref(), Some(&token), "a start before its use keeps it");
    let file = site.folder.path().join("dashboard-link");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{FIRST_LINK}{token}\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    check_page(&site.page(&format!("{FIRST_LINK}{token}"), "").await);
    let try_with = |token: String, password: &'static str| {
        let site = &site;
        async move { site.submit("/dashboard/first", "", &format!("token={token}&password={password}")).await.status }
    };
    assert_eq!(try_with(format!("{token}x"), PASSWORD).await, 403);
    assert_eq!(try_with(token.clone(), "short").await, 422);
    let reply = site
        .send(
            "POST /dashboard/first",
            &[("sec-fetch-site", "cross-site")],
            &format!("token={token}&password={PASSWORD}"),
        )
        .await;
    assert_eq!(reply.status, 403);
    assert_eq!(try_with(token.clone(), PASSWORD).await, 303);
    assert_eq!(try_with(token.clone(), PASSWORD).await, 403);
    assert!(!file.exists());
    assert_eq!(site.first_link().await, None, "a password is set");
    let stored = std::fs::read(site.world.gateway.store.path()).unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains(&token));
}

#[tokio::test]
async fn a_login_ends_when_it_should() {
    let site = Site::new().await;
    let cookie = site.sign_in().await;
    assert_eq!(site.page("/dashboard", &cookie).await.status, 200);
    assert_eq!(site.page("/v1/partners", &cookie).await.status, 200, "the API knows the operator, too");
    let sign_in = |password: &'static str| {
        let site = &site;
        async move { site.submit("/dashboard/sign_in", "", &format!("password={password}")).await }
    };
    let second = sign_in(PASSWORD).await.cookie();
    let token = site.page("/dashboard", &second).await.hidden("form_token");
    assert_eq!(site.submit("/dashboard/sign_out", &second, &format!("form_token={token}")).await.status, 303);
    assert_eq!(site.page("/dashboard", &second).await.status, 303);
    assert_eq!(site.page("/dashboard", &cookie).await.status, 200);
    // Another password signs everybody out.
    let token = site.page("/dashboard/password", &cookie).await.hidden("form_token");
    let change = |old: &str, new: &str| format!("form_token={token}&old={old}&new={new}");
    let wrong = site.submit("/dashboard/password", &cookie, &change("wrong+password", "another+password")).await;
    assert!(wrong.text.contains("The password is not right."));
    let changed = site.submit("/dashboard/password", &cookie, &change(PASSWORD, "another+password")).await;
    assert_eq!(changed.status, 303);
    assert_eq!(site.page("/dashboard", &cookie).await.status, 303);
    assert_eq!(site.page("/dashboard", &changed.cookie()).await.status, 200);
    site.world.pass(12 * 3_600_000).await;
    assert_eq!(site.page("/dashboard", &changed.cookie()).await.status, 303);
    // Guessing becomes slow.
    for _ in 0..5 {
        assert_eq!(sign_in("wrong").await.status, 403);
    }
    assert_eq!(sign_in("another+password").await.status, 429);
    site.world.pass(30_000).await;
    assert_eq!(sign_in("another+password").await.status, 303);
}

#[tokio::test]
async fn forms_take_effect_from_our_own_pages_alone() {
    let site = Site::new().await;
    let cookie = site.sign_in().await;
    let page = site.page("/dashboard/contents", &cookie).await;
    let (token, once) = (page.hidden("form_token"), page.hidden("once"));
    let fields = "content_id=film&title=Film&price=0.02";
    let good = format!("{fields}&form_token={token}&once={once}");
    let path = "POST /dashboard/contents";
    for (headers, body, status) in [
        (vec![("cookie", &*cookie), ("sec-fetch-site", "cross-site")], good.clone(), 403),
        (vec![("cookie", &*cookie), ("origin", "http://evil.example")], good.clone(), 403),
        (vec![("cookie", &*cookie)], good.clone(), 403),
        (vec![("cookie", &*cookie), ("sec-fetch-site", "same-origin")], fields.to_owned(), 403),
        (vec![("cookie", &*cookie), ("sec-fetch-site", "same-origin")], format!("{fields}&form_token=x"), 403),
        (vec![("sec-fetch-site", "same-origin")], good.clone(), 303),
    ] {
        assert_eq!(site.send(path, &headers, &body).await.status, status, "{headers:?} {body}");
    }
    let contents = site.world.shop(0, "GET /v1/contents", None).await;
    assert_eq!(contents["data"], json!([]));
    assert!(site.submit("/dashboard/contents", &cookie, &good).await.text.contains("film costs 0.02 EUR a minute."));
    let wrong = good.replace("0.02", "0.005");
    let reply = site.submit("/dashboard/contents", &cookie, &wrong).await;
    assert!(reply.text.contains("role=\"alert\"") && reply.text.contains("whole cents"), "{}", reply.text);
}

#[tokio::test]
async fn a_key_is_shown_once() {
    let site = Site::new().await;
    let cookie = site.sign_in().await;
    let page = site.page("/dashboard/keys", &cookie).await;
    let hidden = format!("form_token={}&once={}", page.hidden("form_token"), page.hidden("once"));
    let form = format!("{hidden}&kind=secret&name=server&prices%3Aset=on&origins=");
    let made = site.submit("/dashboard/keys", &cookie, &form).await;
    check_page(&made);
    let (_, key) = made.text.split_once("id=\"new-key\">").unwrap();
    let key = key.split('<').next().unwrap();
    assert!(key.starts_with("pnp_sk_mock_"));
    let listed = site.world.shop(0, "GET /v1/api_keys", None).await;
    assert_eq!(listed["data"][2]["scopes"], json!(["prices:set"]), "{listed}");
    // The browser sends the form again: there is still one key, and nobody sees it.
    let again = site.submit("/dashboard/keys", &cookie, &form).await;
    assert!(!again.text.contains("id=\"new-key\"") && !again.text.contains(key));
    let again = site.world.shop(0, "GET /v1/api_keys", None).await;
    assert_eq!(again["data"].as_array().map(Vec::len), listed["data"].as_array().map(Vec::len));
    assert!(!site.page("/dashboard/keys", &cookie).await.text.contains(key));
}

#[tokio::test]
async fn the_operator_looks_at_each_partner() {
    let site = Site::new().await;
    let cookie = site.sign_in().await;
    site.world.top_up(1, "bella", "5").await;
    let other = site.world.shops[1].id.clone();
    let first = site.page("/dashboard/wallets", &cookie).await;
    let second = site.page(&format!("/dashboard/wallets?partner={other}"), &cookie).await;
    assert!(!first.text.contains("bella") && second.text.contains("bella"));
    assert!(second.text.contains(&format!("/dashboard/keys?partner={other}")), "links keep the partner");
    let hidden = format!("form_token={}&once={}&partner={other}", second.hidden("form_token"), second.hidden("once"));
    let form = format!("{hidden}&content_id=film&title=Film&price=0.02");
    site.submit("/dashboard/contents", &cookie, &form).await;
    assert_eq!(site.world.shop(0, "GET /v1/contents", None).await["data"], json!([]));
    assert_eq!(site.world.shop(1, "GET /v1/contents", None).await["data"][0]["content_id"], "film");
    assert_eq!(site.page("/dashboard?partner=par_0000000000000", &cookie).await.status, 404);
    assert_eq!(site.page("/dashboard?partner=nobody", &cookie).await.status, 404);
}
