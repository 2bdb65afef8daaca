//! Settlements with their transactions, and receipts.

use super::super::html::escape;
use super::view::{View, code, money, named, percent_encoded, rows, short_code, table, text, time};
use crate::id::Kind;
use crate::problem::{Code, Problem};
use axum::body::Body;
use axum::http::Response;
use rusqlite::OptionalExtension as _;
use serde_json::Value;

pub(super) async fn list(view: View) -> Result<Response<Body>, Problem> {
    let find = view.call.query.find.clone().unwrap_or_default().trim().to_owned();
    let (found, receipt) = if find.is_empty() { (None, String::new()) } else { looked_up(&view, &find).await? };
    let listed = match found {
        Some(id) => match view.api(&format!("GET /v1/settlements/{}", percent_encoded(&id)), &[]).await {
            Ok(settlement) => settlement_table(&view, "What was found", &[settlement]),
            Err(problem) if problem.code() == Code::NotFound => nothing(),
            Err(problem) => return Err(problem),
        },
        None if !find.is_empty() => nothing(),
        None => {
            let mut query = vec![("limit", "50")];
            if let Some(cursor) = &view.call.query.cursor {
                query.push(("cursor", cursor));
            }
            let page = view.api("GET /v1/settlements", &query).await?;
            let next = match &*text(&page, "next_cursor") {
                "" => String::new(),
                cursor => {
                    let link = view.link("/dashboard/settlements", &[("cursor", cursor)]);
                    format!("<p><a href=\"{link}\">Older settlements</a></p>")
                }
            };
            format!("{}{next}", settlement_table(&view, "Settlements", rows(&page)))
        }
    };
    let content = format!(
        "<section class=\"card\"><form method=\"get\" action=\"/dashboard/settlements\" class=\"form-row\" role=\"search\">\
         <div class=\"field\"><label for=\"find\">Receipt, settlement or transaction</label>\
         <input id=\"find\" name=\"find\" value=\"{}\" aria-describedby=\"find-hint\" autocomplete=\"off\"></div>\
         <input type=\"hidden\" name=\"partner\" value=\"{}\"><button>Find</button></form>\
         <p class=\"hint\" id=\"find-hint\">An id that begins with <code>txn_</code> or <code>stl_</code>, or a transaction's \
         id on the chain.</p></section>{receipt}<section class=\"card\">{listed}</section>",
        escape(&find),
        view.partner_id(),
    );
    view.page("/dashboard/settlements", "Settlements", None, &content)
}

fn nothing() -> String {
    "<p class=\"quiet\">Nothing has this id, or it is not settled yet.</p>".to_owned()
}

/// The settlement that an id leads to, and the receipt where it is a tick's.
async fn looked_up(view: &View, find: &str) -> Result<(Option<String>, String), Problem> {
    if Kind::ChainOp.number(find).is_some() {
        return Ok((Some(find.to_owned()), String::new()));
    }
    if Kind::Entry.number(find).is_some() {
        return match view.api(&format!("GET /v1/ticks/{find}"), &[]).await {
            Ok(receipt) => {
                let id = Some(text(&receipt, "settlement_id")).filter(|id| !id.is_empty());
                Ok((id, receipt_card(&receipt)))
            }
            Err(problem) if problem.code() == Code::NotFound => Ok((None, String::new())),
            Err(problem) => Err(problem),
        };
    }
    let (partner, transaction) = (view.partner.partner.id, find.to_owned());
    let found = view
        .gateway()
        .read(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT id FROM chain_ops WHERE partner_id = ?1 AND txid = ?2")?;
            Ok(statement.query_row((partner, transaction), |row| row.get::<_, i64>(0)).optional()?)
        })
        .await?;
    Ok((found.map(|id| Kind::ChainOp.text(id)), String::new()))
}

fn receipt_card(receipt: &Value) -> String {
    let members = [
        ("Charge", code(&text(receipt, "tx_id"))),
        ("User", named(&text(receipt, "user_id"))),
        ("Time (UTC)", time(&text(receipt, "at"))),
        ("Credited", format!("{} ms of {} ms", text(receipt, "credited_ms"), text(receipt, "played_ms"))),
        ("Charged", money(&text(receipt, "charged"))),
        ("Balance after", money(&text(receipt, "balance"))),
        ("Transaction", code(&text(receipt, "chain_tx_id"))),
    ];
    let members: String = members.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>")).collect();
    format!("<section class=\"card\"><h2>Receipt</h2><dl>{members}</dl></section>")
}

pub(super) async fn one(view: View) -> Result<Response<Body>, Problem> {
    let id = view.call.query.id.clone().unwrap_or_default();
    let settlement = view.api(&format!("GET /v1/settlements/{}", percent_encoded(&id)), &[]).await?;
    let member = |name: &str| text(&settlement, name);
    let or_none = |text: String| if text.is_empty() { "–".to_owned() } else { named(&text) };
    let members = [
        ("Settlement", code(&member("id"))),
        ("Kind", named(&member("kind"))),
        ("State", tag(&member("state"))),
        ("User", named(&member("user_id"))),
        ("Paid by the user", money(&member("gross"))),
        ("Fee", money(&member("fee"))),
        ("Net", money(&member("net"))),
        ("Units", or_none(member("units"))),
        ("Cents a unit", or_none(member("unit_price"))),
        ("Transaction", format!("<span id=\"transaction\">{}</span>", code(&member("chain_tx_id")))),
        ("Round", or_none(member("round"))),
        ("Application", or_none(member("app_id"))),
        ("Tick in the contract", code(&member("tick"))),
        ("Reason", or_none(member("reason"))),
        ("Planned (UTC)", time(&member("created_at"))),
        ("Ended (UTC)", time(&member("ended_at"))),
    ];
    let members: String = members.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>")).collect();
    let content = format!("<section class=\"card\"><dl>{members}</dl></section>");
    view.page("/dashboard/settlements", "Settlement", None, &content)
}

fn tag(state: &str) -> String {
    let kind = match state {
        "done" => "good",
        "refused" | "doubtful" => "bad",
        _ => "warn",
    };
    format!("<span class=\"tag {kind}\">{}</span>", named(state))
}

/// A table of settlements.
pub(super) fn settlement_table(view: &View, caption: &str, settlements: &[Value]) -> String {
    let line = |settlement: &Value| {
        let id = text(settlement, "id");
        format!(
            "<tr><td><a href=\"{}\">{}</a></td><td>{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td>\
             <td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td><td>{}</td></tr>",
            view.link("/dashboard/settlement", &[("id", &id)]),
            code(&id),
            named(&text(settlement, "kind")),
            tag(&text(settlement, "state")),
            named(&text(settlement, "user_id")),
            money(&text(settlement, "gross")),
            money(&text(settlement, "fee")),
            money(&text(settlement, "net")),
            time(&text(settlement, "created_at")),
            short_code(&text(settlement, "chain_tx_id")),
        )
    };
    let rows: String = settlements.iter().map(line).collect();
    let heads = ["Settlement", "Kind", "State", "User", "#Paid", "#Fee", "#Net", "Planned (UTC)", "Transaction"];
    table(caption, &heads, &rows, "Nothing was settled yet.")
}
