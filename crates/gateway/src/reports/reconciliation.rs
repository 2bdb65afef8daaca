//! Whether ledger and chain agree, as far as they were compared, and what waits for a person.

use crate::amount::{Amount, Price};
use crate::ledger::EntryKind;
use crate::problem::Problem;
use rusqlite::{Connection, OptionalExtension as _, Row};

/// How many blocked tabs and doubtful operations are listed.
const LIMIT: i64 = 100;

/// The comparison of wallets with the chain, and what was found.
#[derive(Debug, Default)]
pub(crate) struct Reconciliation {
    /// Wallets with an account on the chain.
    pub(crate) accounts: i64,
    /// Those that were not compared since they got it.
    pub(crate) never_compared: i64,
    /// The comparison that is the oldest of all wallets' newest ones: when, and as of which round.
    pub(crate) oldest: Option<(i64, Option<i64>)>,
    /// Operations on the chain that have not ended.
    pub(crate) waiting: i64,
    /// Wallets for which nothing is sent.
    pub(crate) stopped: i64,
    /// Tabs that no bill can take, the oldest ones.
    pub(crate) tabs: Vec<BlockedTab>,
    /// All of them.
    pub(crate) blocked: i64,
    /// Operations of which nobody knows whether they are in a block, the oldest ones.
    pub(crate) operations: Vec<DoubtfulOperation>,
    /// All of them.
    pub(crate) doubtful: i64,
}

/// A tab that no bill can take.
#[derive(Debug)]
pub(crate) struct BlockedTab {
    pub(crate) user: String,
    pub(crate) price: Price,
    pub(crate) unsettled: Amount,
    pub(crate) cause: String,
}

/// An operation of which nobody knows whether it is in a block.
#[derive(Debug)]
pub(crate) struct DoubtfulOperation {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) user: String,
    pub(crate) reason: Option<String>,
}

/// A wallet for which nothing is sent.
#[derive(Debug)]
pub(crate) struct StoppedWallet {
    pub(crate) id: i64,
    pub(crate) partner: i64,
    pub(crate) user: String,
    /// `mismatch`, `ledger_behind_chain` or `doubtful`.
    pub(crate) cause: String,
    pub(crate) address: Option<String>,
    pub(crate) balance: Amount,
    /// When it was stopped, and what was found then.
    pub(crate) found: Option<(i64, Option<String>)>,
}

const COMPARED: &str = "SELECT COUNT(*), COUNT(compared_at) FROM wallets WHERE has_account = 1 AND partner_id = ?1";
const OLDEST: &str = "SELECT compared_at, compared_round FROM wallets \
    WHERE has_account = 1 AND partner_id = ?1 AND compared_at IS NOT NULL ORDER BY compared_at LIMIT 1";
const STOPPED: &str = "SELECT COUNT(*) FROM wallets WHERE stopped IS NOT NULL AND partner_id = ?1";
const OPERATIONS: &str = "SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = 'doubtful' THEN 1 ELSE 0 END), 0) \
    FROM chain_ops WHERE state IN ('planned', 'signed', 'sent', 'doubtful') AND partner_id = ?1";
const DOUBTFUL: &str = "SELECT o.id, o.kind, w.user_id, o.reason FROM chain_ops o JOIN wallets w ON w.id = o.wallet_id \
    WHERE o.state IN ('planned', 'signed', 'sent', 'doubtful') AND o.state = 'doubtful' AND o.partner_id = ?1 \
    ORDER BY o.id LIMIT ?2";
const BLOCKED: &str = "SELECT COUNT(*) FROM contracts c JOIN tabs t ON t.contract_id = c.id \
    WHERE t.blocked IS NOT NULL AND c.partner_id = ?1";
const TABS: &str = "SELECT w.user_id, t.price, t.unsettled, t.blocked FROM contracts c \
    JOIN tabs t ON t.contract_id = c.id JOIN wallets w ON w.id = t.wallet_id \
    WHERE t.blocked IS NOT NULL AND c.partner_id = ?1 ORDER BY t.id LIMIT ?2";

impl Reconciliation {
    /// Of these partners' wallets.
    pub(crate) fn read(connection: &Connection, partners: &[i64]) -> Result<Self, Problem> {
        let mut all = Self::default();
        for partner in partners {
            all.add(connection, *partner)?;
        }
        Ok(all)
    }

    fn add(&mut self, connection: &Connection, partner: i64) -> Result<(), Problem> {
        let pair = |sql: &str| {
            connection
                .prepare_cached(sql)?
                .query_row([partner], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
        };
        let count = |sql: &str| connection.prepare_cached(sql)?.query_row([partner], |row| row.get::<_, i64>(0));
        let (accounts, compared) = pair(COMPARED)?;
        self.accounts = self.accounts.saturating_add(accounts);
        self.never_compared = self.never_compared.saturating_add(accounts.saturating_sub(compared));
        let mut statement = connection.prepare_cached(OLDEST)?;
        let oldest = statement.query_row([partner], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        self.oldest = [self.oldest, oldest].into_iter().flatten().min();
        let (waiting, doubtful) = pair(OPERATIONS)?;
        self.waiting = self.waiting.saturating_add(waiting);
        self.doubtful = self.doubtful.saturating_add(doubtful);
        self.stopped = self.stopped.saturating_add(count(STOPPED)?);
        self.blocked = self.blocked.saturating_add(count(BLOCKED)?);
        let left = |length: usize| LIMIT.saturating_sub(i64::try_from(length).unwrap_or(LIMIT));
        let mut statement = connection.prepare_cached(TABS)?;
        let tabs = statement.query_map((partner, left(self.tabs.len())), |row| {
            Ok(BlockedTab { user: row.get(0)?, price: row.get(1)?, unsettled: row.get(2)?, cause: row.get(3)? })
        })?;
        self.tabs.extend(tabs.collect::<rusqlite::Result<Vec<_>>>()?);
        let mut statement = connection.prepare_cached(DOUBTFUL)?;
        let operations = statement.query_map((partner, left(self.operations.len())), |row| {
            Ok(DoubtfulOperation { id: row.get(0)?, kind: row.get(1)?, user: row.get(2)?, reason: row.get(3)? })
        })?;
        self.operations.extend(operations.collect::<rusqlite::Result<Vec<_>>>()?);
        Ok(())
    }
}

/// The columns of [`read_stopped`].
macro_rules! columns {
    () => {
        "SELECT id, partner_id, user_id, stopped, address, available + held FROM wallets WHERE stopped IS NOT NULL AND "
    };
}

const STOPPED_OF_PARTNER: &str = concat!(columns!(), "partner_id = ?1 AND id > ?2 ORDER BY partner_id, id LIMIT ?3");
const STOPPED_OF_ALL: &str = concat!(columns!(), "(partner_id, id) > (?1, ?2) ORDER BY partner_id, id LIMIT ?3");

fn read_stopped(row: &Row<'_>) -> rusqlite::Result<StoppedWallet> {
    Ok(StoppedWallet {
        id: row.get(0)?,
        partner: row.get(1)?,
        user: row.get(2)?,
        cause: row.get(3)?,
        address: row.get(4)?,
        balance: row.get(5)?,
        found: None,
    })
}

/// What was found when a wallet was stopped.
const FOUND: &str = "SELECT e.at, e.reason FROM events v JOIN entries e ON e.id = v.entry_id \
    WHERE v.wallet_id = ?1 AND v.kind IN (?2, ?3, ?4) ORDER BY v.entry_id DESC LIMIT 1";

/// Up to `limit` stopped wallets of a partner, or of all, after the wallet of a partner, ordered by both.
pub(crate) fn stopped_wallets(
    connection: &Connection,
    partner: Option<i64>,
    after: (i64, i64),
    limit: i64,
) -> Result<Vec<StoppedWallet>, Problem> {
    let (sql, first) = match partner {
        Some(partner) => (STOPPED_OF_PARTNER, partner),
        None => (STOPPED_OF_ALL, after.0),
    };
    let mut statement = connection.prepare_cached(sql)?;
    let mut wallets =
        statement.query_map((first, after.1, limit), read_stopped)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let [first, second, third] =
        [EntryKind::Reconciliation, EntryKind::BillDoubtful, EntryKind::OperationDoubtful].map(EntryKind::number);
    let mut statement = connection.prepare_cached(FOUND)?;
    for wallet in &mut wallets {
        let found = statement.query_row((wallet.id, first, second, third), |row| {
            Ok((row.get(0)?, row.get::<_, Option<String>>(1)?.map(detail)))
        });
        wallet.found = found.optional()?;
    }
    Ok(wallets)
}

/// The sentence in an entry's reason.
fn detail(reason: String) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(&reason).ok();
    let detail = value.as_ref().and_then(|value| value.get("detail")).and_then(serde_json::Value::as_str);
    detail.map(str::to_owned).unwrap_or(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::World;
    use crate::store::testing::query_plan;

    /// With a million wallets nothing of this may read all of them. Contracts are few.
    #[tokio::test]
    async fn wallets_and_operations_are_found_by_indexes() {
        let world = World::new().await;
        let plans = world
            .gateway
            .read(|connection| {
                let mut plans = Vec::new();
                for sql in [
                    COMPARED,
                    OLDEST,
                    STOPPED,
                    OPERATIONS,
                    DOUBTFUL,
                    BLOCKED,
                    TABS,
                    STOPPED_OF_PARTNER,
                    STOPPED_OF_ALL,
                    FOUND,
                ] {
                    plans.push((sql, query_plan(connection, sql)));
                }
                Ok::<_, Problem>(plans)
            })
            .await
            .unwrap();
        for (sql, plan) in plans {
            let is_scan = |line: &&String| line.starts_with("SCAN") && !line.contains("INDEX") && *line != "SCAN c";
            assert_eq!(plan.iter().find(is_scan), None, "{sql}: {plan:?}");
            let is_list = sql.contains("stopped IS NOT NULL AND (partner_id");
            assert!(!is_list || plan[0].contains("wallets_stopped"), "{sql}: {plan:?}");
        }
    }
}
