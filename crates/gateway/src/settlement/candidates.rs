//! The wallets that may have something to do: read from small indexes of what waits, never from all wallets.

use super::SettlementError;
use super::memory::Resting;
use super::parsed::{rules, settings};
use super::schedule::{self, TabDates};
use crate::chain::PlanRules;
use crate::store::Write;
use rusqlite::{Connection, Row};
use std::collections::{BTreeSet, HashMap};

/// Operations that may be worked on.
const OPERATIONS: &str = "SELECT o.wallet_id FROM chain_ops o JOIN wallets w ON w.id = o.wallet_id \
    WHERE o.state IN ('planned', 'signed', 'sent') AND o.not_before <= ?1 AND o.wallet_id > ?2 AND w.stopped IS NULL \
    ORDER BY o.wallet_id LIMIT ?3";

/// Wallets with something that is due, or that is to come back, or that are being closed.
const WAITING: &str = "SELECT w.id FROM wallets w \
    WHERE (due > 0 OR to_return > 0 OR state = 'closing') AND stopped IS NULL AND w.id > ?1 \
    AND (w.has_account = 1 OR (w.due > 0 AND EXISTS \
    (SELECT 1 FROM contracts c WHERE c.partner_id = w.partner_id AND c.state = 'in_force'))) \
    AND NOT EXISTS (SELECT 1 FROM chain_ops o WHERE o.wallet_id = w.id \
    AND o.state IN ('planned', 'signed', 'sent', 'doubtful')) ORDER BY w.id LIMIT ?2";

const WITHDRAWALS: &str = "SELECT DISTINCT d.wallet_id FROM withdrawals d JOIN wallets w ON w.id = d.wallet_id \
    WHERE d.state = 'pending' AND d.wallet_id > ?1 AND w.stopped IS NULL AND w.has_account = 1 \
    AND d.amount <= w.in_account AND NOT EXISTS (SELECT 1 FROM chain_ops o WHERE o.wallet_id = w.id \
    AND o.state IN ('planned', 'signed', 'sent', 'doubtful')) ORDER BY d.wallet_id LIMIT ?2";

/// Tabs that are to be looked at, the wallet's state beside them.
const TABS: &str = concat!(
    "SELECT ",
    schedule::columns!(),
    ", c.app_id, c.state, w.partner_id, p.settings, \
     CASE WHEN w.stopped IS NULL AND w.has_account = 1 AND NOT EXISTS (SELECT 1 FROM chain_ops o \
     WHERE o.wallet_id = w.id AND o.state IN ('planned', 'signed', 'sent', 'doubtful')) THEN 1 ELSE 0 END \
     FROM (SELECT id, wallet_id FROM tabs WHERE due_at IS NOT NULL AND blocked IS NULL AND due_at <= ?1 \
     AND wallet_id > ?2 ORDER BY wallet_id, id LIMIT ?3) d \
     JOIN tabs t ON t.id = d.id JOIN contracts c ON c.id = t.contract_id \
     JOIN wallets w ON w.id = t.wallet_id JOIN partners p ON p.id = w.partner_id ORDER BY t.wallet_id, t.id"
);

/// What a search for candidates found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Wallets, rising.
    pub(super) wallets: Vec<i64>,
    /// Tabs of which nothing is due although it was to be looked at, and when they are to be looked at again.
    pub(super) later: Vec<Look>,
    /// The newest wallet that was named for a contract whose bills rest, by application.
    pub(super) probed: HashMap<i64, i64>,
}

/// Another time for a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    tab: i64,
    before: Option<i64>,
    at: Option<i64>,
}

/// What a page of the search is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    pub(super) now: i64,
    pub(super) after: i64,
    pub(super) limit: usize,
}

struct TabRow {
    dates: TabDates,
    app: i64,
    contract_state: String,
    partner: i64,
    settings: String,
    is_free: bool,
}

fn read_tab(row: &Row<'_>) -> rusqlite::Result<TabRow> {
    let next = schedule::COLUMNS;
    Ok(TabRow {
        dates: TabDates::read(row)?,
        app: row.get(next)?,
        contract_state: row.get(next + 1)?,
        partner: row.get(next + 2)?,
        settings: row.get(next + 3)?,
        is_free: row.get::<_, i64>(next + 4)? != 0,
    })
}

/// Up to `limit` wallets after one.
pub(super) fn find(
    connection: &Connection,
    page: Page,
    resting: &HashMap<i64, Resting>,
) -> Result<Found, SettlementError> {
    let Page { now, after, limit } = page;
    let rows = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut wallets = BTreeSet::new();
    let mut add = |sql: &str, params: &[i64]| -> Result<(), SettlementError> {
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_map(rusqlite::params_from_iter(params), |row| row.get::<_, i64>(0))?;
        for wallet in found {
            wallets.insert(wallet?);
        }
        Ok(())
    };
    add(OPERATIONS, &[now, after, rows])?;
    add(WAITING, &[after, rows])?;
    add(WITHDRAWALS, &[after, rows])?;
    let mut found = due_tabs(connection, page, resting)?;
    wallets.extend(found.wallets.drain(..));
    found.wallets = wallets.into_iter().take(limit).collect();
    Ok(found)
}

/// Up to `limit` wallets after one that have an account on the chain.
pub(super) fn accounts(connection: &Connection, after: i64, limit: usize) -> Result<Vec<i64>, SettlementError> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM wallets WHERE has_account = 1 AND id > ?1 ORDER BY id LIMIT ?2")?;
    let ids = statement.query_map((after, i64::try_from(limit).unwrap_or(i64::MAX)), |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// The wallets of the newest operations that have an account and go on.
pub(super) fn recent(connection: &Connection, limit: usize) -> Result<Vec<i64>, SettlementError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT w.id FROM (SELECT wallet_id FROM chain_ops ORDER BY id DESC LIMIT ?1) o \
         JOIN wallets w ON w.id = o.wallet_id WHERE w.has_account = 1 AND w.stopped IS NULL ORDER BY w.id",
    )?;
    let ids = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// The wallets of tabs of which something is due.
fn due_tabs(connection: &Connection, page: Page, resting: &HashMap<i64, Resting>) -> Result<Found, SettlementError> {
    let Page { now, mut after, limit } = page;
    let rows = limit.max(MIN_ROWS);
    let mut found = Found::default();
    let mut probes = Probes { resting, now, left: HashMap::new() };
    let mut partners: HashMap<i64, PlanRules> = HashMap::new();
    let mut statement = connection.prepare_cached(TABS)?;
    loop {
        let params = (now, after, i64::try_from(rows).unwrap_or(i64::MAX));
        let tabs = statement.query_map(params, read_tab)?.collect::<rusqlite::Result<Vec<_>>>()?;
        let count = tabs.len();
        for tab in tabs {
            after = tab.dates.wallet;
            if tab.contract_state == "blocked" || !tab.is_free {
                continue;
            }
            let rules = match partners.get(&tab.partner) {
                Some(rules) => *rules,
                None => *partners.entry(tab.partner).or_insert(rules(&settings(tab.partner, &tab.settings)?)),
            };
            match tab.dates.next_look(&rules) {
                Some(at) if at <= now => {
                    if probes.may_bill(tab.app, after, &mut found.probed) && found.wallets.last() != Some(&after) {
                        found.wallets.push(after);
                    }
                }
                at => found.later.push(Look { tab: tab.dates.id, before: tab.dates.due_at, at }),
            }
        }
        // The next page begins after the last wallet: a wallet's other tabs are looked at with it.
        if count < rows || found.wallets.len() >= limit || found.later.len() >= MAX_LATER {
            return Ok(found);
        }
    }
}

/// How many tabs are read at once at least.
const MIN_ROWS: usize = 256;
/// How many tabs get another time in one search.
const MAX_LATER: usize = 2_000;
/// How many wallets of a contract whose bills rest are named in one search, once the rest is over: one of them probes.
const PROBES: u32 = 16;

struct Probes<'r> {
    resting: &'r HashMap<i64, Resting>,
    now: i64,
    left: HashMap<i64, u32>,
}

impl Probes<'_> {
    /// Whether a wallet is named for a bill of this contract.
    fn may_bill(&mut self, app: i64, wallet: i64, probed: &mut HashMap<i64, i64>) -> bool {
        let Some(rest) = self.resting.get(&app) else { return true };
        if self.now < rest.until || wallet <= rest.probed {
            return false;
        }
        let left = self.left.entry(app).or_insert(PROBES);
        if *left == 0 {
            return false;
        }
        *left -= 1;
        probed.insert(app, wallet);
        true
    }
}

/// Gives tabs another time, unless something was charged or billed in between.
pub(super) fn look_later(write: &mut Write<'_>, later: &[Look]) -> Result<(), SettlementError> {
    for look in later {
        write.execute("UPDATE tabs SET due_at = ?1 WHERE id = ?2 AND due_at = ?3", (look.at, look.tab, look.before))?;
    }
    Ok(())
}
