//! A group that the network's rules refused, with what can be found out about the place that refused it.

use pnp_client::{Algod, FailedStep, Rejection};
use pnp_types::SignedTransaction;
use pnp_usage::{Programs, SourceLine};
use schemars::JsonSchema;
use serde::Serialize;

/// A line of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// The source's file, or which application was disassembled.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The instruction.
    pub code: String,
    /// What the source says about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl From<SourceLine> for Place {
    fn from(line: SourceLine) -> Self {
        Self { file: line.file.to_owned(), line: line.line, code: line.code, comment: line.comment }
    }
}

impl Place {
    /// The rule that the line keeps: what the source says about it, else the instruction itself.
    #[must_use]
    pub fn rule(&self) -> &str {
        self.comment.as_deref().unwrap_or(&self.code)
    }
}

/// Why the network's rules refused a group.
#[derive(Debug, thiserror::Error)]
#[error("{rejection}")]
pub struct Refusal {
    /// The network's reason.
    pub rejection: Rejection,
    /// The line of the program that refused, where that is known.
    pub line: Option<Place>,
    /// The values that the program worked with there, where the node gives them.
    pub step: Option<FailedStep>,
    /// The instruction before that one.
    pub before: Option<String>,
}

impl Refusal {
    /// What the reason alone says; with the contract's programs, down to the line of TEAL.
    #[must_use]
    pub fn new(rejection: Rejection, programs: Option<&Programs>) -> Self {
        let line = match &rejection {
            Rejection::Logic { pc: Some(pc), .. } => {
                programs.and_then(|programs| programs.source_line(*pc)).map(Place::from)
            }
            _ => None,
        };
        Self { rejection, line, step: None, before: None }
    }

    /// The same for a group that can be run again: also with the values that the program worked with, where the node gives
    /// them.
    pub async fn of_group(
        algod: &Algod,
        group: &[SignedTransaction],
        rejection: Rejection,
        programs: Option<&Programs>,
    ) -> Self {
        let mut refusal = Self::new(rejection, programs);
        if refusal.line.is_none() {
            return refusal;
        }
        if let Rejection::Logic { pc: Some(pc), txid, group_index, .. } = &refusal.rejection {
            let index = group.iter().position(|one| one.id().to_string() == *txid);
            let index = index.or(group_index.and_then(|index| index.try_into().ok())).unwrap_or(0);
            // A node that does not give them leaves the explanation as it is.
            refusal.step = algod.failed_step(group, index, *pc).await.unwrap_or(None);
        }
        let before = refusal.step.as_ref().and_then(|step| programs?.source_line(step.before?));
        refusal.before = before.map(|line| line.code);
        refusal
    }
}
