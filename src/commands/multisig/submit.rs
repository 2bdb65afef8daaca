//! `multisig submit`: send what enough have signed, and record what it did.

use super::BundleArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_locked_network;
use crate::terminal::output::Answer;
use pnp_ops::reports::multisig::SubmitReport;

/// Arguments of `multisig submit`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let bundle = args.bundle.read(context)?;
    on_locked_network(context, "multisig submit", async |session| {
        let done = session.submit_bundle(&bundle).await?;
        let report = SubmitReport::new(session, &bundle, done);
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
