//! The sums over all accounts: how much money there is, by status, and how many units earn rewards.
//!
//! Kept incrementally, one account out and one account in per change, and used as the last check of every block:
//! transactions move money and never create any (go-algorand `ledger/ledgercore/totals.go`).

use super::record::AccountRecord;
use super::rewards::{reward_units, with_rewards};
use pnp_types::consensus::ConsensusParams;
use pnp_types::msgpack::wire_struct;
use pnp_types::{AccountStatus, MicroAlgos};

/// The money of all accounts of one status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlgoCount {
    /// Their balances, with rewards up to the totals' level.
    pub money: MicroAlgos,
    /// Their full reward units.
    pub reward_units: u64,
}

wire_struct! {
    AlgoCount {
        "mon" => money, "Money";
        "rwd" => reward_units, "RewardUnits";
    }
}

/// The money of all accounts, by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Accounts that take part in consensus.
    pub online: AlgoCount,
    /// Accounts that do not, yet earn rewards.
    pub offline: AlgoCount,
    /// Accounts that are neither, such as the rewards pool.
    pub not_participating: AlgoCount,
    /// The rewards level the sums are at.
    pub rewards_level: u64,
}

wire_struct! {
    Totals {
        "online" => online, "Online";
        "offline" => offline, "Offline";
        "notpart" => not_participating, "NotParticipating";
        "rwdlvl" => rewards_level, "RewardsLevel";
    }
}

/// The sums left the range of 64 bits, which an honest supply cannot reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("overflowed totals")]
pub struct TotalsOverflow;

impl Totals {
    /// Counts an account in.
    pub(crate) fn add(&mut self, account: &AccountRecord, params: &ConsensusParams) -> Result<(), TotalsOverflow> {
        let money = with_rewards(account, self.rewards_level, params).ok_or(TotalsOverflow)?.balance;
        let sum = self.of(account.status);
        sum.money = sum.money.checked_add(money).ok_or(TotalsOverflow)?;
        let units = reward_units(account.balance, params);
        sum.reward_units = sum.reward_units.checked_add(units).ok_or(TotalsOverflow)?;
        Ok(())
    }

    /// Counts an account out, as it was when it was counted in.
    pub(crate) fn remove(&mut self, account: &AccountRecord, params: &ConsensusParams) -> Result<(), TotalsOverflow> {
        let money = with_rewards(account, self.rewards_level, params).ok_or(TotalsOverflow)?.balance;
        let sum = self.of(account.status);
        sum.money = sum.money.checked_sub(money).ok_or(TotalsOverflow)?;
        let units = reward_units(account.balance, params);
        sum.reward_units = sum.reward_units.checked_sub(units).ok_or(TotalsOverflow)?;
        Ok(())
    }

    /// Raises the level, and with it the money of those who earn rewards.
    pub(crate) fn raise_level(&mut self, level: u64) -> Result<(), TotalsOverflow> {
        let per_unit = level.checked_sub(self.rewards_level).ok_or(TotalsOverflow)?;
        for sum in [&mut self.online, &mut self.offline] {
            let earned = sum.reward_units.checked_mul(per_unit).ok_or(TotalsOverflow)?;
            sum.money = sum.money.checked_add(MicroAlgos(earned)).ok_or(TotalsOverflow)?;
        }
        self.rewards_level = level;
        Ok(())
    }

    /// All money there is.
    #[must_use]
    pub fn all(&self) -> MicroAlgos {
        self.participating().saturating_add(self.not_participating.money)
    }

    /// The money of accounts that earn rewards.
    #[must_use]
    pub fn participating(&self) -> MicroAlgos {
        self.online.money.saturating_add(self.offline.money)
    }

    /// The reward units of accounts that earn rewards.
    #[must_use]
    pub fn reward_units(&self) -> u64 {
        self.online.reward_units.saturating_add(self.offline.reward_units)
    }

    fn of(&mut self, status: AccountStatus) -> &mut AlgoCount {
        match status {
            AccountStatus::Online => &mut self.online,
            AccountStatus::Offline => &mut self.offline,
            AccountStatus::NotParticipating => &mut self.not_participating,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::consensus::LATEST;

    #[test]
    fn accounts_are_counted_by_status_and_out_as_they_went_in() {
        let params = LATEST.params;
        let account = AccountRecord { balance: MicroAlgos(3_500_000), ..AccountRecord::default() };
        let online = AccountRecord { status: AccountStatus::Online, ..account };
        let mut totals = Totals::default();
        totals.add(&account, params).unwrap();
        totals.add(&online, params).unwrap();
        totals.raise_level(2).unwrap();
        assert_eq!(totals.offline, AlgoCount { money: MicroAlgos(3_500_006), reward_units: 3 });
        assert_eq!((totals.all().0, totals.reward_units()), (7_000_012, 6));
        totals.remove(&online, params).unwrap();
        assert_eq!(totals.online, AlgoCount::default());
        assert_eq!(totals.remove(&online, params), Err(TotalsOverflow));
    }
}
