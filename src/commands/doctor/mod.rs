//! `doctor`: what is wrong here with files, keys, network, contract and balances, each with a remedy.

mod words;

use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_ops::doctor::{Examination, Examine, Finding, Severity, Topic, examine};
use schemars::JsonSchema;
use serde::Serialize;
use words::Words;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Check also what matters before MainNet: asset, creator's keys, template, fees, source, backups
    #[arg(long)]
    preflight: bool,
    /// The number of ticks that the user's balance should pay for
    #[arg(long, default_value_t = 100, value_name = "N")]
    ticks: u64,
    /// Exit with 3 also if there are only warnings
    #[arg(long)]
    strict: bool,
}

/// What is right and wrong here, and the remedies.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DoctorReport {
    /// The network's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<String>,
    /// The network's genesis hash, base64; absent where the network was not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    genesis_hash: Option<String>,
    /// Whether what matters before MainNet was checked too.
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

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Check {
    /// What it is about.
    topic: Topic,
    /// A stable word for programs, for example `genesis`.
    check: &'static str,
    /// How bad it is.
    severity: Severity,
    /// What was found, in one sentence.
    message: String,
    /// The remedy, with the command to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// Looks at everything.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let request = Examine { preflight: args.preflight, ticks: args.ticks };
    let examination = examine(&context.settings(), &context.host(), request).await;
    let report = DoctorReport::new(examination, args.preflight);
    let is_bad = !report.healthy || (args.strict && report.warnings > 0);
    let answer = Answer::of(&report, report.text(context.options.verbose > 0))?;
    Ok(if is_bad { answer.ending(Exit::Findings) } else { answer })
}

impl Check {
    fn new(finding: Finding, network: &str) -> Self {
        let (topic, check, severity) = (finding.topic(), finding.check(), finding.severity());
        let Words { message, hint } = Words::of(finding, network);
        Self { topic, check, severity, message, hint }
    }
}

impl DoctorReport {
    fn new(examination: Examination, preflight: bool) -> Self {
        let (errors, warnings) = (examination.count(Severity::Error), examination.count(Severity::Warning));
        let Examination { network, genesis_hash, findings } = examination;
        let name = network.clone().unwrap_or_default();
        let checks = findings.into_iter().map(|finding| Check::new(finding, &name)).collect();
        Self { network, genesis_hash, preflight, healthy: errors == 0, errors, warnings, checks }
    }

    /// What is wrong, a line each; what is well is counted, and listed with `all`.
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
