//! `history`: what was done to the contracts here, by whom and when: the record, joined with the chain where it can be read.
//!
//! The record says what this project meant; the chain says what happened. Where they disagree, both are told.

mod bills;
mod chain;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use crate::terminal::values::whole;
use bills::Journalled;
use chain::{Blocks, OnChain, Unrecorded};
use pnp_registry::{Contract, Event, Rates};
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

/// One thing that happened.
#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    /// The application.
    app: AppIndex,
    /// What was done: `create`, `update`, `params`, `delete`, or `found`.
    action: String,
    /// Whether the record has it; else the chain alone.
    recorded: bool,
    /// When, UTC: by the block where it was read, else by the record.
    time: String,
    /// The transactions, in their group's order.
    txids: Vec<String>,
    /// Their round.
    round: u64,
    /// The version of the program that recorded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_version: Option<String>,
    /// The project's git commit, with `+` where the work tree differed.
    #[serde(skip_serializing_if = "Option::is_none")]
    git_commit: Option<String>,
    /// Fee and price limits from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Rates>,
    /// The approval program from then on, SHA-512/256, hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_sha512_256: Option<String>,
    /// Who did it, as the chain has it; absent where its block could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<OnChain>,
    /// What record and chain disagree on.
    #[serde(skip_serializing_if = "Option::is_none")]
    disagrees: Option<String>,
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
    events: Vec<Entry>,
    /// How many older events there are.
    older: usize,
    /// What was billed in batches, by their journals here.
    bills: Vec<Journalled>,
    /// What record and chain disagree on, whichever event it belongs to.
    disagreements: Vec<String>,
    /// What was not looked at, and why: there may be more on the chain than is told here.
    not_looked_at: Vec<String>,
}

/// Tells it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let report = history(session, args).await?;
        let answer = Answer::of(&report, report.text())?;
        Ok(if args.strict && !report.disagreements.is_empty() { answer.ending(Exit::Findings) } else { answer })
    })
    .await
}

async fn history(session: &Session<'_>, args: &Args) -> Result<HistoryReport, Failure> {
    let app = session.named_app(args.app)?;
    let chain = session.chain()?;
    let contracts: Vec<&Contract> =
        chain.contracts.iter().filter(|contract| app.is_none_or(|app| contract.app_id == app)).collect();
    if let (Some(app), true) = (app, contracts.is_empty()) {
        return Err(Failure::new(
            "no_contract",
            format!("application {app} is not recorded on {}", session.network.name),
        )
        .hint("`pnp-contract history` without --app shows those that are"));
    }
    let mut blocks = Blocks::new(&session.algod);
    let (mut events, mut disagreements, mut not_looked_at) = (Vec::new(), Vec::new(), Vec::new());
    for contract in contracts {
        for event in &contract.history {
            events.push(recorded(contract.app_id, event, &mut blocks).await?);
        }
        let looked = chain::unrecorded(session, contract, &mut blocks).await?;
        not_looked_at.extend(looked.not);
        events.extend(looked.found.into_iter().map(|call| Entry::of_chain(contract.app_id, call)));
        disagreements.extend(chain::now(session, contract).await?);
    }
    events.sort_by_key(|event| (event.round == 0, event.round));
    disagreements.extend(events.iter().filter_map(|event| event.disagrees.clone()));
    let older = events.len().saturating_sub(args.limit);
    Ok(HistoryReport {
        network: session.network.name.clone(),
        genesis_hash: session.identity.hash.clone(),
        record: session.context.shown(session.store.path()),
        events: events.split_off(older),
        older,
        bills: bills::read(session, app),
        disagreements,
        not_looked_at,
    })
}

async fn recorded(app: AppIndex, event: &Event, blocks: &mut Blocks<'_>) -> Result<Entry, Failure> {
    let mut entry = Entry {
        app,
        action: event.action.clone(),
        recorded: true,
        time: event.time.clone(),
        txids: event.txids.clone(),
        round: event.round,
        tool_version: Some(event.tool_version.clone()),
        git_commit: event.git_commit.clone(),
        parameters: Some(event.parameters),
        approval_sha512_256: Some(event.approval_sha512_256.clone()),
        by: None,
        disagrees: None,
    };
    let Some(txid) = event.txids.first().filter(|_| event.round > 0) else { return Ok(entry) };
    // A block that the node does not keep says neither yes nor no.
    let Some(block) = blocks.get(event.round).await? else { return Ok(entry) };
    match block.sent.iter().find(|sent| sent.id == *txid) {
        Some(sent) => {
            entry.time.clone_from(&block.time);
            entry.by = Some(sent.by.clone());
        }
        None => {
            let what = &event.action;
            entry.disagrees =
                Some(format!("{what} {txid} is recorded in round {}, whose block does not have it", event.round));
        }
    }
    Ok(entry)
}

impl Entry {
    fn of_chain(app: AppIndex, call: Unrecorded) -> Self {
        let Unrecorded { txid, round, action, time, by } = call;
        Self {
            app,
            action: action.to_owned(),
            recorded: false,
            time,
            disagrees: Some(format!("{action} {txid} in round {round} is on the chain and not in the record")),
            txids: vec![txid],
            round,
            tool_version: None,
            git_commit: None,
            parameters: None,
            approval_sha512_256: None,
            by,
        }
    }
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
            let who = event.by.as_ref().map_or_else(|| "its block is not kept here".to_owned(), ToString::to_string);
            lines.push(format!("    {who}{tool}{}", commit.unwrap_or_default()));
            lines.extend(event.txids.iter().map(|txid| format!("    {txid}")));
        }
        if self.events.is_empty() {
            lines.push(format!("nothing is recorded on {}", self.network));
        }
        lines.extend(self.bills.iter().map(ToString::to_string));
        lines.extend(self.disagreements.iter().map(|one| format!("disagree  {one}")));
        lines.extend(self.not_looked_at.iter().map(|one| format!("not seen  {one}")));
        lines.join("\n")
    }
}
