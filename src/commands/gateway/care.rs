//! `gateway verify`, `check` and `backup`, and the gateway's part of `doctor`.

use super::reports::{BackupReport, CheckReport, VerifyFinding, VerifyReport};
use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_gateway::files::GatewayFiles;
use pnp_gateway::operator::{self, CheckFinding, OperatorError};
use pnp_ops::Connection;
use pnp_ops::doctor::{Severity, Topic};
use pnp_ops::reports::doctor::Check;
use std::path::PathBuf;

/// Arguments of `gateway check`.
#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// Exit with 3 also if there are only warnings
    #[arg(long)]
    strict: bool,
    /// Ask no network
    #[arg(long)]
    offline: bool,
}

/// Arguments of `gateway backup`.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// The new file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn verify(files: &GatewayFiles) -> Result<Answer, Failure> {
    let found = operator::verify_store(files)?;
    let findings = found.findings.into_iter();
    let findings: Vec<_> =
        findings.map(|finding| VerifyFinding { subject: finding.subject, detail: finding.detail }).collect();
    let report = VerifyReport {
        healthy: findings.is_empty(),
        entries: found.entries,
        wallets: found.wallets,
        sessions: found.sessions,
        seals: found.seals,
        findings,
    };
    let VerifyReport { entries, wallets, sessions, seals, .. } = &report;
    let read = format!("{entries} entries, {wallets} wallets, {sessions} sessions, {seals} seals");
    let text = match report.findings.as_slice() {
        [] => format!("everything adds up: {read}"),
        findings => {
            let lines: Vec<_> = findings.iter().map(|found| format!("{}: {}", found.subject, found.detail)).collect();
            format!("{}\n{} findings: {read}", lines.join("\n"), findings.len())
        }
    };
    let exit = if report.healthy { Exit::Done } else { Exit::Findings };
    Ok(Answer::of(&report, text)?.ending(exit))
}

pub(super) async fn check(context: &Context, files: &GatewayFiles, args: &CheckArgs) -> Result<Answer, Failure> {
    let (network, _) = context.network()?;
    let findings = match args.offline {
        true => operator::check(files, None).await?,
        false => on_network(context, files).await?,
    };
    let checks: Vec<_> = findings.into_iter().map(check_of).collect();
    let count = |severity| checks.iter().filter(|check| check.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let folder = context.shown(files.folder());
    let report = CheckReport { network: network.name, folder, healthy: errors == 0, errors, warnings, checks };
    let mut lines = Vec::new();
    for check in &report.checks {
        let word = match check.severity {
            Severity::Ok => "ok",
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "ERROR",
        };
        lines.push(format!("{word:<8} {}", check.message));
        lines.extend(check.hint.iter().map(|hint| format!("{:<8} -> {hint}", "")));
    }
    lines.push(format!("{errors} errors, {warnings} warnings on {}", report.network));
    let is_bad = errors > 0 || (args.strict && warnings > 0);
    let answer = Answer::of(&report, lines.join("\n"))?;
    Ok(if is_bad { answer.ending(Exit::Findings) } else { answer })
}

/// Looks at the network too.
async fn on_network(context: &Context, files: &GatewayFiles) -> Result<Vec<CheckFinding>, Failure> {
    let connection = Connection::open(context.settings(), context.host()).await?;
    let findings = operator::check(files, Some(&connection)).await;
    let closed = connection.close().await;
    let findings = findings?;
    closed?;
    Ok(findings)
}

pub(super) fn backup(context: &Context, files: &GatewayFiles, args: &BackupArgs) -> Result<Answer, Failure> {
    operator::backup(files, &args.file)?;
    let bytes = std::fs::metadata(&args.file).map_or(0, |found| found.len());
    let not_included = vec![files.seed_file(), files.key_file()];
    let shown: Vec<_> = not_included.iter().map(|path| context.shown(path)).collect();
    let text = format!(
        "the store is copied to {}, {bytes} bytes\nThe seed is not in it: keep {} elsewhere, apart from each other.",
        args.file.display(),
        shown.join(" and ")
    );
    Answer::of(&BackupReport { file: args.file.clone(), bytes, not_included }, text)
}

fn check_of(finding: CheckFinding) -> Check {
    let CheckFinding { check, severity, message, hint } = finding;
    Check { topic: Topic::Gateway, check, severity, message, hint }
}

/// What `doctor` says of the gateway of the network; nothing where there is none.
pub(crate) async fn doctor_checks(context: &Context) -> Vec<Check> {
    // What is wrong with the settings and the network, doctor says itself.
    let Ok(files) = super::files(context, None) else { return Vec::new() };
    let found = match operator::check(&files, None).await {
        Err(OperatorError::NoGateway(_)) => return Vec::new(),
        Ok(local) => on_network(context, &files).await.unwrap_or(local),
        Err(error) => {
            let (message, hint) = (error.to_string(), None);
            vec![CheckFinding { check: "store", severity: Severity::Error, message, hint }]
        }
    };
    found.into_iter().map(check_of).collect()
}
