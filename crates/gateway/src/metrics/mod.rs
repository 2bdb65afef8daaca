//! What a monitoring system reads: `GET /metrics` on a listener of its own, with routes as labels, never users, partners or contents.

mod figures;
#[cfg(test)]
mod tests;
mod text;

use crate::access::Access;
use crate::amount::Amount;
use crate::chain::StopCause;
use crate::gateway::Gateway;
use crate::http::{Call, Empty, RequestCounts, Route, get};
use crate::problem::Problem;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response};
use figures::Figures;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use text::{Kind, MEDIA_TYPE, Page};

/// The routes of the listener for monitoring. `requests` are those of the other listeners.
pub(crate) fn routes(requests: &Arc<RequestCounts>) -> Vec<Route<Arc<Gateway>>> {
    let requests = Arc::clone(requests);
    let metrics = get("/metrics")
        .operation("getMetrics", "Metrics in the text format of Prometheus")
        .access(Access::ANYONE)
        .unlimited()
        .raw(MEDIA_TYPE, move |call: Call<Arc<Gateway>, Bytes, Empty>| {
            let requests = Arc::clone(&requests);
            async move {
                let mut response = Response::new(Body::from(page(&call.state, &requests).await?));
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
                Ok(response)
            }
        });
    let mut routes = crate::api::health_routes();
    routes.push(metrics);
    routes
}

/// The whole page.
async fn page(gateway: &Gateway, requests: &RequestCounts) -> Result<String, Problem> {
    let partners = gateway.registry.partners();
    let ids: Vec<i64> = partners.iter().map(|state| state.partner.id).collect();
    let figures = gateway.read(move |connection| Figures::read(connection, &ids)).await?;
    let unsettled = partners.iter().map(|state| state.exposure.load(Ordering::Relaxed));
    let unsettled = Amount(unsettled.fold(0, i64::saturating_add));
    let mut page = Page::default();
    add_requests(&mut page, requests);
    add_use(&mut page, gateway, &figures, unsettled);
    add_chain(&mut page, gateway, &figures);
    add_store(&mut page, gateway);
    Ok(page.into_text())
}

fn add_requests(page: &mut Page, requests: &RequestCounts) {
    // Statuses that are not counted apart are shown as one.
    let status = |status: u16| if status == 0 { "other".to_owned() } else { status.to_string() };
    let help = "Requests that were answered, by route, method and status.";
    let mut family = page.family("pnp_http_requests_total", Kind::Counter, help);
    for answered in requests.answered() {
        let status = status(answered.status);
        let labels = [("route", answered.route), ("method", answered.method), ("status", &*status)];
        family.sample("", &labels, answered.count);
    }
    let help = "Seconds from the head of a request to the head of its answer.";
    let mut family = page.family("pnp_http_request_duration_seconds", Kind::Histogram, help);
    for answered in requests.answered() {
        let status = status(answered.status);
        let labels = [("route", answered.route), ("method", answered.method), ("status", &*status)];
        let [route, method, status] = labels;
        for (bound, count) in &answered.within {
            family.sample("_bucket", &[route, method, status, ("le", *bound)], count);
        }
        family.sample("_bucket", &[route, method, status, ("le", "+Inf")], answered.count);
        family.sample("_sum", &labels, seconds(Duration::from_micros(answered.micros)));
        family.sample("_count", &labels, answered.count);
    }
}

/// Seconds with six decimals.
fn seconds(duration: Duration) -> String {
    format!("{}.{:06}", duration.as_secs(), duration.subsec_micros())
}

fn add_use(page: &mut Page, gateway: &Gateway, figures: &Figures, unsettled: Amount) {
    let totals = gateway.live.totals();
    page.one("pnp_sessions_open", Kind::Gauge, "Open sessions.", figures.open_sessions);
    page.one("pnp_sessions_started_total", Kind::Counter, "Sessions that began.", totals.sums.sessions);
    page.one("pnp_ticks_total", Kind::Counter, "Heartbeats that were charged.", totals.sums.ticks);
    let played = seconds(Duration::from_millis(totals.sums.played_ms.unsigned_abs()));
    page.one("pnp_played_seconds_total", Kind::Counter, "Playing time that was credited.", played);
    page.one("pnp_charged_eur_total", Kind::Counter, "What was charged, in EUR.", Amount(totals.sums.charged));
    page.one("pnp_settled_eur_total", Kind::Counter, "What bills in blocks took, in EUR.", Amount(totals.sums.gross));
    page.one("pnp_unsettled_eur", Kind::Gauge, "What is charged and not in a block, in EUR.", unsettled);
    page.one("pnp_entries_unsealed", Kind::Gauge, "Entries of the journal without a seal.", figures.unsealed_entries);
}

fn add_chain(page: &mut Page, gateway: &Gateway, figures: &Figures) {
    let now = gateway.store.clock().now();
    let age = |at: i64| seconds(Duration::from_millis(now.saturating_sub(at).max(0).unsigned_abs()));
    let state = |wanted: &str| figures.queue.iter().find(|(state, ..)| state == wanted);
    let states = ["planned", "signed", "sent", "doubtful"];
    let mut family = page.family("pnp_chain_operations", Kind::Gauge, "Operations on the chain that have not ended.");
    for name in states {
        family.sample("", &[("state", name)], state(name).map_or(0, |(_, count, _)| *count));
    }
    let help = "The age of the oldest of these operations.";
    let mut family = page.family("pnp_chain_operation_oldest_age_seconds", Kind::Gauge, help);
    for name in states {
        family.sample("", &[("state", name)], state(name).map_or_else(|| "0".to_owned(), |(.., at)| age(*at)));
    }
    let mut family = page.family("pnp_wallets_stopped", Kind::Gauge, "Wallets for which nothing is sent to the chain.");
    for cause in [StopCause::Mismatch, StopCause::LedgerBehindChain, StopCause::Doubtful] {
        let stopped = figures.stopped.iter().find(|(name, _)| name == cause.text());
        family.sample("", &[("cause", cause.text())], stopped.map_or(0, |(_, count)| *count));
    }
    let help = "Wallets whose books and account were found to differ.";
    page.one("pnp_reconciliation_mismatches_total", Kind::Counter, help, gateway.live.totals().mismatches);
    if let Some(at) = figures.oldest_comparison {
        let help = "How long ago the wallet was compared with the chain that waits longest for it.";
        page.one("pnp_reconciliation_oldest_age_seconds", Kind::Gauge, help, age(at));
    }
    page.one("pnp_tabs_blocked", Kind::Gauge, "Tabs that no bill can take.", figures.blocked_tabs);
    let resting = gateway.health.settler().map_or(0, |books| books.resting(now));
    page.one("pnp_contracts_resting", Kind::Gauge, "Contracts whose bills rest after refusals.", resting);
    let runs = i32::from(gateway.health.settler().is_some());
    page.one("pnp_settler_running", Kind::Gauge, "Whether the settler runs.", runs);
    if let Some((round, since)) = gateway.health.chain() {
        page.one("pnp_chain_round", Kind::Gauge, "The newest round that the node has named.", round);
        page.one("pnp_chain_seen_age_seconds", Kind::Gauge, "How long ago that was.", seconds(since));
    }
    page.one("pnp_treasury_eur", Kind::Gauge, "PLY of the treasury that is free, in EUR.", figures.treasury);
    page.one("pnp_treasury_reserved_eur", Kind::Gauge, "PLY reserved for top-ups, in EUR.", figures.reserved);
}

fn add_store(page: &mut Page, gateway: &Gateway) {
    let store = &gateway.store;
    page.one("pnp_store_writes_waiting", Kind::Gauge, "Writes that wait for the writer.", store.waiting_writes());
    let mut family = page.family("pnp_store_file_bytes", Kind::Gauge, "The size of the store's files.");
    for (file, suffix) in [("database", ""), ("log", "-wal")] {
        let mut path = store.path().as_os_str().to_owned();
        path.push(suffix);
        // The log is not there right after a start.
        let size = std::fs::metadata(path).map_or(0, |file| file.len());
        family.sample("", &[("file", file)], size);
    }
    let mut family = page.family("pnp_build_info", Kind::Gauge, "Always 1; the version is its label.");
    family.sample("", &[("version", env!("CARGO_PKG_VERSION"))], 1);
}
