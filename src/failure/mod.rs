//! Failures of commands: what happened, why, and what to do.

mod accounts;
mod batch;
mod client;
mod contract;
mod devnet;
#[cfg(feature = "gateway")]
mod gateway;
mod keys;
mod multisig;
mod network;
mod ops;
pub(crate) mod problems;
pub(crate) mod refusal;
mod registry;
mod remedies;
mod report;
mod usage;

pub(crate) use batch::{RUN_AGAIN, interrupted_by_user};
pub(crate) use multisig::unreadable_bundle;
pub(crate) use refusal::refusal;

use serde_json::{Map, Value};
use std::fmt::Display;

/// The exit codes; documented in the README and stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// Wrong use.
    Usage = 2,
    /// Findings or failing tests.
    Findings = 3,
    /// `--check`: something would change.
    WouldChange = 4,
    /// The network does not answer.
    Unreachable = 5,
    /// Interrupted from the keyboard.
    Interrupted = 130,
}

/// A failure for people and for programs. Carries no secret.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Box<FailureParts>);

/// What a failure consists of.
#[derive(Clone, Debug)]
pub(crate) struct FailureParts {
    /// A stable word for programs, for example `no_account`.
    pub code: &'static str,
    /// The exit code.
    pub exit: Exit,
    /// One sentence: what happened.
    pub message: String,
    /// One sentence: why.
    pub cause: Option<String>,
    /// One sentence: what to do.
    pub hint: Option<String>,
    /// More for programs.
    pub details: Map<String, Value>,
}

impl std::ops::Deref for Failure {
    type Target = FailureParts;

    fn deref(&self) -> &FailureParts {
        &self.0
    }
}

impl Failure {
    /// A failure with exit code 1.
    #[must_use]
    pub(crate) fn new(code: &'static str, message: impl Display) -> Self {
        let message = plain(&message.to_string());
        Self(Box::new(FailureParts { code, exit: Exit::Failed, message, cause: None, hint: None, details: Map::new() }))
    }

    /// The same with another message.
    #[must_use]
    pub(crate) fn with_message(mut self, message: impl Display) -> Self {
        self.0.message = message.to_string();
        self
    }

    /// Wrong use of the command line, exit code 2.
    #[must_use]
    pub(crate) fn usage(message: impl Display) -> Self {
        Self::new("usage", message).exit(Exit::Usage)
    }

    /// Says why.
    #[must_use]
    pub(crate) fn because(mut self, cause: impl Display) -> Self {
        self.0.cause = Some(plain(&cause.to_string()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Display) -> Self {
        self.0.hint = Some(hint.to_string());
        self
    }

    /// Another exit code.
    #[must_use]
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.0.exit = exit;
        self
    }

    /// Adds a field for programs.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.details.insert(name.to_owned(), value.into());
        self
    }
}

/// Without the operating system's numbers, which help nobody.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(" (os error ") {
        plain.push_str(before);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

/// Whether an operation failed for want of room on the disk.
pub(crate) fn is_disk_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_have_no_numbers_of_the_operating_system() {
        let failure = Failure::new("x", "cannot write a: No space left on device (os error 28) at path \"b\"");
        assert_eq!(failure.message, "cannot write a: No space left on device at path \"b\"");
        let document = failure.because("c (os error 2)").hint("d").with("code", "mine").with("n", 1).to_json();
        assert_eq!(document["error"]["cause"], "c");
        assert_eq!((&document["error"]["code"], &document["error"]["n"]), (&json!("x"), &json!(1)));
        assert_eq!(document["error"]["exit"], 1);
    }
}
