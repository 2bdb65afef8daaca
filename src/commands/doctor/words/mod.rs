//! Findings in words: what was found, and the remedy.

mod balances;
mod contract;
mod files;
mod keys;
mod network;

use crate::failure::Failure;
use pnp_ops::doctor::Finding;

/// A finding in words.
#[derive(Debug)]
struct Words {
    /// What was found, in one sentence.
    message: String,
    /// What to do.
    hint: Option<String>,
}

/// A finding on `network`: what was found, and what to do.
pub(super) fn of(finding: Finding, network: &str) -> (String, Option<String>) {
    let words = match finding {
        Finding::Files(finding) => files::words(finding),
        Finding::Keys(finding) => keys::words(finding, network),
        Finding::Network(finding) => network::words(finding),
        Finding::Contract(finding) => contract::words(finding, network),
        Finding::Balances(finding) => balances::words(finding, network),
        Finding::Failed { error, .. } => Words::of_failure(&Failure::from(*error)),
    };
    (words.message, words.hint)
}

impl Words {
    fn of_failure(failure: &Failure) -> Self {
        let because = failure.cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
        Self { message: format!("{}{because}", failure.message), hint: failure.hint.clone() }
    }

    /// Something that needs no remedy.
    fn fact(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Something with its remedy.
    fn with_hint(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}
