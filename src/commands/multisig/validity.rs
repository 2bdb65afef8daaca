//! How long a bundle can still be sent, said before it is too late.

use crate::failure::Failure;
use pnp_types::{Bundle, Round};
use schemars::JsonSchema;
use serde::Serialize;

/// Rounds a transaction may stay valid for, at most (go-algorand `MaxTxnLife`).
pub(super) const LONGEST: u64 = 1000;
/// Milliseconds a round takes on the public networks, about.
const ROUND_MILLISECONDS: u64 = 2_800;
/// Rounds that are few for people who have to find each other: about five minutes.
const FEW: u64 = 100;

/// When a bundle can be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Validity {
    /// The first round it can be confirmed in.
    pub(crate) first_valid: Round,
    /// The last round it can be confirmed in.
    pub(crate) last_valid: Round,
    /// The network's newest round; absent where the network was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) now: Option<Round>,
    /// Rounds in which it can still be confirmed; absent where the network was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rounds_left: Option<u64>,
    /// About how long these last at the public networks' pace; absent where the network was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seconds_left: Option<u64>,
}

impl Validity {
    /// The validity of a bundle, as seen in round `now`.
    pub(super) fn of(bundle: &Bundle, now: Option<Round>) -> Self {
        let (first_valid, last_valid) = (bundle.first_valid(), bundle.last_valid());
        // A transaction sent now is in the next round at the earliest.
        let rounds_left = now.map(|now| last_valid.saturating_sub(now));
        Self { first_valid, last_valid, now, rounds_left, seconds_left: rounds_left.map(seconds) }
    }

    /// Whether no block can hold it any more.
    pub(super) fn is_over(&self) -> bool {
        self.rounds_left == Some(0)
    }

    /// Rounds until it can be sent.
    pub(super) fn early_by(&self) -> Option<u64> {
        // algod takes what is valid in the next round.
        self.now.and_then(|now| self.first_valid.checked_sub(now.saturating_add(1))).filter(|rounds| *rounds > 0)
    }

    /// In one line for people.
    pub(super) fn text(&self) -> String {
        let Self { first_valid, last_valid, now, .. } = self;
        let rounds = format!("rounds {first_valid} to {last_valid}");
        match (now, self.rounds_left) {
            (Some(now), Some(0)) => format!("{rounds}: expired, the network is in round {now}"),
            (Some(now), Some(left)) => {
                let early = match self.early_by() {
                    Some(rounds) => format!(", from {} on", in_words(rounds)),
                    None => String::new(),
                };
                format!("{rounds}, now {now}: {} left{early}", in_words(left))
            }
            _ => format!("{rounds}, {} in all; how many are left is not known here", in_words(self.length())),
        }
    }

    fn length(&self) -> u64 {
        self.last_valid.saturating_sub(self.first_valid).saturating_add(1)
    }

    /// What to warn of, if anything.
    pub(super) fn warning(&self) -> Option<String> {
        let Self { first_valid, last_valid, .. } = self;
        if first_valid > last_valid {
            return Some(format!("it can never be sent: round {first_valid} is after round {last_valid}"));
        }
        match (self.now, self.rounds_left?) {
            (Some(now), 0) => {
                Some(format!("it expired: its last round was {last_valid}, the network is in round {now}"))
            }
            (_, left) if left < FEW => Some(format!("it expires soon: {} are left", in_words(left))),
            _ => None,
        }
    }

    /// The failure of whatever needs it to be still valid.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let Some(now) = self.now.filter(|_| self.is_over()) else { return Ok(()) };
        let Self { first_valid, last_valid, .. } = self;
        Err(Failure::new("expired", format!("the bundle expired: its last round was {last_valid}"))
            .because(format!("the network is in round {now}, and transactions are valid for {LONGEST} rounds at most"))
            .hint("write it anew with the command that made it, and have it signed faster, or for later with --first-valid")
            .with("first_valid", *first_valid)
            .with("last_valid", *last_valid)
            .with("now", now))
    }
}

fn seconds(rounds: u64) -> u64 {
    rounds.saturating_mul(ROUND_MILLISECONDS) / 1000
}

/// Rounds and about how long they last.
pub(super) fn in_words(rounds: u64) -> String {
    let seconds = seconds(rounds);
    let (unit, number) = match seconds {
        0..120 => ("seconds", seconds),
        120..7200 => ("minutes", seconds / 60),
        _ => ("hours", seconds / 3600),
    };
    let plural = if rounds == 1 { "" } else { "s" };
    format!("{rounds} round{plural} (about {number} {unit} at 2.8 s a round)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validity(first_valid: Round, last_valid: Round, now: Round) -> Validity {
        let rounds_left = Some(last_valid.saturating_sub(now));
        Validity { first_valid, last_valid, now: Some(now), rounds_left, seconds_left: rounds_left.map(seconds) }
    }

    #[test]
    fn expiry_is_said_before_and_after() {
        assert_eq!(in_words(1000), "1000 rounds (about 46 minutes at 2.8 s a round)");
        assert!(validity(10, 1010, 10).warning().is_none());
        assert!(validity(10, 1010, 950).warning().unwrap().contains("60 rounds (about 2 minutes"));
        assert!(validity(10, 1010, 1009).check().is_ok(), "the next block may hold it");
        assert_eq!(validity(10, 1010, 1010).check().unwrap_err().code, "expired");
        assert!(validity(10, 1010, 1010).text().contains("expired"));
    }

    #[test]
    fn what_is_signed_for_later_says_when() {
        assert_eq!(validity(100, 200, 98).early_by(), Some(1));
        assert_eq!(validity(100, 200, 99).early_by(), None);
        assert!(validity(100, 200, 50).text().contains("from 49 rounds"));
        assert!(validity(9, 8, 1).warning().unwrap().contains("never"));
    }
}
