//! What only a development network can do: move its clock, add empty blocks, and go back.
//!
//! algod has the offset alone; the rest is this network's own, under the same prefix.

use serde_json::json;

use super::ledger_error;
use crate::DevNode;
use crate::rest::Refusal;
use crate::rest::answer::Answer;
use crate::rest::request::Request;
use pnp_ledger::ChainError;

/// `GET /v2/devmode/blocks/offset`.
pub(in crate::rest) fn offset(node: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    let unset = "failed retrieving timestamp offset from node: block timestamp offset was never set, using real clock for timestamps";
    let offset = node.clock().offset().ok_or_else(|| Refusal::missing(unset))?;
    Ok(Answer::value(json!({"offset": offset})))
}

/// `POST /v2/devmode/blocks/offset/{offset}`: every block that many seconds after the one before.
pub(in crate::rest) fn set_offset(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let too_large =
        "failed to set timestamp offset on the node: block timestamp offset cannot be larger than max int64 value";
    let offset = i64::try_from(request.number::<u64>("offset")?).map_err(|_| Refusal::bad(too_large))?;
    node.set_offset(Some(offset));
    Ok(Answer::empty())
}

/// `DELETE /v2/devmode/blocks/offset`: back to the real clock, which algod has no way to say.
pub(in crate::rest) fn unset_offset(node: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    node.set_offset(None);
    Ok(Answer::empty())
}

/// The most empty blocks that one request adds.
const MAX_BLOCKS: u64 = 10_000;

/// `POST /v2/devmode/time/{timestamp}`: the next block has this time, and those after it continue from there.
pub(in crate::rest) fn set_time(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let timestamp = request.number::<u64>("timestamp")?;
    let latest = node.read(|chain| chain.latest_header().timestamp);
    let next = i64::try_from(timestamp).ok().filter(|next| *next >= latest);
    let next =
        next.ok_or_else(|| Refusal::bad(format!("block timestamp {timestamp} is before the latest block's {latest}")))?;
    node.set_next_timestamp(next);
    Ok(Answer::empty())
}

/// `POST /v2/devmode/mine/{count}`: that many blocks without transactions.
pub(in crate::rest) fn mine(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let count = request.number("count")?;
    if count > MAX_BLOCKS {
        return Err(Refusal::bad(format!("at most {MAX_BLOCKS} blocks at once, not {count}")));
    }
    for _ in 0..count {
        node.mine(&[]).map_err(ledger_error)?;
    }
    Ok(Answer::value(json!({"last-round": node.read(|chain| chain.latest())})))
}

/// `POST /v2/devmode/revert/{round}`: removes the blocks after it and all that they did.
pub(in crate::rest) fn revert(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let round = request.number("round")?;
    node.revert_to(round).map_err(|error| match error {
        ChainError::NoRound { .. } => Refusal::bad(error.to_string()),
        other => ledger_error(other),
    })?;
    Ok(Answer::value(json!({"last-round": round})))
}
