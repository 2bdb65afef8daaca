//! Rewards: how the level rises from block to block, and what an account has earned by it.
//!
//! Rewards are not written to every account at every block. The header carries a level, an account the level up to
//! which its balance is paid, and the difference is paid when the account is next written.

use super::record::AccountRecord;
use pnp_types::consensus::ConsensusParams;
use pnp_types::{AccountStatus, MicroAlgos, RewardsState, Round};

/// The account with all rewards up to `level` paid into its balance
/// (go-algorand `data/basics/userBalance.go` `WithUpdatedRewards`). `None` if that overflows, which an honest supply
/// cannot reach.
#[must_use]
pub fn with_rewards(account: &AccountRecord, level: u64, params: &ConsensusParams) -> Option<AccountRecord> {
    if account.status == AccountStatus::NotParticipating {
        return Some(*account);
    }
    let units = reward_units(account.balance, params);
    let earned = units.checked_mul(level.checked_sub(account.rewards_base)?)?;
    let balance = account.balance.checked_add(MicroAlgos(earned))?;
    // The lifetime counter may wrap around: the reference lets it.
    let rewarded = MicroAlgos(account.rewarded.0.wrapping_add(earned));
    Some(AccountRecord { balance, rewarded, rewards_base: level, ..*account })
}

/// How many whole units of the rewards' base an amount holds.
#[must_use]
pub(crate) fn reward_units(amount: MicroAlgos, params: &ConsensusParams) -> u64 {
    amount.0.checked_div(params.reward_unit).unwrap_or(0)
}

/// The rewards state of the block after `previous` (go-algorand `data/bookkeeping/block.go` `NextRewardsState`).
///
/// `pool` is the balance of the rewards pool and `total_units` the reward units of all participating accounts, both
/// after the previous block.
#[must_use]
pub(crate) fn next_rewards_state(
    previous: &RewardsState,
    next_round: Round,
    params: &ConsensusParams,
    pool: MicroAlgos,
    total_units: u64,
) -> RewardsState {
    let mut next = previous.clone();
    if next_round == next.recalculation_round {
        let kept = if params.pending_residue_rewards {
            // An overflow would leave nothing to pay out, as would keeping the whole pool.
            params.min_balance.checked_add(next.residue).unwrap_or(pool.0)
        } else {
            params.min_balance
        };
        let interval = params.rewards_rate_refresh_interval;
        next.rate = pool.0.saturating_sub(kept).checked_div(interval).unwrap_or(0);
        next.recalculation_round = next_round.saturating_add(interval);
    }
    if total_units == 0 {
        return next;
    }
    let rate = if params.rewards_calculation_fix { next.rate } else { previous.rate };
    let Some(to_share) = rate.checked_add(next.residue) else { return next };
    let Some(level) = next.level.checked_add(to_share / total_units) else { return next };
    next.level = level;
    next.residue = to_share % total_units;
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::consensus::LATEST;

    #[test]
    fn rewards_are_paid_for_full_units_and_not_to_nonparticipating_accounts() {
        let params = LATEST.params;
        let account = AccountRecord { balance: MicroAlgos(2_999_999), rewards_base: 5, ..AccountRecord::default() };
        let paid = with_rewards(&account, 8, params).unwrap();
        assert_eq!((paid.balance.0, paid.rewarded.0, paid.rewards_base), (2_999_999 + 6, 6, 8));
        let aside = AccountRecord { status: AccountStatus::NotParticipating, ..account };
        assert_eq!(with_rewards(&aside, 8, params), Some(aside));
        assert_eq!(with_rewards(&account, 4, params), None, "a level never falls");
    }

    #[test]
    fn the_rate_is_set_again_at_its_round_and_the_residue_carries_over() {
        let params = LATEST.params;
        let start = RewardsState { recalculation_round: Round(10), residue: 7, ..RewardsState::default() };
        let pool = MicroAlgos(params.min_balance + 7 + 3 * params.rewards_rate_refresh_interval + 1);
        let before = next_rewards_state(&start, Round(9), params, pool, 4);
        assert_eq!((before.rate, before.level, before.residue), (0, 1, 3));
        let at = next_rewards_state(&start, Round(10), params, pool, 4);
        assert_eq!((at.rate, at.level, at.residue), (3, 2, 2));
        assert_eq!(at.recalculation_round, Round(10 + params.rewards_rate_refresh_interval));
        let nobody = next_rewards_state(&start, Round(10), params, pool, 0);
        assert_eq!((nobody.level, nobody.residue), (0, 7));
    }
}
