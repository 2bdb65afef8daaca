//! The document of a network and its contract.

use crate::connection::Connection;
use crate::contract_record::rates;
use crate::status::{ContractStatus, Status};
use pnp_registry::{Contract, Rates};
use pnp_types::{AppIndex, AssetIndex, Round};
use schemars::JsonSchema;
use serde::Serialize;

/// A network and its contract.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StatusReport {
    /// The network's name.
    pub network: String,
    /// Where its algod is.
    pub algod: String,
    /// The network's own label, for example `testnet-v1.0`.
    pub genesis_id: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The newest round.
    pub round: Round,
    /// The contract; null where none is recorded.
    pub contract: Option<ContractReport>,
}

/// A contract on the chain.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContractReport {
    /// The application.
    pub app: AppIndex,
    /// The account that created it.
    pub creator: String,
    /// Who gets the net.
    pub provider: String,
    /// Who gets the fee.
    pub platform: String,
    /// The asset it is bound to; null where none is.
    pub asset: Option<AssetIndex>,
    /// Fee and price limits.
    pub parameters: Rates,
    /// The approval program, SHA-512/256, hex.
    pub approval_sha512_256: String,
    /// What the chain runs, in words.
    pub runs: &'static str,
    /// Where the record says something else.
    pub differs: Vec<String>,
    /// The record; null where the contract is not recorded.
    pub record: Option<Contract>,
    /// The user; null where no key of one is here.
    pub user: Option<UserReport>,
}

/// A user of the contract.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UserReport {
    /// The account.
    pub address: String,
    /// Whether it has opted in to the contract.
    pub opted_in: bool,
    /// The newest tick billed; null before the first.
    pub last_tick: Option<String>,
    /// What it holds of the contract's asset, in minor units; null where it does not hold it.
    pub holding: Option<u64>,
}

impl StatusReport {
    /// The state of the connection's network.
    #[must_use]
    pub fn new(connection: &Connection, Status { round, contract }: Status) -> Self {
        let (network, genesis_hash) = super::place(connection);
        Self {
            network,
            algod: connection.algod.url().to_owned(),
            genesis_id: connection.identity.id.clone(),
            genesis_hash,
            round,
            contract: contract.map(ContractReport::from),
        }
    }
}

impl From<ContractStatus> for ContractReport {
    fn from(contract: ContractStatus) -> Self {
        let ContractStatus { app, record, creator, state, approval_sha512_256, program, differences, user } = contract;
        let user = user.map(|user| UserReport {
            address: user.address.to_string(),
            opted_in: user.local.is_some(),
            last_tick: user.local.and_then(|local| local.last_tick).map(|tick| tick.to_string()),
            holding: user.holding,
        });
        Self {
            app,
            creator: creator.to_string(),
            provider: state.provider.to_string(),
            platform: state.platform.to_string(),
            asset: state.asset,
            parameters: rates(&state.parameters),
            approval_sha512_256,
            runs: program.name(),
            differs: differences.iter().map(ToString::to_string).collect(),
            record,
            user,
        }
    }
}
