//! HTML: escaping, the frame of a page, and how problems are shown.

use super::assets::Asset;
use crate::problem::{Code, Problem};
use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderValue, Response, StatusCode};
use std::fmt;

/// What a page may load and do: its own files, calls of its own host, forms to its own host; nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A text inside HTML, also inside an attribute's double quotes.
pub(super) struct Escaped<T>(pub(super) T);

impl<T: fmt::Display> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.to_string().chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                character => write!(f, "{character}")?,
            }
        }
        Ok(())
    }
}

/// A text inside HTML.
pub(super) const fn escape<T: fmt::Display>(text: T) -> Escaped<T> {
    Escaped(text)
}

/// What all pages begin and end with.
pub(super) struct Document<'d> {
    /// The language and its direction.
    pub(super) language: (&'d str, &'d str),
    /// The title.
    pub(super) title: &'d str,
    /// Modules to run.
    pub(super) scripts: &'d [Asset],
    /// What follows, as HTML.
    pub(super) body: &'d str,
}

impl Document<'_> {
    fn html(&self) -> String {
        let scripts: String = self
            .scripts
            .iter()
            .map(|asset| format!("<script type=\"module\" src=\"{}\"></script>", asset.path()))
            .collect();
        let ((language, direction), title, body) = (self.language, escape(self.title), self.body);
        format!(
            "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <link rel=\"icon\" href=\"{}\">\n<link rel=\"stylesheet\" href=\"{}\">\n{scripts}\n</head>\n<body>\n{body}\n\
             </body>\n</html>\n",
            Asset::Icon.path(),
            Asset::Style.path(),
        )
    }

    /// The page as an answer.
    pub(super) fn answer(&self, status: StatusCode) -> Response<Body> {
        let mut response = Response::new(Body::from(self.html()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        // Forms then say which site sent them, and no other site learns an address of ours.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        response
    }
}

/// Sends the browser on to another page of ours.
pub(super) fn redirect(to: &str) -> Result<Response<Body>, Problem> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(to).map_err(Problem::internal)?);
    Ok(response)
}

/// A problem for people; somebody who is not signed in is sent to where that is done.
pub(super) fn problem_page(problem: &Problem, request_id: &str) -> Response<Body> {
    let code = problem.code();
    if matches!(code, Code::KeyMissing | Code::TokenExpired | Code::TokenInvalid)
        && let Ok(redirect) = redirect("/dashboard/sign_in")
    {
        return redirect;
    }
    let row = code.row();
    let detail = problem.to_json(request_id);
    let member = |name: &str| detail.get(name).and_then(|text| text.as_str()).unwrap_or_default().to_owned();
    let body = format!(
        "<main class=\"narrow\"><div class=\"card\"><h1>{}</h1><p>{}</p><p class=\"quiet\">{}</p>\
         <p><a href=\"/dashboard\">Dashboard</a></p><p class=\"quiet\"><code>{}</code> · <code>{}</code></p></div></main>",
        escape(row.title),
        escape(member("detail")),
        escape(member("hint")),
        escape(row.text),
        escape(request_id),
    );
    Document { language: ("en", "ltr"), title: row.title, scripts: &[], body: &body }.answer(code.status())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_markup() {
        assert_eq!(escape("<b a=\"1\" c='2'>&amp;").to_string(), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
    }
}
