//! The settler: works off the queue of every wallet, many wallets at once, one operation of each.

use super::keys::WalletKeys;
use super::reconcile::Review;
use super::shared::{SettlerSettings, Shared, WorkError, Worked};
use super::signer::Signer;
use super::store::{ChainStore, Notice};
use pnp_client::{Algod, ClientError, RetryPolicy};
use pnp_usage::StopSignal;
use pnp_usage::exactly_once::Network;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How long wallets under way get to end when the settler is asked to stop. What does not end by then goes on at the next start.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// The first and the longest pause while the network is away.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// For how long one request is repeated before its wallet is left for later.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Of how many operations, the newest ones, the wallets are compared with the chain at the start.
const RECENT_OPS: usize = 1_000;

/// Why the settler ended, other than by being asked to.
#[derive(Debug, thiserror::Error)]
pub enum SettlerError<E: std::error::Error + 'static> {
    /// The store.
    #[error(transparent)]
    Store(E),
    /// A task of this program panicked.
    #[error("a task ended badly: {0}")]
    Task(String),
}

/// Why a wallet was not compared.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError<E: std::error::Error + 'static> {
    /// The store.
    #[error(transparent)]
    Store(E),
    /// The network does not answer, or not with what is needed.
    #[error("the network does not say: {0}")]
    Network(String),
}

/// Announces that a wallet has something to do, so that it is not found by asking the store alone.
#[derive(Clone, Debug, Default)]
pub struct Wake {
    /// Each once, however often it is announced while the settler is away.
    wallets: Arc<Mutex<BTreeSet<i64>>>,
    announced: Arc<Notify>,
}

impl Wake {
    /// Announces a wallet by its row id: after a top-up, a stop, a withdrawal, a close.
    pub fn wallet(&self, wallet: i64) {
        self.wallets.lock().unwrap_or_else(PoisonError::into_inner).insert(wallet);
        self.announced.notify_one();
    }

    fn take(&self) -> BTreeSet<i64> {
        std::mem::take(&mut *self.wallets.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Works off `chain_ops`.
#[derive(Debug)]
pub struct Settler<S, K> {
    shared: Arc<Shared<S, K>>,
    wake: Wake,
}

impl<S: ChainStore, K: WalletKeys> Settler<S, K> {
    /// A settler of one network.
    #[must_use]
    pub fn new(store: S, algod: Algod, signer: Arc<Signer<K>>, settings: SettlerSettings) -> Self {
        let network = Network::new(algod, RetryPolicy::lasting(REQUEST_TIMEOUT));
        let shared =
            Shared { store, network, signer, settings, breakers: Mutex::default(), notified: Mutex::default() };
        Self { shared: Arc::new(shared), wake: Wake::default() }
    }

    /// What announces wallets.
    #[must_use]
    pub fn wake(&self) -> Wake {
        self.wake.clone()
    }

    /// Works until it is asked to stop, which takes some seconds at most. What is under way then goes on at the next start, from its
    /// stored bytes.
    ///
    /// # Errors
    /// [`SettlerError`]: the settler may be started again.
    pub async fn run(&self, stop: &StopSignal) -> Result<(), SettlerError<S::Error>> {
        let follower = self.follow_blocks();
        let mut run = self.new_run();
        let outcome = run.main_loop(stop).await;
        run.finish().await;
        drop(follower);
        outcome
    }

    /// Works until there is nothing that can be done now.
    ///
    /// # Errors
    /// [`SettlerError`].
    pub async fn run_until_idle(&self) -> Result<(), SettlerError<S::Error>> {
        let follower = self.follow_blocks();
        let mut run = self.new_run();
        let outcome = run.until_idle().await;
        run.finish().await;
        drop(follower);
        outcome
    }

    /// Compares a wallet's account with its books now, whether it is stopped or not; `None` where there is no such wallet, or it is
    /// closed. Looks first for the outcome of an operation that was not known ([`StopCause::Doubtful`](super::StopCause::Doubtful)),
    /// for example once the network's settings name a node that keeps older blocks: where it is known now, the wallet goes on.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub async fn review(&self, wallet: i64) -> Result<Option<Review>, ReviewError<S::Error>> {
        self.shared.review(wallet).await.map_err(|error| match error {
            WorkError::Store(error) => ReviewError::Store(error),
            error => ReviewError::Network(error.to_string()),
        })
    }

    /// Follows blocks until what is returned is dropped.
    fn follow_blocks(&self) -> JoinSet<()> {
        let shared = Arc::clone(&self.shared);
        let mut follower = JoinSet::new();
        follower.spawn(async move { shared.network.follow().await });
        follower
    }

    fn new_run(&self) -> Run<'_, S, K> {
        Run {
            shared: &self.shared,
            wake: &self.wake,
            tasks: JoinSet::new(),
            busy: HashSet::new(),
            again: HashSet::new(),
            queue: VecDeque::new(),
            cursor: 0,
            swept: 0,
            outage: None,
        }
    }
}

/// A wallet, and how the work on it ended.
type Ended<S> = (i64, Result<Worked, WorkError<<S as ChainStore>::Error>>);

/// The time since the network stopped answering.
struct Outage {
    /// Until when nothing is started.
    until: Instant,
    /// The next pause.
    pause: Duration,
}

/// One run of a settler.
struct Run<'s, S: ChainStore, K> {
    shared: &'s Arc<Shared<S, K>>,
    wake: &'s Wake,
    tasks: JoinSet<Ended<S>>,
    /// Wallets that are worked on, or wait for it.
    busy: HashSet<i64>,
    /// Wallets that were announced while they were worked on.
    again: HashSet<i64>,
    /// Wallets that wait, and whether they are to be compared in any case.
    queue: VecDeque<(i64, bool)>,
    /// The wallet after which the store is asked for more.
    cursor: i64,
    /// The wallet that was compared last.
    swept: i64,
    outage: Option<Outage>,
}

impl<S: ChainStore, K: WalletKeys> Run<'_, S, K> {
    async fn main_loop(&mut self, stop: &StopSignal) -> Result<(), SettlerError<S::Error>> {
        let SettlerSettings { poll, sweep, .. } = self.shared.settings;
        let (mut next_poll, mut next_sweep) = (Instant::now(), Instant::now());
        for wallet in self.shared.store.recent(RECENT_OPS).await.map_err(SettlerError::Store)? {
            self.enqueue(wallet, true);
        }
        loop {
            for wallet in self.wake.take() {
                self.enqueue(wallet, false);
            }
            // A whole page means that there are more behind it.
            if Instant::now() >= next_poll && self.has_room() && !self.fill().await? {
                next_poll = Instant::now() + poll;
            }
            if Instant::now() >= next_sweep && self.has_room() {
                self.sweep().await?;
                next_sweep = Instant::now() + sweep;
            }
            self.start();
            let next = self.resumes_at().unwrap_or_else(|| next_poll.min(next_sweep));
            tokio::select! {
                biased;
                () = stop.stopped() => return Ok(()),
                Some(ended) = self.tasks.join_next() => self.ended(ended).await?,
                () = self.wake.announced.notified() => {}
                () = tokio::time::sleep_until(next), if self.has_room() || self.outage.is_some() => {}
            }
        }
    }

    /// Works on every candidate once, and on what follows from that.
    async fn until_idle(&mut self) -> Result<(), SettlerError<S::Error>> {
        loop {
            let has_more = self.fill().await?;
            self.start();
            while let Some(ended) = self.tasks.join_next().await {
                self.ended(ended).await?;
                self.start();
            }
            if !has_more || self.outage.is_some() {
                return Ok(());
            }
        }
    }

    fn has_room(&self) -> bool {
        self.queue.len() < self.shared.settings.parallel && self.resumes_at().is_none()
    }

    /// When work goes on after an outage; `None` where it may now.
    fn resumes_at(&self) -> Option<Instant> {
        self.outage.as_ref().map(|outage| outage.until).filter(|until| *until > Instant::now())
    }

    /// Asks the store for wallets; whether there may be more behind them.
    async fn fill(&mut self) -> Result<bool, SettlerError<S::Error>> {
        let (store, limit) = (&self.shared.store, self.shared.settings.parallel.saturating_mul(2));
        let found = store.candidates(store.now(), self.cursor, limit).await.map_err(SettlerError::Store)?;
        let is_page = found.len() >= limit;
        self.cursor = if is_page { found.last().copied().unwrap_or(0) } else { 0 };
        for wallet in found {
            if !self.busy.contains(&wallet) {
                self.enqueue(wallet, false);
            }
        }
        Ok(is_page)
    }

    /// Lets the next wallet's account be compared with its books.
    async fn sweep(&mut self) -> Result<(), SettlerError<S::Error>> {
        let found = self.shared.store.accounts(self.swept, 1).await.map_err(SettlerError::Store)?;
        self.swept = found.first().copied().unwrap_or(0);
        if let Some(wallet) = found.first().filter(|wallet| !self.busy.contains(wallet)) {
            self.enqueue(*wallet, true);
        }
        Ok(())
    }

    fn enqueue(&mut self, wallet: i64, must_compare: bool) {
        if self.busy.insert(wallet) {
            self.queue.push_back((wallet, must_compare));
        } else {
            self.again.insert(wallet);
        }
    }

    fn start(&mut self) {
        while self.tasks.len() < self.shared.settings.parallel && self.resumes_at().is_none() {
            let Some((wallet, must_compare)) = self.queue.pop_front() else { break };
            let shared = Arc::clone(self.shared);
            self.tasks.spawn(async move { (wallet, shared.work(wallet, must_compare).await) });
        }
    }

    /// Takes in how the work on a wallet ended.
    async fn ended(&mut self, ended: Result<Ended<S>, tokio::task::JoinError>) -> Result<(), SettlerError<S::Error>> {
        let (wallet, worked) = ended.map_err(|error| SettlerError::Task(error.to_string()))?;
        self.busy.remove(&wallet);
        let mut has_more = self.again.remove(&wallet);
        match worked {
            Ok(Worked::Nothing) => {}
            Ok(worked) => {
                self.network_answered().await?;
                has_more |= worked == Worked::More;
            }
            Err(WorkError::Store(error)) => return Err(SettlerError::Store(error)),
            Err(WorkError::Network(error)) => self.network_failed(&error).await?,
            Err(error) => tracing::error!(wallet, %error, "the work on a wallet ended"),
        }
        if has_more {
            self.enqueue(wallet, false);
        }
        Ok(())
    }

    /// The network did not answer: nothing is started for a while. What fails within a pause belongs to the same failure.
    async fn network_failed(&mut self, error: &ClientError) -> Result<(), SettlerError<S::Error>> {
        if self.resumes_at().is_some() {
            return Ok(());
        }
        tracing::warn!(%error, "the network does not answer");
        let pause = match &self.outage {
            Some(outage) => outage.pause,
            None => {
                let notice = Notice::NetworkAway { reason: error.to_string() };
                self.shared.store.notice(&notice).await.map_err(SettlerError::Store)?;
                FIRST_PAUSE
            }
        };
        self.outage = Some(Outage { until: Instant::now() + pause, pause: (pause * 2).min(LONGEST_PAUSE) });
        Ok(())
    }

    async fn network_answered(&mut self) -> Result<(), SettlerError<S::Error>> {
        if self.outage.take().is_some() {
            self.shared.store.notice(&Notice::NetworkBack).await.map_err(SettlerError::Store)?;
        }
        Ok(())
    }

    /// Lets wallets under way end, for a moment.
    async fn finish(&mut self) {
        let end = Instant::now() + STOP_TIMEOUT;
        while let Ok(Some(_)) = tokio::time::timeout_at(end, self.tasks.join_next()).await {}
        self.tasks.shutdown().await;
    }
}

#[cfg(test)]
mod tests;
