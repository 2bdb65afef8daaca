//! Looks settlements up: by partner or wallet, and for a tick or a session the bills that have taken its charge.

use super::SettlementError;
use super::error::{readable, unsigned};
use crate::amount::Amount;
use crate::chain::{OpKind, OpState};
use crate::id::first_at;
use pnp_usage::{BasisPoints, Split, Units};
use rusqlite::{Connection, OptionalExtension as _, Row};

/// An operation on the chain, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The operation's number.
    pub id: i64,
    /// What it does.
    pub kind: OpKind,
    /// How far it is.
    pub state: OpState,
    /// What it moves: of a bill, what the user pays.
    pub gross: Amount,
    /// A bill's part for the platform; nothing for other kinds.
    pub fee: Amount,
    /// A bill's part for the provider; of other kinds, everything.
    pub net: Amount,
    /// A bill's units: minutes, or 1 for parts of a minute.
    pub units: Option<u64>,
    /// A bill's price of a unit, in cents.
    pub unit_price: Option<u64>,
    /// The bill's tick in the contract.
    pub tick: Option<String>,
    /// The first transaction of its newest attempt.
    pub txid: Option<String>,
    /// The round it is in; nothing where only the contract's state shows it.
    pub round: Option<u64>,
    /// Why it waits, was refused or is doubtful.
    pub reason: Option<String>,
    /// When it was planned, in milliseconds since 1970.
    pub created_at: i64,
    /// When it was seen in a block or given up.
    pub ended_at: Option<i64>,
    /// The contract that it calls.
    pub app: Option<u64>,
    /// The user, as the partner names him.
    pub user_id: String,
    /// A withdrawal's number.
    pub withdrawal: Option<i64>,
}

/// The columns of [`read`], of operation `o`, wallet `w` and contract `c`.
macro_rules! columns {
    () => {
        "o.id, o.kind, o.state, o.amount, o.units, o.unit_price, o.fee_pct, o.tick, o.txid, o.round, o.reason, o.created_at, \
         o.ended_at, c.app_id, w.user_id, o.withdrawal_id FROM chain_ops o JOIN wallets w ON w.id = o.wallet_id \
         LEFT JOIN contracts c ON c.id = o.contract_id"
    };
}

fn read(row: &Row<'_>) -> rusqlite::Result<Result<Settlement, SettlementError>> {
    let id = row.get(0)?;
    let optional = |index: usize| -> rusqlite::Result<Option<u64>> {
        row.get::<_, Option<i64>>(index)?.map(|_| unsigned(row, index)).transpose()
    };
    let (kind, state): (String, String) = (row.get(1)?, row.get(2)?);
    let gross: Amount = row.get(3)?;
    let (units, unit_price, fee_pct) = (optional(4)?, optional(5)?, optional(6)?);
    let fee = match (units, unit_price, fee_pct) {
        (Some(units), Some(price), Some(fee_pct)) => {
            Split::of(Units(units), price, BasisPoints(fee_pct)).ok().and_then(|split| Amount::cents(split.fee))
        }
        _ => Some(Amount::ZERO),
    };
    let (tick, txid, round, reason) = (row.get(7)?, row.get(8)?, optional(9)?, row.get(10)?);
    let (created_at, ended_at, app) = (row.get(11)?, row.get(12)?, optional(13)?);
    let (user_id, withdrawal) = (row.get(14)?, row.get(15)?);
    Ok((|| {
        let fee = readable(fee, "chain_ops", id, "fee_pct")?;
        Ok(Settlement {
            id,
            kind: readable(OpKind::of_text(&kind), "chain_ops", id, "kind")?,
            state: readable(OpState::of_text(&state), "chain_ops", id, "state")?,
            gross,
            fee,
            net: readable(gross.checked_sub(fee), "chain_ops", id, "amount")?,
            units,
            unit_price,
            tick,
            txid,
            round,
            reason,
            created_at,
            ended_at,
            app,
            user_id,
            withdrawal,
        })
    })())
}

fn all(connection: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Settlement>, SettlementError> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map(params, read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    found.into_iter().collect()
}

/// Which operations are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettlementFilter {
    /// Of one wallet.
    pub wallet: Option<i64>,
    /// Of one kind.
    pub kind: Option<OpKind>,
}

const OF_PARTNER: &str = concat!(
    "SELECT ",
    columns!(),
    " WHERE o.partner_id = ?1 AND o.id < ?2 AND (o.kind = ?3 OR ?3 IS NULL) ORDER BY o.id DESC LIMIT ?4"
);
const OF_WALLET: &str = concat!(
    "SELECT ",
    columns!(),
    " WHERE o.wallet_id = ?5 AND o.partner_id = ?1 AND o.id < ?2 AND (o.kind = ?3 OR ?3 IS NULL) ORDER BY o.id DESC LIMIT ?4"
);

/// Up to `limit` operations of a partner, the newest first, that are older than `before`.
///
/// # Errors
/// The store's.
pub fn list_settlements(
    connection: &Connection,
    partner: i64,
    filter: SettlementFilter,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Settlement>, SettlementError> {
    let before = before.unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let kind = filter.kind.map(OpKind::text);
    match filter.wallet {
        Some(wallet) => all(connection, OF_WALLET, (partner, before, kind, limit, wallet)),
        None => all(connection, OF_PARTNER, (partner, before, kind, limit)),
    }
}

const BY_ID: &str = concat!("SELECT ", columns!(), " WHERE o.id = ?1 AND o.partner_id = ?2");

const BY_NUMBER: &str = concat!("SELECT ", columns!(), " WHERE o.id = ?1");

/// One operation of a partner.
///
/// # Errors
/// The store's.
pub fn find_settlement(connection: &Connection, partner: i64, id: i64) -> Result<Option<Settlement>, SettlementError> {
    Ok(all(connection, BY_ID, (id, partner))?.into_iter().next())
}

const OF_ENTRY: &str = concat!(
    "SELECT ",
    columns!(),
    " WHERE o.id = (SELECT p.op_id FROM entries e JOIN bill_parts p ON p.tab_id = e.tab_id \
     WHERE e.id = ?1 AND e.unsettled > 0 AND p.op_id > e.id ORDER BY p.op_id LIMIT 1)"
);

/// The bill that covers an entry: the first one of its tab that was planned after it. Nothing while there is none, and for an entry
/// that charges nothing. Less than a lot of what the covered entries charge may be carried on to the next bill.
///
/// # Errors
/// The store's.
pub fn settlement_of(connection: &Connection, entry: i64) -> Result<Option<Settlement>, SettlementError> {
    Ok(all(connection, OF_ENTRY, [entry])?.into_iter().next())
}

const SESSION: &str = "SELECT tab_id, last_tick_at, closed_at, charged FROM sessions WHERE id = ?1";
const FIRST_CHARGE: &str =
    "SELECT MIN(id) FROM entries WHERE session_id = ?1 AND tick_hash IS NOT NULL AND unsettled > 0";
/// The bills of a tab after the first number, with what each takes and what it leaves.
const PARTS: &str = "SELECT op_id, amount, remaining FROM bill_parts WHERE tab_id = ?1 AND op_id > ?2 ORDER BY op_id";

/// The bills that cover a session's charges, the oldest first: those planned since its first charge, up to the one that takes what
/// the first bill after its end has left.
///
/// # Errors
/// The store's.
pub fn settlements_of_session(connection: &Connection, session: i64) -> Result<Vec<Settlement>, SettlementError> {
    let found = connection.prepare_cached(SESSION)?.query_row([session], |row| {
        let closed: Option<i64> = row.get(2)?;
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?.max(closed.unwrap_or(0)), row.get::<_, Amount>(3)?))
    });
    let Some((tab, newest, charged)) = found.optional()? else { return Ok(Vec::new()) };
    if charged == Amount::ZERO {
        return Ok(Vec::new());
    }
    let first: Option<i64> = connection.prepare_cached(FIRST_CHARGE)?.query_row([session], |row| row.get(0))?;
    // Every entry of the session was written before this.
    let end = first_at(newest.saturating_add(1));
    let mut statement = connection.prepare_cached(PARTS)?;
    let mut parts = statement.query((tab, first.unwrap_or(session)))?;
    let mut bills = Vec::new();
    // Once the session has ended: what it may still have in the tab.
    let mut left: Option<i64> = None;
    while left != Some(0)
        && let Some(part) = parts.next()?
    {
        let (op, amount, remaining): (i64, i64, i64) = (part.get(0)?, part.get(1)?, part.get(2)?);
        bills.extend(all(connection, BY_NUMBER, [op])?);
        left = match left {
            Some(before) => Some(before.saturating_sub(amount).max(0)),
            None => (op > end).then_some(remaining),
        };
    }
    Ok(bills)
}
