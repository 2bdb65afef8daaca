//! The end of a session: its hold goes back.

use super::SessionError;
use super::limits::MIN_IDLE;
use super::row::{CloseReason, Session, find_session};
use super::tick::add_to_tab;
use crate::amount::Amount;
use crate::ledger::{Entry, EntryKind, LedgerError, PartnerSettings, Posting, move_wallet};
use crate::store::{Clock, StoreError, Write};
use rusqlite::Connection;

/// Ends a session that is open; the session as it is then. One that has ended stays as it is.
///
/// # Errors
/// The store's.
pub fn close_session(
    write: &mut Write<'_>,
    mut session: Session,
    reason: CloseReason,
    settings: &PartnerSettings,
) -> Result<Session, SessionError> {
    if session.closed_at.is_some() {
        return Ok(session);
    }
    let held = session.held;
    session.held = Amount::ZERO;
    session.late = held;
    session.closed_at = Some(write.now());
    session.close_reason = Some(reason);
    let posting = Posting { available: held.0, held: -held.0, ..Posting::default() };
    let balance = move_wallet(write, session.wallet, &posting)?;
    session.available = Amount(session.available.0.saturating_add(held.0));
    let entry = Entry {
        partner: Some(session.partner),
        wallet: Some(session.wallet),
        session: Some(session.id),
        tab: Some(session.tab),
        reason: Some(reason.name().to_owned()),
        balance: Some(balance),
        posting,
        ..Entry::new(EntryKind::SessionEnded)
    };
    entry.insert(write).map_err(LedgerError::from)?;
    add_to_tab(write, &mut session, Amount::ZERO, settings, true)?;
    session.save(write)?;
    Ok(session)
}

/// Ends every open session of a wallet.
///
/// # Errors
/// The store's.
pub fn close_sessions_of(
    write: &mut Write<'_>,
    wallet: i64,
    reason: CloseReason,
    settings: &PartnerSettings,
) -> Result<(), SessionError> {
    let open = write.rows("SELECT id FROM sessions WHERE wallet_id = ?1 AND closed_at IS NULL", [wallet], |row| {
        row.get::<_, i64>(0)
    })?;
    for id in open {
        if let Some(session) = find_session(write.connection(), id)? {
            close_session(write, session, reason, settings)?;
        }
    }
    Ok(())
}

/// The open sessions without a tick for too long: three intervals, their hold, or two minutes, whatever is longest. Time in which
/// the gateway did not run does not count.
///
/// # Errors
/// The store's.
pub fn expired(connection: &Connection, clock: &Clock, interval_ms: i64) -> Result<Vec<i64>, StoreError> {
    let now = clock.now();
    let least = MIN_IDLE.max(interval_ms.saturating_mul(3));
    if now.saturating_sub(clock.running_since()) < least {
        return Ok(Vec::new());
    }
    let running_for = now.saturating_sub(clock.running_since());
    let mut statement = connection.prepare_cached(
        "SELECT id FROM sessions WHERE closed_at IS NULL AND last_tick_at < ?1 AND last_tick_at + hold_ms < ?2 \
         AND hold_ms < ?3",
    )?;
    let ids = statement.query_map((now.saturating_sub(least), now, running_for), |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}
