//! When a request that got no good answer is made again: after which pause, for how long in all, and what the service asks for.

use super::{ClientError, Roots, Verdict};
use std::time::{Duration, Instant, SystemTime};

/// The first pause; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(250);
/// The longest pause that is chosen here.
const LONGEST: Duration = Duration::from_secs(8);
/// The longest pause a service is heard to ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(86_400);
/// Tries after answers that another try seldom makes better.
const FEW: u32 = 2;

/// How a network is talked to.
#[derive(Clone, Debug)]
pub struct Transport {
    /// Authorities trusted beside the system's.
    pub roots: Option<Roots>,
    /// How long one question may be asked again and again; zero asks once.
    pub patience: Duration,
    /// Whether the node that answers is the whole network, so that what it does not know is nowhere else.
    pub alone: bool,
}

impl Default for Transport {
    fn default() -> Self {
        Self { roots: None, patience: Duration::from_secs(30), alone: false }
    }
}

impl Transport {
    /// The same, asking only once.
    #[must_use]
    pub fn once(self) -> Self {
        Self { patience: Duration::ZERO, ..self }
    }
}

/// The pauses of one question.
#[derive(Debug)]
pub(super) struct Pauses {
    end: Instant,
    tries: u32,
}

impl Pauses {
    pub(super) fn new(transport: &Transport) -> Self {
        Self { end: Instant::now() + transport.patience, tries: 0 }
    }

    /// Whether there is no time for another try.
    pub(super) fn is_over(&self) -> bool {
        Instant::now() + LONGEST >= self.end
    }

    /// The pause before the next try; none where there is no point in one, or no time for it. `stranger` says that nothing
    /// has ever answered there, so that the address may be wrong: that is told soon.
    pub(super) fn after(&mut self, error: &ClientError, stranger: bool) -> Option<Duration> {
        self.tries = self.tries.saturating_add(1);
        let most = match error {
            ClientError::Unreachable { url, .. } if stranger && super::http::is_loopback(url) => 0,
            ClientError::Unreachable { .. } if stranger => FEW,
            ClientError::Malformed { .. } | ClientError::Api { status: 500.., .. } => FEW,
            error if error.verdict() == Verdict::Later => u32::MAX,
            _ => 0,
        };
        let chosen = FIRST.saturating_mul(1 << self.tries.saturating_sub(1).min(10)).min(LONGEST);
        let pause = jittered(chosen).max(error.asked_pause().unwrap_or_default());
        (self.tries <= most && Instant::now() + pause < self.end).then_some(pause)
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
    Some(pause.min(LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable(url: &str) -> ClientError {
        ClientError::Unreachable { service: "algod", url: url.to_owned(), why: "connection refused".to_owned() }
    }

    fn tries(error: &ClientError, stranger: bool) -> usize {
        let mut pauses = Pauses::new(&Transport::default());
        (0..20).take_while(|_| pauses.after(error, stranger).is_some()).count()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("999999", now), Some(LONGEST_ASKED));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn a_wrong_address_is_told_soon_and_a_bad_moment_is_sat_out() {
        assert_eq!(tries(&unreachable("http://127.0.0.1:1"), true), 0);
        assert_eq!(tries(&unreachable("https://x.example"), true), 2);
        assert!(tries(&unreachable("http://127.0.0.1:1"), false) > 5);
        let refused = ClientError::Api { service: "algod", status: 400, message: "no".to_owned() };
        assert_eq!(tries(&refused, false), 0);
        let busy = |after| ClientError::Busy { service: "algod", url: String::new(), status: 429, after };
        let mut pauses = Pauses::new(&Transport::default());
        assert!(pauses.after(&busy(Some(Duration::from_secs(9))), false).is_some_and(|p| p.as_secs() == 9));
        assert_eq!(pauses.after(&busy(Some(Duration::from_secs(50))), false), None);
        assert_eq!(Pauses::new(&Transport::default().once()).after(&busy(None), false), None);
    }

    #[test]
    fn pauses_grow_and_are_spread() {
        let mut pauses = Pauses::new(&Transport::default());
        let busy = ClientError::Busy { service: "algod", url: String::new(), status: 503, after: None };
        let first = pauses.after(&busy, false).unwrap();
        assert!(first >= FIRST / 2 && first <= FIRST);
        let second = pauses.after(&busy, false).unwrap();
        assert!(second >= FIRST && second <= FIRST * 2);
    }
}
