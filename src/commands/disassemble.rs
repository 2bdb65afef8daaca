//! `disassemble`: a program back into TEAL, from wherever it is.

use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_network;
use crate::terminal::input::read;
use crate::terminal::output::Answer;
use crate::terminal::problems::warn_of_unreleased;
use crate::terminal::values::id;
use pnp_opcodes::MAX_VERSION;
use pnp_teal::{ProgramFormat, RecoveredSource};
use pnp_types::{AppIndex, sha512_256};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Arguments of `disassemble`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file with a program, or the program itself as hex or base64; - reads stdin
    #[arg(required_unless_present = "app", conflicts_with = "app", value_name = "PROGRAM")]
    program: Option<PathBuf>,
    /// How the program is written [default: by its first byte]
    #[arg(long, value_enum, conflicts_with = "app")]
    format: Option<Format>,
    /// The program of an application on the network
    #[arg(long, value_parser = id::<AppIndex>, allow_hyphen_values = true, value_name = "ID")]
    app: Option<AppIndex>,
    /// The application's clear program instead of its approval program
    #[arg(long, requires = "app", conflicts_with_all = ["program", "format"])]
    clear: bool,
}

/// How a program is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// Its bytes, as in a .tok file
    Raw,
    /// Hexadecimal digits, with or without 0x
    Hex,
    /// Base64, as algod's REST has it
    Base64,
}

impl From<ProgramFormat> for Format {
    fn from(format: ProgramFormat) -> Self {
        match format {
            ProgramFormat::Raw => Self::Raw,
            ProgramFormat::Hex => Self::Hex,
            ProgramFormat::Base64 => Self::Base64,
        }
    }
}

impl From<Format> for ProgramFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Raw => Self::Raw,
            Format::Hex => Self::Hex,
            Format::Base64 => Self::Base64,
        }
    }
}

/// A program as TEAL.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct DisassembleReport {
    /// Where the program is from: the file, `-` for stdin, the given text, or the application and which program of it.
    program: String,
    /// The application, where the program is from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u64>")]
    app: Option<AppIndex>,
    /// How it was written; absent for an application.
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    /// Its size in bytes.
    size: usize,
    /// The SHA-512/256 of its bytes, in hex.
    sha512_256: String,
    /// The TEAL; with `#pragma typetrack false` where it assembles only so.
    teal: String,
    /// Why the TEAL does not assemble to the same program; absent where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Finds the program and disassembles it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    match (args.app, &args.program) {
        (Some(app), _) => {
            let program = of_application(context, app, args.clear).await?;
            let name = format!("the {} program of application {app}", if args.clear { "clear" } else { "approval" });
            answer(context, name, Some(app), None, &program)
        }
        (None, Some(path)) => {
            let (name, content) = content(path)?;
            let format = args
                .format
                .map(ProgramFormat::from)
                .or_else(|| ProgramFormat::of(&content))
                .ok_or_else(|| unknown(&name))?;
            let program = format.read(&content).map_err(|error| {
                Failure::new("program", format!("{name} is not {}", format.name())).because(error).hint(FORMAT_HINT)
            })?;
            answer(context, name, None, Some(format.into()), &program)
        }
        (None, None) => Err(Failure::usage("there is no program").hint("name a file, or an application with --app")),
    }
}

const FORMAT_HINT: &str = "say how the program is written: --format raw, hex or base64";

/// A program's content and its name for people: a file's, or the argument itself where there is no such file.
fn content(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    let given = path.as_os_str().as_encoded_bytes();
    let is_text = matches!(ProgramFormat::of(given), Some(ProgramFormat::Hex | ProgramFormat::Base64));
    if is_text && path != Path::new("-") && !path.exists() {
        let text: String = path.display().to_string();
        let short = text.char_indices().nth(24).map(|(end, _)| format!("{}…", text.get(..end).unwrap_or_default()));
        return Ok((short.unwrap_or(text), given.to_vec()));
    }
    Ok((path.display().to_string(), read(path)?))
}

async fn of_application(context: &Context, app: AppIndex, clear: bool) -> Result<Vec<u8>, Failure> {
    on_network(context, async |session| {
        let Some(found) = session.algod.application(app).await? else {
            let network = &session.network.name;
            return Err(Failure::new("no_application", format!("application {app} does not exist on {network}"))
                .because("no such application was created on this chain, or it was deleted")
                .hint("check --app and --net")
                .with("app", app.0));
        };
        Ok(if clear { found.clear_program } else { found.approval_program })
    })
    .await
}

fn answer(
    context: &Context,
    name: String,
    app: Option<AppIndex>,
    format: Option<Format>,
    program: &[u8],
) -> Result<Answer, Failure> {
    if program.first().is_none_or(|version| *version > MAX_VERSION) {
        return Err(unknown(&name));
    }
    let recovered = pnp_teal::recover_source(program).map_err(|error| {
        Failure::new("program", format!("{name} is not a program")).because(error).hint(match format {
            Some(_) => FORMAT_HINT,
            None => "the network runs newer programs than this release knows; look for a newer release",
        })
    })?;
    let RecoveredSource { text: teal, problem } = recovered;
    warn_of_unreleased(&context.out, &name, &teal, pnp_teal::version_of(&teal));
    if let Some(problem) = &problem {
        context.out.warn(&format!("this TEAL does not assemble to the same program: {problem}"));
    }
    let text = teal.trim_end().to_owned();
    let sha512_256 = hex::encode(sha512_256(program));
    let report = DisassembleReport { program: name, app, format, size: program.len(), sha512_256, teal, problem };
    Answer::of(&report, text)
}

/// What begins with no version.
fn unknown(name: &str) -> Failure {
    Failure::new("program", format!("{name} is not a program"))
        .because(format!("a program begins with its version, 0 to {MAX_VERSION}: as a byte, in hex or in base64"))
        .hint(FORMAT_HINT)
}
