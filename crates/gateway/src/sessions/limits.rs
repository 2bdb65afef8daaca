//! Times that sessions are judged by.

/// How long before and after the time that has passed a claim may reach, in milliseconds.
pub(super) const CLAIM_SLACK: i64 = 2_000;
/// For how long the last ticks of a session may come after its end, in milliseconds.
pub const LATE_TICKS: i64 = 24 * 3_600_000;
/// The longest hold, in milliseconds.
pub const MAX_HOLD_MS: i64 = 30 * 60_000;
/// The least time without a tick after which a session is closed, in milliseconds.
pub(super) const MIN_IDLE: i64 = 120_000;
/// After how long without a tick what is left in a tab is billed, in milliseconds.
pub const REST_AFTER: i64 = 24 * 3_600_000;
