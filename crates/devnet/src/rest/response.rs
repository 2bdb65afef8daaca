//! An answer as an HTTP response, with the headers and the framing that Go's server and algod's middleware give it.

use std::convert::Infallible;
use std::io::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::ext::ReasonPhrase;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Response, StatusCode, header};

use super::answer::Answer;
use super::url;

/// A longer body is sent in chunks: Go's server has sent the head when it learns the length.
const MAX_BUFFERED: usize = 2048;

/// The bytes of a response.
#[derive(Debug)]
pub(crate) struct Payload {
    bytes: Option<Bytes>,
    is_chunked: bool,
}

impl Payload {
    fn new(bytes: Vec<u8>) -> Self {
        let is_chunked = bytes.len() > MAX_BUFFERED;
        Self { bytes: (!bytes.is_empty()).then(|| bytes.into()), is_chunked }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.bytes {
            Some(_) if self.is_chunked => SizeHint::default(),
            bytes => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
        }
    }
}

/// The response to a request. `close` says that the connection ends with it.
///
/// Every origin may read every answer, and a preflight needs no token. Pages from the internet may also reach this private
/// network: that is how a wallet page finds LocalNet (`EnablePrivateNetworkAccessHeader`, which AlgoKit sets).
pub(super) fn response(request: &Parts, answer: Answer, close: bool) -> Response<Payload> {
    let given = |name: &HeaderName| request.headers.get(name).is_some_and(|value| !value.is_empty());
    let from_page = given(&header::ORIGIN);
    let preflight = request.method == Method::OPTIONS;
    let pretty = url::query_pairs(request.uri.query().unwrap_or_default()).iter().any(|(name, _)| name == "pretty");
    let (status, kind, own) = (answer.status, answer.kind, answer.header.clone());
    let is_compressible = answer.is_compressible;
    // Go answers HEAD, which no route has, with the head alone.
    let (kind, plain) = match request.method {
        Method::HEAD => (None, Vec::new()),
        _ => (kind, answer.into_body(pretty)),
    };
    let packed = (is_compressible && !plain.is_empty() && accepts_gzip(&request.headers)).then(|| compressed(&plain));
    let is_packed = packed.is_some();

    let mut response = Response::new(Payload::new(packed.unwrap_or(plain)));
    *response.status_mut() = status;
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        response.extensions_mut().insert(ReasonPhrase::from_static(b"Request Entity Too Large"));
    }
    // In the order of their names, as Go writes them.
    let fixed = HeaderValue::from_static;
    let headers = response.headers_mut();
    if from_page && preflight {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, fixed("X-Algo-API-Token,Content-Type"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, fixed("GET,POST,PUT,DELETE,OPTIONS"));
    }
    if from_page {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, fixed("*"));
    }
    if from_page && preflight && given(&HeaderName::from_static("access-control-request-private-network")) {
        headers.insert(HeaderName::from_static("access-control-allow-private-network"), fixed("true"));
    }
    let own = own.and_then(|(name, value)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(&value).ok()?))
    });
    let (early, late) = match own {
        Some((name, value)) if name == header::ALLOW => (Some((name, value)), None),
        own => (None, own),
    };
    headers.extend(early);
    if is_packed {
        headers.insert(header::CONTENT_ENCODING, fixed("gzip"));
    }
    if let Some(kind) = kind {
        headers.insert(header::CONTENT_TYPE, fixed(kind));
    }
    headers.append(header::VARY, fixed("Accept-Encoding"));
    headers.append(header::VARY, fixed("Origin"));
    if from_page && preflight {
        headers.append(header::VARY, fixed("Access-Control-Request-Method"));
        headers.append(header::VARY, fixed("Access-Control-Request-Headers"));
    }
    headers.extend(late);
    if close {
        headers.insert(header::CONNECTION, fixed("close"));
    }
    response
}

/// What Go's server says of a request that it cannot read, before algod sees it: the line is body and status.
pub(super) fn unreadable(line: &'static [u8]) -> Response<Payload> {
    let mut response = Response::new(Payload::new(line.to_vec()));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    if let Some(reason) = line.strip_prefix(b"400 ") {
        response.extensions_mut().insert(ReasonPhrase::from_static(reason));
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// algod looks for the word and not for its weight.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let value = headers.get(header::ACCEPT_ENCODING).map(HeaderValue::as_bytes).unwrap_or_default();
    value.windows(4).any(|window| window == b"gzip")
}

fn compressed(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail; if it did, the empty body would be seen at once.
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}
