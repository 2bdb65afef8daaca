//! Accounts and what they have.

use super::page;
use crate::DevNode;
use crate::rest::Refusal;
use crate::rest::answer::{Answer, Format};
use crate::rest::document::{Document, Fields};
use crate::rest::request::Request;
use crate::rest::shapes::account::{self, Excluded};
use crate::rest::shapes::{application, asset};
use crate::view::{HeldAsset, UsedApp};

/// `GET /v2/accounts/{address}`, without what `exclude` names.
pub(in crate::rest) fn account(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let address = request.address("address")?;
    let format = request.format()?;
    let excluded = exclusions(&request.query_list("exclude")?)?;
    node.view(|view| {
        let found = view.account(&address)?;
        let Some(excluded) = excluded else {
            let document = if format == Format::Json {
                account::account(&found, None, Excluded::default())
            } else {
                account::bare(&found)
            };
            return Ok(Answer::document(&document, format));
        };
        let data = view.account_data(&found)?;
        Ok(match format {
            Format::Json => Answer::document(&account::account(&found, Some(&data), excluded), format),
            Format::Msgpack => Answer::wire(&data),
        })
    })
}

/// What `exclude` leaves out; `None` leaves out every list.
fn exclusions(names: &[String]) -> Result<Option<Excluded>, Refusal> {
    match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["all"] => return Ok(None),
        [] | ["none" | ""] => return Ok(Some(Excluded::default())),
        _ => {}
    }
    let mut excluded = Excluded::default();
    for name in names {
        match name.as_str() {
            "created-apps-params" => excluded.app_params = true,
            "created-assets-params" => excluded.asset_params = true,
            _ => return Err(Refusal::bad("failed to parse exclude")),
        }
    }
    Ok(Some(excluded))
}

/// `GET /v2/accounts/{address}/assets/{asset-id}`: the holding, and the parameters if the account created the asset.
pub(in crate::rest) fn account_asset(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let (address, id, format) = (request.address("address")?, request.number("asset-id")?, request.format()?);
    node.view(|view| {
        let holding = view.holding(&address, id)?;
        let made = view.asset(id)?.filter(|asset| asset.creator == address);
        if holding.is_none() && made.is_none() {
            return Err(Refusal::missing("account asset info not found"));
        }
        let document = match format {
            Format::Json => Fields::default()
                .with_some("asset-holding", holding.map(|holding| asset::holding(id, &holding)))
                .with_some("created-asset", made.map(|made| asset::params(&made.params, &address)))
                .with("round", view.round()),
            Format::Msgpack => Fields::default()
                .with_some("asset-holding", holding.map(|holding| Document::of_wire(&holding)))
                .with_some("asset-params", made.map(|made| Document::of_wire(&*made.params))),
        };
        Ok(Answer::document(&document.into(), format))
    })
}

/// `GET /v2/accounts/{address}/applications/{application-id}`: the local state, and the parameters if the account
/// created it.
pub(in crate::rest) fn account_application(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let (address, id, format) = (request.address("address")?, request.number("application-id")?, request.format()?);
    node.view(|view| {
        let local = view.local(&address, id)?;
        let made = view.app(id)?.filter(|(creator, _)| *creator == address);
        if local.is_none() && made.is_none() {
            return Err(Refusal::missing("account application info not found"));
        }
        let document = match format {
            Format::Json => Fields::default()
                .with_some("app-local-state", local.map(|state| application::local_state(id, &state)))
                .with_some("created-app", made.map(|(creator, app)| application::params(&app, &creator)))
                .with("round", view.round()),
            Format::Msgpack => Fields::default()
                .with_some("app-local-state", local.map(|state| Document::of_wire(&state)))
                .with_some("app-params", made.map(|(_, app)| Document::of_wire(&app))),
        };
        Ok(Answer::document(&document.into(), format))
    })
}

/// `GET /v2/accounts/{address}/assets`, a page of holdings with the assets' parameters.
pub(in crate::rest) fn account_assets(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let address = request.address("address")?;
    let (limit, after) = page(request, "assets", 1000)?;
    node.view(|view| {
        let page = view.holdings(&address, after, limit)?;
        let next = page.entries.last().filter(|_| page.more).map(|entry| entry.id.to_string());
        let entry = |HeldAsset { id, holding, asset: made }: &HeldAsset| {
            let params = made.as_ref().map(|made| asset::params(&made.params, &made.creator));
            Fields::default()
                .with("asset-holding", asset::holding(*id, holding))
                .with_some("asset-params", params)
                .into()
        };
        let document = Fields::default()
            .with("asset-holdings", page.entries.iter().map(entry).collect::<Document>())
            .with_some("next-token", next)
            .with("round", view.round());
        Ok(Answer::document(&document.into(), Format::Json))
    })
}

/// `GET /v2/accounts/{address}/applications`, a page of the applications that an account uses or created.
pub(in crate::rest) fn account_applications(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let address = request.address("address")?;
    let with_params = request.query_list("include")?.iter().any(|entry| entry == "params");
    let (limit, after) = page(request, "applications", if with_params { 1000 } else { 100_000 })?;
    node.view(|view| {
        let page = view.apps_of(&address, after, limit)?;
        let next = page.entries.last().filter(|_| page.more).map(|entry| entry.id.to_string());
        let entry = |UsedApp { id, local, app }: &UsedApp| {
            let params = app.as_ref().filter(|_| with_params).map(|(creator, app)| application::params(app, creator));
            Fields::default()
                .with_some("app-local-state", local.as_ref().map(|state| application::local_state(*id, state)))
                .with_some("deleted", app.is_none())
                .with("id", *id)
                .with_some("params", params)
                .into()
        };
        let document = Fields::default()
            .with("application-resources", page.entries.iter().map(entry).collect::<Document>())
            .with_some("next-token", next)
            .with("round", view.round());
        Ok(Answer::document(&document.into(), Format::Json))
    })
}
