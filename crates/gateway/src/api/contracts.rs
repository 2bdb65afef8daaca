//! The contracts that bill users.

use super::idempotency::{store_answer, stored_answer};
use super::page::{List, Page, limit};
use super::request::Request;
use crate::access::{Access, Principal};
use crate::amount::{Amount, Price, lot, lot_minutes};
use crate::gateway::Gateway;
use crate::http::{Answer, Empty, Route, get, post};
use crate::id::Kind;
use crate::ledger::{self, PartnerSettings};
use crate::problem::{Code, Problem};
use axum::http::StatusCode;
use pnp_types::Address;
use rusqlite::Connection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// For how many prices of the catalogue a contract shows its lots.
const MAX_LOTS: i64 = 20;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1/contracts")
            .operation("listContracts", "The contracts of a partner: the one in force, and older ones")
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::InvalidCursor])
            .handler(list),
        post("/v1/contracts")
            .operation("createContract", "Deploy a contract of a partner's own, which bills its users from now on")
            .description(
                "On development networks. It has the asset, the platform, the fee and the limits of the first partner's contract. What \
                 users owe the partner's contract before it is still billed by that one.",
            )
            .access(Access::OPERATOR)
            .idempotent()
            .success(&[StatusCode::CREATED])
            .codes(&[Code::ContractUnavailable, Code::NotFound])
            .handler(create),
        get("/v1/contracts/{id}")
            .operation("getContract", "A contract: its parameters, limits and lots")
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::NotFound])
            .handler(contract),
    ]
}

/// A contract to deploy.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateContract {
    /// The partner.
    partner_id: String,
    /// The address that gets the net; it has opted in to the asset. Without one an account of the project.
    provider: Option<String>,
}

/// A contract.
#[derive(Debug, Serialize, JsonSchema)]
struct Contract {
    /// Its id here.
    id: String,
    /// The partner.
    partner_id: String,
    /// The application on the chain.
    app_id: u64,
    /// The asset that it bills.
    asset_id: u64,
    /// The address that gets the net.
    provider: String,
    /// The address that gets the fee.
    platform: String,
    /// The fee in basis points: 500 are 5 %.
    fee_basis_points: u64,
    /// The least price of a minute that it bills.
    min_price: Amount,
    /// The highest price of a minute: the contract's and the partner's limit.
    max_price: Amount,
    /// `in_force`, `retired` or `blocked`.
    state: &'static str,
    /// What bills are cut in, at prices of the catalogue.
    lots: Vec<Lot>,
}

/// What bills are cut in at a price.
#[derive(Debug, Serialize, JsonSchema)]
struct Lot {
    /// The price of a minute.
    price_per_minute: Amount,
    /// The least number of minutes whose fee is a whole minor unit.
    minutes: u64,
    /// What a bill is at least: a lot, but at most what is billed at once.
    amount: Amount,
}

fn describe(
    connection: &Connection,
    contract: &ledger::Contract,
    settings: &PartnerSettings,
) -> Result<Contract, Problem> {
    let mut statement = connection
        .prepare_cached("SELECT DISTINCT price FROM contents WHERE partner_id = ?1 ORDER BY price LIMIT ?2")?;
    let prices = statement.query_map((contract.partner, MAX_LOTS), |row| row.get::<_, Price>(0))?;
    let lot_at = |price: Price| match settings.lots {
        true => Lot {
            price_per_minute: price.amount(),
            minutes: lot_minutes(price, contract.fee_pct),
            amount: lot(price, contract.fee_pct, settings.settle_above),
        },
        false => Lot { price_per_minute: price.amount(), minutes: 1, amount: price.amount() },
    };
    let lots = prices.map(|price| price.map(lot_at)).collect::<rusqlite::Result<_>>()?;
    let cents = |cents: u64| Amount::cents(cents).unwrap_or(Amount(i64::MAX));
    Ok(Contract {
        id: Kind::Contract.text(contract.id),
        partner_id: Kind::Partner.text(contract.partner),
        app_id: contract.app,
        asset_id: contract.asset,
        provider: contract.provider.clone(),
        platform: contract.platform.clone(),
        fee_basis_points: contract.fee_pct,
        min_price: cents(contract.min_rate.max(1)),
        max_price: cents(contract.max_rate).min(settings.max_price),
        state: contract.state.name(),
        lots,
    })
}

/// Which contracts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListContracts {
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 if not given.
    limit: Option<i64>,
}

async fn list(call: Request<Empty, ListContracts>) -> Result<Answer<Page<Contract>>, Problem> {
    let own = match &call.principal {
        Principal::Operator => None,
        principal => Some(principal.partner()?),
    };
    let limit = limit(call.query.limit)?;
    let list = List::new("contracts", &[&own.unwrap_or(0).to_string()]);
    let after = list.number("cursor", call.query.cursor.as_deref())?.unwrap_or(0);
    let gateway = Arc::clone(&call.state);
    let page = call
        .state
        .read(move |connection| {
            let all = ledger::Contract::all(connection)?;
            let mut rows = all.iter().filter(|row| row.id > after && own.is_none_or(|own| own == row.partner));
            let page: Vec<_> = rows.by_ref().take(limit).collect();
            let has_more = rows.next().is_some();
            let next_cursor = page.last().filter(|_| has_more).map(|row| list.cursor_of(row.id));
            let describe =
                |row: &ledger::Contract| describe(connection, row, &gateway.partner(row.partner)?.partner.settings);
            Ok(Page { data: page.into_iter().map(describe).collect::<Result<_, _>>()?, next_cursor })
        })
        .await?;
    Ok(Answer::ok(page))
}

async fn contract(call: Request) -> Result<Answer<Contract>, Problem> {
    let id = call.path.number(Kind::Contract, "id")?;
    let principal = call.principal;
    let gateway = Arc::clone(&call.state);
    let found = call
        .state
        .read(move |connection| {
            let all = ledger::Contract::all(connection)?;
            let is_visible = |row: &&ledger::Contract| {
                row.id == id && (principal == Principal::Operator || principal.partner_id() == Some(row.partner))
            };
            let row = all.iter().find(is_visible).ok_or_else(|| Problem::new(Code::NotFound))?;
            describe(connection, row, &gateway.partner(row.partner)?.partner.settings)
        })
        .await?;
    Ok(Answer::ok(found))
}

async fn create(call: Request<CreateContract>) -> Result<Answer<Contract>, Problem> {
    let key = call.idempotency()?.clone();
    let CreateContract { partner_id, provider } = call.body;
    let partner = Kind::Partner.number(&partner_id);
    let partner = partner.ok_or_else(|| Problem::invalid_field("partner_id", "is no partner's id."))?;
    let settings = call.state.partner(partner)?.partner.settings.clone();
    let provider: Option<Address> = match provider.map(|text| text.parse()).transpose() {
        Ok(provider) => provider,
        Err(error) => {
            return Err(Problem::invalid_field("provider", format_args!("is no Algorand address: {error}.")));
        }
    };
    let known = {
        let key = key.clone();
        call.state.write(move |write| stored_answer(write, &key)).await?
    };
    if let Some(stored) = known {
        return Answer::replay(stored);
    }
    let deployed = call.state.deploy(partner, provider).await?;
    let answer = call
        .state
        .write(move |write| {
            if let Some(stored) = stored_answer(write, &key)? {
                return Answer::replay(stored);
            }
            let id = ledger::Contract::put_in_force(write, &deployed)?;
            let contract = ledger::Contract { id, ..deployed.clone() };
            let answer = Answer::created(describe(write.connection(), &contract, &settings)?);
            store_answer(write, &key, &answer.stored()?)?;
            Ok(answer)
        })
        .await?;
    call.state.reload().await?;
    Ok(answer)
}
