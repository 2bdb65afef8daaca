//! `multisig submit`: send what enough have signed, and record what it did.

use super::BundleArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_locked_network;
use crate::terminal::effect;
use crate::terminal::output::Answer;
use pnp_types::{AppIndex, AssetIndex, Round};
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `multisig submit`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
}

/// A bundle that is confirmed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SubmitReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The bundle's file.
    bundle: String,
    /// What it did, a sentence for each transaction.
    effects: Vec<String>,
    /// The transactions, in the group's order.
    txids: Vec<String>,
    /// The round they are confirmed in.
    round: Round,
    /// Whether they were sent before, by this program or another.
    sent_before: bool,
    /// The application it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<AppIndex>,
    /// The asset it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<AssetIndex>,
    /// The record that was changed; absent where it has nothing to say about this.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let bundle = args.bundle.read(context)?;
    on_locked_network(context, "multisig submit", async |session| {
        let done = session.submit_bundle(&bundle).await?;
        let report = SubmitReport {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            bundle: bundle.name.clone(),
            effects: bundle.bundle.transactions().map(effect::sentence).collect(),
            txids: bundle.bundle.transactions().map(|transaction| transaction.id().to_string()).collect(),
            round: done.confirmation.round,
            sent_before: done.sent_before,
            app: done.app,
            asset: done.asset,
            record: done.recorded.then(|| session.record_name()),
        };
        Answer::of(&report, text(&report))
    })
    .await
}

fn text(report: &SubmitReport) -> String {
    let SubmitReport { network, effects, txids, round, sent_before, app, asset, record, .. } = report;
    let when = if *sent_before { "was sent before" } else { "sent" };
    let mut lines = vec![format!("round     {round} on {network}, {when}")];
    lines.extend(effects.iter().map(|effect| format!("did       {effect}")));
    lines.extend(app.iter().map(|app| format!("contract  application {app}")));
    lines.extend(asset.iter().map(|asset| format!("asset     {asset}")));
    lines.extend(txids.iter().map(|txid| format!("txid      {txid}")));
    lines.extend(record.iter().map(|record| format!("record    {record}")));
    lines.join("\n")
}
