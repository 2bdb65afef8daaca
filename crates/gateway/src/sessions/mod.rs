//! Sessions: reserved before served, charged tick by tick, each tick once.

mod close;
mod error;
mod lease;
mod row;
mod start;
mod take_up;
#[cfg(test)]
pub(crate) mod tests;
mod tick;

pub use close::{close_session, expired};
pub use error::SessionError;
pub(crate) use row::select_sessions;
pub use row::{CloseReason, Session, find_session};
pub use start::{OnConflict, StartRequest, Started, start};
pub use tick::{Claim, MAX_BATCH, TickOutcome, TickRequest, give_lease, tick, tick_batch};

/// How long before and after the time that has passed a claim may reach, in milliseconds.
const CLAIM_SLACK: i64 = 2_000;
/// For how long the last ticks of a session may come after its end, in milliseconds.
pub const LATE_TICKS: i64 = 24 * 3_600_000;
/// The longest hold, in milliseconds.
pub const MAX_HOLD_MS: i64 = 30 * 60_000;
/// The least time without a tick after which a session is closed, in milliseconds.
const MIN_IDLE: i64 = 120_000;
/// After how long without a tick what is left in a tab is billed, in milliseconds.
const REST_AFTER: i64 = 24 * 3_600_000;
