//! `multisig inspect`: show a person what they would sign.

use super::{BundleArgs, network, no_network, with_name};
use crate::failure::Failure;
use crate::failure::bundle_words;
use crate::failure::refusal;
use crate::session::context::Context;
use crate::terminal::effect;
use crate::terminal::output::Answer;
use pnp_ops::multisig::{
    Field, InspectedTransaction, Inspection, ParameterDifference, Signatures, Simulated, Unseen, Validity, Warning,
};
use pnp_types::MicroAlgos;
use pnp_usage::{Parameters, ProgramChange, ProgramIdentity};
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `multisig inspect`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
    /// Read the file only, and ask no network
    #[arg(long)]
    offline: bool,
}

/// What a bundle would do: everything a signer should see.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct InspectReport {
    /// The bundle's file.
    bundle: String,
    /// What people call the bundle's network.
    network: String,
    /// That network's genesis hash, base64.
    genesis_hash: String,
    /// The group's id, base64, which is that of these transactions; absent for a transaction alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// The network's fees, in microAlgos.
    fee: u64,
    /// When it can be sent.
    validity: Validity,
    /// Who has signed.
    signatures: Signatures,
    /// The transactions, in the group's order.
    transactions: Vec<TransactionReport>,
    /// What running it now would lead to; absent where the network was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    simulation: Option<SimulationReport>,
    /// What to look at twice.
    warnings: Vec<String>,
    /// What could not be seen, and why.
    unseen: Vec<String>,
}

/// One transaction.
#[derive(Debug, Serialize, JsonSchema)]
struct TransactionReport {
    /// Its id.
    txid: String,
    /// What it does, in a sentence.
    effect: String,
    /// Its fields that are set.
    fields: Vec<FieldReport>,
    /// Fee and limits of the contract, where it sets them.
    parameters: Vec<ParameterReport>,
    /// Programs, where it brings any.
    programs: Vec<ProgramChange>,
}

/// One field that is set.
#[derive(Debug, Serialize, JsonSchema)]
struct FieldReport {
    /// Its name, in words.
    name: &'static str,
    /// Its value.
    value: String,
    /// Why to look twice, where the field gives something away for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    danger: Option<&'static str>,
}

/// A parameter of a contract before and after.
#[derive(Debug, Serialize, JsonSchema)]
struct ParameterReport {
    /// `fee_pct`, `min_rate` or `max_rate`.
    name: &'static str,
    /// What is on the chain; absent where nothing is, or nobody could look.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<u64>,
    /// What would replace it.
    after: u64,
}

/// A simulated group.
#[derive(Debug, Serialize, JsonSchema)]
struct SimulationReport {
    /// Whether it would pass.
    passes: bool,
    /// Opcode cost.
    cost: u64,
    /// Why it would fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let named = args.bundle.read(context)?;
    let network = network(context, &named, args.offline).await?;
    let report = InspectReport::of(&named.name, Inspection::new(&named.bundle, network).await?);
    Answer::of(&report, report.text(context))
}

impl InspectReport {
    /// What was found out about the bundle in `file`.
    pub(super) fn of(file: &str, inspection: Inspection) -> Self {
        let genesis_hash = inspection.genesis_hash;
        let simulation = inspection.simulation.map(|Simulated { cost, refusal: why }| {
            let failure = why.map(|why| refusal(&why).message.clone());
            SimulationReport { passes: failure.is_none(), cost, failure }
        });
        let failure = simulation.as_ref().and_then(|simulation| simulation.failure.as_deref());
        Self {
            bundle: file.to_owned(),
            network: inspection.network.unwrap_or_else(|| bundle_words::network(genesis_hash)),
            genesis_hash: genesis_hash.to_base64(),
            group: inspection.group.map(|group| group.to_base64()),
            fee: inspection.fee.0,
            validity: inspection.validity,
            signatures: inspection.signatures,
            transactions: inspection.transactions.into_iter().map(transaction_report).collect(),
            warnings: inspection.warnings.iter().map(|warning| warning_text(warning, failure)).collect(),
            unseen: inspection.unseen.into_iter().map(unseen).collect(),
            simulation,
        }
    }

    /// The same for people.
    pub(super) fn text(&self, context: &Context) -> String {
        let Self { bundle: file, network, genesis_hash, group, fee, validity, signatures, transactions, .. } = self;
        let mut lines = vec![
            format!("bundle    {file}"),
            format!("network   {network} ({genesis_hash})"),
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
        lines.extend(self.closing());
        lines.join("\n")
    }

    /// Simulation, what to look at twice, what was not seen.
    fn closing(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(simulation) = &self.simulation {
            lines.push(match &simulation.failure {
                None => format!("simulated passes now, opcode cost {}", simulation.cost),
                Some(failure) => format!("simulated FAILS now: {failure}"),
            });
        }
        lines.extend(self.warnings.iter().map(|warning| format!("WARNING   {warning}")));
        lines.extend(self.unseen.iter().map(|unseen| format!("NOT SEEN  {unseen}")));
        if self.warnings.is_empty() && self.unseen.is_empty() {
            lines.push("warnings  none; the fields above are everything that you sign".to_owned());
        }
        lines
    }
}

fn transaction_report(inspected: InspectedTransaction) -> TransactionReport {
    let report = |Field { name, value, danger }: Field| FieldReport {
        name,
        value: bundle_words::value(&value),
        danger: danger.map(bundle_words::danger),
    };
    TransactionReport {
        txid: inspected.transaction.id().to_string(),
        effect: effect::sentence(&inspected.transaction),
        fields: inspected.fields.into_iter().map(report).collect(),
        parameters: inspected.parameters.as_ref().map(parameters).unwrap_or_default(),
        programs: inspected.programs,
    }
}

fn parameters(ParameterDifference { before, after }: &ParameterDifference) -> Vec<ParameterReport> {
    let report = |name, read: fn(&Parameters) -> u64| ParameterReport {
        name,
        before: before.as_ref().map(read),
        after: read(after),
    };
    vec![
        report("fee_pct", |parameters| parameters.fee_pct().get()),
        report("min_rate", Parameters::min_rate),
        report("max_rate", Parameters::max_rate),
    ]
}

/// A warning in words; `failure` is why the bundle would fail now.
fn warning_text(warning: &Warning, failure: Option<&str>) -> String {
    match warning {
        Warning::Validity(warning) => bundle_words::validity_warning(*warning),
        Warning::SignerTwice(signer) => {
            format!("{signer} is among the signers more than once: its signature counts as often")
        }
        Warning::NoApplication { app, network } => format!("application {app} does not exist on {network}"),
        Warning::NotOurs(error) => error.to_string(),
        Warning::Field { field, sender } => {
            let danger = field.danger.map(bundle_words::danger).unwrap_or_default();
            format!("{}: {danger} (sender {sender})", bundle_words::field(field))
        }
        Warning::ForeignProgram { program } => format!("the {program} program is not this project's source: read it"),
        Warning::Confirmed { round } => format!("it was sent already, and is confirmed in round {round}"),
        Warning::OtherSigner { sender, signer } => {
            format!("{sender} is signed for by {signer} now: the network will refuse this bundle")
        }
        Warning::WouldFail => format!("it would fail now: {}", failure.unwrap_or_default()),
        Warning::WrongSignature(signer) => format!("a signature of {signer} does not hold"),
    }
}

fn unseen(unseen: Unseen) -> String {
    match unseen {
        Unseen::Network(why) => format!(
            "the network ({}): which programs and parameters stand, who signs for the sender now, whether it would pass, and \
             how many rounds are left",
            no_network(why)
        ),
        Unseen::Outcome(why) => format!("whether it was sent: {why}"),
        Unseen::Simulation(error) => format!("whether it would pass: {error}"),
    }
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
