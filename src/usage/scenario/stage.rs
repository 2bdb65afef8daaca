//! What all scenarios of a run share: people with ALGO, and a second asset that everyone holds.

use std::collections::BTreeMap;

use super::model::Actor;
use super::{Bench, BenchError, Confirmed, Terms};
use crate::types::signing::SigningKey;
use crate::types::transaction::{AssetConfig, AssetTransfer, Header};
use crate::types::{
    Address, AssetIndex, AssetParams, MicroAlgos, SignedTransaction, Transaction, TransactionType, group,
};

/// Enough for some thousand assets and applications.
const ALGO_EACH: MicroAlgos = MicroAlgos(2_000_000_000);
const GOLD_EACH: u64 = 1_000_000;

/// People, an asset that is not PLY, and the network they are on.
#[derive(Debug)]
pub struct Stage<B> {
    pub(super) bench: B,
    keys: BTreeMap<Actor, SigningKey>,
    pub(super) gold: AssetIndex,
    sent: u64,
}

impl<B: Bench> Stage<B> {
    /// Makes the people, funds them, and gives everyone gold.
    ///
    /// # Errors
    /// Where the network cannot be asked or refuses.
    pub async fn set(bench: B) -> Result<Self, BenchError> {
        let mut keys = BTreeMap::new();
        for actor in Actor::ALL {
            keys.insert(actor, SigningKey::generate().map_err(|e| BenchError(e.to_string()))?);
        }
        let mut stage = Self { bench, keys, gold: 0, sent: 0 };
        for actor in Actor::ALL {
            let to = stage.address(actor);
            stage.bench.fund(to, ALGO_EACH).await?;
        }
        let holdings = Actor::ALL.into_iter().map(|a| (a, GOLD_EACH)).collect();
        stage.gold = stage.mint("GOLD", &holdings, None).await?;
        Ok(stage)
    }

    /// An actor's address.
    #[must_use]
    pub fn address(&self, actor: Actor) -> Address {
        self.keys.get(&actor).map_or(Address::ZERO, SigningKey::address)
    }

    /// Creates an asset; everyone opts in and gets their holding.
    pub(super) async fn mint(
        &mut self,
        unit_name: &str,
        holdings: &BTreeMap<Actor, u64>,
        clawback: Option<Actor>,
    ) -> Result<AssetIndex, BenchError> {
        let total = holdings
            .values()
            .try_fold(0_u64, |sum, held| sum.checked_add(*held))
            .ok_or_else(|| BenchError("the holdings exceed 2^64 - 1 together".into()))?;
        let mut create = self.transaction(TransactionType::AssetConfig, Actor::Creator).await?;
        create.asset_config = AssetConfig {
            asset: 0,
            params: AssetParams {
                total,
                decimals: 2,
                unit_name: unit_name.into(),
                clawback: clawback.map_or(Address::ZERO, |a| self.address(a)),
                ..AssetParams::default()
            },
        };
        let asset = self.must(vec![create]).await?.asset;
        let mut group = Vec::new();
        for actor in Actor::ALL.into_iter().filter(|a| *a != Actor::Creator) {
            group.push(self.transfer(actor, actor, asset, 0).await?);
        }
        for (actor, held) in holdings.iter().filter(|(a, held)| **a != Actor::Creator && **held > 0) {
            group.push(self.transfer(Actor::Creator, *actor, asset, *held).await?);
        }
        self.must(group).await?;
        Ok(asset)
    }

    /// An asset transfer, unsigned.
    pub(super) async fn transfer(
        &mut self,
        from: Actor,
        to: Actor,
        asset: AssetIndex,
        amount: u64,
    ) -> Result<Transaction, BenchError> {
        let mut transfer = self.transaction(TransactionType::AssetTransfer, from).await?;
        transfer.asset_transfer =
            AssetTransfer { asset, amount, receiver: self.address(to), ..AssetTransfer::default() };
        Ok(transfer)
    }

    /// A transaction of a kind with only its header filled, unlike any other of this run.
    pub(super) async fn transaction(
        &mut self,
        kind: TransactionType,
        sender: Actor,
    ) -> Result<Transaction, BenchError> {
        let Terms { first_valid, last_valid, genesis_id, genesis_hash, fee } = self.bench.terms().await?;
        self.sent = self.sent.wrapping_add(1);
        let header = Header {
            sender: self.address(sender),
            fee,
            first_valid,
            last_valid,
            note: self.sent.to_be_bytes().to_vec(),
            genesis_id,
            genesis_hash,
            ..Header::default()
        };
        Ok(Transaction { kind, header, ..Transaction::default() })
    }

    /// Groups, signs (each transaction with its sender's key) and sends.
    pub(super) async fn send(
        &mut self,
        mut transactions: Vec<Transaction>,
    ) -> Result<Result<Confirmed, String>, BenchError> {
        if transactions.len() > 1 {
            group::assign_group(&mut transactions).map_err(|e| BenchError(e.to_string()))?;
        }
        let signed = transactions.iter().map(|t| self.sign(t)).collect::<Result<Vec<_>, _>>()?;
        self.bench.send(&signed).await
    }

    /// Sends what must be taken.
    pub(super) async fn must(&mut self, transactions: Vec<Transaction>) -> Result<Confirmed, BenchError> {
        self.send(transactions).await?.map_err(|refusal| BenchError(format!("while setting the stage: {refusal}")))
    }

    fn sign(&self, transaction: &Transaction) -> Result<SignedTransaction, BenchError> {
        let sender = transaction.header.sender;
        let key = self.keys.values().find(|key| key.address() == sender);
        Ok(key.ok_or_else(|| BenchError(format!("no actor has the address {sender}")))?.sign_transaction(transaction))
    }
}
