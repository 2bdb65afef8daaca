//! Limits of requests per key, user, session and address, in memory.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::access::Principal;

/// How many requests one caller may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second in the long run.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
}

/// The rates of all kinds of callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// One address, for requests without a credential.
    pub address: Rate,
    /// One address, for credentials that are not valid. Beyond it every credential from there is refused unread, so that
    /// guessing costs nothing; many users share an address, so that it is not small.
    pub failures: Rate,
    /// One secret or publishable key.
    pub key: Rate,
    /// One user with user tokens.
    pub user: Rate,
    /// One session with session tokens.
    pub session: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            address: Rate { per_second: 20, burst: 200 },
            failures: Rate { per_second: 100, burst: 1000 },
            key: Rate { per_second: 10_000, burst: 20_000 },
            user: Rate { per_second: 10, burst: 60 },
            session: Rate { per_second: 5, burst: 60 },
        }
    }
}

/// Who is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Caller {
    /// The first 64 bits of an IPv6 address, or an IPv4 address.
    Address(u64),
    /// The same, for credentials that are not valid.
    Failures(u64),
    Key(i64),
    /// A hash of partner and user.
    User(u64),
    Session(i64),
}

/// Maps that are locked one by one.
const SHARDS: usize = 64;
/// Callers in one map before those that have rested are forgotten.
const SWEEP_ABOVE: usize = 4096;

/// The state of all limits: for each caller the time, in nanoseconds since the start, at which it would have an unused
/// burst again. (This is the generic cell rate algorithm: one number a caller.)
pub(super) struct Limits {
    rates: Rates,
    start: Instant,
    hasher: RandomState,
    shards: Vec<Mutex<Shard>>,
}

#[derive(Default)]
struct Shard {
    rested_at: HashMap<Caller, u64>,
    /// The number of callers at which the next sweep is due: twice what the last one left.
    sweep_above: usize,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").field("rates", &self.rates).finish_non_exhaustive()
    }
}

impl Limits {
    pub(super) fn new(rates: Rates) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { rates, start: Instant::now(), hasher: RandomState::new(), shards }
    }

    /// The number of an address; `None` for the Unix socket, which is not limited.
    pub(super) fn address(client: Option<IpAddr>) -> Option<u64> {
        client.map(|address| match address {
            IpAddr::V4(address) => u64::from(u32::from(address)),
            // One customer has 64 bits or more of addresses.
            IpAddr::V6(address) => u64::try_from(u128::from(address) >> 64).unwrap_or(0) | 1 << 63,
        })
    }

    /// The caller of an authenticated request; `None` for the operator, who is not limited.
    pub(super) fn caller(&self, principal: &Principal) -> Option<Caller> {
        match principal {
            Principal::Anonymous | Principal::Operator => None,
            Principal::Secret { key_id, .. } | Principal::Publishable { key_id, .. } => Some(Caller::Key(*key_id)),
            Principal::User { partner_id, user_id } => Some(Caller::User(self.hasher.hash_one((partner_id, user_id)))),
            Principal::Session { session_id, .. } => Some(Caller::Session(*session_id)),
        }
    }

    /// Takes one request.
    ///
    /// # Errors
    /// The seconds to wait.
    pub(super) fn take(&self, caller: Caller) -> Result<(), u32> {
        self.take_at(caller, self.start.elapsed())
    }

    /// Whether one request could be taken.
    ///
    /// # Errors
    /// The seconds to wait.
    pub(super) fn check(&self, caller: Caller) -> Result<(), u32> {
        let now = nanoseconds(self.start.elapsed());
        let rested_at = self.with_shard(caller, |shard| shard.rested_at.get(&caller).copied().unwrap_or(0));
        next(self.rate(caller), rested_at, now).map(drop)
    }

    fn take_at(&self, caller: Caller, now: Duration) -> Result<(), u32> {
        let (rate, now) = (self.rate(caller), nanoseconds(now));
        self.with_shard(caller, |shard| {
            if shard.rested_at.len() > shard.sweep_above.max(SWEEP_ABOVE) {
                shard.rested_at.retain(|_, rested_at| *rested_at > now);
                shard.sweep_above = shard.rested_at.len().saturating_mul(2);
            }
            let rested_at = shard.rested_at.entry(caller).or_insert(0);
            *rested_at = next(rate, *rested_at, now)?;
            Ok(())
        })
    }

    fn with_shard<T>(&self, caller: Caller, work: impl FnOnce(&mut Shard) -> T) -> T {
        let hash = usize::try_from(self.hasher.hash_one(caller) % SHARDS as u64).unwrap_or(0);
        match self.shards.get(hash) {
            // A panic leaves the map usable.
            Some(shard) => work(&mut shard.lock().unwrap_or_else(PoisonError::into_inner)),
            None => work(&mut Shard::default()),
        }
    }

    const fn rate(&self, caller: Caller) -> Rate {
        match caller {
            Caller::Address(_) => self.rates.address,
            Caller::Failures(_) => self.rates.failures,
            Caller::Key(_) => self.rates.key,
            Caller::User(_) => self.rates.user,
            Caller::Session(_) => self.rates.session,
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// When the caller has rested after one more request, or the seconds until it may send one.
fn next(rate: Rate, rested_at: u64, now: u64) -> Result<u64, u32> {
    const SECOND: u64 = 1_000_000_000;
    let each = SECOND / u64::from(rate.per_second.max(1));
    let most = each.saturating_mul(u64::from(rate.burst.max(1)));
    let after = rested_at.max(now).saturating_add(each);
    let excess = after.saturating_sub(now).saturating_sub(most);
    if excess == 0 { Ok(after) } else { Err(u32::try_from(excess.div_ceil(SECOND)).unwrap_or(u32::MAX)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_the_rate() {
        let rate = Rate { per_second: 2, burst: 3 };
        let limits = Limits::new(Rates { session: rate, ..Rates::default() });
        let take = |millis| limits.take_at(Caller::Session(1), Duration::from_millis(millis));
        assert_eq!([take(0), take(0), take(0), take(0)], [Ok(()), Ok(()), Ok(()), Err(1)]);
        assert_eq!([take(499), take(500), take(500)], [Err(1), Ok(()), Err(1)]);
        assert_eq!(limits.take_at(Caller::Session(2), Duration::ZERO), Ok(()));
        assert_eq!([take(9000), take(9000), take(9000), take(9000)], [Ok(()), Ok(()), Ok(()), Err(1)]);
    }

    #[test]
    fn addresses_that_rest_are_forgotten() {
        let limits = Limits::new(Rates::default());
        for address in 0..400_000_u64 {
            let _ = limits.take_at(Caller::Address(address), Duration::from_micros(address * 10));
        }
        let kept: usize = limits.shards.iter().map(|shard| shard.lock().unwrap().rested_at.len()).sum();
        assert!(kept < SHARDS * (SWEEP_ABOVE + 1) * 2, "{kept}");
    }

    #[test]
    fn ipv6_customers_are_one_address() {
        let address = |text: &str| Limits::address(Some(text.parse().unwrap()));
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:2"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_eq!(Limits::address(None), None);
    }
}
