//! Whether ledger and chain agree, and what stands still.

use super::view::{View, code, money, named, rows, table, text, time};
use crate::problem::Problem;
use axum::body::Body;
use axum::http::Response;
use serde_json::Value;

pub(super) async fn show(view: View) -> Result<Response<Body>, Problem> {
    let cursor = view.call.query.cursor.clone().unwrap_or_default();
    let mut query = vec![("limit", "100")];
    if !cursor.is_empty() {
        query.push(("cursor", &*cursor));
    }
    let found = view.api("GET /v1/reconciliation", &query).await?;
    let content = format!(
        "<div class=\"figures\">{}</div>\
         <section class=\"card\"><h2>Wallets that stopped</h2>{}{}</section>\
         <section class=\"card\"><h2>Tabs that are blocked</h2>{}</section>\
         <section class=\"card\"><h2>Operations in doubt</h2>{}</section>",
        figures(&found),
        table(
            "Wallets that stopped",
            &["User", "Why", "Found", "Since (UTC)", "#Balance"],
            &wallets(&view, &found),
            "None: ledger and chain agree as far as they were compared.",
        ),
        next_page(&view, &found),
        table("Tabs that are blocked", &["User", "#A minute", "#Not settled", "Why"], &tabs(&view, &found), "None."),
        table("Operations in doubt", &["Settlement", "Kind", "User", "Reason"], &operations(&view, &found), "None."),
    );
    view.page("/dashboard/reconciliation", "Reconciliation", None, &content)
}

fn figures(found: &Value) -> String {
    let figure = |name: &str, value: String| {
        format!("<div class=\"card\"><p class=\"figure-name\">{name}</p><p class=\"figure\">{value}</p></div>")
    };
    let round = Some(text(found, "as_of_round")).filter(|round| !round.is_empty()).unwrap_or_else(|| "–".to_owned());
    [
        figure("Accounts on the chain", text(found, "accounts")),
        figure("Not compared yet", text(found, "never_compared")),
        figure("Oldest comparison (UTC)", time(&text(found, "as_of"))),
        figure("Its round", round),
        figure("Operations that wait", text(found, "waiting_operations")),
        figure("Wallets that stopped", text(found, "stopped_wallets")),
    ]
    .concat()
}

fn user(view: &View, row: &Value) -> String {
    let user = text(row, "user_id");
    format!("<a href=\"{}\">{}</a>", view.link("/dashboard/wallet", &[("user", &user)]), named(&user))
}

fn wallets(view: &View, found: &Value) -> String {
    let line = |row: &Value| {
        format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td></tr>",
            user(view, row),
            named(&text(row, "cause")),
            named(&text(row, "detail")),
            time(&text(row, "stopped_at")),
            money(&text(row, "balance")),
        )
    };
    rows(found).iter().map(line).collect()
}

fn next_page(view: &View, found: &Value) -> String {
    let cursor = text(found, "next_cursor");
    if cursor.is_empty() {
        return String::new();
    }
    format!("<p><a href=\"{}\">More</a></p>", view.link("/dashboard/reconciliation", &[("cursor", &cursor)]))
}

fn list<'v>(found: &'v Value, name: &str) -> &'v [Value] {
    found.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn tabs(view: &View, found: &Value) -> String {
    let line = |row: &Value| {
        format!(
            "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td></tr>",
            user(view, row),
            money(&text(row, "price_per_minute")),
            money(&text(row, "unsettled")),
            named(&text(row, "cause")),
        )
    };
    list(found, "tabs").iter().map(line).collect()
}

fn operations(view: &View, found: &Value) -> String {
    let line = |row: &Value| {
        let id = text(row, "id");
        format!(
            "<tr><td><a href=\"{}\">{}</a></td><td>{}</td><td>{}</td><td>{}</td></tr>",
            view.link("/dashboard/settlement", &[("id", &id)]),
            code(&id),
            named(&text(row, "kind")),
            user(view, row),
            named(&text(row, "reason")),
        )
    };
    list(found, "operations").iter().map(line).collect()
}
