//! `doctor`: what is wrong here with files, keys, network, contract and balances, each with a way out.
//!
//! Looks, and changes nothing: no account is made or funded, no record written. A thing that cannot be looked at is a finding
//! of its own and stops nothing else.

mod balances;
mod check;
mod contract;
mod files;
mod keys;
mod network;
mod preflight;
mod secrets;

use crate::failure::{Exit, Failure};
use crate::session::Session;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use check::{Check, Checks, Severity, Topic};
use pnp_network::{Environment, Kind, Network, ProjectFile};
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Go through the list before MainNet too: asset, creator's keys, templates, fees, source, backups
    #[arg(long)]
    preflight: bool,
    /// For how many ticks the user's balance shall do
    #[arg(long, default_value_t = 100, value_name = "N")]
    ticks: u64,
    /// End with 3 also where there are warnings alone
    #[arg(long)]
    strict: bool,
}

/// What is right and wrong here, and the way out.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DoctorReport {
    /// The network's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<String>,
    /// The network's genesis hash, base64; absent where the network was not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    genesis_hash: Option<String>,
    /// Whether the list before MainNet was gone through.
    preflight: bool,
    /// Whether no check is an error.
    healthy: bool,
    /// How many checks are errors.
    errors: usize,
    /// How many checks are warnings.
    warnings: usize,
    /// All checks, in the order they were made.
    checks: Vec<Check>,
}

/// Looks at everything.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let mut checks = Checks::default();
    let mut report = DoctorReport {
        network: None,
        genesis_hash: None,
        preflight: args.preflight,
        healthy: false,
        errors: 0,
        warnings: 0,
        checks: Vec::new(),
    };
    files::look(context, &mut checks);
    match settings(context) {
        Ok((network, environment)) => {
            report.network = Some(network.name.clone());
            report.genesis_hash = look_at_network(context, args, &network, &environment, &mut checks).await;
        }
        Err(failure) => checks.failure(Topic::Files, "settings", &failure),
    }
    report.errors = checks.count(Severity::Error);
    report.warnings = checks.count(Severity::Warning);
    report.healthy = report.errors == 0;
    report.checks = checks.0;
    let bad = !report.healthy || (args.strict && report.warnings > 0);
    let answer = Answer::of(&report, report.text(context.options.verbose > 0))?;
    Ok(if bad { answer.ending(Exit::Findings) } else { answer })
}

/// The network that is meant, and its settings; what is to be said about them is a check, so that nothing is printed.
fn settings(context: &Context) -> Result<(Network, Environment), Failure> {
    let project = ProjectFile::load(&context.folder)?;
    let name = context.options.net.as_deref().unwrap_or_else(|| Network::default_name(&project));
    let environment = Environment::load(&context.folder, Network::canonical_name(name))?;
    let network = Network::resolve(name, &environment, &project)?;
    Ok((network, environment))
}

/// Everything that needs the network, and what can be said without it; the genesis hash where it was reached.
async fn look_at_network(
    context: &Context,
    args: &Args,
    network: &Network,
    environment: &Environment,
    checks: &mut Checks,
) -> Option<String> {
    for note in &network.notes {
        checks.note(Topic::Files, "settings", note.clone());
    }
    keys::settings(environment, checks);
    let is_new = network.kind == Kind::Embedded && !context.folder.join(".pnp").join("embedded").exists();
    if is_new {
        checks.note(Topic::Network, "reachable", "there is no embedded network yet: the first command makes it");
    }
    let session = if is_new { None } else { network::open(context, network, checks).await };
    let Some(session) = session else {
        keys::offline(context, network, environment, checks).await;
        return None;
    };
    let hash = session.identity.hash.clone();
    if let Err(failure) = examine(&session, args, checks).await {
        checks.failure(Topic::Network, "interrupted", &failure);
    }
    if let Err(failure) = session.close().await {
        checks.failure(Topic::Network, "embedded", &failure.into());
    }
    Some(hash)
}

async fn examine(session: &Session<'_>, args: &Args, checks: &mut Checks) -> Result<(), Failure> {
    network::look(session, checks).await?;
    keys::look(session, args.preflight, checks).await?;
    let standing = contract::look(session, checks).await?;
    balances::look(session, standing.as_ref(), args.ticks, checks).await?;
    if args.preflight {
        preflight::look(session, standing.as_ref(), checks).await?;
    }
    Ok(())
}

impl DoctorReport {
    /// What is wrong first to see: what is well is counted, and listed with `-v`.
    fn text(&self, all: bool) -> String {
        let mut lines = Vec::new();
        for check in &self.checks {
            let word = match check.severity {
                Severity::Ok | Severity::Note if !all && !self.preflight => continue,
                Severity::Ok => "ok",
                Severity::Note => "note",
                Severity::Warning => "warning",
                Severity::Error => "ERROR",
            };
            let topic = format!("{:?}", check.topic).to_lowercase();
            lines.push(format!("{word:<8} {topic:<9} {}", check.message));
            lines.extend(check.hint.iter().map(|hint| format!("{:<18} -> {hint}", "")));
        }
        let network = self.network.as_deref().map(|name| format!(" on {name}")).unwrap_or_default();
        let fine = self.checks.len().saturating_sub(self.errors.saturating_add(self.warnings));
        lines.push(match (self.errors, self.warnings) {
            (0, 0) => format!("all is well{network}: {fine} checks"),
            (errors, warnings) => format!("{errors} errors, {warnings} warnings, {fine} checks are well{network}"),
        });
        lines.join("\n")
    }
}
