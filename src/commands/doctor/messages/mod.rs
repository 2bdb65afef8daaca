//! The messages of findings: what was found, and the remedy.

mod balances;
mod contract;
mod files;
mod keys;
mod network;

use crate::failure::Failure;
use pnp_ops::doctor::Finding;

/// The text of a finding.
#[derive(Debug)]
struct FindingMessage {
    /// What was found, in one sentence.
    message: String,
    /// What to do.
    hint: Option<String>,
}

/// A finding on `network`: what was found, and what to do.
pub(super) fn of(finding: Finding, network: &str) -> (String, Option<String>) {
    let message = match finding {
        Finding::Files(finding) => files::message(finding),
        Finding::Keys(finding) => keys::message(finding, network),
        Finding::Network(finding) => network::message(finding),
        Finding::Contract(finding) => contract::message(finding, network),
        Finding::Balances(finding) => balances::message(finding, network),
        Finding::Failed { error, .. } => FindingMessage::of_failure(&Failure::from(*error)),
    };
    (message.message, message.hint)
}

impl FindingMessage {
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
