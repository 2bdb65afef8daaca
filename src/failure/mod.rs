//! What a command that did not succeed says: what happened, why, and what to do.

mod contract;
mod operations;

use crate::terminal::problems::ProblemReport;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value, json};
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
pub(crate) struct Failure(Box<Told>);

/// What a failure tells.
#[derive(Clone, Debug)]
pub(crate) struct Told {
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
pub(crate) struct ErrorReport {
    /// The failure.
    error: ErrorBody,
}

/// A failure.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ErrorBody {
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
    #[schemars(schema_with = "details")]
    details: Map<String, Value>,
}

/// What failures tell beside their words: by their code, and open to more.
fn details(generator: &mut SchemaGenerator) -> Schema {
    let problems = generator.subschema_for::<Vec<ProblemReport>>();
    let mut fields = Map::new();
    for (name, kinds, description) in DETAILS {
        let mut field = Map::new();
        match kinds {
            [] => {}
            [kind] => drop(field.insert("type".to_owned(), (*kind).into())),
            several => drop(field.insert("type".to_owned(), several.to_vec().into())),
        }
        field.insert("description".to_owned(), (*description).into());
        fields.insert((*name).to_owned(), field.into());
    }
    let mut listed = problems.to_value();
    if let Some(field) = listed.as_object_mut() {
        field.insert("description".to_owned(), "What is wrong with a TEAL source.".into());
    }
    fields.insert("problems".to_owned(), listed);
    json_schema!({ "type": "object", "properties": fields, "additionalProperties": true })
}

/// The details there are, what they are written as, and what they say.
const DETAILS: &[(&str, &[&str], &str)] = &[
    ("account", &["string"], "The account that misses something: its address."),
    ("address", &["string"], "The account whose key is another: its address."),
    ("app", &["integer"], "The application it is about."),
    ("apps", &["array"], "The applications that could be meant."),
    ("asset", &["integer"], "The asset it is about."),
    ("changes", &["array"], "What differs from what was asked for."),
    ("creator", &["string"], "Who may do it: the address of the contract's creator."),
    ("fee", &["integer"], "What it would cost, in microAlgos."),
    ("file", &["string"], "The TEAL source of the line that refused."),
    ("first_valid", &["integer"], "The first round it can be in."),
    ("has", &["string"], "The address of the key that is here."),
    ("index", &["integer"], "The place of the transaction in its group, from 0."),
    ("last_valid", &["integer"], "The last round it can be in."),
    ("line", &["integer"], "The line of TEAL that refused, from 1."),
    ("max_fee", &["integer"], "The most it may cost, in microAlgos."),
    ("missing", &["integer", "array"], "What is missing: how much or how many, or the template's variables."),
    ("needs", &["string"], "The address of the key the chain asks for."),
    ("now", &["integer"], "The network's newest round."),
    ("offset", &["integer"], "The byte of the file that is not understood, from 0."),
    ("operands", &["array"], "What the instruction that refused was given, as text."),
    ("rule", &["string"], "The contract's rule that was broken."),
    ("sender", &["string"], "The account that was to be signed for: its address."),
    ("signer", &["string"], "The address whose key is meant."),
    ("signers", &["array"], "The addresses whose signatures do not hold."),
    ("stack", &["array"], "The stack before the instruction that refused, as text."),
    ("status", &["integer"], "The HTTP status the node answered with."),
    ("txid", &["string"], "The transaction it is about."),
    ("txids", &["array"], "The transactions it is about."),
    ("url", &["string"], "The address that was asked."),
];

impl std::ops::Deref for Failure {
    type Target = Told;

    fn deref(&self) -> &Told {
        &self.0
    }
}

impl Failure {
    /// A failure with exit code 1.
    #[must_use]
    pub(crate) fn new(code: &'static str, message: impl Display) -> Self {
        let message = plain(&message.to_string());
        Self(Box::new(Told { code, exit: Exit::Failed, message, cause: None, hint: None, details: Map::new() }))
    }

    /// The same, told in other words.
    #[must_use]
    pub(crate) fn saying(mut self, message: impl Display) -> Self {
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

    /// The document of `--json`.
    #[must_use]
    pub(crate) fn to_json(&self) -> Value {
        let error = self.body();
        serde_json::to_value(ErrorReport { error }).unwrap_or_else(|_| json!({ "error": { "code": self.code } }))
    }

    /// What the document tells.
    pub(crate) fn body(&self) -> ErrorBody {
        let told = ["code", "exit", "message", "cause", "hint"];
        let details = self.details.iter().filter(|(name, _)| !told.contains(&name.as_str()));
        ErrorBody {
            code: self.code.to_owned(),
            exit: self.exit as u8,
            message: self.message.clone(),
            cause: self.cause.clone(),
            hint: self.hint.clone(),
            details: details.map(|(name, value)| (name.clone(), value.clone())).collect(),
        }
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

impl From<pnp_network::NetworkError> for Failure {
    fn from(error: pnp_network::NetworkError) -> Self {
        use pnp_network::NetworkError as E;
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
