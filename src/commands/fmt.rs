//! `fmt`: TEAL in its one layout.

use crate::failure::{Exit, Failure, is_disk_full};
use crate::session::context::Context;
use crate::terminal::input::read_text;
use crate::terminal::output::Answer;
use pnp_registry::rewrite_atomically;
use pnp_teal::{FormatError, assembles_alike};
use serde::Serialize;
use similar::{ChangeTag, TextDiff};
use std::fs;
use std::path::{Path, PathBuf};

/// Arguments of `fmt`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// TEAL sources, or folders of *.teal; - reads stdin and writes stdout
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write nothing: show what would change, and exit with 4 where something would
    #[arg(long)]
    check: bool,
}

/// What `fmt` did, or with `--check` would do.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct FmtReport {
    /// Whether nothing was written.
    check: bool,
    /// How many files are or would be changed.
    changed: usize,
    /// Every file, in order.
    files: Vec<FmtFile>,
}

/// One file.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct FmtFile {
    /// Its path; `-` for stdin.
    file: String,
    /// Whether its layout is or was another one.
    changed: bool,
    /// With `--check`, what would change, as a unified diff.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    /// The new text, for stdin.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// A source in both layouts.
struct Source {
    path: PathBuf,
    before: String,
    after: String,
}

impl Source {
    fn changed(&self) -> bool {
        self.before != self.after
    }

    fn is_stdin(&self) -> bool {
        is_stdin(&self.path)
    }
}

/// Lays out, and writes unless it is only to check; where one file cannot be laid out, none is written.
pub(crate) fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    if args.files.len() > 1 && args.files.iter().any(|path| is_stdin(path)) {
        return Err(
            Failure::usage("- cannot be combined with other files").hint("lay out stdin and files in two commands")
        );
    }
    let mut paths = Vec::new();
    for path in &args.files {
        if path.is_dir() {
            sources_below(path, &mut paths)?;
        } else {
            paths.push(path.clone());
        }
    }
    if paths.is_empty() {
        return Err(Failure::usage("there is no .teal file in the folder").hint("name a file, or another folder"));
    }
    let sources = paths.into_iter().map(lay_out).collect::<Result<Vec<_>, _>>()?;
    if args.check {
        return check(context, &sources);
    }
    if let [source] = sources.as_slice()
        && source.is_stdin()
        && !context.out.is_json()
    {
        return Ok(Answer::Raw(source.after.clone().into_bytes()));
    }
    for source in sources.iter().filter(|source| source.changed() && !source.is_stdin()) {
        replace(&source.path, source.after.as_bytes())?;
    }
    let report = report(&sources, false);
    let names = sources.iter().filter(|source| source.changed()).map(|source| format!("{}\n", source.path.display()));
    let text = format!("{}{}", names.collect::<String>(), summary(report.changed, sources.len(), "laid out"));
    Answer::of(&report, text)
}

/// `--check`: what would change, on stderr for people.
fn check(context: &Context, sources: &[Source]) -> Result<Answer, Failure> {
    let changed: Vec<&Source> = sources.iter().filter(|source| source.changed()).collect();
    if !context.out.is_json() {
        for source in &changed {
            context.out.say(&diff(source, context.out.has_colour()));
        }
    }
    let names: String = changed.iter().map(|source| format!("{}\n", source.path.display())).collect();
    let text = format!("{names}{}", summary(changed.len(), sources.len(), "would change"));
    let exit = if changed.is_empty() { Exit::Done } else { Exit::WouldChange };
    Ok(Answer::of(&report(sources, true), text)?.ending(exit))
}

fn report(sources: &[Source], check: bool) -> FmtReport {
    let files = sources.iter().map(|source| FmtFile {
        file: source.path.display().to_string(),
        changed: source.changed(),
        diff: (check && source.changed()).then(|| diff(source, false)),
        text: (!check && source.is_stdin()).then(|| source.after.clone()),
    });
    let changed = sources.iter().filter(|source| source.changed()).count();
    FmtReport { check, changed, files: files.collect() }
}

fn summary(changed: usize, all: usize, verb: &str) -> String {
    match (changed, all) {
        (0, 1) => "the layout is right".to_owned(),
        (0, all) => format!("the layout of all {all} files is right"),
        (changed, 1) => format!("{changed} file {verb}"),
        (changed, all) => format!("{changed} of {all} files {verb}"),
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// The `.teal` files in a folder and below, in order; hidden folders and links to folders are left out.
fn sources_below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unreadable = |error| {
        Failure::new("unreadable", format!("{} cannot be read", folder.display()))
            .because(error)
            .hint("check the folder's name and rights")
    };
    let mut entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if entry.file_type().map_err(unreadable)?.is_dir() {
            if !hidden {
                sources_below(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "teal") {
            found.push(path);
        }
    }
    Ok(())
}

fn lay_out(path: PathBuf) -> Result<Source, Failure> {
    let before = read_text(&path, "teal")?;
    let name = path.display();
    let after = pnp_teal::format(&before).map_err(|error| {
        let failure = Failure::new("teal", format!("{name}: {error}"));
        match error {
            FormatError::ByteOrderMark => failure
                .because("the assembler reads it as part of the first word")
                .hint("save the file as UTF-8 without a byte order mark"),
            FormatError::CarriageReturn { .. } => failure
                .because("lines end with a line feed, alone or behind one carriage return")
                .hint("save the file with line feeds"),
            _ => failure.because("no assembler reads such a line").hint("break the line into several"),
        }
    })?;
    if !assembles_alike(&before, &after) {
        return Err(Failure::new(
            "internal",
            format!("{name} would assemble to another program; it was left as it is"),
        )
        .hint("please report the file; nothing was written"));
    }
    Ok(Source { path, before, after })
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    rewrite_atomically(path, bytes).map_err(|error| {
        let code = if is_disk_full(&error) { "disk_full" } else { "unwritable" };
        Failure::new(code, format!("{} cannot be written", path.display()))
            .because(error)
            .hint("the file is as it was; check its rights, or use --check")
    })
}

/// A unified diff; where only line ends differ, it says so.
fn diff(source: &Source, colour: bool) -> String {
    let diff = TextDiff::from_lines(source.before.as_str(), source.after.as_str());
    let mut text = format!("--- {name}\n+++ {name} (laid out)\n", name = source.path.display());
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        text.push_str(&format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let (sign, paint) = match change.tag() {
                ChangeTag::Delete => ('-', "31"),
                ChangeTag::Insert => ('+', "32"),
                ChangeTag::Equal => (' ', "0"),
            };
            let line = change.value().trim_end_matches('\n').replace('\r', "\\r");
            match colour {
                true => text.push_str(&format!("\x1b[{paint}m{sign}{line}\x1b[0m\n")),
                false => text.push_str(&format!("{sign}{line}\n")),
            }
            if change.missing_newline() {
                text.push_str("\\ no line feed at the end\n");
            }
        }
    }
    text.trim_end_matches('\n').to_owned()
}
