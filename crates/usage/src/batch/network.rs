//! What all lines of a batch share of the network: its newest round, its fees, its bad moments, and who waits for which block.

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

/// One network, seen by every line of a batch.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) algod: Algod,
    policy: RetryPolicy,
    latest: AtomicU64,
    params: tokio::sync::Mutex<Option<(Instant, SuggestedParams)>>,
    waiting: Mutex<HashMap<Txid, oneshot::Sender<Round>>>,
    somebody_waits: Notify,
    outage: Mutex<Option<Outage>>,
}

/// The time since the network gave its last good answer: one for all lines.
#[derive(Debug)]
struct Outage {
    retries: Retries,
    /// When it may be asked again; `None` where no time is left for that.
    next: Option<Instant>,
}

impl Network {
    pub(super) fn new(algod: Algod, policy: RetryPolicy) -> Self {
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

    /// The newest round anyone has seen.
    pub(super) fn latest(&self) -> Round {
        Round(self.latest.load(Ordering::Relaxed))
    }

    fn note_round(&self, round: Round) {
        self.latest.fetch_max(round.0, Ordering::Relaxed);
    }

    /// Repeats a request while the network is unreachable or busy, with growing pauses that all lines share.
    pub(super) async fn ask<T, F>(&self, request: impl Fn() -> F) -> Result<T, ClientError>
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
    pub(super) fn retries(&self) -> Retries {
        self.policy.start()
    }

    /// Waits until the pause after the last failure is over.
    pub(super) async fn pass(&self) {
        let next = self.outage().as_ref().and_then(|outage| outage.next);
        if let Some(next) = next {
            tokio::time::sleep_until(next.into()).await;
        }
    }

    /// Notes a failure; whether there is time for another attempt, both of the request and of the outage that it belongs to.
    pub(super) fn may_try_again(&self, request: &Retries, error: &ClientError) -> bool {
        let now = Instant::now();
        let mut outage = self.outage();
        let outage = outage.get_or_insert_with(|| Outage { retries: self.policy.start(), next: Some(now) });
        // Lines that fail together count as one failure.
        if outage.next.is_some_and(|next| next <= now) {
            outage.next = outage.retries.pause(error).map(|pause| now + pause);
        }
        outage.next.is_some_and(|next| next.saturating_duration_since(now) < request.time_left())
    }

    /// Notes that the network answers.
    pub(super) fn answered(&self) {
        *self.outage() = None;
    }

    /// What transactions need, read again after a while; its round is the newest known.
    pub(super) async fn params(&self) -> Result<SuggestedParams, ClientError> {
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
    pub(super) async fn refresh(&self) -> Result<SuggestedParams, ClientError> {
        *self.params.lock().await = None;
        self.params().await
    }

    /// The round of a transaction that is in a block, as far as the node remembers.
    pub(super) async fn look_up(&self, txid: Txid) -> Result<Option<Round>, ClientError> {
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

    /// The round of a transaction that was sent, waited for at most `patience`.
    pub(super) async fn confirm(&self, txid: Txid, patience: Duration) -> Result<Option<Round>, ClientError> {
        // Entered before the question, so that no block falls between the two.
        let (wake, woken) = oneshot::channel();
        self.waiting().insert(txid, wake);
        let asked = self.look_up(txid).await;
        if !matches!(asked, Ok(None)) {
            self.waiting().remove(&txid);
            return asked;
        }
        self.somebody_waits.notify_one();
        let round = tokio::time::timeout(patience, woken).await.ok().and_then(Result::ok);
        self.waiting().remove(&txid);
        Ok(round)
    }

    /// Reads new blocks while anyone waits for one. Never ends.
    pub(super) async fn follow(&self) {
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
