//! What each route does: read the request, ask the node, show the answer.

pub(super) mod accounts;
pub(super) mod applications;
pub(super) mod assets;
pub(super) mod blocks;
pub(super) mod common;
pub(super) mod devmode;
pub(super) mod participation;
pub(super) mod proofs;
pub(super) mod simulate;
pub(super) mod status;
pub(super) mod teal;
pub(super) mod transactions;

use super::Refusal;
use super::request::{Request, parse_uint};
use pnp_ledger::ReadError;

/// algod's response when the ledger cannot be read; the reason goes to the log.
fn ledger_error(error: impl std::fmt::Display) -> Refusal {
    tracing::error!(%error, "the ledger cannot be read");
    Refusal::internal("failed to retrieve information from the ledger")
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        ledger_error(error)
    }
}

/// `limit` and `next` of a listing by id: how many, and after which.
fn page<Id: From<u64>>(request: &Request, what: &str, most: u64) -> Result<(usize, Id), Refusal> {
    let after = request.query_bytes("next")?.map(parse_uint).transpose();
    let after = after.map_err(|problem| Refusal::bad(format!("unable to parse next token: {problem}")))?;
    let limit = match request.query_number("limit")? {
        Some(0) => return Err(Refusal::bad("limit parameter must be a positive integer")),
        Some(limit) if limit > most => {
            return Err(Refusal::bad(format!("limit {limit} exceeds max {what} single batch limit {most}")));
        }
        Some(limit) => limit,
        None => 1000,
    };
    Ok((usize::try_from(limit).unwrap_or(usize::MAX), after.unwrap_or_default().into()))
}
