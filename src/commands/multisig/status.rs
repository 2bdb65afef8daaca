//! `multisig status`: who is missing, and how long there is left.

use super::{BundleArgs, network, no_network, with_name};
use crate::failure::Failure;
use crate::failure::bundle_words;
use crate::session::context::Context;
use crate::terminal::effect;
use crate::terminal::output::Answer;
use pnp_ops::multisig::{BundleStatus, Signatures, Unseen, Validity};
use pnp_types::Round;
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `multisig status`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
    /// Ask no network: whether it expired or was sent is then not known
    #[arg(long)]
    offline: bool,
}

/// How far a bundle is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StatusReport {
    /// The bundle's file.
    bundle: String,
    /// What it does, a sentence for each transaction.
    effects: Vec<String>,
    /// The transactions, in the group's order.
    txids: Vec<String>,
    /// Who has signed.
    signatures: Signatures,
    /// When it can be sent.
    validity: Validity,
    /// The round it is confirmed in; absent where it is not, or that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<Round>,
    /// What could not be seen, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    unseen: Option<String>,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let named = args.bundle.read(context)?;
    let network = network(context, &named, args.offline).await?;
    let status = BundleStatus::new(&named.bundle, network).await?;
    let report = StatusReport {
        bundle: named.name,
        effects: named.bundle.transactions().map(effect::sentence).collect(),
        txids: named.bundle.transactions().map(|transaction| transaction.id().to_string()).collect(),
        signatures: status.signatures,
        validity: status.validity,
        round: status.round,
        unseen: status.unseen.map(unseen),
    };
    Answer::of(&report, text(context, &report))
}

fn unseen(unseen: Unseen) -> String {
    match unseen {
        Unseen::Network(why) => no_network(why),
        Unseen::Outcome(why) => format!("whether it was sent: {why}"),
        Unseen::Simulation(error) => format!("whether it would pass: {error}"),
    }
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
