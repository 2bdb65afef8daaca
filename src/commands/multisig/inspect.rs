//! `multisig inspect`: show a person what they would sign.

use super::bundle_file;
use super::inspection::{Inspected, Inspection, ParameterChange};
use super::reach::Reach;
use super::{BundleArgs, named};
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::output::Answer;
use pnp_types::MicroAlgos;

/// Arguments of `multisig inspect`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
    /// Look at the file alone, and at no network
    #[arg(long)]
    offline: bool,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let account = args.bundle.account(context)?;
    let bundle = bundle_file::read(&args.bundle.file, account.as_ref())?;
    let reach = Reach::of(context, &bundle, args.offline).await?;
    let inspection = Inspection::of(&args.bundle.file.display().to_string(), &bundle, &reach).await;
    let closed = reach.close().await;
    let inspection = inspection?;
    closed?;
    Answer::of(&inspection, text(context, &inspection))
}

/// An inspection for people.
pub(super) fn text(context: &Context, inspection: &Inspection) -> String {
    let Inspection { bundle, network, genesis_hash, group, fee, validity, signatures, transactions, .. } = inspection;
    let name = named::name_of(context, &signatures.multisig).map(|name| format!("{name}, ")).unwrap_or_default();
    let mut lines = vec![
        format!("bundle    {bundle}"),
        format!("network   {network} ({genesis_hash})"),
        format!("multisig  {name}{}", signatures.multisig),
        format!("signed    {}", signatures.headline()),
    ];
    lines.extend(signatures.lines().into_iter().map(|line| format!("  {line}")));
    lines.push(format!("valid     {}", validity.text()));
    lines.push(format!("fee       {}", MicroAlgos(*fee)));
    let count = transactions.len();
    lines.push(match group {
        Some(group) => format!("group     {group}: that of these {count} transactions"),
        None => "group     none: one transaction alone".to_owned(),
    });
    for (transaction, number) in transactions.iter().zip(1_usize..) {
        lines.push(String::new());
        lines.push(format!("{number} of {count}  {}", transaction.effect));
        lines.extend(transaction_lines(transaction).into_iter().map(|line| format!("  {line}")));
    }
    lines.push(String::new());
    lines.extend(closing(inspection));
    lines.join("\n")
}

fn transaction_lines(transaction: &Inspected) -> Vec<String> {
    let mut lines = vec![format!("{:<20} {}", "id", transaction.txid)];
    for field in &transaction.fields {
        let danger = field.danger.map(|danger| format!("   <-- {danger}")).unwrap_or_default();
        lines.push(format!("{:<20} {}{danger}", field.name, field.value));
    }
    for ParameterChange { name, before, after } in &transaction.parameters {
        lines.push(match before {
            Some(before) if before == after => format!("{name:<20} {after} (unchanged)"),
            Some(before) => format!("{name:<20} {before} -> {after}"),
            None => format!("{name:<20} {after}"),
        });
    }
    lines.extend(transaction.programs.iter().flat_map(|change| change.lines()));
    lines
}

/// Simulation, what to look at twice, what was not seen.
fn closing(inspection: &Inspection) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(simulation) = &inspection.simulation {
        lines.push(match &simulation.failure {
            None => format!("simulated passes now, opcode cost {}", simulation.cost),
            Some(failure) => format!("simulated FAILS now: {failure}"),
        });
    }
    lines.extend(inspection.warnings.iter().map(|warning| format!("WARNING   {warning}")));
    lines.extend(inspection.unseen.iter().map(|unseen| format!("NOT SEEN  {unseen}")));
    if inspection.warnings.is_empty() && inspection.unseen.is_empty() {
        lines.push("nothing   stands out; what is said above is all that is signed".to_owned());
    }
    lines
}
