//! A wallet's statement.

use super::page::{List, Page, limit};
use super::request::Request;
use crate::access::Access;
use crate::amount::Amount;
use crate::events::cause_kind;
use crate::gateway::Gateway;
use crate::http::{Answer, Empty, Route, get};
use crate::id::Kind;
use crate::ledger::find_wallet;
use crate::problem::{Code, Problem};
use crate::reports::{Line, Order, Owner, Stretch, TickLine, read_lines, read_ticks};
use crate::sessions::find_session;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1/wallets/{user}/transactions")
            .operation("listTransactions", "What changed a wallet's balance")
            .description(
                "A session is one line, from its start on, with all that it was charged so far; `session_id` lists its ticks. \
                 The amounts of all lines add up to the balance.",
            )
            .access(Access::SECRET_OR_USER)
            .codes(&[Code::InvalidCursor, Code::NotFound])
            .handler(list),
    ]
}

/// Which lines.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListTransactions {
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 if not given.
    limit: Option<i64>,
    /// `desc` (the newest first, if not given) or `asc`.
    order: Option<Order>,
    /// The ticks of this session, one by one.
    session_id: Option<String>,
}

/// A line of a wallet's statement. Members that do not belong to its type are null.
#[derive(Debug, Serialize, JsonSchema)]
struct Transaction {
    /// The id of its entry in the ledger; of a session, that of its start.
    id: String,
    /// `session`, `session.tick`, `session.lease_charged`, or the type of an event: `top_up.succeeded` …
    #[serde(rename = "type")]
    kind: &'static str,
    /// When; of a session, when it began.
    at: String,
    /// By how much it changed the balance.
    amount: Amount,
    /// The balance afterwards; of a session nothing, as it goes on beside other lines.
    balance: Option<Amount>,
    /// The session.
    session_id: Option<String>,
    /// What was played.
    content_id: Option<String>,
    /// Credited playing time, in milliseconds.
    duration_ms: Option<i64>,
    /// Of a session: how many ticks came.
    ticks: Option<i64>,
    /// Of a tick: its id, as the player named it.
    tick_id: Option<String>,
    /// The top-up.
    top_up_id: Option<String>,
    /// The withdrawal.
    withdrawal_id: Option<String>,
    /// Why.
    reason: Option<String>,
}

impl Transaction {
    fn of(line: &Line) -> Self {
        let cause = |of: Kind| line.cause.filter(|_| cause_kind(line.kind) == Some(of)).map(|id| of.text(id));
        Self {
            id: Kind::Entry.text(line.entry),
            kind: line.kind_name(),
            at: crate::time::rfc3339(line.at),
            amount: line.amount,
            balance: line.balance,
            session_id: line.session.map(|id| Kind::Session.text(id)),
            content_id: line.content_id.clone(),
            duration_ms: line.played_ms,
            ticks: line.ticks,
            tick_id: None,
            top_up_id: cause(Kind::TopUp),
            withdrawal_id: cause(Kind::Withdrawal),
            reason: line.reason.clone(),
        }
    }

    fn of_tick(tick: TickLine, session: i64, content_id: &str) -> Self {
        Self {
            id: Kind::Entry.text(tick.entry),
            kind: tick.kind.name(),
            at: crate::time::rfc3339(tick.at),
            amount: Amount(tick.charged.0.saturating_neg()),
            balance: tick.balance,
            session_id: Some(Kind::Session.text(session)),
            content_id: Some(content_id.to_owned()),
            duration_ms: Some(tick.credited_ms),
            ticks: None,
            tick_id: tick.tick_id,
            top_up_id: None,
            withdrawal_id: None,
            reason: None,
        }
    }
}

async fn list(call: Request<Empty, ListTransactions>) -> Result<Answer<Page<Transaction>>, Problem> {
    let partner = call.principal.partner()?;
    let user = call.path.user_id("user")?.to_owned();
    call.principal.check_user(&user)?;
    let query = call.query;
    let (order, limit) = (query.order.unwrap_or_default(), limit(query.limit)?);
    let named = query.session_id.clone().unwrap_or_default();
    let list = List::new("transactions", &[&partner.to_string(), &user, order.text(), &named]);
    let place = list.number("cursor", query.cursor.as_deref())?;
    let range = match (order, place) {
        (Order::Asc, after) => (after.unwrap_or(0), i64::MAX),
        (Order::Desc, before) => (0, before.map_or(i64::MAX, |before| before.saturating_sub(1))),
    };
    let session = query.session_id.as_deref().map(session_number).transpose()?;
    let stretch = Stretch { range, order, limit: limit.saturating_add(1) };
    let mut rows = call
        .state
        .read(move |connection| {
            let wallet = find_wallet(connection, partner, &user)?;
            if let Some(id) = session {
                let session = find_session(connection, id)?;
                let session =
                    session.filter(|session| wallet.as_ref().is_some_and(|wallet| wallet.id == session.wallet));
                let session = session.ok_or_else(|| Problem::new(Code::NotFound).param("session_id"))?;
                let ticks = read_ticks(connection, id, stretch)?;
                let row = |tick: TickLine| (tick.entry, Transaction::of_tick(tick, id, &session.content_id));
                return Ok(ticks.into_iter().map(row).collect::<Vec<_>>());
            }
            let Some(wallet) = wallet else { return Ok(Vec::new()) };
            let lines = read_lines(connection, Owner::Wallet(wallet.id), stretch)?;
            Ok(lines.iter().map(|line| (line.entry, Transaction::of(line))).collect())
        })
        .await?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| has_more).map(|(entry, _)| list.cursor_of(*entry));
    Ok(Answer::ok(Page { data: rows.into_iter().map(|(_, row)| row).collect(), next_cursor }))
}

fn session_number(text: &str) -> Result<i64, Problem> {
    Kind::Session.number(text).ok_or_else(|| Problem::new(Code::NotFound).param("session_id"))
}
