//! Playback leases: paid before served.
//!
//! A playback token opens content for one interval. Leases may run ahead of ticks by one interval, thirty seconds and a tenth of
//! what was claimed that day. Beyond that a lease is charged when it is given, and the ticks that come later are credited
//! against it. So a pause costs an honest viewer nothing, and a player that sends no ticks pays.

use super::row::{Leases, Session};
use crate::ledger::PartnerSettings;

/// How far leases may always run ahead of ticks, beyond one interval, in milliseconds.
const GRACE: i64 = 30_000;
/// The same as a part of what was claimed.
const GRACE_PART: i64 = 10;
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A lease that could be given now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    /// Until when, in milliseconds since 1970.
    pub(super) until: i64,
    /// By how much it is longer than what was given before.
    pub(super) ms: i64,
    /// Whether it must be charged now.
    pub(super) is_charged: bool,
}

impl Leases {
    /// The same leases at a time: on another day counting begins again.
    pub(super) const fn at(self, now: i64) -> Self {
        let day = now.div_euclid(DAY);
        if self.day == day { self } else { Self { day, until: self.until, leased_ms: 0, credited_ms: 0 } }
    }

    /// The lease of one interval from now on.
    pub(super) fn offer(self, now: i64, settings: &PartnerSettings) -> Offer {
        let until = now.saturating_add(settings.interval_ms);
        let ms = until.saturating_sub(self.until.max(now)).max(0);
        let ahead = self.leased_ms.saturating_add(ms).saturating_sub(self.credited_ms);
        let allowed = settings.interval_ms.saturating_add(GRACE).saturating_add(self.credited_ms / GRACE_PART);
        Offer { until: until.max(self.until), ms, is_charged: settings.counts_leases && ahead > allowed }
    }
}

impl Session {
    /// Takes note of a lease that is given.
    pub(super) const fn lease(&mut self, offer: Offer) {
        self.leases.until = offer.until;
        self.leases.leased_ms = self.leases.leased_ms.saturating_add(offer.ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_that_never_ticks_gets_45_seconds() {
        let settings = PartnerSettings::default();
        let (mut leases, mut now, mut free) = (Leases::default().at(0), 0, 0);
        for _ in 0..100 {
            let offer = leases.offer(now, &settings);
            if offer.is_charged {
                break;
            }
            free += offer.ms;
            leases.until = offer.until;
            leases.leased_ms += offer.ms;
            now = offer.until;
        }
        assert_eq!(free, 45_000);
    }

    #[test]
    fn an_honest_player_is_never_charged_ahead() {
        let settings = PartnerSettings::default();
        let mut leases = Leases::default().at(0);
        for tick in 0..1000 {
            let now = tick * 15_000;
            if tick > 0 {
                leases.credited_ms += 15_000;
            }
            let offer = leases.offer(now, &settings);
            assert!(!offer.is_charged, "tick {tick}");
            leases.until = offer.until;
            leases.leased_ms += offer.ms;
        }
    }

    #[test]
    fn asking_twice_gives_no_more_time() {
        let settings = PartnerSettings::default();
        let leases = Leases { until: 15_000, leased_ms: 15_000, ..Leases::default() };
        assert_eq!(leases.offer(0, &settings), Offer { until: 15_000, ms: 0, is_charged: false });
        assert_eq!(leases.offer(1_000, &settings).ms, 1_000);
    }
}
