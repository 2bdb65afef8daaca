//! API keys: shown once, kept as a hash.

use super::idempotency::answer_once;
use super::page::{List, Page, limit};
use super::partners::check_origins;
use super::request::Request;
use crate::access::{Access, Principal, Scope, Scopes};
use crate::credentials::{ApiKey, KeyKind};
use crate::gateway::Gateway;
use crate::http::{Answer, Empty, IdempotencyKey, Route, get, post};
use crate::id::Kind;
use crate::problem::{Code, Problem};
use crate::store::Write;
use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, Row};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The longest name, in characters.
const MAX_NAME: usize = 100;
/// For how many hours a key works on beside the one that replaces it, and at most.
const OVERLAP: (i64, i64) = (24, 168);
const HOUR: i64 = 3_600_000;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        post("/v1/api_keys")
            .operation("createApiKey", "Make a key")
            .description(
                "The key is in this answer alone. An answer that is replayed has `secret: null` and `replayed: true`.",
            )
            .access(Access::SECRET_OR_OPERATOR)
            .idempotent()
            .success(&[StatusCode::CREATED])
            .codes(&[Code::NotFound])
            .handler(create),
        get("/v1/api_keys")
            .operation("listApiKeys", "Keys, without what is secret about them")
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::InvalidCursor, Code::NotFound])
            .handler(list),
        post("/v1/api_keys/{id}/rotate")
            .operation("rotateApiKey", "Replace a key; the old one works on for a day")
            .description(
                "The key is in this answer alone. An answer that is replayed has `secret: null` and `replayed: true`.",
            )
            .access(Access::SECRET_OR_OPERATOR)
            .idempotent()
            .optional_body()
            .success(&[StatusCode::CREATED])
            .codes(&[Code::NotFound])
            .handler(rotate),
        post("/v1/api_keys/{id}/revoke")
            .operation("revokeApiKey", "End a key at once")
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::NotFound])
            .handler(revoke),
    ]
}

/// What a key may be used from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Use {
    /// Servers.
    Secret,
    /// Pages of listed origins.
    Publishable,
}

/// A key to make.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateApiKey {
    /// Whose. The operator must name it; a secret key makes keys of its own partner.
    partner_id: Option<String>,
    /// `secret` for servers, `publishable` for pages.
    kind: Use,
    /// What people call it.
    name: String,
    /// Rights that a secret key has only where they are named: `prices:set`, `ticks:unbounded`, `withdrawals:write`. A secret
    /// key can give those that it has.
    scopes: Option<Vec<String>>,
    /// The origins of pages that may use a publishable key: `https://shop.example`.
    origins: Option<Vec<String>>,
}

/// How to replace a key.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RotateApiKey {
    /// For how many hours the old key works on: 0 to 168, 24 if not given.
    overlap_hours: Option<i64>,
}

/// A key.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
struct ApiKeyAnswer {
    /// The key's id.
    id: String,
    /// The partner.
    partner_id: String,
    /// `secret` or `publishable`.
    kind: String,
    /// What people call it.
    name: String,
    /// The key itself: in the answer that made it, and never again.
    secret: Option<String>,
    /// Whether this answer was given before.
    replayed: bool,
    /// The key's last four characters.
    hint: String,
    /// Its rights.
    scopes: Vec<String>,
    /// The pages that may use it.
    origins: Vec<String>,
    /// When it was made.
    created_at: String,
    /// When it ends.
    expires_at: Option<String>,
    /// When it was revoked.
    revoked_at: Option<String>,
    /// When it was used last; it may be some seconds old.
    last_used_at: Option<String>,
}

/// A key as it is kept.
#[derive(Clone, Debug)]
struct KeyRow {
    id: i64,
    partner: i64,
    kind: String,
    name: String,
    hint: String,
    scopes: String,
    origins: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
}

const COLUMNS: &str =
    "id, partner_id, kind, name, hint, scopes, origins, created_at, expires_at, revoked_at, last_used_at";

impl KeyRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            partner: row.get(1)?,
            kind: row.get(2)?,
            name: row.get(3)?,
            hint: row.get(4)?,
            scopes: row.get(5)?,
            origins: row.get(6)?,
            created_at: row.get(7)?,
            expires_at: row.get(8)?,
            revoked_at: row.get(9)?,
            last_used_at: row.get(10)?,
        })
    }

    /// A key that the caller may see.
    fn find(connection: &Connection, principal: &Principal, id: i64) -> Result<Self, Problem> {
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM api_keys WHERE id = ?1"))?;
        let found = statement.query_row([id], Self::read).optional()?;
        let is_visible = |row: &Self| *principal == Principal::Operator || principal.partner_id() == Some(row.partner);
        found.filter(is_visible).ok_or_else(|| Problem::new(Code::NotFound))
    }

    fn insert(&self, write: &mut Write<'_>, hash: &[u8; 32]) -> Result<(), Problem> {
        write.execute(
            "INSERT INTO api_keys (id, partner_id, kind, name, hash, hint, scopes, origins, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (
                self.id,
                self.partner,
                &self.kind,
                &self.name,
                &hash[..],
                &self.hint,
                &self.scopes,
                &self.origins,
                self.created_at,
            ),
        )?;
        Ok(())
    }
}

impl ApiKeyAnswer {
    fn of(row: &KeyRow) -> Self {
        let words = |text: &str| text.split_ascii_whitespace().map(str::to_owned).collect();
        Self {
            id: Kind::ApiKey.text(row.id),
            partner_id: Kind::Partner.text(row.partner),
            kind: row.kind.clone(),
            name: row.name.clone(),
            secret: None,
            replayed: false,
            hint: row.hint.clone(),
            scopes: words(&row.scopes),
            origins: words(&row.origins),
            created_at: crate::time::rfc3339(row.created_at),
            expires_at: row.expires_at.map(crate::time::rfc3339),
            revoked_at: row.revoked_at.map(crate::time::rfc3339),
            last_used_at: row.last_used_at.map(crate::time::rfc3339),
        }
    }
}

/// The scopes of names; a caller can give those that it has.
fn scopes(principal: &Principal, names: &[String]) -> Result<Scopes, Problem> {
    let scope = |name: &String| {
        let found = Scope::from_text(name);
        let scope =
            found.ok_or_else(|| Problem::invalid_field("scopes", format_args!("has {name:?}, which is no scope.")))?;
        if principal.has_scope(scope) {
            return Ok(scope);
        }
        let detail = format!("This key lacks the scope `{name}`, and cannot give it.");
        Err(Problem::new(Code::Forbidden).detail(detail).param("scopes").hint("Ask the operator for this key."))
    };
    names.iter().map(scope).collect()
}

async fn create(call: Request<CreateApiKey>) -> Result<Answer<ApiKeyAnswer>, Problem> {
    let key = call.idempotency()?.clone();
    let body = call.body;
    let named = match &body.partner_id {
        Some(text) => Some(Kind::Partner.number(text).ok_or_else(|| Problem::new(Code::NotFound).param("partner_id"))?),
        None => None,
    };
    let partner = match (&call.principal, named) {
        (Principal::Operator, None) => return Err(Problem::new(Code::MissingField).param("partner_id")),
        (Principal::Operator, Some(named)) => named,
        (principal, named) => {
            let own = principal.partner()?;
            if named.is_some_and(|named| named != own) {
                return Err(Problem::new(Code::NotFound).param("partner_id"));
            }
            own
        }
    };
    call.state.partner(partner)?;
    let is_name = !body.name.trim().is_empty()
        && body.name.chars().count() <= MAX_NAME
        && !body.name.chars().any(char::is_control);
    if !is_name {
        return Err(Problem::invalid_field("name", format_args!("must be 1 to {MAX_NAME} characters.")));
    }
    let scopes = scopes(&call.principal, body.scopes.as_deref().unwrap_or_default())?;
    let origins = body.origins.unwrap_or_default();
    check_origins("origins", &origins)?;
    let kind = match body.kind {
        Use::Secret if !origins.is_empty() => {
            return Err(Problem::invalid_field(
                "origins",
                "is for publishable keys: pages must never have a secret key.",
            ));
        }
        Use::Publishable if scopes != Scopes::default() => {
            return Err(Problem::invalid_field("scopes", "is for secret keys: everybody can read a publishable one."));
        }
        Use::Publishable if origins.is_empty() => {
            return Err(Problem::invalid_field("origins", "must name the pages that may use the key."));
        }
        Use::Secret => KeyKind::Secret,
        Use::Publishable => KeyKind::Publishable,
    };
    let (name, scopes, origins) = (body.name, scopes.to_string(), origins.join(" "));
    add(&call.state, key, kind, move |write| {
        Ok(KeyRow {
            id: write.next_id(),
            partner,
            kind: kind.text().to_owned(),
            name: name.clone(),
            hint: String::new(),
            scopes: scopes.clone(),
            origins: origins.clone(),
            created_at: write.now(),
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
        })
    })
    .await
}

/// Makes a key and adds the row that `make` gives, with the key's hint: once for a request, whose answer is kept without the key.
async fn add(
    gateway: &Gateway,
    once: IdempotencyKey,
    kind: KeyKind,
    make: impl Fn(&mut Write<'_>) -> Result<KeyRow, Problem> + Send + 'static,
) -> Result<Answer<ApiKeyAnswer>, Problem> {
    let made = ApiKey::generate(kind, gateway.network.kind).map_err(Problem::internal)?;
    let (hash, hint) = (made.hash(), made.hint().to_owned());
    let (kept, row) = gateway
        .write(move |write| {
            answer_once(write, &once, |write| {
                let row = KeyRow { hint: hint.clone(), ..make(write)? };
                row.insert(write, &hash)?;
                Ok((Answer::created(ApiKeyAnswer { replayed: true, ..ApiKeyAnswer::of(&row) }), row))
            })
        })
        .await?;
    gateway.reload().await?;
    let Some(row) = row else { return Ok(kept) };
    Ok(Answer::created(ApiKeyAnswer { secret: Some(made.text().to_owned()), ..ApiKeyAnswer::of(&row) }))
}

/// Which keys.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListApiKeys {
    /// Those of this partner; for the operator, who sees all if it is not given.
    partner_id: Option<String>,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 if not given.
    limit: Option<i64>,
}

async fn list(call: Request<Empty, ListApiKeys>) -> Result<Answer<Page<ApiKeyAnswer>>, Problem> {
    let no_partner = || Problem::new(Code::NotFound).param("partner_id");
    let named = call.query.partner_id.as_deref().map(|text| Kind::Partner.number(text).ok_or_else(no_partner));
    let named = named.transpose()?;
    let partner = match &call.principal {
        Principal::Operator => named,
        principal => {
            let own = principal.partner()?;
            if named.is_some_and(|named| named != own) {
                return Err(no_partner());
            }
            Some(own)
        }
    };
    let limit = limit(call.query.limit)?;
    let list = List::new("api_keys", &[&partner.unwrap_or(0).to_string()]);
    let after = list.number("cursor", call.query.cursor.as_deref())?.unwrap_or(0);
    let wanted = i64::try_from(limit).map_err(Problem::internal)?.saturating_add(1);
    let mut rows = call
        .state
        .read(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM api_keys WHERE id > ?1 AND (partner_id = ?2 OR ?2 IS NULL) ORDER BY id LIMIT ?3"
            ))?;
            let rows = statement.query_map((after, partner, wanted), KeyRow::read)?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        })
        .await?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| has_more).map(|row| list.cursor_of(row.id));
    Ok(Answer::ok(Page { data: rows.iter().map(ApiKeyAnswer::of).collect(), next_cursor }))
}

async fn rotate(call: Request<RotateApiKey>) -> Result<Answer<ApiKeyAnswer>, Problem> {
    let id = call.path.number(Kind::ApiKey, "id")?;
    let key = call.idempotency()?.clone();
    let (usual, most) = OVERLAP;
    let hours = call.body.overlap_hours.unwrap_or(usual);
    if !(0..=most).contains(&hours) {
        return Err(Problem::invalid_field("overlap_hours", format_args!("must be from 0 to {most}.")));
    }
    let principal = call.principal;
    let reader = principal.clone();
    let before = call.state.read(move |connection| KeyRow::find(connection, &reader, id)).await?;
    let kind = if before.kind == KeyKind::Secret.text() { KeyKind::Secret } else { KeyKind::Publishable };
    add(&call.state, key, kind, move |write| {
        let before = KeyRow::find(write.connection(), &principal, id)?;
        let now = write.now();
        let has_ended = before.revoked_at.is_some() || before.expires_at.is_some_and(|at| at <= now);
        if has_ended {
            return Err(Problem::new(Code::NotFound).detail("The key does not work any more."));
        }
        // A key must not give itself rights by replacing another that has them.
        let names: Vec<_> = before.scopes.split_ascii_whitespace().map(str::to_owned).collect();
        scopes(&principal, &names)?;
        let ends = now.saturating_add(hours.saturating_mul(HOUR));
        write.execute(
            "UPDATE api_keys SET expires_at = ?1 WHERE id = ?2 AND (expires_at IS NULL OR expires_at > ?1)",
            (ends, id),
        )?;
        Ok(KeyRow { id: write.next_id(), created_at: now, expires_at: None, last_used_at: None, ..before })
    })
    .await
}

async fn revoke(call: Request<Empty>) -> Result<Answer<ApiKeyAnswer>, Problem> {
    let id = call.path.number(Kind::ApiKey, "id")?;
    let principal = call.principal;
    let row = call
        .state
        .write(move |write| {
            KeyRow::find(write.connection(), &principal, id)?;
            let now = write.now();
            write.execute("UPDATE api_keys SET revoked_at = ?1 WHERE id = ?2 AND revoked_at IS NULL", (now, id))?;
            KeyRow::find(write.connection(), &principal, id)
        })
        .await?;
    call.state.reload().await?;
    Ok(Answer::ok(ApiKeyAnswer::of(&row)))
}
