//! `schema`: the JSON Schemas of what commands print with `--json`; `docs/schemas/` has the same, for who has no binary.

use super::failure::{ErrorReport, Failure};
use super::io::Answer;
use super::{account, bill, deploy, disassemble, doctor, explain, fmt, history, man, status, verify};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use std::path::PathBuf;

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The command whose document is described, for example `account list`; all are named if none is
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Vec<String>,
    /// Write every schema into this folder instead
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// The document of `schema --json` without a command, and with `--dir`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SchemasReport {
    /// The commands whose documents are described, and `error`.
    schemas: Vec<&'static str>,
    /// The folder they were written into.
    #[serde(skip_serializing_if = "Option::is_none")]
    dir: Option<PathBuf>,
}

/// A document and its schema.
struct Entry {
    name: &'static str,
    schema: fn() -> Schema,
}

const fn entry<T: JsonSchema>(name: &'static str) -> Entry {
    Entry { name, schema: of::<T> }
}

fn of<T: JsonSchema>() -> Schema {
    // As it is printed: what is left out where there is nothing to say is not required.
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

/// THE table: every document that has a schema.
const DOCUMENTS: &[Entry] = &[
    entry::<ErrorReport>("error"),
    entry::<account::NewReport>("account new"),
    entry::<account::KeptReport>("account import"),
    entry::<account::ListReport>("account list"),
    entry::<account::FundReport>("account fund"),
    entry::<bill::TickReport>("bill line"),
    entry::<bill::SummaryReport>("bill summary"),
    entry::<deploy::DeployReport>("deploy"),
    entry::<disassemble::DisassembleReport>("disassemble"),
    entry::<doctor::DoctorReport>("doctor"),
    entry::<explain::ExplainReport>("explain"),
    entry::<fmt::FmtReport>("fmt"),
    entry::<history::HistoryReport>("history"),
    entry::<man::PageReport>("man"),
    entry::<SchemasReport>("schema"),
    entry::<status::StatusReport>("status"),
    entry::<status::AllReport>("status --all"),
    entry::<verify::VerifyReport>("verify"),
];

/// Prints one, names all, or writes all.
///
/// # Errors
/// A command without a schema; a folder that cannot be written.
pub(super) fn run(args: &Args) -> Result<Answer, Failure> {
    let names: Vec<&'static str> = DOCUMENTS.iter().map(|one| one.name).collect();
    if let Some(dir) = &args.dir {
        for one in DOCUMENTS {
            let path = dir.join(format!("{}.json", one.name.replace(" --", "-").replace(' ', "-")));
            let write =
                std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&path, format!("{:#}\n", one.document())));
            write.map_err(|error| {
                Failure::new("unwritable", format!("{} cannot be written", path.display()))
                    .because(error)
                    .hint("choose another folder")
            })?;
        }
        let text = format!("{} schemas in {}", names.len(), dir.display());
        return Answer::of(&SchemasReport { schemas: names, dir: Some(dir.clone()) }, text);
    }
    if args.command.is_empty() {
        let text = names.join("\n");
        return Answer::of(&SchemasReport { schemas: names, dir: None }, text);
    }
    let wanted = args.command.join(" ");
    let one = DOCUMENTS.iter().find(|one| one.name.replace("--", "") == wanted.replace("--", ""));
    let one = one.ok_or_else(|| {
        Failure::usage(format!("there is no schema of `{wanted}`")).hint("`pnp-contract schema` names those there are")
    })?;
    let document = one.document();
    let text = format!("{document:#}");
    Ok(Answer::report(document, text))
}

impl Entry {
    fn document(&self) -> serde_json::Value {
        let mut schema = (self.schema)();
        schema.insert("title".to_owned(), format!("pnp-contract {} --json", self.name).into());
        schema.to_value()
    }
}
