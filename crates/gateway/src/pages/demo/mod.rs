//! `/demo`: a player in which the balance counts down while a guest plays.
//!
//! The page has no secret. Its server part gives each browser a guest of its own, whom a cookie that scripts cannot read
//! stands for, and a token for that guest alone.

mod pay;
mod words;

use super::assets::Asset;
use super::html::{Document, escape, problem_page};
use crate::access::Access;
use crate::amount::Price;
use crate::credentials::{UserActions, UserClaims};
use crate::gateway::Gateway;
use crate::http::{Call, Empty, Route, get, is_same_origin, post};
use crate::problem::{Code, Problem};
use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, SET_COOKIE, VARY};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use data_encoding::HEXLOWER;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use words::{ALL, Words};

/// The film's id in the catalogue.
const CONTENT: &str = "demo-film";
/// Its price at first: a cent a second. The operator may change it.
const PRICE: i64 = 60;
/// For how long a guest's token is valid, in milliseconds; the page asks for another then.
const TOKEN_LASTS: i64 = 900_000;
/// The cookie that stands for a guest.
const COOKIE_NAME: &str = "pnp_demo_guest";
/// Characters of its value: 128 bits.
const COOKIE_LENGTH: usize = 32;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    let mut routes = pay::routes();
    routes.extend([
        get("/demo")
            .operation("getDemo", "The demo")
            .access(Access::ANYONE)
            .page(problem_page)
            .raw("text/html; charset=utf-8", page),
        post("/demo/guest")
            .operation("meetDemoGuest", "A guest of the demo and its token")
            .access(Access::ANYONE)
            .page(problem_page)
            .max_body(1024)
            .raw("application/json", guest),
    ]);
    routes
}

/// Which language.
#[derive(Debug, Deserialize, JsonSchema)]
struct DemoQuery {
    /// `en`, `de` or `fa`; what the browser prefers if not given.
    lang: Option<String>,
}

async fn page(call: Call<Arc<Gateway>, Bytes, DemoQuery>) -> Result<Response<Body>, Problem> {
    let preferred = call.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let words = Words::chosen(call.query.lang.as_deref(), preferred);
    let language = (words.language, words.direction);
    let body = body_of(words);
    let document = Document { language, title: words.title, scripts: &[Asset::Demo], body: &body };
    let mut response = document.answer(StatusCode::OK);
    response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Language"));
    Ok(response)
}

fn body_of(words: &Words) -> String {
    let languages: String = ALL
        .iter()
        .map(|other| match other.language == words.language {
            true => format!("<strong lang=\"{}\" aria-current=\"true\">{}</strong>", other.language, other.name),
            false => format!("<a href=\"?lang={0}\" lang=\"{0}\" hreflang=\"{0}\">{1}</a>", other.language, other.name),
        })
        .collect();
    let film = Asset::Film.path();
    let Words { title, intro, film: label, wallet, top_up, .. } = words;
    let receipt: String = words
        .receipt
        .iter()
        .map(|(name, text)| {
            let class = if matches!(*name, "session" | "settlement" | "transaction") { " class=\"mono\"" } else { "" };
            format!("<dt>{text}</dt><dd{class}><bdi id=\"receipt-{name}\"></bdi></dd>")
        })
        .collect();
    format!(
        "<a class=\"skip\" href=\"#player\">{skip}</a>\
         <div class=\"demo\"><header><div><h1>{title}</h1><p class=\"quiet\">{intro}</p></div>\
         <nav class=\"languages\" aria-label=\"{languages_label}\">{languages}</nav></header>\
         <main data-state=\"idle\" data-words=\"{script_words}\">\
         <div class=\"stage\">\
         <section class=\"card screen\" id=\"player\" aria-label=\"{label}\">\
         <video id=\"film\" src=\"{film}\" loop muted playsinline preload=\"auto\" tabindex=\"-1\" aria-label=\"{label}\"></video>\
         <div class=\"controls\"><button type=\"button\" id=\"play\" disabled>{play}</button>\
         <button type=\"button\" id=\"stop\" class=\"second\" disabled>{stop}</button></div></section>\
         <section class=\"card wallet\" aria-labelledby=\"wallet-name\"><h2 id=\"wallet-name\">{wallet}</h2>\
         <p class=\"amount-shown\"><bdi id=\"balance\">…</bdi></p><p class=\"quiet\" id=\"price\"></p>\
         <form id=\"top-up\" novalidate><div class=\"field\"><label for=\"amount\">{amount_label}</label>\
         <input id=\"amount\" name=\"amount\" inputmode=\"decimal\" autocomplete=\"off\" value=\"{amount_value}\" \
         aria-describedby=\"amount-error amount-hint\">\
         <p class=\"hint\" id=\"amount-hint\">{hint}</p><p class=\"error\" id=\"amount-error\"></p></div>\
         <button id=\"pay\" disabled>{top_up}</button></form></section></div>\
         <p id=\"status\" role=\"status\"></p>\
         <section class=\"card\" id=\"receipt\" hidden aria-labelledby=\"receipt-title\">\
         <h2 id=\"receipt-title\" tabindex=\"-1\">{receipt_title}</h2><dl>{receipt}</dl></section>\
         <noscript><p class=\"note warn\">{no_script}</p></noscript></main></div>",
        skip = words.skip,
        languages_label = words.languages,
        script_words = escape(serde_json::Value::Object(words.for_script())),
        play = words.play,
        stop = words.stop,
        amount_label = words.amount_label,
        amount_value = words.amount_value,
        hint = words.hint,
        receipt_title = words.receipt_title,
        no_script = words.no_script,
    )
}

/// The guest's cookie, if it has the form that this page gives.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE_NAME)?;
    let is_ours = value.len() == COOKIE_LENGTH && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_ours.then(|| value.to_owned())
}

/// Makes the guest of this browser known, and a token for him.
async fn guest(call: Call<Arc<Gateway>, Bytes, Empty>) -> Result<Response<Body>, Problem> {
    if !is_same_origin(&call.info) {
        return Err(Problem::new(Code::OriginNotAllowed).detail("Another site made this call."));
    }
    let kept = cookie(&call.headers);
    let is_new = kept.is_none();
    let secret = match kept {
        Some(secret) => secret,
        None => {
            let mut bytes = [0; COOKIE_LENGTH / 2];
            getrandom::fill(&mut bytes).map_err(Problem::internal)?;
            HEXLOWER.encode(&bytes)
        }
    };
    // Who reads a guest's id, in a report or an event, does not know the cookie.
    let hash = HEXLOWER.encode(&Sha256::digest(format!("guest of the demo: {secret}")));
    let user = format!("guest-{}", hash.get(..12).unwrap_or(&hash));
    let gateway = &call.state;
    let first = gateway.registry.partners().into_iter().next().ok_or_else(|| Problem::new(Code::NotFound))?;
    let partner = first.partner.id;
    let (price, now) = gateway
        .write(move |write| {
            let now = write.now();
            write.execute(
                "INSERT INTO contents (partner_id, content_id, title, price, created_at, updated_at) \
                 VALUES (?1, ?2, 'Sunrise', ?3, ?4, ?4) ON CONFLICT (partner_id, content_id) DO NOTHING",
                (partner, CONTENT, PRICE, now),
            )?;
            let price = write.row(
                "SELECT price FROM contents WHERE partner_id = ?1 AND content_id = ?2",
                (partner, CONTENT),
                |row| row.get::<_, Price>(0),
            )?;
            Ok((price.ok_or_else(|| Problem::new(Code::NotFound))?, now))
        })
        .await?;
    let claims = UserClaims {
        partner,
        user: user.clone(),
        actions: UserActions::ALL,
        issued_at: now,
        expires_at: now.saturating_add(TOKEN_LASTS),
    };
    let answer = json!({
        "user_id": user,
        "token": gateway.user_tokens().sign(&claims),
        "content_id": CONTENT,
        "price_per_minute": price.amount().to_string(),
    });
    let mut response = Response::new(Body::from(answer.to_string()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if is_new {
        let cookie = format!("{COOKIE_NAME}={secret}; Path=/demo; Max-Age=31536000; HttpOnly; SameSite=Strict");
        headers.insert(SET_COOKIE, HeaderValue::try_from(cookie).map_err(Problem::internal)?);
    }
    Ok(response)
}

#[cfg(test)]
mod tests;
