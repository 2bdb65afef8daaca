//! Documents about bills.

use super::error::ErrorBody;
use crate::bill::OpenBatch;
use crate::connection::Connection;
use pnp_types::{AppIndex, Round, Txid};
use pnp_usage::batch::{LineResult, Outcome, Summary};
use pnp_usage::{Receipt, TickId};
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

/// A tick that was paid for, with its receipt.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BillReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The receipt of the payer.
    pub receipt: Receipt,
}

impl BillReport {
    /// A bill that was paid.
    #[must_use]
    pub fn new(connection: &Connection, receipt: Receipt) -> Self {
        let (network, genesis_hash) = super::place(connection);
        Self { network, genesis_hash, receipt }
    }
}

/// A tick of `bill --from` or `--count`, settled: a line each.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TickReport {
    /// The input's line.
    pub line: u64,
    /// `charged`, `refused`, `expired` (not charged, to be tried again) or `doubtful`.
    pub outcome: &'static str,
    /// The payer's address, or the text of the input if that names no account.
    pub user: String,
    /// Why it is not charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The bill, where a group was made for it.
    #[serde(flatten)]
    pub bill: Option<TickBill>,
    /// The block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
}

/// What a tick's group moves.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TickBill {
    /// The tick's id, as text or `0x` and hex.
    #[schemars(with = "String")]
    pub tick: TickId,
    /// Units of use.
    pub units: u64,
    /// The price of one, in minor units.
    pub unit_price: u64,
    /// What the payer pays, in minor units.
    pub gross: u64,
    /// What the platform gets of it, in minor units.
    pub fee: u64,
    /// What the provider gets of it, in minor units.
    pub net: u64,
    /// The group's first transaction, the call.
    #[schemars(with = "String")]
    pub txid: Txid,
}

/// The last line of `bill --from` or `--count`: what all of them came to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SummaryReport {
    /// What the batch came to.
    pub summary: BatchReport,
}

/// What a batch came to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BatchReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The contract's application.
    pub app: AppIndex,
    /// The journal's file.
    pub journal: String,
    /// Whether every line is charged or refused.
    pub complete: bool,
    /// Lines that were read.
    pub lines: u64,
    /// Lines that this run charged.
    pub charged: u64,
    /// Lines that earlier runs with this journal had charged.
    pub charged_before: u64,
    /// Lines that are not charged, for good.
    pub refused: u64,
    /// Lines that are not charged yet: another run tries them.
    pub left: u64,
    /// Lines of which it is not known whether they were charged.
    pub doubtful: u64,
    /// What was paid, in minor units, by this run and those before it.
    pub gross: u128,
    /// What of it the platform got.
    pub fee: u128,
    /// What of it the provider got.
    pub net: u128,
    /// How long this run took.
    pub seconds: f64,
    /// Lines this run charged a second.
    pub ticks_per_second: f64,
    /// Why it ended early: what `error` has in the document of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody>,
}

impl TickReport {
    /// A line of a batch that is settled.
    #[must_use]
    pub fn new(settled: &LineResult) -> Self {
        let (outcome, reason, round) = match &settled.outcome {
            Outcome::Charged(round) => ("charged", None, *round),
            Outcome::Refused(why) => ("refused", Some(why), None),
            Outcome::Expired(why) => ("expired", Some(why), None),
            Outcome::Doubtful(why) => ("doubtful", Some(why), None),
        };
        let bill = settled.bill.as_ref().map(|bill| TickBill {
            tick: bill.tick.clone(),
            units: bill.units.get(),
            unit_price: bill.unit_price,
            gross: bill.net.saturating_add(bill.fee),
            fee: bill.fee,
            net: bill.net,
            txid: bill.txid,
        });
        Self { line: settled.line, outcome, user: settled.user.clone(), reason: reason.cloned(), bill, round }
    }
}

/// Where a batch runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchPlace {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The contract's application.
    pub app: AppIndex,
    /// The journal's file, as people write it.
    pub journal: String,
}

impl BatchPlace {
    /// The place of a batch that was opened on this connection.
    #[must_use]
    pub fn new(connection: &Connection, batch: &OpenBatch<'_>) -> Self {
        let (network, genesis_hash) = super::place(connection);
        Self { network, genesis_hash, app: batch.app(), journal: connection.settings.shown(batch.journal()) }
    }
}

impl SummaryReport {
    /// What a batch came to in so much time, and why it ended early if it did.
    #[must_use]
    pub fn new(place: &BatchPlace, summary: &Summary, time: Duration, error: Option<ErrorBody>) -> Self {
        let BatchPlace { network, genesis_hash, app, journal } = place.clone();
        let Summary { lines, charged, charged_before, refused, left, doubtful, complete, sums } = *summary;
        let round = |number: f64| (number * 1000.0).round() / 1000.0;
        let summary = BatchReport {
            network,
            genesis_hash,
            app,
            journal,
            complete,
            lines,
            charged,
            charged_before,
            refused,
            left,
            doubtful,
            gross: sums.gross,
            fee: sums.fee,
            net: sums.net,
            seconds: round(time.as_secs_f64()),
            ticks_per_second: round(ticks_per_second(charged, time)),
            error,
        };
        Self { summary }
    }
}

/// How many ticks a second so many are.
#[must_use]
pub fn ticks_per_second(ticks: u64, time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    if seconds > 0.0 { ticks as f64 / seconds } else { 0.0 }
}
