//! Sums over the parts of a period.

use crate::events::{Projected, QUARTER, Rollup, SEEN, read_models_until};
use crate::ledger::EntryKind;
use crate::store::StoreError;
use rusqlite::Connection;

/// By how much ids may run ahead of their time where more were given out in a millisecond than fit in it, in milliseconds.
const ID_SLACK: i64 = 1_000;

/// Sums of a partner over the parts of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartnerSums {
    /// One for each part.
    pub(crate) parts: Vec<Rollup>,
    /// What is charged and in no block at the end of the period, in u.
    pub(crate) unsettled: i64,
}

impl PartnerSums {
    /// All parts together.
    pub(crate) fn total(&self) -> Rollup {
        let mut total = Rollup::default();
        self.parts.iter().for_each(|part| total.add(part));
        total
    }
}

/// Parts that follow each other without gaps, to find the one that a time is in.
struct Parts<'p>(&'p [(i64, i64)]);

impl Parts<'_> {
    fn from(&self) -> i64 {
        self.0.first().map_or(0, |(from, _)| *from)
    }

    fn to(&self) -> i64 {
        self.0.last().map_or(0, |(_, to)| *to)
    }

    fn of(&self, at: i64) -> Option<usize> {
        let index = self.0.partition_point(|(_, to)| *to <= at);
        self.0.get(index).filter(|(from, _)| *from <= at).map(|_| index)
    }

    /// The part that contains a whole stretch of time, from its first to its last millisecond; an error where it is in
    /// several, `None` where it is in none.
    fn of_stretch(&self, first: i64, last: i64) -> Result<Option<usize>, Divided> {
        match (self.of(first), self.of(last)) {
            (None, None) if last < self.from() || first >= self.to() => Ok(None),
            (Some(one), Some(other)) if one == other => Ok(Some(one)),
            _ => Err(Divided),
        }
    }
}

/// A stretch of time that is in several parts, or in one and outside.
struct Divided;

/// Reads the sums of a partner: quarter-hour roll-ups, the entries of quarters that an edge of a part divides, and what is in no
/// roll-up yet. `parts` follow each other without gaps.
pub(crate) fn partner_sums(
    connection: &Connection,
    partner: i64,
    parts: &[(i64, i64)],
    end: i64,
) -> Result<PartnerSums, StoreError> {
    let parts = Parts(parts);
    let known = read_models_until(connection)?;
    let mut sums = vec![Rollup::default(); parts.0.len()];
    let mut add = |index: Option<usize>, more: &Rollup| {
        if let Some(sum) = index.and_then(|index| sums.get_mut(index)) {
            sum.add(more);
        }
    };
    let mut statement = connection.prepare_cached(
        "SELECT quarter, sessions, ticks, played_ms, charged, bills, gross, fee, given_back, unsettled FROM rollups \
         WHERE partner_id = ?1 AND quarter >= ?2 AND quarter <= ?3",
    )?;
    let mut rows = statement.query((partner, parts.from().div_euclid(QUARTER), parts.to().div_euclid(QUARTER)))?;
    while let Some(row) = rows.next()? {
        let (quarter, more): (i64, _) = (row.get(0)?, Rollup::read(row, 1)?);
        let start = quarter.saturating_mul(QUARTER);
        match parts.of_stretch(start, start.saturating_add(QUARTER - 1)) {
            Ok(index) => add(index, &more),
            Err(Divided) => {
                each_of_quarter(connection, partner, quarter, known, |seen| add(parts.of(seen.at), &seen.sums))?
            }
        }
    }
    let last_quarter = end.div_euclid(QUARTER);
    let mut statement = connection
        .prepare_cached("SELECT COALESCE(SUM(unsettled), 0) FROM rollups WHERE partner_id = ?1 AND quarter < ?2")?;
    let mut unsettled: i64 = statement.query_row((partner, last_quarter), |row| row.get(0))?;
    if end.rem_euclid(QUARTER) != 0 {
        each_of_quarter(connection, partner, last_quarter, known, |seen| {
            if seen.at < end {
                unsettled = unsettled.saturating_add(seen.sums.unsettled);
            }
        })?;
    }
    let sql = format!("SELECT {SEEN} FROM entries WHERE id > ?1 AND partner_id = ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query((known, partner))?;
    while let Some(row) = rows.next()? {
        let seen = Projected::read(row)?;
        add(parts.of(seen.at), &seen.sums);
        if seen.at < end {
            unsettled = unsettled.saturating_add(seen.sums.unsettled);
        }
    }
    Ok(PartnerSums { parts: sums, unsettled })
}

/// Reads the entries of a quarter that are in its roll-up.
fn each_of_quarter(
    connection: &Connection,
    partner: i64,
    quarter: i64,
    known: i64,
    mut see: impl FnMut(&Projected),
) -> Result<(), StoreError> {
    let start = quarter.saturating_mul(QUARTER);
    let end = start.saturating_add(QUARTER);
    let sql = format!(
        "SELECT {SEEN} FROM entries WHERE id >= ?1 AND id < ?2 AND id <= ?3 AND at >= ?4 AND at < ?5 AND partner_id = ?6"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let last = crate::id::first_at(end.saturating_add(ID_SLACK));
    let mut rows = statement.query((crate::id::first_at(start), last, known, start, end, partner))?;
    while let Some(row) = rows.next()? {
        see(&Projected::read(row)?);
    }
    Ok(())
}

/// Sums of a user in a part of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UserSums {
    /// Credited playing time, in milliseconds.
    pub(crate) played_ms: i64,
    /// What was charged, in u.
    pub(crate) charged: i64,
}

impl UserSums {
    pub(crate) const fn add(&mut self, other: &Self) {
        self.played_ms = self.played_ms.saturating_add(other.played_ms);
        self.charged = self.charged.saturating_add(other.charged);
    }
}

/// Reads the sums of a wallet over parts that follow each other: sessions that lie in one part count as a whole, of others the
/// ticks are read.
pub(crate) fn user_sums(
    connection: &Connection,
    wallet: i64,
    parts: &[(i64, i64)],
    now: i64,
) -> Result<Vec<UserSums>, StoreError> {
    let parts = Parts(parts);
    let mut sums = vec![UserSums::default(); parts.0.len()];
    let mut add = |index: Option<usize>, more: UserSums| {
        if let Some(sum) = index.and_then(|index| sums.get_mut(index)) {
            sum.add(&more);
        }
    };
    let mut statement = connection.prepare_cached(
        "SELECT id, started_at, last_tick_at, closed_at, credited_ms, charged FROM sessions \
         WHERE wallet_id = ?1 AND started_at < ?3 AND (closed_at IS NULL OR closed_at >= ?2 OR last_tick_at >= ?2)",
    )?;
    let mut rows = statement.query((wallet, parts.from(), parts.to()))?;
    while let Some(row) = rows.next()? {
        let (id, started, last_tick): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let ended: Option<i64> = row.get(3)?;
        let whole = UserSums { played_ms: row.get(4)?, charged: row.get(5)? };
        match parts.of_stretch(started, ended.unwrap_or(now).max(last_tick)) {
            Ok(index) => add(index, whole),
            Err(Divided) => each_charge(connection, id, |at, charge| add(parts.of(at), charge))?,
        }
    }
    Ok(sums)
}

/// Reads everything that a session was charged.
fn each_charge(connection: &Connection, session: i64, mut see: impl FnMut(i64, UserSums)) -> Result<(), StoreError> {
    let lease = EntryKind::LeaseCharged.number();
    let sql = format!(
        "SELECT at, credited_ms, unsettled FROM entries WHERE session_id = ?1 AND tick_hash IS NOT NULL \
         UNION ALL SELECT at, credited_ms, unsettled FROM entries WHERE session_id = ?1 AND kind = {lease}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([session])?;
    while let Some(row) = rows.next()? {
        let played_ms = row.get::<_, Option<i64>>(1)?.unwrap_or(0);
        see(row.get(0)?, UserSums { played_ms, charged: row.get(2)? });
    }
    Ok(())
}
