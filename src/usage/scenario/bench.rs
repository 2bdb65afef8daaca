//! Where scenarios run: any network, or a ledger in memory.

use std::collections::BTreeMap;
use std::future::Future;

use crate::types::{Address, AppIndex, AssetIndex, Digest, MicroAlgos, Round, SignedTransaction, TealValue};

/// What a new transaction takes from the network.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The first round in which it may be confirmed.
    pub first_valid: Round,
    /// The last.
    pub last_valid: Round,
    /// The network's genesis id.
    pub genesis_id: String,
    /// The network's genesis hash.
    pub genesis_hash: Digest,
    /// The fee of one transaction.
    pub fee: MicroAlgos,
}

/// What became of a group that the network took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Confirmed {
    /// The asset that the first transaction created, or 0.
    pub asset: AssetIndex,
    /// The application that the first transaction created, or 0.
    pub application: AppIndex,
}

/// The network could not be asked, or answered what it must not.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BenchError(pub String);

/// A network that scenarios can run on.
pub trait Bench {
    /// The terms for a transaction made now.
    fn terms(&mut self) -> impl Future<Output = Result<Terms, BenchError>>;
    /// Gives an account ALGO.
    fn fund(&mut self, to: Address, amount: MicroAlgos) -> impl Future<Output = Result<(), BenchError>>;
    /// Sends a group and waits for it; a refusal is an answer, with the network's text.
    fn send(
        &mut self,
        group: &[SignedTransaction],
    ) -> impl Future<Output = Result<Result<Confirmed, String>, BenchError>>;
    /// What an account holds of an asset; `None` where it has not opted in.
    fn holding(&mut self, account: Address, asset: AssetIndex)
    -> impl Future<Output = Result<Option<u64>, BenchError>>;
    /// An application's global state; `None` where there is no such application.
    fn global(
        &mut self,
        application: AppIndex,
    ) -> impl Future<Output = Result<Option<BTreeMap<Vec<u8>, TealValue>>, BenchError>>;
    /// An account's local state; `None` where it has not opted in.
    fn local(
        &mut self,
        account: Address,
        application: AppIndex,
    ) -> impl Future<Output = Result<Option<BTreeMap<Vec<u8>, TealValue>>, BenchError>>;
}
