//! How many requests each route has answered, and how long that took: counters that a request adds to without a lock.

use super::routes::Row;
use axum::http::StatusCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The statuses that are counted apart; all others are counted together.
const STATUSES: [u16; 21] =
    [200, 201, 202, 204, 303, 400, 401, 402, 403, 404, 405, 408, 409, 413, 415, 421, 422, 429, 500, 502, 503];
/// The upper bounds of the parts of a histogram, in microseconds and as seconds in text.
const BOUNDS: [(u64, &str); 13] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (20_000, "0.02"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];

/// The counters of all routes, made before the first request.
#[derive(Debug)]
pub(crate) struct RequestCounts {
    /// In the order of the table of routes; the last one is for requests that no route takes.
    routes: Vec<RouteCounts>,
}

#[derive(Debug)]
struct RouteCounts {
    path: &'static str,
    method: String,
    /// In the order of [`STATUSES`]; the last one is for all others.
    statuses: Vec<Histogram>,
}

/// How many requests took how long. Each is in one part alone.
#[derive(Debug, Default)]
struct Histogram {
    parts: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

/// What one route has answered with one status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered<'c> {
    /// The route's path with `{names}`; `unmatched` for requests that no route takes.
    pub(crate) route: &'c str,
    /// The route's method; `any` for requests that no route takes.
    pub(crate) method: &'c str,
    /// The status; 0 for those that are not counted apart.
    pub(crate) status: u16,
    /// How many answers took at most so many seconds, for each bound.
    pub(crate) within: Vec<(&'static str, u64)>,
    /// All answers.
    pub(crate) count: u64,
    /// The sum of their times, in microseconds.
    pub(crate) micros: u64,
}

impl RequestCounts {
    /// Counters for these routes.
    pub(super) fn new<'r>(rows: impl Iterator<Item = &'r Row>) -> Self {
        let unmatched = RouteCounts::new("unmatched", "any");
        let routes = rows.map(|row| RouteCounts::new(row.path, row.method.as_str())).chain([unmatched]).collect();
        Self { routes }
    }

    /// Counts an answer. `route` is the number of its row in the table.
    pub(super) fn add(&self, route: Option<usize>, status: StatusCode, elapsed: Duration) {
        let unmatched = self.routes.len().saturating_sub(1);
        let Some(route) = self.routes.get(route.unwrap_or(unmatched)) else { return };
        let status = STATUSES.iter().position(|known| *known == status.as_u16()).unwrap_or(STATUSES.len());
        let Some(histogram) = route.statuses.get(status) else { return };
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let part = BOUNDS.iter().position(|(bound, _)| micros <= *bound).unwrap_or(BOUNDS.len());
        if let Some(part) = histogram.parts.get(part) {
            part.fetch_add(1, Ordering::Relaxed);
        }
        histogram.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// What was answered so far, by route and status.
    pub(crate) fn answered(&self) -> impl Iterator<Item = Answered<'_>> {
        self.routes.iter().flat_map(|route| {
            let statuses = STATUSES.iter().copied().chain([0]).zip(&route.statuses);
            statuses.filter_map(|(status, histogram)| route.read(status, histogram))
        })
    }
}

impl RouteCounts {
    fn new(path: &'static str, method: &str) -> Self {
        let statuses = (0..=STATUSES.len()).map(|_| Histogram::default()).collect();
        Self { path, method: method.to_owned(), statuses }
    }

    fn read(&self, status: u16, histogram: &Histogram) -> Option<Answered<'_>> {
        let mut count = 0_u64;
        let mut within = Vec::with_capacity(BOUNDS.len());
        let mut parts = histogram.parts.iter().map(|part| part.load(Ordering::Relaxed));
        for ((_, bound), part) in BOUNDS.iter().zip(parts.by_ref()) {
            count = count.saturating_add(part);
            within.push((*bound, count));
        }
        count = count.saturating_add(parts.next().unwrap_or(0));
        let micros = histogram.micros.load(Ordering::Relaxed);
        let answered = Answered { route: self.path, method: &self.method, status, within, count, micros };
        (count > 0).then_some(answered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;

    #[test]
    fn answers_are_counted_by_route_status_and_time() {
        let counts = RequestCounts::new(std::iter::empty());
        for (status, micros) in [(200, 400), (200, 20_000), (200, 20_001), (200, u64::MAX), (418, 7)] {
            counts.add(None, StatusCode::from_u16(status).unwrap(), Duration::from_micros(micros));
        }
        counts.add(Some(99), StatusCode::OK, Duration::ZERO);
        let answered: Vec<_> = counts.answered().collect();
        assert_eq!(answered.len(), 2);
        let first = &answered[0];
        assert_eq!((first.route, first.method, first.status, first.count), ("unmatched", "any", 200, 4));
        let within = |bound| first.within.iter().find(|(name, _)| *name == bound).unwrap().1;
        assert_eq!([within("0.0005"), within("0.01"), within("0.02"), within("0.05"), within("10")], [1, 1, 2, 3, 3]);
        assert_eq!((answered[1].status, answered[1].count, answered[1].micros), (0, 1, 7));
    }

    #[test]
    fn every_status_of_the_gateway_is_counted_apart() {
        let codes = Code::ALL.iter().map(|code| code.status());
        let routes = crate::api::routes(true);
        let successes = routes.iter().flat_map(|route| route.row.success.iter().copied());
        for status in codes.chain(successes) {
            assert!(STATUSES.contains(&status.as_u16()), "{status}");
        }
    }
}
