//! Sessions in the model: rows 10 to 13 over [`Books`].

use super::books::Account::{Available, Held, Settling, Unsettled};
use super::books::{Books, Refused, only_if};
use std::collections::BTreeMap;

/// What a partner has decided, as far as it counts here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) interval: i64,
    pub(super) risk_limit: i64,
    pub(super) counts_leases: bool,
}

/// F(ms) = floor(price × 10⁶ × ms / 60000).
pub(super) fn cost(price: i64, ms: i64) -> i64 {
    i64::try_from(i128::from(price) * 1_000_000 * i128::from(ms) / 60_000).unwrap_or(i64::MAX)
}

/// The most of `asked` milliseconds after `total` that cost no more than `funds`: found by halving, not by a formula.
pub(super) fn affordable(price: i64, total: i64, asked: i64, funds: i64) -> i64 {
    let pays = |ms: i64| cost(price, total + ms) - cost(price, total) <= funds;
    // More than any wallet pays for.
    let (mut low, mut high) = (0, asked.min(1 << 45));
    while low < high {
        let middle = low + (high - low + 1) / 2;
        if pays(middle) { low = middle } else { high = middle - 1 }
    }
    low
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Leases {
    day: i64,
    until: i64,
    leased: i64,
    credited: i64,
}

impl Leases {
    pub(super) fn today(self, now: i64) -> Self {
        let day = now / 86_400_000;
        if day == self.day { self } else { Self { day, until: self.until, leased: 0, credited: 0 } }
    }
}

/// The answer to a tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) charged: i64,
    pub(super) credited: i64,
    pub(super) balance: i64,
    pub(super) is_refused: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) wallet: i64,
    pub(super) tab: i64,
    pub(super) content: String,
    pub(super) client: Option<String>,
    pub(super) price: i64,
    pub(super) hold_ms: i64,
    pub(super) held: i64,
    pub(super) charged: i64,
    pub(super) credited: i64,
    pub(super) prepaid: i64,
    pub(super) late: i64,
    pub(super) started_at: i64,
    pub(super) last_tick_at: i64,
    /// When, and whether another device took over.
    pub(super) closed: Option<(i64, bool)>,
    pub(super) leases: Leases,
    pub(super) ticks: BTreeMap<String, (i64, Answer)>,
}

impl Session {
    fn total(&self) -> i64 {
        self.credited + self.prepaid
    }

    /// How much playing the hold pays for.
    fn paid(&self) -> i64 {
        affordable(self.price, self.total(), i64::MAX, self.held) + self.prepaid
    }
}

/// A claim.
#[derive(Clone, Debug)]
pub(super) struct Tick<'t> {
    pub(super) id: &'t str,
    pub(super) played: i64,
    pub(super) is_final: bool,
    pub(super) is_unbounded: bool,
    pub(super) has_room: bool,
    pub(super) gives_lease: bool,
    /// In a batch: what was held before it, less what was charged since.
    pub(super) limit: Option<i64>,
}

impl Books {
    fn next_hold(&self, s: &Session, c: i64, rules: Rules, has_room: bool) -> i64 {
        let (w, total) = (s.wallet, s.total());
        let wanted = cost(s.price, total + s.hold_ms) - cost(s.price, total);
        let next = wanted.min(self.get(Available(w)) + s.held - c);
        let risk = self.unsettled(w) + self.get(Settling(w)) + c + next;
        if has_room && risk <= rules.risk_limit { next } else { 0 }
    }

    /// Row 11, once c and h' are known.
    fn row_11(&mut self, s: &mut Session, c: i64, next: i64) {
        let (w, change) = (s.wallet, next - s.held);
        self.post(&[(Available(w), -(c + change)), (Held(w), change), (Unsettled(s.tab), c)], &[]).unwrap();
        s.held = next;
        s.charged += c;
    }

    /// Row 10: by how much the hold is.
    pub(super) fn row_10(&mut self, s: &mut Session, rules: Rules, has_room: bool) -> Result<(), Refused> {
        let w = s.wallet;
        let h = cost(s.price, s.hold_ms).min(self.get(Available(w)));
        only_if(h > 0)?;
        only_if(has_room && self.unsettled(w) + self.get(Settling(w)) + h <= rules.risk_limit)?;
        self.post(&[(Available(w), -h), (Held(w), h)], &[])?;
        s.held = h;
        Ok(())
    }

    /// The same device takes it up: the hold is filled up.
    pub(super) fn take_up(&mut self, s: &mut Session, now: i64, rules: Rules, has_room: bool) {
        let next = self.next_hold(s, 0, rules, has_room).max(s.held);
        self.row_11(s, 0, next);
        s.last_tick_at = now;
    }

    /// Row 13.
    pub(super) fn row_13(&mut self, s: &mut Session, now: i64, is_replaced: bool) {
        if s.closed.is_none() {
            s.late = s.held;
            s.closed = Some((now, is_replaced));
            self.row_11(s, 0, 0);
        }
    }

    /// Rows 11 to 11b, 12 and 13 with a last tick, and ticks that come late; with 11c where a lease is given.
    pub(super) fn tick(
        &mut self,
        s: &mut Session,
        now: i64,
        tick: &Tick<'_>,
        rules: Rules,
    ) -> Result<(Answer, bool), Refused> {
        if let Some((played, answer)) = s.ticks.get(tick.id) {
            only_if(*played == tick.played)?;
            return Ok((answer.clone(), true));
        }
        let is_late = s.closed.is_some();
        if let Some((closed_at, is_replaced)) = s.closed {
            only_if(!is_replaced && now - closed_at <= 24 * 3_600_000)?;
        }
        s.leases = s.leases.today(now);
        let end = s.closed.map_or(now, |(at, _)| at);
        let bound = if tick.is_unbounded { i64::MAX } else { end - s.started_at + 2_000 - s.credited };
        let claimed = tick.played.min(bound).max(0);
        let from_prepaid = claimed.min(s.prepaid);
        let asked = claimed - from_prepaid;
        let w = s.wallet;
        let funds = if is_late { self.get(Available(w)).min(s.late) } else { self.get(Available(w)) + s.held };
        let total = s.total();
        let payable = affordable(s.price, total, asked, funds);
        let m = match tick.limit {
            Some(limit) if !is_late => affordable(s.price, total, payable, limit),
            _ => payable,
        };
        let is_cut = payable < asked && m == payable;
        let c = cost(s.price, total + m) - cost(s.price, total);
        let credited = m + from_prepaid;
        only_if(!(is_late && is_cut && credited == 0))?;
        s.credited += credited;
        s.prepaid -= from_prepaid;
        s.leases.credited += credited;
        s.last_tick_at = now;
        let next = if is_late || tick.is_final || is_cut { 0 } else { self.next_hold(s, c, rules, tick.has_room) };
        if is_late {
            s.late -= c;
        } else if tick.is_final {
            s.closed = Some((now, false));
            s.late = s.held;
        }
        self.row_11(s, c, next);
        let answer = Answer {
            charged: c,
            credited,
            balance: self.get(Available(w)) + self.get(Held(w)),
            is_refused: is_cut && credited == 0 && claimed > 0,
        };
        s.ticks.insert(tick.id.to_owned(), (tick.played, answer.clone()));
        if tick.gives_lease && tick.played > 0 && !answer.is_refused && s.closed.is_none() && s.paid() > 0 {
            self.lease(s, now, rules, tick.has_room);
        }
        Ok((answer, false))
    }

    /// A lease of one interval, charged (row 11c) where leases run too far ahead; until when.
    pub(super) fn lease(&mut self, s: &mut Session, now: i64, rules: Rules, has_room: bool) -> Option<i64> {
        s.leases = s.leases.today(now);
        let until = (now + rules.interval).max(s.leases.until);
        let ms = (now + rules.interval - s.leases.until.max(now)).max(0);
        let ahead = s.leases.leased + ms - s.leases.credited;
        if rules.counts_leases && ahead > rules.interval + 30_000 + s.leases.credited / 10 {
            let c = cost(s.price, s.total() + ms) - cost(s.price, s.total());
            if c > self.get(Available(s.wallet)) + s.held {
                return None;
            }
            s.prepaid += ms;
            let next = self.next_hold(s, c, rules, has_room);
            self.row_11(s, c, next);
        }
        s.leases.until = until;
        s.leases.leased += ms;
        Some(until)
    }
}
