//! The catalogue: contents and their prices.

use super::page::{List, Page, limit};
use super::request::Request;
use crate::access::{Access, Class, Principal};
use crate::amount::{Amount, AmountError, Price};
use crate::gateway::{Gateway, PartnerState};
use crate::http::{Answer, Empty, Route, delete, get, put};
use crate::id::Kind;
use crate::problem::{Code, Problem};
use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, Row};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        put("/v1/contents/{id}")
            .operation("putContent", "Add a content, or change its title or price")
            .description("The operator names the partner with `partner_id`.")
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::NotFound, Code::PriceNotBillable, Code::PriceOutOfRange])
            .handler(put_content),
        get("/v1/contents")
            .operation("listContents", "The catalogue, in the order of ids")
            .access(READERS)
            .codes(&[Code::InvalidCursor, Code::NotFound])
            .handler(list),
        get("/v1/contents/{id}")
            .operation("getContent", "A content and its price")
            .access(READERS)
            .codes(&[Code::NotFound])
            .handler(content),
        delete("/v1/contents/{id}")
            .operation("deleteContent", "Remove a content; sessions that are open go on")
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::NotFound])
            .success(&[StatusCode::NO_CONTENT])
            .handler(delete_content),
    ]
}

/// Who may read the catalogue.
const READERS: Access = Access::of(&[Class::Secret, Class::Publishable, Class::User, Class::Operator]);

/// Whose content.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfPartner {
    /// The partner; the operator must name it, everybody else has one.
    partner_id: Option<String>,
}

/// The partner whose catalogue is meant.
fn owner(call: &Principal, gateway: &Gateway, named: Option<&str>) -> Result<i64, Problem> {
    let no_partner = || Problem::new(Code::NotFound).param("partner_id");
    let named = named.map(|text| Kind::Partner.number(text).ok_or_else(no_partner)).transpose()?;
    match (call, named) {
        (Principal::Operator, None) => Err(Problem::new(Code::MissingField).param("partner_id")),
        (Principal::Operator, Some(named)) => {
            gateway.partner(named).map_err(|_| no_partner())?;
            Ok(named)
        }
        (principal, named) => {
            let own = principal.partner()?;
            if named.is_some_and(|named| named != own) { Err(no_partner()) } else { Ok(own) }
        }
    }
}

/// A content to add or change.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PutContent {
    /// Its title.
    title: String,
    /// The price of a minute, in whole cents.
    price_per_minute: Amount,
}

/// A content.
#[derive(Debug, Serialize, JsonSchema)]
struct Content {
    /// Its id at the partner.
    content_id: String,
    /// Its title.
    title: String,
    /// The price of a minute.
    price_per_minute: Amount,
    /// When it was changed last.
    updated_at: String,
}

impl Content {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            content_id: row.get(0)?,
            title: row.get(1)?,
            price_per_minute: row.get::<_, Price>(2)?.amount(),
            updated_at: crate::time::rfc3339(row.get(3)?),
        })
    }
}

/// The longest title, in characters.
const MAX_TITLE: usize = 300;

/// The price that an amount names, where the partner's contract can bill it.
pub(super) fn billable_price(amount: Amount, state: &PartnerState) -> Result<Price, Problem> {
    let not_billable = || {
        let below = amount.whole_minor_units();
        let nearest = [below, Amount(below.0.saturating_add(Amount::MINOR_UNIT.0))];
        let nearest = nearest.into_iter().filter(|near| near.0 > 0).map(|near| near.to_string()).collect::<Vec<_>>();
        Problem::new(Code::PriceNotBillable)
            .param("price_per_minute")
            .detail(format!("A minute costs whole cents; {amount} does not."))
            .member("nearest", nearest)
    };
    let contract = state.contract.as_ref();
    let least = contract.map_or(1, |contract| i64::try_from(contract.min_rate).unwrap_or(i64::MAX)).max(1);
    let limit = state.partner.settings.max_price.0 / Amount::MINOR_UNIT.0;
    let most = contract.map_or(limit, |contract| limit.min(i64::try_from(contract.max_rate).unwrap_or(i64::MAX)));
    let price = match Price::from_amount(amount) {
        Err(AmountError::NotCents) if amount.0 > 0 => return Err(not_billable()),
        Err(_) | Ok(None) => None,
        Ok(price) => price,
    };
    price.filter(|price| (least..=most).contains(&price.in_cents())).ok_or_else(|| {
        let nearest = if amount.0 > least.saturating_mul(Amount::MINOR_UNIT.0) { most } else { least };
        let cents = |cents: i64| Amount(cents.saturating_mul(Amount::MINOR_UNIT.0)).to_string();
        Problem::new(Code::PriceOutOfRange)
            .param("price_per_minute")
            .detail(format!("A minute costs from {} to {} EUR here.", cents(least), cents(most)))
            .member("nearest", vec![cents(nearest)])
    })
}

/// The price of a content in the catalogue.
pub(super) fn catalogue_price(
    connection: &Connection,
    partner: i64,
    content_id: &str,
) -> Result<Option<Price>, Problem> {
    let mut statement =
        connection.prepare_cached("SELECT price FROM contents WHERE partner_id = ?1 AND content_id = ?2")?;
    Ok(statement.query_row((partner, content_id), |row| row.get(0)).optional()?)
}

/// Checks a content's id: as a user's.
pub(super) fn check_content_id(id: &str) -> Result<(), Problem> {
    crate::http::check_user_id(id).map_err(|why| Problem::invalid_field("content_id", why))
}

async fn put_content(call: Request<PutContent, OfPartner>) -> Result<Answer<Content>, Problem> {
    let partner = owner(&call.principal, &call.state, call.query.partner_id.as_deref())?;
    let id = call.path.text("id")?.to_owned();
    check_content_id(&id)?;
    let price = billable_price(call.body.price_per_minute, &*call.state.partner(partner)?)?;
    let title = call.body.title;
    if title.chars().any(char::is_control) {
        return Err(Problem::invalid_field("title", "must not have control characters."));
    }
    if title.chars().count() > MAX_TITLE {
        return Err(Problem::invalid_field("title", format_args!("has more than {MAX_TITLE} characters.")));
    }
    let content = call
        .state
        .write(move |write| {
            let now = write.now();
            write.execute(
                "INSERT INTO contents (partner_id, content_id, title, price, created_at, updated_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT (partner_id, content_id) \
                 DO UPDATE SET title = excluded.title, price = excluded.price, updated_at = excluded.updated_at",
                (partner, &id, &title, price, now),
            )?;
            Ok(Content {
                content_id: id.clone(),
                title: title.clone(),
                price_per_minute: price.amount(),
                updated_at: crate::time::rfc3339(now),
            })
        })
        .await?;
    Ok(Answer::ok(content))
}

async fn content(call: Request<Empty, OfPartner>) -> Result<Answer<Content>, Problem> {
    let partner = owner(&call.principal, &call.state, call.query.partner_id.as_deref())?;
    let id = call.path.text("id")?.to_owned();
    let found = call
        .state
        .read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT content_id, title, price, updated_at FROM contents WHERE partner_id = ?1 AND content_id = ?2",
            )?;
            let found = statement.query_row((partner, &id), Content::read);
            Ok(found.optional()?)
        })
        .await?;
    found.map(Answer::ok).ok_or_else(|| Problem::new(Code::NotFound))
}

/// Which contents.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListContents {
    /// The partner; the operator must name it, everybody else has one.
    partner_id: Option<String>,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 if not given.
    limit: Option<i64>,
}

async fn list(call: Request<Empty, ListContents>) -> Result<Answer<Page<Content>>, Problem> {
    let partner = owner(&call.principal, &call.state, call.query.partner_id.as_deref())?;
    let limit = limit(call.query.limit)?;
    let list = List::new("contents", &[&partner.to_string()]);
    let after = match &call.query.cursor {
        None => String::new(),
        Some(cursor) => String::from_utf8(list.place("cursor", cursor)?)
            .map_err(|_| Problem::new(Code::InvalidCursor).param("cursor"))?,
    };
    let wanted = i64::try_from(limit).map_err(Problem::internal)?.saturating_add(1);
    let mut data = call
        .state
        .read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT content_id, title, price, updated_at FROM contents WHERE partner_id = ?1 AND content_id > ?2 \
                 ORDER BY content_id LIMIT ?3",
            )?;
            let contents = statement.query_map((partner, &after, wanted), Content::read)?;
            Ok(contents.collect::<rusqlite::Result<Vec<_>>>()?)
        })
        .await?;
    let has_more = data.len() > limit;
    data.truncate(limit);
    let next_cursor = data.last().filter(|_| has_more).map(|content| list.cursor(content.content_id.as_bytes()));
    Ok(Answer::ok(Page { data, next_cursor }))
}

async fn delete_content(call: Request<Empty, OfPartner>) -> Result<Answer<Empty>, Problem> {
    let partner = owner(&call.principal, &call.state, call.query.partner_id.as_deref())?;
    let id = call.path.text("id")?.to_owned();
    let deleted = call
        .state
        .write(move |write| {
            Ok(write.execute("DELETE FROM contents WHERE partner_id = ?1 AND content_id = ?2", (partner, &id))?)
        })
        .await?;
    if deleted == 0 {
        return Err(Problem::new(Code::NotFound));
    }
    Ok(Answer::new(StatusCode::NO_CONTENT, Empty {}))
}
