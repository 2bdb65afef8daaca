//! `multisig status`: who is missing, and how long there is left.

use super::progress::Progress;
use super::reach::Reach;
use super::validity::Validity;
use super::{BundleArgs, bundle_file, effect, named, submit};
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::output::Answer;
use pnp_client::{Outcome, Unknown};
use pnp_types::{Bundle, Round};
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `multisig status`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
    /// Look at no network: whether it is expired or sent already is not known then
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
    signatures: Progress,
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
    let account = args.bundle.account(context)?;
    let bundle = bundle_file::read(&args.bundle.file, account.as_ref())?;
    let reach = Reach::of(context, &bundle, args.offline).await?;
    let seen = seen(&bundle, &reach).await;
    let unseen = match &reach {
        Reach::Network(_) => None,
        Reach::Nothing { why } => Some(why.clone()),
    };
    let closed = reach.close().await;
    let (now, outcome) = seen?;
    closed?;
    let (round, unseen) = match outcome {
        Some(Outcome::InBlock(confirmation)) => (Some(confirmation.round), unseen),
        Some(Outcome::Unknown(why @ Unknown::NoBlocks(_))) => (None, Some(format!("whether it was sent: {why}"))),
        Some(Outcome::Void(_) | Outcome::Unknown(_)) | None => (None, unseen),
    };
    let report = StatusReport {
        bundle: args.bundle.file.display().to_string(),
        effects: bundle.transactions().map(effect::sentence).collect(),
        txids: bundle.transactions().map(|transaction| transaction.id().to_string()).collect(),
        signatures: Progress::of(&bundle),
        validity: Validity::of(&bundle, now),
        round,
        unseen,
    };
    Answer::of(&report, text(context, &report))
}

/// The network's round, and what became of the bundle.
async fn seen(bundle: &Bundle, reach: &Reach<'_>) -> Result<(Option<Round>, Option<Outcome>), Failure> {
    let Some(session) = reach.session() else { return Ok((None, None)) };
    let now = session.params().await?.last_round;
    Ok((Some(now), Some(submit::outcome(session, bundle).await?)))
}

fn text(context: &Context, report: &StatusReport) -> String {
    let StatusReport { bundle, effects, signatures, validity, round, unseen, .. } = report;
    let name = named::name_of(context, &signatures.multisig).map(|name| format!("{name}, ")).unwrap_or_default();
    let mut lines = vec![format!("bundle    {bundle}")];
    lines.extend(effects.iter().map(|effect| format!("does      {effect}")));
    lines.push(format!("multisig  {name}{}", signatures.multisig));
    lines.push(format!("signed    {}", signatures.headline()));
    lines.extend(signatures.lines().into_iter().map(|line| format!("  {line}")));
    lines.push(format!("valid     {}", validity.text()));
    match round {
        Some(round) => lines.push(format!("sent      it is confirmed in round {round}")),
        None => lines.extend(validity.warning().map(|warning| format!("WARNING   {warning}"))),
    }
    lines.extend(unseen.iter().map(|why| format!("NOT SEEN  the network ({why})")));
    lines.join("\n")
}
