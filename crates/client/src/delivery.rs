//! Sends a group and waits for its block, also while the connection fails.
//!
//! The same signed bytes may be sent any number of times, because the ledger accepts a transaction once. What must never happen
//! is that a group which may have arrived is reported as refused: the caller would create another one and pay twice.
//! So a refusal counts only while no earlier copy can have arrived; after that, blocks decide.

use super::confirmation::PendingBody;
use super::outcome::{Outcome, Window};
use super::{Algod, ClientError, Confirmation, Rejection, Retries, RetryAdvice};
use pnp_types::{AppIndex, AssetIndex, Round, SignedTransaction, Txid, msgpack};
use std::time::{Duration, Instant};

/// How long to wait for the next block before the wait ends.
const NO_BLOCK_TIMEOUT: Duration = Duration::from_secs(120);
/// Rounds after which a group that no node knows is sent again, and a refusal that an earlier copy may have caused is reported.
const RESUBMIT_AFTER_ROUNDS: u64 = 3;
/// The same as a time, for networks on which no rounds come.
const RESUBMIT_AFTER: Duration = Duration::from_secs(12);
/// The same where one node is the whole network, so that no other node can still have a copy.
const SINGLE_NODE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a node may hold a request for the next round before a short request checks that it still answers.
const MAX_LONG_POLL: Duration = Duration::from_secs(10);
/// How many blocks before the newest are read at most.
const MAX_BLOCKS_READ: u64 = 50;

/// What a node answers for a transaction's id.
pub(super) enum StatusById {
    /// The node does not know it: it never had it, no longer keeps it, or is behind.
    Unknown,
    InPool,
    InBlock(Confirmation),
    /// Its pool dropped it, for this reason; the pool of another node may still have it.
    Dropped(String),
}

/// A group that is being sent and waited for.
struct Delivery<'a> {
    algod: &'a Algod,
    txid: Txid,
    /// The signed group; empty if it is only waited for.
    bytes: Vec<u8>,
    first_valid: Round,
    last_valid: Round,
    /// Whether a copy may have arrived.
    may_have_arrived: bool,
    /// The newest round that was seen, and when.
    newest: (Round, Instant),
    /// The newest round whose block was read without finding it.
    read: Option<Round>,
    /// The time without an answer: one deadline for every question about the group.
    retries: Retries,
    /// The round and time at which a pool was first seen to have dropped it, and why.
    dropped: Option<(Round, Instant, String)>,
}

impl Algod {
    /// Sends a group and waits for its block, also while the connection fails. It takes effect at most once.
    ///
    /// # Errors
    /// [`ClientError::Rejected`] if the rules refuse it and no copy of it is anywhere; [`ClientError::Dropped`] and
    /// [`ClientError::Expired`]; [`ClientError::Uncertain`] if it may still be in a block.
    pub async fn deliver(&self, group: &[SignedTransaction]) -> Result<Confirmation, ClientError> {
        let headers = || group.iter().map(|signed| &signed.transaction.header);
        let (Some(first), Some(first_valid), Some(last_valid)) = (
            group.first(),
            headers().map(|header| header.first_valid).max(),
            headers().map(|header| header.last_valid).min(),
        ) else {
            return Err(ClientError::Api { service: "algod", status: 400, message: "an empty group".to_owned() });
        };
        let bytes = group.iter().flat_map(msgpack::encode).collect();
        let mut delivery = Delivery::new(self, first.transaction.id(), bytes, first_valid, last_valid);
        let refusal = match delivery.submit_until_accepted().await {
            Ok(()) => None,
            Err(error) if delivery.may_have_arrived => Some(error),
            Err(error) => return Err(error),
        };
        delivery.wait_for_block(refusal).await
    }

    /// Waits until a transaction that was sent is in a block, or can no longer be in one: after `last_valid`.
    ///
    /// # Errors
    /// [`ClientError::Dropped`], [`ClientError::Expired`] and [`ClientError::Uncertain`].
    pub async fn wait(&self, txid: Txid, last_valid: Round) -> Result<Confirmation, ClientError> {
        Delivery::new(self, txid, Vec::new(), Round(1), last_valid).wait_for_block(None).await
    }

    /// What the node answers for the id.
    pub(super) async fn status_by_id(&self, txid: Txid) -> Result<StatusById, ClientError> {
        let body: PendingBody = match self.service().get(&format!("/v2/transactions/pending/{txid}")).await {
            Err(error) if error.is_not_found() => return Ok(StatusById::Unknown),
            other => other?,
        };
        if !body.pool_error.is_empty() {
            return Ok(StatusById::Dropped(body.pool_error));
        }
        let confirmation = body.confirmation(txid).map_err(|why| self.service().malformed(why))?;
        Ok(confirmation.map_or(StatusById::InPool, StatusById::InBlock))
    }

    /// A transaction in a block, and what it created, without its logs. `Some(None)`: not in this block. `None`: the node does
    /// not have the block.
    pub(super) async fn in_block(&self, txid: Txid, round: Round) -> Result<Option<Option<Confirmation>>, ClientError> {
        #[derive(serde::Deserialize)]
        struct Body {
            block: Block,
        }
        #[derive(serde::Deserialize)]
        struct Block {
            #[serde(default)]
            txns: Vec<Applied>,
        }
        #[derive(Default, serde::Deserialize)]
        struct Applied {
            #[serde(rename = "apid", default)]
            application: Option<AppIndex>,
            #[serde(rename = "caid", default)]
            asset: Option<AssetIndex>,
        }
        let Some(ids) = self.block_txids(round).await? else { return Ok(None) };
        let Some(place) = ids.iter().position(|id| *id == txid) else { return Ok(Some(None)) };
        let body: Body = self.service().get(&format!("/v2/blocks/{round}")).await?;
        let Applied { application, asset } = body.block.txns.into_iter().nth(place).unwrap_or_default();
        Ok(Some(Some(Confirmation { txid, round, application, asset, logs: Vec::new() })))
    }
}

impl<'a> Delivery<'a> {
    fn new(algod: &'a Algod, txid: Txid, bytes: Vec<u8>, first_valid: Round, last_valid: Round) -> Self {
        let (newest, retries) = ((Round::GENESIS, Instant::now()), algod.retry().start());
        Self {
            algod,
            txid,
            bytes,
            first_valid,
            last_valid,
            may_have_arrived: false,
            newest,
            read: None,
            retries,
            dropped: None,
        }
    }

    /// Sends a request that ends with what is left of the time without an answer.
    async fn ask<T, F>(&mut self, question: impl FnOnce(Algod) -> F) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let answer = question(self.algod.clone().with_retry(self.retries.rest())).await;
        if answer.as_ref().err().is_none_or(|error| error.retry_advice() != RetryAdvice::Later) {
            self.retries.answered();
        }
        answer
    }

    async fn submit(&mut self) -> Result<Txid, ClientError> {
        let bytes = self.bytes.clone();
        self.ask(|algod| async move { algod.submit_bytes(&bytes).await }).await
    }

    /// Sends the group until a node accepts or refuses it, or nothing answers any more.
    async fn submit_until_accepted(&mut self) -> Result<(), ClientError> {
        let policy = self.algod.retry();
        let mut early = policy.start();
        loop {
            let Err(error) = self.submit().await else { return Ok(()) };
            if matches!(error.rejection(), Some(Rejection::Duplicate { .. })) {
                return Ok(());
            }
            self.may_have_arrived |= error.may_have_arrived();
            let pause = match error.rejection() {
                // The node is behind the one that was asked for the newest round.
                Some(rejection) if rejection.is_early() => early.pause(&error),
                _ => self.retries.pause_if_useful(&error, false),
            };
            let Some(pause) = pause else { return Err(error) };
            // If a copy may have arrived, the rest of the time is for finding out what happened to it.
            if self.may_have_arrived && self.retries.time_left().saturating_sub(pause) < policy.total / 3 {
                return Err(error);
            }
            tracing::debug!(%error, ?pause, "sending again");
            tokio::time::sleep(pause).await;
        }
    }

    /// Waits until the group is in a block or its last round is over. `refusal` is the answer to the last copy if an earlier one
    /// may have arrived.
    async fn wait_for_block(&mut self, refusal: Option<ClientError>) -> Result<Confirmation, ClientError> {
        let is_single_node = self.algod.service().transport_options().is_single_node;
        if let StatusById::InBlock(confirmation) = self.status_by_id().await? {
            return Ok(confirmation);
        }
        let begun = (self.newest().await?, Instant::now());
        let mut submitted = begun.0;
        loop {
            let is_pending = match self.status_by_id().await? {
                StatusById::InBlock(confirmation) => return Ok(confirmation),
                StatusById::InPool => {
                    self.dropped = None;
                    true
                }
                StatusById::Unknown => false,
                StatusById::Dropped(reason) => {
                    self.dropped.get_or_insert((self.newest.0, Instant::now(), reason));
                    false
                }
            };
            if !is_pending && let Some(confirmation) = self.find_in_new_blocks().await? {
                return Ok(confirmation);
            }
            if self.window().is_over(self.newest.0, is_single_node) {
                return self.after_last_round().await;
            }
            if let Some(refusal) = &refusal
                && !is_pending
                && (self.enough_rounds_since(begun.0)
                    || begun.1.elapsed() >= if is_single_node { SINGLE_NODE_TIMEOUT } else { RESUBMIT_AFTER })
            {
                return Err(self.after_second_refusal(refusal, is_single_node));
            }
            if !is_pending && self.is_dropped_for_good(is_single_node) {
                return Err(self.dropped_error());
            }
            if !is_pending && !self.bytes.is_empty() && self.enough_rounds_since(submitted) {
                submitted = self.newest.0;
                match self.submit().await {
                    // A pool has it again, and has not dropped it.
                    Ok(_) => self.dropped = None,
                    // Whatever the answer, the next request for its status decides.
                    Err(error) => tracing::debug!(%error, "sent again"),
                }
            }
            self.next_round().await?;
        }
    }

    /// Whether [`RESUBMIT_AFTER_ROUNDS`] rounds came after `round`.
    fn enough_rounds_since(&self, round: Round) -> bool {
        self.newest.0 >= round.saturating_add(RESUBMIT_AFTER_ROUNDS)
    }

    /// Whether a pool dropped it and no other node can still put it in a block.
    ///
    /// On a network of several nodes, other pools may have it, and only blocks without it decide; if none come, the outcome is not
    /// known. Where one node is the whole network, its pool is the only one. There no block may ever come, because a development
    /// network makes blocks only for transactions, so that time decides.
    fn is_dropped_for_good(&self, is_single_node: bool) -> bool {
        let Some((round, then, _)) = &self.dropped else { return false };
        self.enough_rounds_since(*round) || (is_single_node && then.elapsed() >= RESUBMIT_AFTER)
    }

    fn dropped_error(&self) -> ClientError {
        let reason = self.dropped.as_ref().map(|(_, _, reason)| reason.clone()).unwrap_or_default();
        ClientError::Dropped { txid: self.txid, reason }
    }

    const fn window(&self) -> Window {
        Window { first_valid: self.first_valid, last_valid: self.last_valid }
    }

    /// The outcome once no further block can contain it.
    async fn after_last_round(&mut self) -> Result<Confirmation, ClientError> {
        let (txid, window) = (self.txid, self.window());
        match self.ask(|algod| async move { algod.outcome(txid, Some(window)).await }).await {
            Ok(Outcome::InBlock(confirmation)) => Ok(confirmation),
            Ok(Outcome::Void(_)) => Err(ClientError::Expired { txid: self.txid, last_valid: self.last_valid }),
            Ok(Outcome::Unknown(why)) => Err(self.uncertain(why)),
            Err(error) => Err(self.uncertain(error)),
        }
    }

    /// The error if the last copy was refused and no earlier one is found.
    fn after_second_refusal(&self, refusal: &ClientError, is_single_node: bool) -> ClientError {
        match refusal.rejection() {
            Some(rejection) if is_single_node => ClientError::Rejected(Box::new(rejection.clone())),
            _ => self.uncertain(refusal),
        }
    }

    fn uncertain(&self, why: impl std::fmt::Display) -> ClientError {
        ClientError::Uncertain { txid: self.txid, last_valid: self.last_valid, why: why.to_string() }
    }

    /// What the node answers for its id. If no answer comes in time, the outcome is uncertain.
    async fn status_by_id(&mut self) -> Result<StatusById, ClientError> {
        let txid = self.txid;
        self.ask(|algod| async move { algod.status_by_id(txid).await }).await.map_err(|error| self.uncertain(error))
    }

    /// The newest round, requested when it is first needed: on a fast network the first status is already the last.
    async fn newest(&mut self) -> Result<Round, ClientError> {
        if self.newest.0 == Round::GENESIS {
            let round = self.ask(|algod| async move { algod.newest_round().await }).await;
            let round = round.map_err(|error| self.uncertain(error))?;
            self.newest = (round, Instant::now());
        }
        Ok(self.newest.0)
    }

    /// Reads the blocks that came since the last call.
    async fn find_in_new_blocks(&mut self) -> Result<Option<Confirmation>, ClientError> {
        let newest = self.newest.0.min(self.last_valid);
        let first = self.first_valid.max(newest.saturating_sub(MAX_BLOCKS_READ));
        for round in self.read.map_or(first, |read| read.saturating_add(1).max(first)).through(newest) {
            let txid = self.txid;
            match self.ask(|algod| async move { algod.in_block(txid, round).await }).await {
                Ok(Some(Some(confirmation))) => return Ok(Some(confirmation)),
                Ok(Some(None)) => self.read = Some(round),
                Ok(None) => return Ok(None),
                // A node that is behind, or keeps no blocks: the next call tries again.
                Err(error) if error.retry_advice() != RetryAdvice::Later => return Err(self.uncertain(error)),
                Err(_) => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Waits for the next round, or a moment if the node does not hold such requests.
    async fn next_round(&mut self) -> Result<(), ClientError> {
        let total = self.algod.retry().total;
        let hold = if total.is_zero() { MAX_LONG_POLL } else { MAX_LONG_POLL.min(total / 3) };
        let question = self.algod.wait_for_block_after(self.newest.0);
        // Either there is no block, or the node went away: the next request for its status decides.
        let answer = match tokio::time::timeout(hold, question).await {
            Ok(answer) => {
                if answer.is_ok() {
                    self.retries.answered();
                }
                answer
            }
            Err(_) => Ok(self.newest.0),
        };
        match answer {
            Ok(round) if round > self.newest.0 => self.newest = (round, Instant::now()),
            _ if self.newest.1.elapsed() > NO_BLOCK_TIMEOUT => {
                let why = match (answer, &self.dropped) {
                    (Err(error), _) => error.to_string(),
                    (Ok(_), None) => format!("the network has made no block for {} s", NO_BLOCK_TIMEOUT.as_secs()),
                    (Ok(_), Some((_, _, reason))) => format!(
                        "a node dropped it ({reason}), others may have it, and the network has made no block for {} s",
                        NO_BLOCK_TIMEOUT.as_secs()
                    ),
                };
                return Err(self.uncertain(why));
            }
            Ok(_) => tokio::time::sleep(Duration::from_millis(250)).await,
            Err(error) if error.retry_advice() == RetryAdvice::Later => {
                let asked = error.asked_pause();
                tokio::time::sleep(asked.unwrap_or(Duration::from_secs(1)).min(NO_BLOCK_TIMEOUT)).await;
                // A service that asks to wait is there.
                if asked.is_some() {
                    self.retries.answered();
                }
            }
            Err(error) => return Err(self.uncertain(error)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
