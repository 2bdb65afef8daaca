//! The resources of the API: what requests and answers look like, and what they do. [`routes`] is the one table of all.

#[cfg(test)]
mod admin_tests;
mod api_keys;
#[cfg(test)]
mod closing_tests;
mod contents;
mod contracts;
#[cfg(test)]
mod event_tests;
mod events;
mod exports;
mod health;
#[cfg(test)]
mod health_tests;
mod idempotency;
#[cfg(test)]
mod isolation_tests;
mod page;
mod partners;
#[cfg(test)]
mod payment_tests;
mod playback_keys;
#[cfg(test)]
mod playback_tests;
mod reconciliation;
#[cfg(test)]
mod reconciliation_tests;
#[cfg(test)]
mod report_tests;
mod reports;
mod request;
mod service;
mod session_list;
mod sessions;
mod settlement_runs;
mod settlements;
mod test_controls;
#[cfg(test)]
pub(crate) mod testing;
mod ticks;
mod top_ups;
mod transactions;
mod user_tokens;
mod wallet_books;
mod wallets;
mod withdrawals;

pub(crate) use health::routes as health_routes;

use crate::gateway::Gateway;
use crate::http::Route;
use std::sync::Arc;

/// Every route of the gateway. Those that move time and money by hand are there on development networks alone.
#[must_use]
pub fn routes(is_development: bool) -> Vec<Route<Arc<Gateway>>> {
    let mut routes = Vec::new();
    routes.extend(service::routes());
    routes.extend(health::routes());
    routes.extend(wallets::routes());
    routes.extend(top_ups::routes());
    routes.extend(contents::routes());
    routes.extend(sessions::routes());
    routes.extend(session_list::routes());
    routes.extend(ticks::routes());
    routes.extend(settlements::routes());
    routes.extend(settlement_runs::routes());
    routes.extend(reconciliation::routes());
    routes.extend(withdrawals::routes());
    routes.extend(transactions::routes());
    routes.extend(reports::routes());
    routes.extend(events::routes());
    routes.extend(exports::routes());
    routes.extend(partners::routes());
    routes.extend(api_keys::routes());
    routes.extend(contracts::routes());
    routes.extend(user_tokens::routes());
    routes.extend(playback_keys::routes());
    routes.extend(wallet_books::routes());
    if is_development {
        routes.extend(test_controls::routes());
    }
    routes
}
