//! `check`: static checks of TEAL.

use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::terminal::input::{read, read_source};
use crate::terminal::output::Answer;
use crate::terminal::sarif::{Grade, Log, Outcome, Rule, Source};
use crate::terminal::template::template_values;
use pnp_teal::check::{CHECKS, Check, Examination, Mode, ModeSource, check_named, examine, render};
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
    /// What the programs are run as [default: what they look like]
    #[arg(long, value_name = "MODE", value_parser = ["application", "clear", "signature"])]
    mode: Option<String>,
    /// End with exit code 3 if something of this level or above is found
    #[arg(long, value_name = "LEVEL", default_value = "medium", value_parser = ["info", "low", "medium", "high", "none"])]
    deny: String,
    /// Leave out what this check finds; may be repeated
    #[arg(long, value_name = "NAME")]
    allow: Vec<String>,
    /// The value of a template variable, as for compile; one without a value may have any
    #[arg(long = "tmpl", short = 't', value_name = "NAME=VALUE")]
    templates: Vec<String>,
    /// Also write the findings as SARIF 2.1.0; - writes them to stdout instead of the text
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// List the checks there are
    #[arg(long, conflicts_with_all = ["sources", "explain"])]
    list: bool,
    /// Tell what a check finds, why it matters and what to do
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

/// How many findings there are of each level.
#[derive(Debug, Default, Serialize, schemars::JsonSchema)]
struct Counts {
    /// Somebody can take what is not theirs, or end what they should not.
    high: usize,
    /// Likely a fault.
    medium: usize,
    /// Untidy, or a risk for others than the program's owner.
    low: usize,
    /// Worth knowing.
    info: usize,
}

/// What was found in a source.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct SourceReport {
    /// Its name.
    source: String,
    /// Its AVM version; 0 if it does not assemble.
    version: u8,
    /// What it was taken for.
    mode: Mode,
    /// Why.
    mode_source: ModeSource,
    /// What was found, in the order of lines.
    findings: Vec<FindingReport>,
    /// What a comment allows, with its reason.
    allowed: Vec<AllowedReport>,
}

/// One finding.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct FindingReport {
    /// The check that found it.
    check: &'static str,
    /// How bad it is.
    level: Level,
    /// What was found.
    message: String,
    /// The line, from 1; 0 for the program as a whole.
    line: u32,
    /// The column in bytes, from 1.
    column: usize,
    /// The line after the last byte and its column: where it ends.
    end_column: usize,
    /// The words it is about.
    code: String,
    /// Why it matters.
    why: &'static str,
    /// What to do.
    fix: &'static str,
    /// Other lines that belong to it.
    related: Vec<RelatedReport>,
    /// The lines of a path that shows it.
    path: Vec<u32>,
}

/// Another place that belongs to a finding.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct RelatedReport {
    /// The line, from 1.
    line: u32,
    /// What is there.
    text: String,
}

/// A finding that is allowed.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct AllowedReport {
    /// The check.
    check: &'static str,
    /// The line.
    line: u32,
    /// The reason that is given.
    reason: String,
}

/// The checks there are.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct CheckListReport {
    /// Each check.
    checks: Vec<CheckEntry>,
}

/// One check.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct CheckEntry {
    /// Its name.
    check: &'static str,
    /// How bad what it finds is at worst.
    level: Level,
    /// What it finds.
    title: &'static str,
    /// Why that matters.
    why: &'static str,
    /// What to do.
    fix: &'static str,
}

impl CheckEntry {
    fn of(check: &Check) -> Self {
        let Check { name, level, title, why, fix, .. } = *check;
        Self { check: name, level, title, why, fix }
    }
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
    let templates = template_values(&args.templates)?;
    let mut checked = Vec::new();
    for path in &args.sources {
        let text = source_text(path)?;
        let options = CheckOptions { mode, name: Some(path.display().to_string()), templates: templates.clone() };
        let mut examination = examine(&text, &options);
        examination.findings.retain(|finding| !args.allow.iter().any(|name| name == finding.name()));
        checked.push(Checked { path, text, examination });
    }
    if let Some(path) = &args.sarif
        && let Some(log) = sarif(&checked).written(&context.out, path)?
    {
        return Ok(Answer::text(log).ending(exit(args, &checked)));
    }
    let exit = exit(args, &checked);
    let report = report(args, &checked, exit);
    let text = told(context, &checked);
    Ok(Answer::of(&report, text)?.ending(exit))
}

fn exit(args: &Args, checked: &[Checked<'_>]) -> Exit {
    let Some(deny) = Level::ALL.into_iter().find(|level| level.name() == args.deny) else { return Exit::Done };
    let found = checked.iter().flat_map(|it| &it.examination.findings).any(|finding| finding.level >= deny);
    if found { Exit::Findings } else { Exit::Done }
}

fn list() -> Result<Answer, Failure> {
    let row = |check: &Check| format!("{:<7} {:<26} {}", check.level.name(), check.name, check.title);
    let text = CHECKS.iter().map(row).collect::<Vec<_>>().join("\n");
    Answer::of(&CheckListReport { checks: CHECKS.iter().map(CheckEntry::of).collect() }, text)
}

fn explain(name: &str) -> Result<Answer, Failure> {
    let check = known(name)?;
    let text = format!(
        "{} ({})\n  finds  {}\n  why    {}\n  next   {}\n  allow  // check: allow({}) REASON",
        check.name, check.level, check.title, check.why, check.fix, check.name
    );
    Answer::of(&CheckListReport { checks: vec![CheckEntry::of(check)] }, text)
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
    let mut counts = Counts::default();
    for finding in checked.iter().flat_map(|it| &it.examination.findings) {
        *match finding.level {
            Level::High => &mut counts.high,
            Level::Medium => &mut counts.medium,
            Level::Low => &mut counts.low,
            Level::Info => &mut counts.info,
        } += 1;
    }
    let sources = checked.iter().map(source_report).collect();
    CheckReport { sources, counts, deny: args.deny.clone(), denied: exit == Exit::Findings }
}

fn source_report(checked: &Checked<'_>) -> SourceReport {
    let Examination { mode, mode_source, version, findings, allowed } = &checked.examination;
    let allowed = allowed.iter().map(|(finding, reason)| AllowedReport {
        check: finding.name(),
        line: finding.line,
        reason: reason.clone(),
    });
    SourceReport {
        source: checked.path.display().to_string(),
        version: *version,
        mode: *mode,
        mode_source: *mode_source,
        findings: findings.iter().map(|finding| finding_report(finding, &checked.text)).collect(),
        allowed: allowed.collect(),
    }
}

fn finding_report(finding: &Finding, text: &str) -> FindingReport {
    let before = text.get(..finding.span.start).unwrap_or_default();
    let column = finding.span.start - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
    let related = finding.related.iter().map(|it| RelatedReport { line: it.line, text: it.text.clone() });
    FindingReport {
        check: finding.name(),
        level: finding.level,
        message: finding.message.clone(),
        line: finding.line,
        column,
        end_column: column + finding.span.len(),
        code: text.get(finding.span.clone()).unwrap_or_default().to_owned(),
        why: finding.check.why,
        fix: finding.check.fix,
        related: related.collect(),
        path: finding.path.clone(),
    }
}

/// The findings as people read them, and a line on each source.
fn told(context: &Context, checked: &[Checked<'_>]) -> String {
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

fn grade(level: Level) -> Grade {
    match level {
        Level::High => Grade::Error,
        Level::Medium | Level::Low => Grade::Warning,
        Level::Info => Grade::Note,
    }
}

fn sarif(checked: &[Checked<'_>]) -> Log {
    let rule = |check: &Check| {
        Rule::new(check.name, grade(check.level), check.level.name(), check.title, check.why, check.fix)
    };
    let mut results = Vec::new();
    for it in checked {
        let source = Source { path: it.path, text: &it.text };
        let outcome = |finding: &Finding| {
            let span = (finding.line > 0).then_some(&finding.span);
            let outcome = Outcome::new(finding.name(), grade(finding.level), &finding.message, source, span);
            finding.related.iter().fold(outcome, |outcome, it| outcome.related(source, &it.span, &it.text))
        };
        results.extend(it.examination.findings.iter().map(outcome));
        results.extend(it.examination.allowed.iter().map(|(finding, reason)| outcome(finding).suppressed(reason)));
    }
    Log::new(CHECKS.iter().map(rule).collect(), results)
}
