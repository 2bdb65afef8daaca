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

/// A place in the order of open sessions: wallet, content and number of the last one that was looked at.
pub type OpenSession = (i64, String, i64);

/// What a look at open sessions found.
#[derive(Debug, Default)]
pub struct ExpiredPage {
    /// The sessions to close.
    pub expired: Vec<i64>,
    /// Where the next look begins; nothing after the last session.
    pub next: Option<OpenSession>,
}

/// In the order of the index of open sessions, so that a look reads no other.
const OPEN_SESSIONS: &str = "SELECT wallet_id, content_id, id, partner_id, hold_ms, last_tick_at FROM sessions \
    WHERE closed_at IS NULL AND (wallet_id, content_id, id) > (?1, ?2, ?3) ORDER BY wallet_id, content_id, id LIMIT ?4";

/// Those of the next `limit` open sessions that have had no tick for too long: three intervals of their partner, their hold, or two
/// minutes, whatever is longest. Time in which the gateway did not run does not count.
///
/// # Errors
/// The store's.
pub fn expired(
    connection: &Connection,
    clock: &Clock,
    interval_of: impl Fn(i64) -> i64,
    (after, limit): (Option<&OpenSession>, usize),
) -> Result<ExpiredPage, StoreError> {
    let now = clock.now();
    let running_for = now.saturating_sub(clock.running_since());
    let mut page = ExpiredPage::default();
    if running_for < MIN_IDLE {
        return Ok(page);
    }
    let (wallet, content, id) = after.map_or((0, "", 0), |(wallet, content, id)| (*wallet, content.as_str(), *id));
    let mut statement = connection.prepare_cached(OPEN_SESSIONS)?;
    let mut rows = statement.query((wallet, content, id, i64::try_from(limit).unwrap_or(i64::MAX)))?;
    let mut seen = 0;
    while let Some(row) = rows.next()? {
        let (id, hold_ms, last_tick_at) = (row.get(2)?, row.get::<_, i64>(4)?, row.get::<_, i64>(5)?);
        let intervals = interval_of(row.get(3)?).saturating_mul(3);
        let least = MIN_IDLE.max(intervals).max(hold_ms);
        if now.saturating_sub(last_tick_at) > least && running_for > least {
            page.expired.push(id);
        }
        seen += 1;
        if seen == limit {
            page.next = Some((row.get(0)?, row.get(1)?, id));
        }
    }
    Ok(page)
}
