//! The header a block begins with: what follows from the previous header alone
//! (go-algorand `data/bookkeeping/block.go` `MakeBlock`).

use super::error::BlockError;
use pnp_types::consensus::{self, BonusPlan, ConsensusParams};
use pnp_types::{BlockHeader, Digest, MicroAlgos, Micros, RewardsState, Round, UpgradeState};

/// The header after `previous`, without what its transactions and the accounts decide.
///
/// `timestamp` is in seconds since 1970 and is held between the previous block's and the most a block may be later.
/// The seed is the previous block's hash, as on a development network: there is no proposer to draw one.
pub fn next_header(previous: &BlockHeader, timestamp: i64) -> Result<BlockHeader, BlockError> {
    let round = previous.round.next();
    let upgrade_state = next_upgrade_state(&previous.upgrade_state, round);
    let params = params_of(&upgrade_state.current_protocol)?;
    let previous_params = params_of(&previous.upgrade_state.current_protocol)?;
    let branch = previous.hash();
    Ok(BlockHeader {
        round,
        branch,
        branch512: if params.enable_sha512_block_hash { previous.hash512() } else { [0; 64] },
        seed: branch,
        timestamp: held_timestamp(timestamp, previous.timestamp, params.max_timestamp_increment),
        genesis_id: previous.genesis_id.clone(),
        genesis_hash: if params.support_genesis_hash { previous.genesis_hash } else { Digest::ZERO },
        bonus: next_bonus(round, previous.bonus, &params.bonus, &previous_params.bonus),
        upgrade_state,
        congestion_tax: next_congestion_tax(previous.load, previous.congestion_tax),
        rewards: RewardsState {
            fee_sink: previous.rewards.fee_sink,
            rewards_pool: previous.rewards.rewards_pool,
            ..RewardsState::default()
        },
        ..BlockHeader::default()
    })
}

/// The rules of the protocol of this name.
pub(super) fn params_of(protocol: &str) -> Result<&'static ConsensusParams, BlockError> {
    consensus::lookup(protocol).ok_or_else(|| BlockError::Protocol(protocol.to_owned()))
}

/// The time a block may say when the clock says `timestamp`: never before the block at `previous`, and at most
/// `max_increment` seconds after it (go-algorand `bookkeeping.MakeBlock`). A previous time of zero or before holds
/// nothing: there may be any gap after it.
#[must_use]
pub fn held_timestamp(timestamp: i64, previous: i64, max_increment: i64) -> i64 {
    if previous <= 0 {
        return timestamp;
    }
    timestamp.clamp(previous, previous.saturating_add(max_increment))
}

/// Protocol upgrades where no account votes: a proposal that was approved takes effect, one that was not lapses
/// (go-algorand `applyUpgradeVote`).
fn next_upgrade_state(previous: &UpgradeState, round: Round) -> UpgradeState {
    let keeps = |current: &str| UpgradeState { current_protocol: current.to_owned(), ..UpgradeState::default() };
    let threshold = consensus::lookup(&previous.current_protocol).map_or(0, |params| params.upgrade_threshold);
    if round == previous.next_protocol_vote_before && previous.next_protocol_approvals < threshold {
        return keeps(&previous.current_protocol);
    }
    if round == previous.next_protocol_switch_on {
        return keeps(&previous.next_protocol);
    }
    previous.clone()
}

/// The bonus for a proposer: set by the plan when its time comes, then decaying by a hundredth each interval
/// (go-algorand `computeBonus`).
fn next_bonus(round: Round, previous: MicroAlgos, plan: &BonusPlan, previous_plan: &BonusPlan) -> MicroAlgos {
    if plan.base_amount != 0 {
        let is_new = plan != previous_plan || round == Round(1);
        if round == plan.base_round || (is_new && round > plan.base_round) {
            return MicroAlgos(plan.base_amount);
        }
    }
    if plan.decay_interval != 0 && round.is_multiple_of(plan.decay_interval) {
        return MicroAlgos(share(previous.0, 99, 100));
    }
    previous
}

/// What congestion adds to fees: up by at most a tenth after a full block, down by at most a tenth after an empty one
/// (go-algorand `NextCongestionTax`).
fn next_congestion_tax(load: Micros, tax: Micros) -> Micros {
    const MAX: u64 = 100_000;
    const HALF: u64 = 500_000;
    const ONE: u64 = Micros::ONE.0;
    if load.0 <= HALF {
        let down = share(MAX, HALF - load.0, HALF);
        Micros(share(tax.0, ONE - down, ONE).saturating_sub(down))
    } else {
        let up = share(MAX, load.0 - HALF, HALF);
        Micros(share(tax.0, ONE.saturating_add(up), ONE).saturating_add(up))
    }
}

/// `amount * numerator / denominator`, at most 2^64-1.
pub(super) fn share(amount: u64, numerator: u64, denominator: u64) -> u64 {
    let wide = u128::from(amount) * u128::from(numerator) / u128::from(denominator.max(1));
    u64::try_from(wide).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::consensus::LATEST;

    fn previous() -> BlockHeader {
        let mut header =
            BlockHeader { round: Round(7), timestamp: 1000, genesis_id: "test-v1".into(), ..Default::default() };
        header.upgrade_state.current_protocol = LATEST.url.into();
        header
    }

    #[test]
    fn time_neither_runs_back_nor_leaps() {
        let at = |time| next_header(&previous(), time).unwrap().timestamp;
        assert_eq!((at(999), at(1003), at(99_999)), (1000, 1003, 1000 + LATEST.params.max_timestamp_increment));
        let fresh = BlockHeader { timestamp: 0, ..previous() };
        assert_eq!(next_header(&fresh, 99_999).unwrap().timestamp, 99_999);
    }

    #[test]
    fn a_header_follows_from_the_previous_one() {
        let header = next_header(&previous(), 1001).unwrap();
        assert_eq!((header.round, header.branch, header.genesis_id.as_str()), (Round(8), previous().hash(), "test-v1"));
        assert_eq!(header.seed, header.branch);
        let mut unknown = previous();
        unknown.upgrade_state.current_protocol = "tomorrow".into();
        assert_eq!(next_header(&unknown, 0).unwrap_err().to_string(), "unsupported protocol tomorrow");
    }

    #[test]
    fn an_approved_upgrade_takes_effect_and_a_failed_one_lapses() {
        let mut state = UpgradeState {
            current_protocol: LATEST.url.into(),
            next_protocol: "next".into(),
            next_protocol_approvals: 1,
            next_protocol_vote_before: Round(10),
            next_protocol_switch_on: Round(20),
        };
        assert_eq!(next_upgrade_state(&state, Round(9)), state);
        assert_eq!(next_upgrade_state(&state, Round(10)).next_protocol, "");
        state.next_protocol_approvals = LATEST.params.upgrade_threshold;
        assert_eq!(next_upgrade_state(&state, Round(10)), state);
        assert_eq!(next_upgrade_state(&state, Round(20)).current_protocol, "next");
    }

    #[test]
    fn the_bonus_starts_and_decays_by_its_plan() {
        let none = BonusPlan { base_round: Round::GENESIS, base_amount: 0, decay_interval: 0 };
        let plan = BonusPlan { base_round: Round::GENESIS, base_amount: 10_000_000, decay_interval: 10 };
        assert_eq!(next_bonus(Round(1), MicroAlgos::ZERO, &plan, &plan), MicroAlgos(10_000_000));
        assert_eq!(next_bonus(Round(5), MicroAlgos(3), &plan, &none), MicroAlgos(10_000_000), "new with an upgrade");
        assert_eq!(next_bonus(Round(20), MicroAlgos(10_000_000), &plan, &plan), MicroAlgos(9_900_000));
        assert_eq!(next_bonus(Round(21), MicroAlgos(9_900_000), &plan, &plan), MicroAlgos(9_900_000));
        assert_eq!(next_bonus(Round(21), MicroAlgos(4), &none, &none), MicroAlgos(4));
    }

    #[test]
    fn congestion_moves_the_tax_by_a_tenth_at_most() {
        let next = |load, tax| next_congestion_tax(Micros(load), Micros(tax)).0;
        assert_eq!(next(0, 0), 0);
        assert_eq!(next(1_000_000, 0), 100_000);
        assert_eq!(next(1_000_000, 100_000), 210_000);
        assert_eq!(next(500_000, 123_456), 123_456);
        assert_eq!(next(0, 1_000_000), 800_000);
        assert_eq!(next(1_000_000, u64::MAX), u64::MAX);
    }
}
