//! `schema`: the JSON Schemas of what commands print with `--json`, as in `docs/schemas/`.

use super::help::{HelpReport, VersionReport};
use super::{check, compile, completions, cost, demo, disassemble, fmt, localnet, man};
use crate::failure::Failure;
use crate::terminal::output::Answer;
use pnp_ops::reports;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The document that is described, for example `account list`; all are named if none is
    #[arg(value_name = "DOCUMENT", conflicts_with = "dir")]
    document: Vec<String>,
    /// Write every schema into this folder instead
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// The documents there are.
#[derive(Debug, Serialize, JsonSchema)]
struct SchemasReport {
    /// The documents that are described: commands, with a word more where one has several documents, `error`, `help` and `version`.
    schemas: Vec<&'static str>,
    /// The folder the schemas were written into, one file a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    dir: Option<PathBuf>,
}

/// A JSON Schema, which `schema NAME` prints with and without `--json`.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct SchemaReport(Value);

impl JsonSchema for SchemaReport {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Schema".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The JSON Schema of a document.",
            "$ref": DIALECT,
            "type": "object",
            "required": ["$schema", "$id", "title", "description"],
        })
    }
}

/// The language the schemas are written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A document and its schema.
struct Entry {
    name: &'static str,
    about: About,
    schema: fn() -> Schema,
}

/// Where the sentence about a document is.
enum About {
    /// At its type.
    Type,
    /// At the first of its types; the other one is the bundle's.
    Sent,
    /// Here.
    Here(&'static str),
}

/// A document of one shape.
const fn one<T: JsonSchema>(name: &'static str) -> Entry {
    Entry { name, about: About::Type, schema: || generator().into_root_schema_for::<T>() }
}

/// A document of either of two shapes.
const fn either<A: JsonSchema, B: JsonSchema>(name: &'static str, about: &'static str) -> Entry {
    Entry { name, about: About::Here(about), schema: any_of::<A, B>() }
}

/// What a command that sends answers with: its own document, or that of the bundle it wrote instead.
const fn sent<T: JsonSchema>(name: &'static str) -> Entry {
    Entry { name, about: About::Sent, schema: any_of::<T, reports::multisig::Written>() }
}

const fn any_of<A: JsonSchema, B: JsonSchema>() -> fn() -> Schema {
    || {
        let mut generator = generator();
        let shapes = [generator.subschema_for::<A>(), generator.subschema_for::<B>()];
        json_schema!({ "anyOf": shapes, "$defs": generator.take_definitions(true) })
    }
}

/// Describes documents as they are printed: what may be absent is not required.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

/// THE table: every document there is.
const DOCUMENTS: &[Entry] = &[
    one::<reports::error::ErrorReport>("error"),
    one::<HelpReport>("help"),
    one::<VersionReport>("version"),
    one::<reports::account::ExportReport>("account export"),
    sent::<reports::account::FundReport>("account fund"),
    one::<reports::account::KeptReport>("account import"),
    one::<reports::account::ListReport>("account list"),
    either::<reports::account::NewReport, reports::account::KeptReport>(
        "account new",
        "An account made for a development network; with `--keystore`, one that is kept encrypted.",
    ),
    one::<reports::account::KeptReport>("account passwd"),
    sent::<reports::account::RekeyReport>("account rekey"),
    one::<reports::account::KeptReport>("account remove"),
    sent::<reports::asset::CreateReport>("asset create"),
    sent::<reports::asset::OptinReport>("asset optin"),
    sent::<reports::asset::SendReport>("asset send"),
    one::<reports::asset::ShowReport>("asset show"),
    sent::<reports::bill::BillReport>("bill"),
    one::<reports::bill::TickReport>("bill line"),
    one::<reports::bill::SummaryReport>("bill summary"),
    either::<check::CheckReport, check::CheckListReport>(
        "check",
        "What was found; with `--list` and `--explain`, the checks there are.",
    ),
    one::<compile::CompileReport>("compile"),
    one::<completions::CompletionsReport>("completions"),
    one::<cost::CostDocument>("cost"),
    sent::<reports::contract::DeleteReport>("delete"),
    one::<demo::DemoReport>("demo"),
    sent::<reports::deploy::DeployReport>("deploy"),
    one::<disassemble::DisassembleReport>("disassemble"),
    one::<reports::doctor::DoctorReport>("doctor"),
    one::<reports::explain::ExplainReport>("explain"),
    one::<fmt::FmtReport>("fmt"),
    one::<reports::history::HistoryReport>("history"),
    sent::<reports::contract::LeaveReport>("leave"),
    one::<localnet::RunReport>("localnet run"),
    either::<man::PageReport, man::ManReport>(
        "man",
        "A page of the manual; with `--dir`, the files that were written.",
    ),
    one::<reports::multisig::InfoReport>("multisig info"),
    one::<reports::multisig::InspectReport>("multisig inspect"),
    one::<reports::multisig::MergeReport>("multisig merge"),
    one::<reports::multisig::NewReport>("multisig new"),
    one::<reports::multisig::SignReport>("multisig sign"),
    one::<reports::multisig::StatusReport>("multisig status"),
    one::<reports::multisig::SubmitReport>("multisig submit"),
    sent::<reports::contract::OptinReport>("optin"),
    sent::<reports::contract::ChangeReport>("params"),
    either::<SchemasReport, SchemaReport>("schema", "The documents there are, or the JSON Schema of one."),
    one::<reports::status::StatusReport>("status"),
    one::<reports::environments::AllReport>("status all"),
    one::<reports::suite::TestReport>("test"),
    sent::<reports::contract::ChangeReport>("update"),
    one::<reports::verify::VerifyReport>("verify"),
];

/// Prints one, names all, or writes all.
///
/// # Errors
/// A document that does not exist; a folder that cannot be written.
pub(crate) fn run(args: &Args) -> Result<Answer, Failure> {
    let names = || DOCUMENTS.iter().map(|entry| entry.name).collect();
    if let Some(dir) = &args.dir {
        for entry in DOCUMENTS {
            let path = dir.join(format!("{}.json", entry.file_stem()));
            let text = format!("{:#}\n", entry.document());
            let written = std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&path, text));
            written.map_err(|error| {
                Failure::new("unwritable", format!("{} cannot be written", path.display()))
                    .because(error)
                    .hint("name a folder that can be written with --dir")
            })?;
        }
        let text = format!("{} schemas in {}", DOCUMENTS.len(), dir.display());
        return Answer::of(&SchemasReport { schemas: names(), dir: Some(dir.clone()) }, text);
    }
    if args.document.is_empty() {
        let rows: Vec<String> =
            DOCUMENTS.iter().map(|entry| format!("{:<18}{}", entry.name, entry.headline())).collect();
        return Answer::of(&SchemasReport { schemas: names(), dir: None }, rows.join("\n"));
    }
    let wanted = args.document.join(" ");
    let entry = DOCUMENTS.iter().find(|entry| entry.is(&wanted)).ok_or_else(|| {
        Failure::usage(format!("there is no schema of `{wanted}`")).hint("`pnp-contract schema` names those there are")
    })?;
    let document = entry.document();
    let text = format!("{document:#}");
    Answer::of(&SchemaReport(document), text)
}

impl Entry {
    /// Whether it is meant by `status all` or `status-all`.
    fn is(&self, name: &str) -> bool {
        let words =
            |name: &str| name.split([' ', '-']).filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        words(self.name) == words(name)
    }

    /// `status-all` for `status all`.
    fn file_stem(&self) -> String {
        self.name.replace(' ', "-")
    }

    /// What the document is, in one sentence.
    fn headline(&self) -> String {
        let document = self.document();
        let description = document.get("description").and_then(Value::as_str).unwrap_or_default();
        description.lines().next().unwrap_or_default().to_owned()
    }

    /// What the document of this schema is.
    fn about(&self, body: &Value) -> String {
        let described = |at: &str| body.pointer(at).and_then(Value::as_str).unwrap_or_default();
        match self.about {
            About::Type => described("/description").to_owned(),
            About::Sent => {
                let first = described("/anyOf/0/$ref").trim_start_matches('#');
                let own = described(&format!("{first}/description")).trim_end_matches('.');
                format!("{own}; with `--multisig`, the bundle that was written instead.")
            }
            About::Here(words) => words.to_owned(),
        }
    }

    fn document(&self) -> Value {
        let mut body = (self.schema)().to_value();
        tidy(&mut body);
        let mut document = Map::new();
        document.insert("$schema".to_owned(), DIALECT.into());
        document.insert("$id".to_owned(), format!("urn:pnp-contract:schema:{}", self.file_stem()).into());
        document.insert("title".to_owned(), format!("pnp-contract {} --json", self.name).into());
        document.insert("description".to_owned(), self.about(&body).into());
        for (name, value) in body.as_object_mut().map(std::mem::take).unwrap_or_default() {
            if !matches!(name.as_str(), "$schema" | "title" | "description") {
                document.insert(name, value);
            }
        }
        Value::Object(document)
    }
}

/// Gives every object in a schema the same form: later versions may print more than is described, and what may be absent is
/// never null instead.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.get("additionalProperties") == Some(&Value::Bool(false)) {
                object.shift_remove("additionalProperties");
            }
            let required: Vec<String> = match object.get("required") {
                Some(Value::Array(names)) => names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
                _ => Vec::new(),
            };
            if let Some(Value::Object(fields)) = object.get_mut("properties") {
                for (_, field) in fields.iter_mut().filter(|(name, _)| !required.contains(name)) {
                    never_null(field);
                }
            }
            object.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Takes null out of what a field may be.
fn never_null(field: &mut Value) {
    let Some(field) = field.as_object_mut() else { return };
    if let Some(Value::Array(types)) = field.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            field.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(shapes)) = field.get_mut("anyOf") {
        shapes.retain(|shape| shape.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(only)] = shapes.as_slice() {
            let only = only.clone();
            field.shift_remove("anyOf");
            field.extend(only.into_iter().filter(|(name, _)| name != "description"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    /// Every command that does something, by its words.
    fn commands(command: &clap::Command, path: &str, found: &mut Vec<String>) {
        for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
            let path = format!("{path}{}", command.get_name());
            match command.has_subcommands() {
                true => commands(command, &format!("{path} "), found),
                false => found.push(path),
            }
        }
    }

    #[test]
    fn every_command_has_a_schema_and_every_schema_a_command() {
        let mut found = Vec::new();
        commands(&crate::commands::Cli::command(), "", &mut found);
        assert!(found.len() > 40, "{found:?}");
        for command in &found {
            assert!(DOCUMENTS.iter().any(|entry| entry.name == command), "`{command} --json` has no schema");
        }
        // Beside the commands: what any of them may print, and the documents of commands that have several.
        let beside = ["error", "help", "version", "bill line", "bill summary", "status all"];
        for entry in DOCUMENTS {
            assert!(
                found.iter().any(|it| it == entry.name) || beside.contains(&entry.name),
                "{} is of nothing",
                entry.name
            );
            assert_eq!(DOCUMENTS.iter().filter(|it| it.is(entry.name)).count(), 1, "{} is there twice", entry.name);
        }
    }

    /// Fields without a description, and objects that are closed to later versions.
    fn gaps(schema: &Value, place: &str, found: &mut Vec<String>) {
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            found.push(format!("{place} is closed"));
        }
        for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if !field.get("description").and_then(Value::as_str).is_some_and(|text| text.ends_with(['.', ':'])) {
                found.push(format!("{place}/{name} has no description"));
            }
        }
        match schema {
            Value::Object(object) => {
                object.iter().for_each(|(name, inner)| gaps(inner, &format!("{place}/{name}"), found))
            }
            Value::Array(items) => items.iter().for_each(|inner| gaps(inner, place, found)),
            _ => {}
        }
    }

    #[test]
    fn every_field_of_every_document_is_described() {
        let mut found = Vec::new();
        for entry in DOCUMENTS {
            let document = entry.document();
            gaps(&document, entry.name, &mut found);
            if entry.headline().is_empty() {
                found.push(format!("{} has no description", entry.name));
            }
            // Two types of one name get numbers, which say nothing to a reader.
            let types = document.get("$defs").and_then(Value::as_object).into_iter().flatten();
            found.extend(
                types
                    .filter(|(name, _)| name.ends_with(char::is_numeric))
                    .map(|(name, _)| format!("{}: {name}", entry.name)),
            );
        }
        assert!(found.is_empty(), "{found:#?}");
    }
}
