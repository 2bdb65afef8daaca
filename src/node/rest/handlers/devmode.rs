//! What only a development network can do: move its clock.

use serde_json::json;

use crate::node::DevNode;
use crate::node::rest::Refusal;
use crate::node::rest::answer::Answer;
use crate::node::rest::request::Request;

/// `GET /v2/devmode/blocks/offset`.
pub(in crate::node::rest) fn offset(node: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    let unset = "failed retrieving timestamp offset from node: block timestamp offset was never set, using real clock for timestamps";
    let offset = node.clock().offset().ok_or_else(|| Refusal::missing(unset))?;
    Ok(Answer::value(&json!({"offset": offset})))
}

/// `POST /v2/devmode/blocks/offset/{offset}`: every block that many seconds after the one before.
pub(in crate::node::rest) fn set_offset(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let too_large =
        "failed to set timestamp offset on the node: block timestamp offset cannot be larger than max int64 value";
    let offset = i64::try_from(request.number("offset")?).map_err(|_| Refusal::bad(too_large))?;
    node.set_offset(Some(offset));
    Ok(Answer::empty())
}

/// `DELETE /v2/devmode/blocks/offset`: back to the real clock, which algod has no way to say.
pub(in crate::node::rest) fn unset_offset(node: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    node.set_offset(None);
    Ok(Answer::empty())
}
