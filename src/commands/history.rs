//! `history`: what was done to the contracts here, by whom and when: the record, joined with the chain where it can be read.
//!
//! The record says what this project meant; the chain says what happened. Where they disagree, both are shown.

use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::session::on_network;
use crate::terminal::output::Answer;
use crate::terminal::values::id;
use pnp_ops::reports::history::HistoryReport;
use pnp_ops::{BatchHistory, Signers};
use pnp_registry::Rates;
use pnp_types::AppIndex;

/// Arguments of `history`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// List only the events of this application [default: of all contracts recorded on this chain]
    #[arg(long, value_parser = id::<AppIndex>, allow_hyphen_values = true)]
    app: Option<AppIndex>,
    /// How many events are listed, the newest first
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    /// Exit with 3 if record and chain disagree
    #[arg(long)]
    strict: bool,
}

/// Shows it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let report = HistoryReport::new(session, session.history(args.app).await?, args.limit);
        let answer = Answer::of(&report, text(&report))?;
        Ok(if args.strict && !report.disagreements.is_empty() { answer.ending(Exit::Findings) } else { answer })
    })
    .await
}

/// Who did something, and whose keys signed it.
fn signed_by(by: &Signers) -> String {
    let signed = match by.signers.as_slice() {
        [one] if *one == by.sender => String::new(),
        [] => ", signed by a program".to_owned(),
        signers => format!(", signed by {}", signers.join(" and ")),
    };
    format!("by {}{signed}", by.sender)
}

/// A batch as a line of the table.
fn batch_line(batch: &BatchHistory) -> String {
    let BatchHistory { journal, app, input, charged, refused, open, gross, fee, .. } = batch;
    if let Some(problem) = &batch.problem {
        return format!("bills     {problem}");
    }
    let unfinished = if batch.done { "" } else { ", not finished" };
    format!(
        "bills     application {app}, {input}: {charged} charged ({gross} minor units, {fee} of them fees), \
         {refused} refused, {open} open{unfinished}    {journal}"
    )
}

fn text(report: &HistoryReport) -> String {
    let mut lines = Vec::new();
    if report.older > 0 {
        lines.push(format!(
            "({} older events: --limit {})",
            report.older,
            report.older.saturating_add(report.events.len())
        ));
    }
    for event in &report.events {
        let commit = event.git_commit.as_deref().map(|commit| {
            let dirty = if commit.ends_with('+') { "+" } else { "" };
            format!(", commit {}{dirty}", commit.chars().take(10).collect::<String>())
        });
        let tool = event.tool_version.as_deref().map(|version| format!(", version {version}")).unwrap_or_default();
        let rates = event
            .parameters
            .map(|Rates { fee_pct, min_rate, max_rate }| format!("  fee {fee_pct}, rates {min_rate} to {max_rate}"));
        lines.push(format!(
            "{}  round {:<9} application {:<6} {:<7}{}",
            event.time,
            event.round,
            event.app,
            event.action,
            rates.unwrap_or_default()
        ));
        let who = event.by.as_ref().map_or_else(|| "its block is not kept here".to_owned(), signed_by);
        lines.push(format!("    {who}{tool}{}", commit.unwrap_or_default()));
        lines.extend(event.txids.iter().map(|txid| format!("    {txid}")));
    }
    if report.events.is_empty() {
        lines.push(format!("nothing is recorded on {}", report.network));
    }
    lines.extend(report.bills.iter().map(batch_line));
    lines.extend(report.disagreements.iter().map(|one| format!("disagree  {one}")));
    lines.extend(report.not_looked_at.iter().map(|one| format!("not seen  {one}")));
    lines.join("\n")
}
