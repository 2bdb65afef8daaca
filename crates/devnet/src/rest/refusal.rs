//! Error responses in the form algod's clients expect: a status and `{"message": …, "data": …}`.

use hyper::StatusCode;

use super::answer::Answer;

/// A refused request.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    status: StatusCode,
    message: String,
    data: Option<serde_json::Value>,
    allowed: Option<Box<str>>,
    /// Whether a handler refuses it, and not the router or the parser of parameters.
    by_handler: bool,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), data: None, allowed: None, by_handler: true }
    }

    fn by_router(status: StatusCode, message: impl Into<String>) -> Self {
        Self { by_handler: false, ..Self::new(status, message) }
    }

    /// 400: the request is wrong, or the ledger refuses what it asks.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 404: there is no such thing.
    pub(super) fn missing(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 500: algod's status for its own failures, and for some wrong requests.
    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// 501: this network does not do that.
    pub(super) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, message)
    }

    /// 401: no token, or a wrong one.
    pub(super) fn unauthorized() -> Self {
        Self::by_router(StatusCode::UNAUTHORIZED, "Invalid API Token")
    }

    /// 404 for an unknown path.
    pub(super) fn not_found() -> Self {
        Self::by_router(StatusCode::NOT_FOUND, "Not Found")
    }

    /// 405 for a path that has other methods, which the `Allow` header lists.
    pub(super) fn method_not_allowed(allowed: String) -> Self {
        Self { allowed: Some(allowed.into()), ..Self::by_router(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed") }
    }

    /// 413: more bytes than any request may have.
    pub(super) fn too_large() -> Self {
        Self::by_router(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
    }

    /// 400 of a parameter that cannot be read, in the words of algod's generated parser.
    pub(super) fn parameter(name: &str, problem: &str) -> Self {
        Self::by_router(StatusCode::BAD_REQUEST, format!("Invalid format for parameter {name}: {problem}"))
    }

    /// The sentence.
    #[cfg(test)]
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// Adds data for programs: pc, stacks, limits.
    pub(super) fn with_data(mut self, data: serde_json::Value) -> Self {
        self.data = Some(data);
        self
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let mut body = serde_json::Map::new();
        if let Some(data) = refusal.data {
            body.insert("data".to_owned(), data);
        }
        body.insert("message".to_owned(), refusal.message.into());
        let mut answer = Self::value(body.into()).with_status(refusal.status);
        answer.is_compressible = refusal.by_handler;
        match refusal.allowed {
            Some(methods) => answer.with_header("Allow", methods),
            None => answer,
        }
    }
}
