//! A small gateway for tests of the frame: its state knows a few credentials, its routes echo.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode};
use futures_util::stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Answer, Call, Empty, Exchange, Frame, FrameSettings, IdempotencyKey, Observer, Rate, Rates, Route, Routes, Stop,
    Stopping, StoredAnswer, delete, get, post,
};
use crate::access::{
    Access, Authenticated, Authenticator, Class, Credential, Origins, Principal, RequestInfo, Scope, Scopes,
};
use crate::amount::Amount;
use crate::id::Kind;
use crate::problem::{Code, Problem};

#[derive(Debug, Default)]
pub(super) struct Toys {
    stored: Mutex<Option<(IdempotencyKey, StoredAnswer)>>,
    /// Operation and status of every answer.
    pub(super) seen: Mutex<Vec<(Option<&'static str>, u16)>>,
}

pub(super) type Toy = Arc<Toys>;

impl Authenticator for Toys {
    async fn authenticate(&self, credential: Credential<'_>, info: &RequestInfo) -> Result<Authenticated, Problem> {
        let text = match credential {
            Credential::Bearer(text) => text,
            Credential::Cookie("good") | Credential::Socket => "operator",
            Credential::Cookie(_) => return Err(Code::TokenInvalid.into()),
        };
        let partner_id = 7;
        let principal = match text {
            "pnp_sk_mock_1" => Principal::Secret { key_id: 1, partner_id, scopes: Scopes::default() },
            "pnp_sk_mock_2" => Principal::Secret { key_id: 2, partner_id, scopes: Scopes::all() },
            "mock-api-key" if info.may_use_mock_key() => {
                Principal::Secret { key_id: 3, partner_id, scopes: Scopes::all() }
            }
            "pnp_pk_mock_1" => Principal::Publishable { key_id: 4, partner_id },
            "ann" | "bob" => Principal::User { partner_id, user_id: text.into() },
            "session" => Principal::Session { partner_id, session_id: 5, generation: 1 },
            "operator" => Principal::Operator,
            "expired" => return Err(Code::TokenExpired.into()),
            "down" => return Err(Code::StoreUnavailable.into()),
            _ => return Err(Code::KeyUnknown.into()),
        };
        let origins = Origins::from_text(if text == "bob" { "https://other.example" } else { "https://shop.example" });
        Ok(Authenticated { principal, origins })
    }

    fn lists_origin(&self, origin: &str) -> bool {
        ["https://shop.example", "https://other.example"].contains(&origin)
    }
}

impl Observer for Toys {
    fn answered(&self, exchange: &Exchange<'_>) {
        self.seen.lock().unwrap().push((exchange.operation, exchange.status.as_u16()));
    }
}

/// Add money to a wallet.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateTopUp {
    /// The user.
    user_id: String,
    /// How much, in whole cents.
    amount: Amount,
    /// Where the user comes back to.
    return_url: Option<String>,
}

/// A top-up.
#[derive(Debug, Serialize, JsonSchema)]
struct TopUp {
    /// Its id.
    id: String,
    /// How much.
    amount: Amount,
}

/// A heartbeat.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Heartbeat {
    /// Milliseconds that were played since the last heartbeat.
    played_ms: u32,
    /// A text that no other heartbeat of the session has.
    tick_id: String,
}

/// How a session is stopped.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StopSession {
    /// Why.
    reason: Option<String>,
}

/// What is listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListSessions {
    /// The user.
    user_id: String,
    /// How many.
    limit: Option<u32>,
}

/// What was understood.
#[derive(Debug, Serialize, JsonSchema)]
struct Echo {
    /// Who called.
    caller: String,
    /// What was sent.
    text: String,
}

async fn create_top_up(call: Call<Toy, CreateTopUp>) -> Result<Answer<TopUp>, Problem> {
    call.principal.check_user(&call.body.user_id)?;
    let key = call.idempotency()?;
    let mut stored = call.state.stored.lock().unwrap();
    if let Some((first, answer)) = &*stored
        && first.key_hash == key.key_hash
    {
        key.check_same(&first.request, &first.body_hash)?;
        return Answer::replay(answer.clone());
    }
    let answer = Answer::created(TopUp { id: Kind::TopUp.text(9), amount: call.body.amount });
    *stored = Some((key.clone(), answer.stored()?));
    Ok(answer)
}

fn echo(principal: &Principal, text: impl Into<String>) -> Result<Answer<Echo>, Problem> {
    Ok(Answer::ok(Echo { caller: format!("{:?}", principal.class()), text: text.into() }))
}

async fn heartbeat(call: Call<Toy, Heartbeat>) -> Result<Answer<Echo>, Problem> {
    let session = call.path.number(Kind::Session, "id")?;
    echo(&call.principal, format!("{session} {} {}", call.body.tick_id, call.body.played_ms))
}

async fn stop_session(call: Call<Toy, StopSession>) -> Result<Answer<Echo>, Problem> {
    echo(&call.principal, call.body.reason.unwrap_or_default())
}

async fn wallet(call: Call<Toy>) -> Result<Answer<Echo>, Problem> {
    let user = call.path.user_id("user")?;
    call.principal.check_user(user)?;
    echo(&call.principal, user)
}

async fn sessions(call: Call<Toy, Empty, ListSessions>) -> Result<Answer<Echo>, Problem> {
    echo(&call.principal, format!("{} {:?}", call.query.user_id, call.query.limit))
}

async fn content(call: Call<Toy>) -> Result<Answer<Echo>, Problem> {
    Ok(echo(&call.principal, call.path.text("id")?)?.public_for(60))
}

async fn delete_content(_: Call<Toy>) -> Result<Answer<Empty>, Problem> {
    Ok(Answer::new(StatusCode::NO_CONTENT, Empty {}))
}

async fn failing(call: Call<Toy>) -> Result<Answer<Empty>, Problem> {
    assert_ne!(call.path.text("how")?, "panic", "secret detail");
    Err(Problem::new(Code::InsufficientBalance).member("available", "0.004"))
}

async fn slow(_: Call<Toy>) -> Result<Answer<Empty>, Problem> {
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(Answer::ok(Empty {}))
}

/// A stream that ends when the server stops, or never.
async fn events(call: Call<Toy, Bytes, EventQuery>) -> Result<Response<Body>, Problem> {
    if call.query.endless == Some(true) {
        let piece = Bytes::from_static(&[b' '; 65_536]);
        let pieces = std::iter::once(Bytes::from_static(b": begin\n\n")).chain(std::iter::repeat(piece));
        return Ok(Response::new(Body::from_stream(stream::iter(pieces.map(Ok::<_, std::io::Error>)))));
    }
    let (stopping, is_deaf) = (call.stopping, call.query.deaf == Some(true));
    let stream = stream::unfold((stopping, true), move |(mut stopping, is_first)| async move {
        if is_first {
            return Some((Ok::<_, std::io::Error>(Bytes::from_static(b": begin\n\n")), (stopping, false)));
        }
        stopping.wait().await;
        if is_deaf {
            std::future::pending::<()>().await;
        }
        None
    });
    Ok(Response::new(Body::from_stream(stream)))
}

/// How a stream behaves.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EventQuery {
    /// Whether it goes on when the server stops.
    deaf: Option<bool>,
    /// Whether it sends without a pause.
    endless: Option<bool>,
}

pub(super) fn routes() -> Vec<Route<Toy>> {
    vec![
        post("/v1/top_ups")
            .operation("createTopUp", "Add money to a wallet")
            .access(Access::SECRET_OR_USER)
            .idempotent()
            .success(&[StatusCode::CREATED])
            .codes(&[Code::TreasuryLow])
            .handler(create_top_up),
        post("/v1/sessions/{id}/heartbeats")
            .operation("sendHeartbeat", "Charge playing time")
            .access(Access::SESSION)
            .by_tick_id()
            .token_in_body()
            .handler(heartbeat),
        post("/v1/sessions/{id}/stop")
            .operation("stopSession", "End a session")
            .access(Access::SESSION)
            .token_in_body()
            .optional_body()
            .unlimited()
            .handler(stop_session),
        get("/v1/sessions").operation("listSessions", "List sessions").access(Access::SECRET).handler(sessions),
        get("/v1/wallets/{user}")
            .operation("getWallet", "Read a wallet")
            .access(Access::SECRET_OR_USER)
            .handler(wallet),
        get("/v1/contents/{id}").operation("getContent", "Read a price").access(Access::CATALOGUE).handler(content),
        delete("/v1/contents/{id}")
            .operation("deleteContent", "Remove a content")
            .access(Access::SECRET)
            .success(&[StatusCode::NO_CONTENT])
            .handler(delete_content),
        post("/v1/withdrawals")
            .operation("withdraw", "Send coins")
            .access(Access::SECRET.with_scope(Scope::WithdrawalsWrite))
            .handler(slow),
        post("/v1/partners").operation("createPartner", "Create a partner").handler(slow),
        get("/v1/fail/{how}")
            .operation("fail", "Fail")
            .access(Access::ANYONE)
            .codes(&[Code::InsufficientBalance])
            .handler(failing),
        get("/v1/slow").operation("slow", "Wait").access(Access::ANYONE).handler(slow),
        get("/v1/events/stream")
            .operation("streamEvents", "Stream events")
            .access(Access::of(&[Class::Secret, Class::Operator]))
            .raw("text/event-stream", events),
    ]
}

/// A frame with small limits for sessions and addresses.
pub(super) fn frame() -> (Toy, Frame<Toy>, Stop) {
    let toy = Toy::default();
    let (stop, stopping) = Stopping::new();
    let rates = Rates {
        session: Rate { per_second: 1, burst: 3 },
        address: Rate { per_second: 1, burst: 8 },
        failures: Rate { per_second: 1, burst: 4 },
        ..Rates::default()
    };
    let settings = FrameSettings { rates, body_timeout: Duration::from_millis(500), ..FrameSettings::default() };
    let routes = Routes::with_documentation(routes(), "0.0.0").unwrap();
    (Arc::clone(&toy), Frame::new(toy, routes, settings, stopping), stop)
}
