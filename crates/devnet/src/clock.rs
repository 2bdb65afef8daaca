//! The timestamp of the next block.

use std::time::{SystemTime, UNIX_EPOCH};

use pnp_ledger::held_timestamp;

/// The time rule of the blocks to come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clock {
    offset: Option<i64>,
    next: Option<i64>,
}

impl Clock {
    /// The seconds each block is after the one before it, if they were set (`/v2/devmode/blocks/offset`).
    pub const fn offset(&self) -> Option<i64> {
        self.offset
    }

    /// Makes each block come `offset` seconds after the one before it; `None` goes back to the real clock, which the
    /// reference cannot.
    pub const fn set_offset(&mut self, offset: Option<i64>) {
        self.offset = offset;
    }

    /// Sets the timestamp of the next block only.
    pub const fn set_next(&mut self, timestamp: i64) {
        self.next = Some(timestamp);
    }

    /// The timestamp of the block after one at `previous`, when the real clock says `now`.
    ///
    /// With an offset it is exactly `previous + offset` (go-algorand `node.writeDevmodeBlock`); else the real time as
    /// far as [`held_timestamp`] allows.
    pub fn stamp(&self, previous: i64, now: i64, max_increment: i64) -> i64 {
        if let Some(next) = self.next {
            return next.max(previous);
        }
        if let Some(stamp) = self.offset.and_then(|offset| previous.checked_add(offset)) {
            return stamp;
        }
        held_timestamp(now, previous, max_increment)
    }

    /// Records that there is a new block, which uses up a one-time timestamp.
    pub const fn block_made(&mut self) {
        self.next = None;
    }
}

/// Seconds since 1970 by the machine's clock.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_the_real_clock_within_the_protocol_limit() {
        let clock = Clock::default();
        assert_eq!(clock.stamp(0, 1_000_000, 25), 1_000_000);
        assert_eq!(clock.stamp(1000, 1010, 25), 1010);
        assert_eq!(clock.stamp(1000, 5000, 25), 1025);
        assert_eq!(clock.stamp(1000, 10, 25), 1000);
    }

    #[test]
    fn an_offset_replaces_the_clock_until_it_is_removed() {
        let mut clock = Clock::default();
        clock.set_offset(Some(3600));
        assert_eq!(clock.stamp(1000, 5, 25), 4600);
        clock.set_offset(Some(0));
        assert_eq!(clock.stamp(1000, 5000, 25), 1000);
        clock.set_offset(None);
        assert_eq!(clock.stamp(1000, 1001, 25), 1001);
        clock.set_next(9000);
        assert_eq!(clock.stamp(1000, 1001, 25), 9000);
        clock.block_made();
        assert_eq!(clock.stamp(9000, 1001, 25), 9000);
    }
}
