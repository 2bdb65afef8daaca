//! API keys: made (and shown once), rotated, revoked.

use super::super::html::escape;
use super::view::{Form, Note, View, code, named, percent_encoded, rows, table, text, time, words};
use crate::access::{Principal, Scope};
use crate::problem::Problem;
use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};
use std::fmt::Write as _;

pub(super) async fn show(view: View) -> Result<Response<Body>, Problem> {
    page(&view, None, "").await
}

pub(super) async fn create(view: View) -> Result<Response<Body>, Problem> {
    let form = view.form()?;
    let is_secret = form.text("kind") == "secret";
    let scopes: Vec<&str> =
        Scope::ALL.iter().map(|scope| scope.text()).filter(|scope| is_secret && form.has(scope)).collect();
    let origins: Vec<&str> = form.text("origins").split_ascii_whitespace().filter(|_| !is_secret).collect();
    let body = json!({
        "partner_id": view.partner_id(),
        "kind": form.text("kind"),
        "name": form.text("name"),
        "scopes": scopes,
        "origins": origins,
    });
    changed(&view, "POST /v1/api_keys", body, &form, "The key was made.").await
}

pub(super) async fn rotate(view: View) -> Result<Response<Body>, Problem> {
    let form = view.form()?;
    let request = format!("POST /v1/api_keys/{}/rotate", percent_encoded(form.text("id")));
    changed(&view, &request, json!({}), &form, "The key was replaced. The old one works for another day.").await
}

pub(super) async fn revoke(view: View) -> Result<Response<Body>, Problem> {
    let form = view.form()?;
    let request = format!("POST /v1/api_keys/{}/revoke", percent_encoded(form.text("id")));
    changed(&view, &request, json!({}), &form, "The key was revoked: nothing works with it any more.").await
}

async fn changed(view: &View, request: &str, body: Value, form: &Form, done: &str) -> Result<Response<Body>, Problem> {
    match view.change(Principal::Operator, request, body, form).await {
        Ok(key) => {
            let secret = text(&key, "secret");
            let shown = if secret.is_empty() {
                String::new()
            } else {
                format!(
                    "<section class=\"card\"><h2>The new key</h2><p>Copy it now: it is not shown again.</p>\
                     <code class=\"secret\" id=\"new-key\">{}</code></section>",
                    escape(secret)
                )
            };
            page(view, Some(&Note::Done(done.to_owned())), &shown).await
        }
        Err(problem) if problem.code().status().is_client_error() => {
            page(view, Some(&Note::Failed(words(&problem))), "").await
        }
        Err(problem) => Err(problem),
    }
}

async fn page(view: &View, note: Option<&Note>, new_key: &str) -> Result<Response<Body>, Problem> {
    let partner = view.partner_id();
    let keys = view.api("GET /v1/api_keys", &[("partner_id", &partner), ("limit", "200")]).await?;
    let mut lines = String::new();
    for key in rows(&keys).iter().rev() {
        lines.push_str(&key_line(view, key)?);
    }
    let mut scopes = String::new();
    for scope in Scope::ALL {
        let what = match scope {
            Scope::PricesSet => "may start sessions at another price than the catalogue's",
            Scope::TicksUnbounded => "may charge more playing time than has passed",
            Scope::WithdrawalsWrite => "may send coins to addresses",
        };
        let name = scope.text();
        let _ = write!(
            scopes,
            "<p><label class=\"check\"><input type=\"checkbox\" name=\"{name}\"><code>{name}</code>: {what}</label></p>"
        );
    }
    let content = format!(
        "{new_key}<section class=\"card\"><h2>Keys</h2>{}</section>\
         <section class=\"card\"><h2>Make a key</h2><form method=\"post\" action=\"/dashboard/keys\">{}\
         <div class=\"field\"><label for=\"name\">Name</label>\
         <input id=\"name\" name=\"name\" required maxlength=\"100\" dir=\"auto\" autocomplete=\"off\"></div>\
         <fieldset><legend>For</legend>\
         <p><label class=\"check\"><input type=\"radio\" name=\"kind\" value=\"secret\" checked>servers: a secret key</label></p>\
         <p><label class=\"check\"><input type=\"radio\" name=\"kind\" value=\"publishable\">pages: a publishable key</label></p>\
         </fieldset><fieldset><legend>A secret key also</legend>{scopes}</fieldset>\
         <div class=\"field\"><label for=\"origins\">Origins of a publishable key</label>\
         <input id=\"origins\" name=\"origins\" aria-describedby=\"origins-hint\" autocomplete=\"off\">\
         <p class=\"hint\" id=\"origins-hint\">With spaces between them: <code>https://shop.example</code></p></div>\
         <button>Make the key</button></form></section>",
        table(
            "Keys",
            &["Name", "For", "Ends with", "Rights or origins", "Made (UTC)", "Last used (UTC)", "State", "Change"],
            &lines,
            "No keys yet.",
        ),
        view.hidden()?,
    );
    view.page("/dashboard/keys", "Keys", note, &content)
}

fn key_line(view: &View, key: &Value) -> Result<String, Problem> {
    let (id, name) = (text(key, "id"), text(key, "name"));
    let words = |member: &str| -> Vec<String> {
        let items = key.get(member).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_str).map(named).collect()
    };
    let rights = [words("scopes"), words("origins")].concat().join("<br>");
    let (revoked, expires) = (text(key, "revoked_at"), text(key, "expires_at"));
    let now = crate::time::rfc3339(view.gateway().store.clock().now());
    let is_over = !revoked.is_empty() || (!expires.is_empty() && expires <= now);
    let state = match (revoked.is_empty(), expires.is_empty()) {
        (false, _) => "<span class=\"tag bad\">revoked</span>".to_owned(),
        (true, true) => "<span class=\"tag good\">works</span>".to_owned(),
        (true, false) => format!("<span class=\"tag warn\">ends</span> {}", time(&expires)),
    };
    let form = |action: &str, verb: &str, class: &str| -> Result<String, Problem> {
        Ok(format!(
            "<form method=\"post\" action=\"/dashboard/keys/{action}\">{}<input type=\"hidden\" name=\"id\" value=\"{}\">\
             <button class=\"{class} small\" aria-label=\"{verb} {} …{}\">{verb}</button></form>",
            view.hidden()?,
            escape(&id),
            escape(&name),
            escape(text(key, "hint")),
        ))
    };
    let actions = if is_over {
        String::new()
    } else {
        let rotate = if expires.is_empty() { form("rotate", "Rotate", "second")? } else { String::new() };
        format!("{rotate} {}", form("revoke", "Revoke", "danger")?)
    };
    Ok(format!(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{rights}</td><td>{}</td><td>{}</td><td>{state}</td>\
         <td><div class=\"actions\">{actions}</div></td></tr>",
        named(&name),
        named(&text(key, "kind")),
        code(&text(key, "hint")),
        time(&text(key, "created_at")),
        time(&text(key, "last_used_at")),
    ))
}
