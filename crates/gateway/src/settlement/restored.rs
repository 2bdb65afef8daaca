//! What a store that was restored from a backup does not know: accounts that wallets got after it.
//!
//! Keys are numbered as wallets need them. Where the chain has accounts of numbers that this store has not given yet, wallets
//! got them after the backup, and the store cannot say which. What they had then may be delivered and billed already, from
//! those accounts: every wallet without a key that has anything to be delivered or billed stops, and a person looks.

use super::endings::stop_wallet;
use super::operations::number;
use super::parsed::Parsed;
use super::{SettlementError, StoreBooks, books};
use crate::chain::{StopCause, WalletBooks};
use crate::ledger;
use crate::store::Write;
use rusqlite::Connection;
use std::ops::RangeInclusive;

/// How many wallets are stopped in one transaction.
const STEP: i64 = 200;

const SUSPECTS: &str = "SELECT id FROM wallets WHERE id > ?1 AND key_number IS NULL AND stopped IS NULL \
    AND (due > 0 OR unsettled > 0) ORDER BY id LIMIT ?2";

const WITH_ACCOUNT: &str = "SELECT id FROM wallets WHERE id > ?1 AND key_number IS NOT NULL AND stopped IS NULL \
    AND state <> 'closed' ORDER BY id LIMIT ?2";

/// The books of wallets that have a key and are not stopped, from the one after this id on: what an old copy of a store is compared
/// with the chain by.
///
/// # Errors
/// The store's.
pub fn wallets_with_key(connection: &Connection, after: i64, limit: i64) -> Result<Vec<WalletBooks>, SettlementError> {
    let ids = ids(connection, WITH_ACCOUNT, after, limit)?;
    let parsed = Parsed::default();
    let books: Result<Vec<_>, _> = ids.into_iter().map(|id| books::read(connection, id, &parsed)).collect();
    Ok(books?.into_iter().flatten().collect())
}

/// The wallets, from the one after this id on, that stop where the chain has accounts that no wallet of the store has.
///
/// # Errors
/// The store's.
pub fn wallets_in_doubt(connection: &Connection, after: i64, limit: i64) -> Result<Vec<i64>, SettlementError> {
    ids(connection, SUSPECTS, after, limit)
}

fn ids(connection: &Connection, sql: &str, after: i64, limit: i64) -> Result<Vec<i64>, SettlementError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((after, limit), |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The number that the next key gets.
///
/// # Errors
/// The store's.
pub fn next_key(connection: &Connection) -> Result<u64, SettlementError> {
    let next: i64 = connection.query_row("SELECT next_key FROM store WHERE id = 1", [], |row| row.get(0))?;
    Ok(u64::try_from(next).unwrap_or(0))
}

impl StoreBooks {
    /// The number that the next key gets.
    ///
    /// # Errors
    /// The store's.
    pub async fn next_key(&self) -> Result<u64, SettlementError> {
        self.store.read(next_key).await
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
