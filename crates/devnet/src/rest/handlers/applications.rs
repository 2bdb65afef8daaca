//! Applications and their boxes.

use std::sync::Arc;

use serde_json::json;

use super::ledger_error;
use crate::DevNode;
use crate::rest::answer::{Answer, Format};
use crate::rest::document::{Document, Fields};
use crate::rest::request::Request;
use crate::rest::shapes::application;
use crate::rest::{Refusal, box_name};
use crate::view::View;
use pnp_ledger::ChainError;
use pnp_types::{Address, AppIndex, Round};

/// The most boxes one answer lists (algod's `MaxAPIBoxPerApplication`).
const MAX_BOXES: u64 = 100_000;
/// The most bytes of names and values that one page of boxes holds.
const MAX_BYTES: usize = 1_000_000;

/// `GET /v2/applications/{application-id}`.
pub(in crate::rest) fn application(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let id = request.number("application-id")?;
    let found = node.view(|view| Ok::<_, Refusal>(view.app(id)?))?;
    let (creator, app) = found.ok_or_else(|| Refusal::missing("application does not exist"))?;
    Ok(Answer::document(&application::application(id, Some((&app, &creator))), Format::Json))
}

/// `GET /v2/applications/{application-id}/box?name=…`.
pub(in crate::rest) fn value_of_box(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let id = request.number("application-id")?;
    let name = request.query_bytes("name")?;
    let name = name.ok_or_else(|| Refusal::parameter("name", "query parameter 'name' is required"))?;
    let name = box_name::parse(name).map_err(Refusal::bad)?;
    node.view(|view| {
        let value = view.box_value(id, &name)?.ok_or_else(|| Refusal::missing("box not found"))?;
        let document = Fields::default()
            .with("name", Document::bytes(&name))
            .with("round", view.round())
            .with("value", Document::bytes(&value));
        Ok(Answer::document(&document.into(), Format::Json))
    })
}

/// `GET /v2/applications/{application-id}/boxes`: all names, or a page of names or values of some round.
pub(in crate::rest) fn boxes(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let id = request.number("application-id")?;
    let most = request.query_number("max")?.unwrap_or_default();
    let wanted = Wanted::read(request)?;
    match (wanted.is_default(), wanted.round) {
        (true, _) => node.view(|view| all_names(&view, id, most)),
        (false, None) => node.view(|view| wanted.page(&view, id)),
        (false, Some(round)) => node.view_at(round, |view| wanted.page(&view, id)).map_err(no_round)?,
    }
}

fn no_round(error: ChainError) -> Refusal {
    match error {
        ChainError::NoRound { .. } => Refusal::bad("given round is greater than the latest round"),
        other => ledger_error(other),
    }
}

fn all_names(view: &View<'_>, id: AppIndex, most: u64) -> Result<Answer, Refusal> {
    let total = view.account(&Address::of_application(id))?.record.total_boxes;
    let limit = if most == 0 || most > MAX_BOXES { MAX_BOXES + 1 } else { most };
    if total > limit {
        let data = json!({"max": most, "max-api-box-per-application": MAX_BOXES, "total-boxes": total});
        return Err(Refusal::bad("Result limit exceeded").with_data(data));
    }
    let names = view.boxes(id, b"", None, (usize::MAX, usize::MAX), false)?.entries;
    let boxes = names.iter().map(|(name, _)| Fields::default().with("name", Document::bytes(name)).into());
    Ok(Answer::document(&Fields::default().with("boxes", boxes.collect::<Document>()).into(), Format::Json))
}

/// The paging parameters of a listing of boxes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    limit: u64,
    after: Option<Vec<u8>>,
    prefix: Vec<u8>,
    values: bool,
    round: Option<Round>,
}

impl Wanted {
    fn read(request: &Request) -> Result<Self, Refusal> {
        let name = |parameter, what: &str| match request.query_bytes(parameter)? {
            None | Some(b"") => Ok(None),
            Some(text) => {
                box_name::parse(text).map(Some).map_err(|problem| Refusal::bad(format!("invalid {what}: {problem}")))
            }
        };
        Ok(Self {
            limit: request.query_number("limit")?.unwrap_or_default(),
            after: name("next", "next token")?,
            prefix: name("prefix", "prefix")?.unwrap_or_default(),
            values: request.query_list("include")?.iter().any(|entry| entry == "values"),
            round: request.query_number("round")?.map(Round),
        })
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    fn page(&self, view: &View<'_>, id: AppIndex) -> Result<Answer, Refusal> {
        let limit = if self.limit == 0 { MAX_BOXES } else { self.limit.min(MAX_BOXES) };
        let bounds = (usize::try_from(limit).unwrap_or(usize::MAX), MAX_BYTES);
        let page = view.boxes(id, &self.prefix, self.after.as_deref(), bounds, self.values)?;
        let entry = |(name, value): &(Vec<u8>, Arc<[u8]>)| {
            let fields = Fields::default().with("name", Document::bytes(name));
            if self.values { fields.with("value", Document::bytes(value)).into() } else { fields.into() }
        };
        let next = page.entries.last().filter(|_| page.more).map(|(name, _)| box_name::token(name));
        let document = Fields::default()
            .with("boxes", page.entries.iter().map(entry).collect::<Document>())
            .with_some("next-token", next)
            .with("round", view.round());
        Ok(Answer::document(&document.into(), Format::Json))
    }
}
