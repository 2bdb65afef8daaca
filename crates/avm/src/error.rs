//! How a program fails, in the reference's words.
//!
//! Three endings are never mixed: a program that approves or rejects is data (`bool`), a program that fails is a
//! [`ProgramError`], and a group that may not run at all is [`EvalError::Refused`]. Clients parse these texts
//! (go-algorand `data/transactions/logic/eval.go`, `EvalError`), so they are kept to the byte.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value as Json};

use super::value::Value;
use pnp_types::AppIndex;

/// Why an opcode stopped its program: the bare text, before the place is added to it.
#[derive(Debug, Clone)]
pub struct Fault(Box<FaultParts>);

#[derive(Debug, Clone)]
struct FaultParts {
    text: Cow<'static, str>,
    inner: Option<Box<InnerFailure>>,
}

/// What went wrong in an inner transaction, as the failing program reports it further.
#[derive(Debug, Clone)]
pub struct InnerFailure {
    /// The inner failure's full text.
    pub message: String,
    /// The program that failed, where the failure was a program's.
    pub cause: Option<Box<ProgramError>>,
}

impl Fault {
    /// A fault with this text.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(FaultParts { text: text.into(), inner: None }))
    }

    /// A fault caused by an inner transaction.
    pub fn from_inner(text: String, inner: InnerFailure) -> Self {
        Self(Box::new(FaultParts { text: text.into(), inner: Some(Box::new(inner)) }))
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    pub(super) fn into_parts(self) -> (String, Option<Box<InnerFailure>>) {
        (self.0.text.into_owned(), self.0.inner)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl From<&'static str> for Fault {
    fn from(text: &'static str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Fault {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Returns a [`Fault`] with a formatted text, as `anyhow::bail!` does.
macro_rules! fault {
    ($($text:tt)*) => {
        return Err($crate::error::Fault::new(format!($($text)*)))
    };
}
pub(crate) use fault;

/// The state of a program when it, or a later one of its group, failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvalState {
    /// The scratch space up to its last slot that is not zero.
    pub scratch: Vec<Value>,
    /// The stack, for the failing program alone.
    pub stack: Vec<Value>,
    /// What had been logged.
    pub logs: Vec<Vec<u8>>,
}

/// A program that failed, with its place.
#[derive(Debug, Clone)]
pub struct ProgramError {
    /// The reason: the reference's text without prefix and place.
    pub message: String,
    /// The offset of the opcode that failed.
    pub pc: usize,
    /// The name of that opcode, if there is one at that place.
    pub opcode: Option<&'static str>,
    /// The disassembled opcodes around `pc`, joined with `; `, where the group asked for them.
    pub opcodes: Option<String>,
    /// The application, or nothing for a logic signature.
    pub app: Option<AppIndex>,
    /// Which transaction of its group ran the program.
    pub group_index: usize,
    /// One entry a transaction up to this one.
    pub states: Vec<EvalState>,
    /// The inner failure that caused this one.
    pub inner: Option<Box<InnerFailure>>,
}

impl ProgramError {
    /// The place as error texts end with it, such as `app=1001, pc=8, opcodes=bz label1; pushint 0; assert`.
    pub fn details(&self) -> String {
        let mut details = String::new();
        if let Some(app) = self.app {
            details.push_str(&format!("app={app}, "));
        }
        details.push_str(&format!("pc={}", self.pc));
        if let Some(opcodes) = &self.opcodes {
            details.push_str(&format!(", opcodes={opcodes}"));
        }
        details
    }

    /// The `data` member of algod's error answer: `app-index`, `eval-states`, `group-index`, `pc`, and `inner-msg` with
    /// `inner-attrs` for an inner failure.
    pub fn data(&self) -> Json {
        let mut data = Map::new();
        if let Some(app) = self.app {
            data.insert("app-index".into(), app.0.into());
        }
        data.insert("eval-states".into(), self.states.iter().map(EvalState::to_json).collect());
        data.insert("group-index".into(), self.group_index.into());
        if let Some(inner) = &self.inner {
            if let Some(cause) = &inner.cause {
                data.insert("inner-attrs".into(), cause.data());
            }
            data.insert("inner-msg".into(), inner.message.clone().into());
        }
        data.insert("pc".into(), self.pc.into());
        Json::Object(data)
    }
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = if self.app.is_some() { "logic eval error: " } else { "rejected by logic err=" };
        write!(f, "{prefix}{}. Details: {}", self.message, self.details())
    }
}

impl std::error::Error for ProgramError {}

impl EvalState {
    fn to_json(&self) -> Json {
        let mut state = Map::new();
        let values = |values: &[Value]| values.iter().map(value_to_json).collect::<Json>();
        if !self.scratch.is_empty() {
            state.insert("scratch".into(), values(&self.scratch));
        }
        if !self.stack.is_empty() {
            state.insert("stack".into(), values(&self.stack));
        }
        if !self.logs.is_empty() {
            let logs = self.logs.iter().map(|log| Json::String(data_encoding::BASE64.encode(log)));
            state.insert("logs".into(), logs.collect());
        }
        Json::Object(state)
    }
}

fn value_to_json(value: &Value) -> Json {
    match value {
        Value::Uint(number) => (*number).into(),
        Value::Bytes(bytes) => data_encoding::BASE64.encode(bytes).into(),
    }
}

/// Why a program came to no verdict.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EvalError {
    /// The program failed. A clear state program that fails does not fail its transaction.
    #[error(transparent)]
    Program(Box<ProgramError>),
    /// The group may not continue, whatever the program: a budget of the group is used up.
    #[error("{0}")]
    Refused(String),
}

impl EvalError {
    /// The failed program, if it was a program that failed.
    pub fn program(&self) -> Option<&ProgramError> {
        match self {
            Self::Program(error) => Some(error),
            Self::Refused(_) => None,
        }
    }
}

/// Why a program may not go on chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CheckError(pub String);

/// Copies the scratch space up to its last slot that is not zero.
pub(super) fn trimmed(scratch: &[Value]) -> Vec<Value> {
    let length = scratch.iter().rposition(|value| !value.is_zero()).map_or(0, |last| last + 1);
    scratch.get(..length).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Bytes;

    fn failure(app: Option<AppIndex>) -> ProgramError {
        ProgramError {
            message: "assert failed pc=8".into(),
            pc: 8,
            opcode: Some("assert"),
            opcodes: Some("bz label1; pushint 0; assert; label1:".into()),
            app,
            group_index: 0,
            states: vec![EvalState { stack: vec![Value::Uint(0)], ..EvalState::default() }],
            inner: None,
        }
    }

    #[test]
    fn texts_are_those_clients_parse() {
        assert_eq!(
            failure(Some(AppIndex(1001))).to_string(),
            "logic eval error: assert failed pc=8. Details: app=1001, pc=8, opcodes=bz label1; pushint 0; assert; label1:"
        );
        let mut signature = failure(None);
        signature.opcodes = None;
        assert_eq!(signature.to_string(), "rejected by logic err=assert failed pc=8. Details: pc=8");
        assert_eq!(
            failure(Some(AppIndex(1001))).data().to_string(),
            r#"{"app-index":1001,"eval-states":[{"stack":[0]}],"group-index":0,"pc":8}"#
        );
    }

    #[test]
    fn scratch_is_cut_after_its_last_value() {
        let bytes = Value::Bytes(Bytes::default());
        assert_eq!(trimmed(&[Value::Uint(0), bytes.clone(), Value::Uint(0)]), vec![Value::Uint(0), bytes]);
        assert!(trimmed(&[Value::Uint(0)]).is_empty());
    }
}
