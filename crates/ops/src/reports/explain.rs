//! The document of an explanation.

use crate::explain::{Explanation, ListedLine};
use crate::refusal::{Place, Refusal};
use pnp_client::{InnerFailure, RefusingProgram, Rejection};
use pnp_types::{AppIndex, TealValue};
use schemars::JsonSchema;
use serde::Serialize;

/// What a node's error means: the line of TEAL, the rule it broke, and what to do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExplainReport {
    /// What sort of error it is: the `code` that a command would have failed with.
    pub code: String,
    /// What happened.
    pub message: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The application that refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<AppIndex>,
    /// The transaction's place in its group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_index: Option<u64>,
    /// The place in the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pc: Option<u64>,
    /// The line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The rule that the line keeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The lines around it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listing: Vec<ListedLine>,
    /// The stack before the step that failed, the top last; known if the group is given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stack: Vec<String>,
    /// The transaction that was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub txid: Option<String>,
    /// Which kind of program refused: `approval`, `clear` or `logic_signature`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<ProgramWord>,
    /// The inner transactions that the failure went through, from the outermost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inner: Vec<InnerFailureReport>,
    /// Why the given program cannot be the one that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mismatch: Option<String>,
    /// Whether anything is known about the error beyond the node's words.
    pub explained: bool,
    /// The error that was explained, in the node's words.
    pub text: String,
}

impl ExplainReport {
    /// An explanation; `words` say what the refusal means, and `shown` writes a value of the stack.
    #[must_use]
    pub fn new(explanation: Explanation, words: RefusalWords, shown: impl Fn(&TealValue) -> String) -> Self {
        let Explanation {
            refusal: Refusal { rejection, line: place, step, .. }, listing, text, txid, mismatch, ..
        } = explanation;
        let (mut app, mut group_index, mut pc, mut program, mut inner) = (None, None, None, None, Vec::new());
        if let Rejection::Logic { app: of, group_index: index, pc: at, program: kind, inner: path, .. } = rejection {
            (app, group_index, pc, program) = (of, index, at, Some(kind.into()));
            inner = path.into_iter().map(InnerFailureReport::from).collect();
        }
        let RefusalWords { code, message, cause, hint, explained } = words;
        let mismatch = mismatch.map(|mismatch| mismatch.to_string());
        let rule = place.as_ref().map(|place| place.rule().to_owned());
        let stack = step.map(|step| step.stack.iter().map(shown).collect()).unwrap_or_default();
        Self {
            code,
            message,
            cause,
            hint,
            app,
            group_index,
            pc,
            place,
            rule,
            listing,
            stack,
            txid,
            program,
            inner,
            mismatch,
            explained,
            text,
        }
    }
}

/// What a refusal means, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalWords {
    /// A stable word for programs.
    pub code: String,
    /// What happened.
    pub message: String,
    /// Why.
    pub cause: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// Whether anything is known about it beyond the node's words.
    pub explained: bool,
}

/// Which kind of program refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProgramWord {
    /// An application's approval program.
    Approval,
    /// An application's clear program.
    Clear,
    /// The program of a logic signature.
    LogicSignature,
}

impl From<RefusingProgram> for ProgramWord {
    fn from(program: RefusingProgram) -> Self {
        match program {
            RefusingProgram::Approval => Self::Approval,
            RefusingProgram::Clear => Self::Clear,
            RefusingProgram::LogicSignature => Self::LogicSignature,
        }
    }
}

/// An inner transaction that failed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InnerFailureReport {
    /// Its place among those that were submitted together, from 0.
    pub index: u64,
    /// The application that it called, where that one's program failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<AppIndex>,
    /// The place in that program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pc: Option<u64>,
}

impl From<InnerFailure> for InnerFailureReport {
    fn from(InnerFailure { index, app, pc }: InnerFailure) -> Self {
        Self { index, app, pc }
    }
}
