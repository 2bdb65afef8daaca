//! `schema`: the JSON Schemas of what commands print with `--json`, as in `docs/schemas/`.

#[cfg(feature = "gateway")]
use super::gateway::reports as gateway;
use super::help::{HelpReport, VersionReport};
use super::{check, compile, completions, cost, disassemble, fmt, localnet, man};
use crate::failure::Failure;
use crate::terminal::output::Answer;
use pnp_ops::reports;
use pnp_ops::reports::schema::Document;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;
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
            "$ref": reports::schema::DIALECT,
            "type": "object",
            "required": ["$schema", "$id", "title", "description"],
        })
    }
}

/// THE table: every document there is.
const DOCUMENTS: &[Document] = &[
    Document::of::<reports::error::ErrorReport>("error"),
    Document::of::<HelpReport>("help"),
    Document::of::<VersionReport>("version"),
    Document::of::<reports::account::ExportReport>("account export"),
    Document::sent::<reports::account::FundReport>("account fund"),
    Document::of::<reports::account::KeptReport>("account import"),
    Document::of::<reports::account::ListReport>("account list"),
    Document::either::<reports::account::NewReport, reports::account::KeptReport>(
        "account new",
        "An account made for a development network; with `--keystore`, one that is kept encrypted.",
    ),
    Document::of::<reports::account::KeptReport>("account passwd"),
    Document::sent::<reports::account::RekeyReport>("account rekey"),
    Document::of::<reports::account::KeptReport>("account remove"),
    Document::sent::<reports::asset::CreateReport>("asset create"),
    Document::sent::<reports::asset::OptinReport>("asset optin"),
    Document::sent::<reports::asset::SendReport>("asset send"),
    Document::of::<reports::asset::ShowReport>("asset show"),
    Document::sent::<reports::bill::BillReport>("bill"),
    Document::of::<reports::bill::TickReport>("bill line"),
    Document::of::<reports::bill::SummaryReport>("bill summary"),
    Document::either::<check::CheckReport, check::CheckListReport>(
        "check",
        "What was found; with `--list` and `--explain`, the checks there are.",
    ),
    Document::of::<compile::CompileReport>("compile"),
    Document::of::<completions::CompletionsReport>("completions"),
    Document::of::<cost::CostDocument>("cost"),
    Document::sent::<reports::contract::DeleteReport>("delete"),
    Document::of::<reports::demo::DemoReport>("demo"),
    Document::sent::<reports::deploy::DeployReport>("deploy"),
    Document::of::<disassemble::DisassembleReport>("disassemble"),
    Document::of::<reports::doctor::DoctorReport>("doctor"),
    Document::of::<reports::explain::ExplainReport>("explain"),
    Document::of::<fmt::FmtReport>("fmt"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::BackupReport>("gateway backup"),
    Document::of::<gateway::RestoreReport>("gateway restore"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::CheckReport>("gateway check"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::ContentsReport>("gateway contents list"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::ContentRemovedReport>("gateway contents remove"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::ContentReport>("gateway contents set"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::NewKeyReport>("gateway keys create"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::KeysReport>("gateway keys list"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::KeyReport>("gateway keys revoke"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::NewKeyReport>("gateway keys rotate"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::PlaybackKeyReport>("gateway keys rotate-playback"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::PartnerReport>("gateway partners add"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::ContractReport>("gateway partners deploy"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::PartnersReport>("gateway partners list"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::PartnerReport>("gateway partners set"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::PartnerReport>("gateway partners show"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::RecoverReport>("gateway recover"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::VerifyReport>("gateway verify"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::WalletsReport>("gateway wallets list"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::ReleasedWalletReport>("gateway wallets release"),
    #[cfg(feature = "gateway")]
    Document::of::<gateway::WalletReport>("gateway wallets show"),
    Document::of::<reports::history::HistoryReport>("history"),
    Document::sent::<reports::contract::LeaveReport>("leave"),
    Document::of::<localnet::RunReport>("localnet run"),
    Document::either::<man::PageReport, man::ManReport>(
        "man",
        "A page of the manual; with `--dir`, the files that were written.",
    ),
    Document::of::<reports::multisig::InfoReport>("multisig info"),
    Document::of::<reports::multisig::InspectReport>("multisig inspect"),
    Document::of::<reports::multisig::MergeReport>("multisig merge"),
    Document::of::<reports::multisig::NewReport>("multisig new"),
    Document::of::<reports::multisig::SignReport>("multisig sign"),
    Document::of::<reports::multisig::StatusReport>("multisig status"),
    Document::of::<reports::multisig::SubmitReport>("multisig submit"),
    Document::sent::<reports::contract::OptinReport>("optin"),
    Document::sent::<reports::contract::ChangeReport>("params"),
    Document::either::<SchemasReport, SchemaReport>("schema", "The documents there are, or the JSON Schema of one."),
    #[cfg(feature = "gateway")]
    Document::of::<pnp_gateway::Ready>("serve"),
    Document::of::<reports::status::StatusReport>("status"),
    Document::of::<reports::environments::AllReport>("status all"),
    Document::of::<reports::suite::TestReport>("test"),
    Document::sent::<reports::contract::ChangeReport>("update"),
    Document::of::<reports::verify::VerifyReport>("verify"),
];

/// Prints one, names all, or writes all.
///
/// # Errors
/// A document that does not exist; a folder that cannot be written.
pub(crate) fn run(args: &Args) -> Result<Answer, Failure> {
    let names = || DOCUMENTS.iter().map(|entry| entry.name()).collect();
    if let Some(dir) = &args.dir {
        for entry in DOCUMENTS {
            let path = dir.join(format!("{}.json", entry.file_stem()));
            let text = format!("{:#}\n", entry.schema());
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
            DOCUMENTS.iter().map(|entry| format!("{:<18}{}", entry.name(), entry.headline())).collect();
        return Answer::of(&SchemasReport { schemas: names(), dir: None }, rows.join("\n"));
    }
    let wanted = args.document.join(" ");
    let entry = DOCUMENTS.iter().find(|entry| entry.is(&wanted)).ok_or_else(|| {
        Failure::usage(format!("there is no schema of `{wanted}`")).hint("`pnp-contract schema` names those there are")
    })?;
    let document = entry.schema();
    let text = format!("{document:#}");
    Answer::of(&SchemaReport(document), text)
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
            assert!(DOCUMENTS.iter().any(|entry| entry.name() == command), "`{command} --json` has no schema");
        }
        // Beside the commands: what any of them may print, and the documents of commands that have several.
        let beside = ["error", "help", "version", "bill line", "bill summary", "status all"];
        for entry in DOCUMENTS {
            assert!(
                found.iter().any(|it| it == entry.name()) || beside.contains(&entry.name()),
                "{} is of nothing",
                entry.name()
            );
            assert_eq!(DOCUMENTS.iter().filter(|it| it.is(entry.name())).count(), 1, "{} is there twice", entry.name());
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
            let document = entry.schema();
            gaps(&document, entry.name(), &mut found);
            if entry.headline().is_empty() {
                found.push(format!("{} has no description", entry.name()));
            }
            // Two types of one name get numbers, which say nothing to a reader.
            let types = document.get("$defs").and_then(Value::as_object).into_iter().flatten();
            found.extend(
                types
                    .filter(|(name, _)| name.ends_with(char::is_numeric))
                    .map(|(name, _)| format!("{}: {name}", entry.name())),
            );
        }
        assert!(found.is_empty(), "{found:#?}");
    }
}
