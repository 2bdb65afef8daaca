//! What `deploy` reports.

use crate::failure::{Exit, Failure};
use crate::terminal::output::Answer;
use pnp_ops::reports::deploy::DeployReport;
use pnp_ops::{DeployAction, Extent, Trial};
use pnp_registry::{Contract, Rates};
use pnp_types::{AssetIndex, MicroAlgos};

/// The answer, with exit code 4 where `--check` found something to do.
pub(super) fn answer(report: &DeployReport) -> Result<Answer, Failure> {
    let answer = Answer::of(report, text(report))?;
    Ok(if report.would_change() { answer.ending(Exit::WouldChange) } else { answer })
}

fn text(report: &DeployReport) -> String {
    let mut lines = Vec::new();
    if let Some(headline) = headline(report) {
        lines.push(headline);
    }
    lines.extend(report.changes.iter().map(|change| format!("  {change}")));
    if let Some(Trial { costs, fee, min_balance_change }) = &report.trial {
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
    if report.stage == Extent::Done {
        if let Some(contract) = &report.contract {
            lines.push(describe(contract, &report.network));
        }
        lines.push(format!("record    {}", report.record));
        lines.extend(report.description.iter().map(|path| format!("arc-56    {path}")));
    }
    lines.join("\n")
}

/// What was done, in one line; none for a contract that was created, which is shown whole.
fn headline(report: &DeployReport) -> Option<String> {
    let app = report.app.map(|app| format!("application {app}")).unwrap_or_default();
    let old = report.replaced.map(|app| format!("application {app}")).unwrap_or_default();
    let would = report.stage != Extent::Done;
    Some(match (report.operation, would) {
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
/// A contract's record for people.
pub(crate) fn describe(contract: &Contract, network: &str) -> String {
    let Contract { app_id, app_address, asset_id, creator, provider, platform, parameters, .. } = contract;
    let asset = if *asset_id == AssetIndex::NONE { "none: it takes any".to_owned() } else { asset_id.to_string() };
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
