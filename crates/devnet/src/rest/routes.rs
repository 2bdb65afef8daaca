//! The table of all routes: router, access rules, OpenAPI document and the completeness test derive from it.

use std::pin::Pin;
use std::sync::Arc;

use super::Refusal;
use super::answer::Answer;
use super::handlers::{
    accounts, applications, assets, blocks, common, devmode, participation, proofs, simulate, status, teal,
    transactions,
};
use super::request::Request;
use crate::DevNode;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everyone.
    Open,
    /// Callers that send the token.
    Token,
    /// Callers that send the administrator's token, which on this network is the same. Their requests may be of any size.
    Admin,
}

/// What a route does.
#[derive(Clone, Copy)]
pub(super) enum Action {
    /// Runs on a thread that may block on the ledger.
    Blocking(fn(&DevNode, &Request) -> Result<Answer, Refusal>),
    /// Waits for something without blocking a thread.
    Async(fn(Arc<DevNode>, Request) -> PendingAnswer),
}

/// An answer to come.
pub(super) type PendingAnswer = Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>>;

/// One row: a method and a path, as in algod's OpenAPI file.
#[derive(Clone, Copy)]
pub(super) struct Route {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub(super) method: &'static str,
    /// The path with `{names}`.
    pub(super) path: &'static str,
    /// Who may call it.
    pub(super) access: Access,
    /// What it does.
    pub(super) action: Action,
    /// What it is for, in a few words.
    pub(super) about: &'static str,
}

/// Every route there is.
#[rustfmt::skip]
pub(super) const ROUTES: &[Route] = &[
    open("/health", common::health, "Whether the node is healthy."),
    open("/ready", common::health, "Whether the node is healthy and caught up."),
    open("/versions", common::versions, "The interface's versions, the network and the build."),
    open("/genesis", common::genesis, "The genesis of the network."),
    open("/metrics", status::metrics, "Metrics for Prometheus."),
    open("/swagger.json", common::swagger, "This description."),

    get("/v2/status", status::status, "The status of the network."),
    Route { action: Action::Async(status::wait), ..get("/v2/status/wait-for-block-after/{round}", status::status, "The same, after the next block.") },
    get("/v2/ledger/supply", status::supply, "The total and the online supply."),
    get("/v2/node/peers", status::peers, "The other nodes, of which there are none."),
    get("/v2/experimental", status::experimental, "Whether experimental routes are on."),

    get("/v2/transactions/params", status::params, "Parameters for new transactions."),
    post("/v2/transactions", transactions::submit, "Submits a group; it is confirmed when this returns."),
    post("/v2/transactions/async", transactions::submit_async, "Submits a group without returning its id."),
    post("/v2/transactions/simulate", simulate::simulate, "Simulates a group."),
    get("/v2/transactions/pending", transactions::pending, "Transactions not yet in a block: none."),
    get("/v2/transactions/pending/{txid}", transactions::pending_by_id, "What became of a transaction."),

    get("/v2/accounts/{address}", accounts::account, "An account."),
    get("/v2/accounts/{address}/assets", accounts::account_assets, "What an account holds."),
    get("/v2/accounts/{address}/assets/{asset-id}", accounts::account_asset, "How much of an asset an account holds."),
    get("/v2/accounts/{address}/applications", accounts::account_applications, "The applications an account uses."),
    get("/v2/accounts/{address}/applications/{application-id}", accounts::account_application, "An account's state in an application."),
    get("/v2/accounts/{address}/transactions/pending", transactions::pending_of, "An account's transactions not yet in a block: none."),

    get("/v2/applications/{application-id}", applications::application, "An application."),
    get("/v2/applications/{application-id}/box", applications::value_of_box, "The value of a box."),
    get("/v2/applications/{application-id}/boxes", applications::boxes, "An application's boxes."),
    get("/v2/assets/{asset-id}", assets::asset, "An asset."),

    get("/v2/blocks/{round}", blocks::block, "A block."),
    get("/v2/blocks/{round}/hash", blocks::hash, "A block's hash."),
    get("/v2/blocks/{round}/txids", blocks::txids, "The ids of a block's transactions."),
    get("/v2/blocks/{round}/logs", blocks::logs, "What a block's calls logged."),
    get("/v2/blocks/{round}/transactions/{txid}/proof", proofs::of_transaction, "The proof that a block has a transaction."),
    get("/v2/blocks/{round}/lightheader/proof", proofs::of_state, "The proof of a light header, which needs state proofs: none."),
    get("/v2/stateproofs/{round}", proofs::of_state, "The state proof of a round: none."),

    post("/v2/teal/compile", teal::compile, "Assembles a program."),
    post("/v2/teal/disassemble", teal::disassemble, "Disassembles a program."),

    admin("GET", "/v2/participation", participation::list, "The participation keys of the node: none."),
    admin("POST", "/v2/participation", participation::add, "Adds a file of participation keys: refused here."),
    admin("POST", "/v2/participation/generate/{address}", participation::generate, "Generates participation keys: refused here."),
    admin("GET", "/v2/participation/{participation-id}", participation::get, "A participation key; this node has none."),
    admin("POST", "/v2/participation/{participation-id}", participation::append, "Adds state proof keys to a participation key; this node has none."),
    admin("DELETE", "/v2/participation/{participation-id}", participation::delete, "Deletes a participation key; this node has none."),

    admin("POST", "/v2/shutdown", common::shutdown, "Not implemented, as in algod: the network is stopped by a signal."),
    admin("POST", "/v2/node/shutdown", common::shutdown, "Not implemented, as in algod: the network is stopped by a signal."),

    get("/v2/devmode/blocks/offset", devmode::offset, "The seconds between blocks, if they are set."),
    post("/v2/devmode/blocks/offset/{offset}", devmode::set_offset, "Sets the seconds between blocks."),
    Route { method: "DELETE", ..get("/v2/devmode/blocks/offset", devmode::unset_offset, "Goes back to the real clock. Not in algod.") },
    post("/v2/devmode/time/{timestamp}", devmode::set_time, "Sets the next block's time. Not in algod."),
    post("/v2/devmode/mine/{count}", devmode::mine, "Makes blocks without transactions. Not in algod."),
    post("/v2/devmode/revert/{round}", devmode::revert, "Takes back the blocks after a round. Not in algod."),
];

type Work = fn(&DevNode, &Request) -> Result<Answer, Refusal>;

const fn open(path: &'static str, work: Work, about: &'static str) -> Route {
    Route { method: "GET", path, access: Access::Open, action: Action::Blocking(work), about }
}

const fn get(path: &'static str, work: Work, about: &'static str) -> Route {
    Route { method: "GET", path, access: Access::Token, action: Action::Blocking(work), about }
}

const fn post(path: &'static str, work: Work, about: &'static str) -> Route {
    Route { method: "POST", path, access: Access::Token, action: Action::Blocking(work), about }
}

const fn admin(method: &'static str, path: &'static str, work: Work, about: &'static str) -> Route {
    Route { method, path, access: Access::Admin, action: Action::Blocking(work), about }
}
