//! What a request is answered: a status and JSON, msgpack, text or an empty body.

use hyper::StatusCode;

use super::document::Document;
use super::json;
use pnp_types::msgpack::{self, Wire};

/// How a client wants its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `format=json`, or no format given.
    Json,
    /// `format=msgpack` or `msgp`.
    Msgpack,
}

/// The body of an answer.
#[derive(Debug)]
enum Content {
    /// JSON on one line, which `?pretty` in the query indents.
    Value(serde_json::Value),
    /// These bytes.
    Bytes(Vec<u8>),
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// Its status.
    pub(super) status: StatusCode,
    /// Its `Content-Type`.
    pub(super) kind: Option<&'static str>,
    /// One more header, for this answer alone; its name as Go spells it.
    pub(super) header: Option<(&'static str, String)>,
    /// Whether it is compressed for clients that ask for that. algod compresses what its handlers answer, but not what its
    /// router or the parser of parameters refuses.
    pub(super) is_compressible: bool,
    content: Content,
}

const JSON: &str = "application/json";
const MSGPACK: &str = "application/msgpack";

impl Answer {
    fn of(kind: Option<&'static str>, content: Content) -> Self {
        Self { status: StatusCode::OK, kind, header: None, is_compressible: true, content }
    }

    /// A JSON value.
    pub(super) fn value(value: serde_json::Value) -> Self {
        Self::of(Some(JSON), Content::Value(value))
    }

    /// A JSON value that stays on one line whatever the query says.
    pub(super) fn line(value: &serde_json::Value) -> Self {
        Self::json_text(format!("{}\n", json::compact(value)))
    }

    /// A document in the format the client asked for.
    pub(super) fn document(document: &Document, format: Format) -> Self {
        match format {
            Format::Json => Self::value(document.to_json()),
            Format::Msgpack => Self::of(Some(MSGPACK), Content::Bytes(document.to_msgpack())),
        }
    }

    /// A document in the format the client asked for, where algod uses its codec for both formats: it indents JSON always.
    pub(super) fn encoded(document: &Document, format: Format) -> Self {
        match format {
            Format::Json => Self::json_text(json::encoded(&document.to_json())),
            Format::Msgpack => Self::document(document, format),
        }
    }

    /// A value of the protocol in its own encoding.
    pub(super) fn wire<T: Wire>(value: &T) -> Self {
        Self::of(Some(MSGPACK), Content::Bytes(msgpack::encode(value)))
    }

    /// Text for people.
    pub(super) fn text(body: impl Into<String>) -> Self {
        Self::of(Some("text/plain; charset=UTF-8"), Content::Bytes(body.into().into_bytes()))
    }

    /// JSON that already is text.
    pub(super) fn json_text(body: impl Into<String>) -> Self {
        Self::of(Some(JSON), Content::Bytes(body.into().into_bytes()))
    }

    /// An empty body.
    pub(super) fn empty() -> Self {
        Self::of(None, Content::Bytes(Vec::new()))
    }

    /// The same with another status.
    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with another `Content-Type`.
    pub(super) fn with_kind(mut self, kind: &'static str) -> Self {
        self.kind = Some(kind);
        self
    }

    /// The same with one more header.
    pub(super) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.header = Some((name, value.into()));
        self
    }

    /// The bytes of the body; `pretty` says that the query asks for indented JSON.
    pub(super) fn into_body(self, pretty: bool) -> Vec<u8> {
        match self.content {
            Content::Bytes(bytes) => bytes,
            Content::Value(value) => {
                let text = if pretty { json::indented(&value) } else { json::compact(&value) };
                format!("{text}\n").into_bytes()
            }
        }
    }
}
