//! What the settler reads and writes: the books of [`crate::ledger`] and the rows of operations, each method one transaction.
//!
//! [`StoreBooks`] is the [`ChainStore`] over the [`Store`]. Conditions stand in the statements; what the settler learns beside
//! them is kept in memory and found again after a restart.

mod asked;
mod blocking;
mod books;
mod candidates;
mod endings;
mod error;
mod lookup;
mod matching;
mod memory;
mod notices;
mod operations;
mod outflow;
mod parsed;
mod planning;
mod release;
mod resting;
mod restored;
mod schedule;
#[cfg(test)]
mod tests;

pub(crate) use asked::{billable, make_due};
pub use error::SettlementError;
pub use lookup::{
    Settlement, SettlementFilter, find_settlement, list_settlements, settlement_of, settlements_of_session,
};
pub use matching::{MatchError, Matched};
pub use release::{Correction, NotReleased, Released};
pub use restored::{next_key, wallets_in_doubt, wallets_with_key};

use crate::amount::Amount;
use crate::chain::{
    AlgoPosting, Attempt, ChainOp, ChainStore, Ending, Notice, PlannedOp, SealMark, StopCause, VoidAttempt, WalletBooks,
};
use crate::ledger::{self, LedgerError, Seal, deposit as post_deposit};
use crate::store::{Store, StoreError, Write, WriteError};
use blocking::STEP;
use candidates::Page;
use endings::Ended;
use memory::Memory;
use pnp_types::{Address, Round};
use std::sync::Arc;
use std::time::Duration;

/// The first pause while the store is busy, and the one at which its error is passed on.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The ledger and the queue in the store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct StoreBooks {
    store: Store,
    memory: Arc<Memory>,
}

impl StoreBooks {
    /// The books of a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, memory: Arc::default() }
    }

    /// Writes, and tries again while the store is busy.
    async fn write<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut Write<'_>) -> Result<T, SettlementError> + Clone + Send + 'static,
    ) -> Result<T, SettlementError> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.store.write(job.clone()).await {
                Ok(value) => return Ok(value),
                Err(WriteError::Job(error)) => return Err(error),
                Err(WriteError::Store(StoreError::Busy)) if pause < LONGEST_PAUSE => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Err(WriteError::Store(error)) => return Err(error.into()),
            }
        }
    }

    /// Ends the sessions and blocks the tabs of a blocked contract, in steps.
    async fn finish_contract(&self, contract: i64) -> Result<(), SettlementError> {
        // What is cut off goes on with the next search for work.
        let before = std::mem::replace(&mut self.memory.state().has_resumed, false);
        self.resume_contract(contract).await?;
        self.memory.state().has_resumed = before;
        Ok(())
    }

    async fn resume_contract(&self, contract: i64) -> Result<(), SettlementError> {
        let left = self.store.read(move |connection| blocking::left(connection, contract)).await?;
        let (mut tabs, mut sessions) = (left.tabs.chunks(STEP), left.sessions.chunks(STEP));
        loop {
            let (tabs, sessions) = (tabs.next().unwrap_or_default(), sessions.next().unwrap_or_default());
            if tabs.is_empty() && sessions.is_empty() {
                return Ok(());
            }
            let (tabs, sessions) = (tabs.to_vec(), sessions.to_vec());
            let (partner, reason) = (left.partner, left.reason.clone());
            self.write(move |write| blocking::step(write, partner, &reason, &tabs, &sessions)).await?;
        }
    }

    /// Goes on with contracts whose blocking was cut off.
    async fn resume(&self) -> Result<(), SettlementError> {
        if self.memory.state().has_resumed {
            return Ok(());
        }
        for contract in self.store.read(blocking::blocked_contracts).await? {
            self.resume_contract(contract).await?;
        }
        self.memory.state().has_resumed = true;
        Ok(())
    }

    /// Writes which wallets agreed with the chain since the last time.
    async fn write_compared(&self) -> Result<(), SettlementError> {
        let compared: Vec<_> = self.memory.state().compared.drain().collect();
        if compared.is_empty() {
            return Ok(());
        }
        self.write(move |write| {
            let now = write.now();
            for (wallet, round) in &compared {
                write.execute(
                    "UPDATE wallets SET compared_round = ?1, compared_at = ?2 WHERE id = ?3",
                    (round, now, wallet),
                )?;
            }
            Ok(())
        })
        .await
    }
}

/// Nothing where a condition no longer holds.
fn unless_conditions<T>(result: Result<Option<T>, SettlementError>) -> Result<Option<T>, SettlementError> {
    match result {
        Err(SettlementError::Ledger(LedgerError::Short(_) | LedgerError::Conflict(_))) => Ok(None),
        result => result,
    }
}

impl ChainStore for StoreBooks {
    type Error = SettlementError;

    fn now(&self) -> i64 {
        self.store.clock().now()
    }

    async fn candidates(&self, now: i64, after: i64, limit: usize) -> Result<Vec<i64>, SettlementError> {
        self.resume().await?;
        self.write_compared().await?;
        let resting = self.memory.state().resting.clone();
        let page = Page { now, after, limit };
        let found = self.store.read(move |connection| candidates::find(connection, page, &resting)).await?;
        self.memory.state().note_probes(&found.probed, now);
        for later in found.later.chunks(STEP) {
            let later = later.to_vec();
            self.write(move |write| candidates::look_later(write, &later)).await?;
        }
        Ok(found.wallets)
    }

    async fn accounts(&self, after: i64, limit: usize) -> Result<Vec<i64>, SettlementError> {
        self.store.read(move |connection| candidates::accounts(connection, after, limit)).await
    }

    async fn recent(&self, limit: usize) -> Result<Vec<i64>, SettlementError> {
        self.store.read(move |connection| candidates::recent(connection, limit)).await
    }

    async fn wallet(&self, wallet: i64) -> Result<Option<WalletBooks>, SettlementError> {
        let memory = Arc::clone(&self.memory);
        self.store.read(move |connection| books::read(connection, wallet, &memory.parsed)).await
    }

    async fn reserve_key(&self) -> Result<u64, SettlementError> {
        let number = self.write(reserve_key).await?;
        u64::try_from(number).map_err(|_| LedgerError::TooLarge.into())
    }

    async fn set_key(&self, wallet: i64, number: u64, address: Address) -> Result<(), SettlementError> {
        let number = operations::number(number)?;
        self.write(move |write| {
            write.execute(
                "UPDATE wallets SET key_number = ?1, address = ?2 WHERE id = ?3 AND key_number IS NULL",
                (number, address.to_string(), wallet),
            )?;
            Ok(())
        })
        .await
    }

    async fn plan(&self, wallet: i64, op: &PlannedOp) -> Result<Option<ChainOp>, SettlementError> {
        let op = op.clone();
        unless_conditions(self.write(move |write| planning::plan(write, wallet, &op)).await)
    }

    async fn store_attempt(&self, op: i64, attempt: &Attempt) -> Result<bool, SettlementError> {
        let attempt = attempt.clone();
        self.write(move |write| operations::store_attempt(write, op, &attempt)).await
    }

    async fn mark_sent(&self, op: i64, attempt: u32) -> Result<(), SettlementError> {
        self.write(move |write| operations::mark_sent(write, op, attempt)).await
    }

    async fn void_attempt(&self, op: i64, void: &VoidAttempt) -> Result<bool, SettlementError> {
        let void = void.clone();
        self.write(move |write| operations::void_attempt(write, op, &void)).await
    }

    async fn end(&self, op: i64, ending: &Ending) -> Result<bool, SettlementError> {
        let ending = ending.clone();
        match self.write(move |write| endings::end(write, op, &ending)).await? {
            Ended::Before => Ok(false),
            Ended::Now => Ok(true),
            Ended::NowAndContract(contract) => {
                self.finish_contract(contract).await?;
                Ok(true)
            }
        }
    }

    async fn wait(&self, op: i64, not_before: i64, reason: &str) -> Result<(), SettlementError> {
        let reason = reason.to_owned();
        self.write(move |write| operations::wait(write, op, not_before, &reason)).await
    }

    async fn found(&self, wallet: i64, holding: Amount, deposit: Amount, algos: i64) -> Result<bool, SettlementError> {
        self.write(move |write| found(write, wallet, holding, deposit, algos)).await
    }

    async fn stop_wallet(&self, wallet: i64, cause: StopCause, reason: &str) -> Result<(), SettlementError> {
        let reason = reason.to_owned();
        self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), wallet)?;
            endings::stop_wallet(write, &wallet, cause, &reason)
        })
        .await
    }

    async fn reconciled(&self, wallet: i64, round: Round) -> Result<(), SettlementError> {
        // Written with others' at the next search for work.
        let round = operations::number(round.0)?;
        self.memory.state().compared.insert(wallet, round);
        Ok(())
    }

    async fn newest_seal(&self) -> Result<Option<SealMark>, SettlementError> {
        let newest =
            self.store.read(|connection| -> Result<_, SettlementError> { Ok(Seal::newest(connection)?) }).await?;
        Ok(newest.and_then(|seal| Some(SealMark { number: seal.number, hash: seal.hash.try_into().ok()? })))
    }

    async fn notice(&self, notice: &Notice) -> Result<(), SettlementError> {
        if !self.memory.state().is_new(notice, self.now()) {
            return Ok(());
        }
        let notice = notice.clone();
        self.write(move |write| notices::write_notice(write, &notice)).await
    }
}

/// The next number of a key.
fn reserve_key(write: &mut Write<'_>) -> Result<i64, SettlementError> {
    let next =
        write.row("UPDATE store SET next_key = next_key + 1 WHERE id = 1 RETURNING next_key - 1", [], |row| {
            row.get(0)
        })?;
    Ok(next.ok_or(LedgerError::Conflict("the store has no row of its own"))?)
}

/// Row 7, and the third book's last row: what an account has more than its books, while nothing is in flight.
fn found(
    write: &mut Write<'_>,
    wallet: i64,
    holding: Amount,
    deposit: Amount,
    algos: i64,
) -> Result<bool, SettlementError> {
    let in_flight = write.row(
        "SELECT 1 FROM chain_ops WHERE wallet_id = ?1 AND state IN ('planned', 'signed', 'sent', 'doubtful')",
        [wallet],
        |_| Ok(()),
    )?;
    let wallet = ledger::wallet(write.connection(), wallet)?;
    let sum = wallet.in_account.checked_add(wallet.leaving).and_then(|sum| sum.checked_add(wallet.returning));
    let is_negative = deposit < Amount::ZERO || algos < 0;
    if in_flight.is_some() || sum != Some(holding) || is_negative {
        return Ok(false);
    }
    if deposit > Amount::ZERO {
        post_deposit(write, &wallet, deposit, "seen in the account")?;
    }
    if algos > 0 {
        let posting = AlgoPosting { treasury: 0, wallet: algos, fees: 0, outside: algos.saturating_neg() };
        endings::post_algos(write, None, &wallet, posting)?;
    }
    Ok(true)
}
