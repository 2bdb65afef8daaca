//! Documents about changes of a contract, and about accounts that begin or end to use it.

use crate::connection::Connection;
use crate::contract_actions::{ChangedContract, Deleted, LeftContract, OptedIn};
use pnp_types::{Address, AppIndex, AssetIndex, Round};
use pnp_usage::Parameters;
use schemars::JsonSchema;
use serde::Serialize;

/// A contract that was ended.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeleteReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The application that was.
    pub app: AppIndex,
    /// Whether it is gone: always true.
    pub deleted: bool,
    /// The transaction.
    pub txids: Vec<String>,
    /// Its round.
    pub round: Round,
    /// The record that was changed; absent where the contract is in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// An account that left the contract.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LeaveReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The contract's application.
    pub app: AppIndex,
    /// The address of the account that left.
    pub account: Address,
    /// Whether the state was cleared, which no program can refuse.
    pub forced: bool,
    /// The transaction.
    pub txids: Vec<String>,
    /// Its round.
    pub round: Round,
}

/// An account that opted in to the contract.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OptinReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The contract's application.
    pub app: AppIndex,
    /// The address of the account that opted in.
    pub account: Address,
    /// The asset the contract is bound to; null where it is bound to none.
    pub asset: Option<AssetIndex>,
    /// Whether the account opted in to the asset in the same group.
    pub asset_opted_in: bool,
    /// The transactions, in the group's order.
    pub txids: Vec<String>,
    /// Their round.
    pub round: Round,
}

/// A contract whose fee, price limits or programs were set.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChangeReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The contract's application.
    pub app: AppIndex,
    /// Fee and price limits before.
    pub before: Parameters,
    /// Fee and price limits from here on.
    pub after: Parameters,
    /// The transaction.
    pub txids: Vec<String>,
    /// Its round.
    pub round: Round,
    /// The record that was changed; absent where the contract is in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

impl DeleteReport {
    /// A contract that was ended.
    #[must_use]
    pub fn new(connection: &Connection, Deleted { app, sent, recorded }: Deleted) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let record = recorded.then(|| connection.record_name());
        let (txids, round) = (sent.txids, sent.confirmation.round);
        Self { network, genesis_hash, app, deleted: true, txids, round, record }
    }
}

impl LeaveReport {
    /// An account that left; `forced` where its state was cleared.
    #[must_use]
    pub fn new(connection: &Connection, forced: bool, LeftContract { app, account, sent }: LeftContract) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let (txids, round) = (sent.txids, sent.confirmation.round);
        Self { network, genesis_hash, app, account, forced, txids, round }
    }
}

impl OptinReport {
    /// An account that opted in.
    #[must_use]
    pub fn new(connection: &Connection, done: OptedIn) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let OptedIn { app, account, asset, asset_opted_in, sent } = done;
        let (txids, round) = (sent.txids, sent.confirmation.round);
        Self { network, genesis_hash, app, account, asset, asset_opted_in, txids, round }
    }
}

impl ChangeReport {
    /// A contract that was changed.
    #[must_use]
    pub fn new(
        connection: &Connection,
        ChangedContract { app, before, after, sent, recorded }: ChangedContract,
    ) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let record = recorded.then(|| connection.record_name());
        let (txids, round) = (sent.txids, sent.confirmation.round);
        Self { network, genesis_hash, app, before, after, txids, round, record }
    }
}
