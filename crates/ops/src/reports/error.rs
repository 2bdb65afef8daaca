//! The document of a failure.

use pnp_teal::document::ProblemReport;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};

/// What every command prints with `--json` where it fails.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorReport {
    /// The failure.
    pub error: ErrorBody,
}

/// A failure.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorBody {
    /// A stable word for programs, for example `no_contract`.
    pub code: String,
    /// The process's exit code.
    pub exit: u8,
    /// What happened.
    pub message: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// More for programs, by the code.
    #[serde(flatten)]
    #[schemars(schema_with = "details")]
    pub details: Map<String, Value>,
}

/// The schema of what failures have beside their words: which members there are depends on the code.
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

/// Every detail: its name, its JSON types, and what it means.
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
