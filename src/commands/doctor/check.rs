//! One thing that was looked at, and how it is.

use crate::failure::Failure;
use schemars::JsonSchema;
use serde::Serialize;

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Topic {
    /// Settings, records and what git has of them.
    Files,
    /// Keys of accounts.
    Keys,
    /// The network's services.
    Network,
    /// The contract on the chain.
    Contract,
    /// What accounts have and hold.
    Balances,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Note,
    /// It works, and may harm.
    Warning,
    /// Something does not work, or is not safe.
    Error,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Check {
    /// What it is about.
    pub(super) topic: Topic,
    /// A stable word for programs, for example `genesis`.
    pub(super) check: &'static str,
    /// How bad it is.
    pub(super) severity: Severity,
    /// What was found, in one sentence.
    pub(super) message: String,
    /// The way out, with the command to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hint: Option<String>,
}

/// What was looked at so far.
#[derive(Debug, Default)]
pub(super) struct Checks(pub(super) Vec<Check>);

impl Checks {
    fn push(
        &mut self,
        topic: Topic,
        check: &'static str,
        severity: Severity,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        self.0.push(Check { topic, check, severity, message: message.into(), hint });
    }

    pub(super) fn ok(&mut self, topic: Topic, check: &'static str, message: impl Into<String>) {
        self.push(topic, check, Severity::Ok, message, None);
    }

    pub(super) fn note(&mut self, topic: Topic, check: &'static str, message: impl Into<String>) {
        self.push(topic, check, Severity::Note, message, None);
    }

    pub(super) fn warning(
        &mut self,
        topic: Topic,
        check: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(topic, check, Severity::Warning, message, Some(hint.into()));
    }

    pub(super) fn error(
        &mut self,
        topic: Topic,
        check: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(topic, check, Severity::Error, message, Some(hint.into()));
    }

    /// A warning, or an error where it matters more.
    pub(super) fn graver(
        &mut self,
        is_grave: bool,
        topic: Topic,
        check: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let severity = if is_grave { Severity::Error } else { Severity::Warning };
        self.push(topic, check, severity, message, Some(hint.into()));
    }

    /// What another command would have failed with.
    pub(super) fn failure(&mut self, topic: Topic, check: &'static str, failure: &Failure) {
        let because = failure.cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
        self.push(topic, check, Severity::Error, format!("{}{because}", failure.message), failure.hint.clone());
    }

    pub(super) fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|check| check.severity == severity).count()
    }
}
