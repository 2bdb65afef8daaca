//! What `deploy` reports.

use crate::failure::{Exit, Failure};
use crate::session::Session;
use crate::terminal::output::Answer;
use pnp_ops::{DeployAction, Deployment, Extent, Trial};
use pnp_registry::{Contract, Rates};
use pnp_types::MicroAlgos;
use pnp_usage::Change;
use schemars::JsonSchema;
use serde::Serialize;

/// What `deploy` did, would do, or found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct DeployReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// What was or would be done.
    operation: DeployAction,
    /// How far it went.
    stage: Extent,
    /// The application in the end; absent where it is still to be created.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<u64>,
    /// The application that is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<u64>,
    /// What differed from what is asked for.
    changes: Vec<Change>,
    /// How the contract was found where it was not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    /// The transactions, in the group's order.
    txids: Vec<String>,
    /// Their round.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u64>,
    /// The trial on the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    trial: Option<Trial>,
    /// The contract's record.
    #[serde(skip_serializing_if = "Option::is_none")]
    contract: Option<Contract>,
    /// The file of the record.
    record: String,
    /// The contract's ARC-56 description.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl DeployReport {
    /// The report of a deployment.
    pub(super) fn new(session: &Session<'_>, deployment: Deployment) -> Self {
        let (txids, round) = match deployment.sent {
            Some(sent) => (sent.txids, Some(sent.confirmation.round)),
            None => (Vec::new(), None),
        };
        Self {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
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
            record: session.record_name(),
            description: deployment.description.map(|path| session.settings.shown(&path)),
        }
    }

    /// The answer, with exit code 4 where `--check` found something to do.
    pub(super) fn answer(&self) -> Result<Answer, Failure> {
        let would_change = self.stage == Extent::Decided && self.operation != DeployAction::Nothing;
        let answer = Answer::of(self, self.text())?;
        Ok(if would_change { answer.ending(Exit::WouldChange) } else { answer })
    }

    fn text(&self) -> String {
        let mut lines = Vec::new();
        if let Some(headline) = self.headline() {
            lines.push(headline);
        }
        lines.extend(self.changes.iter().map(|change| format!("  {change}")));
        if let Some(Trial { costs, fee, min_balance_change }) = &self.trial {
            let costs: Vec<String> = costs.iter().map(ToString::to_string).collect();
            lines.push(format!("cost      {} opcodes, {} of network fees", costs.join(" + "), MicroAlgos(*fee)));
            lines.push(match min_balance_change {
                0 => "balance   what the creator must keep stays".to_owned(),
                more if *more > 0 => {
                    format!("balance   the creator must keep {} more", MicroAlgos(more.unsigned_abs()))
                }
                less => format!("balance   the creator must keep {} less", MicroAlgos(less.unsigned_abs())),
            });
        }
        if self.stage == Extent::Done {
            if let Some(contract) = &self.contract {
                lines.push(describe(contract, &self.network));
            }
            lines.push(format!("record    {}", self.record));
            lines.extend(self.description.iter().map(|path| format!("arc-56    {path}")));
        }
        lines.join("\n")
    }

    /// What was done, in one line; none for a contract that was created, which is shown whole.
    fn headline(&self) -> Option<String> {
        let app = self.app.map(|app| format!("application {app}")).unwrap_or_default();
        let old = self.replaced.map(|app| format!("application {app}")).unwrap_or_default();
        let would = self.stage != Extent::Done;
        Some(match (self.operation, would) {
            (DeployAction::Nothing, _) => format!("nothing to do: {app} is what is asked for"),
            (DeployAction::Create, false) => return None,
            (DeployAction::Create, true) => "would create a contract: none is deployed".to_owned(),
            (DeployAction::Append, false) => format!("created {app} in addition to the existing one, for"),
            (DeployAction::Append, true) => format!("would create another contract in addition to {app}, for"),
            (DeployAction::Update, false) => format!("replaced the programs of {app}:"),
            (DeployAction::Update, true) => format!("would replace the programs of {app}:"),
            (DeployAction::Replace, false) => format!("made {app} in place of {old}, which is deleted, for"),
            (DeployAction::Replace, true) => format!("would make another contract and delete {old}, for"),
            (DeployAction::Params, false) => format!("set the parameters of {app}:"),
            (DeployAction::Params, true) => format!("would set the parameters of {app}:"),
        })
    }
}

/// A contract's record for people.
pub(crate) fn describe(contract: &Contract, network: &str) -> String {
    let Contract { app_id, app_address, asset_id, creator, provider, platform, parameters, .. } = contract;
    let asset = if *asset_id == 0 { "none: it takes any".to_owned() } else { asset_id.to_string() };
    let Rates { fee_pct, min_rate, max_rate } = parameters;
    let (percent, hundredth) = (fee_pct / 100, fee_pct % 100);
    format!(
        "contract  application {app_id} on {network}\naddress   {app_address}\nasset     {asset}\n\
         creator   {creator}\nprovider  {provider}\nplatform  {platform}\n\
         fee       {fee_pct} basis points ({percent}.{hundredth:02} %)\n\
         rates     {min_rate} to {max_rate} minor units a unit\nprogram   sha512/256 {}",
        contract.programs.approval_sha512_256
    )
}
