//! The HTTP client under every service: timeouts, certificates, tokens, and errors unwrapped.

use super::ClientError;
use serde::de::DeserializeOwned;
use std::time::Duration;
use zeroize::Zeroizing;

const CONNECT: Duration = Duration::from_secs(5);
/// algod holds `wait-for-block-after` for up to a minute.
const ANSWER: Duration = Duration::from_secs(75);

/// One service at one address.
#[derive(Clone)]
pub(super) struct Service {
    name: &'static str,
    url: String,
    header: &'static str,
    token: Zeroizing<String>,
    client: reqwest::Client,
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

fn client(url: &str) -> Result<reqwest::Client, reqwest::Error> {
    install_tls();
    let mut builder =
        reqwest::Client::builder().connect_timeout(CONNECT).timeout(ANSWER).redirect(reqwest::redirect::Policy::none());
    if url.starts_with("http://") {
        // Reading the machine's certificates takes longer than a whole command on a local network.
        builder = builder.tls_certs_only([]);
    }
    if is_loopback(url) {
        builder = builder.no_proxy();
    }
    builder.build()
}

fn is_loopback(url: &str) -> bool {
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
    ) -> Result<Self, ClientError> {
        let url = url.trim_end_matches('/').to_owned();
        let client = client(&url).map_err(|error| ClientError::Unreachable {
            service: name,
            url: url.clone(),
            why: innermost(&error),
        })?;
        Ok(Self { name, url, header, token: Zeroizing::new(token.unwrap_or_default().to_owned()), client })
    }

    pub(super) const fn client(&self) -> &reqwest::Client {
        &self.client
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Reads a JSON document without showing the token, unless it is asked for: whoever answers may be somebody else.
    pub(super) async fn get_openly<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        match self.read(self.client.get(format!("{}{path}", self.url))).await {
            Err(ClientError::Unauthorized { .. }) if !self.token.is_empty() => self.get(path).await,
            outcome => outcome,
        }
    }

    /// Reads a JSON document.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.exchange(self.client.get(format!("{}{path}", self.url))).await
    }

    /// Reads an answer as it comes.
    pub(super) async fn get_bytes(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        self.answer(self.with_token(self.client.get(format!("{}{path}", self.url)))).await
    }

    /// Sends text and reads a JSON document.
    pub(super) async fn post_text(&self, path: &str, text: &'static str) -> Result<serde_json::Value, ClientError> {
        let request = self.client.post(format!("{}{path}", self.url));
        self.exchange(request.header("Content-Type", "text/plain").body(text)).await
    }

    /// Sends msgpack and reads a JSON document.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: Vec<u8>) -> Result<T, ClientError> {
        let request = self.client.post(format!("{}{path}", self.url));
        self.exchange(request.header("Content-Type", "application/msgpack").body(body)).await
    }

    async fn exchange<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, ClientError> {
        self.read(self.with_token(request)).await
    }

    fn with_token(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        if self.token.is_empty() { request } else { request.header(self.header, self.token.as_str()) }
    }

    async fn read<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, ClientError> {
        let body = self.answer(request).await?;
        serde_json::from_slice(&body).map_err(|error| self.malformed(error))
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Vec<u8>, ClientError> {
        let response = request.send().await.map_err(|error| self.transport(&error))?;
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(|error| self.transport(&error))?;
        if status >= 300 {
            return Err(self.refusal(status, &String::from_utf8_lossy(&body)));
        }
        Ok(body.to_vec())
    }

    /// A request that got no answer.
    pub(super) fn transport(&self, error: &reqwest::Error) -> ClientError {
        ClientError::Unreachable { service: self.name, url: self.url.clone(), why: innermost(error) }
    }

    pub(super) fn malformed(&self, why: impl std::fmt::Display) -> ClientError {
        ClientError::Malformed { service: self.name, url: self.url.clone(), why: why.to_string() }
    }

    /// An answer with an error status: `{"message"}` unwrapped, and the network's refusals told apart.
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
            return ClientError::Unreachable { service: self.name, url: self.url.clone(), why };
        }
        ClientError::Api { service: self.name, status, message }
    }

    /// An error of algonaut's algod transport.
    pub(super) fn algonaut<T>(&self, error: algonaut_algod::apis::Error<T>) -> ClientError {
        use algonaut_algod::apis::Error;
        match error {
            Error::Reqwest(error) if error.is_decode() => self.malformed(innermost(&error)),
            Error::Reqwest(error) => self.transport(&error),
            Error::ResponseError(response) => self.refusal(response.status.as_u16(), &response.content),
            Error::Serde(error) => self.malformed(error),
            Error::Msgpack(error) => self.malformed(error),
            Error::Io(error) => self.malformed(error),
        }
    }
}

/// The cause at the end of the chain, which says more than "error sending request".
pub(super) fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let text = cause.to_string();
    // The operating system's number helps nobody.
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> Service {
        Service::new("algod", "http://127.0.0.1:1/", "X-Algo-API-Token", Some("secret")).unwrap()
    }

    #[test]
    fn messages_are_unwrapped_and_tokens_stay_inside() {
        let error = service().refusal(404, r#"{"message":"application does not exist"}"#);
        assert!(error.is_not_found());
        assert_eq!(error.to_string(), "algod answers 404: application does not exist");
        assert!(matches!(service().refusal(401, "x"), ClientError::Unauthorized { .. }));
        assert!(matches!(service().refusal(503, "<html>"), ClientError::Unreachable { .. }));
        assert!(!format!("{:?}", service()).contains("secret"));
    }

    #[tokio::test]
    async fn nobody_there_is_unreachable() {
        let error = service().get::<serde_json::Value>("/versions").await.unwrap_err();
        assert!(matches!(&error, ClientError::Unreachable { why, .. } if why.contains("refused")), "{error}");
    }
}
