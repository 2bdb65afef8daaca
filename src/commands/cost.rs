//! `cost`: what a program's calls can cost, before it runs.

use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::terminal::input::{read, read_source};
use crate::terminal::output::Answer;
use crate::terminal::template::template_values;
use pnp_registry::write_atomically;
use pnp_teal::document::{LineRange, ProgramCost, line_ranges};
use pnp_teal::{CostError, CostOptions, CostReport, Step};
use serde::Serialize;
use similar::TextDiff;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What one application call adds to the budget of its group (consensus v42, `MaxAppProgramCost`).
const BUDGET_OF_A_CALL: u64 = 700;

/// Arguments of `cost`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// TEAL sources, or programs named *.tok
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The value of a template variable, as for `compile`; without one it may be anything
    #[arg(long = "tmpl", short = 't', value_name = "NAME=VALUE")]
    templates: Vec<String>,
    /// Show the cheapest and the most expensive path of this call, line by line
    #[arg(long, value_name = "CALL")]
    path: Option<String>,
    /// Write the figures to this file; with --check, compare with it
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// Write nothing, and exit with 4 where the figures differ from the snapshot's
    #[arg(long, requires = "snapshot")]
    check: bool,
}

/// What the calls of some programs can cost.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct CostDocument {
    /// Every program, in order.
    programs: Vec<ProgramCost>,
    /// The snapshot, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<SnapshotReport>,
}

/// The snapshot.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct SnapshotReport {
    /// The file.
    file: String,
    /// Whether the figures were others.
    changed: bool,
    /// What changed, as a unified diff.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
}

/// A program, with the source its lines are lines of.
struct Subject {
    file: String,
    source: Option<String>,
    report: CostReport,
}

/// Prints the costs, and writes or compares the snapshot.
pub(crate) fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let values = template_values(&args.templates)?;
    let subjects = args.files.iter().map(|path| examine(path, &values)).collect::<Result<Vec<_>, _>>()?;
    if let Some(name) = &args.path {
        known(&subjects, name)?;
    }
    let snapshot = args.snapshot.as_deref().map(|path| compare(path, &subjects, args.check)).transpose()?;
    let mut text = String::new();
    for subject in &subjects {
        match &args.path {
            Some(name) => ways(subject, name, &mut text),
            None => table(subject, context.out.is_verbose(), &mut text),
        }
    }
    let changed = snapshot.as_ref().is_some_and(|snapshot| snapshot.changed);
    if let Some(SnapshotReport { file, diff, .. }) = &snapshot {
        if args.check
            && let Some(diff) = diff
        {
            context.out.say(diff);
        }
        let what = match (args.check, changed) {
            (true, true) => "would change",
            (false, true) => "written",
            (_, false) => "is up to date",
        };
        let _ = writeln!(text, "{file} {what}");
    }
    let document = CostDocument {
        programs: subjects.iter().map(|it| ProgramCost::new(it.file.clone(), &it.report)).collect(),
        snapshot,
    };
    let exit = if args.check && changed { Exit::WouldChange } else { Exit::Done };
    Ok(Answer::of(&document, text.trim_end())?.ending(exit))
}

fn examine(path: &Path, values: &BTreeMap<String, pnp_teal::template::TemplateValue>) -> Result<Subject, Failure> {
    let file = path.display().to_string();
    let is_program = path.extension().is_some_and(|extension| extension == "tok");
    let source = if is_program { None } else { Some(read_source(path)?) };
    let report = match &source {
        Some(source) => pnp_teal::cost(source, &CostOptions { values: values.clone() }),
        None => pnp_teal::cost_of_program(&read(path)?),
    };
    let report = report.map_err(|error| match error {
        CostError::Assembly(problems) => Failure::new("teal", format!("{file} does not assemble"))
            .because(problems.first().map(ToString::to_string).unwrap_or_default())
            .hint(format!("`pnp-contract compile {file}` shows every problem in its line")),
        CostError::TooManyWays => Failure::new("too_many_ways", format!("{file}: {error}"))
            .because("subroutines that call each other multiply the ways through a program")
            .hint("measure it instead: run it in a scenario, or simulate the call"),
        error => Failure::new("program", format!("{file}: {error}")).hint("give a TEAL source, or a program's bytes"),
    })?;
    Ok(Subject { file, source, report })
}

fn known(subjects: &[Subject], name: &str) -> Result<(), Failure> {
    let calls: Vec<&str> =
        subjects.iter().flat_map(|subject| &subject.report.entries).map(|entry| entry.name.as_str()).collect();
    if calls.contains(&name) {
        return Ok(());
    }
    Err(Failure::usage(format!("there is no call {name:?}")).hint(format!("one of: {}", calls.join("; "))))
}

/// Writes the snapshot, or only compares.
fn compare(path: &Path, subjects: &[Subject], check: bool) -> Result<SnapshotReport, Failure> {
    let unusable = |error: std::io::Error, what: &str| {
        Failure::new("snapshot", format!("{} cannot be {what}", path.display()))
            .because(error)
            .hint("a snapshot is written by the same command without --check")
    };
    let before = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !check => String::new(),
        Err(error) => return Err(unusable(error, "read")),
    };
    let after = snapshot(subjects);
    let changed = before != after;
    if changed && !check {
        write_atomically(path, after.as_bytes(), 0o644).map_err(|error| unusable(error, "written"))?;
    }
    let file = path.display().to_string();
    let diff = || {
        let diff = TextDiff::from_lines(before.as_str(), after.as_str());
        diff.unified_diff().context_radius(1).header(&file, &format!("{file} (now)")).to_string().trim_end().to_owned()
    };
    Ok(SnapshotReport { changed, diff: changed.then(diff), file })
}

/// The figures as a file that is compared line by line.
fn snapshot(subjects: &[Subject]) -> String {
    let mut text =
        "# Opcode cost and program bytes of each call, least..most. Written by `pnp-contract cost --snapshot`.\n"
            .to_owned();
    for Subject { file, report, .. } in subjects {
        let _ = writeln!(text, "{file}: {} bytes", report.size);
        for entry in &report.entries {
            let cost = range(entry.best, entry.worst, "..");
            let _ = writeln!(
                text,
                "  {:<24} cost {cost:<14} bytes {}",
                entry.name,
                range(entry.best_bytes, entry.worst_bytes, "..")
            );
        }
    }
    text
}

fn range(best: u64, worst: Option<u64>, to: &str) -> String {
    match worst {
        Some(worst) if worst == best => best.to_string(),
        Some(worst) => format!("{best}{to}{worst}"),
        None => format!("{best}{to}unbounded"),
    }
}

/// The calls of a program and their figures.
fn table(subject: &Subject, verbose: bool, text: &mut String) {
    let Subject { file, report, .. } = subject;
    let _ = writeln!(text, "{file}  version {}, {} bytes", report.version, report.size);
    let width = report.entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0).max(4);
    let _ = writeln!(text, "  {:<width$}  {:<18} bytes run", "call", "cost");
    for entry in &report.entries {
        let cost = range(entry.best, entry.worst, " to ");
        let mark = if entry.by_length.is_empty() { "" } else { " *" };
        let bytes = range(entry.best_bytes, entry.worst_bytes, " to ");
        let _ = writeln!(text, "  {:<width$}  {:<18} {bytes}", entry.name, format!("{cost}{mark}"));
        if verbose {
            if !entry.when.is_empty() {
                let _ = writeln!(text, "    when   {}", entry.when.join(", "));
            }
            let _ = writeln!(text, "    best   lines {}", lines_text(&entry.best_path));
            if !entry.worst_path.is_empty() {
                let _ = writeln!(text, "    worst  lines {}", lines_text(&entry.worst_path));
            }
        }
    }
    notes(report, text);
}

/// Remarks on the figures.
fn notes(report: &CostReport, text: &mut String) {
    for entry in &report.entries {
        if let Some(step) = entry.unbounded {
            let place = step.line.map_or_else(|| format!("pc {}", step.pc), |line| format!("line {line}"));
            let _ = writeln!(text, "  {}: unbounded: {place} can be run any number of times", entry.name);
        }
        if let Some(worst) = entry.worst.filter(|worst| *worst > BUDGET_OF_A_CALL) {
            let calls = worst.div_ceil(BUDGET_OF_A_CALL);
            let _ = writeln!(text, "  {}: at worst the budget of {calls} application calls", entry.name);
        }
        for cost in &entry.by_length {
            let place = cost.line.map_or_else(|| format!("pc {}", cost.pc), |line| format!("line {line}"));
            let (name, opcode) = (&entry.name, cost.opcode);
            let _ = writeln!(text, "  * {name}: {opcode}, {place}: {} to {} by length", cost.best, cost.worst);
        }
    }
    if !report.followed {
        let _ = writeln!(text, "  too many ways to follow values: calls are not told apart, and bounds are wide");
    }
    if report.entries.is_empty() {
        let _ = writeln!(text, "  no way through the program approves");
    }
    if !report.unset.is_empty() {
        let _ = writeln!(text, "  of any value: {} (give one with --tmpl)", report.unset.join(", "));
    }
}

/// The cheapest and the most expensive path of a call, line by line.
fn ways(subject: &Subject, name: &str, text: &mut String) {
    let lines: Vec<&str> = subject.source.as_deref().map(|source| source.lines().collect()).unwrap_or_default();
    for entry in subject.report.entries.iter().filter(|entry| entry.name == name) {
        let _ = writeln!(text, "{}  {name}: {}", subject.file, entry.when.join(", "));
        let same = entry.best_path == entry.worst_path;
        let title = if same { "best and worst" } else { "best" };
        way(title, entry.best, &entry.best_path, &lines, text);
        match entry.worst {
            Some(worst) if !same => way("worst", worst, &entry.worst_path, &lines, text),
            Some(_) => {}
            None => text.push_str("worst: unbounded\n"),
        }
    }
}

fn way(title: &str, cost: u64, path: &[Step], lines: &[&str], text: &mut String) {
    let _ = writeln!(text, "{title}: {cost}");
    let mut steps = path.iter().peekable();
    while let Some(step) = steps.next() {
        let Some(number) = step.line else {
            let _ = writeln!(text, "  pc {:>4}  {:>5}", step.pc, step.cost);
            continue;
        };
        let mut cost = step.cost;
        let mut pc = step.pc;
        while let Some(next) = steps.next_if(|next| next.line == step.line && next.pc > pc) {
            cost += next.cost;
            pc = next.pc;
        }
        let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let line = index.and_then(|index| lines.get(index)).copied().unwrap_or_default();
        let _ = writeln!(text, "  {number:>7}  {cost:>5}  {}", line.trim());
    }
}

fn lines_text(path: &[Step]) -> String {
    let range = |range: &LineRange| match range.from == range.to {
        true => range.from.to_string(),
        false => format!("{}-{}", range.from, range.to),
    };
    line_ranges(path).iter().map(range).collect::<Vec<_>>().join(", ")
}
