//! Scenarios as data: the types of sdks/conformance/scenarios/*.json, and the variables in them.

use crate::sources::root;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    #[serde(rename = "about")]
    _about: String,
    scenarios: Vec<Scenario>,
}

/// A stretch of the life of wallets and sessions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) given: Given,
    pub(super) steps: Vec<Step>,
    #[serde(default)]
    pub(super) finally: Finally,
}

/// What is there before.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    #[serde(default)]
    pub(super) contents: Vec<Content>,
    #[serde(default)]
    pub(super) wallets: Vec<Funds>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) price_per_minute: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Funds {
    pub(super) user: String,
    pub(super) amount: String,
}

/// Exactly one of `call`, `clock`, `fault` and `steps`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    #[serde(default)]
    pub(super) name: String,
    pub(super) call: Option<Call>,
    #[serde(default)]
    pub(super) expect: Expect,
    #[serde(default)]
    pub(super) capture: BTreeMap<String, String>,
    pub(super) clock: Option<Clock>,
    pub(super) fault: Option<Value>,
    pub(super) repeat: Option<usize>,
    #[serde(default)]
    pub(super) steps: Vec<Self>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clock {
    pub(super) advance_ms: i64,
}

/// Who calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Credential {
    #[default]
    Secret,
    Publishable,
    UserToken,
    SessionToken,
    None,
}

/// A request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    pub(super) operation: String,
    #[serde(default = "yes")]
    pub(super) sdk: bool,
    #[serde(default)]
    pub(super) path: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) query: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, Option<String>>,
    pub(super) body: Option<Value>,
    pub(super) raw_body: Option<String>,
    #[serde(default, rename = "as")]
    pub(super) credential: Credential,
    pub(super) token: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pub(super) idempotency_key: Option<Option<String>>,
    #[serde(default)]
    pub(super) failed_attempts: Vec<Attempt>,
    pub(super) timeout_ms: Option<u64>,
    pub(super) at_once: Option<usize>,
    pub(super) within_ms: Option<u64>,
}

fn yes() -> bool {
    true
}

/// A member that is null is not one that is absent.
fn given<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(value).map(Some)
}

/// How an attempt ends that a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Attempt {
    NoAnswer,
    Timeout,
    Status(u16),
}

/// What must be answered.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    pub(super) status: Option<u16>,
    pub(super) body: Option<Value>,
    pub(super) error: Option<Value>,
    pub(super) replayed: Option<bool>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, Value>,
    pub(super) failure: Option<Attempt>,
    pub(super) exactly_one: Option<Value>,
}

/// What the ledger must hold at the end.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Finally {
    #[serde(default)]
    pub(super) wallets: Vec<WalletAtEnd>,
    #[serde(default)]
    pub(super) sessions: Vec<SessionAtEnd>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WalletAtEnd {
    pub(super) user: String,
    pub(super) paid_in: Option<String>,
    pub(super) expect: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionAtEnd {
    pub(super) id: String,
    pub(super) expect: Value,
}

/// Every scenario, with the name of its file.
pub(super) fn all() -> Vec<(String, Scenario)> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder().join("scenarios")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let file: File = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(file.format, 1, "{}", path.display());
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        found.extend(file.scenarios.into_iter().map(|scenario| (name.clone(), scenario)));
    }
    found
}

/// The folder of the format, its schema and its scenarios.
pub(super) fn folder() -> std::path::PathBuf {
    root().join("sdks/conformance")
}

/// What `{{names}}` stand for while a scenario is played.
#[derive(Clone, Debug)]
pub(super) struct Variables(Map<String, Value>);

impl Variables {
    /// Those that are there before the first step.
    pub(super) fn new() -> Self {
        let mut random = [0; 5];
        getrandom::fill(&mut random).unwrap();
        let run = data_encoding::HEXLOWER.encode(&random);
        let mut variables = Map::new();
        for name in ["user", "other_user", "content", "other_content"] {
            variables.insert(name.to_owned(), format!("{}-{run}", name.replace('_', "-")).into());
        }
        variables.insert("run".to_owned(), run.into());
        Self(variables)
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// A value with its variables replaced. A text that is one variable becomes its value, whatever its type.
    pub(super) fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let whole = text.strip_prefix("{{").and_then(|text| text.strip_suffix("}}"));
                match whole.filter(|name| !name.contains("}}")) {
                    Some(name) => self.get(name).clone(),
                    None => self.text(text).into(),
                }
            }
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(members) => {
                let filled = members.iter().map(|(name, member)| (name.clone(), self.fill(member)));
                Value::Object(filled.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// A text with its variables replaced.
    pub(super) fn text(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").unwrap_or_else(|| panic!("no end of a variable in {text:?}"));
            filled.push_str(before);
            match self.get(name) {
                Value::String(value) => filled.push_str(value),
                value => filled.push_str(&value.to_string()),
            }
            rest = after;
        }
        filled + rest
    }

    fn get(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or_else(|| panic!("no variable {name}: known are {:?}", self.0.keys()))
    }
}
