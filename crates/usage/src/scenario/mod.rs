//! The contract suite: scenarios as data, each one rule of the contract, and the stage they are played on.
//!
//! A scenario names what happens and what it must lead to; a refusal is named by the comment of the TEAL line that
//! refuses. The same files run on any network that has somebody to fund accounts.

mod group;
mod model;
mod play;
mod program;
mod stage;

pub use model::{Actor, Bill, Call, Completion, Contract, Scalar, Scenario, Step};
pub use play::{ActorHoldings, Failure, Outcome, Transcript, play};
pub use program::{Programs, Sources};
pub use stage::{Stage, StageError};

/// Reads a scenario file: a YAML list of scenarios.
///
/// # Errors
/// Where the text is not such a list: line, column and the YAML reader's message, as in `3:7: unknown field`.
pub fn read(text: &str) -> Result<Vec<Scenario>, String> {
    serde_saphyr::from_str(text).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |place| (place.line(), place.column()));
        let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let message = error.without_snippet().to_string();
        let message = message.lines().next().unwrap_or_default();
        // The place comes first, once.
        let message = message.split(" at line ").next().unwrap_or(message);
        let message = pnp_types::file_mistake::described(text, place(line), place(column), message);
        format!("{line}:{column}: {message}")
    })
}
