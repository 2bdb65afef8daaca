//! What a deployment did, would do, or found.

use super::found::Found;
use super::request::Extent;
use crate::sending::Sent;
use pnp_registry::Contract;
use pnp_types::AppIndex;
use pnp_usage::Change;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// What a deployment does. `append` is AlgoKit's word for another application beside the one that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeployAction {
    /// The deployed contract is as asked for.
    Nothing,
    /// A contract is created; there was none.
    Create,
    /// Another contract is created beside the one that exists.
    Append,
    /// The programs are replaced in place.
    Update,
    /// Another contract is created and the old one deleted, in one group.
    Replace,
    /// Fee and limits are set.
    Params,
}

impl DeployAction {
    /// What is done, as records and bundles name it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Create => "create",
            Self::Append => "append",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Params => "params",
        }
    }
}

/// The outcome of a trial on the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Trial {
    /// Opcode cost of each transaction, in the group's order.
    pub costs: Vec<u64>,
    /// The network's fees, in microAlgos.
    pub fee: u64,
    /// By how much the balance that the creator must keep would change, in microAlgos.
    pub min_balance_change: i64,
}

/// What a deployment did, would do, or found.
#[derive(Debug)]
pub struct Deployment {
    /// What was or would be done.
    pub action: DeployAction,
    /// How far it went.
    pub extent: Extent,
    /// The application in the end; `None` where it is still to be created.
    pub app: Option<AppIndex>,
    /// The application that is deleted.
    pub replaced: Option<AppIndex>,
    /// What differed from what is asked for.
    pub changes: Vec<Change>,
    /// How the contract was found where it was not recorded.
    pub found: Option<Found>,
    /// The group that was sent.
    pub sent: Option<Sent>,
    /// The trial on the node.
    pub trial: Option<Trial>,
    /// The contract's record.
    pub contract: Option<Contract>,
    /// The file of the contract's ARC-56 description.
    pub description: Option<PathBuf>,
}
