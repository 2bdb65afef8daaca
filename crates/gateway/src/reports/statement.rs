//! Statements: what changed a wallet's balance, in lines that its user understands. A session is one line.

use super::Order;
use crate::amount::Amount;
use crate::events::read_models_until;
use crate::ledger::EntryKind;
use crate::store::StoreError;
use rusqlite::{Connection, Row};

/// The kinds of entries that are lines.
const KINDS: [EntryKind; 14] = [
    EntryKind::TopUpSucceeded,
    EntryKind::TopUpLate,
    EntryKind::Deposit,
    EntryKind::ChargedBack,
    EntryKind::ChargebackWon,
    EntryKind::DebtCollected,
    EntryKind::DebtWrittenOff,
    EntryKind::GivenBack,
    EntryKind::WithdrawalAsked,
    EntryKind::WithdrawalCancelled,
    EntryKind::WithdrawalRefused,
    EntryKind::WalletClosed,
    EntryKind::Credited,
    EntryKind::SessionStarted,
];

/// Whose lines.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    /// A wallet's.
    Wallet(i64),
    /// Those of all wallets of a partner.
    Partner(i64),
}

/// A line of a statement.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The entry; of a session, that of its start.
    pub(crate) entry: i64,
    /// What it is.
    pub(crate) kind: EntryKind,
    /// When, in milliseconds since 1970; of a session, when it began.
    pub(crate) at: i64,
    /// The user.
    pub(crate) user_id: String,
    /// The session.
    pub(crate) session: Option<i64>,
    /// What was played.
    pub(crate) content_id: Option<String>,
    /// Of a session: credited playing time, in milliseconds.
    pub(crate) played_ms: Option<i64>,
    /// Of a session: how many ticks came.
    pub(crate) ticks: Option<i64>,
    /// The id of a top-up, withdrawal or operation.
    pub(crate) cause: Option<i64>,
    /// By how much it changed the balance; of a session, all that it was charged so far.
    pub(crate) amount: Amount,
    /// The balance afterwards; absent for sessions, which go on.
    pub(crate) balance: Option<Amount>,
    /// Why.
    pub(crate) reason: Option<String>,
}

impl Line {
    /// Whether it is a session.
    pub(crate) fn is_session(&self) -> bool {
        self.kind == EntryKind::SessionStarted
    }

    /// What it is, in one word for lists.
    pub(crate) fn kind_name(&self) -> &'static str {
        if self.is_session() { "session" } else { self.kind.name() }
    }
}

/// Which lines are read: after (or before, newest first) an entry, within a range of entries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    /// The range: after the first, and up to the second.
    pub(crate) range: (i64, i64),
    /// In which order.
    pub(crate) order: Order,
    /// How many at most.
    pub(crate) limit: usize,
}

/// Reads lines of a statement: sealed ones from the read model, the rest from the journal.
// The read model's part is limited by itself, so that a page of a partner's reads no more than a page.
pub(crate) fn read_lines(connection: &Connection, owner: Owner, stretch: Stretch) -> Result<Vec<Line>, StoreError> {
    let (column, id) = match owner {
        Owner::Wallet(id) => ("wallet_id", id),
        Owner::Partner(id) => ("partner_id", id),
    };
    let known = read_models_until(connection)?;
    let kinds = KINDS.map(|kind| kind.number().to_string()).join(", ");
    let order = stretch.order.text();
    let started = EntryKind::SessionStarted.number();
    let sql = format!(
        "SELECT e.id, e.kind, e.at, w.user_id, e.session_id, s.content_id, s.credited_ms, s.ticks, e.cause, \
         CASE WHEN e.kind = {started} THEN -s.charged ELSE e.available + e.held END, \
         CASE WHEN e.kind = {started} THEN NULL ELSE e.balance END, e.reason \
         FROM (SELECT * FROM (SELECT v.entry_id FROM events v JOIN entries j ON j.id = v.entry_id \
                 WHERE v.{column} = ?1 AND v.entry_id > ?2 AND v.entry_id <= ?3 AND v.kind IN ({kinds}) \
                 AND (v.kind <> {started} OR j.reason IS NULL) ORDER BY v.entry_id {order} LIMIT ?5) others \
               UNION ALL SELECT id FROM entries WHERE id > ?4 AND id > ?2 AND id <= ?3 AND {column} = ?1 \
               AND kind IN ({kinds}) AND (kind <> {started} OR reason IS NULL)) i \
         JOIN entries e ON e.id = i.entry_id JOIN wallets w ON w.id = e.wallet_id \
         LEFT JOIN sessions s ON s.id = e.session_id \
         ORDER BY i.entry_id {order} LIMIT ?5"
    );
    let (after, until) = stretch.range;
    let limit = i64::try_from(stretch.limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(&sql)?;
    let lines = statement.query_map((id, after, until, known, limit), read_line)?;
    Ok(lines.collect::<rusqlite::Result<_>>()?)
}

/// How many lines a partner's wallets have in a sealed range of entries.
pub(crate) fn count_lines(connection: &Connection, partner: i64, range: (i64, i64)) -> Result<i64, StoreError> {
    let kinds = KINDS.map(|kind| kind.number().to_string()).join(", ");
    let started = EntryKind::SessionStarted.number();
    let sql = format!(
        "SELECT COUNT(*) FROM events i JOIN entries e ON e.id = i.entry_id \
         WHERE i.partner_id = ?1 AND i.entry_id > ?2 AND i.entry_id <= ?3 AND i.kind IN ({kinds}) \
         AND (e.kind <> {started} OR e.reason IS NULL)"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row((partner, range.0, range.1), |row| row.get(0))?)
}

fn read_line(row: &Row<'_>) -> rusqlite::Result<Line> {
    let number: i64 = row.get(1)?;
    let kind = EntryKind::from_number(number).ok_or(rusqlite::Error::IntegralValueOutOfRange(1, number))?;
    let is_session = kind == EntryKind::SessionStarted;
    Ok(Line {
        entry: row.get(0)?,
        kind,
        at: row.get(2)?,
        user_id: row.get(3)?,
        session: row.get(4)?,
        content_id: row.get(5)?,
        played_ms: if is_session { row.get(6)? } else { None },
        ticks: if is_session { row.get(7)? } else { None },
        cause: row.get(8)?,
        amount: row.get(9)?,
        balance: row.get(10)?,
        reason: row.get(11)?,
    })
}

/// A tick of a session, as a line.
#[derive(Clone, Debug)]
pub(crate) struct TickLine {
    /// The entry.
    pub(crate) entry: i64,
    /// What it is.
    pub(crate) kind: EntryKind,
    /// When, in milliseconds since 1970.
    pub(crate) at: i64,
    /// The tick, as the player named it.
    pub(crate) tick_id: Option<String>,
    /// What was credited, in milliseconds.
    pub(crate) credited_ms: i64,
    /// What it cost.
    pub(crate) charged: Amount,
    /// The balance afterwards.
    pub(crate) balance: Option<Amount>,
}

/// All charges of a session: its ticks by the index that finds them again, and its charged leases by theirs.
pub(crate) fn read_ticks(connection: &Connection, session: i64, stretch: Stretch) -> Result<Vec<TickLine>, StoreError> {
    let (order, lease) = (stretch.order.text(), EntryKind::LeaseCharged.number());
    let sql = format!(
        "SELECT id, kind, at, tick, credited_ms, unsettled, balance FROM \
         (SELECT * FROM entries WHERE session_id = ?1 AND tick_hash IS NOT NULL \
          UNION ALL SELECT * FROM entries WHERE session_id = ?1 AND kind = {lease}) ticks \
         WHERE id > ?2 AND id <= ?3 ORDER BY id {order} LIMIT ?4"
    );
    let (after, until) = stretch.range;
    let limit = i64::try_from(stretch.limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(&sql)?;
    let ticks = statement.query_map((session, after, until, limit), |row| {
        let number: i64 = row.get(1)?;
        Ok(TickLine {
            entry: row.get(0)?,
            kind: EntryKind::from_number(number).ok_or(rusqlite::Error::IntegralValueOutOfRange(1, number))?,
            at: row.get(2)?,
            tick_id: row.get(3)?,
            credited_ms: row.get::<_, Option<i64>>(4)?.unwrap_or(0),
            charged: row.get(5)?,
            balance: row.get(6)?,
        })
    })?;
    Ok(ticks.collect::<rusqlite::Result<_>>()?)
}
