//! What was done to the contracts: the record, joined with the chain where it can be read.
//!
//! The record says what this project meant; the chain says what happened. Where they disagree, both are reported.

mod batches;
mod chain;

pub use batches::BatchHistory;
pub use chain::Signers;

use crate::connection::Connection;
use crate::error::{Error, NotRecorded};
use chain::{Blocks, Unrecorded};
use pnp_registry::{Contract, Event, Rates};
use pnp_types::{AppIndex, Round};
use schemars::JsonSchema;
use serde::Serialize;

/// One thing that happened.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HistoryEntry {
    /// The application.
    pub app: AppIndex,
    /// What was done: `create`, `update`, `params`, `delete`, or `found`.
    pub action: String,
    /// Whether the record has it; else the chain alone.
    pub recorded: bool,
    /// When, UTC: by the block where it was read, else by the record.
    pub time: String,
    /// The transactions, in their group's order.
    pub txids: Vec<String>,
    /// Their round.
    pub round: Round,
    /// The version of the program that recorded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_version: Option<String>,
    /// The project's git commit, with `+` where the work tree differed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git_commit: Option<String>,
    /// Fee and price limits from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Rates>,
    /// The approval program from then on, SHA-512/256, hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_sha512_256: Option<String>,
    /// Who did it, as the chain has it; absent where its block could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Signers>,
    /// What record and chain disagree on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disagrees: Option<String>,
}

/// What was done to the contracts of a chain.
#[derive(Debug, Default)]
pub struct History {
    /// What happened, oldest first.
    pub events: Vec<HistoryEntry>,
    /// What was billed in batches, by their journals here.
    pub batches: Vec<BatchHistory>,
    /// What record and chain disagree on, in sentences.
    pub disagreements: Vec<String>,
    /// What was not searched, and why, in sentences: the chain may have more.
    pub not_searched: Vec<String>,
}

impl Connection {
    /// What was done to the contracts recorded on this chain, or to one of them: by the record, the blocks that the node
    /// keeps, and the indexer where there is one.
    ///
    /// # Errors
    /// An application that is not recorded ([`Error::NotRecorded`]), records that cannot be read, and a network that does
    /// not answer.
    pub async fn history(&self, named: Option<AppIndex>) -> Result<History, Error> {
        let app = self.named_app(named)?;
        let chain = self.chain()?;
        let contracts: Vec<&Contract> =
            chain.contracts.iter().filter(|contract| app.is_none_or(|app| contract.app_id == app)).collect();
        if let (Some(app), true) = (app, contracts.is_empty()) {
            return Err(NotRecorded { app, network: self.network.name.clone() }.into());
        }
        let mut blocks = Blocks::new(&self.algod);
        let mut history = History::default();
        for contract in contracts {
            for event in &contract.history {
                history.events.push(recorded(contract.app_id, event, &mut blocks).await?);
            }
            let search = chain::unrecorded(self, contract, &mut blocks).await?;
            history.not_searched.extend(search.not_searched);
            history.events.extend(search.found.into_iter().map(|call| HistoryEntry::of_chain(contract.app_id, call)));
            history.disagreements.extend(chain::present(self, contract).await?);
        }
        history.events.sort_by_key(|event| (event.round == Round::GENESIS, event.round));
        history.disagreements.extend(history.events.iter().filter_map(|event| event.disagrees.clone()));
        history.batches = batches::read(self, app);
        Ok(history)
    }
}

async fn recorded(app: AppIndex, event: &Event, blocks: &mut Blocks<'_>) -> Result<HistoryEntry, Error> {
    let mut entry = HistoryEntry {
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
    let Some(txid) = event.txids.first().filter(|_| event.round > Round::GENESIS) else { return Ok(entry) };
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

impl HistoryEntry {
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
