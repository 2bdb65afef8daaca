//! What of the store metrics show: read when they are asked for, from small indexes and single rows.

use crate::amount::Amount;
use crate::ledger::Seal;
use crate::problem::Problem;
use rusqlite::Connection;

/// Figures of the store.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) open_sessions: i64,
    pub(super) unsealed_entries: i64,
    /// Operations that have not ended: their state, how many, and when the oldest was planned.
    pub(super) queue: Vec<(String, i64, i64)>,
    /// Wallets for which nothing is sent, by cause.
    pub(super) stopped: Vec<(String, i64)>,
    pub(super) blocked_tabs: i64,
    pub(super) treasury: Amount,
    pub(super) reserved: Amount,
    /// When the wallet whose comparison with the chain is oldest was compared.
    pub(super) oldest_comparison: Option<i64>,
}

const OPEN_SESSIONS: &str = "SELECT COUNT(*) FROM sessions WHERE closed_at IS NULL";
const UNSEALED: &str = "SELECT COUNT(*) FROM entries WHERE id > ?1";
const QUEUE: &str = "SELECT state, COUNT(*), MIN(created_at) FROM chain_ops \
    WHERE state IN ('planned', 'signed', 'sent', 'doubtful') GROUP BY state ORDER BY state";
const STOPPED: &str =
    "SELECT stopped, COUNT(*) FROM wallets WHERE stopped IS NOT NULL GROUP BY stopped ORDER BY stopped";
const BLOCKED_TABS: &str = "SELECT COUNT(*) FROM tabs WHERE blocked IS NOT NULL";
const TREASURY: &str = "SELECT treasury, reserved FROM books WHERE id = 1";
const OLDEST_COMPARISON: &str = "SELECT MIN(compared_at) FROM wallets WHERE has_account = 1 AND partner_id = ?1";

impl Figures {
    pub(super) fn read(connection: &Connection, partners: &[i64]) -> Result<Self, Problem> {
        let count = |sql: &str| connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0));
        let sealed = Seal::newest(connection)?.map_or(0, |seal| seal.last);
        let (treasury, reserved) =
            connection.prepare_cached(TREASURY)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut oldest_comparison: Option<i64> = None;
        for partner in partners {
            let oldest: Option<i64> =
                connection.prepare_cached(OLDEST_COMPARISON)?.query_row([partner], |row| row.get(0))?;
            oldest_comparison = [oldest_comparison, oldest].into_iter().flatten().min();
        }
        let mut queue = connection.prepare_cached(QUEUE)?;
        let queue = queue.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut stopped = connection.prepare_cached(STOPPED)?;
        let stopped = stopped.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self {
            open_sessions: count(OPEN_SESSIONS)?,
            unsealed_entries: connection.prepare_cached(UNSEALED)?.query_row([sealed], |row| row.get(0))?,
            queue: queue.collect::<rusqlite::Result<_>>()?,
            stopped: stopped.collect::<rusqlite::Result<_>>()?,
            blocked_tabs: count(BLOCKED_TABS)?,
            treasury,
            reserved,
            oldest_comparison,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::World;
    use crate::store::testing::query_plan;

    /// With a million wallets and entries nothing of this may read a whole table.
    #[tokio::test]
    async fn figures_are_read_from_indexes() {
        let world = World::new().await;
        let plans = world
            .gateway
            .read(|connection| {
                let mut plans = Vec::new();
                for sql in [OPEN_SESSIONS, UNSEALED, QUEUE, STOPPED, BLOCKED_TABS, TREASURY, OLDEST_COMPARISON] {
                    plans.push((sql, query_plan(connection, sql)));
                }
                Ok(plans)
            })
            .await
            .unwrap();
        for (sql, plan) in plans {
            let is_scan = |line: &&String| line.starts_with("SCAN") && !line.contains("INDEX");
            assert_eq!(plan.iter().find(is_scan), None, "{sql}: {plan:?}");
        }
    }
}
