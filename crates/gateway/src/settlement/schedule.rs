//! When a tab is looked at: the next time at which something of it can become due.

use super::SettlementError;
use super::error::unsigned;
use super::parsed::{rules, settings};
use crate::amount::{Amount, Price};
use crate::chain::{PlanRules, plan};
use crate::store::Write;
use pnp_usage::BasisPoints;
use rusqlite::Row;

/// The columns of [`TabDates::read`], of tab `t` and contract `c`.
macro_rules! columns {
    () => {
        "t.id, t.wallet_id, t.price, t.unsettled, t.lot_since, t.last_tick_at, t.due_at, c.fee_pct, c.min_rate, \
         CASE WHEN EXISTS (SELECT 1 FROM sessions s WHERE s.wallet_id = t.wallet_id AND s.closed_at IS NULL \
         AND s.tab_id = t.id) THEN 1 ELSE 0 END, \
         (SELECT SUM(o.unsettled % (o.price * 1000000)) FROM tabs o WHERE o.wallet_id = t.wallet_id \
         AND o.contract_id = t.contract_id AND o.blocked IS NULL), \
         (SELECT MAX(o.last_tick_at) FROM tabs o WHERE o.wallet_id = t.wallet_id AND o.contract_id = t.contract_id \
         AND o.blocked IS NULL AND o.unsettled > 0), t.asked"
    };
}
/// How many columns [`TabDates::read`] reads.
pub(super) const COLUMNS: usize = 13;
pub(super) use columns;

/// What decides when a tab is looked at.
#[derive(Clone, Debug)]
pub(super) struct TabDates {
    pub(super) id: i64,
    pub(super) wallet: i64,
    price: Price,
    unsettled: Amount,
    lot_since: Option<i64>,
    last_tick_at: i64,
    pub(super) due_at: Option<i64>,
    fee_pct: BasisPoints,
    min_rate: u64,
    has_open_session: bool,
    /// Parts of a minute in all tabs of the wallet at this contract.
    rest: Amount,
    /// The newest tick of these.
    newest_tick_at: i64,
    /// Whether somebody asked for its bill.
    is_asked: bool,
}

impl TabDates {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let last_tick_at = row.get(5)?;
        Ok(Self {
            id: row.get(0)?,
            wallet: row.get(1)?,
            price: row.get(2)?,
            unsettled: row.get(3)?,
            lot_since: row.get(4)?,
            last_tick_at,
            due_at: row.get(6)?,
            fee_pct: BasisPoints(unsigned(row, 7)?),
            min_rate: unsigned(row, 8)?,
            has_open_session: row.get::<_, i64>(9)? != 0,
            rest: row.get::<_, Option<Amount>>(10)?.unwrap_or_default(),
            newest_tick_at: row.get::<_, Option<i64>>(11)?.unwrap_or(last_tick_at),
            is_asked: row.get::<_, i64>(12)? > 0,
        })
    }

    /// The minutes of a lot.
    fn lot(&self, rules: &PlanRules) -> u64 {
        if rules.lots { plan::lot(self.price, self.fee_pct, rules.settle_above) } else { 1 }
    }

    fn minutes(&self) -> u64 {
        u64::try_from(self.unsettled.0 / self.price.amount().0).unwrap_or(0)
    }

    /// What bills could take of it now if nothing had to wait: whole minutes, and the rest where the rests of all tabs are enough.
    pub(super) fn billable(&self) -> Amount {
        if self.rest.minor_units() >= self.min_rate.max(1) {
            return self.unsettled;
        }
        let price = self.price.amount().0;
        Amount(self.unsettled.0.saturating_sub(self.unsettled.0 % price))
    }

    fn has_lot(&self, rules: &PlanRules) -> bool {
        self.minutes() >= self.lot(rules)
    }

    /// The earliest time at which a bill takes something of this tab if nothing more is charged to it: by the rules of
    /// [`plan::next`]. It may be in the past; nothing where no bill ever does. Wallets that are closed are not found by this.
    pub(super) fn next_look(&self, rules: &PlanRules) -> Option<i64> {
        let after = |since: i64, pause: i64| since.saturating_add(pause).saturating_add(rules.payout_delay);
        let has_ended = self.is_asked || (rules.stop_makes_due && !self.has_open_session);
        let idle = if has_ended { 0 } else { rules.idle_after };
        let whole = (self.minutes() > 0).then(|| after(self.last_tick_at, idle));
        let is_rest = self.unsettled.0 > 0 && self.rest.minor_units() >= self.min_rate.max(1);
        let rest = is_rest.then(|| after(self.newest_tick_at, idle));
        let pause = if self.unsettled >= rules.settle_above { 0 } else { rules.settle_after };
        let lots = self.has_lot(rules).then(|| after(self.lot_since.unwrap_or(self.last_tick_at), pause));
        [whole, rest, lots].into_iter().flatten().min()
    }
}

const OF_CONTRACT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM tabs t JOIN contracts c ON c.id = t.contract_id WHERE t.wallet_id = ?1 AND t.contract_id = ?2"
);

/// Sets when the tabs of a wallet at a contract are looked at, from what is in them. A lot that is no longer there is forgotten.
pub(super) fn reschedule(write: &mut Write<'_>, wallet: i64, contract: i64) -> Result<(), SettlementError> {
    let partner = write.row(
        "SELECT p.id, p.settings FROM contracts c JOIN partners p ON p.id = c.partner_id WHERE c.id = ?1",
        [contract],
        |row| Ok((row.get(0)?, row.get::<_, String>(1)?)),
    )?;
    let Some((partner, text)) = partner else { return Ok(()) };
    let rules = rules(&settings(partner, &text)?);
    for mut tab in write.rows(OF_CONTRACT, (wallet, contract), TabDates::read)? {
        let minutes = i64::try_from(tab.lot(&rules)).unwrap_or(i64::MAX);
        let lot = if rules.lots { tab.price.amount().0.saturating_mul(minutes) } else { 0 };
        tab.lot_since = tab.lot_since.filter(|_| tab.has_lot(&rules));
        write.execute(
            "UPDATE tabs SET due_at = ?1, lot_since = ?2, lot = ?3 WHERE id = ?4",
            (tab.next_look(&rules), tab.lot_since, lot, tab.id),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{ContractTerms, Tab, WalletBooks};
    use pnp_types::{Address, AppIndex, AssetIndex, Round};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const NOW: i64 = 1_800_000_000_000;

    fn books(dates: &TabDates, rules: PlanRules) -> WalletBooks {
        let contract = ContractTerms {
            id: 1,
            app: AppIndex(7),
            asset: AssetIndex(8),
            provider: Address([1; 32]),
            platform: Address([2; 32]),
            fee_pct: dates.fee_pct,
            min_rate: dates.min_rate,
            max_rate: 100_000,
            is_blocked: false,
        };
        let tab = Tab {
            id: 1,
            contract: 1,
            price: dates.price,
            unsettled: dates.unsettled,
            lot_since: dates.lot_since,
            last_tick_at: dates.last_tick_at,
            has_open_session: dates.has_open_session,
            is_blocked: false,
            is_asked: dates.is_asked,
        };
        WalletBooks {
            id: 1,
            key_number: Some(1),
            has_account: true,
            is_closing: false,
            has_open_top_up: false,
            stopped: None,
            available: Amount::ZERO,
            held: Amount::ZERO,
            settling: Amount::ZERO,
            withdrawing: Amount::ZERO,
            debt: Amount::ZERO,
            due: Amount::ZERO,
            sending: Amount::ZERO,
            in_account: Amount(1_000_000_000_000),
            leaving: Amount::ZERO,
            returning: Amount::ZERO,
            algos: 0,
            tabs: vec![tab],
            contracts: vec![contract],
            contract_in_force: Some(1),
            last_ticks: BTreeMap::new(),
            withdrawals: Vec::new(),
            op: None,
            last_round: Round::GENESIS,
            rules,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn a_tab_is_looked_at_when_the_plan_has_a_bill_for_it(
            cents in prop_oneof![1_i64..30, Just(700)],
            unsettled in prop_oneof![0_i64..3_000_000, 0_i64..50_000_000, 0_i64..900_000_000],
            lot_since in prop::option::of(0_i64..200_000_000),
            last_tick in 0_i64..200_000_000,
            fee_pct in prop_oneof![Just(0), Just(500), Just(333)],
            min_rate in 1_u64..4,
            payout_delay in prop_oneof![Just(0_i64), Just(3_600_000)],
            (lots, stop_makes_due, has_open_session, is_asked) in any::<(bool, bool, bool, bool)>(),
        ) {
            let price = Price::cents(cents).unwrap();
            let rules = PlanRules { payout_delay, lots, stop_makes_due, ..PlanRules::USUAL };
            let dates = TabDates {
                id: 1,
                wallet: 1,
                price,
                unsettled: Amount(unsettled),
                lot_since: lot_since.map(|before| NOW - before),
                last_tick_at: NOW - last_tick,
                due_at: None,
                fee_pct: BasisPoints(fee_pct),
                min_rate,
                has_open_session,
                rest: Amount(unsettled % price.amount().0),
                newest_tick_at: NOW - last_tick,
                is_asked,
            };
            let books = books(&dates, rules);
            let has_work = |now| plan::has_work(&books, &|_| true, now);
            match dates.next_look(&rules) {
                Some(at) => prop_assert!(has_work(at) && !has_work(at - 1), "{dates:?} at {at}"),
                None => prop_assert!(!has_work(i64::MAX), "{dates:?}"),
            }
        }
    }
}
