//! Running a group without sending it: its cost, and where it would fail.

use super::Rejection;
use pnp_types::msgpack::{Encoder, Wire};
use pnp_types::{SignedTransaction, Txid};
use serde::Deserialize;

/// The outcome of a simulated group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// Opcode budget consumed by each transaction, in the group's order.
    pub costs: Vec<u64>,
    /// Opcode budget consumed by the group.
    pub cost: u64,
    /// Where and why it would fail.
    pub failure: Option<FailedAt>,
    /// The transactions' ids, in the group's order.
    pub txids: Vec<Txid>,
}

/// A simulated failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedAt {
    /// The transaction's place in the group.
    pub index: Option<u64>,
    /// The reason, read.
    pub rejection: Rejection,
    /// The reason, in the node's words.
    pub message: String,
}

/// Whether the node reports every step of the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Traced {
    Yes,
    No,
}

/// The request in msgpack, with transactions as they are encoded everywhere else.
pub(super) fn request(group: &[SignedTransaction], traced: Traced) -> Vec<u8> {
    let mut encoder = Encoder::default();
    encoder.map_header(if traced == Traced::Yes { 3 } else { 2 });
    encoder.str(b"allow-empty-signatures");
    encoder.bool(true);
    if traced == Traced::Yes {
        encoder.str(b"exec-trace-config");
        encoder.map_header(2);
        for option in [b"enable".as_slice(), b"stack-change"] {
            encoder.str(option);
            encoder.bool(true);
        }
    }
    encoder.str(b"txn-groups");
    encoder.array_header(1);
    encoder.map_header(1);
    encoder.str(b"txns");
    encoder.array_header(group.len());
    for signed in group {
        signed.encode(&mut encoder);
    }
    encoder.into_bytes()
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Body {
    txn_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Group {
    #[serde(default)]
    failure_message: String,
    #[serde(default)]
    failed_at: Vec<u64>,
    #[serde(default)]
    app_budget_consumed: u64,
    #[serde(default)]
    txn_results: Vec<TransactionResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct TransactionResult {
    #[serde(default)]
    app_budget_consumed: u64,
    #[serde(default)]
    logic_sig_budget_consumed: u64,
}

impl Body {
    pub(super) fn into_simulation(self, txids: Vec<Txid>) -> Result<Simulation, String> {
        let group = self.txn_groups.into_iter().next().ok_or("no group in the answer")?;
        let message = group.failure_message;
        let failure = (!message.is_empty()).then(|| FailedAt {
            index: group.failed_at.first().copied(),
            rejection: Rejection::parse(&message, &serde_json::Value::Null)
                .unwrap_or_else(|| Rejection::Other { text: message.clone() }),
            message: message.clone(),
        });
        let costs = group
            .txn_results
            .iter()
            .map(|result| result.app_budget_consumed.saturating_add(result.logic_sig_budget_consumed))
            .collect();
        Ok(Simulation { costs, cost: group.app_budget_consumed, failure, txids })
    }
}
