//! The document of a deployment.

use crate::connection::Connection;
use crate::deploy::{DeployAction, Deployment, Extent, Trial};
use pnp_registry::Contract;
use pnp_types::{AppIndex, Round};
use pnp_usage::Change;
use schemars::JsonSchema;
use serde::Serialize;

/// What `deploy` did, would do, or found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DeployReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// What was or would be done.
    pub operation: DeployAction,
    /// How far it went.
    pub stage: Extent,
    /// The application in the end; absent where it is still to be created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<AppIndex>,
    /// The application that is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced: Option<AppIndex>,
    /// What differed from what is asked for.
    pub changes: Vec<Change>,
    /// How the contract was found where it was not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The transactions, in the group's order.
    pub txids: Vec<String>,
    /// Their round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
    /// The trial on the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
    /// The contract's record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<Contract>,
    /// The file of the record.
    pub record: String,
    /// The contract's ARC-56 description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl DeployReport {
    /// What was done, would be done, or was found.
    #[must_use]
    pub fn new(connection: &Connection, deployment: Deployment) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let (txids, round) = super::transactions(deployment.sent);
        Self {
            network,
            genesis_hash,
            operation: deployment.action,
            stage: deployment.extent,
            app: deployment.app,
            replaced: deployment.replaced,
            changes: deployment.changes,
            found: deployment.found.map(|found| found.to_string()),
            txids,
            round,
            trial: deployment.trial,
            contract: deployment.contract,
            record: connection.record_name(),
            description: deployment.description.map(|path| connection.settings.shown(&path)),
        }
    }

    /// Whether nothing was done yet, and something would be.
    #[must_use]
    pub fn would_change(&self) -> bool {
        self.stage == Extent::Decided && self.operation != DeployAction::Nothing
    }
}
