use axum::http::HeaderMap;
use http_body_util::BodyExt as _;

use super::super::contract::Contract;
use super::super::toys;
use super::*;
use crate::access::Peer;

/// The connection of a caller on this machine, through a loopback listener.
const LOCAL: Connection =
    Connection { peer: Peer::Address(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)), listener_is_loopback: true };
const TICKS: &str = "/v1/sessions/ses_0000000000005/heartbeats";
const TICK: &str = r#"{"played_ms":15000,"tick_id":"t1"}"#;
const JSON: (&str, &str) = ("content-type", "application/json");
const SECRET: (&str, &str) = ("authorization", "Bearer pnp_sk_mock_1");
const SHOP: (&str, &str) = ("origin", "https://shop.example");

struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some(problem::MEDIA_TYPE), "{}", self.text);
        let body = self.json();
        assert_eq!(body["status"], self.status);
        assert_eq!(body["request_id"].as_str(), self.header("request-id"));
        body["code"].as_str().unwrap().to_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

async fn send_from<S: State>(
    frame: &Frame<S>,
    connection: Connection,
    request: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Reply {
    let (method, path) = request.split_once(' ').unwrap();
    let mut builder = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        builder = builder.header("host", "localhost:8080");
    }
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let response = frame.answer(connection, builder.body(body.into()).unwrap()).await;
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(parts.headers["vary"], "Origin");
    check_contract(method, path, &parts, &text);
    assert!(!parts.headers.contains_key("access-control-allow-credentials"));
    Reply { status: parts.status.as_u16(), headers: parts.headers, text }
}

/// Every answer of these tests is one that the document describes.
fn check_contract(method: &str, path: &str, parts: &axum::http::response::Parts, text: &str) {
    let table = Routes::with_documentation(toys::routes(), "0.0.0").unwrap();
    let contract = Contract::new(table.document("0.0.0").unwrap());
    let (routes, _) = table.find(path.split('?').next().unwrap());
    let Some(route) = routes.iter().find(|route| route.row.method == method) else { return };
    let media_type = parts.headers.get("content-type").map(|value| value.to_str().unwrap());
    contract.check(route.row.operation, parts.status.as_u16(), media_type, text).unwrap();
}

async fn send(request: &str, headers: &[(&str, &str)], body: &'static str) -> Reply {
    send_from(&toys::frame().1, LOCAL, request, headers, body).await
}

#[tokio::test]
async fn unknown_paths_and_methods_are_answered_as_problems() {
    for (request, status, code) in [
        ("GET /", 404, "NOT_FOUND"),
        ("GET /v1/wallets/", 404, "NOT_FOUND"),
        ("GET /v1/wallets//x", 404, "NOT_FOUND"),
        ("BREW /v1/slow", 405, "METHOD_NOT_ALLOWED"),
        ("PATCH /v1/top_ups", 405, "METHOD_NOT_ALLOWED"),
    ] {
        let reply = send(request, &[SECRET, JSON], "{}").await;
        assert_eq!((reply.status, &*reply.code()), (status, code), "{request}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
    let reply = send("POST /v1/contents/x", &[SECRET, JSON], "{}").await;
    assert_eq!(reply.header("allow"), Some("GET, DELETE, HEAD, OPTIONS"));
    assert_eq!(send("OPTIONS /v1/contents/x", &[], "").await.header("allow"), Some("GET, DELETE, HEAD, OPTIONS"));
    assert_eq!(send("HEAD /v1/slow", &[], "").await.status, 200);
}

#[tokio::test]
async fn every_answer_has_a_request_id() {
    let id = |reply: &Reply| reply.header("request-id").unwrap().to_owned();
    assert_eq!(id(&send("GET /v1/slow", &[("request-id", "mine-1")], "").await), "mine-1");
    for bad in ["a b", "", &"x".repeat(65)] {
        let given = id(&send("GET /v1/slow", &[("request-id", bad)], "").await);
        assert!(given.starts_with("req_") && given.len() == 20, "{given}");
    }
    let (_, frame, _stop) = toys::frame();
    let first = send_from(&frame, LOCAL, "GET /nowhere", &[], "").await;
    let second = send_from(&frame, LOCAL, "GET /nowhere", &[], "").await;
    assert_ne!(id(&first), id(&second));
}

#[tokio::test]
async fn callers_need_a_credential_of_the_right_kind() {
    let bearer = |token: &'static str| ("authorization", token);
    for (request, headers, code) in [
        ("GET /v1/wallets/ann", &[][..], "KEY_MISSING"),
        ("GET /v1/wallets/ann", &[bearer("Basic eDp5")][..], "KEY_MALFORMED"),
        ("GET /v1/wallets/ann", &[bearer("Bearer ")], "KEY_MALFORMED"),
        ("GET /v1/wallets/ann", &[bearer("Bearer a b")], "KEY_MALFORMED"),
        ("GET /v1/wallets/ann", &[bearer("Bearer nobody")], "KEY_UNKNOWN"),
        ("GET /v1/wallets/ann", &[bearer("Bearer expired")], "TOKEN_EXPIRED"),
        ("GET /v1/wallets/ann", &[bearer("Bearer down")], "STORE_UNAVAILABLE"),
        ("GET /v1/wallets/ann", &[bearer("Bearer bob")], "NOT_FOUND"),
        ("GET /v1/wallets/ann", &[bearer("Bearer session")], "FORBIDDEN"),
        ("GET /v1/wallets/ann", &[bearer("Bearer ann"), bearer("Bearer ann")], "KEY_MALFORMED"),
        ("GET /v1/wallets/ann", &[("cookie", "pnp_dashboard=good")], "KEY_MISSING"),
        ("POST /v1/withdrawals", &[SECRET], "FORBIDDEN"),
        ("POST /v1/partners", &[SECRET], "FORBIDDEN"),
        ("POST /v1/partners", &[("cookie", "pnp_dashboard=bad")], "TOKEN_INVALID"),
        ("POST /v1/partners", &[("cookie", "pnp_dashboard=good")], "ORIGIN_NOT_ALLOWED"),
        ("POST /v1/partners", &[("cookie", "pnp_dashboard=good"), SHOP], "ORIGIN_NOT_ALLOWED"),
    ] {
        let reply = send(request, headers, "").await;
        assert_eq!(reply.code(), code, "{request} {headers:?}");
        assert_eq!(reply.header("www-authenticate").is_some(), reply.status == 401);
    }
    for (request, headers) in [
        ("GET /v1/wallets/ann", &[SECRET][..]),
        ("GET /v1/wallets/ann", &[bearer("bearer ann")]),
        ("GET /v1/wallets/ann", &[bearer("Bearer mock-api-key")]),
        ("POST /v1/withdrawals", &[bearer("Bearer pnp_sk_mock_2")]),
        ("POST /v1/partners", &[("cookie", "a=b; pnp_dashboard=good"), ("sec-fetch-site", "same-origin")]),
        ("POST /v1/partners", &[("cookie", "pnp_dashboard=good"), ("origin", "http://localhost:8080")]),
    ] {
        assert_eq!(send(request, headers, "").await.status, 200, "{request} {headers:?}");
    }
    let socket = Connection { peer: Peer::Socket, listener_is_loopback: true };
    let (_, frame, _stop) = toys::frame();
    assert_eq!(send_from(&frame, socket, "POST /v1/partners", &[("host", "x")], "").await.status, 200);
    assert_eq!(send_from(&frame, socket, "GET /v1/wallets/ann", &[], "").await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn hosts_and_proxies_are_checked_on_loopback() {
    let reply = send("GET /v1/slow", &[("host", "evil.example")], "").await;
    assert_eq!((reply.status, &*reply.code()), (421, "MISDIRECTED"));
    let mock = ("authorization", "Bearer mock-api-key");
    let reply = send("GET /v1/wallets/ann", &[mock, ("x-forwarded-for", "127.0.0.1")], "").await;
    assert_eq!(reply.code(), "KEY_UNKNOWN");
    let (_, frame, _stop) = toys::frame();
    let open = Connection { listener_is_loopback: false, ..LOCAL };
    assert_eq!(send_from(&frame, open, "GET /v1/slow", &[("host", "pay.example")], "").await.status, 200);
    assert_eq!(send_from(&frame, open, "GET /v1/wallets/ann", &[mock], "").await.code(), "KEY_UNKNOWN");
}

#[tokio::test]
async fn secret_keys_are_refused_in_browsers() {
    for header in [SHOP, ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-origin")] {
        for key in ["Bearer pnp_sk_mock_1", "Bearer pnp_sk_live_unknown", "Bearer mock-api-key"] {
            let reply = send("GET /v1/wallets/ann", &[("authorization", key), header], "").await;
            assert_eq!((reply.status, &*reply.code()), (403, "SECRET_KEY_IN_BROWSER"));
            assert_eq!(reply.header("access-control-allow-origin"), None);
        }
    }
}

#[tokio::test]
async fn pages_of_listed_origins_may_read_answers() {
    let ann = ("authorization", "Bearer ann");
    let allowed = |reply: &Reply| reply.header("access-control-allow-origin").map(str::to_owned);
    let reply = send("GET /v1/wallets/ann", &[ann, SHOP], "").await;
    assert_eq!((reply.status, allowed(&reply).as_deref()), (200, Some(SHOP.1)));
    assert!(reply.header("access-control-expose-headers").unwrap().contains("request-id"));
    // The origin of another partner's user: listed, but not by this token.
    let reply = send("GET /v1/wallets/ann", &[ann, ("origin", "https://other.example")], "").await;
    assert_eq!(reply.code(), "ORIGIN_NOT_ALLOWED");
    let reply = send("GET /v1/wallets/ann", &[ann, ("origin", "https://evil.example")], "").await;
    assert_eq!((&*reply.code(), allowed(&reply)), ("ORIGIN_NOT_ALLOWED", None));
    let reply = send("GET /v1/wallets/ann", &[ann, ("origin", "http://localhost:8080")], "").await;
    assert_eq!((reply.status, allowed(&reply)), (200, None));
    // A page can read why its token was refused.
    let reply = send("GET /v1/wallets/ann", &[("authorization", "Bearer expired"), SHOP], "").await;
    assert_eq!((&*reply.code(), allowed(&reply).as_deref()), ("TOKEN_EXPIRED", Some(SHOP.1)));
    let public = send("GET /v1/contents/x", &[("authorization", "Bearer pnp_pk_mock_1")], "").await;
    assert_eq!(public.header("cache-control"), Some("public, max-age=60"));
}

#[tokio::test]
async fn preflights_are_answered_for_listed_origins() {
    let ask = |path: &'static str, origin: &'static str, method: &'static str| async move {
        send(&format!("OPTIONS {path}"), &[("origin", origin), ("access-control-request-method", method)], "").await
    };
    let reply = ask("/v1/contents/x", SHOP.1, "GET").await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-origin"), Some(SHOP.1));
    assert_eq!(reply.header("access-control-allow-methods"), Some("GET"));
    assert_eq!(reply.header("access-control-max-age"), Some("7200"));
    assert!(reply.header("access-control-allow-headers").unwrap().contains("idempotency-key"));
    for (path, origin, method, code) in [
        ("/v1/contents/x", "https://evil.example", "GET", "ORIGIN_NOT_ALLOWED"),
        ("/v1/contents/x", SHOP.1, "DELETE", "ORIGIN_NOT_ALLOWED"),
        ("/v1/withdrawals", SHOP.1, "POST", "ORIGIN_NOT_ALLOWED"),
        ("/v1/nowhere", SHOP.1, "GET", "NOT_FOUND"),
    ] {
        let reply = ask(path, origin, method).await;
        assert_eq!(reply.code(), code, "{path} {origin} {method}");
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn bodies_are_strict() {
    let ticks = format!("POST {TICKS}");
    let deep: &'static str = Box::leak("[".repeat(30_000).into_boxed_str());
    let large: &'static str = Box::leak(format!("{{\"tick_id\":\"{}\"}}", "x".repeat(70_000)).into_boxed_str());
    for (body, code, param) in [
        ("", "INVALID_BODY", None),
        ("[]", "INVALID_FIELD", None),
        ("{\"played_ms\":NaN}", "INVALID_BODY", None),
        (deep, "INVALID_BODY", None),
        (large, "BODY_TOO_LARGE", None),
        (r#"{"played_ms":1,"played_ms":2,"tick_id":"t"}"#, "INVALID_BODY", Some("played_ms")),
        (r#"{"played_ms":1,"tick_id":"t","playedMs":1}"#, "UNKNOWN_FIELD", Some("playedMs")),
        (r#"{"played_ms":"1","tick_id":"t"}"#, "INVALID_FIELD", Some("played_ms")),
        (r#"{"played_ms":1e30,"tick_id":"t"}"#, "INVALID_FIELD", Some("played_ms")),
        (r#"{"played_ms":1}"#, "MISSING_FIELD", Some("tick_id")),
        (r#"{"played_ms":1,"tick_id":"t","token":"session"}"#, "INVALID_FIELD", Some("token")),
    ] {
        let reply = send(&ticks, &[SECRET, JSON], body).await;
        assert_eq!(reply.code(), code, "{}", reply.text);
        assert_eq!(reply.json().get("param").and_then(Value::as_str), param, "{}", reply.text);
    }
    for headers in
        [&[SECRET][..], &[SECRET, ("content-type", "application/xml")], &[SECRET, JSON, ("content-encoding", "gzip")]]
    {
        assert_eq!(send(&ticks, headers, TICK).await.code(), "UNSUPPORTED_MEDIA_TYPE");
    }
    let reply = send("POST /v1/withdrawals", &[("authorization", "Bearer pnp_sk_mock_2"), JSON], r#"{"x":1}"#).await;
    assert_eq!(reply.json()["detail"], "`x` is not a field of this request, which has none.");
}

#[tokio::test]
async fn bodies_that_do_not_arrive_time_out() {
    let (_, frame, _stop) = toys::frame();
    let body = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
    let reply = send_from(&frame, LOCAL, &format!("POST {TICKS}"), &[SECRET, JSON], body).await;
    assert_eq!((reply.status, &*reply.code()), (408, "REQUEST_TIMEOUT"));
}

#[tokio::test]
async fn ticks_take_the_token_in_the_body() {
    let (text, ticks) = (("content-type", "text/plain;charset=UTF-8"), format!("POST {TICKS}"));
    let body = r#"{"token":"session","played_ms":15000,"tick_id":"t1"}"#;
    for kind in [text, JSON] {
        let reply = send(&ticks, &[kind, SHOP], body).await;
        assert_eq!(reply.json()["text"], "5 t1 15000", "{}", reply.text);
        assert_eq!(reply.header("access-control-allow-origin"), Some(SHOP.1));
    }
    assert_eq!(send(&ticks, &[text, ("origin", "https://evil.example")], body).await.code(), "ORIGIN_NOT_ALLOWED");
    assert_eq!(send(&ticks, &[text], TICK).await.code(), "KEY_MISSING");
    assert_eq!(send(&ticks, &[text], r#"{"token":5}"#).await.code(), "INVALID_FIELD");
    let secret = r#"{"token":"pnp_sk_mock_1","played_ms":15000,"tick_id":"t1"}"#;
    assert_eq!(send(&ticks, &[text, SHOP], secret).await.code(), "SECRET_KEY_IN_BROWSER");
    let top_up = r#"{"token":"ann","user_id":"ann","amount":"1"}"#;
    assert_eq!(send("POST /v1/top_ups", &[text], top_up).await.code(), "KEY_MISSING");
    let key = ("idempotency-key", "k");
    let reply = send("POST /v1/top_ups", &[text, SECRET, key], top_up).await;
    assert_eq!(reply.code(), "UNSUPPORTED_MEDIA_TYPE");
}

#[tokio::test]
async fn empty_bodies_are_like_empty_objects_where_everything_is_optional() {
    let stop = "POST /v1/sessions/ses_0000000000005/stop";
    assert_eq!(send(stop, &[SECRET], "").await.status, 200);
    assert_eq!(send(stop, &[SECRET, JSON], r#"{"reason":"end"}"#).await.json()["text"], "end");
    let reply = send("DELETE /v1/contents/x", &[SECRET], "").await;
    assert_eq!((reply.status, &*reply.text), (204, ""));
}

#[tokio::test]
async fn paths_and_queries_are_decoded() {
    let read = |path: &'static str| async move { send(&format!("GET {path}"), &[SECRET], "").await };
    assert_eq!(read("/v1/wallets/a%2Fb%20c").await.json()["text"], "a/b c");
    assert_eq!(read("/v1/wallets/a%00").await.json()["param"], "user");
    assert_eq!(read("/v1/wallets/ann?x=1").await.json()["param"], "x");
    assert_eq!(read("/v1/sessions?user_id=7&limit=50").await.json()["text"], "7 Some(50)");
    assert_eq!(read("/v1/sessions?user_id=7&limit=x").await.code(), "INVALID_FIELD");
    assert_eq!(read("/v1/sessions?limit=5").await.code(), "MISSING_FIELD");
    assert_eq!(read("/v1/sessions?user_id=7&user_id=8").await.json()["param"], "user_id");
    let reply = send("POST /v1/sessions/txn_0000000000005/heartbeats", &[SECRET, JSON], TICK).await;
    assert_eq!(reply.code(), "NOT_FOUND");
}

#[tokio::test]
async fn idempotency_keys_are_required_and_replayed() {
    let (_, frame, _stop) = toys::frame();
    let send = async |key: Option<&str>, body: &'static str| {
        let mut headers = vec![SECRET, JSON];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        send_from(&frame, LOCAL, "POST /v1/top_ups", &headers, body).await
    };
    let body = r#"{"user_id":"ann","amount":"10"}"#;
    assert_eq!(send(None, body).await.code(), "IDEMPOTENCY_KEY_REQUIRED");
    assert_eq!(send(Some("a b"), body).await.json()["param"], "Idempotency-Key");
    let first = send(Some("k"), body).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, None));
    let again = send(Some("k"), r#"{ "amount": "10.00", "user_id": "ann" }"#).await;
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.header("content-type"), Some("application/json"));
    let other = send(Some("k"), r#"{"user_id":"ann","amount":"11"}"#).await;
    assert_eq!((other.status, &*other.code()), (422, "IDEMPOTENCY_KEY_REUSED"));
}

#[tokio::test]
async fn callers_are_limited_but_may_always_stop() {
    let (_, frame, _stop) = toys::frame();
    let session = ("authorization", "Bearer session");
    let tick = async || send_from(&frame, LOCAL, &format!("POST {TICKS}"), &[session, JSON], TICK).await;
    for _ in 0..3 {
        assert_eq!(tick().await.status, 200);
    }
    let reply = tick().await;
    assert_eq!((reply.status, &*reply.code(), reply.header("retry-after")), (429, "RATE_LIMITED", Some("1")));
    assert_eq!(reply.json()["retry"], "after");
    let stop = "POST /v1/sessions/ses_0000000000005/stop";
    assert_eq!(send_from(&frame, LOCAL, stop, &[session], "").await.status, 200);
}

#[tokio::test]
async fn addresses_without_a_valid_credential_are_limited() {
    let (toy, frame, _stop) = toys::frame();
    let ask = async |address: [u8; 4], headers: &[(&str, &str)]| {
        let connection = Connection { peer: Peer::Address(address.into()), listener_is_loopback: false };
        let reply = send_from(&frame, connection, "GET /v1/wallets/ann", headers, "").await;
        if reply.status == 200 { "served".to_owned() } else { reply.code() }
    };
    let wrong = [("authorization", "Bearer nobody")];
    for _ in 0..4 {
        assert_eq!(ask([10, 0, 0, 1], &wrong).await, "KEY_UNKNOWN");
    }
    assert_eq!(ask([10, 0, 0, 1], &wrong).await, "RATE_LIMITED");
    assert_eq!(ask([10, 0, 0, 1], &[SECRET]).await, "RATE_LIMITED");
    assert_eq!(ask([10, 0, 0, 2], &wrong).await, "KEY_UNKNOWN");
    assert_eq!(toy.seen.lock().unwrap().last(), Some(&(Some("getWallet"), 401)));
    for _ in 0..8 {
        assert_eq!(ask([10, 0, 0, 3], &[]).await, "KEY_MISSING");
    }
    assert_eq!(ask([10, 0, 0, 3], &[]).await, "RATE_LIMITED");
    // Others behind the same address go on.
    assert_eq!(ask([10, 0, 0, 3], &[SECRET]).await, "served");
}

#[tokio::test]
async fn failures_say_what_happened_and_nothing_more() {
    let reply = send("GET /v1/fail/panic", &[], "").await;
    assert_eq!((reply.status, &*reply.code()), (500, "INTERNAL"));
    assert!(!reply.text.contains("secret detail"));
    assert_eq!(reply.json()["outcome"], "unknown");
    let reply = send("GET /v1/fail/x", &[], "").await;
    assert_eq!((reply.status, &*reply.code()), (402, "INSUFFICIENT_BALANCE"));
    assert_eq!(reply.json()["available"], "0.004");
    let (toy, frame, _stop) = toys::frame();
    send_from(&frame, LOCAL, "GET /nowhere/ann", &[], "").await;
    assert_eq!(*toy.seen.lock().unwrap(), [(None, 404)]);
}

#[tokio::test]
async fn the_documentation_is_served() {
    let document = send("GET /openapi.json", &[], "").await;
    assert_eq!(document.json()["paths"]["/docs"]["get"]["operationId"], "getDocs");
    let page = send("GET /docs", &[], "").await;
    assert!(page.text.contains("id=\"INSUFFICIENT_BALANCE\"") && page.text.contains("id=\"createTopUp\""));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!page.text.contains("<script") && !page.text.contains("src="));
}
