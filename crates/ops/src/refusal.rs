//! A group that the network's rules refused, with what can be found out about the place that refused it.

use pnp_client::{Algod, FailedStep, Rejection};
use pnp_types::SignedTransaction;
use pnp_usage::{Programs, SourceLine};

/// Why the network's rules refused a group.
#[derive(Debug, thiserror::Error)]
#[error("{rejection}")]
pub struct Refusal {
    /// The network's reason.
    pub rejection: Rejection,
    /// The line of the contract's source that refused, where that is known.
    pub line: Option<SourceLine>,
    /// The values the program worked with there, where the node tells them.
    pub step: Option<FailedStep>,
    /// The instruction before that one.
    pub before: Option<String>,
}

impl Refusal {
    /// What the reason alone tells; with the contract's programs, down to the line of TEAL.
    #[must_use]
    pub fn new(rejection: Rejection, programs: Option<&Programs>) -> Self {
        let line = match &rejection {
            Rejection::Logic { pc: Some(pc), .. } => programs.and_then(|programs| programs.source_line(*pc)),
            _ => None,
        };
        Self { rejection, line, step: None, before: None }
    }

    /// The same of a group that is at hand: also with the values the program worked with, where the node tells them.
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
            // A node that does not tell leaves the explanation as it is.
            refusal.step = algod.failed_step(group, index, *pc).await.unwrap_or(None);
        }
        let before = refusal.step.as_ref().and_then(|step| programs?.source_line(step.before?));
        refusal.before = before.map(|line| line.code);
        refusal
    }
}
