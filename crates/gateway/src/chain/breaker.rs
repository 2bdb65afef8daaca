//! Lets a contract's bills rest after several refusals with one cause, instead of sending thousands of them.

use super::refusals::Cause;
use pnp_types::AppIndex;
use std::collections::HashMap;

/// Refusals with one cause, without a bill in a block in between, that open it.
const REFUSALS: u32 = 3;
/// How long the contract's bills rest, and then how long one probe has, in milliseconds.
const REST_DURATION: i64 = 600_000;

/// The breakers of all contracts.
#[derive(Debug, Default)]
pub(super) struct Breakers {
    contracts: HashMap<AppIndex, Breaker>,
}

#[derive(Debug)]
struct Breaker {
    cause: Cause,
    refusals: u32,
    /// Until when nothing is sent, once it is open.
    rests_until: Option<i64>,
}

impl Breakers {
    /// Whether a contract's bills rest.
    pub(super) fn rests(&self, app: AppIndex, now: i64) -> bool {
        self.contracts.get(&app).and_then(|breaker| breaker.rests_until).is_some_and(|until| now < until)
    }

    /// Takes one bill of a contract: `false` where it rests. After a rest one bill probes; the others go on resting.
    pub(super) fn take(&mut self, app: AppIndex, now: i64) -> bool {
        let Some(breaker) = self.contracts.get_mut(&app) else { return true };
        match breaker.rests_until {
            Some(until) if now < until => false,
            Some(_) => {
                breaker.rests_until = Some(now.saturating_add(REST_DURATION));
                true
            }
            None => true,
        }
    }

    /// Counts a refusal. Until when the contract's bills rest, where this refusal is what makes them.
    pub(super) fn refused(&mut self, app: AppIndex, cause: Cause, now: i64) -> Option<i64> {
        let new = Breaker { cause, refusals: 0, rests_until: None };
        let breaker = self.contracts.entry(app).or_insert(new);
        if breaker.cause != cause {
            *breaker = Breaker { cause, refusals: 0, rests_until: None };
        }
        breaker.refusals = breaker.refusals.saturating_add(1);
        if breaker.refusals < REFUSALS {
            return None;
        }
        let until = now.saturating_add(REST_DURATION);
        let was_open = breaker.rests_until.replace(until).is_some();
        (!was_open).then_some(until)
    }

    /// Notes a bill in a block; whether the contract's bills rested before.
    pub(super) fn passed(&mut self, app: AppIndex) -> bool {
        self.contracts.remove(&app).is_some_and(|breaker| breaker.rests_until.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: AppIndex = AppIndex(9);

    #[test]
    fn three_refusals_with_one_cause_make_one_notice_and_one_probe_at_a_time() {
        let mut breakers = Breakers::default();
        assert_eq!(breakers.refused(APP, Cause::AssetStuck, 0), None);
        assert_eq!(breakers.refused(APP, Cause::Unexplained, 0), None);
        assert_eq!(breakers.refused(APP, Cause::AssetStuck, 0), None);
        assert_eq!(breakers.refused(APP, Cause::AssetStuck, 0), None);
        assert!(breakers.take(APP, 1) && breakers.take(AppIndex(10), 1));
        assert_eq!(breakers.refused(APP, Cause::AssetStuck, 1), Some(1 + REST_DURATION));
        // Those that were under way.
        assert_eq!(breakers.refused(APP, Cause::AssetStuck, 2), None);
        assert!(breakers.rests(APP, 3) && !breakers.take(APP, 3));
        assert!(breakers.take(APP, 2 + REST_DURATION), "one probe");
        assert!(!breakers.take(APP, 3 + REST_DURATION), "and no second one");
        assert!(breakers.passed(APP) && !breakers.passed(APP));
        assert!(breakers.take(APP, 4 + REST_DURATION));
    }
}
