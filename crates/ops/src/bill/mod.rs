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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Connection, Error, Outcome};
    use pnp_usage::batch::Listener;
    use pnp_usage::{Receipt, StopSignal, Units};

    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }

    /// A server bills in tasks of its own: this does not compile where a bill cannot be moved to another thread.
    #[expect(dead_code, reason = "only its types are checked")]
    async fn bills_can_be_spawned<L: Listener>(connection: &Connection, listener: &mut L) -> Result<BatchEnd, Error> {
        let stop = StopSignal::new();
        let order = BillOrder::new("user", Units(1));
        let _: Outcome<Receipt> = is_send(connection.bill(&order, None, &stop)).await?;
        let row = pnp_usage::batch::Row { user: String::new(), units: Units(1), unit_price: None, tick: None };
        let batch = is_send(connection.open_batch(BatchRequest::new(BatchLines::Repeated { row, count: 2 }))).await?;
        Ok(is_send(batch.run(listener, &stop)).await)
    }
}
