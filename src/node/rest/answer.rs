//! What goes back to a client: JSON, msgpack, text or nothing.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Refusal;
use super::document::Document;

/// How a client wants its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `format=json`, or nothing said.
    Json,
    /// `format=msgpack` or `msgp`.
    Msgpack,
}

/// A finished answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    kind: Option<&'static str>,
    header: Option<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
}

const JSON: &str = "application/json";

impl Answer {
    fn of(kind: Option<&'static str>, body: Vec<u8>) -> Self {
        Self { status: StatusCode::OK, kind, header: None, body }
    }

    /// A model as JSON.
    pub(super) fn json<T: Serialize>(model: &T) -> Result<Self, Refusal> {
        let mut body = serde_json::to_vec(model).map_err(|_| Refusal::internal("failed to encode response"))?;
        body.push(b'\n');
        Ok(Self::of(Some(JSON), body))
    }

    /// A JSON value.
    pub(super) fn value(value: &serde_json::Value) -> Self {
        Self::of(Some(JSON), format!("{value}\n").into_bytes())
    }

    /// A document in the format the client asked for.
    pub(super) fn document(document: &Document, format: Format) -> Self {
        match format {
            Format::Json => Self::value(&document.to_json()),
            Format::Msgpack => Self::msgpack(document.to_msgpack()),
        }
    }

    /// Bytes that already are msgpack.
    pub(super) fn msgpack(body: Vec<u8>) -> Self {
        Self::of(Some("application/msgpack"), body)
    }

    /// Text for people, or for a metrics collector.
    pub(super) fn text(body: impl Into<String>) -> Self {
        Self::of(Some("text/plain; charset=UTF-8"), body.into().into_bytes())
    }

    /// JSON that already is text.
    pub(super) fn json_text(body: impl Into<String>) -> Self {
        Self::of(Some(JSON), body.into().into_bytes())
    }

    /// Done, and nothing to say.
    pub(super) fn empty() -> Self {
        Self::of(None, Vec::new())
    }

    /// The same with another status.
    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with one more header.
    pub(super) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.header = Some((HeaderName::from_static(name), HeaderValue::from_static(value)));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        if let Some(kind) = self.kind {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        if let Some((name, value)) = self.header {
            headers.insert(name, value);
        }
        response
    }
}
