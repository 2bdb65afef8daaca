//! The shape of a record.

use pnp_types::{AppIndex, AssetIndex, Round};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The newest format this program writes and reads.
///
/// 1: the first. 2: contracts have a name and a version, and a deployment under way may replace another.
pub(super) const FORMAT: u64 = 2;

/// The name of a contract that was given none.
pub const DEFAULT_NAME: &str = "UsageContract";

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deployments {
    /// The format of the file.
    pub format: u64,
    /// The network's name.
    pub network: String,
    /// The contracts and assets of each chain, by genesis hash (base64).
    #[serde(default)]
    pub chains: BTreeMap<String, Chain>,
}

impl Deployments {
    /// An empty record of a network.
    #[must_use]
    pub fn new(network: &str) -> Self {
        Self { format: FORMAT, network: network.to_owned(), chains: BTreeMap::new() }
    }
}

/// The contracts and assets of one chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// A label such as `testnet-v1.0`.
    pub genesis_id: String,
    /// Accounts that commands made here, by name; only their addresses.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accounts: BTreeMap<String, Account>,
    /// Assets that commands made here, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<Asset>,
    /// Transactions sent whose outcome was not recorded yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Pending>,
    /// Contracts, oldest first; nothing is taken out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contracts: Vec<Contract>,
}

impl Chain {
    /// The contract commands mean where none is named: the newest that was not deleted.
    #[must_use]
    pub fn current(&self) -> Option<&Contract> {
        self.contracts.iter().rev().find(|contract| !contract.deleted)
    }

    /// The newest contract of a name that was not deleted.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Contract> {
        self.contracts.iter().rev().find(|contract| !contract.deleted && contract.name == name)
    }

    /// The record of an application, if it has one.
    #[must_use]
    pub fn contract(&self, app_id: AppIndex) -> Option<&Contract> {
        self.contracts.iter().rev().find(|contract| contract.app_id == app_id)
    }

    /// The record of an application, to be changed.
    pub fn contract_mut(&mut self, app_id: AppIndex) -> Option<&mut Contract> {
        self.contracts.iter_mut().rev().find(|contract| contract.app_id == app_id)
    }

    /// The newest asset recorded.
    #[must_use]
    pub fn current_asset(&self) -> Option<&Asset> {
        self.assets.last()
    }
}

/// An account that a command made on a development network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its address.
    pub address: String,
    /// How it came to be, for example `made and funded by deploy`.
    pub origin: String,
    /// When, UTC.
    pub time: String,
}

/// An asset that a command made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Its index.
    pub asset_id: AssetIndex,
    /// Its unit's name.
    pub unit: String,
    /// Digits after the point.
    pub decimals: u32,
    /// All minor units.
    pub total: u64,
    /// Who made it.
    pub creator: String,
    /// How it came to be.
    pub origin: String,
    /// The transaction.
    pub txid: String,
    /// Its round.
    pub round: Round,
    /// When, UTC.
    pub time: String,
}

/// A transaction that was sent, written down before it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// The transaction.
    pub txid: String,
    /// The last round it can be in.
    pub last_valid: Round,
    /// The application it deletes in the same group, where it replaces one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<AppIndex>,
    /// What the record becomes once it is confirmed.
    pub contract: Contract,
}

/// One deployed contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// The application; 0 while pending.
    pub app_id: AppIndex,
    /// The application's own account.
    pub app_address: String,
    /// The name it was deployed under.
    #[serde(default = "default_name")]
    pub name: String,
    /// The version it was deployed as; absent where none was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The asset it is bound to; 0 where none is.
    pub asset_id: AssetIndex,
    /// Who made it.
    pub creator: String,
    /// Who gets the net.
    pub provider: String,
    /// Who gets the fee.
    pub platform: String,
    /// Fee and price limits as last set.
    pub parameters: Rates,
    /// The programs as last set.
    pub programs: Programs,
    /// Whether it was deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// What happened to it, oldest first.
    pub history: Vec<Event>,
}

/// What a contract of format 1 is called.
fn default_name() -> String {
    DEFAULT_NAME.to_owned()
}

/// Fee and price limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Basis points.
    pub fee_pct: u64,
    /// Minor units per unit of use.
    pub min_rate: u64,
    /// Minor units per unit of use.
    pub max_rate: u64,
}

/// Which programs were deployed, by their hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Programs {
    /// SHA-512/256 of the approval program, hex.
    pub approval_sha512_256: String,
    /// SHA-512/256 of the clear program, hex.
    pub clear_sha512_256: String,
    /// SHA-256 of the approval program's source, hex.
    pub approval_source_sha256: String,
    /// SHA-256 of the clear program's source, hex.
    pub clear_source_sha256: String,
    /// The values of the template variables.
    pub template: BTreeMap<String, u64>,
}

/// Something that happened to a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// `create`, `update`, `params`, `delete`, or `found` where the chain was ahead of the record.
    pub action: String,
    /// The transactions, in their group's order.
    pub txids: Vec<String>,
    /// Their round; 0 while pending.
    pub round: Round,
    /// When, UTC.
    pub time: String,
    /// The version of this program.
    pub tool_version: String,
    /// The project's git commit, with `+` where the work tree differed; absent outside git.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_commit: Option<String>,
    /// Fee and price limits from here on.
    pub parameters: Rates,
    /// The approval program from here on, SHA-512/256, hex.
    pub approval_sha512_256: String,
}
