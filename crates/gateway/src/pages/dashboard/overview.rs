//! Revenue and its curve, and what happens now.

use super::view::{View, money, text};
use super::{chart, view};
use crate::amount::Amount;
use crate::problem::Problem;
use axum::body::Body;
use axum::http::Response;
use serde_json::Value;

const HOUR: i64 = 3_600_000;

pub(super) async fn show(view: View) -> Result<Response<Body>, Problem> {
    let is_month = view.call.query.range.as_deref() == Some("month");
    let now = view.gateway().store.clock().now();
    let (interval, from, to) = if is_month {
        let day = |at: i64| crate::time::rfc3339(at).chars().take(10).collect::<String>();
        ("day", day(now.saturating_sub(29 * 24 * HOUR)), day(now))
    } else {
        let next = now.saturating_sub(now.rem_euclid(HOUR)).saturating_add(HOUR);
        ("hour", crate::time::rfc3339(next.saturating_sub(24 * HOUR)), crate::time::rfc3339(next))
    };
    let request = format!("GET /v1/reports/partners/{}", view.partner_id());
    let query = [("from", &*from), ("to", &*to), ("interval", interval), ("time_zone", "UTC")];
    let report = view.api(&request, &query).await?;
    let live = view.api("GET /v1/metrics/live", &[]).await?;
    let parts: Vec<(String, Amount)> = report
        .get("intervals")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|part| {
            let from = text(part, "from");
            let name = if is_month { from.get(5..10) } else { from.get(11..16) };
            (name.unwrap_or(&from).to_owned(), text(part, "total_charged").parse().unwrap_or(Amount::ZERO))
        })
        .collect();
    let figure = |name: &str, value: String| {
        format!("<div class=\"card\"><p class=\"figure-name\">{name}</p><p class=\"figure\">{value}</p></div>")
    };
    let figures = [
        figure("Charged", money(&text(&report, "total_charged"))),
        figure("Settled, net", money(&text(&report, "net_revenue"))),
        figure("Fee", money(&text(&report, "total_fee"))),
        figure("Not settled yet", money(&text(&report, "unsettled"))),
        figure("Sessions begun", text(&report, "sessions_started")),
        figure("Open sessions now", text(&live, "open_sessions")),
        figure("Ticks, last minute", text(&live, "ticks")),
        figure("Charged, last minute", money(&text(&live, "charged"))),
    ]
    .concat();
    let (title, unit) =
        if is_month { ("Charged a day, last 30 days", "Day") } else { ("Charged an hour, last 24 hours", "Hour") };
    let rows: String = parts
        .iter()
        .map(|(name, amount)| {
            format!(
                "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td></tr>",
                view::named(name),
                money(&amount.to_string())
            )
        })
        .collect();
    let choice = |range: &str, name: &str, is_chosen: bool| match is_chosen {
        true => format!("<strong aria-current=\"true\">{name}</strong>"),
        false => format!("<a href=\"{}\">{name}</a>", view.link("/dashboard", &[("range", range)])),
    };
    let content = format!(
        "<p>{} · {} <span class=\"quiet\">(UTC)</span></p><div data-live=\"5000\"><div class=\"figures\">{figures}</div></div>\
         <section class=\"card\"><h2>{title}</h2>{}<details><summary>As a table</summary>{}</details></section>",
        choice("day", "24 hours", !is_month),
        choice("month", "30 days", is_month),
        chart::bars(title, &parts),
        view::table(title, &[unit, "#Charged"], &rows, "Nothing yet."),
    );
    view.page("/dashboard", "Overview", None, &content)
}
