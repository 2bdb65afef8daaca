//! Challenges: now and then a share of the online accounts has to show that it is alive
//! (go-algorand `ledger/apply/challenge.go`).

use crate::overlay::ReadError;
use crate::state::State;
use pnp_types::consensus;
use pnp_types::{Address, Digest, Round};

/// Which part of a challenge's time is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    /// The grace period is running out: heartbeats are free.
    Risky,
    /// The grace period is over: who was not seen may be suspended.
    Active,
}

/// A challenge of the accounts whose address starts like a block's seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// The round it is of.
    pub(crate) round: Round,
    /// The seed of its block, whose first bits name who is meant.
    pub(crate) seed: Digest,
    /// How many bits of it.
    pub(crate) bits: u32,
}

impl Challenge {
    /// The challenge that is in this period now, if there is one.
    pub(crate) fn find(state: &State<'_>, period: Period) -> Result<Option<Self>, ReadError> {
        let rules = &state.params().payouts;
        let (interval, grace, now) = (rules.challenge_interval, rules.challenge_grace_period, state.round());
        if interval == 0 || now.0 < interval {
            return Ok(None);
        }
        let since = now.0 % interval;
        let round = now.saturating_sub(since);
        let is_in_period = match period {
            Period::Risky => since > grace / 2 && since <= grace,
            Period::Active => since > grace && since <= grace.saturating_mul(2),
        };
        if !is_in_period {
            return Ok(None);
        }
        let Some(header) = state.chain().header(round)? else { return Ok(None) };
        let same_rules =
            consensus::lookup(&header.upgrade_state.current_protocol).is_some_and(|params| params.payouts == *rules);
        Ok(same_rules.then_some(Self { round, seed: header.seed, bits: rules.challenge_bits }))
    }

    /// Whether the account is meant and has not been seen since.
    pub(crate) fn is_failed_by(&self, address: &Address, last_seen: Round) -> bool {
        last_seen < self.round && starts_alike(self.seed.as_bytes(), address.as_bytes(), self.bits)
    }
}

/// Whether the first bits are the same.
fn starts_alike(a: &[u8; 32], b: &[u8; 32], bits: u32) -> bool {
    let mut same = 0;
    for (a, b) in a.iter().zip(b) {
        let zeros = (a ^ b).leading_zeros();
        same += zeros;
        if zeros < u8::BITS {
            break;
        }
    }
    same >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_bits_are_compared_across_bytes() {
        let mut other = [0u8; 32];
        other[1] = 0b0001_0000;
        assert!(starts_alike(&[0; 32], &other, 11));
        assert!(!starts_alike(&[0; 32], &other, 12));
        assert!(starts_alike(&other, &other, 256));
        assert!(!starts_alike(&other, &other, 257));
    }
}
