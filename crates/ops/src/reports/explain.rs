//! The document of an explanation.

use crate::explain::{Explanation, ListedLine};
use crate::refusal::{Place, Refusal};
use pnp_client::Rejection;
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
    /// The error that was explained, in the node's words.
    pub text: String,
}

impl ExplainReport {
    /// An explanation; `words` say what the refusal means, and `shown` writes a value of the stack.
    #[must_use]
    pub fn new(explanation: Explanation, words: RefusalWords, shown: impl Fn(&TealValue) -> String) -> Self {
        let Explanation { refusal: Refusal { rejection, line: place, step, .. }, listing, text, .. } = explanation;
        let (app, group_index, pc) = match rejection {
            Rejection::Logic { app, group_index, pc, .. } => (app, group_index, pc),
            _ => (None, None, None),
        };
        let RefusalWords { code, message, cause, hint } = words;
        let rule = place.as_ref().map(|place| place.rule().to_owned());
        let stack = step.map(|step| step.stack.iter().map(shown).collect()).unwrap_or_default();
        Self { code, message, cause, hint, app, group_index, pc, place, rule, listing, stack, text }
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
}
