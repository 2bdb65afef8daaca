//! The settler: works off the queue of every wallet, many wallets at once, one operation of each.

use super::breaker::Breakers;
use super::keys::WalletKeys;
use super::signer::{SignError, Signer};
use super::store::{ChainStore, Notice};
use pnp_client::{Algod, ClientError, RetryPolicy};
use pnp_types::MicroAlgos;
use pnp_usage::exactly_once::{Network, SendRules};
use pnp_usage::{StopSignal, UsageError};
use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// How long wallets under way get to end when the settler is asked to stop. What does not end by then goes on at the next start.
const LAST_OPERATIONS: Duration = Duration::from_secs(5);
/// The first and the longest pause while the network is away.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// For how long one request is repeated before its wallet is left for later.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the settler works.
#[derive(Clone, Debug)]
pub struct SettlerSettings {
    /// Whether the node that answers is the whole network.
    pub is_single_node: bool,
    /// How many wallets are worked on at once.
    pub parallel: usize,
    /// For how many rounds a group is valid, at most 1000. On a network of several nodes a refused group blocks its wallet so long.
    pub validity: u64,
    /// The most that the fees of a group may be: what would cost more waits. Also the signer's limit.
    pub max_fee: MicroAlgos,
    /// How often the store is asked for work that nobody announced.
    pub poll: Duration,
}

impl SettlerSettings {
    /// For a network of one node, such as the embedded one.
    pub const SINGLE_NODE: Self = Self {
        is_single_node: true,
        parallel: 64,
        validity: 1000,
        max_fee: MicroAlgos(20_000),
        poll: Duration::from_millis(500),
    };
    /// For a public network: groups are valid for about five minutes.
    pub const PUBLIC: Self = Self {
        is_single_node: false,
        parallel: 2048,
        validity: 100,
        max_fee: MicroAlgos(20_000),
        poll: Duration::from_secs(1),
    };

    /// How groups are sent.
    pub(super) const fn send_rules(&self) -> SendRules {
        SendRules {
            is_single_node: self.is_single_node,
            by_blocks: !self.is_single_node,
            block_wait: Duration::from_secs(20),
            recheck_delay: Duration::from_secs(if self.is_single_node { 2 } else { 10 }),
            no_block_timeout: Duration::from_secs(120),
        }
    }
}

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

/// Why the work on one wallet ended early. Everything is stored, and goes on later.
#[derive(Debug, thiserror::Error)]
pub(super) enum WorkError<E: std::error::Error + 'static> {
    #[error(transparent)]
    Store(E),
    /// The network does not answer, or not with what is needed.
    #[error(transparent)]
    Network(#[from] ClientError),
    /// A contract's state, or a tick.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// A key.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// Something that this program should not do.
    #[error("{0}")]
    Internal(&'static str),
}

/// Announces that a wallet has something to do, so that it is not found by asking the store alone.
#[derive(Clone, Debug, Default)]
pub struct Wake {
    wallets: Arc<Mutex<VecDeque<i64>>>,
    announced: Arc<Notify>,
}

impl Wake {
    /// Announces a wallet by its row id: after a top-up, a stop, a withdrawal, a close.
    pub fn wallet(&self, wallet: i64) {
        self.wallets.lock().unwrap_or_else(PoisonError::into_inner).push_back(wallet);
        self.announced.notify_one();
    }

    fn take(&self) -> VecDeque<i64> {
        std::mem::take(&mut *self.wallets.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the work on all wallets shares.
#[derive(Debug)]
pub(super) struct Shared<S, K> {
    pub(super) store: S,
    pub(super) network: Network,
    pub(super) signer: Arc<Signer<K>>,
    pub(super) settings: SettlerSettings,
    pub(super) breakers: Mutex<Breakers>,
}

/// Works off `chain_ops`.
#[derive(Debug)]
pub struct Settler<S, K> {
    shared: Arc<Shared<S, K>>,
    wake: Wake,
}

/// How the work on a wallet ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worked {
    /// There is nothing more to do now.
    Idle,
    /// There may be more: it is continued behind the other wallets.
    More,
}

impl<S: ChainStore, K: WalletKeys> Settler<S, K> {
    /// A settler of one network.
    #[must_use]
    pub fn new(store: S, algod: Algod, signer: Arc<Signer<K>>, settings: SettlerSettings) -> Self {
        let network = Network::new(algod, RetryPolicy::lasting(PATIENCE));
        let shared = Shared { store, network, signer, settings, breakers: Mutex::default() };
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
        let shared = Arc::clone(&self.shared);
        let follower = tokio::spawn(async move { shared.network.follow().await });
        let mut run = Run {
            shared: &self.shared,
            wake: &self.wake,
            tasks: JoinSet::new(),
            busy: HashSet::new(),
            again: HashSet::new(),
            queue: VecDeque::new(),
            cursor: 0,
            away: None,
        };
        let outcome = run.main_loop(stop).await;
        run.finish().await;
        follower.abort();
        outcome
    }

    /// Works until no candidate has anything to do.
    ///
    /// # Errors
    /// [`SettlerError`].
    pub async fn run_until_idle(&self) -> Result<(), SettlerError<S::Error>> {
        let stop = StopSignal::new();
        let shared = Arc::clone(&self.shared);
        let follower = tokio::spawn(async move { shared.network.follow().await });
        let mut run = Run {
            shared: &self.shared,
            wake: &self.wake,
            tasks: JoinSet::new(),
            busy: HashSet::new(),
            again: HashSet::new(),
            queue: VecDeque::new(),
            cursor: 0,
            away: None,
        };
        let outcome = run.once(&stop).await;
        run.finish().await;
        follower.abort();
        outcome
    }
}

/// One run of a settler.
struct Run<'s, S: ChainStore, K> {
    shared: &'s Arc<Shared<S, K>>,
    wake: &'s Wake,
    tasks: JoinSet<(i64, Result<Worked, WorkError<S::Error>>)>,
    /// Wallets that are worked on.
    busy: HashSet<i64>,
    /// Wallets that were announced while they were worked on.
    again: HashSet<i64>,
    queue: VecDeque<i64>,
    /// The wallet after which the store is asked for more.
    cursor: i64,
    /// While the network is away: the next pause.
    away: Option<Duration>,
}

impl<S: ChainStore, K: WalletKeys> Run<'_, S, K> {
    async fn main_loop(&mut self, stop: &StopSignal) -> Result<(), SettlerError<S::Error>> {
        let mut next_poll = tokio::time::Instant::now();
        loop {
            for wallet in self.wake.take() {
                self.enqueue(wallet);
            }
            if tokio::time::Instant::now() >= next_poll && self.has_room() {
                // A whole page means that there are more behind it.
                if !self.fill().await? {
                    next_poll = tokio::time::Instant::now() + self.shared.settings.poll;
                }
            }
            self.start();
            tokio::select! {
                biased;
                () = stop.stopped() => return Ok(()),
                Some(ended) = self.tasks.join_next() => self.ended(ended, stop).await?,
                () = self.wake.announced.notified() => {}
                () = tokio::time::sleep_until(next_poll), if self.has_room() => {}
            }
        }
    }

    /// Works on every candidate until there is none that had anything to do.
    async fn once(&mut self, stop: &StopSignal) -> Result<(), SettlerError<S::Error>> {
        loop {
            let is_page = self.fill().await?;
            self.start();
            let Some(ended) = self.tasks.join_next().await else {
                if is_page {
                    continue;
                }
                return Ok(());
            };
            self.ended(ended, stop).await?;
            while !self.queue.is_empty() || !self.tasks.is_empty() {
                self.start();
                if let Some(ended) = self.tasks.join_next().await {
                    self.ended(ended, stop).await?;
                }
            }
            if !is_page {
                return Ok(());
            }
        }
    }

    fn has_room(&self) -> bool {
        self.queue.len() < self.shared.settings.parallel
    }

    /// Asks the store for wallets; whether there may be more behind them.
    async fn fill(&mut self) -> Result<bool, SettlerError<S::Error>> {
        let (store, limit) = (&self.shared.store, self.shared.settings.parallel.saturating_mul(2));
        let found = store.candidates(store.now(), self.cursor, limit).await.map_err(SettlerError::Store)?;
        let is_page = found.len() >= limit;
        self.cursor = if is_page { found.last().copied().unwrap_or(0) } else { 0 };
        for wallet in found {
            if !self.busy.contains(&wallet) {
                self.enqueue(wallet);
            }
        }
        Ok(is_page)
    }

    fn enqueue(&mut self, wallet: i64) {
        if self.busy.contains(&wallet) {
            self.again.insert(wallet);
        } else if self.busy.insert(wallet) {
            self.queue.push_back(wallet);
        }
    }

    fn start(&mut self) {
        while self.tasks.len() < self.shared.settings.parallel {
            let Some(wallet) = self.queue.pop_front() else { break };
            let shared = Arc::clone(self.shared);
            self.tasks.spawn(async move { (wallet, shared.work(wallet).await) });
        }
    }

    /// Takes in how the work on a wallet ended.
    async fn ended(
        &mut self,
        ended: Result<(i64, Result<Worked, WorkError<S::Error>>), tokio::task::JoinError>,
        stop: &StopSignal,
    ) -> Result<(), SettlerError<S::Error>> {
        let (wallet, worked) = ended.map_err(|error| SettlerError::Task(error.to_string()))?;
        self.busy.remove(&wallet);
        let more = match worked {
            Ok(worked) => {
                self.back().await?;
                worked == Worked::More
            }
            Err(WorkError::Store(error)) => return Err(SettlerError::Store(error)),
            Err(WorkError::Network(error)) => {
                self.away(&error, stop).await?;
                false
            }
            Err(error) => {
                tracing::error!(wallet, %error, "the work on a wallet ended");
                false
            }
        };
        if self.again.remove(&wallet) || more {
            self.enqueue(wallet);
        }
        Ok(())
    }

    /// The network did not answer: everything waits for a moment.
    async fn away(&mut self, error: &ClientError, stop: &StopSignal) -> Result<(), SettlerError<S::Error>> {
        tracing::warn!(%error, "the network is away");
        if self.away.is_none() {
            let notice = Notice::NetworkAway { reason: error.to_string() };
            self.shared.store.notice(&notice).await.map_err(SettlerError::Store)?;
        }
        let pause = self.away.unwrap_or(FIRST_PAUSE);
        self.away = Some((pause * 2).min(LONGEST_PAUSE));
        stop.unless_stopped(tokio::time::sleep(pause)).await;
        Ok(())
    }

    /// The network answered.
    async fn back(&mut self) -> Result<(), SettlerError<S::Error>> {
        if self.away.take().is_some() {
            self.shared.store.notice(&Notice::NetworkBack).await.map_err(SettlerError::Store)?;
        }
        Ok(())
    }

    /// Lets wallets under way end, for a moment.
    async fn finish(&mut self) {
        let end = tokio::time::Instant::now() + LAST_OPERATIONS;
        while let Ok(Some(_)) = tokio::time::timeout_at(end, self.tasks.join_next()).await {}
        self.tasks.shutdown().await;
    }
}

#[cfg(test)]
mod tests;
