//! `history`: what was done to the contracts here, by whom and when: the record, joined with the chain where it can be read.
//!
//! The record says what this project meant; the chain says what happened. Where they disagree, both are shown.

use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use crate::terminal::values::whole;
use pnp_ops::{BatchHistory, History, HistoryEntry, Signers};
use pnp_registry::Rates;
use pnp_types::AppIndex;
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `history`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this application's; else those of all contracts recorded on this chain
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    app: Option<AppIndex>,
    /// The newest so many events
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    /// End with 3 where record and chain disagree
    #[arg(long)]
    strict: bool,
}

/// What was done to the contracts: the record joined with the chain.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct HistoryReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The file of the record.
    record: String,
    /// What happened, oldest first.
    events: Vec<HistoryEntry>,
    /// How many older events there are.
    older: usize,
    /// What was billed in batches, by their journals here.
    bills: Vec<BatchHistory>,
    /// What record and chain disagree on, whichever event it belongs to.
    disagreements: Vec<String>,
    /// What was not looked at, and why: there may be more on the chain than is shown here.
    not_looked_at: Vec<String>,
}

/// Shows it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let report = history(session, args).await?;
        let answer = Answer::of(&report, report.text())?;
        Ok(if args.strict && !report.disagreements.is_empty() { answer.ending(Exit::Findings) } else { answer })
    })
    .await
}

async fn history(session: &Session<'_>, args: &Args) -> Result<HistoryReport, Failure> {
    let History { mut events, batches, disagreements, not_searched } = session.history(args.app).await?;
    let older = events.len().saturating_sub(args.limit);
    Ok(HistoryReport {
        network: session.network.name.clone(),
        genesis_hash: session.identity.hash.clone(),
        record: session.record_name(),
        events: events.split_off(older),
        older,
        bills: batches,
        disagreements,
        not_looked_at: not_searched,
    })
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

impl HistoryReport {
    fn text(&self) -> String {
        let mut lines = Vec::new();
        if self.older > 0 {
            lines.push(format!(
                "({} older events: --limit {})",
                self.older,
                self.older.saturating_add(self.events.len())
            ));
        }
        for event in &self.events {
            let commit = event.git_commit.as_deref().map(|commit| {
                let dirty = if commit.ends_with('+') { "+" } else { "" };
                format!(", commit {}{dirty}", commit.chars().take(10).collect::<String>())
            });
            let tool = event.tool_version.as_deref().map(|version| format!(", version {version}")).unwrap_or_default();
            let rates = event.parameters.map(|Rates { fee_pct, min_rate, max_rate }| {
                format!("  fee {fee_pct}, rates {min_rate} to {max_rate}")
            });
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
        if self.events.is_empty() {
            lines.push(format!("nothing is recorded on {}", self.network));
        }
        lines.extend(self.bills.iter().map(batch_line));
        lines.extend(self.disagreements.iter().map(|one| format!("disagree  {one}")));
        lines.extend(self.not_looked_at.iter().map(|one| format!("not seen  {one}")));
        lines.join("\n")
    }
}
