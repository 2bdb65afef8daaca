//! How long a bundle can still be sent, known before it is too late.

use pnp_types::{Bundle, Round};
use schemars::JsonSchema;
use serde::Serialize;

/// Rounds a transaction may stay valid for, at most (go-algorand `MaxTxnLife`).
pub const LONGEST_VALIDITY: u64 = 1000;
/// Milliseconds a round takes on the public networks, about.
const ROUND_MILLISECONDS: u64 = 2_800;
/// Rounds that are few for people who have to find each other: about five minutes.
const FEW_ROUNDS: u64 = 100;

/// When a bundle can be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Validity {
    /// The first round it can be confirmed in.
    pub first_valid: Round,
    /// The last round it can be confirmed in.
    pub last_valid: Round,
    /// The network's newest round; absent where the network was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Round>,
    /// Rounds in which it can still be confirmed; absent where the network was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounds_left: Option<u64>,
    /// About how long these last at the public networks' pace; absent where the network was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<u64>,
}

/// Why a bundle may not be sent in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidityWarning {
    /// Its first round is after its last one, so that no block can ever hold it.
    Never {
        /// The first round.
        first_valid: Round,
        /// The last round.
        last_valid: Round,
    },
    /// Its last round is over.
    Expired {
        /// The last round.
        last_valid: Round,
        /// The network's newest round.
        now: Round,
    },
    /// Few rounds are left.
    ExpiresSoon {
        /// How many.
        rounds_left: u64,
    },
}

impl Validity {
    /// When a bundle can be sent, as of round `now`.
    #[must_use]
    pub fn of(bundle: &Bundle, now: Option<Round>) -> Self {
        Self::between(bundle.first_valid(), bundle.last_valid(), now)
    }

    fn between(first_valid: Round, last_valid: Round, now: Option<Round>) -> Self {
        // A transaction sent now is in the next round at the earliest.
        let rounds_left = now.map(|now| last_valid.since(now));
        Self { first_valid, last_valid, now, rounds_left, seconds_left: rounds_left.map(Self::seconds) }
    }

    /// About how many seconds so many rounds last on the public networks.
    #[must_use]
    pub const fn seconds(rounds: u64) -> u64 {
        rounds.saturating_mul(ROUND_MILLISECONDS) / 1000
    }

    /// Whether no block can hold it any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.rounds_left == Some(0)
    }

    /// Rounds until it can be sent; nothing where it can be sent now, or that is not known.
    #[must_use]
    pub fn early_by(&self) -> Option<u64> {
        // algod takes what is valid in the next round.
        self.now.map(|now| self.first_valid.since(now.saturating_add(1))).filter(|rounds| *rounds > 0)
    }

    /// Rounds from the first to the last, both included.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.last_valid.since(self.first_valid).saturating_add(1)
    }

    /// What to warn of, if anything.
    #[must_use]
    pub fn warning(&self) -> Option<ValidityWarning> {
        let Self { first_valid, last_valid, .. } = *self;
        if first_valid > last_valid {
            return Some(ValidityWarning::Never { first_valid, last_valid });
        }
        match (self.now, self.rounds_left?) {
            (Some(now), 0) => Some(ValidityWarning::Expired { last_valid, now }),
            (_, rounds_left) if rounds_left < FEW_ROUNDS => Some(ValidityWarning::ExpiresSoon { rounds_left }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validity(first_valid: u64, last_valid: u64, now: u64) -> Validity {
        Validity::between(Round(first_valid), Round(last_valid), Some(Round(now)))
    }

    #[test]
    fn expiry_is_known_before_and_after() {
        assert_eq!(validity(10, 1010, 10).warning(), None);
        assert_eq!(validity(10, 1010, 950).warning(), Some(ValidityWarning::ExpiresSoon { rounds_left: 60 }));
        assert!(!validity(10, 1010, 1009).is_over(), "the next block may hold it");
        assert!(validity(10, 1010, 1010).is_over());
        assert!(!Validity::between(Round(10), Round(1010), None).is_over(), "nobody knows");
    }

    #[test]
    fn what_is_signed_for_later_says_when() {
        assert_eq!(validity(100, 200, 98).early_by(), Some(1));
        assert_eq!(validity(100, 200, 99).early_by(), None);
        assert_eq!(
            validity(9, 8, 1).warning(),
            Some(ValidityWarning::Never { first_valid: Round(9), last_valid: Round(8) })
        );
    }
}
