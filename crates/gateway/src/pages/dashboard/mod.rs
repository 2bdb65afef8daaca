//! `/dashboard`: what the operator sees and does. Everything but the login goes through the calls of the API.

mod chart;
mod contents;
mod keys;
mod overview;
mod reconciliation;
mod sessions;
mod settlements;
mod sign_in;
mod view;
mod wallets;

use super::html::problem_page;
use crate::access::Access;
use crate::gateway::Gateway;
use crate::http::{Draft, Route, get, post};
use crate::problem::Problem;
use axum::body::Body;
use axum::http::Response;
use std::sync::Arc;
use view::{Api, Page, View};

pub(super) fn routes(api: &Api) -> Vec<Route<Arc<Gateway>>> {
    let page = |path, operation, summary| get(path).operation(operation, summary);
    let form = |path, operation, summary| post(path).operation(operation, summary);
    let mut routes = sign_in::routes();
    routes.extend([
        shown(page("/dashboard", "getDashboard", "Revenue, and what happens now"), api, overview::show),
        shown(page("/dashboard/sessions", "getDashboardSessions", "Sessions that go on"), api, sessions::show),
        shown(page("/dashboard/wallets", "getDashboardWallets", "Wallets"), api, wallets::list),
        shown(page("/dashboard/wallet", "getDashboardWallet", "A wallet"), api, wallets::one),
        shown(page("/dashboard/contents", "getDashboardContents", "The catalogue"), api, contents::show),
        shown(form("/dashboard/contents", "putDashboardContent", "Change the catalogue"), api, contents::put),
        shown(form("/dashboard/contents/remove", "removeDashboardContent", "Remove a content"), api, contents::remove),
        shown(page("/dashboard/settlements", "getDashboardSettlements", "Settlements"), api, settlements::list),
        shown(page("/dashboard/settlement", "getDashboardSettlement", "A settlement"), api, settlements::one),
        shown(page("/dashboard/keys", "getDashboardKeys", "API keys"), api, keys::show),
        shown(form("/dashboard/keys", "createDashboardKey", "Make a key"), api, keys::create),
        shown(form("/dashboard/keys/rotate", "rotateDashboardKey", "Rotate a key"), api, keys::rotate),
        shown(form("/dashboard/keys/revoke", "revokeDashboardKey", "Revoke a key"), api, keys::revoke),
        shown(
            page("/dashboard/reconciliation", "getDashboardReconciliation", "Ledger and chain"),
            api,
            reconciliation::show,
        ),
        shown(page("/dashboard/password", "getDashboardPassword", "The password"), api, sign_in::password),
        shown(form("/dashboard/password", "changeDashboardPassword", "Change the password"), api, sign_in::change),
        shown(form("/dashboard/sign_out", "signOut", "Sign out"), api, sign_in::sign_out),
    ]);
    routes
}

/// A page of somebody who is signed in.
fn shown<F, Fut>(draft: Draft, api: &Api, show: F) -> Route<Arc<Gateway>>
where
    F: Fn(View) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Response<Body>, Problem>> + Send + 'static,
{
    let api = Arc::clone(api);
    draft.access(Access::OPERATOR).page(problem_page).raw("text/html; charset=utf-8", move |call: Page| {
        let view = View::new(Arc::clone(&api), call);
        async move { show(view?).await }
    })
}

#[cfg(test)]
pub(crate) mod tests;
