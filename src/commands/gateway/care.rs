//! `gateway verify`, `check` and `backup`, and the gateway's part of `doctor`.

use super::reports::{BackupReport, CheckReport, RestoreReport, RestoreStop, VerifyFinding, VerifyReport};
use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_gateway::files::GatewayFiles;
use pnp_gateway::operator::{self, CheckFinding, OperatorError, SealsOnChain, WillStop};
use pnp_ops::Connection;
use pnp_ops::doctor::{Severity, Topic};
use pnp_ops::reports::doctor::Check;
use std::path::PathBuf;

/// How many wallets are named to people.
const SHOWN: usize = 20;

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

/// Arguments of `gateway restore`.
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArgs {
    /// The copy that `gateway backup` made
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Ask no network
    #[arg(long)]
    offline: bool,
}

/// Arguments of `gateway verify`.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// Ask no network: do not compare seals with the notes on the chain
    #[arg(long)]
    offline: bool,
}

/// Compares seals with the chain, where that answers; why it was not asked, where it does not.
async fn seals_on_chain(context: &Context, files: &GatewayFiles) -> Result<SealsOnChain, String> {
    let opened = Connection::open(context.settings(), context.host()).await;
    let connection = opened.map_err(|error| error.to_string())?;
    let found = operator::verify_seals(files, &connection).await;
    let closed = connection.close().await;
    let found = found.map_err(|error| error.to_string())?;
    closed.map_err(|error| error.to_string())?;
    Ok(found)
}

pub(super) async fn verify(context: &Context, files: &GatewayFiles, args: &VerifyArgs) -> Result<Answer, Failure> {
    let found = operator::verify_store(files)?;
    let on_chain = match args.offline || found.seals == 0 {
        true => None,
        false => match seals_on_chain(context, files).await {
            Ok(on_chain) => Some(on_chain),
            Err(why) => {
                context.out.warn(&format!("the seals were not compared with the chain: {why}"));
                None
            }
        },
    };
    let seals_compared = on_chain.as_ref().map(|on_chain| on_chain.compared);
    let findings = found.findings.into_iter().chain(on_chain.into_iter().flat_map(|on_chain| on_chain.findings));
    let findings: Vec<_> =
        findings.map(|finding| VerifyFinding { subject: finding.subject, detail: finding.detail }).collect();
    let report = VerifyReport {
        healthy: findings.is_empty(),
        entries: found.entries,
        wallets: found.wallets,
        sessions: found.sessions,
        seals: found.seals,
        seals_on_chain: seals_compared,
        findings,
    };
    let VerifyReport { entries, wallets, sessions, seals, .. } = &report;
    let on_chain = seals_compared.map_or(String::new(), |seals| format!(", {seals} of them on the chain"));
    let read = format!("{entries} entries, {wallets} wallets, {sessions} sessions, {seals} seals{on_chain}");
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

pub(super) async fn restore(context: &Context, files: &GatewayFiles, args: &RestoreArgs) -> Result<Answer, Failure> {
    let restored = match args.offline {
        true => operator::restore(files, &args.file, None).await?,
        false => {
            let connection = Connection::open(context.settings(), context.host()).await?;
            let restored = operator::restore(files, &args.file, Some(&connection)).await;
            let closed = connection.close().await;
            let restored = restored?;
            closed?;
            restored
        }
    };
    let stops = restored.will_stop.map(|wallets| wallets.into_iter().map(stop_of).collect::<Vec<_>>());
    let report = RestoreReport {
        file: args.file.clone(),
        store: files.store_file(),
        kept: restored.kept,
        newest_entry_at: restored.newest_entry,
        entries: restored.verified.entries,
        wallets: restored.verified.wallets,
        will_stop: stops,
    };
    Answer::of(&report, restored_lines(context, &report).join("\n"))
}

fn stop_of(wallet: WillStop) -> RestoreStop {
    let WillStop { partner, user, cause, why } = wallet;
    RestoreStop { partner, user_id: user, cause: cause.text().to_owned(), detail: why }
}

fn restored_lines(context: &Context, report: &RestoreReport) -> Vec<String> {
    let RestoreReport { entries, wallets, .. } = report;
    let newest = report.newest_entry_at.as_ref().map_or_else(String::new, |at| format!(", the newest of {at}"));
    let mut lines = vec![format!(
        "{} is the store now: {entries} entries{newest}, {wallets} wallets, and everything adds up",
        report.file.display()
    )];
    lines.extend(report.kept.iter().map(|kept| format!("the store before is kept as {}", context.shown(kept))));
    lines.push(match report.will_stop.as_deref() {
        None => {
            "The network was not asked: the gateway stops the wallets that moved since the copy was made.".to_owned()
        }
        Some([]) => "No wallet has moved on the chain since: nothing will be stopped.".to_owned(),
        Some(wallets) => format!(
            "{} wallets have moved on the chain since. Nothing will be sent for them until a person has looked:",
            wallets.len()
        ),
    });
    let stops = report.will_stop.iter().flatten().take(SHOWN);
    lines.extend(
        stops.map(|stop| format!("  {:?} of {}: {} ({})", stop.user_id, stop.partner, stop.detail, stop.cause)),
    );
    let more = report.will_stop.as_ref().map_or(0, |wallets| wallets.len().saturating_sub(SHOWN));
    if more > 0 {
        lines.push(format!("  and {more} more: --json has all"));
    }
    lines
}

fn check_of(finding: CheckFinding) -> Check {
    let CheckFinding { check, severity, message, hint } = finding;
    Check { topic: Topic::Gateway, check, severity, message, hint }
}

/// What `doctor` says of the gateway of the network; nothing where the network has no gateway.
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
