//! What each page of the dashboard has: who looks, at which partner, and the frame around it.

use super::super::assets::Asset;
use super::super::html::{Document, escape};
use crate::access::{Principal, Scopes};
use crate::gateway::{Gateway, PartnerState};
use crate::http::{COOKIE_NAME, Call, InternalCall, Routes, parse_query};
use crate::id::Kind;
use crate::logins;
use crate::problem::{Code, Problem};
use axum::body::{Body, Bytes};
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, Response, StatusCode};
use data_encoding::HEXLOWER;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::sync::Arc;

/// What a page is asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct PageQuery {
    /// Whose; the first partner if not given.
    pub(super) partner: Option<String>,
    /// Where a list goes on.
    pub(super) cursor: Option<String>,
    /// A user.
    pub(super) user: Option<String>,
    /// What is looked for.
    pub(super) find: Option<String>,
    /// A settlement.
    pub(super) id: Option<String>,
    /// `day` or `month`.
    pub(super) range: Option<String>,
}

/// The calls of the API.
pub(super) type Api = Arc<Routes<Arc<Gateway>>>;

/// A request for a page.
pub(super) type Page = Call<Arc<Gateway>, Bytes, PageQuery>;

/// The value of the dashboard's cookie.
pub(super) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value)
}

/// The fields of a form.
pub(super) struct Form(Map<String, Value>);

impl Form {
    pub(super) fn read(body: &Bytes) -> Result<Self, Problem> {
        let text = std::str::from_utf8(body).map_err(|_| Problem::new(Code::InvalidBody))?;
        match parse_query(text)? {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(Problem::new(Code::InvalidBody)),
        }
    }

    /// A field; empty where the form has no such field.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// Somebody who looks at a page.
pub(super) struct View {
    api: Api,
    pub(super) call: Page,
    /// The partner that is looked at.
    pub(super) partner: Arc<PartnerState>,
}

/// A line above a page's content.
pub(super) enum Note {
    /// Something was done.
    Done(String),
    /// Something was not.
    Failed(String),
}

/// The pages, as they stand in the navigation.
const PAGES: [(&str, &str); 7] = [
    ("/dashboard", "Overview"),
    ("/dashboard/sessions", "Sessions"),
    ("/dashboard/wallets", "Wallets"),
    ("/dashboard/contents", "Contents"),
    ("/dashboard/settlements", "Settlements"),
    ("/dashboard/keys", "Keys"),
    ("/dashboard/reconciliation", "Reconciliation"),
];

impl View {
    pub(super) fn new(api: Api, call: Page) -> Result<Self, Problem> {
        let partners = call.state.registry.partners();
        let form_partner = Form::read(&call.body).ok().map(|form| form.text("partner").to_owned());
        let named = call.query.partner.clone().or(form_partner).filter(|text| !text.is_empty());
        let partner = match named {
            Some(text) => {
                let id = Kind::Partner.number(&text);
                partners.into_iter().find(|state| Some(state.partner.id) == id)
            }
            None => partners.into_iter().next(),
        };
        let partner = partner.ok_or_else(|| Problem::new(Code::NotFound).detail("There is no such partner."))?;
        Ok(Self { api, call, partner })
    }

    pub(super) fn gateway(&self) -> &Arc<Gateway> {
        &self.call.state
    }

    fn cookie(&self) -> Option<&str> {
        cookie(&self.call.headers)
    }

    /// The fields of a form of one of our own pages.
    pub(super) fn form(&self) -> Result<Form, Problem> {
        let form = Form::read(&self.call.body)?;
        let expected = self.cookie().map(logins::form_token);
        let is_ours =
            expected.is_some_and(|expected| logins::is_same(expected.as_bytes(), form.text("form_token").as_bytes()));
        if is_ours {
            Ok(form)
        } else {
            Err(Problem::new(Code::Forbidden).detail("The form is not from a page of this login: open the page again."))
        }
    }

    /// Calls the API for the partner that is looked at.
    pub(super) async fn api(&self, request: &str, query: &[(&str, &str)]) -> Result<Value, Problem> {
        self.send(self.as_partner(), request, query, Value::Object(Map::new()), None).await
    }

    /// Changes something by the API, once for a form.
    pub(super) async fn change(
        &self,
        principal: Principal,
        request: &str,
        body: Value,
        form: &Form,
    ) -> Result<Value, Problem> {
        let key = Some(form.text("once")).filter(|key| !key.is_empty());
        self.send(principal, request, &[], body, key).await
    }

    /// The partner itself, with every right.
    pub(super) fn as_partner(&self) -> Principal {
        Principal::Secret { key_id: 0, partner_id: self.partner.partner.id, scopes: Scopes::all() }
    }

    async fn send(
        &self,
        principal: Principal,
        request: &str,
        query: &[(&str, &str)],
        body: Value,
        idempotency_key: Option<&str>,
    ) -> Result<Value, Problem> {
        let call = InternalCall {
            request,
            query: query_text(query),
            body,
            idempotency_key,
            principal,
            info: &self.call.info,
            stopping: &self.call.stopping,
        };
        self.api.call(Arc::clone(self.gateway()), call).await
    }

    /// The partner's id as text.
    pub(super) fn partner_id(&self) -> String {
        Kind::Partner.text(self.partner.partner.id)
    }

    /// A link to a page of ours, with its parameters; escaped.
    pub(super) fn link(&self, page: &str, query: &[(&str, &str)]) -> String {
        let partner = self.partner_id();
        let mut all = query.to_vec();
        if self.has_partners() {
            all.push(("partner", &partner));
        }
        let query = query_text(&all);
        escape(if query.is_empty() { page.to_owned() } else { format!("{page}?{query}") }).to_string()
    }

    fn has_partners(&self) -> bool {
        self.gateway().registry.partners().len() > 1
    }

    /// The hidden fields of a form.
    pub(super) fn hidden(&self) -> Result<String, Problem> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(Problem::internal)?;
        let field =
            |name: &str, value: &str| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value));
        let token = self.cookie().map(logins::form_token).unwrap_or_default();
        let partner = if self.has_partners() { field("partner", &self.partner_id()) } else { String::new() };
        Ok(format!("{}{}{partner}", field("form_token", &token), field("once", &HEXLOWER.encode(&bytes))))
    }

    /// A page with its navigation. `current` is the page in it; `content` is HTML.
    pub(super) fn page(
        &self,
        current: &str,
        title: &str,
        note: Option<&Note>,
        content: &str,
    ) -> Result<Response<Body>, Problem> {
        let mut links = String::new();
        for (path, name) in PAGES {
            let mark = if path == current { " aria-current=\"page\"" } else { "" };
            let _ = write!(links, "<li><a href=\"{}\"{mark}>{name}</a></li>", self.link(path, &[]));
        }
        let note = match note {
            Some(Note::Done(text)) => format!("<p class=\"note\" role=\"status\">{}</p>", escape(text)),
            Some(Note::Failed(text)) => format!("<p class=\"note warn\" role=\"alert\">{}</p>", escape(text)),
            None => String::new(),
        };
        let network = &self.gateway().network;
        let body = format!(
            "<a class=\"skip\" href=\"#content\">To the content</a><div class=\"board\"><header>\
             <p class=\"brand\">Play and Pay</p><p class=\"quiet\"><bdi>{}</bdi> on <bdi>{}</bdi></p>{}\
             <nav aria-label=\"Pages\"><ul>{links}</ul></nav>\
             <p class=\"quiet\"><a href=\"{}\">Password</a></p>\
             <form method=\"post\" action=\"/dashboard/sign_out\">{}<button class=\"second small\">Sign out</button></form>\
             </header><main id=\"content\" tabindex=\"-1\"><h1>{}</h1>{note}{content}</main></div>",
            escape(&self.partner.partner.name),
            escape(&network.name),
            self.partner_choice(current),
            self.link("/dashboard/password", &[]),
            self.hidden()?,
            escape(title),
        );
        let title = format!("{title} · Play and Pay");
        let scripts: &[Asset] = if content.contains("data-live=") { &[Asset::Live] } else { &[] };
        Ok(Document { language: ("en", "ltr"), title: &title, scripts, body: &body }.answer(StatusCode::OK))
    }

    /// Where there are several partners: which is looked at.
    fn partner_choice(&self, current: &str) -> String {
        if !self.has_partners() {
            return String::new();
        }
        let options: String = self
            .gateway()
            .registry
            .partners()
            .iter()
            .map(|state| {
                let mark = if state.partner.id == self.partner.partner.id { " selected" } else { "" };
                let id = Kind::Partner.text(state.partner.id);
                format!("<option value=\"{}\"{mark}>{}</option>", escape(id), escape(&state.partner.name))
            })
            .collect();
        format!(
            "<form method=\"get\" action=\"{}\" class=\"field\"><label for=\"partner\">Partner</label>\
             <select id=\"partner\" name=\"partner\">{options}</select> <button class=\"second small\">Show</button></form>",
            escape(current)
        )
    }
}

/// A query string.
fn query_text(query: &[(&str, &str)]) -> String {
    let parts: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
    parts.join("&")
}

/// A text inside a path or a query.
pub(super) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A problem in words for a note.
pub(super) fn words(problem: &Problem) -> String {
    let row = problem.code().row();
    problem.detail_text().map_or_else(|| row.title.to_owned(), str::to_owned)
}

/// A member of an object as text; empty where it is null or absent.
pub(super) fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The rows of a page of a list.
pub(super) fn rows(value: &Value) -> &[Value] {
    value.get("data").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// An amount for people, escaped: at least two digits, and all that are not zero.
pub(super) fn money(amount: &str) -> String {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    format!("<bdi>{}.{fraction:0<2} EUR</bdi>", escape(whole), fraction = escape(fraction).to_string())
}

/// A time for people, escaped: `2026-11-30 18:04:05`.
pub(super) fn time(at: &str) -> String {
    if at.is_empty() {
        return "–".to_owned();
    }
    let shown = at.get(..19).unwrap_or(at).replace('T', " ");
    format!("<time datetime=\"{}\">{}</time>", escape(at), escape(shown))
}

/// What others named, isolated from the direction of what is around it.
pub(super) fn named(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape(text))
}

/// An id or a hash.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() { "–".to_owned() } else { format!("<code>{}</code>", escape(text)) }
}

/// A transaction's id in a table: its ends, and the whole where one points at it.
pub(super) fn short_code(text: &str) -> String {
    match (text.get(..8), text.len().checked_sub(4).and_then(|end| text.get(end..))) {
        (Some(first), Some(last)) if text.len() > 20 => {
            format!("<code title=\"{}\">{}…{}</code>", escape(text), escape(first), escape(last))
        }
        _ => code(text),
    }
}

/// A table; heads that begin with `#` are over numbers. Rows are HTML.
pub(super) fn table(caption: &str, heads: &[&str], rows: &str, empty: &str) -> String {
    if rows.is_empty() {
        return format!("<p class=\"quiet\">{}</p>", escape(empty));
    }
    let heads: String = heads
        .iter()
        .map(|head| match head.strip_prefix('#') {
            Some(head) => format!("<th scope=\"col\" class=\"number\">{head}</th>"),
            None => format!("<th scope=\"col\">{head}</th>"),
        })
        .collect();
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table><caption class=\"hidden-label\">{caption}\
         </caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
}
