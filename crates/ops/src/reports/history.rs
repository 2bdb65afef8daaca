//! The document of what was done to contracts.

use crate::connection::Connection;
use crate::history::{BatchHistory, History, HistoryEntry};
use schemars::JsonSchema;
use serde::Serialize;

/// What was done to the contracts: the record joined with the chain.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HistoryReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The file of the record.
    pub record: String,
    /// What happened, oldest first.
    pub events: Vec<HistoryEntry>,
    /// How many older events there are.
    pub older: usize,
    /// What was billed in batches, by their journals here.
    pub bills: Vec<BatchHistory>,
    /// What record and chain disagree on, whichever event it belongs to.
    pub disagreements: Vec<String>,
    /// What was not looked at, and why: there may be more on the chain than is shown here.
    pub not_looked_at: Vec<String>,
}

impl HistoryReport {
    /// The newest `limit` events of a history.
    #[must_use]
    pub fn new(connection: &Connection, history: History, limit: usize) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let History { mut events, batches, disagreements, not_searched } = history;
        let older = events.len().saturating_sub(limit);
        let events = events.split_off(older);
        let record = connection.record_name();
        Self {
            network,
            genesis_hash,
            record,
            events,
            older,
            bills: batches,
            disagreements,
            not_looked_at: not_searched,
        }
    }
}
