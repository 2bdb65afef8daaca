//! What is to be done next for a wallet: decisions alone, from its books and its account.

use super::books::{Tab, WalletBooks};
use super::ops::{BillOp, BillPart, PlannedOp, WithdrawalOp, Work};
use super::reconcile::WalletOnChain;
use super::rules::PlanRules;
use super::terms::ContractTerms;
use crate::amount::{Amount, Price};
use pnp_types::MicroAlgos;
use pnp_usage::{BasisPoints, TickId, Units, UsageError};

/// Transactions of a bill.
const BILL_TRANSACTIONS: u64 = 3;
/// A wallet gets Algos when it has fewer bills' fees than this.
const MIN_FUNDED_BILLS: u64 = 5;
/// It then gets as many as this many bills cost.
const FUNDED_BILLS: u64 = 12;
/// The minutes that a bill is a multiple of: those whose fee is a whole minor unit, at most what `settle_above` buys, at least 1.
#[must_use]
pub fn lot(price: Price, fee_pct: BasisPoints, settle_above: Amount) -> u64 {
    let lot = crate::amount::lot(price, fee_pct.get(), settle_above);
    u64::try_from(lot.0 / price.amount().0).unwrap_or(1)
}

/// Whole minutes that a tab has.
fn whole_minutes(tab: &Tab) -> u64 {
    u64::try_from(tab.unsettled.0 / tab.price.amount().0).unwrap_or(0)
}

/// Whether so long has passed since a time, with the payout delay on top.
const fn has_passed(since: i64, pause: i64, rules: &PlanRules, now: i64) -> bool {
    since.saturating_add(pause).saturating_add(rules.payout_delay) <= now
}

/// Whether everything of a tab is due, down to parts of a minute.
const fn is_all_due(tab: &Tab, is_closing: bool, rules: &PlanRules, now: i64) -> bool {
    let ended = is_closing || tab.is_asked || (rules.stop_makes_due && !tab.has_open_session);
    (ended && has_passed(tab.last_tick_at, 0, rules, now)) || has_passed(tab.last_tick_at, rules.idle_after, rules, now)
}

/// How many minutes of a tab are to be billed now; 0 where nothing is due.
#[must_use]
pub fn due_minutes(tab: &Tab, fee_pct: BasisPoints, is_closing: bool, rules: &PlanRules, now: i64) -> u64 {
    let minutes = whole_minutes(tab);
    if is_all_due(tab, is_closing, rules, now) {
        return minutes;
    }
    let lot = if rules.lots { lot(tab.price, fee_pct, rules.settle_above) } else { 1 };
    let whole_lots = minutes - minutes % lot;
    let since = tab.lot_since.unwrap_or(tab.last_tick_at);
    let is_much = tab.unsettled >= rules.settle_above && has_passed(since, 0, rules, now);
    if whole_lots > 0 && (is_much || has_passed(since, rules.settle_after, rules, now)) { whole_lots } else { 0 }
}

/// What is billable of a wallet: a contract, and what its bill takes from which tabs.
struct Due<'b> {
    contract: &'b ContractTerms,
    units: u64,
    unit_price: u64,
    is_rest: bool,
    parts: Vec<BillPart>,
    amount: Amount,
    since: i64,
}

/// The bill of a tab's whole minutes, where any are due.
fn minutes_due<'b>(books: &'b WalletBooks, tab: &Tab, now: i64) -> Option<Due<'b>> {
    let contract = books.contract(tab.contract).filter(|contract| !contract.is_blocked)?;
    if tab.is_blocked {
        return None;
    }
    let paid_for = u64::try_from(books.in_account.0 / tab.price.amount().0).unwrap_or(0);
    let units = due_minutes(tab, contract.fee_pct, books.is_closing, &books.rules, now).min(paid_for);
    let unit_price = tab.price.in_cents().unsigned_abs();
    let amount = Amount::cents(units.checked_mul(unit_price)?)?;
    let since = tab.lot_since.unwrap_or(tab.last_tick_at);
    let parts = vec![BillPart { tab: tab.id, amount }];
    (units > 0).then_some(Due { contract, units, unit_price, is_rest: false, parts, amount, since })
}

/// The bill of a contract's whole cents of parts of a minute, where they are due.
fn rest_due<'b>(books: &'b WalletBooks, contract: &'b ContractTerms, now: i64) -> Option<Due<'b>> {
    let tabs: Vec<_> =
        books.tabs.iter().filter(|tab| tab.contract == contract.id && !tab.is_blocked && tab.unsettled.0 > 0).collect();
    let is_due = |tab: &&Tab| is_all_due(tab, books.is_closing, &books.rules, now) && whole_minutes(tab) == 0;
    if contract.is_blocked || tabs.is_empty() || !tabs.iter().all(is_due) {
        return None;
    }
    let sum = tabs.iter().try_fold(Amount::ZERO, |sum, tab| sum.checked_add(tab.unsettled))?;
    let cents = sum.min(books.in_account).minor_units().min(contract.max_rate);
    if cents < contract.min_rate.max(1) {
        return None;
    }
    let amount = Amount::cents(cents)?;
    let mut left = amount;
    let mut parts = Vec::new();
    for tab in &tabs {
        let taken = left.min(tab.unsettled);
        if taken.0 > 0 {
            parts.push(BillPart { tab: tab.id, amount: taken });
            left = left.checked_sub(taken)?;
        }
    }
    let since = tabs.iter().map(|tab| tab.last_tick_at).min().unwrap_or(now);
    Some(Due { contract, units: 1, unit_price: cents, is_rest: true, parts, amount, since })
}

/// The bill that has been due for longest. `may_bill` says whether a contract's bills may be sent at the moment.
fn bill_due<'b>(books: &'b WalletBooks, may_bill: &dyn Fn(&ContractTerms) -> bool, now: i64) -> Option<Due<'b>> {
    let minutes = books.tabs.iter().filter_map(|tab| minutes_due(books, tab, now));
    let rests = books.contracts.iter().filter_map(|contract| rest_due(books, contract, now));
    minutes.chain(rests).filter(|due| may_bill(due.contract)).min_by_key(|due| due.since)
}

/// Whether a wallet that is closed has nothing left that can be moved: less than a minor unit of each, together none or one.
fn may_close(books: &WalletBooks) -> bool {
    let nothing =
        [books.settling, books.withdrawing, books.due, books.sending, books.leaving, books.returning, books.held];
    let Some(unsettled) = books.unsettled() else { return false };
    books.is_closing
        && !books.has_open_top_up
        && books.has_account
        && books.debt == Amount::ZERO
        && nothing.iter().all(|amount| *amount == Amount::ZERO)
        && books.available < Amount::MINOR_UNIT
        && unsettled < Amount::MINOR_UNIT
        && books.withdrawals.is_empty()
}

/// Whether there may be something to do for a wallet, by its books alone.
#[must_use]
pub fn has_work(books: &WalletBooks, may_bill: &dyn Fn(&ContractTerms) -> bool, now: i64) -> bool {
    if books.due.0 > 0 && (books.has_account || joins(books).is_some()) {
        return true;
    }
    let movable = books.returning.0 > 0 || withdrawal_due(books).is_some() || bill_due(books, may_bill, now).is_some();
    books.has_account && (movable || may_close(books))
}

/// The contract that a new account joins.
fn joins(books: &WalletBooks) -> Option<&ContractTerms> {
    books.contract_in_force.and_then(|id| books.contract(id))
}

fn withdrawal_due(books: &WalletBooks) -> Option<PlannedOp> {
    let pending = books.withdrawals.first().filter(|pending| pending.amount <= books.in_account)?;
    let (withdrawal, destination) = (pending.id, pending.destination);
    let work = Work::Withdrawal(WithdrawalOp { withdrawal, destination, mac: pending.mac.clone() });
    Some(PlannedOp { work, amount: pending.amount })
}

/// The next operation of a wallet with nothing in flight, whose books and account agree.
///
/// Deliveries come first, since bills and withdrawals need what they bring; then withdrawals, bills, returns, and the close. What needs
/// Algos that the wallet does not have, or a contract that it has not joined, waits for a refill.
///
/// # Errors
/// A tick that is greater than every one of today: the contract's newest one was not made by this program.
pub fn next(
    books: &WalletBooks,
    chain: &WalletOnChain,
    may_bill: &dyn Fn(&ContractTerms) -> bool,
    min_fee: MicroAlgos,
    now: i64,
) -> Result<Option<PlannedOp>, UsageError> {
    if books.due.0 > 0 {
        let joins = if books.has_account { None } else { joins(books) };
        let can_be_delivered = books.has_account || joins.is_some();
        let work = Work::Delivery { joins: joins.cloned() };
        if can_be_delivered {
            return Ok(Some(PlannedOp { work, amount: books.due }));
        }
    }
    if !books.has_account {
        return Ok(None);
    }
    let wanted = match withdrawal_due(books) {
        Some(withdrawal) => Some(withdrawal),
        None => match bill_due(books, may_bill, now) {
            Some(due) => Some(bill(books, &due)?),
            None => return_or_close(books),
        },
    };
    Ok(wanted.map(|wanted| refill_before(&wanted, chain, min_fee).unwrap_or(wanted)))
}

fn bill(books: &WalletBooks, due: &Due<'_>) -> Result<PlannedOp, UsageError> {
    let work = Work::Bill(Box::new(BillOp {
        contract: due.contract.clone(),
        units: Units(due.units),
        unit_price: due.unit_price,
        fee_pct: due.contract.fee_pct,
        tick: TickId::fresh(books.last_ticks.get(&due.contract.id))?,
        is_rest: due.is_rest,
        parts: due.parts.clone(),
    }));
    Ok(PlannedOp { work, amount: due.amount })
}

fn return_or_close(books: &WalletBooks) -> Option<PlannedOp> {
    if books.returning.0 > 0 {
        return Some(PlannedOp { work: Work::Return, amount: books.returning });
    }
    may_close(books).then_some(PlannedOp { work: Work::Close, amount: books.in_account })
}

/// The refill that an operation needs first, if any.
fn refill_before(wanted: &PlannedOp, chain: &WalletOnChain, min_fee: MicroAlgos) -> Option<PlannedOp> {
    let refill = |joins| Some(PlannedOp { work: Work::Refill { joins }, amount: Amount::ZERO });
    let has_for = |bills: u64| chain.spendable.0 >= min_fee.0.saturating_mul(BILL_TRANSACTIONS.saturating_mul(bills));
    match &wanted.work {
        Work::Bill(bill) if !chain.last_ticks.contains_key(&bill.contract.app) => refill(Some(bill.contract.clone())),
        // Its last group has at most as many transactions as four bills.
        Work::Close if has_for(MIN_FUNDED_BILLS.saturating_sub(1)) => None,
        _ if has_for(MIN_FUNDED_BILLS) => None,
        _ => refill(None),
    }
}

/// How many Algos a refill sends to a wallet that may spend `spendable`: at least one bill's fees.
#[must_use]
pub fn refill_amount(spendable: MicroAlgos, min_fee: MicroAlgos) -> MicroAlgos {
    let bill = min_fee.0.saturating_mul(BILL_TRANSACTIONS);
    MicroAlgos(bill.saturating_mul(FUNDED_BILLS).saturating_sub(spendable.0).max(bill))
}

#[cfg(test)]
mod tests;
