//! Wallets: who has how much, and one user's statement.

use super::sessions::session_table;
use super::settlements::settlement_table;
use super::view::{View, code, money, named, percent_encoded, rows, table, text, time};
use crate::amount::Amount;
use crate::http::check_user_id;
use crate::ledger::find_wallet;
use crate::problem::{Code, Problem};
use axum::body::Body;
use axum::http::Response;
use serde_json::Value;

/// How many wallets a page has.
const LIMIT: usize = 50;

/// A line of the list.
struct Line {
    id: i64,
    user: String,
    state: String,
    stopped: Option<String>,
    balance: i64,
    unsettled: i64,
    debt: i64,
}

pub(super) async fn list(view: View) -> Result<Response<Body>, Problem> {
    let partner = view.partner.partner.id;
    let before: i64 = view.call.query.cursor.as_deref().and_then(|text| text.parse().ok()).unwrap_or(i64::MAX);
    let find = view.call.query.find.clone().filter(|text| !text.is_empty());
    let user = find.clone();
    let mut lines = view
        .gateway()
        .read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, user_id, state, stopped, available + held, unsettled + settling, debt FROM wallets \
                 WHERE partner_id = ?1 AND id < ?2 AND (user_id = ?3 OR ?3 IS NULL) ORDER BY id DESC LIMIT 51",
            )?;
            let lines = statement.query_map((partner, before, user), |row| {
                Ok(Line {
                    id: row.get(0)?,
                    user: row.get(1)?,
                    state: row.get(2)?,
                    stopped: row.get(3)?,
                    balance: row.get(4)?,
                    unsettled: row.get(5)?,
                    debt: row.get(6)?,
                })
            })?;
            Ok(lines.collect::<rusqlite::Result<Vec<_>>>()?)
        })
        .await?;
    let has_more = lines.len() > LIMIT;
    lines.truncate(LIMIT);
    let shown = |amount: i64| money(&Amount(amount).to_string());
    let html: String = lines
        .iter()
        .map(|line| {
            let state = match &line.stopped {
                Some(why) => format!("<span class=\"tag bad\">stopped: {}</span>", named(why)),
                None => format!("<span class=\"tag\">{}</span>", named(&line.state)),
            };
            format!(
                "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td class=\"number\">{}</td><td class=\"number\">{}</td>\
                 <td class=\"number\">{}</td><td>{state}</td></tr>",
                view.link("/dashboard/wallet", &[("user", &line.user)]),
                named(&line.user),
                shown(line.balance),
                shown(line.unsettled),
                shown(line.debt.saturating_neg()),
            )
        })
        .collect();
    let next = lines.last().filter(|_| has_more).map_or(String::new(), |last| {
        let link = view.link("/dashboard/wallets", &[("cursor", &last.id.to_string())]);
        format!("<p><a href=\"{link}\">Older wallets</a></p>")
    });
    let content = format!(
        "<section class=\"card\"><form method=\"get\" action=\"/dashboard/wallets\" class=\"form-row\" role=\"search\">\
         <div class=\"field\"><label for=\"find\">User id</label><input id=\"find\" name=\"find\" value=\"{}\" dir=\"auto\"></div>\
         <input type=\"hidden\" name=\"partner\" value=\"{}\"><button>Find</button></form></section>\
         <section class=\"card\">{}{next}</section>",
        super::super::html::escape(find.unwrap_or_default()),
        view.partner_id(),
        table("Wallets", &["User", "#Balance", "#Not settled", "#Debt", "State"], &html, "No wallet is like that."),
    );
    view.page("/dashboard/wallets", "Wallets", None, &content)
}

pub(super) async fn one(view: View) -> Result<Response<Body>, Problem> {
    let user = view.call.query.user.clone().unwrap_or_default();
    check_user_id(&user).map_err(|_| Problem::new(Code::NotFound))?;
    let (partner, asked) = (view.partner.partner.id, user.clone());
    let found = view.gateway().read(move |connection| Ok(find_wallet(connection, partner, &asked)?)).await?;
    let wallet = found.ok_or_else(|| Problem::new(Code::NotFound).detail("There is no such user."))?;
    let lines =
        view.api(&format!("GET /v1/wallets/{}/transactions", percent_encoded(&user)), &[("limit", "50")]).await?;
    let sessions = view.api("GET /v1/sessions", &[("user_id", &user), ("limit", "20")]).await?;
    let settlements = view.api("GET /v1/settlements", &[("user_id", &user), ("limit", "20")]).await?;
    let shown = |amount: Amount| money(&amount.to_string());
    let members = [
        ("Balance", shown(wallet.balance())),
        ("Available", shown(wallet.available)),
        ("Held for open sessions", shown(wallet.held)),
        ("Charged, not settled", shown(Amount(wallet.unsettled.0.saturating_add(wallet.settling.0)))),
        ("Being withdrawn", shown(wallet.withdrawing)),
        ("Debt", shown(Amount(wallet.debt.0.saturating_neg()))),
        ("State", named(wallet.state.name())),
        ("Stopped", wallet.stopped.as_deref().map_or("no".to_owned(), named)),
        ("Account", code(wallet.address.as_deref().unwrap_or_default())),
    ];
    let members: String = members.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>")).collect();
    let statement: String = rows(&lines).iter().map(statement_line).collect();
    let heads = ["Time (UTC)", "What", "#Amount", "#Balance after", "Id"];
    let content = format!(
        "<p>{}</p><section class=\"card\"><dl>{members}</dl></section>\
         <section class=\"card\"><h2>Statement</h2>{}</section>\
         <section class=\"card\"><h2>Sessions</h2>{}</section>\
         <section class=\"card\"><h2>Settlements</h2>{}</section>",
        named(&user),
        table("Statement", &heads, &statement, "Nothing yet."),
        session_table(&view, "Sessions of this user", rows(&sessions), "No sessions yet."),
        settlement_table(&view, "Settlements of this user", rows(&settlements)),
    );
    view.page("/dashboard/wallets", "Wallet", None, &content)
}

fn statement_line(line: &Value) -> String {
    let balance = match &*text(line, "balance") {
        "" => "–".to_owned(),
        balance => money(balance),
    };
    format!(
        "<tr><td>{}</td><td>{} {}</td><td class=\"number\">{}</td><td class=\"number\">{balance}</td><td>{}</td></tr>",
        time(&text(line, "at")),
        named(&text(line, "type")),
        named(&text(line, "content_id")),
        money(&text(line, "amount")),
        code(&text(line, "id")),
    )
}
