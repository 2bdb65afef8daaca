//! What a stretch of the journal adds to the read models.

use crate::ledger::EntryKind;
use crate::store::{StoreError, Write};
use rusqlite::{Connection, Row};
use std::collections::BTreeMap;

/// A quarter of an hour, in milliseconds.
pub(crate) const QUARTER: i64 = 900_000;

/// Sums of a partner's entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rollup {
    /// Sessions that began.
    pub(crate) sessions: i64,
    /// Ticks that were charged.
    pub(crate) ticks: i64,
    /// Credited playing time, in milliseconds.
    pub(crate) played_ms: i64,
    /// What was charged, in u.
    pub(crate) charged: i64,
    /// Bills that came into a block.
    pub(crate) bills: i64,
    /// What they took.
    pub(crate) gross: i64,
    /// The platform's part of it.
    pub(crate) fee: i64,
    /// Charges that were given back.
    pub(crate) given_back: i64,
    /// By how much more is charged and in no block.
    pub(crate) unsettled: i64,
}

impl Rollup {
    /// Adds another.
    pub(crate) const fn add(&mut self, other: &Self) {
        self.sessions = self.sessions.saturating_add(other.sessions);
        self.ticks = self.ticks.saturating_add(other.ticks);
        self.played_ms = self.played_ms.saturating_add(other.played_ms);
        self.charged = self.charged.saturating_add(other.charged);
        self.bills = self.bills.saturating_add(other.bills);
        self.gross = self.gross.saturating_add(other.gross);
        self.fee = self.fee.saturating_add(other.fee);
        self.given_back = self.given_back.saturating_add(other.given_back);
        self.unsettled = self.unsettled.saturating_add(other.unsettled);
    }

    /// The columns that a row is read from, from `first` on.
    pub(crate) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            sessions: row.get(first)?,
            ticks: row.get(first + 1)?,
            played_ms: row.get(first + 2)?,
            charged: row.get(first + 3)?,
            bills: row.get(first + 4)?,
            gross: row.get(first + 5)?,
            fee: row.get(first + 6)?,
            given_back: row.get(first + 7)?,
            unsettled: row.get(first + 8)?,
        })
    }
}

/// An entry as the read models see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) id: i64,
    /// In milliseconds since 1970.
    pub(crate) at: i64,
    /// The kind's number.
    pub(crate) kind: i64,
    pub(crate) partner: Option<i64>,
    pub(crate) wallet: Option<i64>,
    /// What it adds to its partner's sums.
    pub(crate) sums: Rollup,
}

/// The columns of [`Seen::read`]. A session that is taken up again begins once: its later entries have a reason.
pub(crate) const SEEN: &str =
    "id, at, kind, partner_id, wallet_id, credited_ms, unsettled, settling, available, platform, reason IS NULL";

impl Seen {
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let number = |index: usize| row.get::<_, i64>(index);
        let (kind, unsettled, settling) = (number(2)?, number(6)?, number(7)?);
        let mut sums = Rollup { unsettled: unsettled.saturating_add(settling), ..Rollup::default() };
        match EntryKind::from_number(kind) {
            Some(EntryKind::SessionStarted) => sums.sessions = number(10)?,
            Some(EntryKind::Tick) => {
                sums.ticks = 1;
                sums.charged = unsettled;
                sums.played_ms = row.get::<_, Option<i64>>(5)?.unwrap_or(0);
            }
            Some(EntryKind::LeaseCharged) => sums.charged = unsettled,
            Some(EntryKind::BillCharged) => {
                sums.bills = 1;
                sums.gross = settling.saturating_neg();
                sums.fee = number(9)?;
            }
            Some(EntryKind::GivenBack) => sums.given_back = number(8)?,
            _ => {}
        }
        Ok(Self { id: number(0)?, at: number(1)?, kind, partner: row.get(3)?, wallet: row.get(4)?, sums })
    }

    /// Whether it is a tick: there are many of them, and they are no events unless somebody asks.
    pub(crate) fn is_tick(&self) -> bool {
        [EntryKind::Tick, EntryKind::TickRefused, EntryKind::LeaseCharged].iter().any(|kind| kind.number() == self.kind)
    }
}

/// What a stretch of the journal adds to the read models.
#[derive(Clone, Debug, Default)]
pub(crate) struct Projection {
    /// The entry that the stretch comes after.
    pub(crate) after: i64,
    /// Its last entry.
    pub(crate) last: i64,
    /// Its sums, by partner and quarter.
    pub(crate) rollups: BTreeMap<(i64, i64), Rollup>,
    /// Its sums, by partner and second.
    pub(crate) seconds: BTreeMap<(i64, i64), Rollup>,
    /// Its entries that are no ticks.
    pub(crate) events: Vec<Seen>,
}

impl Projection {
    /// Reads the entries after the first id and up to the second.
    pub(crate) fn read(connection: &Connection, after: i64, last: i64) -> Result<Self, StoreError> {
        let mut this = Self { after, last, ..Self::default() };
        let sql = format!("SELECT {SEEN} FROM entries WHERE id > ?1 AND id <= ?2 ORDER BY id");
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query((after, last))?;
        while let Some(row) = rows.next()? {
            this.see(Seen::read(row)?);
        }
        Ok(this)
    }

    fn see(&mut self, seen: Seen) {
        if let Some(partner) = seen.partner
            && seen.sums != Rollup::default()
        {
            self.rollups.entry((partner, seen.at.div_euclid(QUARTER))).or_default().add(&seen.sums);
            self.seconds.entry((partner, seen.at.div_euclid(1000))).or_default().add(&seen.sums);
        }
        if !seen.is_tick() {
            self.events.push(seen);
        }
    }

    /// Writes it; whether the read models still ended where it begins.
    pub(crate) fn write(&self, write: &mut Write<'_>) -> Result<bool, StoreError> {
        let moved = write.execute(
            "UPDATE read_models SET last_entry = ?1 WHERE id = 1 AND last_entry = ?2",
            (self.last, self.after),
        )?;
        if moved == 0 {
            return Ok(false);
        }
        for Seen { id, kind, partner, wallet, .. } in &self.events {
            write.execute(
                "INSERT INTO events (entry_id, kind, partner_id, wallet_id) VALUES (?1, ?2, ?3, ?4)",
                (id, kind, partner, wallet),
            )?;
        }
        for ((partner, quarter), sums) in &self.rollups {
            write.execute(
                ADD_ROLLUP,
                [
                    *partner,
                    *quarter,
                    sums.sessions,
                    sums.ticks,
                    sums.played_ms,
                    sums.charged,
                    sums.bills,
                    sums.gross,
                    sums.fee,
                    sums.given_back,
                    sums.unsettled,
                ],
            )?;
        }
        Ok(true)
    }
}

const ADD_ROLLUP: &str = "INSERT INTO rollups (partner_id, quarter, sessions, ticks, played_ms, charged, bills, gross, \
    fee, given_back, unsettled) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
    ON CONFLICT (partner_id, quarter) DO UPDATE SET sessions = rollups.sessions + excluded.sessions, \
    ticks = rollups.ticks + excluded.ticks, played_ms = rollups.played_ms + excluded.played_ms, \
    charged = rollups.charged + excluded.charged, bills = rollups.bills + excluded.bills, \
    gross = rollups.gross + excluded.gross, fee = rollups.fee + excluded.fee, \
    given_back = rollups.given_back + excluded.given_back, unsettled = rollups.unsettled + excluded.unsettled";

/// The newest entry that is in the read models.
pub(crate) fn read_models_until(connection: &Connection) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT last_entry FROM read_models WHERE id = 1")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}
