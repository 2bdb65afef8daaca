//! Groups that take effect exactly once: each is handed over, and its outcome found out, by the same rules everywhere.
//!
//! A sender keeps the signed bytes (or what they are built from) durably *before* [`SentGroup::send`], and makes another group
//! for the same purpose only after an answer that says that this one can be in no block, ever. `docs/concepts/exactly-once.md` has the
//! argument. [`Batch`](crate::batch::Batch) keeps what it sends in a journal; a server may keep it in a database.

mod group_outcome;
mod network;
mod sending;

pub use group_outcome::GroupOutcome;
pub use network::Network;
pub use sending::{BilledTick, SendError, SendResult, SendRules, SentGroup};
