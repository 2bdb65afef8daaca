//! Events: what happened, in the order in which it was committed.

use super::page::{List, limit};
use super::request::Request;
use crate::access::{Access, Principal};
use crate::events::{Event, EventFilter, read_events};
use crate::gateway::Gateway;
use crate::http::{Answer, Call, Empty, Route, Stopping, get};
use crate::ledger::EntryKind;
use crate::problem::{Code, Problem};
use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often a stream without events says that it is there.
const COMMENT_EVERY: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 15 });
/// Events that a stream reads at once.
const STREAM_PAGE: usize = 200;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1/events")
            .operation("listEvents", "What happened, in the order in which it was committed")
            .description(
                "`next_cursor` is always there: asked for again with `after`, it gives what has happened since. Ticks are many: \
                 they come where `types` names them.",
            )
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::InvalidCursor])
            .handler(list),
        get("/v1/events/stream")
            .operation("streamEvents", "Events as they happen (server-sent events)")
            .description(
                "The id of each event is its cursor: a client that was cut off sends the last one as `Last-Event-ID` and \
                 misses nothing. Without one the stream begins now.",
            )
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::InvalidCursor])
            .raw("text/event-stream", stream),
    ]
}

/// Which events.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListEvents {
    /// Those after this cursor; from the first on if not given.
    after: Option<String>,
    /// How many, 1 to 200; 50 if not given.
    limit: Option<i64>,
    /// Types with a comma between them: all but ticks if not given.
    types: Option<String>,
}

/// Which events.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StreamEvents {
    /// Those after this cursor; the header `Last-Event-ID` goes first.
    after: Option<String>,
    /// Types with a comma between them: all but ticks if not given.
    types: Option<String>,
}

/// A page of events.
#[derive(Debug, Serialize, JsonSchema)]
struct EventPage {
    /// The events, in the order in which they were committed.
    data: Vec<Event>,
    /// The value of `after` in the next request.
    next_cursor: String,
    /// Whether there are more already.
    has_more: bool,
}

/// The filter of a caller.
fn filter(principal: &Principal, types: Option<&str>) -> Result<EventFilter, Problem> {
    let partner = match principal {
        Principal::Operator => None,
        principal => Some(principal.partner()?),
    };
    let kind = |name: &str| {
        let found = EntryKind::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind);
        found.ok_or_else(|| Problem::invalid_field("types", format_args!("has {name:?}, which is no type of events.")))
    };
    let kinds = types.into_iter().flat_map(|types| types.split(',')).map(|name| kind(name.trim()));
    Ok(EventFilter { partner, kinds: kinds.collect::<Result<_, _>>()? })
}

/// The list that cursors belong to. They are good for every choice of types: a place in the journal is the same for all.
fn events_of(filter: &EventFilter) -> List {
    List::new("events", &[&filter.partner.unwrap_or(0).to_string()])
}

async fn list(call: Request<Empty, ListEvents>) -> Result<Answer<EventPage>, Problem> {
    let filter = filter(&call.principal, call.query.types.as_deref())?;
    let events = events_of(&filter);
    let after = events.number("after", call.query.after.as_deref())?.unwrap_or(0);
    let limit = limit(call.query.limit)?;
    let sealed = *call.state.sealed.borrow();
    let seen = call.state.read(move |connection| Ok(read_events(connection, &filter, (after, sealed), limit)?)).await?;
    Ok(Answer::ok(EventPage {
        data: seen.events.into_iter().map(|(_, event)| event).collect(),
        next_cursor: events.cursor_of(seen.until),
        has_more: seen.has_more,
    }))
}

/// A stream that somebody listens to.
struct EventStream {
    gateway: Arc<Gateway>,
    filter: EventFilter,
    list: List,
    /// The newest entry that was looked at.
    after: i64,
    sealed: watch::Receiver<i64>,
    stopping: Stopping,
    has_begun: bool,
}

async fn stream(call: Call<Arc<Gateway>, Bytes, StreamEvents>) -> Result<Response<Body>, Problem> {
    let filter = filter(&call.principal, call.query.types.as_deref())?;
    let list = events_of(&filter);
    let named = last_event_id(&call.headers)?.or(call.query.after);
    let sealed = call.state.sealed.subscribe();
    let now = *sealed.borrow();
    let after = list.number("Last-Event-ID", named.as_deref())?.unwrap_or(now);
    let stream =
        EventStream { gateway: call.state, filter, list, after, sealed, stopping: call.stopping, has_begun: false };
    let body = futures_util::stream::unfold(stream, |mut stream| async move {
        let text = stream.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), stream))
    });
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    // Proxies that buffer would keep events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let value = headers.get("last-event-id").filter(|value| !value.is_empty());
    let text = |value: &HeaderValue| value.to_str().map(str::to_owned);
    value.map(text).transpose().map_err(|_| Problem::new(Code::InvalidCursor).param("Last-Event-ID"))
}

impl EventStream {
    /// The next part of the stream: events, or a comment where nothing happens. `None` when the server stops, or cannot read:
    /// the client comes again with the id of the last event.
    async fn next(&mut self) -> Option<String> {
        if !self.has_begun {
            self.has_begun = true;
            return Some("retry: 2000\n: the stream has begun\n\n".to_owned());
        }
        let comment = tokio::time::sleep(COMMENT_EVERY);
        tokio::pin!(comment);
        loop {
            if self.stopping.is_stopping() {
                return None;
            }
            let sealed = *self.sealed.borrow_and_update();
            if sealed > self.after {
                let text = match self.read(sealed).await {
                    Ok(text) => text,
                    Err(problem) => {
                        tracing::warn!(?problem, "a stream of events ends: it cannot be read");
                        return None;
                    }
                };
                if !text.is_empty() {
                    return Some(text);
                }
                if self.after < sealed {
                    continue;
                }
            }
            tokio::select! {
                () = self.stopping.wait() => return None,
                changed = self.sealed.changed() => {
                    if changed.is_err() {
                        return None;
                    }
                }
                () = &mut comment => return Some(": nothing new\n\n".to_owned()),
            }
        }
    }

    /// The events of the next stretch of the journal.
    async fn read(&mut self, sealed: i64) -> Result<String, Problem> {
        let (filter, after) = (self.filter.clone(), self.after);
        let seen = self
            .gateway
            .read(move |connection| Ok(read_events(connection, &filter, (after, sealed), STREAM_PAGE)?))
            .await?;
        self.after = seen.until;
        let mut text = String::new();
        for (id, event) in &seen.events {
            let data = serde_json::to_string(event).map_err(Problem::internal)?;
            text.push_str(&format!("id: {}\nevent: {}\ndata: {data}\n\n", self.list.cursor_of(*id), event.kind));
        }
        Ok(text)
    }
}
