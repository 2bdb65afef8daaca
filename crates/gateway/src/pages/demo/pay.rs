//! `/demo/pay/{id}`: where the `checkout_url` of a pending test payment leads. The person who has the link pays, as at a real provider.

use super::super::html::{Document, escape, problem_page, redirect};
use crate::access::Access;
use crate::gateway::Gateway;
use crate::http::{Call, Empty, Route, get, is_same_origin, parse_query, post};
use crate::id::Kind;
use crate::ledger::{TopUp, TopUpState, wallet};
use crate::payments::{TestProvider, settle_payment};
use crate::problem::{Code, Problem};
use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode};
use std::sync::Arc;

type PayCall = Call<Arc<Gateway>, Bytes, Empty>;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/demo/pay/{id}")
            .operation("getDemoPayment", "A test payment that is pending")
            .access(Access::ANYONE)
            .page(problem_page)
            .raw("text/html; charset=utf-8", page),
        post("/demo/pay/{id}")
            .operation("endDemoPayment", "Pay a test payment, or give it up")
            .access(Access::ANYONE)
            .page(problem_page)
            .max_body(1024)
            .raw("text/html; charset=utf-8", end),
    ]
}

async fn page(call: PayCall) -> Result<Response<Body>, Problem> {
    let id = call.path.number(Kind::TopUp, "id")?;
    let found = call
        .state
        .read(move |connection| {
            let Some(top_up) = TopUp::find(connection, id)? else { return Ok(None) };
            let partner = wallet(connection, top_up.wallet)?.partner;
            Ok(Some((top_up, partner)))
        })
        .await?;
    let (top_up, partner) = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    let shop = call.state.partner(partner)?.partner.name.clone();
    let what = match top_up.state {
        TopUpState::Pending => {
            "<form method=\"post\"><button name=\"outcome\" value=\"pay\">Pay</button> \
             <button name=\"outcome\" value=\"fail\" class=\"second\">Give up</button></form>"
        }
        TopUpState::Succeeded => "<p role=\"status\">Paid. You may close this page.</p>",
        TopUpState::Failed => "<p role=\"status\">Not paid.</p>",
        TopUpState::Expired => "<p role=\"status\">Not paid in time.</p>",
        TopUpState::ChargedBack => "<p role=\"status\">Paid, and taken back by the bank.</p>",
    };
    let body = format!(
        "<main class=\"narrow\"><div class=\"card\"><h1>Test payment</h1><p class=\"amount-shown\"><bdi>{} EUR</bdi></p>\
         <p class=\"quiet\">to <bdi>{}</bdi>. No money moves: this page exists on development networks alone.</p>{what}\
         </div></main>",
        escape(top_up.amount),
        escape(shop),
    );
    Ok(Document { language: ("en", "ltr"), title: "Test payment", scripts: &[], body: &body }.answer(StatusCode::OK))
}

async fn end(call: PayCall) -> Result<Response<Body>, Problem> {
    if !is_same_origin(&call.info) {
        return Err(Problem::new(Code::OriginNotAllowed).detail("Another site made this call."));
    }
    let id = call.path.number(Kind::TopUp, "id")?;
    let text = std::str::from_utf8(&call.body).map_err(|_| Problem::new(Code::InvalidBody))?;
    let form = parse_query(text)?;
    let is_paid = match form.get("outcome").and_then(|outcome| outcome.as_str()) {
        Some("pay") => true,
        Some("fail") => false,
        _ => return Err(Problem::invalid_field("outcome", "must be `pay` or `fail`.")),
    };
    let gateway = Arc::clone(&call.state);
    let wallet = call
        .state
        .write(move |write| {
            let top_up = TopUp::find(write.connection(), id)?.ok_or_else(|| Problem::new(Code::NotFound))?;
            TestProvider::end(write, id, is_paid)?;
            let payment = TestProvider::fetch(write.connection(), id)?;
            Ok(settle_payment(write, &gateway.registry, top_up, &payment)?.wallet)
        })
        .await?;
    call.state.wake(wallet);
    redirect(&TestProvider::checkout_url(&Kind::TopUp.text(id)))
}
