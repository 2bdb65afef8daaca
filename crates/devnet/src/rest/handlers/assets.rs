//! Assets.

use crate::DevNode;
use crate::rest::Refusal;
use crate::rest::answer::{Answer, Format};
use crate::rest::request::Request;
use crate::rest::shapes::asset;

/// `GET /v2/assets/{asset-id}`.
pub(in crate::rest) fn asset(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let id = request.number("asset-id")?;
    let found = node.view(|view| Ok::<_, Refusal>(view.asset(id)?))?;
    let made = found.ok_or_else(|| Refusal::missing("asset does not exist"))?;
    Ok(Answer::document(&asset::asset(id, Some((&made.params, &made.creator))), Format::Json))
}
