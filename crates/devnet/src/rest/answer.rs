//! Successful responses: JSON, msgpack, text or an empty body.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::document::Document;
use pnp_types::msgpack::{self, Wire};

/// How a client wants its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `format=json`, or no format given.
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
const MSGPACK: &str = "application/msgpack";

impl Answer {
    fn of(kind: Option<&'static str>, body: Vec<u8>) -> Self {
        Self { status: StatusCode::OK, kind, header: None, body }
    }

    /// A JSON value.
    pub(super) fn value(value: &serde_json::Value) -> Self {
        Self::of(Some(JSON), format!("{value}\n").into_bytes())
    }

    /// A document in the format the client asked for.
    pub(super) fn document(document: &Document, format: Format) -> Self {
        match format {
            Format::Json => Self::value(&document.to_json()),
            Format::Msgpack => Self::of(Some(MSGPACK), document.to_msgpack()),
        }
    }

    /// A value of the protocol in its own encoding.
    pub(super) fn wire<T: Wire>(value: &T) -> Self {
        Self::of(Some(MSGPACK), msgpack::encode(value))
    }

    /// Text for people, or for a metrics collector.
    pub(super) fn text(body: impl Into<String>) -> Self {
        Self::of(Some("text/plain; charset=UTF-8"), body.into().into_bytes())
    }

    /// JSON that already is text.
    pub(super) fn json_text(body: impl Into<String>) -> Self {
        Self::of(Some(JSON), body.into().into_bytes())
    }

    /// An empty body.
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
