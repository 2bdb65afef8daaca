//! When a request that got no good answer is sent again: after which pause, and for how long in all.

use super::{ClientError, RetryAdvice, Roots};
use std::time::{Duration, Instant, SystemTime};

/// The longest pause that a service can ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(86_400);
/// Further attempts after answers that seldom improve.
const FURTHER_ATTEMPTS: u32 = 2;
/// The least time that an attempt gets, however little is left.
const MIN_ATTEMPT_TIME: Duration = Duration::from_secs(1);

/// How requests to a network are sent.
#[derive(Clone, Debug, Default)]
pub struct Transport {
    /// Authorities trusted in addition to the system's.
    pub roots: Option<Roots>,
    /// When a request is sent again, and for how long in all.
    pub retry: RetryPolicy,
    /// Whether the node that answers is the whole network, so that no other node can know more.
    pub is_single_node: bool,
}

/// When a request that got no good answer is sent again, and for how long in all.
///
/// The same rules hold for a single question, for a group on its way to a block, and for all lines of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// For how long a service may give no good answer: from the first attempt to the end of the last one. Zero makes one
    /// attempt.
    pub total: Duration,
    /// The first pause; each further one is twice as long, and a random part of its second half is left out.
    pub first_pause: Duration,
    /// The longest pause that is chosen here; a service may ask for a longer one.
    pub longest_pause: Duration,
}

/// Thirty seconds in all, with pauses of 0.25, 0.5, 1 … 8 s.
impl Default for RetryPolicy {
    fn default() -> Self {
        Self::lasting(Duration::from_secs(30))
    }
}

impl RetryPolicy {
    /// The usual pauses, for so long in all.
    #[must_use]
    pub const fn lasting(total: Duration) -> Self {
        Self { total, first_pause: Duration::from_millis(250), longest_pause: Duration::from_secs(8) }
    }

    /// One attempt.
    #[must_use]
    pub const fn once() -> Self {
        Self::lasting(Duration::ZERO)
    }

    /// The pause after so many failures in a row, of which `error` is the last.
    #[must_use]
    pub fn pause(&self, failures: u32, error: &ClientError) -> Duration {
        let doubled = self.first_pause.saturating_mul(1 << failures.saturating_sub(1).min(10));
        jittered(doubled.min(self.longest_pause)).max(error.asked_pause().unwrap_or_default())
    }

    /// How long one attempt may take where its answer may take `longest`.
    pub(super) fn attempt(&self, longest: Duration) -> Duration {
        if self.total.is_zero() { longest } else { longest.min(self.total.max(MIN_ATTEMPT_TIME)) }
    }

    /// Starts the clock.
    #[must_use]
    pub fn start(self) -> Retries {
        Retries { policy: self, begun: Instant::now(), failures: 0 }
    }
}

/// Attempts under a [`RetryPolicy`], with one deadline for all of them.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    policy: RetryPolicy,
    begun: Instant,
    failures: u32,
}

impl Retries {
    /// How much of the total is left.
    #[must_use]
    pub fn time_left(&self) -> Duration {
        self.policy.total.saturating_sub(self.begun.elapsed())
    }

    /// The policy of one more question, which ends with what is left of the total.
    pub(super) fn rest(&self) -> RetryPolicy {
        if self.policy.total.is_zero() {
            return self.policy;
        }
        RetryPolicy { total: self.time_left().max(MIN_ATTEMPT_TIME), ..self.policy }
    }

    /// Counts a failure: the pause before the next attempt, or `None` where no time is left for it.
    pub fn pause(&mut self, error: &ClientError) -> Option<Duration> {
        self.failures = self.failures.saturating_add(1);
        let pause = self.policy.pause(self.failures, error);
        (pause < self.time_left()).then_some(pause)
    }

    /// The same, and `None` also where another attempt is of no use. `is_unknown` says that nothing has ever answered there,
    /// so that the address may be wrong: that is reported soon.
    pub(super) fn pause_if_useful(&mut self, error: &ClientError, is_unknown: bool) -> Option<Duration> {
        let most = match error {
            ClientError::Unreachable { url, .. } if is_unknown && super::http::is_loopback(url) => 0,
            ClientError::Unreachable { .. } if is_unknown => FURTHER_ATTEMPTS,
            ClientError::Malformed { .. } | ClientError::Api { status: 500.., .. } => FURTHER_ATTEMPTS,
            error if error.retry_advice() == RetryAdvice::Later => u32::MAX,
            _ => 0,
        };
        self.pause(error).filter(|_| self.failures <= most)
    }

    /// Starts the clock again: the service answered.
    pub fn answered(&mut self) {
        *self = self.policy.start();
    }
}

/// Half of it, and a random part of the other half: many programs that failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    let mut random = [0; 2];
    // Without randomness the pauses are only less well spread.
    let _ = getrandom::fill(&mut random);
    let half = pause / 2;
    half + half.mul_f64(f64::from(u16::from_be_bytes(random)) / f64::from(u16::MAX))
}

/// The pause a `Retry-After` asks for: seconds, or a date (RFC 9110 §10.2.3); at most a day.
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    let pause = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
            SystemTime::from(date).duration_since(now).unwrap_or_default()
        }
    };
    Some(pause.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable(url: &str) -> ClientError {
        ClientError::Unreachable { service: "algod", url: url.to_owned(), why: "connection refused".to_owned() }
    }

    fn tries(error: &ClientError, is_unknown: bool) -> usize {
        let mut retries = RetryPolicy::default().start();
        (0..20).take_while(|_| retries.pause_if_useful(error, is_unknown).is_some()).count()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("999999", now), Some(MAX_RETRY_AFTER));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn a_wrong_address_is_reported_soon_and_an_outage_is_waited_out() {
        assert_eq!(tries(&unreachable("http://127.0.0.1:1"), true), 0);
        assert_eq!(tries(&unreachable("https://x.example"), true), 2);
        assert!(tries(&unreachable("http://127.0.0.1:1"), false) > 5);
        let refused = ClientError::Api { service: "algod", status: 400, message: "no".to_owned() };
        assert_eq!(tries(&refused, false), 0);
        let busy = |after| ClientError::Busy { service: "algod", url: String::new(), status: 429, after };
        let mut retries = RetryPolicy::default().start();
        let pause = retries.pause_if_useful(&busy(Some(Duration::from_secs(9))), false);
        assert!(pause.is_some_and(|pause| pause.as_secs() == 9));
        assert_eq!(retries.pause_if_useful(&busy(Some(Duration::from_secs(50))), false), None);
        assert_eq!(RetryPolicy::once().start().pause_if_useful(&busy(None), false), None);
    }

    #[test]
    fn pauses_grow_and_are_spread() {
        let policy = RetryPolicy::default();
        let mut retries = policy.start();
        let busy = ClientError::Busy { service: "algod", url: String::new(), status: 503, after: None };
        let first = retries.pause(&busy).unwrap();
        assert!(first >= policy.first_pause / 2 && first <= policy.first_pause);
        let second = retries.pause(&busy).unwrap();
        assert!(second >= policy.first_pause && second <= policy.first_pause * 2);
        assert_eq!(
            policy
                .pause(
                    9,
                    &ClientError::Busy {
                        service: "algod",
                        url: String::new(),
                        status: 503,
                        after: Some(Duration::from_secs(20))
                    }
                )
                .as_secs(),
            20
        );
    }
}
