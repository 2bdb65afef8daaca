//! The interface down to the bytes on the wire. The expected ones are what algod (go-algorand dd6de88fbe) answered to the same
//! requests on a private network.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::tests::{exchange, get, unchunked};
use super::*;
use crate::{Config, LOCAL_TOKEN, Running};

/// What a client reads of the answer to these bytes, until the connection ends or nothing more comes.
fn answer_to(network: &Running, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(network.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    stream.write_all(request).unwrap();
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..length]);
    }
    answer
}

/// The lines of an answer's head, sorted, without the date; and its body.
fn lines_and_body(answer: &[u8]) -> (Vec<String>, Vec<u8>) {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let mut lines: Vec<_> =
        head.split("\r\n").filter(|line| !line.starts_with("Date: ")).map(ToOwned::to_owned).collect();
    lines.sort();
    (lines, answer[end + 4..].to_vec())
}

fn with_token(line: &str, more: &str) -> Vec<u8> {
    format!("{line} HTTP/1.1\r\nHost: localhost\r\nX-Algo-API-Token: {LOCAL_TOKEN}\r\n{more}\r\n").into_bytes()
}

#[test]
fn heads_are_spelt_as_go_spells_them() {
    let network = DevNode::spawn(Config::test()).unwrap();
    const PLAIN: &str = "Vary: Accept-Encoding | Vary: Origin";
    for (line, more, expected) in [
        ("GET /health", "", format!("Content-Length: 5 | Content-Type: application/json | HTTP/1.1 200 OK | {PLAIN}")),
        (
            "GET /v2/nope",
            "Accept-Encoding: gzip\r\n",
            format!("Content-Length: 24 | Content-Type: application/json | HTTP/1.1 404 Not Found | {PLAIN}"),
        ),
        (
            "GET /v2/blocks/x",
            "Accept-Encoding: gzip\r\n",
            format!("Content-Length: 131 | Content-Type: application/json | HTTP/1.1 400 Bad Request | {PLAIN}"),
        ),
        ("HEAD /v2/status", "", format!("Allow: OPTIONS, GET | HTTP/1.1 405 Method Not Allowed | {PLAIN}")),
        ("OPTIONS /v2/status", "", format!("Allow: OPTIONS, GET | HTTP/1.1 204 No Content | {PLAIN}")),
        ("OPTIONS /", "", format!("HTTP/1.1 204 No Content | {PLAIN}")),
        (
            "OPTIONS /v2/status",
            "Origin: http://a.b\r\nAccess-Control-Request-Method: GET\r\n",
            "Access-Control-Allow-Headers: X-Algo-API-Token,Content-Type | \
                 Access-Control-Allow-Methods: GET,POST,PUT,DELETE,OPTIONS | Access-Control-Allow-Origin: * | \
                 Allow: OPTIONS, GET | HTTP/1.1 204 No Content | Vary: Accept-Encoding | \
                 Vary: Access-Control-Request-Headers | Vary: Access-Control-Request-Method | Vary: Origin"
                .to_owned(),
        ),
        (
            "POST /v2/transactions",
            "Content-Length: 10000001\r\n",
            format!(
                "Connection: close | Content-Length: 39 | Content-Type: application/json | \
                 HTTP/1.1 413 Request Entity Too Large | {PLAIN}"
            ),
        ),
        (
            "POST /v2/transactions",
            "Content-Length: 10000001\r\nExpect: 100-continue\r\n",
            format!(
                "Connection: close | Content-Length: 39 | Content-Type: application/json | \
                 HTTP/1.1 413 Request Entity Too Large | {PLAIN}"
            ),
        ),
        (
            "GET /v2/blocks/%zz",
            "",
            "Connection: close | Content-Length: 15 | Content-Type: text/plain; charset=utf-8 | \
             HTTP/1.1 400 Bad Request"
                .to_owned(),
        ),
    ] {
        let (lines, _) = lines_and_body(&answer_to(&network, &with_token(line, more)));
        assert_eq!(lines.join(" | "), expected, "{line} {more}");
    }
    let block = with_token("GET /v2/blocks/0?format=msgpack", "Origin: http://a.b\r\n");
    let (lines, _) = lines_and_body(&answer_to(&network, &block));
    for line in ["X-Algorand-Struct: block-v1", "Access-Control-Allow-Origin: *", "Content-Type: application/msgpack"] {
        assert!(lines.iter().any(|found| found == line), "{lines:?}");
    }
}

#[test]
fn what_handlers_answer_is_packed_for_who_asks() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let unpacked = |bytes: &[u8]| {
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
        text
    };
    for (path, text) in [
        ("/health", "null\n"),
        ("/v2/experimental", "true\n"),
        ("/v2/blocks/77", "{\"message\":\"failed to retrieve information from the ledger\"}\n"),
    ] {
        let (lines, body) = lines_and_body(&answer_to(
            &network,
            &with_token(&format!("GET {path}"), "Accept-Encoding: deflate, gzip\r\n"),
        ));
        assert!(lines.iter().any(|line| line == "Content-Encoding: gzip"), "{path}: {lines:?}");
        assert_eq!(unpacked(&body), text);
    }
}

#[test]
fn a_long_answer_comes_in_chunks() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let (lines, body) = lines_and_body(&answer_to(&network, &with_token("GET /swagger.json", "")));
    assert!(lines.iter().any(|line| line == "Transfer-Encoding: chunked"), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("Content-Length")), "{lines:?}");
    serde_json::from_slice::<serde_json::Value>(&unchunked(&body)).unwrap();
}

#[test]
fn pretty_in_the_query_indents_json_and_refusals_too() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let text = |path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nX-Algo-API-Token: {LOCAL_TOKEN}");
        String::from_utf8(exchange(&network, &request, b"").2).unwrap()
    };
    assert_eq!(text("/v2/nope?pretty"), "{\n  \"message\": \"Not Found\"\n}\n");
    assert_eq!(text("/v2/nope?a=b&pretty=false"), "{\n  \"message\": \"Not Found\"\n}\n");
    assert_eq!(text("/v2/nope?prettyx"), "{\"message\":\"Not Found\"}\n");
    assert!(text("/v2/blocks/x?pretty").starts_with("{\n  \"message\": \"Invalid format"));
    assert!(text("/v2/status?pretty").starts_with("{\n  \"catchpoint\": \"\",\n"));
    assert_eq!(text("/v2/experimental?pretty"), "true\n");
    assert!(text("/versions?pretty").starts_with("{\""), "this one stays on its line");
    // algod writes these with another encoder, which indents always.
    for path in ["/v2/blocks/0", "/v2/blocks/0?pretty", "/v2/transactions/pending"] {
        let text = text(path);
        assert!(text.starts_with("{\n  \"") && text.ends_with("\n}"), "{text}");
    }
    let refused = text("/v2/blocks/%3Cx%3E");
    assert!(refused.contains(r#"parsing \"\u003cx\u003e\""#), "{refused}");
}

/// Sends a head and a body of so many bytes in pieces, as clients do that read only when they have written, and returns
/// what is read then.
fn answer_after_all(network: &Running, head: &[u8], length: usize, pause: Duration) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(network.address())?;
    stream.write_all(head)?;
    let piece = vec![b'x'; 64 << 10];
    let mut left = length;
    while left > 0 {
        let now = left.min(piece.len());
        stream.write_all(&piece[..now])?;
        left -= now;
        std::thread::sleep(pause);
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

#[test]
fn every_client_reads_that_its_body_is_too_large() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let length = MAX_BODY + 2_000_000;
    let announced = format!("Content-Length: {length}\r\n");
    let refused = with_token("POST /v2/transactions", &announced);
    let unknown = with_token("POST /v2/nope", &announced);
    let unread = with_token("GET /v2/status", "Content-Length: 400000\r\n");
    std::thread::scope(|scope| {
        for number in 0..30_u64 {
            let (network, refused, unknown, unread) = (&network, &refused, &unknown, &unread);
            scope.spawn(move || {
                // Some are slow: they still send long after the answer is there.
                let pause = Duration::from_micros(number % 3 * 2500);
                let read = |head: &[u8], length| {
                    let answer = answer_after_all(network, head, length, pause);
                    answer.unwrap_or_else(|error| panic!("client {number}: {error}"))
                };
                let (lines, body) = lines_and_body(&read(refused, length));
                assert!(lines.contains(&"HTTP/1.1 413 Request Entity Too Large".to_owned()), "{lines:?}");
                assert_eq!(body, b"{\"message\":\"Request Entity Too Large\"}\n");
                assert!(read(unknown, length).starts_with(b"HTTP/1.1 404 Not Found\r\n"));
                assert!(read(unread, 400_000).starts_with(b"HTTP/1.1 200 OK\r\n"));
            });
        }
    });
}

/// A body whose length is not announced is refused by who reads it.
#[test]
fn a_body_in_chunks_is_too_large_for_its_handler() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let mut chunks = b"a00000\r\n".to_vec();
    chunks.resize(chunks.len() + 0xa0_0000, b'x');
    chunks.extend(b"\r\n0\r\n\r\n");
    for (path, problem) in [
        ("/v2/teal/compile", "http: request body too large"),
        ("/v2/transactions/simulate", "http: request body too large"),
        ("/v2/transactions", "msgpack decode error [pos 1]: only encoded map or array can be decoded into a struct"),
    ] {
        let mut request = with_token(&format!("POST {path}"), "Transfer-Encoding: chunked\r\nConnection: close\r\n");
        request.extend(&chunks);
        let (lines, body) = lines_and_body(&answer_to(&network, &request));
        assert!(lines.contains(&"HTTP/1.1 400 Bad Request".to_owned()), "{path}: {lines:?}");
        assert_eq!(String::from_utf8(body).unwrap(), format!("{{\"message\":\"{problem}\"}}\n"), "{path}");
    }
}

#[test]
fn a_request_without_a_host_is_refused() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let (lines, body) = lines_and_body(&answer_to(&network, b"GET /health HTTP/1.1\r\n\r\n"));
    assert!(lines.contains(&"HTTP/1.1 400 Bad Request: missing required Host header".to_owned()), "{lines:?}");
    assert_eq!(body, b"400 Bad Request: missing required Host header");
}

#[test]
fn version_one_and_shutdown_are_answered_as_algod_answers_them() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let gone = "v1 algod APIs are no longer available, please use the v2 algod API";
    for (line, status, text) in [
        ("GET /v1/status", 410, gone),
        ("GET /v1/block/7", 410, gone),
        ("POST /v1/status", 405, "{\"message\":\"Method Not Allowed\"}\n"),
        ("GET /v1/nope", 404, "{\"message\":\"Not Found\"}\n"),
        ("POST /v2/shutdown", 501, "Endpoint not implemented."),
        ("POST /v2/node/shutdown?timeout=-5", 501, "Endpoint not implemented."),
    ] {
        let request = format!("{line} HTTP/1.1\r\nX-Algo-API-Token: {LOCAL_TOKEN}");
        let (found, _, body) = exchange(&network, &request, b"");
        assert_eq!((found, std::str::from_utf8(&body).unwrap()), (status, text), "{line}");
    }
    assert_eq!(exchange(&network, "GET /v1/status HTTP/1.1", b"").0, 401);
}

#[test]
fn a_short_body_that_nobody_reads_does_not_end_the_connection() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let mut requests = with_token("POST /v2/nope", "Content-Length: 3\r\n");
    requests.extend(b"abc");
    requests.extend(with_token("GET /health", ""));
    let answers = String::from_utf8(answer_to(&network, &requests)).unwrap();
    assert!(answers.starts_with("HTTP/1.1 404 Not Found\r\n") && answers.contains("HTTP/1.1 200 OK\r\n"), "{answers}");
}

#[test]
fn there_is_no_profiler() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let by_url = format!("/urlAuth/{LOCAL_TOKEN}");
    for path in [
        "/debug/pprof".to_owned(),
        "/debug/pprof/".to_owned(),
        "/debug/pprof/heap".to_owned(),
        format!("{by_url}/debug/pprof/"),
        format!("{by_url}/v2/status"),
        "/urlAuth/wrong/debug/pprof/heap".to_owned(),
    ] {
        assert_eq!(get(&network, &path), (404, serde_json::json!({"message": "Not Found"})), "{path}");
    }
}

#[test]
fn participation_keys_are_answered_as_by_a_node_without_any() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let message = |text: &str| serde_json::json!({ "message": text });
    let id = "A".repeat(52);
    let (one, generate) = (
        format!("/v2/participation/{id}"),
        format!("/v2/participation/generate/{id}AAAAAAY5HFKQ", id = "A".repeat(46)),
    );
    let illegal = |at: usize| message(&format!("illegal base32 data at input byte {at}"));
    let not_an_id =
        |text: &str| message(&format!("attempted to decode a string which was not a participation id: \"{text}\""));
    let keys = |problem: &str| message(&format!("unable to parse keys from body: {problem}"));
    let parameter = |name: &str, problem: &str| message(&format!("Invalid format for parameter {name}: {problem}"));
    let absent = message("the participation ID was not found");
    let none = message("empty request, please attach keys to request body");
    let cases: Vec<(&str, &str, &[u8], u16, serde_json::Value)> = vec![
        ("GET", "/v2/participation", b"", 200, serde_json::Value::Null),
        ("GET", &one, b"", 500, absent.clone()),
        ("GET", "/v2/participation/x", b"", 400, illegal(0)),
        ("GET", "/v2/participation/A1A", b"", 400, illegal(1)),
        ("GET", "/v2/participation/MY%3D%3D", b"", 400, illegal(2)),
        ("GET", "/v2/participation/%FF", b"", 400, illegal(0)),
        ("GET", "/v2/participation/AAAA", b"", 400, not_an_id("AAAA")),
        ("GET", "/v2/participation/AA%0AAA", b"", 400, not_an_id("AA\nAA")),
        ("GET", "/v2/participation/generate/x", b"", 400, illegal(0)),
        ("DELETE", "/v2/participation/x", b"", 400, illegal(0)),
        ("DELETE", &one, b"", 404, message("participation id not found")),
        ("DELETE", "/v2/participation", b"", 405, message("Method Not Allowed")),
        ("POST", "/v2/participation/x", b"", 400, illegal(0)),
        ("POST", &one, b"", 400, keys("EOF")),
        (
            "POST",
            &one,
            b"junk",
            400,
            keys("msgpack decode error [pos 1]: only encoded map or array can be decoded into a slice (0)"),
        ),
        ("POST", &one, b"\x90", 400, none.clone()),
        ("POST", &one, b"\xc0", 400, none),
        ("POST", &one, b"\x91\x80", 500, absent),
        ("POST", "/v2/participation", b"", 400, message("payload was of zero length")),
        ("POST", "/v2/participation", b"junk", 400, message("file is not a database")),
        ("POST", &generate, b"", 400, parameter("first", "query parameter 'first' is required")),
    ];
    for (method, path, body, status, expected) in cases {
        let request = format!("{method} {path} HTTP/1.1\r\nX-Algo-API-Token: {LOCAL_TOKEN}");
        let (found, _, answer) = exchange(&network, &request, body);
        let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!((found, answer), (status, expected), "{method} {path} {body:?}");
    }
    let (status, _, _) = exchange(&network, "GET /v2/participation HTTP/1.1", b"");
    assert_eq!(status, 401);
    let whole = format!("{generate}?first=1&last=5");
    for (path, body) in [(whole.as_str(), &b""[..]), ("/v2/participation", b"SQLite format 3\0...")] {
        let request = format!("POST {path} HTTP/1.1\r\nX-Algo-API-Token: {LOCAL_TOKEN}");
        assert_eq!(exchange(&network, &request, body).0, 501, "{path}");
    }
}
