//! Whether the gateway can do its work: what a load balancer asks, and what metrics show.

use super::Gateway;
use crate::settlement::StoreBooks;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// For how long the chain may not answer until the gateway is not ready.
const CHAIN_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the store may take to read or write a row until the gateway is not ready.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);
/// For how long an answer is given again: however often it is asked, the store is written at most once in this time.
const KEPT: Duration = Duration::from_secs(1);

/// Something that a gateway needs and does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// The store cannot be read.
    StoreRead,
    /// The store cannot be written.
    StoreWrite,
    /// Nothing is settled.
    Settler,
    /// The chain has not answered for a while.
    Chain,
}

impl Missing {
    /// As in JSON.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::StoreRead => "store_read",
            Self::StoreWrite => "store_write",
            Self::Settler => "settler",
            Self::Chain => "chain",
        }
    }

    /// In words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::StoreRead => "the store cannot be read",
            Self::StoreWrite => "the store cannot be written",
            Self::Settler => "the settler does not run",
            Self::Chain => "the chain does not answer",
        }
    }
}

/// What is known about the parts that run beside requests.
#[derive(Debug)]
pub(crate) struct Health {
    start: Instant,
    /// The settler's books, once it runs.
    settler: OnceLock<StoreBooks>,
    /// When the chain answered last, in milliseconds since the start; negative before that.
    chain_seen: AtomicI64,
    round: AtomicU64,
    checked: Mutex<Option<(Instant, Vec<Missing>)>>,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            settler: OnceLock::new(),
            chain_seen: AtomicI64::new(-1),
            round: AtomicU64::new(0),
            checked: Mutex::default(),
        }
    }
}

impl Health {
    /// The settler runs on these books.
    pub(crate) fn settler_runs(&self, books: StoreBooks) {
        if self.settler.set(books).is_err() {
            tracing::warn!("a second settler runs");
        }
    }

    /// The chain has answered with its newest round.
    pub(crate) fn chain_answered(&self, round: u64) {
        let since = i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.round.store(round, Ordering::Relaxed);
        self.chain_seen.store(since, Ordering::Relaxed);
    }

    /// The newest round that the chain has named, and how long ago that was; nothing before the first.
    pub(crate) fn chain(&self) -> Option<(u64, Duration)> {
        let seen = u64::try_from(self.chain_seen.load(Ordering::Relaxed)).ok()?;
        let since = self.start.elapsed().saturating_sub(Duration::from_millis(seen));
        Some((self.round.load(Ordering::Relaxed), since))
    }

    /// The settler's books, once it runs.
    pub(crate) fn settler(&self) -> Option<&StoreBooks> {
        self.settler.get()
    }
}

impl Gateway {
    /// What the gateway needs for its work and does not have; empty where it is ready. May be a second old.
    pub(crate) async fn missing(&self) -> Vec<Missing> {
        let mut checked = self.health.checked.lock().await;
        if let Some((at, missing)) = &*checked
            && at.elapsed() < KEPT
        {
            return missing.clone();
        }
        let missing = self.look_for_missing().await;
        *checked = Some((Instant::now(), missing.clone()));
        missing
    }

    async fn look_for_missing(&self) -> Vec<Missing> {
        let read = self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT checks FROM store WHERE id = 1")?;
            Ok(statement.query_row([], |row| row.get::<_, i64>(0))?)
        });
        let write = self.write(|write| Ok(write.execute("UPDATE store SET checks = checks + 1 WHERE id = 1", [])?));
        let read = tokio::time::timeout(STORE_TIMEOUT, read).await;
        let write = tokio::time::timeout(STORE_TIMEOUT, write).await;
        let mut missing = Vec::new();
        if !matches!(read, Ok(Ok(_))) {
            missing.push(Missing::StoreRead);
        }
        if !matches!(write, Ok(Ok(_))) {
            missing.push(Missing::StoreWrite);
        }
        if self.health.settler().is_none() {
            missing.push(Missing::Settler);
        }
        if self.health.chain().is_none_or(|(_, since)| since > CHAIN_TIMEOUT) {
            missing.push(Missing::Chain);
        }
        missing
    }
}
