//! Taking a group to its block, whatever the connection does meanwhile.
//!
//! The same signed bytes may be handed over any number of times, for the ledger takes a transaction once. What must never
//! happen is that a group which may have arrived is told as refused: whoever hears that makes another one and pays twice.
//! So a refusal counts only while no earlier copy can have arrived; after that, blocks decide.

use super::confirmation::PendingBody;
use super::outcome::{Outcome, Window};
use super::{Algod, ClientError, Confirmation, Rejection, Retries, Verdict};
use pnp_types::{AppIndex, AssetIndex, Round, SignedTransaction, Txid, msgpack};
use std::time::{Duration, Instant};

/// How long a network may make no block while one is waited for.
const STILL: Duration = Duration::from_secs(120);
/// Rounds after which what no node knows is handed over again, and a refusal that may be a copy's own doing is told.
const SOME_ROUNDS: Round = 3;
/// The same as a time, on networks that make no rounds.
const SOME_TIME: Duration = Duration::from_secs(12);
/// Where one node is the whole network, nothing comes from elsewhere later.
const SHORT_TIME: Duration = Duration::from_secs(2);
/// How long a node may hold the question for the next round before it is asked whether it is there.
const HELD: Duration = Duration::from_secs(10);
/// How many blocks before the newest are read at most.
const CATCH_UP: Round = 50;

/// How a transaction stands with the node that answered.
pub(super) enum Standing {
    /// It does not know it: it never had it, or forgot it, or is behind.
    Unknown,
    InPool,
    InBlock(Confirmation),
    /// Its pool gave it up; another node's may not have.
    Dropped(String),
}

/// A group on its way.
struct Delivery<'a> {
    algod: &'a Algod,
    txid: Txid,
    /// The signed group; empty where it is only waited for.
    bytes: Vec<u8>,
    first_valid: Round,
    last_valid: Round,
    /// Whether a copy may have arrived.
    doubt: bool,
    /// The newest round anyone told of, and when it came.
    newest: (Round, Instant),
    /// The newest round whose block is known not to have it.
    read: Option<Round>,
    /// The time without an answer: one deadline for every question about the group.
    retries: Retries,
    /// Since when a pool is known to have given it up, and why.
    dropped: Option<(Round, Instant, String)>,
}

impl Algod {
    /// Hands a group over and waits for its block; through bad moments of the connection, and at most once in effect.
    ///
    /// # Errors
    /// [`ClientError::Rejected`] where the rules refuse it and no copy of it is anywhere; [`ClientError::Dropped`] and
    /// [`ClientError::Expired`]; [`ClientError::Uncertain`] where it may be in a block all the same.
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
        let refusal = match delivery.hand_over().await {
            Ok(()) => None,
            Err(error) if delivery.doubt => Some(error),
            Err(error) => return Err(error),
        };
        delivery.arrive(refusal).await
    }

    /// Waits until a transaction that was handed over is in a block, or can be in none: after `last_valid`.
    ///
    /// # Errors
    /// [`ClientError::Dropped`], [`ClientError::Expired`] and [`ClientError::Uncertain`].
    pub async fn wait(&self, txid: Txid, last_valid: Round) -> Result<Confirmation, ClientError> {
        Delivery::new(self, txid, Vec::new(), 1, last_valid).arrive(None).await
    }

    /// What the node answers by id.
    pub(super) async fn standing(&self, txid: Txid) -> Result<Standing, ClientError> {
        let body: PendingBody = match self.service().get(&format!("/v2/transactions/pending/{txid}")).await {
            Err(error) if error.is_not_found() => return Ok(Standing::Unknown),
            other => other?,
        };
        if !body.pool_error.is_empty() {
            return Ok(Standing::Dropped(body.pool_error));
        }
        let confirmation = body.confirmation(txid).map_err(|why| self.service().malformed(why))?;
        Ok(confirmation.map_or(Standing::InPool, Standing::InBlock))
    }

    /// A transaction in a block, and what it made; the node's answer by id would also have the logs. Inside: not in this
    /// block. `None` where the node does not have the block.
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
        let (newest, retries) = ((0, Instant::now()), algod.retry().start());
        Self { algod, txid, bytes, first_valid, last_valid, doubt: false, newest, read: None, retries, dropped: None }
    }

    /// Asks the node within what is left of the time without an answer.
    async fn ask<T, F>(&mut self, question: impl FnOnce(Algod) -> F) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let answer = question(self.algod.clone().with_retry(self.retries.rest())).await;
        if answer.as_ref().err().is_none_or(|error| error.verdict() != Verdict::Later) {
            self.retries.answered();
        }
        answer
    }

    async fn submit(&mut self) -> Result<Txid, ClientError> {
        let bytes = self.bytes.clone();
        self.ask(|algod| async move { algod.submit_bytes(&bytes).await }).await
    }

    /// Until a node has it, says no, or nothing answers any more.
    async fn hand_over(&mut self) -> Result<(), ClientError> {
        let policy = self.algod.retry();
        let mut early = policy.start();
        loop {
            let Err(error) = self.submit().await else { return Ok(()) };
            if matches!(error.rejection(), Some(Rejection::Duplicate { .. })) {
                return Ok(());
            }
            self.doubt |= error.may_have_arrived();
            let pause = match error.rejection() {
                // The node is behind the one that was asked for the newest round.
                Some(rejection) if rejection.is_early() => early.pause(&error),
                _ => self.retries.pause_if_useful(&error, false),
            };
            let Some(pause) = pause else { return Err(error) };
            // Where a copy may have arrived, the rest of the time is for looking at what became of it.
            if self.doubt && self.retries.time_left().saturating_sub(pause) < policy.total / 3 {
                return Err(error);
            }
            tracing::debug!(%error, ?pause, "handing over again");
            tokio::time::sleep(pause).await;
        }
    }

    /// Until it is in a block or its time is over. `refusal` is what the last copy was answered where an earlier one may
    /// have arrived.
    async fn arrive(&mut self, refusal: Option<ClientError>) -> Result<Confirmation, ClientError> {
        let alone = self.algod.service().transport_options().alone;
        if let Standing::InBlock(confirmation) = self.standing().await? {
            return Ok(confirmation);
        }
        let begun = (self.newest().await?, Instant::now());
        let mut handed_over = begun.0;
        loop {
            let known = match self.standing().await? {
                Standing::InBlock(confirmation) => return Ok(confirmation),
                Standing::InPool => {
                    self.dropped = None;
                    true
                }
                Standing::Unknown => false,
                Standing::Dropped(reason) => {
                    self.dropped.get_or_insert((self.newest.0, Instant::now(), reason));
                    false
                }
            };
            if !known && let Some(confirmation) = self.in_blocks().await? {
                return Ok(confirmation);
            }
            if self.window().is_over(self.newest.0, alone) {
                return self.after_last_round().await;
            }
            if let Some(refusal) = &refusal
                && !known
                && (self.passed(begun.0) || begun.1.elapsed() >= if alone { SHORT_TIME } else { SOME_TIME })
            {
                return Err(self.told(refusal, alone));
            }
            if !known && self.is_given_up(alone) {
                return Err(self.given_up());
            }
            if !known && !self.bytes.is_empty() && self.passed(handed_over) {
                handed_over = self.newest.0;
                match self.submit().await {
                    // A pool has it again: that one gave up nothing yet.
                    Ok(_) => self.dropped = None,
                    // Whatever is answered, the next look tells.
                    Err(error) => tracing::debug!(%error, "handed over again"),
                }
            }
            self.next_round().await?;
        }
    }

    /// Whether some rounds passed since `round`.
    fn passed(&self, round: Round) -> bool {
        self.newest.0 >= round.saturating_add(SOME_ROUNDS)
    }

    /// Whether a pool gave it up and nobody else is left to put it in a block.
    ///
    /// Where there are several nodes, others' pools may have it, and only blocks that come without it tell; if none come, the
    /// wait ends as every other does, with what is not known. Where one node is the whole network, its pool is the only one, and
    /// no block may ever come: a development network makes them with transactions alone. There it has had the time of some rounds.
    fn is_given_up(&self, alone: bool) -> bool {
        let Some((round, then, _)) = &self.dropped else { return false };
        self.passed(*round) || (alone && then.elapsed() >= SOME_TIME)
    }

    fn given_up(&self) -> ClientError {
        let reason = self.dropped.as_ref().map(|(_, _, reason)| reason.clone()).unwrap_or_default();
        ClientError::Dropped { txid: self.txid, reason }
    }

    const fn window(&self) -> Window {
        Window { first_valid: self.first_valid, last_valid: self.last_valid }
    }

    /// What became of it when no block to come can have it.
    async fn after_last_round(&mut self) -> Result<Confirmation, ClientError> {
        let (txid, window) = (self.txid, self.window());
        match self.ask(|algod| async move { algod.outcome(txid, Some(window)).await }).await {
            Ok(Outcome::InBlock(confirmation)) => Ok(confirmation),
            Ok(Outcome::Void(_)) => Err(ClientError::Expired { txid: self.txid, last_valid: self.last_valid }),
            Ok(Outcome::Unknown(why)) => Err(self.uncertain(why)),
            Err(error) => Err(self.uncertain(error)),
        }
    }

    /// What to say when the last copy was refused and nothing of the earlier ones is to be seen.
    fn told(&self, refusal: &ClientError, alone: bool) -> ClientError {
        match refusal.rejection() {
            Some(rejection) if alone => ClientError::Rejected(Box::new(rejection.clone())),
            _ => self.uncertain(refusal),
        }
    }

    fn uncertain(&self, why: impl std::fmt::Display) -> ClientError {
        ClientError::Uncertain { txid: self.txid, last_valid: self.last_valid, why: why.to_string() }
    }

    /// How it stands; a connection that fails for good leaves it open.
    async fn standing(&mut self) -> Result<Standing, ClientError> {
        let txid = self.txid;
        self.ask(|algod| async move { algod.standing(txid).await }).await.map_err(|error| self.uncertain(error))
    }

    /// The newest round, asked for when it is first needed: on a quick network the first look is the last.
    async fn newest(&mut self) -> Result<Round, ClientError> {
        if self.newest.0 == 0 {
            let round = self.ask(|algod| async move { algod.newest_round().await }).await;
            let round = round.map_err(|error| self.uncertain(error))?;
            self.newest = (round, Instant::now());
        }
        Ok(self.newest.0)
    }

    /// Looks through the blocks that came since the last look.
    async fn in_blocks(&mut self) -> Result<Option<Confirmation>, ClientError> {
        let newest = self.newest.0.min(self.last_valid);
        let first = self.first_valid.max(newest.saturating_sub(CATCH_UP));
        for round in self.read.map_or(first, |read| read.saturating_add(1).max(first))..=newest {
            let txid = self.txid;
            match self.ask(|algod| async move { algod.in_block(txid, round).await }).await {
                Ok(Some(Some(confirmation))) => return Ok(Some(confirmation)),
                Ok(Some(None)) => self.read = Some(round),
                Ok(None) => return Ok(None),
                // A node that is behind, or keeps no blocks: the next look asks again.
                Err(error) if error.verdict() != Verdict::Later => return Err(self.uncertain(error)),
                Err(_) => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Waits for the next round, or a moment where the node cannot be asked to hold the question.
    async fn next_round(&mut self) -> Result<(), ClientError> {
        let total = self.algod.retry().total;
        let held = if total.is_zero() { HELD } else { HELD.min(total / 3) };
        let question = self.algod.wait_for_block_after(self.newest.0);
        // Held that long there is no news, or the node went away: the next look finds out.
        let news = match tokio::time::timeout(held, question).await {
            Ok(news) => {
                if news.is_ok() {
                    self.retries.answered();
                }
                news
            }
            Err(_) => Ok(self.newest.0),
        };
        match news {
            Ok(round) if round > self.newest.0 => self.newest = (round, Instant::now()),
            _ if self.newest.1.elapsed() > STILL => {
                let why = match (news, &self.dropped) {
                    (Err(error), _) => error.to_string(),
                    (Ok(_), None) => format!("the network has made no block for {} s", STILL.as_secs()),
                    (Ok(_), Some((_, _, reason))) => format!(
                        "a node dropped it ({reason}), others may have it, and the network has made no block for {} s",
                        STILL.as_secs()
                    ),
                };
                return Err(self.uncertain(why));
            }
            Ok(_) => tokio::time::sleep(Duration::from_millis(250)).await,
            Err(error) if error.verdict() == Verdict::Later => {
                let asked = error.asked_pause();
                tokio::time::sleep(asked.unwrap_or(Duration::from_secs(1)).min(STILL)).await;
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
