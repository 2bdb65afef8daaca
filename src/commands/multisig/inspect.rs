//! `multisig inspect`: show a person what they would sign.

use super::{BundleArgs, message, network, with_name};
use crate::failure::Failure;
use crate::failure::refusal;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_ops::multisig::Inspection;
use pnp_ops::reports::bundle_words;
use pnp_ops::reports::multisig::{InspectReport, ParameterReport, TransactionReport};
use pnp_types::MicroAlgos;
use pnp_usage::{ProgramChange, ProgramIdentity};

/// Arguments of `multisig inspect`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
    /// Read the file only, and ask no network
    #[arg(long)]
    offline: bool,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let named = args.bundle.read(context)?;
    let network = network(context, &named, args.offline).await?;
    let report = report(&named.name, Inspection::new(&named.bundle, network).await?);
    Answer::of(&report, text(&report, context))
}

/// The document, with errors in the words of this program.
pub(super) fn report(file: &str, inspection: Inspection) -> InspectReport {
    InspectReport::new(file, inspection, message, |why| refusal(why).message.clone())
}

/// A bundle for people.
pub(super) fn text(report: &InspectReport, context: &Context) -> String {
    let InspectReport { bundle: file, network, genesis_hash, group, fee, validity, signatures, transactions, .. } =
        report;
    let mut lines = vec![
        format!("bundle    {file}"),
        // A network without a name is named by its hash.
        if network.contains(genesis_hash.as_str()) {
            format!("network   {network}")
        } else {
            format!("network   {network} ({genesis_hash})")
        },
        format!("multisig  {}", with_name(context, signatures.multisig)),
        format!("signed    {}", bundle_words::signatures(signatures)),
    ];
    lines.extend(bundle_words::signers(signatures).into_iter().map(|line| format!("  {line}")));
    lines.push(format!("valid     {}", bundle_words::validity(validity)));
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
    lines.extend(closing(report));
    lines.join("\n")
}

/// Simulation, what to look at twice, what was not seen.
fn closing(report: &InspectReport) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(simulation) = &report.simulation {
        lines.push(match &simulation.failure {
            None => format!("simulated passes now, opcode cost {}", simulation.cost),
            Some(failure) => format!("simulated FAILS now: {failure}"),
        });
    }
    lines.extend(report.warnings.iter().map(|warning| format!("WARNING   {warning}")));
    lines.extend(report.unseen.iter().map(|unseen| format!("NOT SEEN  {unseen}")));
    if report.warnings.is_empty() && report.unseen.is_empty() {
        lines.push("warnings  none; the fields above are everything that you sign".to_owned());
    }
    lines
}

fn transaction_lines(transaction: &TransactionReport) -> Vec<String> {
    let mut lines = vec![format!("{:<20} {}", "id", transaction.txid)];
    for field in &transaction.fields {
        let danger = field.danger.map(|danger| format!("   <-- {danger}")).unwrap_or_default();
        lines.push(format!("{:<20} {}{danger}", field.name, field.value));
    }
    for ParameterReport { name, before, after } in &transaction.parameters {
        lines.push(match before {
            Some(before) if before == after => format!("{name:<20} {after} (unchanged)"),
            Some(before) => format!("{name:<20} {before} -> {after}"),
            None => format!("{name:<20} {after}"),
        });
    }
    lines.extend(transaction.programs.iter().flat_map(program_lines));
    lines
}

/// A program before and after.
fn program_lines(change: &ProgramChange) -> Vec<String> {
    let ProgramChange { program, before, after, changed, compared, teal } = change;
    let about = |one: &ProgramIdentity| match one.template {
        Some(template) => {
            let values = template.values().map(|(name, value)| format!("{name}={value}")).join(" ");
            format!("this project's source with {values}")
        }
        None => "not this project's source".to_owned(),
    };
    let mut lines = match (before, changed) {
        (_, Some(false)) => vec![format!("{program} program: unchanged, {} bytes, {}", after.size, about(after))],
        (Some(before), _) => vec![
            format!("{program} program: {} bytes -> {} bytes, compared by {compared}", before.size, after.size),
            format!("  was {}: {}", before.sha512_256, about(before)),
            format!("  new {}: {}", after.sha512_256, about(after)),
        ],
        (None, _) => vec![
            format!("{program} program: {} bytes, {}", after.size, about(after)),
            format!("  new {}", after.sha512_256),
        ],
    };
    lines.extend(teal.lines().map(|line| format!("  {line}")));
    lines
}
