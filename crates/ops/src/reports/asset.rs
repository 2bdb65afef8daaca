//! Documents about the asset that bills are paid with.

use crate::assets::{AssetOptedIn, AssetSent, Holding};
use crate::connection::Connection;
use pnp_client::AssetState;
use pnp_types::{Address, AssetIndex, Round};
use schemars::JsonSchema;
use serde::Serialize;

/// An asset that was created.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreateReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The asset, as it is recorded.
    pub asset: pnp_registry::Asset,
    /// The transaction.
    pub txids: Vec<String>,
    /// Its round.
    pub round: Round,
    /// The record that was changed.
    pub record: String,
}

/// An account that may hold the asset.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OptinReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The asset.
    pub asset: AssetIndex,
    /// The address of the account that may hold it.
    pub account: Address,
    /// Whether it could not before.
    pub changed: bool,
    /// The transactions, in the group's order; none where nothing changed.
    pub txids: Vec<String>,
    /// Their round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
}

/// Units of an asset that were sent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SendReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The asset.
    pub asset: AssetIndex,
    /// The address of the account that sent.
    pub from: Address,
    /// The address of the account that received.
    pub to: Address,
    /// How much, in minor units.
    pub amount: u64,
    /// The transaction.
    pub txids: Vec<String>,
    /// Its round.
    pub round: Round,
}

/// An asset, and what the accounts here hold of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShowReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The asset.
    pub asset: AssetIndex,
    /// Its unit's name.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The total number of minor units.
    pub total: u64,
    /// Digits after the point.
    pub decimals: u32,
    /// The address of its creator.
    pub creator: String,
    /// The address of who may change these addresses; empty for nobody.
    pub manager: String,
    /// The address of who keeps what is not in circulation; empty for nobody.
    pub reserve: String,
    /// The address of who may freeze holdings; empty for nobody.
    pub freeze: String,
    /// The address of who may take it from any holder; empty for nobody.
    pub clawback: String,
    /// Whether holdings start frozen.
    pub default_frozen: bool,
    /// A web address about it; empty for none.
    pub url: String,
    /// What the accounts hold whose keys are here, by name.
    pub holdings: Vec<HoldingReport>,
}

/// What an account holds of the asset.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HoldingReport {
    /// The account's name.
    pub name: String,
    /// Its address.
    pub address: Address,
    /// How much, in minor units; null where it has not opted in.
    pub amount: Option<u64>,
}

impl CreateReport {
    /// The asset as it is recorded.
    #[must_use]
    pub fn new(connection: &Connection, asset: pnp_registry::Asset) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let (txids, round, record) = (vec![asset.txid.clone()], asset.round, connection.record_name());
        Self { network, genesis_hash, asset, txids, round, record }
    }
}

impl OptinReport {
    /// An account that opted in now or before.
    #[must_use]
    pub fn new(connection: &Connection, AssetOptedIn { asset, account, sent }: AssetOptedIn) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let changed = sent.is_some();
        let (txids, round) = super::transactions(sent);
        Self { network, genesis_hash, asset: asset.id, account, changed, txids, round }
    }
}

impl SendReport {
    /// `amount` minor units that were sent.
    #[must_use]
    pub fn new(connection: &Connection, amount: u64, AssetSent { asset, from, to, sent }: AssetSent) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let (txids, round) = (sent.txids, sent.confirmation.round);
        Self { network, genesis_hash, asset: asset.id, from, to, amount, txids, round }
    }
}

impl ShowReport {
    /// An asset and its holdings.
    #[must_use]
    pub fn new(connection: &Connection, asset: AssetState, holdings: Vec<Holding>) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let holding = |Holding { name, address, amount }| HoldingReport { name, address, amount };
        Self {
            network,
            genesis_hash,
            asset: asset.id,
            unit: asset.unit_name,
            name: asset.name,
            total: asset.total,
            decimals: asset.decimals,
            creator: asset.creator,
            manager: asset.manager,
            reserve: asset.reserve,
            freeze: asset.freeze,
            clawback: asset.clawback,
            default_frozen: asset.default_frozen,
            url: asset.url,
            holdings: holdings.into_iter().map(holding).collect(),
        }
    }
}
