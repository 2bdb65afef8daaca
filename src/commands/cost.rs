//! `cost`: what a program's calls can cost, before it runs.

use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::terminal::input::{read, read_source};
use crate::terminal::output::Answer;
use crate::terminal::problems::warn_of_unreleased;
use crate::terminal::template::{TemplateArgs, not_filled_in};
use pnp_registry::write_atomically;
use pnp_teal::document::ProgramCost;
use pnp_teal::{CostError, CostOptions, CostReport, cost_paths, cost_snapshot, cost_table};
use serde::Serialize;
use similar::TextDiff;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The first line of a snapshot.
const HEADER: &str =
    "# Opcode cost and program bytes of each call, least..most. Written by `pnp-contract cost --snapshot`.\n";

/// Arguments of `cost`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// TEAL sources, or programs named *.tok
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    templates: TemplateArgs,
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
    let options = CostOptions { templates: args.templates.templates()? };
    let subjects = args.files.iter().map(|path| examine(path, &options)).collect::<Result<Vec<_>, _>>()?;
    if let Some(name) = &args.path {
        known(&subjects, name)?;
    }
    let snapshot = args.snapshot.as_deref().map(|path| compare(path, &subjects, args.check)).transpose()?;
    let mut text = String::new();
    for Subject { file, source, report } in &subjects {
        warn_of_unreleased(&context.out, file, source.as_deref().unwrap_or_default(), report.version);
        match &args.path {
            Some(name) => {
                let entries = report.entries.iter().filter(|entry| entry.name == *name);
                text.extend(entries.map(|entry| cost_paths(file, source.as_deref(), entry)));
            }
            None => {
                text.push_str(&cost_table(file, report, context.out.is_verbose()));
                if !report.unset.is_empty() {
                    let _ = writeln!(text, "  of any value: {} (give one with --tmpl)", report.unset.join(", "));
                }
            }
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

fn examine(path: &Path, options: &CostOptions) -> Result<Subject, Failure> {
    let file = path.display().to_string();
    let is_program = path.extension().is_some_and(|extension| extension == "tok");
    let source = if is_program { None } else { Some(read_source(path)?) };
    let report = match &source {
        Some(source) => pnp_teal::cost(source, options),
        None => pnp_teal::cost_of_program(&read(path)?),
    };
    let report = report.map_err(|error| match error {
        CostError::Assembly(problems) => Failure::new("teal", format!("{file} does not assemble"))
            .because(problems.first().map(ToString::to_string).unwrap_or_default())
            .hint(format!("`pnp-contract compile {file}` shows every problem in its line")),
        CostError::TooManyWays => Failure::new("too_many_ways", format!("{file}: {error}"))
            .because("subroutines that call each other multiply the ways through a program")
            .hint("measure it instead: run it in a scenario, or simulate the call"),
        CostError::Template(error) => not_filled_in(&file, &error, &[]),
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
    let mut after = HEADER.to_owned();
    after.extend(subjects.iter().map(|subject| cost_snapshot(&subject.file, &subject.report)));
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
