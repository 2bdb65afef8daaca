//! A session as it is kept, with the balances that its next tick needs.

use crate::amount::{Amount, Price};
use crate::store::{StoreError, Write};
use rusqlite::{Connection, OptionalExtension as _, Row};

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// It was stopped.
    Stopped,
    /// No tick came for too long.
    Expired,
    /// Another device took over.
    Replaced,
    /// The contract can no longer bill.
    ContractUnavailable,
    /// The wallet was closed.
    WalletClosed,
    /// A chargeback froze the wallet.
    WalletFrozen,
}

impl CloseReason {
    const ALL: [Self; 6] = [
        Self::Stopped,
        Self::Expired,
        Self::Replaced,
        Self::ContractUnavailable,
        Self::WalletClosed,
        Self::WalletFrozen,
    ];

    /// Its name in the store and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
            Self::ContractUnavailable => "contract_unavailable",
            Self::WalletClosed => "wallet_closed",
            Self::WalletFrozen => "wallet_frozen",
        }
    }
}

impl rusqlite::types::FromSql for CloseReason {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::ALL.into_iter().find(|reason| reason.name() == name).ok_or(rusqlite::types::FromSqlError::InvalidType)
    }
}

/// A session, and what its next tick needs of its wallet and tab.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// The partner.
    pub partner: i64,
    /// The wallet.
    pub wallet: i64,
    /// The tab that its charges go to.
    pub tab: i64,
    /// The user, as the partner names him.
    pub user_id: String,
    /// What is played.
    pub content_id: String,
    /// The price of a minute, fixed at the start.
    pub price: Price,
    /// The device, where it named itself.
    pub client_id: Option<String>,
    /// Tokens of earlier generations are void.
    pub generation: i64,
    /// How much playing is paid ahead, in milliseconds.
    pub hold_ms: i64,
    /// What that costs, as far as the wallet had it.
    pub held: Amount,
    /// What was charged.
    pub charged: Amount,
    /// Playing time that ticks claimed, in milliseconds.
    pub credited_ms: i64,
    /// Playing time that was charged when its lease was given, and not claimed yet.
    pub prepaid_ms: i64,
    /// Leases of this user and content on one day.
    pub leases: Leases,
    /// How many ticks were charged.
    pub ticks: i64,
    /// What ticks that come after the end may still charge.
    pub late: Amount,
    /// When it began, in milliseconds since 1970.
    pub started_at: i64,
    /// When the last tick came.
    pub last_tick_at: i64,
    /// When it ended.
    pub closed_at: Option<i64>,
    /// Why.
    pub close_reason: Option<CloseReason>,
    /// What the wallet may spend.
    pub available: Amount,
    /// What it owes.
    pub debt: Amount,
    /// What of it is charged and not on the chain.
    pub not_on_chain: Amount,
    /// The tab's balance.
    pub tab_unsettled: Amount,
    /// The tab's lot.
    pub tab_lot: Amount,
    /// When the tab is looked at.
    pub tab_due_at: Option<i64>,
}

/// Playback leases of one user and content on one day, over sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leases {
    /// The day: days since 1970, UTC.
    pub day: i64,
    /// Until when the newest reaches, in milliseconds since 1970.
    pub until: i64,
    /// Time that leases opened, in milliseconds.
    pub leased_ms: i64,
    /// Time that ticks claimed.
    pub credited_ms: i64,
}

impl Session {
    /// The time that is charged: claimed, or charged when its lease was given.
    #[must_use]
    pub const fn charged_ms(&self) -> i64 {
        self.credited_ms.saturating_add(self.prepaid_ms)
    }

    /// How much playing the hold pays for, in milliseconds: leases that were charged included.
    #[must_use]
    pub fn paid_ms(&self) -> i64 {
        self.price.paid_after(self.charged_ms(), self.held).saturating_add(self.prepaid_ms)
    }

    /// What the wallet has that is not charged, where this session's is all that it holds.
    #[must_use]
    pub const fn funds(&self) -> Amount {
        Amount(self.available.0.saturating_add(self.held.0))
    }
}

/// The columns of [`read`].
macro_rules! columns {
    () => {
        "s.id, s.partner_id, s.wallet_id, s.tab_id, w.user_id, s.content_id, s.price, s.client_id, s.generation, s.hold_ms, \
         s.held, s.charged, s.credited_ms, s.prepaid_ms, s.lease_day, s.lease_until, s.leased_ms, s.lease_credited_ms, \
         s.ticks, s.late, s.started_at, s.last_tick_at, s.closed_at, s.close_reason, w.available, w.debt, \
         w.unsettled + w.settling, t.unsettled, t.lot, t.due_at"
    };
}
/// How many columns [`read`] reads.
pub(super) const COLUMNS: usize = 30;

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get(0)?,
        partner: row.get(1)?,
        wallet: row.get(2)?,
        tab: row.get(3)?,
        user_id: row.get(4)?,
        content_id: row.get(5)?,
        price: row.get(6)?,
        client_id: row.get(7)?,
        generation: row.get(8)?,
        hold_ms: row.get(9)?,
        held: row.get(10)?,
        charged: row.get(11)?,
        credited_ms: row.get(12)?,
        prepaid_ms: row.get(13)?,
        leases: Leases { day: row.get(14)?, until: row.get(15)?, leased_ms: row.get(16)?, credited_ms: row.get(17)? },
        ticks: row.get(18)?,
        late: row.get(19)?,
        started_at: row.get(20)?,
        last_tick_at: row.get(21)?,
        closed_at: row.get(22)?,
        close_reason: row.get(23)?,
        available: row.get(24)?,
        debt: row.get(25)?,
        not_on_chain: row.get(26)?,
        tab_unsettled: row.get(27)?,
        tab_lot: row.get(28)?,
        tab_due_at: row.get(29)?,
    })
}

const BY_ID: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM sessions s JOIN wallets w ON w.id = s.wallet_id JOIN tabs t ON t.id = s.tab_id WHERE s.id = ?1"
);

/// Sessions, to which a condition and an order are added.
const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    ", w.available + w.held FROM sessions s JOIN wallets w ON w.id = s.wallet_id JOIN tabs t ON t.id = s.tab_id "
);

/// Reads sessions with what their wallets have that is not charged. `rest` is the statement's text from `WHERE` on, over the
/// sessions `s`; nothing of a request may be in it.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn select_sessions(
    connection: &Connection,
    rest: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<(Session, Amount)>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{ALL}{rest}"))?;
    let sessions = statement.query_map(params, |row| Ok((read(row)?, row.get(COLUMNS)?)))?;
    Ok(sessions.collect::<rusqlite::Result<_>>()?)
}

/// With the entry of a tick, where it was stored.
pub(super) const WITH_TICK: &str = concat!(
    "SELECT ",
    columns!(),
    ", e.id, e.kind, e.tick, e.played_ms, e.credited_ms, e.unsettled, e.balance, e.paid_ms, e.reason \
     FROM sessions s JOIN wallets w ON w.id = s.wallet_id JOIN tabs t ON t.id = s.tab_id \
     LEFT JOIN entries e ON e.session_id = s.id AND e.tick_hash = ?2 WHERE s.id = ?1"
);

/// The session with this number.
///
/// # Errors
/// [`StoreError`].
pub fn find_session(connection: &Connection, id: i64) -> Result<Option<Session>, StoreError> {
    Ok(connection.prepare_cached(BY_ID)?.query_row([id], read).optional()?)
}

/// What a tick or a lease changes: no column of an index, and nothing that a heartbeat leaves as it is.
const SAVE_PROGRESS: &str = "UPDATE sessions SET held = ?1, charged = ?2, credited_ms = ?3, prepaid_ms = ?4, \
    lease_day = ?5, lease_until = ?6, leased_ms = ?7, lease_credited_ms = ?8, ticks = ?9, last_tick_at = ?10 WHERE id = ?11";

/// The rest of what can change.
const SAVE_STATE: &str = "UPDATE sessions SET late = ?1, closed_at = ?2, close_reason = ?3, generation = ?4, \
    hold_ms = ?5, client_id = ?6 WHERE id = ?7";

impl Session {
    /// Writes what a tick or a lease changed. One that has ended is written whole.
    pub(super) fn save_progress(&self, write: &mut Write<'_>) -> Result<(), StoreError> {
        write.execute(
            SAVE_PROGRESS,
            rusqlite::params![
                self.held,
                self.charged,
                self.credited_ms,
                self.prepaid_ms,
                self.leases.day,
                self.leases.until,
                self.leases.leased_ms,
                self.leases.credited_ms,
                self.ticks,
                self.last_tick_at,
                self.id,
            ],
        )?;
        if self.closed_at.is_some() { self.save_state(write) } else { Ok(()) }
    }

    /// Writes all that can change.
    pub(super) fn save(&self, write: &mut Write<'_>) -> Result<(), StoreError> {
        self.save_progress(write)?;
        // One that has ended is written by that.
        if self.closed_at.is_some() { Ok(()) } else { self.save_state(write) }
    }

    fn save_state(&self, write: &mut Write<'_>) -> Result<(), StoreError> {
        write.execute(
            SAVE_STATE,
            rusqlite::params![
                self.late,
                self.closed_at,
                self.close_reason.map(CloseReason::name),
                self.generation,
                self.hold_ms,
                self.client_id,
                self.id,
            ],
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::index_operations;

    #[test]
    fn the_progress_of_a_session_changes_no_index() {
        assert_eq!(index_operations(SAVE_PROGRESS), 0);
        assert!(index_operations(SAVE_STATE) > 0, "the end of a session does");
    }
}
