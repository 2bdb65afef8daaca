//! What a command that did not succeed says: what happened, why, and what to do.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::fmt::Display;

/// The exit codes; documented in the README and stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
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
pub struct Failure(Box<Told>);

/// What a failure tells.
#[derive(Clone, Debug)]
pub struct Told {
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

/// What every command prints with `--json` where it fails.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ErrorReport {
    /// The failure.
    error: ErrorBody,
}

/// A failure.
#[derive(Debug, Serialize, JsonSchema)]
struct ErrorBody {
    /// A stable word for programs, for example `no_contract`.
    code: String,
    /// The process's exit code.
    exit: u8,
    /// What happened.
    message: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// More for programs, by the code.
    #[serde(flatten)]
    details: Map<String, Value>,
}

impl std::ops::Deref for Failure {
    type Target = Told;

    fn deref(&self) -> &Told {
        &self.0
    }
}

impl Failure {
    /// A failure with exit code 1.
    #[must_use]
    pub fn new(code: &'static str, message: impl Display) -> Self {
        let message = plain(&message.to_string());
        Self(Box::new(Told { code, exit: Exit::Failed, message, cause: None, hint: None, details: Map::new() }))
    }

    /// The same, told in other words.
    #[must_use]
    pub fn saying(mut self, message: impl Display) -> Self {
        self.0.message = message.to_string();
        self
    }

    /// Wrong use of the command line, exit code 2.
    #[must_use]
    pub fn usage(message: impl Display) -> Self {
        Self::new("usage", message).exit(Exit::Usage)
    }

    /// Says why.
    #[must_use]
    pub fn because(mut self, cause: impl Display) -> Self {
        self.0.cause = Some(plain(&cause.to_string()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Display) -> Self {
        self.0.hint = Some(hint.to_string());
        self
    }

    /// Another exit code.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.0.exit = exit;
        self
    }

    /// Adds a field for programs.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.details.insert(name.to_owned(), value.into());
        self
    }

    /// The document of `--json`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let told = ["code", "exit", "message", "cause", "hint"];
        let details = self.details.iter().filter(|(name, _)| !told.contains(&name.as_str()));
        let error = ErrorBody {
            code: self.code.to_owned(),
            exit: self.exit as u8,
            message: self.message.clone(),
            cause: self.cause.clone(),
            hint: self.hint.clone(),
            details: details.map(|(name, value)| (name.clone(), value.clone())).collect(),
        };
        serde_json::to_value(ErrorReport { error }).unwrap_or_else(|_| json!({ "error": { "code": self.code } }))
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
pub(super) fn is_disk_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

impl From<crate::network::NetworkError> for Failure {
    fn from(error: crate::network::NetworkError) -> Self {
        use crate::network::NetworkError as E;
        let message = error.to_string();
        match error {
            E::Unknown { .. } => Self::usage(message)
                .hint("choose one of these with --net, or add [networks.NAME] with its algod to pnp.toml"),
            E::EnvLine { path, .. } => Self::new("env_file", message).hint(format!(
                "write NAME=value, with quotes around a value that has spaces, and keep {} out of git",
                path.display()
            )),
            E::Project { .. } => Self::new("project_file", message)
                .hint("a network is written as [networks.NAME] with algod = \"http://host:port\""),
            E::Unreadable { .. } => {
                Self::new("unreadable", message).hint("check that it is a text file and may be read")
            }
            E::BadEndpoint { .. } => {
                Self::new("bad_endpoint", message).hint("for example ALGOD_SERVER=http://localhost and ALGOD_PORT=4001")
            }
            E::WrongGenesis { .. } => Self::new("wrong_genesis", message)
                .because("the genesis hash decides what a network is, not its address")
                .hint("correct ALGOD_SERVER, or name the network that really answers there with --net"),
            E::PublicBehindLocalName { found, .. } => Self::new("wrong_genesis", message)
                .because("development keys and test money must not meet a public network")
                .hint(format!("use --net {found} if that is what you want")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_has_no_numbers_of_the_system() {
        let failure = Failure::new("x", "cannot write a: No space left on device (os error 28) at path \"b\"");
        assert_eq!(failure.message, "cannot write a: No space left on device at path \"b\"");
        let document = failure.because("c (os error 2)").hint("d").with("code", "mine").with("n", 1).to_json();
        assert_eq!(document["error"]["cause"], "c");
        assert_eq!((&document["error"]["code"], &document["error"]["n"]), (&json!("x"), &json!(1)));
        assert_eq!(document["error"]["exit"], 1);
    }
}
