//! Plans an operation: rows 5, 14, 14r, 20a and 21 with the row of `chain_ops`, where every condition still holds.

use super::operations::number;
use super::schedule::reschedule;
use super::{SettlementError, books};
use crate::amount::Amount;
use crate::chain::{BillOp, ChainOp, OpState, PlannedOp, WithdrawalOp, Work};
use crate::ledger::{
    self, BillPart, LedgerError, Wallet, WalletState, Withdrawal, WithdrawalState, bill_planned, close_wallet, deliver,
    withdrawal_planned,
};
use crate::store::Write;
use pnp_usage::TickId;

/// Plans an operation; nothing where a condition does not hold.
pub(super) fn plan(write: &mut Write<'_>, wallet: i64, op: &PlannedOp) -> Result<Option<ChainOp>, SettlementError> {
    let wallet = ledger::wallet(write.connection(), wallet)?;
    if !may_plan(write, &wallet, op)? {
        return Ok(None);
    }
    let id = insert(write, &wallet, op)?;
    match &op.work {
        Work::Delivery { .. } => {
            deliver(write, &wallet, id)?;
        }
        Work::Bill(bill) => {
            bill_planned(write, &wallet, id, &parts(bill))?;
            reschedule(write, wallet.id, bill.contract.id)?;
        }
        Work::Withdrawal(withdrawal) => withdrawal_planned(write, &wallet, withdrawal.withdrawal, op.amount)?,
        Work::Close => {
            close_wallet(write, &wallet, Some(id))?;
        }
        Work::Return | Work::Refill { .. } => {}
    }
    Ok(Some(ChainOp {
        id,
        wallet: wallet.id,
        work: op.work.clone(),
        amount: op.amount,
        state: OpState::Planned,
        attempts: Vec::new(),
        not_before: 0,
    }))
}

fn parts(bill: &BillOp) -> Vec<BillPart> {
    bill.parts.iter().map(|part| BillPart { tab: part.tab, amount: part.amount }).collect()
}

/// Whether every condition holds. The statements that follow check the balances once more.
fn may_plan(write: &mut Write<'_>, wallet: &Wallet, op: &PlannedOp) -> Result<bool, SettlementError> {
    let is_in_flight = write.row(
        "SELECT 1 FROM chain_ops WHERE wallet_id = ?1 AND state IN ('planned', 'signed', 'sent', 'doubtful')",
        [wallet.id],
        |_| Ok(()),
    )?;
    if is_in_flight.is_some() || wallet.stopped.is_some() || wallet.state == WalletState::Closed {
        return Ok(false);
    }
    Ok(match &op.work {
        Work::Delivery { joins } => {
            wallet.due == op.amount && op.amount > Amount::ZERO && joins.is_some() != wallet.has_account
        }
        Work::Bill(bill) => wallet.has_account && wallet.in_account >= op.amount && may_bill(write, wallet, bill, op)?,
        Work::Withdrawal(withdrawal) => {
            wallet.has_account && wallet.in_account >= op.amount && may_withdraw(write, wallet, withdrawal, op)?
        }
        Work::Return => wallet.has_account && wallet.returning == op.amount && op.amount > Amount::ZERO,
        Work::Refill { .. } => wallet.has_account && op.amount == Amount::ZERO,
        Work::Close => {
            wallet.state == WalletState::Closing
                && wallet.has_account
                && wallet.in_account == op.amount
                && wallet.returning == Amount::ZERO
                && !books::has_open_session(write.connection(), wallet.id)?
                && !books::has_open_top_up(write.connection(), wallet.id)?
        }
    })
}

/// A bill's conditions: its contract and tabs can be billed and have enough, its parts are what it says, and its tick follows the
/// one of the last bill.
fn may_bill(write: &mut Write<'_>, wallet: &Wallet, bill: &BillOp, op: &PlannedOp) -> Result<bool, SettlementError> {
    let contract = bill.contract.id;
    let is_open = write.row(
        "SELECT 1 FROM contracts WHERE id = ?1 AND partner_id = ?2 AND state <> 'blocked'",
        (contract, wallet.partner),
        |_| Ok(()),
    )?;
    if is_open.is_none() || bill.parts.is_empty() {
        return Ok(false);
    }
    let mut sum = Amount::ZERO;
    for part in &bill.parts {
        let has_enough = write.row(
            "SELECT 1 FROM tabs WHERE id = ?1 AND wallet_id = ?2 AND contract_id = ?3 AND blocked IS NULL AND unsettled >= ?4",
            (part.tab, wallet.id, contract, part.amount),
            |_| Ok(()),
        )?;
        sum = sum.checked_add(part.amount).ok_or(LedgerError::TooLarge)?;
        if has_enough.is_none() || part.amount <= Amount::ZERO {
            return Ok(false);
        }
    }
    let cents = bill.units.0.checked_mul(bill.unit_price).and_then(Amount::cents);
    if sum != op.amount || cents != Some(sum) {
        return Ok(false);
    }
    let last = write.row(
        "SELECT tick FROM chain_ops WHERE wallet_id = ?1 AND contract_id = ?2 AND kind = 'bill' AND state = 'done' \
         ORDER BY id DESC LIMIT 1",
        (wallet.id, contract),
        |row| row.get::<_, String>(0),
    )?;
    Ok(match last {
        Some(last) => last.parse::<TickId>().is_ok_and(|last| bill.tick > last),
        None => true,
    })
}

fn may_withdraw(
    write: &Write<'_>,
    wallet: &Wallet,
    op: &WithdrawalOp,
    planned: &PlannedOp,
) -> Result<bool, SettlementError> {
    let row = Withdrawal::find(write.connection(), op.withdrawal)?;
    Ok(row.is_some_and(|row| {
        row.wallet == wallet.id
            && row.state == WithdrawalState::Pending
            && row.amount == planned.amount
            && row.destination == op.destination.to_string()
    }))
}

/// The newest entry that the last bill of a tab covers.
const COVERED: &str = "SELECT o.last_entry FROM bill_parts p JOIN chain_ops o ON o.id = p.op_id \
    WHERE p.tab_id = ?1 ORDER BY p.op_id DESC LIMIT 1";

/// The entries that a bill covers: those of its tabs after the first number and up to the second.
pub(super) fn covers(write: &mut Write<'_>, parts: &[BillPart]) -> Result<(i64, i64), SettlementError> {
    let mut after = i64::MAX;
    for part in parts {
        let covered = write.row(COVERED, [part.tab], |row| row.get::<_, Option<i64>>(0))?;
        after = after.min(covered.flatten().unwrap_or(0));
    }
    let last = write.row("SELECT MAX(id) FROM entries", [], |row| row.get::<_, Option<i64>>(0))?;
    Ok((after, last.flatten().unwrap_or(0)))
}

const INSERT: &str = "INSERT INTO chain_ops (id, kind, state, partner_id, wallet_id, contract_id, withdrawal_id, amount, \
    units, unit_price, fee_pct, tick, rest, after_entry, last_entry, created_at) \
    VALUES (?1, ?2, 'planned', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT DO NOTHING";

fn insert(write: &mut Write<'_>, wallet: &Wallet, op: &PlannedOp) -> Result<i64, SettlementError> {
    let bill = match &op.work {
        Work::Bill(bill) => Some(bill),
        _ => None,
    };
    let withdrawal = match &op.work {
        Work::Withdrawal(withdrawal) => Some(withdrawal.withdrawal),
        _ => None,
    };
    let entries = bill.map(|bill| covers(write, &parts(bill))).transpose()?;
    let (id, now) = (write.next_id(), write.now());
    let inserted = write.execute(
        INSERT,
        rusqlite::params![
            id,
            op.work.kind().text(),
            wallet.partner,
            wallet.id,
            op.work.contract().map(|contract| contract.id),
            withdrawal,
            op.amount,
            bill.map(|bill| number(bill.units.0)).transpose()?,
            bill.map(|bill| number(bill.unit_price)).transpose()?,
            bill.map(|bill| number(bill.fee_pct.0)).transpose()?,
            bill.map(|bill| bill.tick.to_string()),
            i64::from(bill.is_some_and(|bill| bill.is_rest)),
            entries.map(|(after, _)| after),
            entries.map(|(_, last)| last),
            now,
        ],
    )?;
    if inserted == 0 { Err(LedgerError::Conflict("an operation of the wallet is in flight").into()) } else { Ok(id) }
}
