//! Reports of users and partners, and what happens now.

use super::request::Request;
use super::session_list::sessions_of;
use super::sessions::SessionSummary;
use crate::access::{Access, Principal};
use crate::amount::Amount;
use crate::events::Rollup;
use crate::gateway::Gateway;
use crate::http::{Answer, Empty, Route, get};
use crate::id::Kind;
use crate::ledger::find_wallet;
use crate::problem::{Code, Problem};
use crate::reports::{
    Interval, Order, PartnerSums, Period, SessionFilter, UserSums, partner_sums, read_sessions, user_sums,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How many sessions a report contains.
const SESSIONS: usize = 50;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1/reports/users/{id}")
            .operation("getUserReport", "What a user consumed in a period")
            .access(Access::SECRET_OR_USER)
            .codes(&[Code::InvalidTimeZone])
            .handler(user_report),
        get("/v1/reports/partners/{id}")
            .operation("getPartnerReport", "What a partner charged and earned in a period")
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::InvalidTimeZone, Code::NotFound])
            .handler(partner_report),
        get("/v1/metrics/live")
            .operation("getLiveMetrics", "Open sessions, and ticks and charges of the last minute")
            .access(Access::SECRET_OR_OPERATOR)
            .handler(live),
    ]
}

/// The period of a report.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReportQuery {
    /// The first day (`2025-01-01`), or a time (`2025-01-01T18:30:00Z`).
    from: String,
    /// The last day, included, or a time, before which the period ends.
    to: String,
    /// Divides the period: `hour`, `day` or `month`.
    interval: Option<Interval>,
    /// The time zone of days: a name of the IANA database; the partner's if not given, which is `UTC` unless it was changed.
    time_zone: Option<String>,
}

/// The period that a report is about.
#[derive(Debug, Serialize, JsonSchema)]
struct ReportPeriod {
    /// As it was asked for.
    from: String,
    /// As it was asked for.
    to: String,
    /// The time zone of days.
    time_zone: String,
    /// The first moment.
    starts_at: String,
    /// The end, which is not included.
    ends_at: String,
}

/// What a user consumed.
#[derive(Debug, Serialize, JsonSchema)]
struct UserReport {
    /// The user.
    user_id: String,
    /// The period.
    period: ReportPeriod,
    /// Playing time in minutes, rounded down to thousandths.
    total_minutes: String,
    /// Playing time in milliseconds.
    total_ms: i64,
    /// What was charged, by the time of the ticks.
    total_charge: Amount,
    /// The parts of the period, where `interval` asks for them.
    intervals: Option<Vec<UserPart>>,
    /// Sessions that began in the period, the newest first: the first 50.
    sessions: Vec<SessionSummary>,
    /// Goes on with `GET /v1/sessions` and the same user and period.
    sessions_next_cursor: Option<String>,
}

/// What a user consumed in a part of the period.
#[derive(Debug, Serialize, JsonSchema)]
struct UserPart {
    /// When the part begins.
    from: String,
    /// When it ends.
    to: String,
    /// Playing time in minutes, rounded down to thousandths.
    total_minutes: String,
    /// Playing time in milliseconds.
    total_ms: i64,
    /// What was charged.
    total_charge: Amount,
}

/// What a partner charged and earned.
#[derive(Debug, Serialize, JsonSchema)]
struct PartnerReport {
    /// The partner.
    partner_id: String,
    /// The period.
    period: ReportPeriod,
    /// What bills that came into a block took from users.
    total_revenue: Amount,
    /// The platform's part of it.
    total_fee: Amount,
    /// The partner's part of it.
    net_revenue: Amount,
    /// What was charged, by the time of the ticks.
    total_charged: Amount,
    /// Charges that were given back.
    total_given_back: Amount,
    /// What was charged and in no block at the end of the period.
    unsettled: Amount,
    /// Playing time in minutes, rounded down to thousandths.
    total_minutes: String,
    /// Playing time in milliseconds.
    total_ms: i64,
    /// Ticks that were charged.
    ticks: i64,
    /// Bills that came into a block.
    bills: i64,
    /// Sessions that began.
    sessions_started: i64,
    /// The parts of the period, where `interval` asks for them.
    intervals: Option<Vec<PartnerPart>>,
    /// Sessions that began in the period, the newest first: the first 50.
    sessions: Vec<SessionSummary>,
    /// Goes on with `GET /v1/sessions` and the same period.
    sessions_next_cursor: Option<String>,
}

/// What a partner charged and earned in a part of the period.
#[derive(Debug, Serialize, JsonSchema)]
struct PartnerPart {
    /// When the part begins.
    from: String,
    /// When it ends.
    to: String,
    /// What bills took.
    total_revenue: Amount,
    /// The platform's part of it.
    total_fee: Amount,
    /// The partner's part of it.
    net_revenue: Amount,
    /// What was charged.
    total_charged: Amount,
    /// Charges that were given back.
    total_given_back: Amount,
    /// Playing time in minutes, rounded down to thousandths.
    total_minutes: String,
    /// Playing time in milliseconds.
    total_ms: i64,
    /// Ticks that were charged.
    ticks: i64,
    /// Bills that came into a block.
    bills: i64,
    /// Sessions that began.
    sessions_started: i64,
}

/// Minutes as a decimal, rounded down to thousandths: `120`, `8.25`.
fn minutes(ms: i64) -> String {
    let thousandths = ms.max(0) / 60;
    // The same digits as an amount of thousandths.
    Amount(thousandths.saturating_mul(100_000)).to_string()
}

/// A period that was asked for, with its parts.
struct Asked {
    period: Period,
    parts: Vec<(i64, i64)>,
    shown: ReportPeriod,
    is_divided: bool,
}

fn asked(query: ReportQuery, partners_zone: &str) -> Result<Asked, Problem> {
    let zone = query.time_zone.unwrap_or_else(|| partners_zone.to_owned());
    let period = Period::new(&query.from, &query.to, &zone)?;
    let parts = match query.interval {
        Some(interval) => period.parts(interval)?,
        None => vec![(period.from, period.to)],
    };
    let shown = ReportPeriod {
        from: query.from,
        to: query.to,
        time_zone: zone,
        starts_at: period.shown(period.from),
        ends_at: period.shown(period.to),
    };
    Ok(Asked { period, parts, shown, is_divided: query.interval.is_some() })
}

async fn user_report(call: Request<Empty, ReportQuery>) -> Result<Answer<UserReport>, Problem> {
    let partner = call.principal.partner()?;
    let user_id = call.path.user_id("id")?.to_owned();
    call.principal.check_user(&user_id)?;
    let zone = call.state.partner(partner)?.partner.settings.time_zone.clone();
    let Asked { period, parts, shown, is_divided } = asked(call.query, &zone)?;
    let (user, divided, began) = (user_id.clone(), parts.clone(), (period.from, period.to));
    let now = call.state.store.clock().now();
    let found = call
        .state
        .read(move |connection| {
            let Some(wallet) = find_wallet(connection, partner, &user)? else { return Ok(None) };
            let sums = user_sums(connection, wallet.id, &divided, now)?;
            let filter = SessionFilter { partner, wallet: Some(wallet.id), is_open: None, began };
            Ok(Some((sums, read_sessions(connection, filter, Order::Desc, None, SESSIONS)?)))
        })
        .await?;
    let (sums, sessions, next) = match found {
        Some((sums, page)) => (sums, page.sessions, page.next),
        None => (vec![UserSums::default(); parts.len()], Vec::new(), None),
    };
    let mut total = UserSums::default();
    sums.iter().for_each(|part| total.add(part));
    let part = |((from, to), sums): (&(i64, i64), &UserSums)| UserPart {
        from: period.shown(*from),
        to: period.shown(*to),
        total_minutes: minutes(sums.played_ms),
        total_ms: sums.played_ms,
        total_charge: Amount(sums.charged),
    };
    let list = sessions_of(partner, Some(&user_id), began, Order::Desc, "");
    Ok(Answer::ok(UserReport {
        period: shown,
        total_minutes: minutes(total.played_ms),
        total_ms: total.played_ms,
        total_charge: Amount(total.charged),
        intervals: is_divided.then(|| parts.iter().zip(&sums).map(part).collect()),
        sessions: sessions.iter().map(|(session, balance)| SessionSummary::of(session, *balance)).collect(),
        sessions_next_cursor: next.map(|place| list.cursor_of(place)),
        user_id,
    }))
}

/// The partner that a caller names: its own, or for the operator any.
pub(super) fn named_partner(principal: &Principal, id: i64) -> Result<i64, Problem> {
    match principal {
        Principal::Operator => Ok(id),
        principal if principal.partner()? == id => Ok(id),
        _ => Err(Problem::new(Code::NotFound)),
    }
}

async fn partner_report(call: Request<Empty, ReportQuery>) -> Result<Answer<PartnerReport>, Problem> {
    let partner = named_partner(&call.principal, call.path.number(Kind::Partner, "id")?)?;
    let zone = call.state.partner(partner)?.partner.settings.time_zone.clone();
    let Asked { period, parts, shown, is_divided } = asked(call.query, &zone)?;
    let (divided, began) = (parts.clone(), (period.from, period.to));
    let (sums, page) = call
        .state
        .read(move |connection| {
            let sums = partner_sums(connection, partner, &divided, began.1)?;
            let filter = SessionFilter { partner, wallet: None, is_open: None, began };
            Ok((sums, read_sessions(connection, filter, Order::Desc, None, SESSIONS)?))
        })
        .await?;
    let list = sessions_of(partner, None, began, Order::Desc, "");
    Ok(Answer::ok(report_of(partner, shown, &period, is_divided.then_some(&parts), &sums, |report| {
        report.sessions =
            page.sessions.iter().map(|(session, balance)| SessionSummary::of(session, *balance)).collect();
        report.sessions_next_cursor = page.next.map(|place| list.cursor_of(place));
    })))
}

fn report_of(
    partner: i64,
    shown: ReportPeriod,
    period: &Period,
    parts: Option<&Vec<(i64, i64)>>,
    sums: &PartnerSums,
    add_sessions: impl FnOnce(&mut PartnerReport),
) -> PartnerReport {
    let part = |((from, to), sums): (&(i64, i64), &Rollup)| PartnerPart {
        from: period.shown(*from),
        to: period.shown(*to),
        total_revenue: Amount(sums.gross),
        total_fee: Amount(sums.fee),
        net_revenue: Amount(sums.gross.saturating_sub(sums.fee)),
        total_charged: Amount(sums.charged),
        total_given_back: Amount(sums.given_back),
        total_minutes: minutes(sums.played_ms),
        total_ms: sums.played_ms,
        ticks: sums.ticks,
        bills: sums.bills,
        sessions_started: sums.sessions,
    };
    let total = sums.total();
    let mut report = PartnerReport {
        partner_id: Kind::Partner.text(partner),
        period: shown,
        total_revenue: Amount(total.gross),
        total_fee: Amount(total.fee),
        net_revenue: Amount(total.gross.saturating_sub(total.fee)),
        total_charged: Amount(total.charged),
        total_given_back: Amount(total.given_back),
        unsettled: Amount(sums.unsettled),
        total_minutes: minutes(total.played_ms),
        total_ms: total.played_ms,
        ticks: total.ticks,
        bills: total.bills,
        sessions_started: total.sessions,
        intervals: parts.map(|parts| parts.iter().zip(&sums.parts).map(part).collect()),
        sessions: Vec::new(),
        sessions_next_cursor: None,
    };
    add_sessions(&mut report);
    report
}

/// What happens now.
#[derive(Debug, Serialize, JsonSchema)]
struct LiveMetrics {
    /// The gateway's time.
    at: String,
    /// Open sessions; counted every ten seconds.
    open_sessions: i64,
    /// Ticks of the last minute.
    ticks: i64,
    /// What was charged in the last minute.
    charged: Amount,
    /// The same of each partner that the caller may see.
    partners: Vec<LivePartner>,
}

/// What happens now at a partner.
#[derive(Debug, Serialize, JsonSchema)]
struct LivePartner {
    /// The partner.
    partner_id: String,
    /// Open sessions.
    open_sessions: i64,
    /// Ticks of the last minute.
    ticks: i64,
    /// What was charged in the last minute.
    charged: Amount,
}

async fn live(call: Request) -> Result<Answer<LiveMetrics>, Problem> {
    let now = call.state.store.clock().now();
    let ids: Vec<i64> = match &call.principal {
        Principal::Operator => call.state.registry.partners().iter().map(|state| state.partner.id).collect(),
        principal => vec![principal.partner()?],
    };
    let of = |id: &i64| {
        let recent = call.state.live.recent(*id, now);
        LivePartner {
            partner_id: Kind::Partner.text(*id),
            open_sessions: recent.open_sessions,
            ticks: recent.ticks,
            charged: Amount(recent.charged),
        }
    };
    let partners: Vec<_> = ids.iter().map(of).collect();
    let sum = |number: fn(&LivePartner) -> i64| partners.iter().map(number).fold(0, i64::saturating_add);
    Ok(Answer::ok(LiveMetrics {
        at: crate::time::rfc3339(now),
        open_sessions: sum(|partner| partner.open_sessions),
        ticks: sum(|partner| partner.ticks),
        charged: Amount(sum(|partner| partner.charged.0)),
        partners,
    }))
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn minutes_are_rounded_down_to_thousandths() {
        let shown = [0, 59, 60, 15_000, 495_000, 7_200_000, 7_199_999].map(minutes);
        assert_eq!(shown, ["0", "0", "0.001", "0.25", "8.25", "120", "119.999"]);
    }
}
