//! Errors of the API: one enum of codes, and the answer `application/problem+json` (RFC 9457).

mod code;

pub use code::{Code, CodeRow, Outcome, Retry};

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use serde_json::{Map, Value};

/// The media type of errors.
pub const MEDIA_TYPE: &str = "application/problem+json";
/// Members that every error may have; extra members cannot replace them.
pub const MEMBERS: &[&str] =
    &["type", "title", "status", "code", "detail", "param", "hint", "request_id", "retry", "outcome"];

type Text = Cow<'static, str>;

/// An error of the API. Small: its parts are in a box.
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    code: Code,
    detail: Option<Text>,
    param: Option<Text>,
    hint: Option<Text>,
    retry: Option<Retry>,
    outcome: Option<Outcome>,
    retry_after: Option<u32>,
    members: Map<String, Value>,
}

impl Problem {
    /// An error without details.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self(Box::new(Parts {
            code,
            detail: None,
            param: None,
            hint: None,
            retry: None,
            outcome: None,
            retry_after: None,
            members: Map::new(),
        }))
    }

    /// Says what went wrong in this case. Must contain no secret.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Text>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Names the field, header or path part: `amount`, `ticks.3.played_ms`, `Idempotency-Key`.
    #[must_use]
    pub fn param(mut self, param: impl Into<Text>) -> Self {
        self.0.param = Some(param.into());
        self
    }

    /// Replaces the hint of the code.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Text>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Replaces what clients should do.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.0.retry = Some(retry);
        self
    }

    /// Replaces whether the request had an effect.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = Some(outcome);
        self
    }

    /// Sets the header `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Adds a member, such as `available` or `top_up_url`. Members that every error has cannot be replaced.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        if !MEMBERS.contains(&name) {
            self.0.members.insert(name.to_owned(), value.into());
        }
        self
    }

    /// A failure inside. The cause goes to the log, never to the client.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "internal failure");
        Self::new(Code::Internal)
    }

    /// A field with a value that is not allowed. `why` continues a sentence: `must be …`, `is not …`.
    #[must_use]
    pub fn invalid_field(param: impl Into<Text>, why: impl fmt::Display) -> Self {
        let param = param.into();
        Self::new(Code::InvalidField).detail(format!("`{param}` {why}")).param(param)
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The detail, if there is one.
    #[must_use]
    pub fn detail_text(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The field, if one is named.
    #[must_use]
    pub fn param_text(&self) -> Option<&str> {
        self.0.param.as_deref()
    }

    /// The value of `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.0.retry_after
    }

    /// The body of the answer.
    #[must_use]
    pub fn to_json(&self, request_id: &str) -> Value {
        let parts = &*self.0;
        let row = parts.code.row();
        let mut body = Map::new();
        let mut put = |name: &str, value: &str| body.insert(name.to_owned(), Value::from(value));
        put("type", &type_link(parts.code));
        put("title", row.title);
        put("code", row.text);
        put("detail", parts.detail.as_deref().unwrap_or(row.title));
        if let Some(param) = &parts.param {
            put("param", param);
        }
        put("hint", parts.hint.as_deref().unwrap_or(row.hint));
        put("request_id", request_id);
        put("retry", parts.retry.unwrap_or(row.retry).text());
        put("outcome", parts.outcome.unwrap_or(row.outcome).text());
        body.insert("status".to_owned(), row.status.as_u16().into());
        body.extend(parts.members.iter().map(|(name, value)| (name.clone(), value.clone())));
        Value::Object(body)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.0.code.row();
        write!(f, "{}: {}", row.text, self.0.detail.as_deref().unwrap_or(row.title))
    }
}

impl std::error::Error for Problem {}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// Where the code is explained.
fn type_link(code: Code) -> String {
    format!("/docs#{}", code.text())
}

/// A table of all codes in Markdown.
#[must_use]
pub fn markdown_table() -> String {
    let mut table =
        String::from("| code | status | meaning | what to do | retry | outcome |\n|---|---|---|---|---|---|\n");
    for code in Code::ALL {
        let row = code.row();
        let status = row.status.as_u16();
        let (retry, outcome) = (row.retry.text(), row.outcome.text());
        // Writing to a string does not fail.
        let _ =
            writeln!(table, "| `{}` | {status} | {} | {} | `{retry}` | `{outcome}` |", row.text, row.title, row.hint);
    }
    table
}

/// The JSON schema of errors.
#[must_use]
pub fn schema() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.text()).collect();
    serde_json::json!({
        "type": "object",
        "description": "An error (RFC 9457). Some codes add members, such as `available`.",
        "required": ["type", "title", "status", "code", "detail", "hint", "request_id", "retry", "outcome"],
        "properties": {
            "type": { "type": "string", "description": "Where the code is explained." },
            "title": { "type": "string", "description": "What the code means." },
            "status": { "type": "integer", "description": "The HTTP status." },
            "code": { "type": "string", "enum": codes, "description": "What went wrong, for programs." },
            "detail": { "type": "string", "description": "What went wrong in this case." },
            "param": { "type": "string", "description": "The field, header or part of the path that is wrong." },
            "hint": { "type": "string", "description": "What to do about it." },
            "request_id": { "type": "string", "description": "The id of this request, as in the header `Request-Id`." },
            "retry": {
                "type": "string",
                "enum": ["never", "same_id", "new_id", "after"],
                "description": "What a client should do: give up, send the same request with the same id, \
                    send a corrected request with a new id, or wait and send the same request with the same id.",
            },
            "outcome": {
                "type": "string",
                "enum": ["none", "applied", "unknown"],
                "description": "Whether the request had an effect.",
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_well_formed() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            let row = code.row();
            assert!(seen.insert(row.text), "{} twice", row.text);
            assert!(row.text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{}", row.text);
            assert!(row.title.ends_with('.') && row.hint.ends_with('.'), "{}", row.text);
            assert!(row.status.is_client_error() || row.status.is_server_error());
            assert_eq!(Code::from_text(row.text), Some(*code));
        }
    }

    #[test]
    fn a_client_may_repeat_what_has_an_unknown_outcome() {
        for code in Code::ALL {
            let row = code.row();
            if row.outcome == Outcome::Unknown {
                assert_eq!(row.retry, Retry::SameId, "{}", row.text);
            }
        }
    }

    #[test]
    fn a_problem_has_every_member() {
        let problem = Problem::new(Code::InsufficientBalance)
            .detail("The wallet holds 0.004, and 0.005 is needed.")
            .param("amount")
            .member("available", "0.004")
            .member("code", "OTHER");
        let body = problem.to_json("req_1");
        assert_eq!(body["code"], "INSUFFICIENT_BALANCE");
        assert_eq!(body["status"], 402);
        assert_eq!(body["type"], "/docs#INSUFFICIENT_BALANCE");
        assert_eq!(body["available"], "0.004");
        assert_eq!(body["request_id"], "req_1");
        assert_eq!((&body["retry"], &body["outcome"]), (&"new_id".into(), &"none".into()));
        for name in MEMBERS {
            assert!(body.get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn the_table_has_every_code() {
        let table = markdown_table();
        assert_eq!(table.lines().count(), Code::ALL.len() + 2);
    }
}
