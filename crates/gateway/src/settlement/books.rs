//! Reads a wallet's books: its row, tabs, contracts, withdrawals and operation, as one state.

use super::SettlementError;
use super::error::{readable, unsigned};
use super::operations;
use super::parsed::Parsed;
use crate::amount::Amount;
use crate::chain::{ContractTerms, PendingWithdrawal, PlanRules, StopCause, Tab, WalletBooks};
use pnp_types::{AppIndex, AssetIndex, Round};
use pnp_usage::{BasisPoints, TickId};
use rusqlite::{Connection, OptionalExtension as _, Row};
use std::collections::BTreeMap;

const WALLET: &str = "SELECT w.id, w.partner_id, w.state, w.stopped, w.key_number, w.has_account, w.available, w.held, \
    w.settling, w.withdrawing, w.debt, w.due, w.sending, w.in_account, w.leaving, w.to_return, w.algos, p.settings, w.unsettled \
    FROM wallets w JOIN partners p ON p.id = w.partner_id WHERE w.id = ?1 AND w.state <> 'closed'";

const HAS_OPEN_SESSION: &str = "SELECT 1 FROM sessions WHERE wallet_id = ?1 AND closed_at IS NULL LIMIT 1";

const HAS_OPEN_TOP_UP: &str = "SELECT 1 FROM top_ups WHERE wallet_id = ?1 AND state = 'pending' LIMIT 1";

const LAST_CLOSE: &str = "SELECT MAX(id) FROM chain_ops WHERE wallet_id = ?1 AND kind = 'close' AND state = 'done'";

const TABS: &str = "SELECT t.id, t.contract_id, t.price, t.unsettled, t.lot_since, t.last_tick_at, \
    CASE WHEN EXISTS (SELECT 1 FROM sessions s WHERE s.wallet_id = t.wallet_id AND s.closed_at IS NULL \
    AND s.tab_id = t.id) THEN 1 ELSE 0 END, t.blocked, t.asked FROM tabs t WHERE t.wallet_id = ?1 AND t.unsettled > 0";

/// With the tick of the wallet's newest bill in a block.
const CONTRACTS: &str = "SELECT c.id, c.app_id, c.asset_id, c.provider, c.platform, c.fee_pct, c.min_rate, c.max_rate, \
    c.state, (SELECT o.tick FROM chain_ops o WHERE o.wallet_id = ?1 AND o.contract_id = c.id AND o.kind = 'bill' \
    AND o.state = 'done' AND o.id > ?3 ORDER BY o.id DESC LIMIT 1) FROM contracts c WHERE c.partner_id = ?2 ORDER BY c.id";

const WITHDRAWALS: &str = "SELECT id, amount, destination, mac FROM withdrawals \
    WHERE wallet_id = ?1 AND state = 'pending' ORDER BY id";

const LAST_ROUND: &str = "SELECT round FROM chain_ops \
    WHERE wallet_id = ?1 AND state = 'done' AND round IS NOT NULL ORDER BY id DESC LIMIT 1";

/// A wallet's row, with what is read from it before the rest.
struct WalletRow {
    books: WalletBooks,
    partner: i64,
    state: String,
    stopped: Option<String>,
    settings: String,
    unsettled: Amount,
}

fn wallet_row(row: &Row<'_>) -> rusqlite::Result<WalletRow> {
    let books = WalletBooks {
        id: row.get(0)?,
        key_number: row.get::<_, Option<i64>>(4)?.map(i64::unsigned_abs),
        has_account: row.get::<_, i64>(5)? != 0,
        is_closing: false,
        has_open_top_up: false,
        stopped: None,
        available: row.get(6)?,
        held: row.get(7)?,
        settling: row.get(8)?,
        withdrawing: row.get(9)?,
        debt: row.get(10)?,
        due: row.get(11)?,
        sending: row.get(12)?,
        in_account: row.get(13)?,
        leaving: row.get(14)?,
        returning: row.get(15)?,
        algos: row.get(16)?,
        tabs: Vec::new(),
        contracts: Vec::new(),
        contract_in_force: None,
        last_ticks: BTreeMap::new(),
        withdrawals: Vec::new(),
        op: None,
        last_round: Round::GENESIS,
        rules: PlanRules::USUAL,
    };
    Ok(WalletRow {
        books,
        partner: row.get(1)?,
        state: row.get(2)?,
        stopped: row.get(3)?,
        settings: row.get(17)?,
        unsettled: row.get(18)?,
    })
}

/// A wallet's books; nothing where there is no such wallet, or it is closed.
pub(super) fn read(connection: &Connection, id: i64, parsed: &Parsed) -> Result<Option<WalletBooks>, SettlementError> {
    let found = connection.prepare_cached(WALLET)?.query_row([id], wallet_row).optional()?;
    let Some(WalletRow { mut books, partner, state, stopped, settings: text, unsettled }) = found else {
        return Ok(None);
    };
    books.rules = parsed.rules(partner, &text)?;
    books.stopped = match stopped {
        Some(cause) => Some(readable(StopCause::of_text(&cause), "wallet", id, "stopped")?),
        None => None,
    };
    let is_closing = state == "closing";
    books.is_closing = is_closing && !has_open_session(connection, id)?;
    books.has_open_top_up = is_closing && has_open_top_up(connection, id)?;
    if unsettled > Amount::ZERO {
        books.tabs = tabs(connection, id)?;
    }
    let closed = if is_closing { last_close(connection, id)? } else { 0 };
    contracts(connection, partner, (closed, parsed), &mut books)?;
    if books.withdrawing > Amount::ZERO {
        books.withdrawals = withdrawals(connection, id)?;
    }
    books.op = operations::in_flight(connection, id, &books.contracts)?;
    let last_round = connection.prepare_cached(LAST_ROUND)?.query_row([id], |row| unsigned(row, 0)).optional()?;
    books.last_round = last_round.map_or(Round::GENESIS, Round);
    Ok(Some(books))
}

/// Whether a session of a wallet is open.
pub(super) fn has_open_session(connection: &Connection, wallet: i64) -> Result<bool, SettlementError> {
    Ok(connection.prepare_cached(HAS_OPEN_SESSION)?.exists([wallet])?)
}

/// Whether a payment to a wallet is under way.
pub(super) fn has_open_top_up(connection: &Connection, wallet: i64) -> Result<bool, SettlementError> {
    Ok(connection.prepare_cached(HAS_OPEN_TOP_UP)?.exists([wallet])?)
}

/// The operation that closed a wallet's account before, where money came in afterwards; else 0. Its contracts have forgotten
/// the ticks before it.
fn last_close(connection: &Connection, wallet: i64) -> Result<i64, SettlementError> {
    let last = connection.prepare_cached(LAST_CLOSE)?.query_row([wallet], |row| row.get::<_, Option<i64>>(0))?;
    Ok(last.unwrap_or(0))
}

fn tabs(connection: &Connection, wallet: i64) -> Result<Vec<Tab>, SettlementError> {
    let mut statement = connection.prepare_cached(TABS)?;
    let tabs = statement.query_map([wallet], |row| {
        Ok(Tab {
            id: row.get(0)?,
            contract: row.get(1)?,
            price: row.get(2)?,
            unsettled: row.get(3)?,
            lot_since: row.get(4)?,
            last_tick_at: row.get(5)?,
            has_open_session: row.get::<_, i64>(6)? != 0,
            is_blocked: row.get::<_, Option<String>>(7)?.is_some(),
            is_asked: row.get::<_, i64>(8)? > 0,
        })
    })?;
    Ok(tabs.collect::<rusqlite::Result<_>>()?)
}

/// All contracts of a partner, and what the wallet's last bills after an operation say of them.
fn contracts(
    connection: &Connection,
    partner: i64,
    (after, parsed): (i64, &Parsed),
    books: &mut WalletBooks,
) -> Result<(), SettlementError> {
    let mut statement = connection.prepare_cached(CONTRACTS)?;
    let mut rows = statement.query([books.id, partner, after])?;
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        let (provider, platform): (String, String) = (row.get(3)?, row.get(4)?);
        let state: String = row.get(8)?;
        if state == "in_force" {
            books.contract_in_force = Some(id);
        }
        if let Some(tick) = row.get::<_, Option<String>>(9)? {
            let tick: Option<TickId> = tick.parse().ok();
            books.last_ticks.insert(id, readable(tick, "the last bill of wallet", books.id, "tick")?);
        }
        books.contracts.push(ContractTerms {
            id,
            app: AppIndex(unsigned(row, 1)?),
            asset: AssetIndex(unsigned(row, 2)?),
            provider: readable(parsed.address(&provider), "contract", id, "provider")?,
            platform: readable(parsed.address(&platform), "contract", id, "platform")?,
            fee_pct: BasisPoints(unsigned(row, 5)?),
            min_rate: unsigned(row, 6)?,
            max_rate: unsigned(row, 7)?,
            is_blocked: state == "blocked",
        });
    }
    Ok(())
}

fn withdrawals(connection: &Connection, wallet: i64) -> Result<Vec<PendingWithdrawal>, SettlementError> {
    let mut statement = connection.prepare_cached(WITHDRAWALS)?;
    let mut rows = statement.query([wallet])?;
    let mut pending = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, amount): (i64, Amount) = (row.get(0)?, row.get(1)?);
        let destination: String = row.get(2)?;
        let destination = readable(destination.parse().ok(), "withdrawal", id, "destination")?;
        pending.push(PendingWithdrawal { id, amount, destination, mac: row.get(3)? });
    }
    Ok(pending)
}
