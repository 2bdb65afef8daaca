//! Settlement that somebody asked for: everything of a partner or a wallet that a bill can take is due, whatever it waits for.
//!
//! What was asked for is an amount of each tab: what comes into the tab later waits as usual.

use super::SettlementError;
use super::schedule::{self, TabDates, reschedule};
use crate::amount::Amount;
use crate::store::Write;
use rusqlite::Connection;

/// A wallet and a contract.
pub(crate) type Bill = (i64, i64);

const BILLS: &str = "SELECT DISTINCT t.wallet_id, t.contract_id FROM wallets w JOIN tabs t ON t.wallet_id = w.id \
    JOIN contracts c ON c.id = t.contract_id WHERE w.partner_id = ?1 AND (w.id = ?2 OR ?2 IS NULL) AND w.stopped IS NULL \
    AND t.unsettled >= 1000000 AND t.asked = 0 AND t.blocked IS NULL AND c.state <> 'blocked' \
    ORDER BY t.wallet_id, t.contract_id LIMIT ?3";

/// Up to `limit` wallets of a partner, or the one that is named, with the contracts that have at least a cent to bill and were not
/// asked yet.
pub(crate) fn billable(
    connection: &Connection,
    partner: i64,
    wallet: Option<i64>,
    limit: usize,
) -> Result<Vec<Bill>, SettlementError> {
    let mut statement = connection.prepare_cached(BILLS)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let bills = statement.query_map((partner, wallet, limit), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(bills.collect::<rusqlite::Result<_>>()?)
}

const TABS: &str = concat!(
    "SELECT ",
    schedule::columns!(),
    " FROM tabs t JOIN contracts c ON c.id = t.contract_id WHERE t.wallet_id = ?1 AND t.contract_id = ?2 \
     AND t.unsettled > 0 AND t.blocked IS NULL AND c.state <> 'blocked'"
);

/// Makes due what bills can take; how many tabs that are.
pub(crate) fn make_due(write: &mut Write<'_>, bills: &[Bill]) -> Result<usize, SettlementError> {
    let mut made_due = 0_usize;
    for (wallet, contract) in bills {
        for tab in write.rows(TABS, (wallet, contract), TabDates::read)? {
            let amount = tab.billable();
            if amount > Amount::ZERO {
                write.execute("UPDATE tabs SET asked = ?1 WHERE id = ?2", (amount, tab.id))?;
                made_due = made_due.saturating_add(1);
            }
        }
        reschedule(write, *wallet, *contract)?;
    }
    Ok(made_due)
}

/// A bill is in a block: what it took of what was asked for is done. The bill of the parts of a minute is always the last.
pub(super) fn was_billed(write: &mut Write<'_>, op: i64) -> Result<(), SettlementError> {
    let changed = write.execute(
        "UPDATE tabs SET asked = CASE WHEN (SELECT o.rest FROM chain_ops o WHERE o.id = ?1) = 1 \
         OR asked <= (SELECT p.amount FROM bill_parts p WHERE p.op_id = ?1 AND p.tab_id = tabs.id) THEN 0 \
         ELSE asked - (SELECT p.amount FROM bill_parts p WHERE p.op_id = ?1 AND p.tab_id = tabs.id) END \
         WHERE asked > 0 AND id IN (SELECT p.tab_id FROM bill_parts p WHERE p.op_id = ?1)",
        [op],
    )?;
    if changed == 0 {
        return Ok(());
    }
    let found = write.row("SELECT wallet_id, contract_id FROM chain_ops WHERE id = ?1", [op], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?))
    })?;
    if let Some((wallet, Some(contract))) = found {
        reschedule(write, wallet, contract)?;
    }
    Ok(())
}
