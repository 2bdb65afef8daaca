//! Rows of `chain_ops`, `chain_attempts` and `bill_parts`: read, and moved on from attempt to attempt.

use super::SettlementError;
use super::error::{readable, unsigned};
use crate::amount::Amount;
use crate::chain::{
    Attempt, AttemptState, BillOp, BillPart, ChainOp, ContractTerms, OpKind, OpState, StopCause, VoidAttempt,
    WithdrawalOp, Work,
};
use crate::ledger::{Entry, EntryKind, LedgerError};
use crate::store::Write;
use pnp_client::Window;
use pnp_types::{MicroAlgos, Round};
use pnp_usage::{BasisPoints, Units};
use rusqlite::{Connection, OptionalExtension as _, Row};

/// The columns of [`OpRow::read`].
macro_rules! columns {
    () => {
        "id, kind, state, partner_id, wallet_id, contract_id, withdrawal_id, amount, units, unit_price, fee_pct, tick, rest, \
         not_before, created_at"
    };
}

const IN_FLIGHT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM chain_ops WHERE wallet_id = ?1 AND state IN ('planned', 'signed', 'sent', 'doubtful')"
);
const BY_ID: &str = concat!("SELECT ", columns!(), " FROM chain_ops WHERE id = ?1");

const ATTEMPTS: &str = "SELECT number, txid, first_valid, last_valid, fee, group_bytes, state FROM chain_attempts \
    WHERE op_id = ?1 ORDER BY number";

/// A row of `chain_ops`.
#[derive(Debug)]
pub(super) struct OpRow {
    pub(super) id: i64,
    kind: String,
    state: String,
    pub(super) partner: i64,
    pub(super) wallet: i64,
    pub(super) contract: Option<i64>,
    pub(super) withdrawal: Option<i64>,
    pub(super) amount: Amount,
    units: Option<i64>,
    unit_price: Option<i64>,
    fee_pct: Option<i64>,
    tick: Option<String>,
    is_rest: bool,
    not_before: i64,
    pub(super) created_at: i64,
}

impl OpRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            state: row.get(2)?,
            partner: row.get(3)?,
            wallet: row.get(4)?,
            contract: row.get(5)?,
            withdrawal: row.get(6)?,
            amount: row.get(7)?,
            units: row.get(8)?,
            unit_price: row.get(9)?,
            fee_pct: row.get(10)?,
            tick: row.get(11)?,
            is_rest: row.get::<_, i64>(12)? != 0,
            not_before: row.get(13)?,
            created_at: row.get(14)?,
        })
    }

    /// The operation with this number.
    pub(super) fn find(connection: &Connection, id: i64) -> Result<Self, SettlementError> {
        let found = connection.prepare_cached(BY_ID)?.query_row([id], Self::read).optional()?;
        found.ok_or_else(|| LedgerError::Conflict("there is no such operation").into())
    }

    fn column<T>(&self, value: Option<T>, column: &'static str) -> Result<T, SettlementError> {
        readable(value, "chain_ops", self.id, column)
    }

    pub(super) fn kind(&self) -> Result<OpKind, SettlementError> {
        self.column(OpKind::of_text(&self.kind), "kind")
    }

    pub(super) fn state(&self) -> Result<OpState, SettlementError> {
        self.column(OpState::of_text(&self.state), "state")
    }

    /// A bill's units, cents a unit, and fee.
    pub(super) fn terms(&self) -> Result<(Units, u64, BasisPoints), SettlementError> {
        let number = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok());
        Ok((
            Units(self.column(number(self.units), "units")?),
            self.column(number(self.unit_price), "unit_price")?,
            BasisPoints(self.column(number(self.fee_pct), "fee_pct")?),
        ))
    }
}

/// The operation of a wallet that is in flight, with all its attempts.
pub(super) fn in_flight(
    connection: &Connection,
    wallet: i64,
    contracts: &[ContractTerms],
) -> Result<Option<ChainOp>, SettlementError> {
    let found = connection.prepare_cached(IN_FLIGHT)?.query_row([wallet], OpRow::read).optional()?;
    let Some(op) = found else { return Ok(None) };
    let work = work(connection, &op, contracts)?;
    let attempts = attempts(connection, op.id)?;
    Ok(Some(ChainOp {
        id: op.id,
        wallet: op.wallet,
        work,
        amount: op.amount,
        state: op.state()?,
        attempts,
        not_before: op.not_before,
    }))
}

fn work(connection: &Connection, op: &OpRow, contracts: &[ContractTerms]) -> Result<Work, SettlementError> {
    let contract = match op.contract {
        Some(id) => {
            let known = contracts.iter().find(|contract| contract.id == id).cloned();
            Some(op.column(known, "contract_id")?)
        }
        None => None,
    };
    Ok(match op.kind()? {
        OpKind::Delivery => Work::Delivery { joins: contract },
        OpKind::Refill => Work::Refill { joins: contract },
        OpKind::Return => Work::Return,
        OpKind::Close => Work::Close,
        OpKind::Withdrawal => {
            let withdrawal = op.column(op.withdrawal, "withdrawal_id")?;
            let row = connection
                .prepare_cached("SELECT destination, mac FROM withdrawals WHERE id = ?1")?
                .query_row([withdrawal], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
            let destination = readable(row.0.parse().ok(), "withdrawal", withdrawal, "destination")?;
            Work::Withdrawal(WithdrawalOp { withdrawal, destination, mac: row.1 })
        }
        OpKind::Bill => {
            let (units, unit_price, fee_pct) = op.terms()?;
            let tick = op.tick.as_ref().and_then(|tick| tick.parse().ok());
            Work::Bill(Box::new(BillOp {
                contract: op.column(contract, "contract_id")?,
                units,
                unit_price,
                fee_pct,
                tick: op.column(tick, "tick")?,
                is_rest: op.is_rest,
                parts: parts(connection, op.id)?,
            }))
        }
    })
}

/// What a bill takes from each tab.
pub(super) fn parts(connection: &Connection, op: i64) -> Result<Vec<BillPart>, SettlementError> {
    let mut statement =
        connection.prepare_cached("SELECT tab_id, amount FROM bill_parts WHERE op_id = ?1 ORDER BY tab_id")?;
    let parts = statement.query_map([op], |row| Ok(BillPart { tab: row.get(0)?, amount: row.get(1)? }))?;
    Ok(parts.collect::<rusqlite::Result<_>>()?)
}

fn attempts(connection: &Connection, op: i64) -> Result<Vec<Attempt>, SettlementError> {
    let mut statement = connection.prepare_cached(ATTEMPTS)?;
    let mut rows = statement.query([op])?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        let (txid, state): (String, String) = (row.get(1)?, row.get(6)?);
        attempts.push(Attempt {
            number: row.get(0)?,
            txid: readable(txid.parse().ok(), "an attempt at operation", op, "txid")?,
            window: Window { first_valid: Round(unsigned(row, 2)?), last_valid: Round(unsigned(row, 3)?) },
            fee: MicroAlgos(unsigned(row, 4)?),
            group: row.get(5)?,
            state: readable(AttemptState::of_text(&state), "an attempt at operation", op, "state")?,
        });
    }
    Ok(attempts)
}

/// A number as the store keeps it.
pub(super) fn number(value: u64) -> Result<i64, LedgerError> {
    i64::try_from(value).map_err(|_| LedgerError::TooLarge)
}

/// Stores an attempt's bytes; whether the operation was `planned`, and this is the attempt after its newest.
pub(super) fn store_attempt(write: &mut Write<'_>, op: i64, attempt: &Attempt) -> Result<bool, SettlementError> {
    let txid = attempt.txid.to_string();
    let follows = write.execute(
        "UPDATE chain_ops SET state = 'signed', attempts = ?1, txid = ?2, reason = NULL \
         WHERE id = ?3 AND state = 'planned' AND attempts = ?1 - 1",
        (attempt.number, &txid, op),
    )?;
    if follows == 0 {
        return Ok(false);
    }
    let now = write.now();
    write.execute(
        "INSERT INTO chain_attempts (op_id, number, txid, first_valid, last_valid, fee, group_bytes, state, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'stored', ?8)",
        (
            op,
            attempt.number,
            &txid,
            number(attempt.window.first_valid.0)?,
            number(attempt.window.last_valid.0)?,
            number(attempt.fee.0)?,
            &attempt.group,
            now,
        ),
    )?;
    Ok(true)
}

/// Notes that the newest attempt is being handed over, unless it has ended by now.
pub(super) fn mark_sent(write: &mut Write<'_>, op: i64, attempt: u32) -> Result<(), SettlementError> {
    let changed = write.execute(
        "UPDATE chain_ops SET state = 'sent' WHERE id = ?1 AND state = 'signed' AND attempts = ?2",
        (op, attempt),
    )?;
    if changed > 0 {
        write.execute(
            "UPDATE chain_attempts SET state = 'sent' WHERE op_id = ?1 AND number = ?2 AND state = 'stored'",
            (op, attempt),
        )?;
    }
    Ok(())
}

/// Row 16a: the newest attempt can be in no block; the operation is planned again. `false`, and nothing written, where it is not the
/// newest, or the operation is planned or has ended.
pub(super) fn void_attempt(write: &mut Write<'_>, op: i64, void: &VoidAttempt) -> Result<bool, SettlementError> {
    let fee_pct = void.fee_pct.map(|fee_pct| number(fee_pct.0)).transpose()?;
    let changed = write.row(
        "UPDATE chain_ops SET state = 'planned', not_before = ?1, reason = ?2, \
         fee_pct = CASE WHEN kind = 'bill' THEN COALESCE(?3, fee_pct) ELSE fee_pct END \
         WHERE id = ?4 AND state IN ('signed', 'sent', 'doubtful') AND attempts = ?5 RETURNING wallet_id",
        (void.not_before, &void.reason, fee_pct, op, void.attempt),
        |row| row.get(0),
    )?;
    let Some(wallet) = changed else { return Ok(false) };
    clear_doubt(write, wallet)?;
    let state = if void.was_refused { AttemptState::Refused } else { AttemptState::Void };
    write.execute(
        "UPDATE chain_attempts SET state = ?1 WHERE op_id = ?2 AND number = ?3",
        (state.text(), op, void.attempt),
    )?;
    if let Some(fee_pct) = fee_pct {
        set_fee(write, op, fee_pct)?;
    }
    Ok(true)
}

/// A wallet that stood still because it was not known what became of its operation goes on.
pub(super) fn clear_doubt(write: &mut Write<'_>, wallet: i64) -> Result<(), SettlementError> {
    write.execute(
        "UPDATE wallets SET stopped = NULL WHERE id = ?1 AND stopped = ?2",
        (wallet, StopCause::Doubtful.text()),
    )?;
    Ok(())
}

/// Notes the fee that the contract of a bill has now.
fn set_fee(write: &mut Write<'_>, op: i64, fee_pct: i64) -> Result<(), SettlementError> {
    let changed = write.row(
        "UPDATE contracts SET fee_pct = ?1 WHERE id = (SELECT contract_id FROM chain_ops WHERE id = ?2) AND fee_pct <> ?1 \
         RETURNING partner_id, app_id",
        (fee_pct, op),
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
    )?;
    if let Some((partner, app)) = changed {
        let reason = serde_json::json!({ "state": "fee_changed", "app_id": app, "fee_pct": fee_pct }).to_string();
        let entry = Entry {
            partner: Some(partner),
            cause: Some(op),
            reason: Some(reason),
            ..Entry::new(EntryKind::ContractState)
        };
        entry.insert(write)?;
    }
    Ok(())
}

/// Lets a planned operation wait.
pub(super) fn wait(write: &mut Write<'_>, op: i64, not_before: i64, reason: &str) -> Result<(), SettlementError> {
    write.execute(
        "UPDATE chain_ops SET not_before = ?1, reason = ?2 WHERE id = ?3 AND state = 'planned'",
        (not_before, reason, op),
    )?;
    Ok(())
}
