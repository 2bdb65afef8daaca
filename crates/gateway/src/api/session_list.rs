//! Lists of sessions.

use super::page::{List, Page, limit};
use super::request::Request;
use super::sessions::SessionSummary;
use crate::access::{Access, Principal};
use crate::gateway::Gateway;
use crate::http::{Answer, Empty, Route, check_user_id, get};
use crate::ledger::find_wallet;
use crate::problem::{Code, Problem};
use crate::reports::{Order, Period, SessionFilter, read_sessions};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1/sessions")
            .operation("listSessions", "Sessions, in the order in which they began")
            .access(Access::SECRET_OR_USER)
            .codes(&[Code::InvalidCursor, Code::InvalidTimeZone, Code::NotFound])
            .handler(list),
    ]
}

/// Whether a session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It goes on.
    Open,
    /// It ended.
    Closed,
}

/// Which sessions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListSessions {
    /// Those of this user. A user token lists its own user's.
    user_id: Option<String>,
    /// `open` or `closed`.
    state: Option<State>,
    /// Those that began from this day or time on.
    from: Option<String>,
    /// Those that began up to this day, or before this time.
    to: Option<String>,
    /// The time zone of days: a name of the IANA database; the partner's if not given.
    time_zone: Option<String>,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 if not given.
    limit: Option<i64>,
    /// `desc` (the newest first, if not given) or `asc`.
    order: Option<Order>,
}

/// The list that a cursor belongs to, also for reports, which contain its first page.
pub(super) fn sessions_of(partner: i64, user: Option<&str>, began: (i64, i64), order: Order, state: &str) -> List {
    let (from, to) = (began.0.to_string(), began.1.to_string());
    List::new("sessions", &[&partner.to_string(), user.unwrap_or_default(), &from, &to, order.text(), state])
}

async fn list(call: Request<Empty, ListSessions>) -> Result<Answer<Page<SessionSummary>>, Problem> {
    let partner = call.principal.partner()?;
    let query = call.query;
    let user = match (&call.principal, query.user_id) {
        (Principal::User { user_id, .. }, None) => Some(user_id.to_string()),
        (_, named) => named,
    };
    if let Some(user) = &user {
        check_user_id(user).map_err(|why| Problem::invalid_field("user_id", format_args!("{why}.")))?;
        call.principal.check_user(user)?;
    }
    let (order, limit) = (query.order.unwrap_or_default(), limit(query.limit)?);
    let zone = &call.state.partner(partner)?.partner.settings.time_zone;
    let zone = query.time_zone.as_deref().unwrap_or(zone);
    let began = Period::open_range(query.from.as_deref(), query.to.as_deref(), zone)?;
    let state = match query.state {
        None => "",
        Some(State::Open) => "open",
        Some(State::Closed) => "closed",
    };
    let list = sessions_of(partner, user.as_deref(), began, order, state);
    let place = list.number("cursor", query.cursor.as_deref())?;
    let is_open = query.state.map(|state| state == State::Open);
    let page = call
        .state
        .read(move |connection| {
            let wallet = match &user {
                None => None,
                Some(user) => match find_wallet(connection, partner, user)? {
                    Some(wallet) => Some(wallet.id),
                    None => return Ok(None),
                },
            };
            let filter = SessionFilter { partner, wallet, is_open, began };
            Ok(Some(read_sessions(connection, filter, order, place, limit)?))
        })
        .await?;
    let Some(page) = page else { return Ok(Answer::ok(Page { data: Vec::new(), next_cursor: None })) };
    let data = page.sessions.iter().map(|(session, balance)| SessionSummary::of(session, *balance)).collect();
    Ok(Answer::ok(Page { data, next_cursor: page.next.map(|place| list.cursor_of(place)) }))
}
