//! The catalogue: contents and their prices, added, changed, removed.

use super::super::html::escape;
use super::view::{Form, Note, View, money, named, percent_encoded, rows, table, text, time, words};
use crate::problem::Problem;
use axum::body::Body;
use axum::http::Response;
use serde_json::json;

pub(super) async fn show(view: View) -> Result<Response<Body>, Problem> {
    page(&view, None, None).await
}

pub(super) async fn put(view: View) -> Result<Response<Body>, Problem> {
    let form = view.form()?;
    let id = form.text("content_id");
    let body = json!({ "title": form.text("title"), "price_per_minute": form.text("price").trim().replace(',', ".") });
    let request = format!("PUT /v1/contents/{}", percent_encoded(id));
    if id.is_empty() {
        return page(&view, Some(&Note::Failed("A content needs an id.".to_owned())), Some(&form)).await;
    }
    match view.change(view.as_partner(), &request, body, &form).await {
        Ok(content) => {
            let price = text(&content, "price_per_minute");
            page(&view, Some(&Note::Done(format!("{id} costs {price} EUR a minute."))), None).await
        }
        Err(problem) if problem.code().status().is_client_error() => {
            page(&view, Some(&Note::Failed(words(&problem))), Some(&form)).await
        }
        Err(problem) => Err(problem),
    }
}

pub(super) async fn remove(view: View) -> Result<Response<Body>, Problem> {
    let form = view.form()?;
    let id = form.text("content_id");
    let request = format!("DELETE /v1/contents/{}", percent_encoded(id));
    let note = match view.change(view.as_partner(), &request, json!({}), &form).await {
        Ok(_) => Note::Done(format!("{id} is not in the catalogue any more. Sessions that are open go on.")),
        Err(problem) if problem.code().status().is_client_error() => Note::Failed(words(&problem)),
        Err(problem) => return Err(problem),
    };
    page(&view, Some(&note), None).await
}

async fn page(view: &View, note: Option<&Note>, form: Option<&Form>) -> Result<Response<Body>, Problem> {
    let mut query = vec![("limit", "50")];
    if let Some(cursor) = &view.call.query.cursor {
        query.push(("cursor", cursor));
    }
    let contents = view.api("GET /v1/contents", &query).await?;
    let mut lines = String::new();
    for content in rows(&contents) {
        let (id, title, price) =
            (text(content, "content_id"), text(content, "title"), text(content, "price_per_minute"));
        lines.push_str(&format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"number\">{}</td><td>{}</td><td>\
             <form method=\"post\" action=\"/dashboard/contents/remove\">{}<input type=\"hidden\" name=\"content_id\" value=\"{}\">\
             <button class=\"danger small\" aria-label=\"Remove {}\">Remove</button></form></td></tr>",
            named(&id),
            named(&title),
            money(&price),
            time(&text(content, "updated_at")),
            view.hidden()?,
            escape(&id),
            escape(&id),
        ));
    }
    let next = match &*text(&contents, "next_cursor") {
        "" => String::new(),
        cursor => format!("<p><a href=\"{}\">More</a></p>", view.link("/dashboard/contents", &[("cursor", cursor)])),
    };
    let kept = |name: &str| escape(form.map_or(String::new(), |form| form.text(name).to_owned())).to_string();
    let content = format!(
        "<section class=\"card\"><h2>Add a content, or change one</h2>\
         <form method=\"post\" action=\"/dashboard/contents\" class=\"form-row\">{}\
         <div class=\"field\"><label for=\"content_id\">Id</label>\
         <input id=\"content_id\" name=\"content_id\" required maxlength=\"128\" value=\"{}\" dir=\"auto\" autocomplete=\"off\"></div>\
         <div class=\"field\"><label for=\"title\">Title</label>\
         <input id=\"title\" name=\"title\" required maxlength=\"300\" value=\"{}\" dir=\"auto\" autocomplete=\"off\"></div>\
         <div class=\"field\"><label for=\"price\">EUR a minute</label>\
         <input id=\"price\" name=\"price\" required inputmode=\"decimal\" value=\"{}\" autocomplete=\"off\"></div>\
         <button>Save</button></form></section><section class=\"card\"><h2>Catalogue</h2>{}{next}</section>",
        view.hidden()?,
        kept("content_id"),
        kept("title"),
        kept("price"),
        table("Catalogue", &["Id", "Title", "#A minute", "Changed (UTC)", "Remove"], &lines, "The catalogue is empty."),
    );
    view.page("/dashboard/contents", "Contents", note, &content)
}
