//! Sessions that go on, and those that ended last.

use super::view::{View, code, money, named, rows, table, text, time};
use crate::problem::Problem;
use axum::body::Body;
use axum::http::Response;
use serde_json::Value;

pub(super) async fn show(view: View) -> Result<Response<Body>, Problem> {
    let open = view.api("GET /v1/sessions", &[("state", "open"), ("limit", "100")]).await?;
    let closed = view.api("GET /v1/sessions", &[("state", "closed"), ("limit", "20")]).await?;
    let content = format!(
        "<div data-live=\"2000\"><section class=\"card\"><h2>Open</h2>{}</section>\
         <section class=\"card\"><h2>Ended</h2>{}</section></div>",
        session_table(&view, "Open sessions", rows(&open), "Nobody plays at the moment."),
        session_table(&view, "Sessions that ended", rows(&closed), "No session has ended yet."),
    );
    view.page("/dashboard/sessions", "Sessions", None, &content)
}

/// A table of sessions.
pub(super) fn session_table(view: &View, caption: &str, sessions: &[Value], empty: &str) -> String {
    let line = |session: &Value| {
        let user = text(session, "user_id");
        let ended = match &*text(session, "close_reason") {
            "" => "<span class=\"tag good\">open</span>".to_owned(),
            reason => format!("<span class=\"tag\">{}</span>", named(reason)),
        };
        format!(
            "<tr><td><a href=\"{}\">{}</a></td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
             <td class=\"number\">{} s</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td><td>{ended}</td>\
             <td>{}</td></tr>",
            view.link("/dashboard/wallet", &[("user", &user)]),
            named(&user),
            named(&text(session, "content_id")),
            money(&text(session, "price_per_minute")),
            text(session, "ticks"),
            text(session, "duration"),
            money(&text(session, "total_charge")),
            money(&text(session, "remaining_balance")),
            time(&text(session, "last_tick_at")),
            code(&text(session, "id")),
        )
    };
    let heads = [
        "User",
        "Content",
        "#A minute",
        "#Ticks",
        "#Played",
        "#Charged",
        "#Balance",
        "Last tick (UTC)",
        "State",
        "Session",
    ];
    let rows: String = sessions.iter().map(line).collect();
    table(caption, &heads, &rows, empty)
}
