//! Faults that tests ask for: what networks and proxies do to requests and answers, at a moment that a test chooses. Development
//! networks alone have them.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use futures_util::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Faults that wait at once.
const MAX_WAITING: usize = 1000;
/// How long half an answer is on its way before the connection breaks.
const CUT_AFTER: Duration = Duration::from_millis(20);

/// What happens to a request or its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultAction {
    /// The connection is closed before anything happens.
    Refuse,
    /// The request takes effect, and the connection is closed without an answer.
    Drop,
    /// The request takes effect, and the connection is closed in the middle of the answer.
    Cut,
    /// The request takes effect, and the answer waits for `delay_ms`.
    Delay,
    /// A proxy answers with `status`, before anything happens or, with `after_effect`, afterwards.
    Status,
}

/// A fault, and the requests that it strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The call, by its name in this document: `sendHeartbeat`.
    pub operation: String,
    /// What happens.
    pub action: FaultAction,
    /// How many requests it strikes; one if not given.
    pub count: Option<u32>,
    /// How many requests pass before it strikes; none if not given.
    pub skip: Option<u32>,
    /// The status of `status`: 429 or 500 to 599.
    pub status: Option<u16>,
    /// The seconds in the header `Retry-After` of `status`.
    pub retry_after: Option<u32>,
    /// Whether the request takes effect before `status` is answered.
    pub after_effect: Option<bool>,
    /// How long `delay` waits, in milliseconds: at most a minute.
    pub delay_ms: Option<u32>,
}

impl Fault {
    /// Whether the members fit the action.
    ///
    /// # Errors
    /// The member that does not, and why, as the rest of a sentence.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        const MINUTE: u32 = 60_000;
        let is_status = self.action == FaultAction::Status;
        if self.count == Some(0) {
            return Err(("count", "must be at least 1."));
        }
        match self.status {
            None if is_status => return Err(("status", "is needed for this action.")),
            Some(_) if !is_status => return Err(("status", "belongs to the action `status`.")),
            Some(status) if status != 429 && !(500..600).contains(&status) => {
                return Err(("status", "must be 429 or from 500 to 599."));
            }
            _ => {}
        }
        if !is_status && self.retry_after.is_some() {
            return Err(("retry_after", "belongs to the action `status`."));
        }
        if !is_status && self.after_effect.is_some() {
            return Err(("after_effect", "belongs to the action `status`."));
        }
        match (self.action, self.delay_ms) {
            (FaultAction::Delay, Some(1..=MINUTE)) => Ok(()),
            (FaultAction::Delay, _) => Err(("delay_ms", "must be from 1 to 60000.")),
            (_, Some(_)) => Err(("delay_ms", "belongs to the action `delay`.")),
            (_, None) => Ok(()),
        }
    }

    /// Whether this request is struck; counts it. Second: whether the fault is used up.
    fn strikes(&mut self) -> (bool, bool) {
        if let Some(skip) = self.skip.filter(|skip| *skip > 0) {
            self.skip = Some(skip - 1);
            return (false, false);
        }
        let left = self.count.unwrap_or(1).saturating_sub(1);
        self.count = Some(left);
        (true, left == 0)
    }
}

/// The faults that wait for their requests.
#[derive(Debug, Default)]
pub struct Faults {
    waiting: Mutex<Vec<Fault>>,
    /// How many there are, so that requests look at one number where there are none.
    number: AtomicUsize,
    operations: OnceLock<Vec<&'static str>>,
}

impl Faults {
    /// Names the operations that there are.
    pub(super) fn know(&self, operations: impl Iterator<Item = &'static str>) {
        self.operations.get_or_init(|| operations.collect());
    }

    /// Whether there is such an operation.
    #[must_use]
    pub fn is_operation(&self, name: &str) -> bool {
        self.operations.get().is_none_or(|known| known.contains(&name))
    }

    /// Adds a fault, which strikes after those that wait already; `false` where too many wait.
    pub fn add(&self, fault: Fault) -> bool {
        self.change(|waiting| {
            let has_room = waiting.len() < MAX_WAITING;
            if has_room {
                waiting.push(fault);
            }
            has_room
        })
    }

    /// Those that wait.
    #[must_use]
    pub fn waiting(&self) -> Vec<Fault> {
        self.change(|waiting| waiting.clone())
    }

    /// Forgets those that wait.
    pub fn clear(&self) {
        self.change(Vec::clear);
    }

    /// The fault that strikes a request.
    pub(super) fn next(&self, operation: &str) -> Option<Fault> {
        if self.number.load(Ordering::Relaxed) == 0 {
            return None;
        }
        self.change(|waiting| {
            let place = waiting.iter().position(|fault| fault.operation == operation)?;
            let fault = waiting.get_mut(place)?;
            let (strikes, is_used_up) = fault.strikes();
            let struck = strikes.then(|| fault.clone());
            if is_used_up {
                waiting.remove(place);
            }
            struck
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Fault>) -> T) -> T {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = change(&mut waiting);
        self.number.store(waiting.len(), Ordering::Relaxed);
        outcome
    }
}

/// Marks a response that must not be sent: the connection is closed instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoAnswer;

/// Answers a request that a fault strikes.
pub(super) async fn strike(
    fault: Fault,
    answer: Pin<Box<impl Future<Output = Response<Body>> + ?Sized>>,
) -> Response<Body> {
    match fault.action {
        FaultAction::Refuse => no_answer(),
        FaultAction::Drop => {
            drop(answer.await);
            no_answer()
        }
        FaultAction::Cut => cut(answer.await).await,
        FaultAction::Delay => {
            let answer = answer.await;
            tokio::time::sleep(Duration::from_millis(fault.delay_ms.unwrap_or_default().into())).await;
            answer
        }
        FaultAction::Status => {
            if fault.after_effect == Some(true) {
                drop(answer.await);
            }
            of_a_proxy(fault.status, fault.retry_after)
        }
    }
}

fn no_answer() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(NoAnswer);
    response
}

/// The head and half of the body; then the connection breaks.
async fn cut(answer: Response<Body>) -> Response<Body> {
    let (mut parts, body) = answer.into_parts();
    let Ok(whole) = body.collect().await else { return no_answer() };
    let whole = whole.to_bytes();
    if whole.is_empty() {
        return no_answer();
    }
    let half = whole.slice(..whole.len() / 2);
    parts.headers.insert(CONTENT_LENGTH, whole.len().into());
    let pieces = stream::once(std::future::ready(Ok::<Bytes, std::io::Error>(half))).chain(stream::once(async {
        tokio::time::sleep(CUT_AFTER).await;
        Err(std::io::Error::other("a fault that a test asked for"))
    }));
    Response::from_parts(parts, Body::from_stream(pieces))
}

/// What a proxy answers that reaches no gateway: a page, not a problem.
fn of_a_proxy(status: Option<u16>, retry_after: Option<u32>) -> Response<Body> {
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = Response::new(Body::from(format!("<html><body><h1>{status}</h1></body></html>\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(action: FaultAction) -> Fault {
        Fault {
            operation: "sendHeartbeat".to_owned(),
            action,
            count: None,
            skip: None,
            status: None,
            retry_after: None,
            after_effect: None,
            delay_ms: None,
        }
    }

    #[test]
    fn faults_strike_in_order_and_as_often_as_asked() {
        let faults = Faults::default();
        assert!(faults.add(Fault { skip: Some(1), count: Some(2), ..fault(FaultAction::Drop) }));
        assert!(faults.add(fault(FaultAction::Refuse)));
        let next = || faults.next("sendHeartbeat").map(|fault| fault.action);
        let struck: Vec<_> = (0..5).map(|_| next()).collect();
        let (drop, refuse) = (Some(FaultAction::Drop), Some(FaultAction::Refuse));
        assert_eq!(struck, [None, drop, drop, refuse, None]);
        assert!(faults.waiting().is_empty());
        assert!(faults.add(fault(FaultAction::Refuse)));
        assert_eq!(faults.next("stopSession"), None);
        faults.clear();
        assert_eq!(faults.next("sendHeartbeat"), None);
    }

    #[test]
    fn members_fit_their_action() {
        let bad = |fault: Fault| fault.check().unwrap_err().0;
        assert_eq!(bad(fault(FaultAction::Status)), "status");
        assert_eq!(bad(Fault { status: Some(404), ..fault(FaultAction::Status) }), "status");
        assert_eq!(bad(Fault { status: Some(502), ..fault(FaultAction::Drop) }), "status");
        assert_eq!(bad(Fault { delay_ms: Some(60_001), ..fault(FaultAction::Delay) }), "delay_ms");
        assert_eq!(bad(Fault { count: Some(0), ..fault(FaultAction::Drop) }), "count");
        assert_eq!(bad(Fault { after_effect: Some(true), ..fault(FaultAction::Cut) }), "after_effect");
        assert!(Fault { status: Some(429), retry_after: Some(1), ..fault(FaultAction::Status) }.check().is_ok());
    }
}
