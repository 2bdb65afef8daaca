//! What a store that was restored from a backup does not know: accounts that wallets got after it.
//!
//! Keys are numbered as wallets need them. Where the chain has accounts of numbers that this store has not given yet, wallets
//! got them after the backup, and the store cannot say which. What they had then may be delivered and billed already, from
//! those accounts: every wallet without a key that has anything to be delivered or billed stops, and a person looks.

use super::endings::stop_wallet;
use super::operations::number;
use super::{SettlementError, StoreBooks};
use crate::chain::StopCause;
use crate::ledger;
use crate::store::Write;
use std::ops::RangeInclusive;

/// How many wallets are stopped in one transaction.
const STEP: i64 = 200;

const SUSPECTS: &str = "SELECT id FROM wallets WHERE id > ?1 AND key_number IS NULL AND stopped IS NULL \
    AND (due > 0 OR unsettled > 0) ORDER BY id LIMIT ?2";

impl StoreBooks {
    /// The number that the next key gets.
    ///
    /// # Errors
    /// The store's.
    pub async fn next_key(&self) -> Result<u64, SettlementError> {
        let next = self.store.read(|connection| -> Result<i64, SettlementError> {
            Ok(connection.query_row("SELECT next_key FROM store WHERE id = 1", [], |row| row.get(0))?)
        });
        Ok(u64::try_from(next.await?).unwrap_or(0))
    }

    /// Accounts of these key numbers, from the next one on, are on the chain: their wallets are not known. Stops every wallet
    /// that may be theirs, and gives no such number again. Returns how many wallets stopped.
    ///
    /// # Errors
    /// The store's.
    pub async fn stop_restored(&self, keys: RangeInclusive<u64>) -> Result<usize, SettlementError> {
        let next = number(keys.end().saturating_add(1))?;
        let reason = format!(
            "the chain has accounts of the keys {} to {}, which no wallet of this store has",
            keys.start(),
            keys.end()
        );
        let (mut after, mut stopped) = (0, 0_usize);
        loop {
            let reason = reason.clone();
            let found = self.write(move |write| stop_suspects(write, after, &reason)).await?;
            stopped = stopped.saturating_add(found.len());
            match found.last() {
                Some(last) => after = *last,
                None => break,
            }
        }
        // Last: where this was cut off, the next start finds the same accounts again.
        self.write(move |write| {
            write.execute("UPDATE store SET next_key = ?1 WHERE id = 1 AND next_key < ?1", [next])?;
            Ok(())
        })
        .await?;
        Ok(stopped)
    }
}

fn stop_suspects(write: &mut Write<'_>, after: i64, reason: &str) -> Result<Vec<i64>, SettlementError> {
    let found: Vec<i64> = write.rows(SUSPECTS, (after, STEP), |row| row.get(0))?;
    for wallet in &found {
        let wallet = ledger::wallet(write.connection(), *wallet)?;
        stop_wallet(write, &wallet, StopCause::LedgerBehindChain, reason)?;
    }
    Ok(found)
}
