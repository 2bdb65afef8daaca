//! The body of a request: what a handler reads of it, and what becomes of the rest.
//!
//! A client that is still sending when its connection is closed finds a reset connection where it expects an answer. So a
//! body that nobody wants is read away, as Go's server does it: a short one before the answer, after which the connection
//! stays open, a long one while the client may already read its answer, after which the connection is closed.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::HeaderMap;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::EXPECT;

/// Up to so many unread bytes the connection stays open.
const SHORT: u64 = 256 << 10;
/// How long a client may take to send a short body that nobody reads.
const SHORT_TIMEOUT: Duration = Duration::from_secs(5);
/// How many bytes of a long body that nobody reads are taken before the connection is closed regardless.
const MAX_DISCARDED: usize = 256 << 20;
/// And for how long.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(30);

/// A body that may not have been read.
#[derive(Debug)]
pub(super) struct RequestBody {
    incoming: Incoming,
    /// Whether the client sends it only when it is asked to go on, which reading does.
    waits: bool,
}

/// The connection broke while its body was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

impl RequestBody {
    /// The body of a request with these headers.
    pub(super) fn new(headers: &HeaderMap, incoming: Incoming) -> Self {
        let waits = headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        Self { incoming, waits }
    }

    /// Whether the client has announced more bytes than `limit`.
    pub(super) fn is_announced_above(&self, limit: usize) -> bool {
        self.incoming.size_hint().exact().is_some_and(|length| length > limit as u64)
    }

    /// Reads it, up to one byte more than `limit`: handlers say in words of their own that it is too long.
    pub(super) async fn read(&mut self, limit: usize) -> Result<Bytes, Broken> {
        self.waits = false;
        let mut read = Vec::new();
        while let Some(frame) = self.incoming.frame().await {
            let Ok(data) = frame.map_err(|_| Broken)?.into_data() else { continue };
            read.extend_from_slice(&data);
            if read.len() > limit {
                read.truncate(limit + 1);
                break;
            }
        }
        Ok(read.into())
    }

    /// Takes care of what was not read. Returns whether the connection must be closed after the answer.
    pub(super) async fn discard(mut self) -> bool {
        if self.incoming.is_end_stream() {
            return false;
        }
        if self.waits {
            return true;
        }
        let rest = self.incoming.size_hint();
        if rest.lower() < SHORT && tokio::time::timeout(SHORT_TIMEOUT, self.skip(SHORT as usize)).await == Ok(true) {
            return false;
        }
        tokio::spawn(async move {
            // Either way the connection is closed now; a client that sends on after that is not waited for.
            let _ended = tokio::time::timeout(DISCARD_TIMEOUT, self.skip(MAX_DISCARDED)).await;
        });
        true
    }

    /// Reads up to so many bytes away, and returns whether the body has ended.
    async fn skip(&mut self, most: usize) -> bool {
        let mut skipped = 0;
        while skipped <= most {
            match self.incoming.frame().await {
                Some(Ok(frame)) => skipped += frame.data_ref().map_or(0, Bytes::len),
                Some(Err(_)) | None => return true,
            }
        }
        false
    }
}
