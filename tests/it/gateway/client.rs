//! Plain HTTP, as a client without any SDK sends it.

use super::document::Operation;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// The key that works on development networks.
pub(super) const SECRET_KEY: &str = "mock-api-key";

/// Sends requests to one gateway.
#[derive(Clone)]
pub(super) struct Client {
    url: String,
    http: reqwest::Client,
}

/// A request that is ready to be sent, and sent again.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    /// With the query, encoded.
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) timeout: Duration,
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// The connection ended before the answer did.
    NoAnswer,
    /// It took too long.
    Timeout,
}

impl Client {
    pub(super) fn new(url: &str) -> Self {
        // Plain HTTP needs none, and the client refuses to be made without; another test may have installed it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A new connection each time: a fault strikes the request that it is meant for, and nothing is sent again unasked.
        let builder = reqwest::Client::builder().no_proxy().tls_certs_only([]).pool_max_idle_per_host(0);
        // An answer is what the gateway said, not what it points to.
        let builder = builder.redirect(reqwest::redirect::Policy::none());
        Self { url: url.to_owned(), http: builder.build().unwrap() }
    }

    pub(super) async fn send(&self, request: &Request) -> Result<Reply, Silence> {
        let method = request.method.parse().unwrap();
        let mut builder = self.http.request(method, format!("{}{}", self.url, request.path)).timeout(request.timeout);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let silence = |error: reqwest::Error| if error.is_timeout() { Silence::Timeout } else { Silence::NoAnswer };
        let answer = builder.send().await.map_err(silence)?;
        let status = answer.status().as_u16();
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let body = answer.bytes().await.map_err(silence)?.to_vec();
        Ok(Reply { status, headers, body })
    }

    /// Reads something that must be there.
    pub(super) async fn get(&self, path: &str) -> Value {
        let request = Request::new("GET", path).with_header("authorization", &format!("Bearer {SECRET_KEY}"));
        let reply = self.send(&request).await.unwrap_or_else(|silence| panic!("GET {path}: {silence:?}"));
        assert_eq!(reply.status, 200, "GET {path}: {}", reply.text());
        reply.json()
    }
}

impl Request {
    pub(super) fn new(method: &str, path: &str) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { method, path, headers: Vec::new(), body: None, timeout: Duration::from_secs(20) }
    }

    pub(super) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Reply {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body; null where it is not JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The media type without its parameters.
    pub(super) fn media_type(&self) -> &str {
        self.headers.get("content-type").map_or("", |value| value.split(';').next().unwrap_or_default().trim())
    }
}

/// The path of an operation with its values, each one encoded part.
pub(super) fn path_of(
    operation: &Operation,
    values: &BTreeMap<String, String>,
    query: &BTreeMap<String, String>,
) -> String {
    let mut path = operation.path.clone();
    for (name, value) in values {
        let place = format!("{{{name}}}");
        assert!(path.contains(&place), "{} has no {place}", operation.path);
        path = path.replace(&place, &encoded(value));
    }
    assert!(!path.contains('{'), "{path} lacks a value");
    let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
}

fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~.".contains(&byte);
    let encode = |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}
