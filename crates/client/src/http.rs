//! The HTTP client under every service: timeouts, certificates, tokens, and errors unwrapped.

use super::retry::{RetryPolicy, retry_after};
use super::{ClientError, Transport, tls};
use bytes::Bytes;
use reqwest::header::HeaderValue;
use serde::de::DeserializeOwned;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

const CONNECT: Duration = Duration::from_secs(10);
/// The longest an ordinary answer may take.
const ANSWER: Duration = Duration::from_secs(20);
/// algod holds `wait-for-block-after` for up to a minute.
const LONG_ANSWER: Duration = Duration::from_secs(75);
/// The longest answer that is read; a whole block is smaller.
const MAX_ANSWER_BYTES: usize = 64 << 20;

/// One service at one address.
#[derive(Clone)]
pub(super) struct Service {
    name: &'static str,
    url: String,
    header: &'static str,
    /// In memory that all its copies share, which is wiped with the last of them.
    token: Option<HeaderValue>,
    client: reqwest::Client,
    transport: Transport,
    /// Whether it has answered before.
    has_answered: Arc<AtomicBool>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("name", &self.name).field("url", &self.url).finish_non_exhaustive()
    }
}

/// Installs the TLS provider of this process; a second call changes nothing.
pub(super) fn install_tls() {
    // An error says that a provider is installed already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn client(url: &str, transport: &Transport) -> Result<reqwest::Client, reqwest::Error> {
    install_tls();
    // No redirect is followed: a token goes to the address it was given with and to no other.
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("pnp-contract/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .timeout(LONG_ANSWER)
        .redirect(reqwest::redirect::Policy::none());
    if url.starts_with("http://") {
        // Reading the machine's certificates takes longer than a whole command on a local network.
        builder = builder.tls_certs_only([]);
    } else if let Some(roots) = &transport.roots {
        builder = builder.tls_certs_merge(roots.certificates());
    }
    if is_loopback(url) {
        builder = builder.no_proxy();
    }
    builder.build()
}

pub(super) fn is_loopback(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    })
}

impl Service {
    pub(super) fn new(
        name: &'static str,
        url: &str,
        header: &'static str,
        token: Option<&str>,
        transport: Transport,
    ) -> Result<Self, ClientError> {
        let url = url.trim_end_matches('/').to_owned();
        let client = client(&url, &transport).map_err(|error| ClientError::Unreachable {
            service: name,
            url: url.clone(),
            why: innermost(&error),
        })?;
        let token = match token.filter(|token| !token.is_empty()).map(secret) {
            Some(None) => return Err(ClientError::Unauthorized { service: name, url }),
            token => token.flatten(),
        };
        Ok(Self { name, url, header, token, client, transport, has_answered: Arc::default() })
    }

    /// The same service, whose requests are made again as this policy says.
    pub(super) fn with_retry(self, retry: RetryPolicy) -> Self {
        Self { transport: Transport { retry, ..self.transport }, ..self }
    }

    pub(super) const fn transport_options(&self) -> &Transport {
        &self.transport
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Reads a JSON document without sending the token unless the service asks for it: another service may be listening there.
    pub(super) async fn get_without_token<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let open = self.client.get(format!("{}{path}", self.url));
        match self.with_retries(open, json).await {
            Err(ClientError::Unauthorized { .. }) if self.token.is_some() => self.get(path).await,
            outcome => outcome,
        }
    }

    /// Reads a JSON document.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.with_retries(self.with_token(self.client.get(format!("{}{path}", self.url))), json).await
    }

    /// Reads an answer as it comes.
    pub(super) async fn get_bytes(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        let request = self.with_token(self.client.get(format!("{}{path}", self.url)));
        self.with_retries(request, |body| Ok(body.to_vec())).await
    }

    /// Sends text that changes nothing, and reads a JSON document.
    pub(super) async fn post_text(&self, path: &str, text: &'static str) -> Result<serde_json::Value, ClientError> {
        let request = self.client.post(format!("{}{path}", self.url)).header("Content-Type", "text/plain");
        self.with_retries(self.with_token(request).body(text), json).await
    }

    /// Sends a JSON document that changes nothing, and reads another.
    pub(super) async fn post_json<T: DeserializeOwned>(
        &self,
        path: &str,
        document: serde_json::Value,
    ) -> Result<T, ClientError> {
        let request = self.client.post(format!("{}{path}", self.url)).header("Content-Type", "application/json");
        self.with_retries(self.with_token(request).body(document.to_string()), json).await
    }

    /// Reads a JSON document that the service holds back until there is news. One attempt.
    pub(super) async fn get_long_poll<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.once_only(self.with_token(self.client.get(format!("{}{path}", self.url))).timeout(LONG_ANSWER)).await
    }

    /// Sends msgpack that changes nothing, and reads a JSON document.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: Vec<u8>) -> Result<T, ClientError> {
        let request = self.client.post(format!("{}{path}", self.url)).header("Content-Type", "application/msgpack");
        self.with_retries(self.with_token(request).body(body), json).await
    }

    /// Sends what may change something, once, and reads a JSON document.
    pub(super) async fn post_once<T: DeserializeOwned>(
        &self,
        path: &str,
        content_type: &'static str,
        body: Vec<u8>,
    ) -> Result<T, ClientError> {
        let request = self.client.post(format!("{}{path}", self.url)).header("Content-Type", content_type);
        self.once_only(self.with_token(request).timeout(self.transport.retry.attempt(ANSWER)).body(body)).await
    }

    fn with_token(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.token {
            Some(token) => request.header(self.header, token),
            None => request,
        }
    }

    async fn once_only<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, ClientError> {
        json(&self.answer(request).await?).map_err(|why| self.malformed(why))
    }

    /// Sends a request until there is an answer, another attempt is of no use, or no time is left.
    async fn with_retries<T>(
        &self,
        request: reqwest::RequestBuilder,
        read: fn(&[u8]) -> Result<T, String>,
    ) -> Result<T, ClientError> {
        let mut retries = self.transport.retry.start();
        loop {
            let Some(again) = request.try_clone() else {
                return Err(self.malformed("a request that cannot be made twice"));
            };
            let outcome = self.answer(again.timeout(retries.rest().attempt(ANSWER))).await;
            // A wallet's answer may contain a key.
            let outcome = outcome.map(Zeroizing::new);
            let error = match outcome.and_then(|body| read(&body).map_err(|why| self.malformed(why))) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let is_unknown = !self.has_answered.load(Ordering::Relaxed);
            let Some(pause) = retries.pause_if_useful(&error, is_unknown) else { return Err(error) };
            tracing::debug!(%error, ?pause, "asking again");
            tokio::time::sleep(pause).await;
        }
    }

    /// One request's answer, whole and unpacked.
    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Vec<u8>, ClientError> {
        // On this machine, compression costs more than it saves.
        let request = if is_loopback(&self.url) { request } else { request.header("Accept-Encoding", "gzip") };
        let mut response = request.send().await.map_err(|error| self.transport(&error))?;
        self.has_answered.store(true, Ordering::Relaxed);
        let status = response.status().as_u16();
        tracing::debug!(service = self.name, path = response.url().path(), status, "answered");
        let header = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
        };
        let (coding, kind) = (header("content-encoding"), header("content-type"));
        let target = response.headers().get("location").and_then(|value| value.to_str().ok()).map(host_of);
        let after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let after = after.and_then(|value| retry_after(value, SystemTime::now()));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.transport(&error))? {
            if body.len().saturating_add(chunk.len()) > MAX_ANSWER_BYTES {
                return Err(self.malformed(format!("more than {} MiB", MAX_ANSWER_BYTES >> 20)));
            }
            body.extend_from_slice(&chunk);
        }
        let body = self.unpacked(body, &coding)?;
        match status {
            200..300 if is_page(&kind, &body) => Err(self.malformed(page(&body))),
            200..300 => Ok(body),
            300..400 => Err(self.malformed(match target {
                Some(host) => format!("it sends on to {host}, where nothing was asked and no token was sent"),
                None => format!("status {status}, which leads nowhere"),
            })),
            _ => Err(self.refused(status, &kind, &body, after)),
        }
    }

    fn unpacked(&self, body: Vec<u8>, coding: &str) -> Result<Vec<u8>, ClientError> {
        match coding {
            "" | "identity" => Ok(body),
            "gzip" | "x-gzip" => {
                let mut plain = Vec::new();
                let limit = u64::try_from(MAX_ANSWER_BYTES).unwrap_or(u64::MAX).saturating_add(1);
                let read = flate2::read::MultiGzDecoder::new(body.as_slice()).take(limit).read_to_end(&mut plain);
                match read {
                    Ok(_) if plain.len() > MAX_ANSWER_BYTES => {
                        Err(self.malformed(format!("more than {} MiB", MAX_ANSWER_BYTES >> 20)))
                    }
                    Ok(_) => Ok(plain),
                    Err(_) => Err(self.malformed("what is text to be packed with gzip and is not")),
                }
            }
            other => Err(self.malformed(format!("packed with {other:?}, which was not asked for"))),
        }
    }

    /// A request that got no answer.
    pub(super) fn transport(&self, error: &reqwest::Error) -> ClientError {
        let (service, url, why) = (self.name, self.url.clone(), innermost(error));
        if let Some(why) = tls::distrust(&why) {
            return ClientError::Untrusted { service, url, why };
        }
        if error.is_connect() {
            ClientError::Unreachable { service, url, why }
        } else {
            ClientError::Lost { service, url, why }
        }
    }

    pub(super) fn malformed(&self, why: impl std::fmt::Display) -> ClientError {
        ClientError::Malformed { service: self.name, url: self.url.clone(), why: why.to_string() }
    }

    fn refused(&self, status: u16, kind: &str, body: &[u8], after: Option<Duration>) -> ClientError {
        let (service, url) = (self.name, self.url.clone());
        if status == 429 || (status == 503 && after.is_some()) {
            return ClientError::Busy { service, url, status, after };
        }
        let text = if is_page(kind, body) { page(body) } else { String::from_utf8_lossy(body).into_owned() };
        self.refusal(status, &text)
    }

    /// An answer with an error status: `{"message"}` unwrapped, and the network's refusals recognized.
    pub(super) fn refusal(&self, status: u16, body: &str) -> ClientError {
        #[derive(serde::Deserialize)]
        struct Body {
            #[serde(default)]
            message: String,
            #[serde(default)]
            data: serde_json::Value,
        }
        if status == 401 || status == 403 {
            return ClientError::Unauthorized { service: self.name, url: self.url.clone() };
        }
        let (message, data) = match serde_json::from_str::<Body>(body) {
            Ok(body) if !body.message.is_empty() => (body.message, body.data),
            _ => (body.trim().chars().take(300).collect(), serde_json::Value::Null),
        };
        if status == 400
            && self.name == "algod"
            && let Some(rejection) = super::Rejection::parse(&message, &data)
        {
            return ClientError::Rejected(Box::new(rejection));
        }
        if matches!(status, 502..=504) {
            let why = format!("status {status} {message}").trim().to_owned();
            return ClientError::Lost { service: self.name, url: self.url.clone(), why };
        }
        ClientError::Api { service: self.name, status, message }
    }
}

/// A header's value that is never shown; `None` for text that no header can hold.
fn secret(token: &str) -> Option<HeaderValue> {
    let owner = Zeroizing::new(token.as_bytes().to_vec());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(owner)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

/// Whether this is a page for people, of a proxy or a login, and not a node's answer.
fn is_page(kind: &str, body: &[u8]) -> bool {
    kind.starts_with("text/html") || body.trim_ascii_start().first() == Some(&b'<')
}

/// The title of a page.
fn page(body: &[u8]) -> String {
    let start = body.get(..body.len().min(4096)).unwrap_or_default();
    let text = String::from_utf8_lossy(start);
    let lower = text.to_ascii_lowercase();
    let inside = lower.find("<title>").zip(lower.find("</title>"));
    let title = inside.and_then(|(from, to)| text.get(from.saturating_add(7)..to)).unwrap_or_default();
    let title: String = title.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect();
    if title.is_empty() { "a web page".to_owned() } else { format!("a web page, {title:?}") }
}

fn host_of(location: &str) -> String {
    let url = url::Url::parse(location).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "another path".to_owned())
}

/// The cause at the end of the chain, which is more precise than "error sending request".
pub(super) fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    without_number(&cause.to_string())
}

/// Without the operating system's error number, which does not help.
pub(super) fn without_number(text: &str) -> String {
    text.split(" (os error").next().unwrap_or(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> Service {
        Service::new("algod", "http://127.0.0.1:1/", "X-Algo-API-Token", Some("secret"), Transport::default()).unwrap()
    }

    #[test]
    fn messages_are_unwrapped_and_tokens_stay_inside() {
        let error = service().refusal(404, r#"{"message":"application does not exist"}"#);
        assert!(error.is_not_found());
        assert_eq!(error.to_string(), "algod answers 404: application does not exist");
        assert!(matches!(service().refusal(401, "x"), ClientError::Unauthorized { .. }));
        assert!(matches!(service().refusal(503, "<html>"), ClientError::Lost { .. }));
        assert!(!format!("{:?}", service()).contains("secret"));
    }

    #[tokio::test]
    async fn nobody_there_is_unreachable() {
        let error = service().get::<serde_json::Value>("/versions").await.unwrap_err();
        assert!(matches!(&error, ClientError::Unreachable { why, .. } if why.contains("refused")), "{error}");
    }

    #[test]
    fn pages_for_people_are_recognized() {
        let body = b"<!doctype html><html><head><title>502 Bad\n Gateway</title>";
        assert!(is_page("", body) && !is_page("application/json", b"{}"));
        assert_eq!(page(body), "a web page, \"502 Bad Gateway\"");
        assert_eq!(page(b"<html>"), "a web page");
        let error = service().refused(502, "text/html", body, None);
        assert_eq!(
            error.to_string(),
            "algod at http://127.0.0.1:1 gave no answer: status 502 a web page, \"502 Bad Gateway\""
        );
        let busy = service().refused(429, "", b"", Some(Duration::from_secs(3)));
        assert_eq!(busy.asked_pause(), Some(Duration::from_secs(3)));
    }
}
