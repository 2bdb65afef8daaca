//! Billing: one tick with a receipt, or many with a journal.
//!
//! Any number of bills may run on one [`Connection`](crate::Connection) at the same time. Bills of one user go one after the
//! other, because the contract accepts ticks in rising order only. A [`StopSignal`](pnp_usage::StopSignal) ends a bill that is
//! not sent yet, and a batch after the bills that are on their way.

mod batch;
mod lines;
mod payers;
mod tick;

pub use batch::{BatchEnd, BatchRequest, ExplainRefusal, OpenBatch};
pub use lines::BatchLines;
pub use tick::BillOrder;

use crate::contract_record::recorded_template;
use pnp_client::RetryPolicy;
use pnp_registry::Contract;
use std::time::Duration;

/// How long the network may be away before a batch ends: longer than for one question, because a batch may run for hours.
const NETWORK: RetryPolicy = RetryPolicy {
    total: Duration::from_secs(120),
    first_pause: Duration::from_millis(50),
    longest_pause: Duration::from_secs(5),
};

/// Whether the contract asks for rising ticks, by its record. A contract that is not recorded is taken for the usual one, which
/// does.
fn has_ordered_ticks(record: Option<&Contract>) -> bool {
    record.is_none_or(|record| recorded_template(&record.programs).ordered_ticks)
}
