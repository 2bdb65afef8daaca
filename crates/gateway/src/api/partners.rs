//! Partners and their settings.

use super::idempotency::answer_once;
use super::page::{List, Page, limit};
use super::reports::named_partner;
use super::request::Request;
use crate::access::{Access, Principal};
use crate::amount::Amount;
use crate::gateway::Gateway;
use crate::http::{Answer, Empty, Route, get, patch, post};
use crate::id::Kind;
use crate::ledger::{self, PartnerSettings, SessionPolicy};
use crate::problem::{Code, Problem};
use crate::reports::time_zone;
use axum::http::StatusCode;
use rusqlite::Connection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The longest name, in characters.
const MAX_NAME: usize = 100;
/// The most origins of a list.
const MAX_ORIGINS: usize = 50;
/// The risk limits are at least so many times what is billed at once.
const RISK_FACTOR: i64 = 4;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        post("/v1/partners")
            .operation("createPartner", "Add a partner")
            .access(Access::OPERATOR)
            .idempotent()
            .success(&[StatusCode::CREATED])
            .codes(&[Code::InvalidTimeZone])
            .handler(create),
        get("/v1/partners")
            .operation("listPartners", "Partners that the caller may see")
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::InvalidCursor])
            .handler(list),
        get("/v1/partners/{id}")
            .operation("getPartner", "A partner and its settings")
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::NotFound])
            .handler(partner),
        patch("/v1/partners/{id}")
            .operation("changePartner", "Change settings of a partner")
            .description(
                "A secret key may change its own partner's `session_policy`, `counts_leases`, `return_origins`, `top_up_url` and \
                 `time_zone`; limits and settlement are the operator's.",
            )
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::NotFound, Code::InvalidTimeZone])
            .handler(change),
    ]
}

/// Settings to change. What is not named stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SettingsChange {
    /// How many sessions a user may have open.
    session_policy: Option<SessionPolicy>,
    /// Whether its content servers check playback tokens, so that their leases are counted.
    counts_leases: Option<bool>,
    /// The time between two ticks, in milliseconds: 1,000 to 300,000.
    interval_ms: Option<i64>,
    /// From which amount on a tab is billed at once.
    settle_above: Option<Amount>,
    /// After how many milliseconds a tab is billed where there is a lot in it.
    settle_after_ms: Option<i64>,
    /// Whether bills are cut in lots whose fee is a whole minor unit.
    lots: Option<bool>,
    /// Whether the end of a session makes its tab due.
    stop_makes_due: Option<bool>,
    /// For how many milliseconds a bill waits after it became due.
    payout_delay_ms: Option<i64>,
    /// How much of one wallet may be charged and not on the chain: at least four times `settle_above`.
    risk_limit_wallet: Option<Amount>,
    /// How much of all wallets may be charged and not on the chain: at least four times `settle_above`.
    risk_limit_partner: Option<Amount>,
    /// The highest price of a minute, in whole cents.
    max_price: Option<Amount>,
    /// The least top-up.
    top_up_min: Option<Amount>,
    /// The largest top-up.
    top_up_max: Option<Amount>,
    /// The most that a user may top up a day.
    top_up_daily: Option<Amount>,
    /// After how many days money that came by card may leave.
    card_hold_days: Option<i64>,
    /// The origins that a `return_url` may have: `https://shop.example`.
    return_origins: Option<Vec<String>>,
    /// Where users top up; an empty text for nowhere.
    top_up_url: Option<String>,
    /// The time zone of its reports: a name of the IANA database.
    time_zone: Option<String>,
}

/// A partner to add.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreatePartner {
    /// Its name, which no other partner has.
    name: String,
    /// Settings that differ from the usual ones.
    settings: Option<SettingsChange>,
}

/// A partner.
#[derive(Debug, Serialize, JsonSchema)]
struct Partner {
    /// The partner.
    id: String,
    /// Its name.
    name: String,
    /// When it was added.
    created_at: String,
    /// What bills have paid it so far.
    earned: Amount,
    /// The platform's part of these bills.
    platform_fees: Amount,
    /// Its settings.
    settings: PartnerSettings,
}

impl Partner {
    fn of(partner: &ledger::Partner) -> Self {
        Self {
            id: Kind::Partner.text(partner.id),
            name: partner.name.clone(),
            created_at: crate::time::rfc3339(partner.created_at),
            earned: partner.earned,
            platform_fees: partner.platform,
            settings: partner.settings.clone(),
        }
    }
}

impl SettingsChange {
    /// The first member that only the operator may change.
    fn operators_member(&self) -> Option<&'static str> {
        let members = [
            ("interval_ms", self.interval_ms.is_some()),
            ("settle_above", self.settle_above.is_some()),
            ("settle_after_ms", self.settle_after_ms.is_some()),
            ("lots", self.lots.is_some()),
            ("stop_makes_due", self.stop_makes_due.is_some()),
            ("payout_delay_ms", self.payout_delay_ms.is_some()),
            ("risk_limit_wallet", self.risk_limit_wallet.is_some()),
            ("risk_limit_partner", self.risk_limit_partner.is_some()),
            ("max_price", self.max_price.is_some()),
            ("top_up_min", self.top_up_min.is_some()),
            ("top_up_max", self.top_up_max.is_some()),
            ("top_up_daily", self.top_up_daily.is_some()),
            ("card_hold_days", self.card_hold_days.is_some()),
        ];
        members.into_iter().find(|(_, is_named)| *is_named).map(|(member, _)| member)
    }

    /// The settings with what is named.
    fn apply(&self, before: &PartnerSettings) -> PartnerSettings {
        let top_up_url = match self.top_up_url.as_deref() {
            None => before.top_up_url.clone(),
            Some("") => None,
            Some(url) => Some(url.to_owned()),
        };
        PartnerSettings {
            session_policy: self.session_policy.unwrap_or(before.session_policy),
            counts_leases: self.counts_leases.unwrap_or(before.counts_leases),
            interval_ms: self.interval_ms.unwrap_or(before.interval_ms),
            settle_above: self.settle_above.unwrap_or(before.settle_above),
            settle_after_ms: self.settle_after_ms.unwrap_or(before.settle_after_ms),
            lots: self.lots.unwrap_or(before.lots),
            stop_makes_due: self.stop_makes_due.unwrap_or(before.stop_makes_due),
            payout_delay_ms: self.payout_delay_ms.unwrap_or(before.payout_delay_ms),
            risk_limit_wallet: self.risk_limit_wallet.unwrap_or(before.risk_limit_wallet),
            risk_limit_partner: self.risk_limit_partner.unwrap_or(before.risk_limit_partner),
            max_price: self.max_price.unwrap_or(before.max_price),
            top_up_min: self.top_up_min.unwrap_or(before.top_up_min),
            top_up_max: self.top_up_max.unwrap_or(before.top_up_max),
            top_up_daily: self.top_up_daily.unwrap_or(before.top_up_daily),
            card_hold_days: self.card_hold_days.unwrap_or(before.card_hold_days),
            return_origins: self.return_origins.clone().unwrap_or_else(|| before.return_origins.clone()),
            top_up_url,
            time_zone: self.time_zone.clone().unwrap_or_else(|| before.time_zone.clone()),
        }
    }
}

/// Checks settings as a whole.
fn check(settings: &PartnerSettings) -> Result<(), Problem> {
    const DAY: i64 = 86_400_000;
    let range = |param: &'static str, value: i64, least: i64, most: i64| {
        if (least..=most).contains(&value) {
            return Ok(());
        }
        Err(Problem::invalid_field(param, format_args!("must be from {least} to {most}.")))
    };
    range("interval_ms", settings.interval_ms, 1_000, 300_000)?;
    range("settle_after_ms", settings.settle_after_ms, 0, 30 * DAY)?;
    range("payout_delay_ms", settings.payout_delay_ms, 0, 90 * DAY)?;
    range("card_hold_days", settings.card_hold_days, 0, 3_650)?;
    for (param, amount) in [
        ("settle_above", settings.settle_above),
        ("max_price", settings.max_price),
        ("top_up_min", settings.top_up_min),
        ("top_up_max", settings.top_up_max),
        ("top_up_daily", settings.top_up_daily),
    ] {
        if amount.0 <= 0 || amount.in_cents().is_err() {
            return Err(Problem::invalid_field(param, "must be a whole number of cents, at least one."));
        }
    }
    let least = Amount(settings.settle_above.0.saturating_mul(RISK_FACTOR));
    for (param, amount) in
        [("risk_limit_wallet", settings.risk_limit_wallet), ("risk_limit_partner", settings.risk_limit_partner)]
    {
        if amount < least {
            let why = format_args!("must be at least {least}, which is {RISK_FACTOR} times `settle_above`.");
            return Err(Problem::invalid_field(param, why));
        }
    }
    if settings.top_up_max < settings.top_up_min {
        return Err(Problem::invalid_field("top_up_max", "must be at least `top_up_min`."));
    }
    check_origins("return_origins", &settings.return_origins)?;
    if let Some(url) = &settings.top_up_url
        && (url.len() > 2_000
            || !(url.starts_with("https://") || url.starts_with("http://"))
            || !url.bytes().all(|byte| byte.is_ascii_graphic()))
    {
        return Err(Problem::invalid_field("top_up_url", "must be a URL that begins with `https://` or `http://`."));
    }
    time_zone(&settings.time_zone).map(drop)
}

/// Checks origins of pages: scheme, host and port, and nothing else.
pub(super) fn check_origins(param: &'static str, origins: &[String]) -> Result<(), Problem> {
    if origins.len() > MAX_ORIGINS {
        return Err(Problem::invalid_field(param, format_args!("must be at most {MAX_ORIGINS}.")));
    }
    let is_origin = |origin: &str| {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let is_host = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:[]".contains(&byte);
        host.is_some_and(|host| !host.is_empty() && host.len() <= 255 && host.bytes().all(is_host))
    };
    match origins.iter().find(|origin| !is_origin(origin)) {
        Some(other) => Err(Problem::invalid_field(
            param,
            format_args!("has {other:?}, which is no origin: `https://shop.example`, in lower case, without a path."),
        )),
        None => Ok(()),
    }
}

async fn create(call: Request<CreatePartner>) -> Result<Answer<Partner>, Problem> {
    let key = call.idempotency()?.clone();
    let CreatePartner { name, settings } = call.body;
    let is_name = !name.trim().is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    if !is_name {
        return Err(Problem::invalid_field("name", format_args!("must be 1 to {MAX_NAME} characters.")));
    }
    let settings = settings.unwrap_or_default().apply(&PartnerSettings::default());
    check(&settings)?;
    let (answer, _) = call
        .state
        .write(move |write| {
            answer_once(write, &key, |write| {
                if ledger::Partner::all(write.connection())?.iter().any(|partner| partner.name == name) {
                    return Err(Problem::invalid_field("name", "is another partner's."));
                }
                let id = ledger::Partner::add(write, &name, &settings)?;
                Ok((Answer::created(Partner::of(&find(write.connection(), id)?)), ()))
            })
        })
        .await?;
    call.state.reload().await?;
    Ok(answer)
}

/// The partner as it stands in the store.
fn find(connection: &Connection, id: i64) -> Result<ledger::Partner, Problem> {
    let all = ledger::Partner::all(connection)?;
    all.into_iter().find(|partner| partner.id == id).ok_or_else(|| Problem::new(Code::NotFound))
}

/// Which partners.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListPartners {
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 if not given.
    limit: Option<i64>,
}

async fn list(call: Request<Empty, ListPartners>) -> Result<Answer<Page<Partner>>, Problem> {
    let own = match &call.principal {
        Principal::Operator => None,
        principal => Some(principal.partner()?),
    };
    let limit = limit(call.query.limit)?;
    let list = List::new("partners", &[&own.unwrap_or(0).to_string()]);
    let after = list.number("cursor", call.query.cursor.as_deref())?.unwrap_or(0);
    let all = call.state.read(|connection| Ok(ledger::Partner::all(connection)?)).await?;
    let mut rows = all.iter().filter(|partner| partner.id > after && own.is_none_or(|own| own == partner.id));
    let page: Vec<_> = rows.by_ref().take(limit).collect();
    let has_more = rows.next().is_some();
    let next_cursor = page.last().filter(|_| has_more).map(|partner| list.cursor_of(partner.id));
    Ok(Answer::ok(Page { data: page.into_iter().map(Partner::of).collect(), next_cursor }))
}

async fn partner(call: Request) -> Result<Answer<Partner>, Problem> {
    let id = named_partner(&call.principal, call.path.number(Kind::Partner, "id")?)?;
    let found = call.state.read(move |connection| find(connection, id)).await?;
    Ok(Answer::ok(Partner::of(&found)))
}

async fn change(call: Request<SettingsChange>) -> Result<Answer<Partner>, Problem> {
    let id = named_partner(&call.principal, call.path.number(Kind::Partner, "id")?)?;
    let changes = call.body;
    if call.principal != Principal::Operator
        && let Some(member) = changes.operators_member()
    {
        let detail = format!("`{member}` is the operator's to change.");
        return Err(Problem::new(Code::Forbidden).detail(detail).param(member));
    }
    let changed = call
        .state
        .write(move |write| {
            let before = find(write.connection(), id)?;
            let settings = changes.apply(&before.settings);
            check(&settings)?;
            ledger::Partner::set_settings(write, id, &settings)?;
            find(write.connection(), id)
        })
        .await?;
    call.state.reload().await?;
    Ok(Answer::ok(Partner::of(&changed)))
}
