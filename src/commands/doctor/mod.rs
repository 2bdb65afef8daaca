//! `doctor`: what is wrong here with files, keys, network, contract and balances, each with a remedy.

mod messages;

use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::terminal::output::Answer;
use crate::terminal::values::whole;
use pnp_ops::doctor::{Examine, Severity, examine};
use pnp_ops::reports::doctor::DoctorReport;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Check also what matters before MainNet: asset, creator's keys, template, fees, source, backups
    #[arg(long)]
    preflight: bool,
    /// The number of ticks that the user's balance should pay for
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = whole, allow_hyphen_values = true)]
    ticks: u64,
    /// Exit with 3 also if there are only warnings
    #[arg(long)]
    strict: bool,
}

/// Looks at everything.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let request = Examine { preflight: args.preflight, ticks: args.ticks };
    let examination = examine(&context.settings(), &context.host(), request).await;
    #[cfg_attr(not(feature = "gateway"), expect(unused_mut, reason = "only the gateway's checks are added"))]
    let mut report = DoctorReport::new(examination, args.preflight, messages::of);
    #[cfg(feature = "gateway")]
    report.add(super::gateway::doctor_checks(context).await);
    let is_bad = !report.healthy || (args.strict && report.warnings > 0);
    let answer = Answer::of(&report, text(&report, context.options.verbose > 0))?;
    Ok(if is_bad { answer.ending(Exit::Findings) } else { answer })
}

/// What is wrong, a line each; what is well is counted, and listed with `all`.
fn text(report: &DoctorReport, all: bool) -> String {
    let mut lines = Vec::new();
    for check in &report.checks {
        let word = match check.severity {
            Severity::Ok | Severity::Note if !all && !report.preflight => continue,
            Severity::Ok => "ok",
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "ERROR",
        };
        let topic = format!("{:?}", check.topic).to_lowercase();
        lines.push(format!("{word:<8} {topic:<9} {}", check.message));
        lines.extend(check.hint.iter().map(|hint| format!("{:<18} -> {hint}", "")));
    }
    let network = report.network.as_deref().map(|name| format!(" on {name}")).unwrap_or_default();
    let fine = report.checks.len().saturating_sub(report.errors.saturating_add(report.warnings));
    lines.push(match (report.errors, report.warnings) {
        (0, 0) => format!("all is well{network}: {fine} checks"),
        (errors, warnings) => format!("{errors} errors, {warnings} warnings, {fine} checks are well{network}"),
    });
    lines.join("\n")
}
