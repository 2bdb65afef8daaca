//! `compile`: TEAL to bytes.

use crate::failure::problems::malformed;
use crate::failure::{Exit, Failure, is_disk_full};
use crate::session::context::Context;
use crate::terminal::input::{read, source_text};
use crate::terminal::output::Answer;
use crate::terminal::problems::{AUTHOR, each_once, shown, write_sarif};
use crate::terminal::template::{TemplateArgs, not_filled_in};
use data_encoding::BASE64;
use pnp_registry::write_atomically;
use pnp_teal::document::sarif::{Log, Source};
use pnp_teal::document::{ProblemReport, problem_reports};
use pnp_teal::{AssembleOptions, Assembled, Diagnostic, shown_text};
use pnp_types::sha512_256;
use serde::Serialize;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Arguments of `compile`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The TEAL source; - reads stdin
    source: PathBuf,
    /// Where the program goes [default: SOURCE.tok]; - writes it to stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the program as hex and write no file
    #[arg(long, conflicts_with = "output")]
    hex: bool,
    /// Also write the source map, to the output's name with .map
    #[arg(long, conflicts_with = "hex")]
    sourcemap: bool,
    /// Also write the errors and warnings as SARIF 2.1.0; - writes them to stdout instead of the text
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    #[command(flatten)]
    templates: TemplateArgs,
}

/// Assembles.
pub(crate) fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let name = args.source.display().to_string();
    let source = read(&args.source)?;
    stdout_for_one(args)?;
    let (text, assembled) = assemble(context, args, &name, &source)?;
    let mut assembled = match assembled {
        Ok(program) => Ok(Assembled { warnings: each_once(&program.warnings), ..program }),
        Err(problems) => Err(each_once(&problems)),
    };
    if let Ok(assembled) = &mut assembled {
        assembled.warnings.extend(pnp_teal::unreleased_version(&text, assembled.version));
    }
    let problems = assembled.as_ref().map_or_else(|problems| problems, |assembled| &assembled.warnings);
    let log = match &args.sarif {
        Some(path) => {
            let log = Log::of_problems(AUTHOR, Source { path: &args.source, text: &text }, problems);
            write_sarif(&log, &context.out, path)?
        }
        None => None,
    };
    match (assembled, log) {
        (Ok(assembled), None) => {
            if !assembled.warnings.is_empty() {
                context.out.say(&shown(&context.out, &name, &text, &assembled.warnings));
            }
            answer(context, args, &assembled, &name, &text)
        }
        (Ok(assembled), Some(log)) => {
            answer(context, args, &assembled, &name, &text)?;
            Ok(Answer::text(log))
        }
        (Err(_), Some(log)) => Ok(Answer::text(log).ending(Exit::Failed)),
        (Err(problems), None) => {
            if !context.out.is_json() {
                context.out.problems(&shown(&context.out, &name, &text, &problems));
            }
            Err(malformed(&name, &text, &problems))
        }
    }
}

/// A program, or everything wrong with its source.
type AssemblyResult = Result<Assembled, Vec<Diagnostic>>;

/// A source with its template's values in it, as text, and what the assembler makes of it.
fn assemble<'s>(
    context: &Context,
    args: &Args,
    name: &str,
    source: &'s [u8],
) -> Result<(Cow<'s, str>, AssemblyResult), Failure> {
    let templates = args.templates.templates()?;
    let shown = shown_text(source);
    let known = templates.variables(&shown);
    let unused: Vec<&str> = templates.names().filter(|name| known.iter().all(|it| it.name != *name)).collect();
    let filled = if known.is_empty() {
        None
    } else {
        let source = source_text(&args.source, source)?;
        Some(templates.substitute(&source).map_err(|error| not_filled_in(name, &error, &unused))?)
    };
    for variable in unused {
        context.out.warn(&format!("{variable} is no variable of {name}"));
    }
    Ok(match filled {
        Some(text) => {
            let assembled = pnp_teal::assemble(&text, AssembleOptions::default());
            (text.into(), assembled)
        }
        None => (shown, pnp_teal::assemble_bytes(source, AssembleOptions::default())),
    })
}

/// Refuses two things for stdout: the program and what is wrong with it.
fn stdout_for_one(args: &Args) -> Result<(), Failure> {
    let is_stdout = |path: &Path| path == Path::new("-");
    let program = args.hex || is_stdout(args.output.as_deref().unwrap_or(&args.source));
    if program && args.sarif.as_deref().is_some_and(is_stdout) {
        return Err(Failure::usage("stdout cannot carry both the program and --sarif -")
            .hint("name a file for --sarif, or for the program with --output"));
    }
    Ok(())
}

/// A program that was assembled.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct CompileReport {
    /// The source's name.
    source: String,
    /// The AVM version.
    version: u8,
    /// The program's size in bytes.
    size: usize,
    /// SHA-512/256 of the program, hex.
    sha512_256: String,
    /// The program's hash as an address, that of a logic signature.
    address: String,
    /// What is suspicious.
    warnings: Vec<ProblemReport>,
    /// The program as hex, with `--hex`.
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    /// The program, where it goes to stdout.
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    /// The file it was written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<PathBuf>,
    /// The file the source map was written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    sourcemap: Option<PathBuf>,
}

fn answer(context: &Context, args: &Args, assembled: &Assembled, name: &str, text: &str) -> Result<Answer, Failure> {
    let bytes = &assembled.bytes;
    let mut report = CompileReport {
        source: name.to_owned(),
        version: assembled.version,
        size: bytes.len(),
        sha512_256: hex::encode(sha512_256(bytes)),
        address: assembled.program_hash().to_string(),
        warnings: problem_reports(text, &assembled.warnings),
        hex: None,
        base64: None,
        output: None,
        sourcemap: None,
    };
    if args.hex {
        report.hex = Some(hex::encode(bytes));
        return Answer::of(&report, hex::encode(bytes));
    }
    let to_stdout = |path: &Path| path == Path::new("-");
    let default = if to_stdout(&args.source) { PathBuf::from("-") } else { with_suffix(&args.source, ".tok") };
    let output = args.output.clone().unwrap_or(default);
    if to_stdout(&output) {
        if args.sourcemap {
            return Err(Failure::usage("a source map needs a file beside the program").hint("name one with --output"));
        }
        if context.out.is_json() {
            report.base64 = Some(BASE64.encode(bytes));
            return Answer::of(&report, "");
        }
        return Ok(Answer::Raw(bytes.clone()));
    }
    write(&output, bytes)?;
    let mut shown = format!("{}  {} bytes, version {}", output.display(), bytes.len(), assembled.version);
    if args.sourcemap {
        let path = with_suffix(&output, ".map");
        let map = serde_json::to_vec(&assembled.source_map.to_source_map(name))
            .map_err(|error| Failure::new("internal", "the source map could not be written").because(error))?;
        write(&path, &map)?;
        shown = format!("{shown}\n{}", path.display());
        report.sourcemap = Some(path);
    }
    report.output = Some(output);
    Answer::of(&report, shown)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_atomically(path, bytes, 0o644).map_err(|error| {
        Failure::new(
            if is_disk_full(&error) { "disk_full" } else { "unwritable" },
            format!("{} cannot be written", path.display()),
        )
        .because(error)
        .hint("what was there before is still there; free space, or name another place with --output")
    })
}
