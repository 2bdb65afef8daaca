//! What a handler gets, and what it answers.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::idempotency::IdempotencyKey;
use super::path::PathValues;
use super::stopping::Stopping;
use crate::access::{Principal, RequestInfo};
use crate::problem::Problem;

/// No body, or no parameters in the query string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// A request whose caller is known and may call, with everything decoded.
#[derive(Clone, Debug)]
pub struct Call<S, B = Empty, Q = Empty> {
    /// What the routes work on.
    pub state: S,
    /// Who calls. It has passed the route's access rule.
    pub principal: Principal,
    /// The values in the path.
    pub path: PathValues,
    /// The parameters of the query string.
    pub query: Q,
    /// The body.
    pub body: B,
    /// All headers.
    pub headers: HeaderMap,
    /// Where the request comes from.
    pub info: RequestInfo,
    /// The idempotency key, on routes that require one.
    pub idempotency: Option<IdempotencyKey>,
    /// Ends streams when the server stops.
    pub stopping: Stopping,
}

impl<S, B, Q> Call<S, B, Q> {
    /// The idempotency key.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] on routes that require none.
    pub fn idempotency(&self) -> Result<&IdempotencyKey, Problem> {
        self.idempotency.as_ref().ok_or_else(|| Problem::internal("the route requires no idempotency key"))
    }
}

/// An answer as it is kept with its effect, to be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON text.
    pub body: String,
}

/// A successful answer.
#[derive(Clone, Debug)]
pub struct Answer<U> {
    status: StatusCode,
    content: Content<U>,
    is_replayed: bool,
    /// How long shared caches may keep it, in seconds; 0 is not at all.
    public_seconds: u32,
    headers: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Clone, Debug)]
enum Content<U> {
    Value(U),
    Stored(String),
}

impl<U: Serialize> Answer<U> {
    /// An answer with a status.
    #[must_use]
    pub const fn new(status: StatusCode, value: U) -> Self {
        let content = Content::Value(value);
        Self { status, content, is_replayed: false, public_seconds: 0, headers: Vec::new() }
    }

    /// 200.
    #[must_use]
    pub const fn ok(value: U) -> Self {
        Self::new(StatusCode::OK, value)
    }

    /// 201: something was created.
    #[must_use]
    pub const fn created(value: U) -> Self {
        Self::new(StatusCode::CREATED, value)
    }

    /// 202: accepted, and not done yet.
    #[must_use]
    pub const fn accepted(value: U) -> Self {
        Self::new(StatusCode::ACCEPTED, value)
    }

    /// An answer that was stored with its effect, byte for byte, marked as replayed.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if the stored status is not an HTTP status.
    pub fn replay(stored: StoredAnswer) -> Result<Self, Problem> {
        let status = StatusCode::from_u16(stored.status).map_err(Problem::internal)?;
        let content = Content::Stored(stored.body);
        Ok(Self { status, content, is_replayed: true, public_seconds: 0, headers: Vec::new() })
    }

    /// Marks the answer as a repetition: header `Idempotency-Replayed: true`.
    #[must_use]
    pub const fn replayed(mut self) -> Self {
        self.is_replayed = true;
        self
    }

    /// Lets shared caches keep the answer. Only for what everyone may read.
    #[must_use]
    pub const fn public_for(mut self, seconds: u32) -> Self {
        self.public_seconds = seconds;
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer as it is kept with its effect.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if the value cannot be written as JSON.
    pub fn stored(&self) -> Result<StoredAnswer, Problem> {
        let body = match &self.content {
            Content::Value(value) => serde_json::to_string(value).map_err(Problem::internal)?,
            Content::Stored(body) => body.clone(),
        };
        Ok(StoredAnswer { status: self.status.as_u16(), body })
    }

    pub(super) fn into_response(self) -> Result<Response<Body>, Problem> {
        let body = match self.content {
            _ if self.status == StatusCode::NO_CONTENT => Body::empty(),
            Content::Value(value) => Body::from(serde_json::to_vec(&value).map_err(Problem::internal)?),
            Content::Stored(body) => Body::from(body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if self.status != StatusCode::NO_CONTENT {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if self.is_replayed {
            headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        if self.public_seconds > 0 {
            let value = format!("public, max-age={}", self.public_seconds);
            headers.insert(CACHE_CONTROL, HeaderValue::try_from(value).map_err(Problem::internal)?);
        }
        headers.extend(self.headers);
        Ok(response)
    }
}
