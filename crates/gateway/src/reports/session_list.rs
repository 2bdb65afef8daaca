//! Lists of sessions.

use super::Order;
use crate::amount::Amount;
use crate::sessions::{Session, select_sessions};
use crate::store::StoreError;
use rusqlite::Connection;

/// How many sessions a page looks at where those that do not count lie between those that do.
const MAX_LOOKED_AT: i64 = 20_000;

/// Which sessions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionFilter {
    /// Those of this partner.
    pub(crate) partner: i64,
    /// Those of this wallet.
    pub(crate) wallet: Option<i64>,
    /// Open ones, or those that ended.
    pub(crate) is_open: Option<bool>,
    /// Those that began from the first time on and before the second, in milliseconds since 1970.
    pub(crate) began: (i64, i64),
}

/// A page of sessions.
#[derive(Debug)]
pub(crate) struct SessionPage {
    /// The sessions, each with what its wallet has that is not charged.
    pub(crate) sessions: Vec<(Session, Amount)>,
    /// Where the next page begins, if there may be one.
    pub(crate) next: Option<i64>,
}

/// Reads sessions in the order in which they began, after (newest first: before) the one with the number `place`.
pub(crate) fn read_sessions(
    connection: &Connection,
    filter: SessionFilter,
    order: Order,
    place: Option<i64>,
    limit: usize,
) -> Result<SessionPage, StoreError> {
    let (mut after, mut until) = match order {
        Order::Asc => (place.unwrap_or(0), i64::MAX),
        Order::Desc => (0, place.map_or(i64::MAX, |place| place.saturating_sub(1))),
    };
    // Numbers of sessions rise with the time at which they begin.
    let (from, to) = filter.began;
    after = after.max(crate::id::first_at(from).saturating_sub(1));
    until = until.min(crate::id::first_at(to).saturating_sub(1));
    let mut edge = None;
    if filter.is_open.is_some() && filter.wallet.is_none() {
        let order_text = order.text();
        let sql = format!(
            "SELECT id FROM (SELECT id FROM sessions WHERE partner_id = ?1 AND id > ?2 AND id <= ?3 ORDER BY id {order_text} \
             LIMIT ?4) page ORDER BY id {} LIMIT 1",
            if order == Order::Asc { "desc" } else { "asc" }
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query((filter.partner, after, until, MAX_LOOKED_AT))?;
        edge = rows.next()?.map(|row| row.get::<_, i64>(0)).transpose()?;
    }
    match (order, edge) {
        (Order::Asc, Some(edge)) => until = until.min(edge),
        (Order::Desc, Some(edge)) => after = after.max(edge.saturating_sub(1)),
        (_, None) => {}
    }
    let of_wallet = if filter.wallet.is_some() { "s.wallet_id = ?4" } else { "?4 IS NULL" };
    let state = match filter.is_open {
        None => "1 = 1",
        Some(true) => "s.closed_at IS NULL",
        Some(false) => "s.closed_at IS NOT NULL",
    };
    let rest = format!(
        "WHERE s.partner_id = ?1 AND s.id > ?2 AND s.id <= ?3 AND {of_wallet} AND {state} ORDER BY s.id {} LIMIT ?5",
        order.text()
    );
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut sessions = select_sessions(connection, &rest, (filter.partner, after, until, filter.wallet, wanted))?;
    let next = if sessions.len() > limit {
        sessions.truncate(limit);
        sessions.last().map(|(session, _)| session.id)
    } else {
        more_after(connection, filter.partner, order, edge, filter.began)?
    };
    Ok(SessionPage { sessions, next })
}

/// The edge of what was looked at, where there is something behind it.
fn more_after(
    connection: &Connection,
    partner: i64,
    order: Order,
    edge: Option<i64>,
    (from, to): (i64, i64),
) -> Result<Option<i64>, StoreError> {
    let Some(edge) = edge else { return Ok(None) };
    let (after, until) = match order {
        Order::Asc => (edge, crate::id::first_at(to).saturating_sub(1)),
        Order::Desc => (crate::id::first_at(from).saturating_sub(1), edge.saturating_sub(1)),
    };
    let mut statement = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM sessions WHERE partner_id = ?1 AND id > ?2 AND id <= ?3)")?;
    let has_more: bool = statement.query_row((partner, after, until), |row| row.get(0))?;
    Ok(has_more.then_some(edge))
}
