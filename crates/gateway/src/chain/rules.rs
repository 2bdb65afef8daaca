//! When tabs become due: the partner's rules.

use crate::amount::Amount;

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// When tabs become due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanRules {
    /// A tab that has so much is due at once.
    pub settle_above: Amount,
    /// A lot is due when it is so old, in milliseconds.
    pub settle_after: i64,
    /// Everything is due after so long without a tick, in milliseconds.
    pub idle_after: i64,
    /// What comes on top of each of these times, and of a close, in milliseconds.
    pub payout_delay: i64,
    /// Whether bills are cut in lots; else in minutes.
    pub lots: bool,
    /// Whether the end of the last session makes everything due.
    pub stop_makes_due: bool,
}

impl PlanRules {
    /// The usual rules: 5.00 or an hour, everything after a day.
    pub const USUAL: Self = Self {
        settle_above: Amount(500_000_000),
        settle_after: 3_600_000,
        idle_after: DAY,
        payout_delay: 0,
        lots: true,
        stop_makes_due: false,
    };
    /// The embedded network's: whatever was used is billed when the last session ends.
    pub const EMBEDDED: Self = Self { lots: false, stop_makes_due: true, ..Self::USUAL };
}
