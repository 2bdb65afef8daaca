//! The page `/docs`: the OpenAPI document for people. It loads nothing and runs no script.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, Response};
use data_encoding::BASE64;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::call::{Call, Empty};
use super::routes::{Route, Routes, TableError, get};
use crate::access::Access;
use crate::problem::{Code, Problem};

const STYLE: &str = "\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
body{max-width:60rem;margin:auto;padding:1rem}\
code{font-family:ui-monospace,monospace;font-size:.9em}\
section{border-block-start:1px solid #8886;margin-block-start:1.5rem}\
table{border-collapse:collapse;width:100%}\
th,td{border-block-end:1px solid #8884;padding:.3rem .6rem;text-align:start;vertical-align:top}\
th{white-space:nowrap}\
nav a{margin-inline-end:1em}";

impl<S: Send + Sync + 'static> Routes<S> {
    /// The table with two more routes: `/openapi.json` and `/docs`, which describe all of them.
    ///
    /// # Errors
    /// As for [`Routes::new`] and [`Routes::document`].
    pub fn with_documentation(mut routes: Vec<Route<S>>, version: &str) -> Result<Self, TableError> {
        let pages: Arc<OnceLock<Pages>> = Arc::default();
        let known = Arc::clone(&pages);
        let document = move |_: Call<S, Bytes, Empty>| {
            let page = known.get().map(|pages| pages.document.clone());
            async move { respond(page, "application/json", None) }
        };
        let known = Arc::clone(&pages);
        let page = move |_: Call<S, Bytes, Empty>| {
            let page = known.get().map(|pages| (pages.html.clone(), pages.policy.clone()));
            async move {
                let (page, policy) = page.unzip();
                respond(page, "text/html; charset=utf-8", policy)
            }
        };
        routes.push(
            get("/openapi.json")
                .operation("getOpenApi", "This description")
                .access(Access::ANYONE)
                .raw("application/json", document),
        );
        routes.push(
            get("/docs")
                .operation("getDocs", "This description for people")
                .access(Access::ANYONE)
                .raw("text/html; charset=utf-8", page),
        );
        let table = Self::new(routes)?;
        let document = table.document(version)?;
        let style_hash = BASE64.encode(&Sha256::digest(STYLE));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        let (html, document) = (page_of(&document).into(), document.to_string().into());
        // Nobody else has set it.
        let _ = pages.set(Pages { document, html, policy });
        Ok(table)
    }
}

#[derive(Debug)]
struct Pages {
    document: Bytes,
    html: Bytes,
    policy: String,
}

fn respond(page: Option<Bytes>, kind: &'static str, policy: Option<String>) -> Result<Response<Body>, Problem> {
    let page = page.ok_or_else(|| Problem::internal("the documentation is not ready"))?;
    let mut response = Response::new(Body::from(page));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(policy) = policy {
        let policy = HeaderValue::try_from(policy).map_err(Problem::internal)?;
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// The page of a document. Writing to a string does not fail, so that its results are not used.
fn page_of(document: &Value) -> String {
    let mut html = String::with_capacity(1 << 16);
    let info = |name: &str| escape(document.pointer("/info").and_then(|info| info.get(name)?.as_str()).unwrap_or(""));
    let title = info("title");
    let _ = write!(
        html,
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style>\
         <h1>{title} {}</h1><p>{} <a href=\"/openapi.json\">OpenAPI document</a></p>",
        info("version"),
        prose(&info("description")),
    );
    let empty = Map::new();
    let object = |pointer: &str| document.pointer(pointer).and_then(Value::as_object).unwrap_or(&empty);
    let paths = object("/paths");
    let operations: Vec<_> = paths
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
        })
        .collect();
    html.push_str("<nav><h2>Calls</h2><p>");
    for (path, method, operation) in &operations {
        let id = text(operation, "operationId");
        let _ = write!(html, "<a href=\"#{id}\"><code>{} {}</code></a> ", method.to_uppercase(), escape(path));
    }
    html.push_str("</p></nav>");
    for (path, method, operation) in operations {
        write_operation(&mut html, path, method, operation);
    }
    html.push_str("<h2>Types</h2>");
    for (name, schema) in object("/components/schemas") {
        write_type(&mut html, name, schema);
    }
    write_codes(&mut html);
    html
}

fn write_operation(html: &mut String, path: &str, method: &str, operation: &Value) {
    let (id, summary) = (text(operation, "operationId"), text(operation, "summary"));
    let _ = write!(
        html,
        "<section id=\"{id}\"><h3><code>{} {}</code></h3><p><b>{summary}.</b> <code>{id}</code></p>",
        method.to_uppercase(),
        escape(path)
    );
    for paragraph in text(operation, "description").split("\n\n") {
        let _ = write!(html, "<p>{}</p>", prose(paragraph));
    }
    html.push_str("<table>");
    for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let place = text(parameter, "in");
        let is_required = parameter.get("required") == Some(&Value::Bool(true));
        let kind = parameter.get("schema").map(type_words).unwrap_or_default();
        let _ = write!(
            html,
            "<tr><th><code>{}</code><td>{place}{}<td>{kind}<td>{}",
            text(parameter, "name"),
            if is_required { "" } else { ", optional" },
            prose(&text(parameter, "description"))
        );
    }
    let body = operation.pointer("/requestBody/content").and_then(Value::as_object).into_iter().flatten();
    for (media_type, content) in body {
        let kind = content.get("schema").map(type_words).unwrap_or_default();
        let _ = write!(html, "<tr><th>body<td>{}<td>{kind}<td>", escape(media_type));
    }
    for (status, response) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
        let schema = response.pointer("/content/application~1json/schema").map(type_words).unwrap_or_default();
        let codes = response.get("x-codes").and_then(Value::as_array);
        let description = codes.map_or_else(|| prose(&text(response, "description")), |codes| code_links(codes));
        let _ = write!(html, "<tr><th>{status}<td>answer<td>{schema}<td>{description}");
    }
    html.push_str("</table></section>");
}

fn code_links(codes: &[Value]) -> String {
    let link = |code: &str| format!("<a href=\"#{code}\"><code>{code}</code></a>");
    codes.iter().filter_map(Value::as_str).map(link).collect::<Vec<_>>().join(" ")
}

fn write_type(html: &mut String, name: &str, schema: &Value) {
    let name = escape(name);
    let description = prose(&text(schema, "description"));
    let _ = write!(html, "<section id=\"type-{name}\"><h3><code>{name}</code></h3><p>{description}</p>");
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        let _ = write!(html, "<p>{}</p></section>", type_words(schema));
        return;
    };
    let required = schema.get("required").and_then(Value::as_array);
    html.push_str("<table>");
    for (field, property) in properties {
        let is_required = required.is_some_and(|names| names.iter().any(|name| name == field));
        let _ = write!(
            html,
            "<tr><th><code>{}</code><td>{}{}<td>{}",
            escape(field),
            type_words(property),
            if is_required { "" } else { ", optional" },
            prose(&text(property, "description"))
        );
    }
    html.push_str("</table></section>");
}

fn write_codes(html: &mut String) {
    html.push_str("<h2>Errors</h2><table><tr><th>code<th>status<th>meaning<th>what to do<th>retry<th>outcome");
    for code in Code::ALL {
        let row = code.row();
        let _ = write!(
            html,
            "<tr id=\"{0}\"><th><code>{0}</code><td>{1}<td>{2}<td>{3}<td><code>{4}</code><td><code>{5}</code>",
            row.text,
            row.status.as_u16(),
            prose(&escape(row.title)),
            prose(&escape(row.hint)),
            row.retry.text(),
            row.outcome.text()
        );
    }
    html.push_str("</table>");
}

/// A type in words, with links.
fn type_words(schema: &Value) -> String {
    if let Some(name) = schema.get("$ref").and_then(|path| path.as_str()?.rsplit('/').next()) {
        let name = escape(name);
        return format!("<a href=\"#type-{name}\">{name}</a>");
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values
            .iter()
            .map(|value| format!("<code>{}</code>", escape(&value.to_string())))
            .collect::<Vec<_>>()
            .join(" ");
    }
    if let Some(value) = schema.get("const") {
        return format!("<code>{}</code>", escape(&value.to_string()));
    }
    if let Some(choices) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        return choices.iter().map(type_words).collect::<Vec<_>>().join(" or ");
    }
    match schema.get("type") {
        Some(Value::String(kind)) if kind == "array" => {
            format!("array of {}", schema.get("items").map(type_words).unwrap_or_default())
        }
        Some(Value::String(kind)) => escape(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => String::new(),
    }
}

/// A member of an object, escaped; nothing if there is none.
fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).map(escape).unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Escaped text in which backquotes mark code.
fn prose(escaped: &str) -> String {
    let mut html = String::with_capacity(escaped.len());
    for (index, part) in escaped.split('`').enumerate() {
        let _ = if index % 2 == 1 { write!(html, "<code>{part}</code>") } else { write!(html, "{part}") };
    }
    html
}
