//! What all work on one network shares of it: its newest round, its fees, its bad moments, and who waits for which block.

use pnp_client::{Algod, ClientError, Outcome, Retries, RetryAdvice, RetryPolicy, SuggestedParams};
use pnp_types::{Round, Txid};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// How long suggested fees are taken for true.
const FEES_VALID_FOR: Duration = Duration::from_secs(10);
/// How many blocks are read at most to catch up. What older blocks contain is found by its id.
const MAX_CATCH_UP_BLOCKS: u64 = 64;

/// One network, seen by everything that is sent to it: many groups are waited for with one request a round.
#[derive(Debug)]
pub struct Network {
    algod: Algod,
    policy: RetryPolicy,
    latest: AtomicU64,
    params: tokio::sync::Mutex<Option<(Instant, SuggestedParams)>>,
    waiting: Mutex<HashMap<Txid, oneshot::Sender<Round>>>,
    somebody_waits: Notify,
    outage: Mutex<Option<Outage>>,
}

/// The time since the network gave its last good answer: one for everybody.
#[derive(Debug)]
struct Outage {
    retries: Retries,
    /// When it may be asked again; `None` where no time is left for that.
    next: Option<Instant>,
}

/// A transaction that is looked for in new blocks; dropped, it is no longer.
#[derive(Debug)]
pub(crate) struct Expected<'a> {
    network: &'a Network,
    txid: Txid,
    found: oneshot::Receiver<Round>,
}

impl Expected<'_> {
    /// Its round, once [`Network::follow`] reads it in a block; `None` after so long without it.
    pub(crate) async fn wait(mut self, patience: Duration) -> Option<Round> {
        self.network.somebody_waits.notify_one();
        tokio::time::timeout(patience, &mut self.found).await.ok().and_then(Result::ok)
    }
}

impl Drop for Expected<'_> {
    fn drop(&mut self) {
        self.network.waiting().remove(&self.txid);
    }
}

impl Network {
    /// A network whose every request is repeated as `policy` says, with one pause for all that fail together.
    #[must_use]
    pub fn new(algod: Algod, policy: RetryPolicy) -> Self {
        Self {
            // Whether and when to ask again is decided here, for all lines together.
            algod: algod.with_retry(RetryPolicy::once()),
            policy,
            latest: AtomicU64::new(0),
            params: tokio::sync::Mutex::default(),
            waiting: Mutex::default(),
            somebody_waits: Notify::new(),
            outage: Mutex::default(),
        }
    }

    /// Its algod, which makes one attempt a request: repeat them with [`Network::ask`].
    #[must_use]
    pub const fn algod(&self) -> &Algod {
        &self.algod
    }

    /// The newest round anyone has seen.
    pub fn latest(&self) -> Round {
        Round(self.latest.load(Ordering::Relaxed))
    }

    fn note_round(&self, round: Round) {
        self.latest.fetch_max(round.0, Ordering::Relaxed);
    }

    /// Repeats a request while the network is unreachable or busy, with growing pauses that everybody shares.
    ///
    /// # Errors
    /// The last answer's, where no time is left or another attempt is of no use.
    pub async fn ask<T, F>(&self, request: impl Fn() -> F) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let retries = self.retries();
        loop {
            self.pass().await;
            match request().await {
                Err(error) if error.retry_advice() == RetryAdvice::Later => {
                    if !self.may_try_again(&retries, &error) {
                        return Err(error);
                    }
                }
                outcome => {
                    self.answered();
                    return outcome;
                }
            }
        }
    }

    /// The deadline of one request, even while other requests are answered.
    pub(crate) fn retries(&self) -> Retries {
        self.policy.start()
    }

    /// Waits until the pause after the last failure is over.
    pub(crate) async fn pass(&self) {
        let next = self.outage().as_ref().and_then(|outage| outage.next);
        if let Some(next) = next {
            tokio::time::sleep_until(next.into()).await;
        }
    }

    /// Notes a failure; whether there is time for another attempt, both of the request and of the outage that it belongs to.
    pub(crate) fn may_try_again(&self, request: &Retries, error: &ClientError) -> bool {
        let now = Instant::now();
        let mut outage = self.outage();
        let outage = outage.get_or_insert_with(|| Outage { retries: self.policy.start(), next: Some(now) });
        // Requests that fail together count as one failure.
        if outage.next.is_some_and(|next| next <= now) {
            outage.next = outage.retries.pause(error).map(|pause| now + pause);
        }
        outage.next.is_some_and(|next| next.saturating_duration_since(now) < request.time_left())
    }

    /// Notes that the network answers.
    pub(crate) fn answered(&self) {
        *self.outage() = None;
    }

    /// What transactions need, read again after a while; its round is the newest known.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn params(&self) -> Result<SuggestedParams, ClientError> {
        let mut kept = self.params.lock().await;
        let params = match &*kept {
            Some((when, params)) if when.elapsed() < FEES_VALID_FOR => params.clone(),
            _ => {
                let params = self.ask(|| self.algod.suggested_params()).await?;
                self.note_round(params.last_round);
                *kept = Some((Instant::now(), params.clone()));
                params
            }
        };
        Ok(SuggestedParams { last_round: self.latest().max(params.last_round), ..params })
    }

    /// Reads fees and round again.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn refresh(&self) -> Result<SuggestedParams, ClientError> {
        *self.params.lock().await = None;
        self.params().await
    }

    /// The round of a transaction that is in a block, as far as the node remembers.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn look_up(&self, txid: Txid) -> Result<Option<Round>, ClientError> {
        let found = self
            // What this node dropped another one may still have.
            .ask(|| self.algod.outcome(txid, None))
            .await?;
        let round = match found {
            Outcome::InBlock(confirmation) => Some(confirmation.round),
            Outcome::Void(_) | Outcome::Unknown(_) => None,
        };
        if let Some(round) = round {
            self.note_round(round);
        }
        Ok(round)
    }

    /// Looks for a transaction in all blocks from now on, and in the two before.
    pub(crate) fn expect(&self, txid: Txid) -> Expected<'_> {
        let (wake, found) = oneshot::channel();
        self.waiting().insert(txid, wake);
        Expected { network: self, txid, found }
    }

    /// The round of a transaction that was sent, waited for at most `patience`.
    pub(crate) async fn confirm(&self, txid: Txid, patience: Duration) -> Result<Option<Round>, ClientError> {
        // Entered before the question, so that no block falls between the two.
        let expected = self.expect(txid);
        match self.look_up(txid).await? {
            Some(round) => Ok(Some(round)),
            None => Ok(expected.wait(patience).await),
        }
    }

    /// Reads new blocks while anyone waits for one. Never ends: run it beside the work, and drop it with it.
    pub async fn follow(&self) {
        let mut read = Round::GENESIS;
        loop {
            if self.waiting().is_empty() {
                self.somebody_waits.notified().await;
                // Earlier blocks are not needed: each waiter looks its transaction up first. Two more for slower nodes.
                read = self.latest().saturating_sub(2);
            }
            match self.algod.wait_for_block_after(read).await {
                Ok(round) if round > read => {
                    self.note_round(round);
                    for round in read.next().max(round.saturating_sub(MAX_CATCH_UP_BLOCKS)).through(round) {
                        self.read_block(round).await;
                    }
                    read = round;
                }
                // A network that makes blocks only for transactions answers at once.
                Ok(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                Err(error) => {
                    tracing::debug!(%error, "waiting for a block failed");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    async fn read_block(&self, round: Round) {
        // Each waiter looks its transaction up again after a while, so that a block that cannot be read only costs time.
        let Ok(Some(ids)) = self.algod.block_txids(round).await else { return };
        let mut waiting = self.waiting();
        for id in ids {
            if let Some(wake) = waiting.remove(&id) {
                // It may just have stopped waiting.
                let _ = wake.send(round);
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Txid, oneshot::Sender<Round>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outage(&self) -> MutexGuard<'_, Option<Outage>> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
