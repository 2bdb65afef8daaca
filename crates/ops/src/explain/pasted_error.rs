//! An error as somebody pasted it: found in what goal, an SDK, algod or this program printed around it.

use super::wrapping;
use pnp_client::{FailedInstruction, Rejection, failed_instructions, reason_of_invalid};
use serde_json::Value;

/// What was understood of a text.
#[derive(Debug)]
pub struct PastedError {
    /// The node's refusal, if it is one.
    pub rejection: Option<Rejection>,
    /// A line of this contract's source, where the text names one.
    pub line: Option<usize>,
    /// The instructions that failed, that of the innermost program first.
    pub failed: Vec<FailedInstruction>,
    /// The transaction that was refused, where the text names it.
    pub txid: Option<String>,
    /// The error alone.
    pub text: String,
}

impl PastedError {
    /// Reads a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let (message, data) = document(text).unwrap_or_else(|| (text.trim().to_owned(), Value::Null));
        let line = data["line"].as_u64().and_then(|line| usize::try_from(line).ok()).or_else(|| line_in(&message));
        let text = wrapping::taken_off(&message);
        // This program's own errors have the place beside the words.
        let mut data = data;
        let (index, app) = (data["group_index"].clone(), data["app"].clone());
        if !index.is_null() {
            data["group-index"] = index;
            data["app-index"] = app;
        }
        let invalid = reason_of_invalid(&text).map(str::to_owned);
        let reason = invalid.as_deref().unwrap_or(&text);
        // What stands after a whole transaction is a refusal, whatever it says.
        let other = || invalid.clone().map(|text| Rejection::Other { text });
        let rejection = Rejection::parse(reason, &data).or_else(other).filter(|_| line.is_none());
        let mut failed = failed_instructions(reason);
        if let (true, Some(Rejection::Logic { app, pc, .. })) = (failed.is_empty(), &rejection) {
            failed.push(FailedInstruction { app: *app, pc: *pc, opcodes: None });
        }
        let txid = wrapping::transaction(reason).map(|(txid, _)| txid.to_owned());
        Self { rejection, line, failed, txid, text }
    }
}

impl PastedError {
    /// Why the innermost program failed, in the node's words, where a program did.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        let Some(Rejection::Logic { reason, inner, .. }) = &self.rejection else { return None };
        // Without a place of its own the innermost program is not the one whose place is known.
        (inner.is_empty() || self.failed.len() > 1).then_some(reason.as_str())
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
            assert_eq!(pasted.txid.as_deref(), Some(TXID), "{text}");
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
