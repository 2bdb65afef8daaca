//! Sessions: reserved before served, charged tick by tick, each tick once.

mod close;
mod error;
mod lease;
mod limits;
mod row;
mod start;
mod take_up;
#[cfg(test)]
pub(crate) mod tests;
mod tick;

pub use close::{ExpiredPage, OpenSession, close_session, close_sessions_of, expired};
pub use error::SessionError;
pub use limits::{LATE_TICKS, MAX_HOLD_MS, REST_AFTER};
pub(crate) use row::select_sessions;
pub use row::{CloseReason, Session, find_session};
pub use start::{OnConflict, StartRequest, Started, start};
pub use tick::{Claim, MAX_BATCH, TickOutcome, TickRequest, give_lease, tick, tick_batch};
