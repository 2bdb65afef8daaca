//! A contract that is blocked: its tabs and its partner's sessions, step by step, so that heartbeats pass in between.

use super::SettlementError;
use super::endings::{close_sessions, settings_of};
use crate::store::Write;
use rusqlite::Connection;

/// Tabs and sessions of one step.
pub(super) const STEP: usize = 200;

/// What is left to do for a contract that is blocked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// The partner.
    pub(super) partner: i64,
    /// Why the contract is blocked.
    pub(super) reason: String,
    /// Tabs that are not blocked.
    pub(super) tabs: Vec<i64>,
    /// Sessions of these tabs that are open.
    pub(super) sessions: Vec<i64>,
}

/// The contracts that are blocked.
pub(super) fn blocked_contracts(connection: &Connection) -> Result<Vec<i64>, SettlementError> {
    let mut statement = connection.prepare_cached("SELECT id FROM contracts WHERE state = 'blocked' ORDER BY id")?;
    let ids = statement.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// What is left to do for a contract, if it is blocked.
pub(super) fn left(connection: &Connection, contract: i64) -> Result<Left, SettlementError> {
    let mut statement = connection.prepare_cached(
        "SELECT partner_id, COALESCE(state_reason, '') FROM contracts WHERE id = ?1 AND state = 'blocked'",
    )?;
    let mut rows = statement.query([contract])?;
    let Some(row) = rows.next()? else { return Ok(Left::default()) };
    let (partner, reason) = (row.get(0)?, row.get(1)?);
    let ids = |sql: &str, id: i64| -> Result<Vec<i64>, SettlementError> {
        let mut statement = connection.prepare(sql)?;
        let ids = statement.query_map([id], |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    };
    let tabs = ids("SELECT id FROM tabs WHERE contract_id = ?1 AND blocked IS NULL", contract)?;
    let sessions = ids(
        "SELECT s.id FROM sessions s JOIN tabs t ON t.id = s.tab_id WHERE s.closed_at IS NULL AND t.contract_id = ?1",
        contract,
    )?;
    Ok(Left { partner, reason, tabs, sessions })
}

/// One step: some sessions end, some tabs are blocked.
pub(super) fn step(
    write: &mut Write<'_>,
    partner: i64,
    reason: &str,
    tabs: &[i64],
    sessions: &[i64],
) -> Result<(), SettlementError> {
    let settings = settings_of(write, partner)?;
    close_sessions(write, sessions, &settings)?;
    for tab in tabs {
        write.execute("UPDATE tabs SET blocked = ?1 WHERE id = ?2 AND blocked IS NULL", (reason, tab))?;
    }
    Ok(())
}
