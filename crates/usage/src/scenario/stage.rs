//! What all scenarios of a run share: people with ALGO, and a second asset that everyone holds.

use std::collections::BTreeMap;

use super::model::Actor;
use crate::calls;
use pnp_client::{Algod, ClientError, Confirmation, Rejection, SuggestedParams};
use pnp_types::{
    Address, AssetIndex, MicroAlgos, SignedTransaction, SigningKey, Transaction, TransactionBuilder, TransactionFields,
    assign_group,
};

/// Enough for some thousand assets and applications.
const ALGO_EACH: MicroAlgos = MicroAlgos(2_000_000_000);
const UNITS_EACH: u64 = 1_000_000;

/// Why the stage could not be set, or a scenario not be played.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The network cannot be asked.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// What must be taken was refused.
    #[error("the network refused what every scenario needs: {0}")]
    Refused(Box<Rejection>),
    /// The scenario asks for something that is not there.
    #[error("{0}")]
    Scenario(String),
}

/// People, an asset that is not PLY, and the network they are on.
#[derive(Debug)]
pub struct Stage {
    pub(super) algod: Algod,
    params: SuggestedParams,
    keys: BTreeMap<Actor, SigningKey>,
    pub(super) gold: AssetIndex,
    sent: u64,
    transcripts: bool,
}

impl Stage {
    /// Makes the people, funds them from `dispenser`, for which `sign` signs, and gives everyone gold.
    ///
    /// # Errors
    /// Where the network cannot be asked or refuses.
    pub async fn set(
        algod: Algod,
        dispenser: Address,
        sign: impl Fn(&Transaction) -> SignedTransaction,
    ) -> Result<Self, StageError> {
        let mut keys = BTreeMap::new();
        for actor in Actor::ALL {
            let key = SigningKey::generate().map_err(|e| StageError::Scenario(format!("no randomness: {e}")))?;
            keys.insert(actor, key);
        }
        let params = algod.suggested_params().await?;
        let mut stage = Self { algod, params, keys, gold: AssetIndex::NONE, sent: 0, transcripts: false };
        let mut payments: Vec<_> = Actor::ALL
            .into_iter()
            .map(|actor| calls::payment(dispenser, stage.address(actor), ALGO_EACH, &stage.params))
            .collect();
        assign_group(&mut payments).map_err(|e| StageError::Scenario(e.to_string()))?;
        let signed: Vec<_> = payments.iter().map(sign).collect();
        stage.submit(&signed).await?.map_err(|refusal| StageError::Refused(Box::new(refusal)))?;
        stage.gold = stage.mint_for_all("GOLD").await?;
        Ok(stage)
    }

    /// Makes every scenario played from now on keep a transcript, which costs a simulation a step.
    #[must_use]
    pub const fn with_transcripts(mut self) -> Self {
        self.transcripts = true;
        self
    }

    pub(super) const fn keeps_transcripts(&self) -> bool {
        self.transcripts
    }

    /// The opcode cost of a group that is about to be sent, where transcripts are kept.
    pub(super) async fn cost(&self, group: &[Transaction]) -> Result<Option<u64>, StageError> {
        if !self.transcripts {
            return Ok(None);
        }
        let signed = self.signed(group.to_vec())?;
        Ok(Some(self.algod.simulate(&signed).await?.cost))
    }

    /// An actor's address.
    #[must_use]
    pub fn address(&self, actor: Actor) -> Address {
        self.keys.get(&actor).map_or(Address::ZERO, SigningKey::address)
    }

    /// Creates an asset that everyone holds some of.
    pub(super) async fn mint_for_all(&mut self, unit_name: &str) -> Result<AssetIndex, StageError> {
        let holdings = Actor::ALL.into_iter().map(|actor| (actor, UNITS_EACH)).collect();
        self.mint(unit_name, &holdings, None).await
    }

    /// Creates an asset; everyone opts in and gets their holding.
    pub(super) async fn mint(
        &mut self,
        unit_name: &str,
        holdings: &BTreeMap<Actor, u64>,
        clawback: Option<Actor>,
    ) -> Result<AssetIndex, StageError> {
        let total = holdings
            .values()
            .try_fold(0_u64, |sum, held| sum.checked_add(*held))
            .ok_or_else(|| StageError::Scenario("the holdings exceed 2^64 - 1 together".into()))?;
        let clawback = clawback.map_or(Address::ZERO, |actor| self.address(actor));
        let create = Transaction::asset_create(self.address(Actor::Creator), total, 2);
        let create = self.complete(create.unit_name(unit_name).clawback(clawback));
        let asset = self.must(vec![create]).await?.asset.unwrap_or_default();
        let mut group = Vec::new();
        for actor in Actor::ALL.into_iter().filter(|a| *a != Actor::Creator) {
            group.push(self.transfer(actor, actor, asset, 0));
        }
        for (actor, held) in holdings.iter().filter(|(a, held)| **a != Actor::Creator && **held > 0) {
            group.push(self.transfer(Actor::Creator, *actor, asset, *held));
        }
        self.must(group).await?;
        Ok(asset)
    }

    /// An asset transfer, unsigned.
    pub(super) fn transfer(&mut self, from: Actor, to: Actor, asset: AssetIndex, amount: u64) -> Transaction {
        self.complete(Transaction::asset_transfer(self.address(from), self.address(to), asset, amount))
    }

    /// The transaction as this network takes it, unlike any other of this run.
    pub(super) fn complete<F: TransactionFields>(&mut self, builder: TransactionBuilder<F>) -> Transaction {
        self.sent = self.sent.wrapping_add(1);
        calls::for_network(builder.note(self.sent.to_be_bytes()), &self.params)
    }

    /// Asks for the network's terms again, so that a long run does not outlive its transactions' validity.
    pub(super) async fn refresh(&mut self) -> Result<(), StageError> {
        self.params = self.algod.suggested_params().await?;
        Ok(())
    }

    /// Groups, signs and sends.
    pub(super) async fn send(
        &mut self,
        transactions: Vec<Transaction>,
    ) -> Result<Result<Confirmation, Rejection>, StageError> {
        let signed = self.signed(transactions)?;
        self.submit(&signed).await
    }

    /// Groups and signs, each transaction with its sender's key.
    fn signed(&self, mut transactions: Vec<Transaction>) -> Result<Vec<SignedTransaction>, StageError> {
        if transactions.len() > 1 {
            assign_group(&mut transactions).map_err(|e| StageError::Scenario(e.to_string()))?;
        }
        transactions.iter().map(|transaction| self.sign(transaction)).collect()
    }

    /// Sends what must be taken.
    pub(super) async fn must(&mut self, transactions: Vec<Transaction>) -> Result<Confirmation, StageError> {
        self.send(transactions).await?.map_err(|refusal| StageError::Refused(Box::new(refusal)))
    }

    async fn submit(&self, group: &[SignedTransaction]) -> Result<Result<Confirmation, Rejection>, StageError> {
        let sent = match self.algod.submit(group).await {
            Ok(txid) => self.algod.wait(txid, self.params.last_round.saturating_add(1000)).await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(confirmation) => Ok(Ok(confirmation)),
            Err(ClientError::Rejected(refusal)) => Ok(Err(*refusal)),
            Err(error) => Err(error.into()),
        }
    }

    fn sign(&self, transaction: &Transaction) -> Result<SignedTransaction, StageError> {
        let sender = transaction.header.sender;
        let key = self.keys.values().find(|key| key.address() == sender);
        let key = key.ok_or_else(|| StageError::Scenario(format!("no actor has the address {sender}")))?;
        Ok(key.sign_transaction(transaction))
    }
}
