//! The store's time: the system's clock, but it never goes back, and steps of it are neither played nor waited.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A step forward against the monotonic clock that is more than drift, in milliseconds.
const STEP: i64 = 60_000;

/// A step forward of the system's clock while the gateway ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockStep {
    /// When it was noticed, by the new time, in milliseconds since 1970.
    pub at: i64,
    /// How far it went, in milliseconds.
    pub ms: i64,
}

/// The store's clock, in milliseconds since 1970. One clock for all that is written; each transaction reads it once.
#[derive(Debug)]
pub struct Clock {
    state: Mutex<State>,
    /// The newest time that was read.
    last: AtomicI64,
    /// Since when the gateway has been running without a step.
    running_since: AtomicI64,
}

#[derive(Debug)]
struct State {
    /// The newest time that the clock reached by itself, and when that was. While it stands still, because the system's clock
    /// stepped back, these stay: what it makes up for later is time that has passed.
    reached: i64,
    monotonic: Instant,
    /// How far the test clock is ahead.
    offset: i64,
    steps: Vec<ClockStep>,
}

/// The system's clock, in milliseconds since 1970.
pub(super) fn wall() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Clock {
    /// A clock that goes on after `last`, the newest time in the store.
    pub(super) fn new(last: i64, offset: i64, steps: Vec<ClockStep>) -> Self {
        let now = last.max(wall().saturating_add(offset));
        Self {
            state: Mutex::new(State { reached: now, monotonic: Instant::now(), offset, steps }),
            last: AtomicI64::new(now),
            running_since: AtomicI64::new(now),
        }
    }

    /// The time of a new transaction. A step that was noticed is returned with it, to be recorded.
    pub(super) fn tick(&self) -> (i64, Option<ClockStep>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.last.load(Ordering::Relaxed).max(wall().saturating_add(state.offset));
        let monotonic = Instant::now();
        let passed = i64::try_from(monotonic.duration_since(state.monotonic).as_millis()).unwrap_or(i64::MAX);
        let ahead = now.saturating_sub(state.reached).saturating_sub(passed);
        if now > state.reached {
            state.reached = now;
            state.monotonic = monotonic;
        }
        let step = (ahead > STEP).then_some(ClockStep { at: now, ms: ahead });
        if let Some(step) = step {
            tracing::warn!(ms = step.ms, "the system's clock stepped forward");
            state.steps.push(step);
            self.running_since.store(now, Ordering::Relaxed);
        }
        self.last.store(now, Ordering::Relaxed);
        (now, step)
    }

    /// The time now, never earlier than one that was written.
    #[must_use]
    pub fn now(&self) -> i64 {
        let offset = self.state.lock().unwrap_or_else(PoisonError::into_inner).offset;
        self.last.load(Ordering::Relaxed).max(wall().saturating_add(offset))
    }

    /// Since when the gateway has been running: what did not come before that is not missing.
    #[must_use]
    pub fn running_since(&self) -> i64 {
        self.running_since.load(Ordering::Relaxed)
    }

    /// Milliseconds from `start` to `now` in which somebody can have played: without steps of the clock.
    #[must_use]
    pub fn elapsed(&self, start: i64, now: i64) -> i64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let stepped: i64 =
            state.steps.iter().filter(|step| step.at > start && step.at <= now).map(|step| step.ms).sum();
        now.saturating_sub(start).saturating_sub(stepped).max(0)
    }

    /// Whether the test clock was ever moved.
    #[must_use]
    pub fn is_test_clock(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).offset > 0
    }

    /// Moves the test clock forward; how far it is ahead then. For development networks.
    pub(super) fn advance(&self, ms: i64) -> i64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.offset = state.offset.saturating_add(ms.max(0));
        state.reached = state.reached.saturating_add(ms.max(0));
        state.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_goes_back() {
        let ahead = wall() + 3_600_000;
        let clock = Clock::new(ahead, 0, Vec::new());
        assert_eq!(clock.tick().0, ahead);
        assert_eq!(clock.now(), ahead);
    }

    #[test]
    fn the_test_clock_moves_and_counts_as_time() {
        let clock = Clock::new(0, 0, Vec::new());
        let (before, step) = clock.tick();
        assert_eq!(step, None);
        assert_eq!(clock.advance(600_000), 600_000);
        let (after, step) = clock.tick();
        assert_eq!(step, None, "the test clock is no step of the system's");
        assert!(after - before >= 600_000);
        assert!(clock.elapsed(before, after) >= 600_000);
    }

    /// As if the system's clock had stepped forward just now.
    fn step_forward(clock: &Clock, ms: i64) {
        clock.state.lock().unwrap().reached -= ms;
        clock.last.fetch_sub(ms, Ordering::Relaxed);
    }

    #[test]
    fn what_a_clock_that_stood_still_makes_up_for_has_passed() {
        // The system's clock was an hour behind the store's, ten minutes long, and is right again.
        let clock = Clock::new(0, 0, Vec::new());
        {
            let mut state = clock.state.lock().unwrap();
            state.reached -= 600_000;
            state.monotonic -= std::time::Duration::from_secs(600);
        }
        clock.last.fetch_sub(600_000, Ordering::Relaxed);
        let before = clock.last.load(Ordering::Relaxed);
        let (after, step) = clock.tick();
        assert_eq!(step, None);
        assert!(clock.elapsed(before, after) >= 600_000);
    }

    #[test]
    fn a_step_after_the_end_takes_nothing_from_what_was_played_before() {
        let clock = Clock::new(0, 0, vec![ClockStep { at: 200_000, ms: 90_000 }]);
        assert_eq!(clock.elapsed(0, 100_000), 100_000);
        assert_eq!(clock.elapsed(0, 200_000), 110_000);
        assert_eq!(clock.elapsed(200_000, 300_000), 100_000);
    }

    #[test]
    fn a_step_of_the_system_is_not_played() {
        let clock = Clock::new(0, 0, Vec::new());
        let (before, _) = clock.tick();
        step_forward(&clock, 7_200_000);
        let before = before - 7_200_000;
        let (after, step) = clock.tick();
        let step = step.expect("two hours are a step");
        assert!(step.ms >= 7_199_000);
        assert_eq!(clock.running_since(), after);
        // The real clock did not move: what is left of the two hours is nothing.
        assert!(clock.elapsed(before, after) < 1_000);
        assert_eq!(clock.elapsed(after, after + 1000), 1000);
    }
}
