//! Signing in and out, and the password.

use super::super::html::{Document, escape, problem_page, redirect};
use super::view::{Form, Note, View, cookie};
use crate::access::Access;
use crate::gateway::Gateway;
use crate::http::{COOKIE_NAME, Call, Empty, Route, get, is_same_origin, post};
use crate::logins::{self, Cookie, Desk, LASTS, LoginError, PASSWORD};
use crate::problem::{Code, Problem};
use axum::body::{Body, Bytes};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    const HTML: &str = "text/html; charset=utf-8";
    let open = |draft: crate::http::Draft| draft.access(Access::ANYONE).page(problem_page).max_body(4096);
    vec![
        open(get("/dashboard/sign_in").operation("getSignIn", "Where the operator signs in")).raw(HTML, sign_in_page),
        open(post("/dashboard/sign_in").operation("signIn", "Sign in")).raw(HTML, sign_in),
        open(get("/dashboard/first").operation("getFirstLink", "Where the first password is set"))
            .raw(HTML, first_page),
        open(post("/dashboard/first").operation("setFirstPassword", "Set the first password")).raw(HTML, first),
    ]
}

type Open<Q = Empty> = Call<Arc<Gateway>, Bytes, Q>;

fn desk(gateway: &Gateway) -> Desk<'_> {
    (&gateway.store, &gateway.logins)
}

/// A page without navigation.
fn narrow(title: &str, error: Option<&LoginError>, content: &str) -> Response<Body> {
    let note =
        error.map_or(String::new(), |error| format!("<p class=\"note warn\" role=\"alert\">{}</p>", escape(error)));
    let body = format!("<main class=\"narrow\"><div class=\"card\"><h1>{title}</h1>{note}{content}</div></main>");
    let status = match error {
        None => StatusCode::OK,
        Some(LoginError::Wait) => StatusCode::TOO_MANY_REQUESTS,
        Some(LoginError::Length) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(LoginError::Problem(problem)) => problem.code().status(),
        Some(LoginError::WrongPassword | LoginError::NoPassword | LoginError::Link) => StatusCode::FORBIDDEN,
    };
    Document { language: ("en", "ltr"), title, scripts: &[], body: &body }.answer(status)
}

fn sign_in_form(error: Option<&LoginError>) -> Response<Body> {
    narrow(
        "Sign in",
        error,
        "<form method=\"post\" action=\"/dashboard/sign_in\"><input type=\"text\" name=\"login\" value=\"operator\" \
         autocomplete=\"username\" hidden><div class=\"field\"><label for=\"password\">Password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required autofocus></div>\
         <button>Sign in</button></form>\
         <p class=\"hint\">The first time, open the link that the gateway shows in its terminal.</p>",
    )
}

async fn sign_in_page(_: Open) -> Result<Response<Body>, Problem> {
    Ok(sign_in_form(None))
}

async fn sign_in(call: Open) -> Result<Response<Body>, Problem> {
    check_origin(&call)?;
    let form = Form::read(&call.body)?;
    let outcome = logins::sign_in(desk(&call.state), call.info.client, form.text("password").to_owned()).await;
    match outcome {
        Ok(cookie) => signed_in(&call.state, &call.headers, &cookie),
        Err(error) => Ok(sign_in_form(Some(&error))),
    }
}

/// Another site could otherwise sign somebody in as somebody else.
fn check_origin<Q>(call: &Open<Q>) -> Result<(), Problem> {
    if is_same_origin(&call.info) {
        return Ok(());
    }
    Err(Problem::new(Code::OriginNotAllowed).detail("Another site made this call."))
}

/// The first link.
#[derive(Debug, Deserialize, JsonSchema)]
struct FirstQuery {
    /// What makes it secret.
    token: Option<String>,
}

fn first_form(token: &str, error: Option<&LoginError>) -> Response<Body> {
    let (least, most) = PASSWORD;
    let content = format!(
        "<p>This link works once: choose the password of the dashboard.</p>\
         <form method=\"post\" action=\"/dashboard/first\"><input type=\"hidden\" name=\"token\" value=\"{}\">\
         <input type=\"text\" name=\"login\" value=\"operator\" autocomplete=\"username\" hidden>\
         <div class=\"field\"><label for=\"password\">New password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"new-password\" required minlength=\"{least}\" \
         maxlength=\"{most}\" aria-describedby=\"password-hint\" autofocus>\
         <p class=\"hint\" id=\"password-hint\">{least} characters or more.</p></div><button>Set the password</button></form>",
        escape(token)
    );
    narrow("Welcome", error, &content)
}

async fn first_page(call: Open<FirstQuery>) -> Result<Response<Body>, Problem> {
    let token = call.query.token.unwrap_or_default();
    if !call.state.logins.is_first(&token) {
        return Ok(narrow("Welcome", Some(&LoginError::Link), "<p><a href=\"/dashboard/sign_in\">Sign in</a></p>"));
    }
    Ok(first_form(&token, None))
}

async fn first(call: Open) -> Result<Response<Body>, Problem> {
    check_origin(&call)?;
    let form = Form::read(&call.body)?;
    let token = form.text("token");
    match logins::set_first_password(desk(&call.state), token, form.text("password").to_owned()).await {
        Ok(cookie) => signed_in(&call.state, &call.headers, &cookie),
        Err(LoginError::Link) => Ok(narrow("Welcome", Some(&LoginError::Link), "")),
        Err(error) => Ok(first_form(token, Some(&error))),
    }
}

/// Gives a browser its cookie, and sends it to the dashboard.
fn signed_in(gateway: &Gateway, headers: &HeaderMap, cookie: &Cookie) -> Result<Response<Body>, Problem> {
    let mut response = redirect("/dashboard")?;
    set_cookie(&mut response, gateway, headers, &cookie.0, LASTS / 1000)?;
    Ok(response)
}

fn set_cookie(
    response: &mut Response<Body>,
    gateway: &Gateway,
    headers: &HeaderMap,
    value: &str,
    seconds: i64,
) -> Result<(), Problem> {
    // On this machine there is no TLS to ask for, unless a proxy in front has it.
    let is_tls = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    let secure = if is_tls || !gateway.network.is_development { "; Secure" } else { "" };
    let cookie = format!("{COOKIE_NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    response.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(Problem::internal)?);
    Ok(())
}

pub(super) async fn sign_out(view: View) -> Result<Response<Body>, Problem> {
    view.form()?;
    if let Some(cookie) = cookie(&view.call.headers) {
        logins::sign_out(&view.gateway().store, cookie).await?;
    }
    let mut response = redirect("/dashboard/sign_in")?;
    set_cookie(&mut response, view.gateway(), &view.call.headers, "", 0)?;
    Ok(response)
}

pub(super) async fn password(view: View) -> Result<Response<Body>, Problem> {
    password_page(&view, None)
}

pub(super) async fn change(view: View) -> Result<Response<Body>, Problem> {
    let form = view.form()?;
    let (old, new) = (form.text("old").to_owned(), form.text("new").to_owned());
    match logins::change_password(desk(view.gateway()), old, new).await {
        Ok(cookie) => signed_in(view.gateway(), &view.call.headers, &cookie),
        Err(LoginError::Problem(problem)) => Err(problem),
        Err(error) => password_page(&view, Some(&Note::Failed(error.to_string()))),
    }
}

fn password_page(view: &View, note: Option<&Note>) -> Result<Response<Body>, Problem> {
    let (least, most) = PASSWORD;
    let content = format!(
        "<section class=\"card\"><form method=\"post\" action=\"/dashboard/password\">{}\
         <input type=\"text\" name=\"login\" value=\"operator\" autocomplete=\"username\" hidden>\
         <div class=\"field\"><label for=\"old\">Password now</label>\
         <input id=\"old\" name=\"old\" type=\"password\" autocomplete=\"current-password\" required></div>\
         <div class=\"field\"><label for=\"new\">New password</label>\
         <input id=\"new\" name=\"new\" type=\"password\" autocomplete=\"new-password\" required minlength=\"{least}\" \
         maxlength=\"{most}\"></div><button>Change it</button></form>\
         <p class=\"hint\">Every other browser that is signed in is signed out.</p></section>",
        view.hidden()?
    );
    view.page("/dashboard/password", "Password", note, &content)
}
