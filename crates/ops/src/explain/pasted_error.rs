//! An error as somebody pasted it: found in what goal, an SDK, algod or this program printed around it.

use pnp_client::Rejection;
use serde_json::Value;

/// What was understood of a text.
#[derive(Debug)]
pub struct PastedError {
    /// The node's refusal, if it is one.
    pub rejection: Option<Rejection>,
    /// A line of this contract's source, where the text names one.
    pub line: Option<usize>,
    /// The instructions around the place, as nodes name them.
    pub opcodes: Option<String>,
    /// The error alone.
    pub text: String,
}

/// How nodes begin a refusal.
const REFUSAL_PREFIXES: [&str; 2] = ["TransactionPool.Remember: ", "logic eval error: "];

impl PastedError {
    /// Reads a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let (message, data) = document(text).unwrap_or_else(|| (text.trim().to_owned(), Value::Null));
        let text = core(&message).to_owned();
        let line = data["line"].as_u64().and_then(|line| usize::try_from(line).ok()).or_else(|| line_in(&message));
        // This program's own errors have the place beside the words.
        let mut data = data;
        let (index, app) = (data["group_index"].clone(), data["app"].clone());
        if !index.is_null() {
            data["group-index"] = index;
            data["app-index"] = app;
        }
        let rejection = Rejection::parse(&text, &data).filter(|_| line.is_none());
        let opcodes = text.split_once("opcodes=").map(|(_, rest)| rest.trim().to_owned());
        Self { rejection, line, opcodes, text }
    }
}

/// The message of a JSON document in the text, and the values beside it: algod's `{"message","data"}`, this program's
/// `{"error":{"message",…}}`.
fn document(text: &str) -> Option<(String, Value)> {
    let start = text.find('{')?;
    let end = text.rfind('}')?;
    let document: Value = serde_json::from_str(text.get(start..=end)?).ok()?;
    let (error, data) = match document.get("error").filter(|error| error.is_object()) {
        Some(error) => (error, error.clone()),
        None => (&document, document.get("data").cloned().unwrap_or_default()),
    };
    // Where the place is known the words around it are this program's; else the node's own are the cause.
    let message = match (&error["rule"], &error["cause"]) {
        (Value::Null, Value::String(cause)) if cause.contains(": ") => cause.as_str(),
        _ => error["message"].as_str()?,
    };
    Some((message.to_owned(), data))
}

/// The refusal without what goal or an SDK prints before and after it.
fn core(text: &str) -> &str {
    let started = REFUSAL_PREFIXES.iter().find_map(|beginning| text.get(text.find(beginning)?..));
    let text = started.or_else(|| transaction(text)).unwrap_or(text);
    // SDKs print where in their own code they were, too.
    text.lines().next().unwrap_or(text).trim().trim_end_matches(['"', '\'']).trim_end()
}

/// From `transaction ID: ` on.
fn transaction(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        let at = rest.find("transaction ")?;
        let found = rest.get(at..)?;
        let word = found.strip_prefix("transaction ")?.split(':').next()?;
        if word.len() == 52 && word.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Some(found);
        }
        rest = found.get("transaction ".len()..)?;
    }
}

/// The line of this contract's source that a text of this program's names.
fn line_in(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once(&format!("{}:", pnp_usage::APPROVAL_PATH))?;
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::AppIndex;

    const TXID: &str = "7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA";

    #[test]
    fn every_wrapping_is_taken_off() {
        let refusal = format!(
            "transaction {TXID}: logic eval error: assert failed pc=58. Details: app=1001, pc=58, opcodes=pushint 3; ==; assert"
        );
        let pool = format!("TransactionPool.Remember: {refusal}");
        let data = r#"{"app-index":1001,"eval-states":[{}],"group-index":0,"pc":58}"#;
        for text in [
            pool.clone(),
            refusal,
            format!("Couldn't broadcast tx with algod: HTTP 400 Bad Request: {pool}\n"),
            format!("algosdk.error.AlgodHTTPError: {pool}\n  at a.py:1\n"),
            format!(
                "URLTokenBaseHTTPError: Network request error. Received status 400 (Bad Request): {pool}\n    at x.js:1"
            ),
            format!(r#"{{"data":{data},"message":"{pool}"}}"#),
            format!("HTTP 400: {{\"data\":{data},\"message\":\"{pool}\"}}\n"),
        ] {
            let pasted = PastedError::new(&text);
            let Some(Rejection::Logic { app, pc, .. }) = pasted.rejection else { panic!("{text}") };
            assert_eq!((app, pc), (Some(AppIndex(1001)), Some(58)), "{text}");
            assert!(pasted.opcodes.unwrap().starts_with("pushint 3; ==; assert"), "{text}");
        }
    }

    #[test]
    fn this_program_s_own_errors_name_the_line() {
        let pasted = PastedError::new(
            "error: assert failed at teal/usage_approval.teal:233: update: this contract must be updatable",
        );
        assert_eq!((pasted.line, pasted.rejection.is_none()), (Some(233), true));
        let document = r#"{"error":{"code":"refused","message":"assert failed","line":40,"rule":"x","app":7,"pc":9}}"#;
        assert_eq!(PastedError::new(document).line, Some(40));
    }

    #[test]
    fn what_is_no_error_is_none() {
        for text in ["", "hello", "{}", "{\"message\":\"ok\"}"] {
            let pasted = PastedError::new(text);
            assert!(pasted.rejection.is_none() && pasted.line.is_none(), "{text}");
        }
    }
}
