//! THE table of what the node answers: router, access rules, OpenAPI document and the completeness test derive from it.

use std::pin::Pin;
use std::sync::Arc;

use super::Refusal;
use super::answer::Answer;
use super::handlers::common;
use super::request::Request;
use crate::node::DevNode;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everyone.
    Open,
    /// Who has the token.
    Token,
}

/// What a route does.
#[derive(Clone, Copy)]
pub(super) enum Act {
    /// Works at once; runs on a thread that may block on the ledger.
    Works(fn(&DevNode, &Request) -> Result<Answer, Refusal>),
    /// Waits for something without holding a thread.
    Waits(fn(Arc<DevNode>, Request) -> Waiting),
}

/// An answer to come.
pub(super) type Waiting = Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>>;

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
    pub(super) act: Act,
    /// What it is for, in a few words.
    pub(super) about: &'static str,
}

/// Every route there is.
pub(super) const ROUTES: &[Route] = &[
    open("/health", common::health, "Whether the node is well."),
    open("/ready", common::health, "Whether the node is well and caught up."),
    open("/versions", common::versions, "The interface's versions, the network and the build."),
    open("/genesis", common::genesis, "How the network began."),
    open("/swagger.json", common::swagger, "This list."),
];

type Work = fn(&DevNode, &Request) -> Result<Answer, Refusal>;

const fn open(path: &'static str, work: Work, about: &'static str) -> Route {
    Route { method: "GET", path, access: Access::Open, act: Act::Works(work), about }
}

const fn get(path: &'static str, work: Work, about: &'static str) -> Route {
    Route { method: "GET", path, access: Access::Token, act: Act::Works(work), about }
}

const fn post(path: &'static str, work: Work, about: &'static str) -> Route {
    Route { method: "POST", path, access: Access::Token, act: Act::Works(work), about }
}
