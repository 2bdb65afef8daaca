//! `multisig status`: who is missing, and how long there is left.

use super::{BundleArgs, message, network, with_name};
use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_ops::multisig::BundleStatus;
use pnp_ops::reports::bundle_words;
use pnp_ops::reports::multisig::StatusReport;

/// Arguments of `multisig status`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
    /// Ask no network: whether it expired or was sent is then not known
    #[arg(long)]
    offline: bool,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let named = args.bundle.read(context)?;
    let network = network(context, &named, args.offline).await?;
    let status = BundleStatus::new(&named.bundle, network).await?;
    let report = StatusReport::new(named, status, message);
    Answer::of(&report, text(context, &report))
}

fn text(context: &Context, report: &StatusReport) -> String {
    let StatusReport { bundle: file, effects, signatures, validity, round, unseen, .. } = report;
    let mut lines = vec![format!("bundle    {file}")];
    lines.extend(effects.iter().map(|effect| format!("does      {effect}")));
    lines.push(format!("multisig  {}", with_name(context, signatures.multisig)));
    lines.push(format!("signed    {}", bundle_words::signatures(signatures)));
    lines.extend(bundle_words::signers(signatures).into_iter().map(|line| format!("  {line}")));
    lines.push(format!("valid     {}", bundle_words::validity(validity)));
    match round {
        Some(round) => lines.push(format!("sent      it is confirmed in round {round}")),
        None => {
            let warning = validity.warning().map(bundle_words::validity_warning);
            lines.extend(warning.map(|warning| format!("WARNING   {warning}")));
        }
    }
    lines.extend(unseen.iter().map(|why| format!("NOT SEEN  the network ({why})")));
    lines.join("\n")
}
