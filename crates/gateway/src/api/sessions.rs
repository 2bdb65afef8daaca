//! Sessions: started, ticked, stopped.

use super::contents::{billable_price, catalogue_price, check_content_id};
use super::idempotency::{store_answer, stored_answer};
use super::request::Request;
use crate::access::{Access, Principal, Scope};
use crate::amount::{Amount, Price};
use crate::gateway::{Gateway, PartnerState};
use crate::http::{Answer, Empty, IdempotencyKey, Route, StoredAnswer, check_user_id, get, post};
use crate::id::Kind;
use crate::problem::{Code, Problem};
use crate::sessions::{
    self, Claim, CloseReason, MAX_BATCH, MAX_HOLD_MS, OnConflict, Session, StartRequest, TickOutcome, TickRequest,
    close_session, find_session, give_lease, tick, tick_batch,
};
use crate::store::Write;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Codes of everything that charges.
const TICK_CODES: &[Code] =
    &[Code::NotFound, Code::SessionClosed, Code::SessionReplaced, Code::TickIdReused, Code::InsufficientBalance];

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        post("/v1/sessions")
            .operation("startSession", "Start a session")
            .access(Access::SECRET_OR_USER)
            .idempotent()
            .success(&[StatusCode::CREATED])
            .codes(&[
                Code::NotFound,
                Code::InsufficientBalance,
                Code::SessionExists,
                Code::PriceMismatch,
                Code::PriceRequired,
                Code::PriceNotBillable,
                Code::PriceOutOfRange,
                Code::WalletFrozen,
                Code::WalletClosed,
                Code::ContractUnavailable,
                Code::RiskLimit,
            ])
            .handler(start),
        get("/v1/sessions/{id}")
            .operation("getSession", "A session, and what it has cost")
            .access(Access::SESSION)
            .codes(&[Code::NotFound])
            .handler(session),
        post("/v1/sessions/{id}/heartbeats")
            .operation("sendHeartbeat", "Charge what was played since the last tick")
            .access(Access::SESSION)
            .by_tick_id()
            .token_in_body()
            .codes(TICK_CODES)
            .handler(heartbeat),
        post("/v1/sessions/{id}/heartbeats/batch")
            .operation("sendHeartbeats", "Charge the ticks of a player that was cut off")
            .access(Access::SESSION)
            .by_tick_id()
            .token_in_body()
            .codes(&[Code::NotFound])
            .handler(heartbeats),
        post("/v1/sessions/{id}/stop")
            .operation("stopSession", "End a session")
            .access(Access::SESSION)
            .by_tick_id()
            .optional_body()
            .token_in_body()
            .unlimited()
            .codes(TICK_CODES)
            .handler(stop),
        post("/v1/sessions/{id}/token")
            .operation("renewTokens", "New tokens for a player that goes on after a pause")
            .access(Access::SESSION)
            .by_tick_id()
            .optional_body()
            .token_in_body()
            .codes(&[Code::NotFound, Code::SessionClosed, Code::SessionReplaced, Code::InsufficientBalance])
            .handler(renew_tokens),
    ]
}

/// A session to start.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StartSession {
    /// The user. A user token names its own, and need not repeat it.
    user_id: Option<String>,
    /// What is played.
    content_id: String,
    /// The price of a minute, in whole cents. Needed where the content is not in the catalogue.
    price_per_minute: Option<Amount>,
    /// How much playing is paid ahead, in milliseconds: one interval if not given, at most 30 minutes.
    hold_ms: Option<i64>,
    /// The device: a random text that it keeps. The same device takes an open session up again.
    client_id: Option<String>,
    /// What happens where the user plays on another device.
    on_conflict: Option<OnConflict>,
}

/// A session that was started.
#[derive(Debug, Serialize, JsonSchema)]
struct StartedSession {
    /// The session.
    id: String,
    /// The same.
    session_id: String,
    /// Ticks and stops the session.
    session_token: String,
    /// Opens the content for one interval.
    playback_token: Option<String>,
    /// When it began.
    started_at: String,
    /// The user.
    user_id: String,
    /// What is played.
    content_id: String,
    /// The price of a minute, fixed now.
    price_per_minute: Amount,
    /// The time between two ticks, in milliseconds.
    interval_ms: i64,
    /// How much playing is paid ahead, in milliseconds.
    hold_ms: i64,
    /// How much playing is paid for now: a player stops there.
    paid_ms: i64,
    /// Whether there is anything to play for.
    can_continue: bool,
    /// What the wallet has that is not charged.
    balance: Amount,
    /// What of it may be spent.
    available: Amount,
    /// Whether the session was open before, on the same device.
    taken_up: bool,
    /// The session on another device that it ended.
    replaced_session_id: Option<String>,
}

/// What the answer of a start is made of again.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredStart {
    session: i64,
    taken_up: bool,
    replaced: Option<i64>,
}

/// A tick.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Heartbeat {
    /// The tick's id, unique in the session: 1 to 128 visible ASCII characters. A tick that is sent again has the same id.
    tick_id: String,
    /// Time on the clock in which the medium advanced since the last tick, in milliseconds.
    played_ms: i64,
    /// Whether it is the last tick: the session ends with it.
    #[serde(rename = "final")]
    is_final: Option<bool>,
}

/// What a tick came to.
#[derive(Debug, Serialize, JsonSchema)]
struct HeartbeatAnswer {
    /// Whether it was accepted.
    success: bool,
    /// What it cost.
    charged: Amount,
    /// What the wallet has that is not charged.
    remaining_balance: Amount,
    /// The same.
    balance: Amount,
    /// The id of the charge in the ledger.
    tx_id: String,
    /// What of the claim was credited, in milliseconds. The rest may be claimed by a later tick.
    credited_ms: i64,
    /// How much playing is paid for: a player stops there.
    paid_ms: i64,
    /// Whether the player may go on.
    can_continue: bool,
    /// Why it may not: `insufficient_balance` or `risk_limit`.
    reason: Option<String>,
    /// Whether this tick was answered before.
    replayed: bool,
    /// Opens the content for one more interval; absent where the player paused or stopped.
    playback_token: Option<String>,
    /// A new session token, before the old one ends.
    session_token: Option<String>,
}

/// Ticks of a player that was cut off.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Batch {
    /// The ticks, oldest first: 1 to 100.
    ticks: Vec<Heartbeat>,
}

/// What became of each tick, in the order of the request.
#[derive(Debug, Serialize, JsonSchema)]
struct BatchAnswer {
    /// One for each tick.
    ticks: Vec<BatchItem>,
}

/// What became of one tick: an answer, or why there is none.
#[derive(Debug, Serialize, JsonSchema)]
struct BatchItem {
    /// The tick.
    tick_id: String,
    /// What it came to.
    result: Option<HeartbeatAnswer>,
    /// Why it does not count: as in the body of an error.
    error: Option<serde_json::Map<String, serde_json::Value>>,
}

/// The end of a session, with its last tick.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Stop {
    /// The last tick's id, where there is a last tick.
    tick_id: Option<String>,
    /// What was played since the tick before, in milliseconds.
    played_ms: Option<i64>,
}

/// A session, and what it has cost.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SessionSummary {
    /// The session.
    id: String,
    /// The same.
    session_id: String,
    /// The user.
    user_id: String,
    /// What is played.
    content_id: String,
    /// The price of a minute.
    price_per_minute: Amount,
    /// `open` or `closed`.
    state: &'static str,
    /// Playing time, in whole seconds.
    duration: i64,
    /// The same in milliseconds.
    duration_ms: i64,
    /// What it cost.
    total_charge: Amount,
    /// What the wallet has that is not charged.
    remaining_balance: Amount,
    /// How many ticks came.
    ticks: i64,
    /// When it began.
    started_at: String,
    /// When the last tick came.
    last_tick_at: String,
    /// When it ended.
    closed_at: Option<String>,
    /// Why: `stopped`, `expired`, `replaced`, `contract_unavailable`, `wallet_closed` or `wallet_frozen`.
    close_reason: Option<&'static str>,
}

/// New tokens.
#[derive(Debug, Serialize, JsonSchema)]
struct RenewedTokens {
    /// Ticks and stops the session.
    session_token: String,
    /// Opens the content for one interval.
    playback_token: Option<String>,
    /// How much playing is paid for.
    paid_ms: i64,
}

impl SessionSummary {
    pub(super) fn of(session: &Session, balance: Amount) -> Self {
        let id = Kind::Session.text(session.id);
        Self {
            session_id: id.clone(),
            id,
            user_id: session.user_id.clone(),
            content_id: session.content_id.clone(),
            price_per_minute: session.price.amount(),
            state: if session.closed_at.is_some() { "closed" } else { "open" },
            duration: session.charged_ms() / 1000,
            duration_ms: session.charged_ms(),
            total_charge: session.charged,
            remaining_balance: balance,
            ticks: session.ticks,
            started_at: crate::time::rfc3339(session.started_at),
            last_tick_at: crate::time::rfc3339(session.last_tick_at),
            closed_at: session.closed_at.map(crate::time::rfc3339),
            close_reason: session.close_reason.map(CloseReason::name),
        }
    }
}

/// The balance of a session's wallet.
fn balance_of(write: &Write<'_>, session: &Session) -> Result<Amount, Problem> {
    Ok(crate::ledger::wallet(write.connection(), session.wallet)?.balance())
}

/// The user of a request: the one that is named, or the token's.
pub(super) fn named_user(principal: &Principal, named: Option<String>) -> Result<String, Problem> {
    let user = match (principal, named) {
        (_, Some(named)) => named,
        (Principal::User { user_id, .. }, None) => user_id.to_string(),
        (_, None) => return Err(Problem::new(Code::MissingField).param("user_id")),
    };
    check_user_id(&user).map_err(|why| Problem::invalid_field("user_id", why))?;
    principal.check_user(&user)?;
    Ok(user)
}

/// The price of a session: the catalogue's, or the one that a secret key names.
fn session_price(
    write: &Write<'_>,
    principal: &Principal,
    state: &PartnerState,
    content_id: &str,
    named: Option<Amount>,
) -> Result<Price, Problem> {
    let catalogue = catalogue_price(write.connection(), state.partner.id, content_id)?;
    match (catalogue, named) {
        (Some(price), None) => Ok(price),
        (Some(price), Some(named)) if price.amount() == named => Ok(price),
        (Some(_), Some(named)) if principal.has_scope(Scope::PricesSet) => billable_price(named, state),
        (Some(price), Some(named)) => Err(Problem::new(Code::PriceMismatch)
            .param("price_per_minute")
            .detail(format!("The catalogue's price is {}, not {named}.", price.amount()))
            .member("price_per_minute", price.amount().to_string())),
        (None, Some(named)) if matches!(principal, Principal::Secret { .. }) => billable_price(named, state),
        (None, _) => Err(Problem::new(Code::PriceRequired)
            .param("price_per_minute")
            .detail(format!("{content_id:?} is not in the catalogue."))),
    }
}

async fn start(call: Request<StartSession>) -> Result<Answer<StartedSession>, Problem> {
    let partner = call.principal.partner()?;
    let state = call.state.partner(partner)?;
    let key = call.idempotency()?.clone();
    let (principal, body) = (call.principal.clone(), call.body);
    let user_id = named_user(&principal, body.user_id.clone())?;
    check_content_id(&body.content_id)?;
    if body.hold_ms.is_some_and(|hold| !(1..=MAX_HOLD_MS).contains(&hold)) {
        return Err(Problem::invalid_field("hold_ms", format_args!("must be from 1 to {MAX_HOLD_MS}.")));
    }
    let is_printable = |id: &str| id.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if body.client_id.as_ref().is_some_and(|id| id.is_empty() || id.len() > 128 || !is_printable(id)) {
        return Err(Problem::invalid_field("client_id", "must be 1 to 128 printable ASCII characters."));
    }
    let gateway = Arc::clone(&call.state);
    let (stored, session, lease, balance, now, is_replayed) = call
        .state
        .write(move |write| {
            if let Some(stored) = stored_answer(write, &key)? {
                let stored: StoredStart = serde_json::from_str(&stored.body).map_err(Problem::internal)?;
                let found = find_session(write.connection(), stored.session)?;
                let mut session = found.ok_or_else(|| Problem::internal("a session is gone"))?;
                let lease = lease(write, &mut session, &state)?;
                let balance = balance_of(write, &session)?;
                return Ok((stored, session, lease, balance, write.now(), true));
            }
            let contract = state.contract.clone().ok_or_else(|| {
                Problem::new(Code::ContractUnavailable).detail("The partner has no contract in force.")
            })?;
            let price = session_price(write, &principal, &state, &body.content_id, body.price_per_minute)?;
            let request = StartRequest {
                user_id: user_id.clone(),
                content_id: body.content_id.clone(),
                price,
                hold_ms: body.hold_ms,
                client_id: body.client_id.clone(),
                on_conflict: body.on_conflict.unwrap_or_default(),
                partner_has_room: state.has_room(),
            };
            let started = sessions::start(write, &contract, &request, &state.partner.settings)?;
            let mut session = started.session;
            let lease = lease(write, &mut session, &state)?;
            let stored = StoredStart { session: session.id, taken_up: started.is_taken_up, replaced: started.replaced };
            keep(write, &key, &stored)?;
            let balance = balance_of(write, &session)?;
            Ok((stored, session, lease, balance, write.now(), false))
        })
        .await?;
    let id = Kind::Session.text(session.id);
    let settings = &gateway.partner(partner)?.partner.settings;
    let answer = StartedSession {
        session_id: id.clone(),
        id,
        session_token: gateway.session_token(&session, now),
        playback_token: playback_token(&gateway, &session, lease, settings.counts_leases)?,
        started_at: crate::time::rfc3339(session.started_at),
        content_id: session.content_id.clone(),
        price_per_minute: session.price.amount(),
        interval_ms: settings.interval_ms,
        hold_ms: session.hold_ms,
        paid_ms: session.paid_ms(),
        can_continue: session.closed_at.is_none() && session.paid_ms() > 0,
        balance,
        available: session.available,
        taken_up: stored.taken_up,
        replaced_session_id: stored.replaced.map(|id| Kind::Session.text(id)),
        user_id: session.user_id,
    };
    let answer = Answer::created(answer);
    Ok(if is_replayed { answer.replayed() } else { answer })
}

/// Keeps what a start came to, without its tokens.
fn keep(write: &mut Write<'_>, key: &IdempotencyKey, stored: &StoredStart) -> Result<(), Problem> {
    let body = serde_json::to_string(stored).map_err(Problem::internal)?;
    store_answer(write, key, &StoredAnswer { status: StatusCode::CREATED.as_u16(), body })
}

/// A lease for a session that is open.
fn lease(write: &mut Write<'_>, session: &mut Session, state: &PartnerState) -> Result<Option<i64>, Problem> {
    if session.closed_at.is_some() {
        return Ok(None);
    }
    Ok(give_lease(write, session, &state.partner.settings, state.has_room())?)
}

fn playback_token(
    gateway: &Gateway,
    session: &Session,
    lease: Option<i64>,
    is_checked: bool,
) -> Result<Option<String>, Problem> {
    lease.filter(|_| is_checked).map(|until| gateway.playback_token(session, until)).transpose()
}

/// Reads a session that the caller may see.
async fn session(call: Request) -> Result<Answer<SessionSummary>, Problem> {
    let id = session_id(&call.principal, call.path.number(Kind::Session, "id")?)?;
    let principal = call.principal.clone();
    let summary = call
        .state
        .read(move |connection| {
            let session = visible(&principal, find_session(connection, id)?)?;
            let balance = crate::ledger::wallet(connection, session.wallet)?.balance();
            Ok(SessionSummary::of(&session, balance))
        })
        .await?;
    Ok(Answer::ok(summary))
}

/// A session token is for one session.
fn session_id(principal: &Principal, id: i64) -> Result<i64, Problem> {
    match principal {
        Principal::Session { session_id, .. } if *session_id != id => Err(Problem::new(Code::NotFound)),
        _ => Ok(id),
    }
}

/// A session of the caller's partner, and of the caller's user.
fn visible(principal: &Principal, session: Option<Session>) -> Result<Session, Problem> {
    let partner = principal.partner()?;
    let session = session.filter(|session| session.partner == partner);
    let session = session.ok_or_else(|| Problem::new(Code::NotFound))?;
    principal.check_user(&session.user_id)?;
    Ok(session)
}

/// The longest tick id.
const MAX_TICK_ID: usize = 128;

fn claim(heartbeat: Heartbeat) -> Result<Claim, Problem> {
    let Heartbeat { tick_id, played_ms, is_final } = heartbeat;
    if tick_id.is_empty() || tick_id.len() > MAX_TICK_ID || !tick_id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::invalid_field("tick_id", "must be 1 to 128 visible ASCII characters."));
    }
    if played_ms < 0 {
        return Err(Problem::invalid_field("played_ms", "must not be negative."));
    }
    Ok(Claim { tick_id, played_ms, is_final: is_final.unwrap_or(false) })
}

/// What a caller's ticks of a session are judged by.
fn tick_request(principal: &Principal, session: i64, state: &PartnerState) -> TickRequest {
    let generation = match principal {
        Principal::Session { generation, .. } => Some(*generation),
        _ => None,
    };
    TickRequest {
        session,
        partner: state.partner.id,
        generation,
        is_unbounded: principal.has_scope(Scope::TicksUnbounded) && !is_mock(principal),
        partner_has_room: state.has_room(),
        gives_lease: state.partner.settings.counts_leases,
    }
}

/// The mock key has every scope, but its ticks are bounded: what works with it works with the keys that sites have.
const fn is_mock(principal: &Principal) -> bool {
    matches!(principal, Principal::Secret { key_id: 0, .. })
}

/// A user token may tick its own user's sessions alone.
fn check_owner(write: &Write<'_>, principal: &Principal, session: i64) -> Result<(), Problem> {
    if let Principal::User { .. } = principal {
        visible(principal, find_session(write.connection(), session)?)?;
    }
    Ok(())
}

async fn heartbeat(call: Request<Heartbeat>) -> Result<Answer<HeartbeatAnswer>, Problem> {
    let id = session_id(&call.principal, call.path.number(Kind::Session, "id")?)?;
    let state = call.state.partner(call.principal.partner()?)?;
    let request = tick_request(&call.principal, id, &state);
    let claim = claim(call.body)?;
    let (principal, partner) = (call.principal, Arc::clone(&state));
    let (outcome, session, now) = call
        .state
        .write(move |write| {
            check_owner(write, &principal, id)?;
            let (outcome, session) = tick(write, &request, &claim, &partner.partner.settings)?;
            Ok((outcome, session, write.now()))
        })
        .await?;
    if outcome.charged.0 > 0 && session.tab_due_at.is_some_and(|due| due <= now) {
        call.state.wake(session.wallet);
    }
    answer_of(&call.state, &outcome, &session, now).map(Answer::ok)
}

/// The answer to a tick; a tick that nothing could be charged for is an error, the same each time.
fn answer_of(
    gateway: &Gateway,
    outcome: &TickOutcome,
    session: &Session,
    now: i64,
) -> Result<HeartbeatAnswer, Problem> {
    if outcome.is_refused {
        return Err(Problem::new(Code::InsufficientBalance)
            .member("balance", outcome.balance.to_string())
            .member("tx_id", Kind::Entry.text(outcome.entry))
            .member("replayed", outcome.is_replayed));
    }
    Ok(HeartbeatAnswer {
        success: true,
        charged: outcome.charged,
        remaining_balance: outcome.balance,
        balance: outcome.balance,
        tx_id: Kind::Entry.text(outcome.entry),
        credited_ms: outcome.credited_ms,
        paid_ms: outcome.paid_ms,
        can_continue: outcome.can_continue() && session.closed_at.is_none(),
        reason: outcome.reason.clone(),
        replayed: outcome.is_replayed,
        playback_token: playback_token(gateway, session, outcome.lease_until, true)?,
        session_token: renews(session, now).then(|| gateway.session_token(session, now)),
    })
}

/// Whether a session has gone on for so long that its token is made new: once in twelve hours.
const fn renews(session: &Session, now: i64) -> bool {
    const EVERY: i64 = 12 * 3_600_000;
    let before = session.last_tick_at.saturating_sub(session.started_at) / EVERY;
    session.closed_at.is_none() && (before > 0 || now.saturating_sub(session.started_at) / EVERY > 0)
}

async fn heartbeats(call: Request<Batch>) -> Result<Answer<BatchAnswer>, Problem> {
    let id = session_id(&call.principal, call.path.number(Kind::Session, "id")?)?;
    let state = call.state.partner(call.principal.partner()?)?;
    let request = tick_request(&call.principal, id, &state);
    if call.body.ticks.is_empty() || call.body.ticks.len() > MAX_BATCH {
        return Err(Problem::invalid_field("ticks", format_args!("must be 1 to {MAX_BATCH} ticks.")));
    }
    let claims = call.body.ticks.into_iter().map(claim).collect::<Result<Vec<_>, _>>()?;
    let (principal, partner, kept) = (call.principal, Arc::clone(&state), claims.clone());
    let (outcomes, now) = call
        .state
        .write(move |write| {
            check_owner(write, &principal, id)?;
            visible(&principal, find_session(write.connection(), id)?)?;
            let outcomes = tick_batch(write, &request, &kept, &partner.partner.settings)?;
            Ok((outcomes, write.now()))
        })
        .await?;
    if let Some(wallet) = outcomes.iter().flatten().map(|(_, session)| session.wallet).next() {
        call.state.wake(wallet);
    }
    let items = claims.into_iter().zip(outcomes).map(|(claim, outcome)| {
        let answer = outcome
            .map_err(Problem::from)
            .and_then(|(outcome, session)| answer_of(&call.state, &outcome, &session, now));
        let (result, error) = match answer {
            Ok(answer) => (Some(answer), None),
            Err(problem) => (None, problem.to_json(&call.info.request_id).as_object().cloned()),
        };
        BatchItem { tick_id: claim.tick_id, result, error }
    });
    Ok(Answer::ok(BatchAnswer { ticks: items.collect() }))
}

async fn stop(call: Request<Stop>) -> Result<Answer<SessionSummary>, Problem> {
    let id = session_id(&call.principal, call.path.number(Kind::Session, "id")?)?;
    let state = call.state.partner(call.principal.partner()?)?;
    let request = tick_request(&call.principal, id, &state);
    let last = match (call.body.tick_id, call.body.played_ms) {
        (Some(tick_id), Some(played_ms)) => Some(claim(Heartbeat { tick_id, played_ms, is_final: Some(false) })?),
        (None, None) => None,
        (None, Some(_)) => return Err(Problem::new(Code::MissingField).param("tick_id")),
        (Some(_), None) => return Err(Problem::new(Code::MissingField).param("played_ms")),
    };
    let principal = call.principal;
    let (summary, wallet) = call
        .state
        .write(move |write| {
            let session = visible(&principal, find_session(write.connection(), id)?)?;
            if request.generation.is_some_and(|generation| generation != session.generation) {
                return Err(Problem::new(Code::SessionReplaced));
            }
            if let Some(claim) = &last {
                tick(write, &request, claim, &state.partner.settings)?;
            }
            let session = visible(&principal, find_session(write.connection(), id)?)?;
            let session = close_session(write, session, CloseReason::Stopped, &state.partner.settings)?;
            let balance = balance_of(write, &session)?;
            Ok((SessionSummary::of(&session, balance), session.wallet))
        })
        .await?;
    call.state.wake(wallet);
    Ok(Answer::ok(summary))
}

async fn renew_tokens(call: Request<Empty>) -> Result<Answer<RenewedTokens>, Problem> {
    let id = session_id(&call.principal, call.path.number(Kind::Session, "id")?)?;
    let state = call.state.partner(call.principal.partner()?)?;
    let request = tick_request(&call.principal, id, &state);
    let (principal, partner) = (call.principal, Arc::clone(&state));
    let (session, lease, now) = call
        .state
        .write(move |write| {
            let mut session = visible(&principal, find_session(write.connection(), id)?)?;
            if request.generation.is_some_and(|generation| generation != session.generation) {
                return Err(Problem::new(Code::SessionReplaced));
            }
            if session.closed_at.is_some() {
                return Err(Problem::new(Code::SessionClosed));
            }
            let lease = lease(write, &mut session, &partner)?;
            let lease = lease.ok_or_else(|| Problem::new(Code::InsufficientBalance))?;
            Ok((session, lease, write.now()))
        })
        .await?;
    Ok(Answer::ok(RenewedTokens {
        session_token: call.state.session_token(&session, now),
        playback_token: playback_token(&call.state, &session, Some(lease), state.partner.settings.counts_leases)?,
        paid_ms: session.paid_ms(),
    }))
}
