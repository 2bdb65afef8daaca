//! `check`: static checks of TEAL.

use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::terminal::input::{read, read_source};
use crate::terminal::output::Answer;
use crate::terminal::problems::{AUTHOR, warn_of_unreleased, write_sarif};
use crate::terminal::template::{TemplateArgs, not_filled_in};
use pnp_teal::check::{CHECKS, Check, Examination, Mode, ModeSource, check_named, examine, render};
use pnp_teal::document::sarif::{Log, Source};
use pnp_teal::document::{CheckEntry, Counts, SourceReport};
use pnp_teal::{CheckOptions, Finding, check};
use serde::Serialize;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use check::Level;

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// TEAL sources, or assembled programs; - reads stdin
    #[arg(required_unless_present_any = ["list", "explain"])]
    sources: Vec<PathBuf>,
    /// The mode the programs run in [default: guessed from the program]
    #[arg(long, value_name = "MODE", value_parser = ["application", "clear", "signature"])]
    mode: Option<String>,
    /// Exit with 3 if something of this level or above is found
    #[arg(long, value_name = "LEVEL", default_value = "medium", value_parser = ["info", "low", "medium", "high", "none"])]
    deny: String,
    /// Ignore what this check finds; may be repeated
    #[arg(long, value_name = "NAME")]
    allow: Vec<String>,
    #[command(flatten)]
    templates: TemplateArgs,
    /// Also write the findings as SARIF 2.1.0; - writes them to stdout instead of the text
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// List all checks
    #[arg(long, conflicts_with_all = ["sources", "explain"])]
    list: bool,
    /// Explain a check: what it finds, why it matters and what to do
    #[arg(long, value_name = "NAME", conflicts_with = "sources")]
    explain: Option<String>,
}

/// What was found in the sources.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct CheckReport {
    /// Each source, in the order they were named.
    sources: Vec<SourceReport>,
    /// How many findings there are of each level.
    counts: Counts,
    /// The level from which findings are an error; `none` for no error at all.
    deny: String,
    /// Whether something of that level was found.
    denied: bool,
}

/// The checks there are.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct CheckListReport {
    /// Each check.
    checks: Vec<CheckEntry>,
}

/// A source and what was found in it.
struct Checked<'a> {
    path: &'a Path,
    text: String,
    examination: Examination,
}

/// Checks.
pub(crate) fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    if args.list {
        return list();
    }
    if let Some(name) = &args.explain {
        return explain(name);
    }
    for name in &args.allow {
        known(name)?;
    }
    let mode = args.mode.as_deref().and_then(Mode::named);
    let templates = args.templates.templates()?;
    let mut checked = Vec::new();
    for path in each_once(&args.sources) {
        let text = source_text(path)?;
        let name = path.display().to_string();
        templates.substitute_known(&text).map_err(|error| not_filled_in(&name, &error, &[]))?;
        let options = CheckOptions { mode, name: Some(name.clone()), templates: templates.clone() };
        let mut examination = examine(&text, &options);
        warn_of_unreleased(&context.out, &name, &text, examination.version);
        examination.findings.retain(|finding| !args.allow.iter().any(|name| name == finding.name()));
        let all = std::mem::take(&mut examination.findings);
        // A mistake in a macro is one finding, however often the macro is used.
        all.into_iter().for_each(|finding| {
            if !examination.findings.contains(&finding) {
                examination.findings.push(finding);
            }
        });
        checked.push(Checked { path, text, examination });
    }
    if let Some(path) = &args.sarif
        && let Some(log) = write_sarif(&sarif(&checked), &context.out, path)?
    {
        return Ok(Answer::text(log).ending(exit(args, &checked)));
    }
    let exit = exit(args, &checked);
    let report = report(args, &checked, exit);
    let text = text(context, &checked);
    Ok(Answer::of(&report, text)?.ending(exit))
}

/// The sources without those that are the same file as an earlier one.
fn each_once(sources: &[PathBuf]) -> Vec<&Path> {
    let mut files: Vec<PathBuf> = Vec::new();
    let is_new = |path: &&PathBuf| {
        // What cannot be found is reported when it is read.
        let file = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let is_new = !files.contains(&file);
        files.push(file);
        is_new
    };
    sources.iter().filter(is_new).map(PathBuf::as_path).collect()
}

fn exit(args: &Args, checked: &[Checked<'_>]) -> Exit {
    let Some(deny) = Level::ALL.into_iter().find(|level| level.name() == args.deny) else { return Exit::Done };
    let found = checked.iter().flat_map(|it| &it.examination.findings).any(|finding| finding.level >= deny);
    if found { Exit::Findings } else { Exit::Done }
}

fn list() -> Result<Answer, Failure> {
    let row = |check: &Check| format!("{:<7} {:<26} {}", check.level.name(), check.name, check.title);
    let text = CHECKS.iter().copied().map(row).collect::<Vec<_>>().join("\n");
    Answer::of(&CheckListReport { checks: CHECKS.iter().copied().map(CheckEntry::from).collect() }, text)
}

fn explain(name: &str) -> Result<Answer, Failure> {
    let check = known(name)?;
    let text = format!(
        "{} ({})\n  finds  {}\n  why    {}\n  next   {}\n  allow  // check: allow({}) REASON",
        check.name, check.level, check.title, check.why, check.fix, check.name
    );
    Answer::of(&CheckListReport { checks: vec![check.into()] }, text)
}

fn known(name: &str) -> Result<&'static Check, Failure> {
    let unknown = || Failure::usage(format!("there is no check {name:?}")).hint("`check --list` prints their names");
    check_named(name).ok_or_else(unknown)
}

/// The text of a source; a program is disassembled.
fn source_text(path: &Path) -> Result<String, Failure> {
    if path.extension().is_some_and(|extension| extension == "teal") {
        return read_source(path);
    }
    let bytes = read(path)?;
    let bytes = match String::from_utf8(bytes) {
        Ok(text) if path.extension().is_none_or(|extension| extension != "tok") => return Ok(text),
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    };
    pnp_teal::disassemble(&bytes).map_err(|error| {
        Failure::new("program", format!("{} is neither TEAL nor a program", path.display()))
            .because(error)
            .hint("give a source, or the bytes that `compile` writes")
    })
}

fn report(args: &Args, checked: &[Checked<'_>], exit: Exit) -> CheckReport {
    let source_report = |it: &Checked<'_>| SourceReport::new(it.path.display().to_string(), &it.text, &it.examination);
    CheckReport {
        sources: checked.iter().map(source_report).collect(),
        counts: Counts::of(checked.iter().flat_map(|it| &it.examination.findings)),
        deny: args.deny.clone(),
        denied: exit == Exit::Findings,
    }
}

/// The findings as people read them, and a line on each source.
fn text(context: &Context, checked: &[Checked<'_>]) -> String {
    let colour = context.out.has_colour() && std::io::stdout().is_terminal();
    let mut parts = Vec::new();
    for it in checked {
        let name = it.path.display().to_string();
        let Examination { mode, mode_source, version, findings, allowed } = &it.examination;
        if !findings.is_empty() {
            parts.push(render(findings, &it.text, &name, colour));
            parts.push(String::new());
        }
        let why = match mode_source {
            ModeSource::Given => "as asked",
            ModeSource::Comment => "as it says",
            ModeSource::Name => "by its name",
            ModeSource::Opcodes => "by its opcodes",
            ModeSource::Guess => "a guess; --mode says it",
        };
        let found = counted(findings);
        let silenced = if allowed.is_empty() { String::new() } else { format!(", {} allowed", allowed.len()) };
        parts.push(format!("{name}  version {version}, {mode} ({why}): {found}{silenced}"));
    }
    parts.join("\n")
}

fn counted(findings: &[Finding]) -> String {
    let of = |level: Level| findings.iter().filter(|finding| finding.level == level).count();
    let counts: Vec<String> = Level::ALL
        .into_iter()
        .rev()
        .filter(|level| of(*level) > 0)
        .map(|level| format!("{} {level}", of(level)))
        .collect();
    if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") }
}

fn sarif(checked: &[Checked<'_>]) -> Log {
    let examined = checked.iter().map(|it| (Source { path: it.path, text: &it.text }, &it.examination));
    Log::of_findings(AUTHOR, &examined.collect::<Vec<_>>())
}
