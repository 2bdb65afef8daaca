//! `compile`: TEAL to bytes.

use super::context::Context;
use super::failure::{Failure, is_disk_full};
use super::input::read_text;
use super::io::Answer;
use super::template::template_values;
use crate::registry::write_atomically;
use crate::teal::template::{TemplateError, substitute};
use crate::teal::{self, AssembleOptions, Assembled, Diagnostic, RenderOptions, render};
use crate::types::sha512_256;
use data_encoding::BASE64;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Arguments of `compile`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
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
    /// The value of a template variable: a number, 0x and hex, or text; may be repeated
    #[arg(long = "tmpl", short = 't', value_name = "NAME=VALUE")]
    templates: Vec<String>,
}

/// Assembles.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let name = args.source.display().to_string();
    let source = read_text(&args.source, "teal")?;
    let values = template_values(&args.templates)?;
    let text = substitute(&source, &values).map_err(|error| without_value(&name, &error))?;
    let assembled = teal::assemble(&text, AssembleOptions::default()).map_err(|problems| {
        if !context.out.is_json() {
            context.out.problems(&shown(context, &name, &text, &problems));
        }
        malformed(&name, &text, &problems)
    })?;
    if !assembled.warnings.is_empty() {
        context.out.say(&shown(context, &name, &text, &assembled.warnings));
    }
    answer(context, args, &assembled, &name)
}

/// Variables that were given no value.
fn without_value(name: &str, error: &TemplateError) -> Failure {
    let missing: Vec<Value> =
        error.missing.iter().map(|variable| json!({ "name": variable.name, "line": variable.line })).collect();
    let line = error.missing.first().map_or(0, |variable| variable.line);
    let options = error.missing.iter().map(|variable| format!("--tmpl {}=VALUE", variable.name));
    Failure::new("template", format!("{name}:{line}: {error}"))
        .because("a template variable stands for a value that is given when the program is assembled")
        .hint(format!("add {}", options.collect::<Vec<_>>().join(" ")))
        .with("missing", missing)
}

fn answer(context: &Context, args: &Args, assembled: &Assembled, name: &str) -> Result<Answer, Failure> {
    let bytes = &assembled.bytes;
    let mut document = json!({
        "source": name,
        "version": assembled.version,
        "size": bytes.len(),
        "sha512_256": hex::encode(sha512_256(bytes)),
        "address": assembled.program_hash(),
        "warnings": assembled.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    if args.hex {
        document["hex"] = Value::String(hex::encode(bytes));
        return Ok(Answer::report(document, hex::encode(bytes)));
    }
    let to_stdout = |path: &Path| path == Path::new("-");
    let default = if to_stdout(&args.source) { PathBuf::from("-") } else { with_suffix(&args.source, ".tok") };
    let output = args.output.clone().unwrap_or(default);
    if to_stdout(&output) {
        if args.sourcemap {
            return Err(Failure::usage("a source map needs a file beside the program").hint("name one with --output"));
        }
        if context.out.is_json() {
            document["base64"] = Value::String(BASE64.encode(bytes));
            return Ok(Answer::report(document, ""));
        }
        return Ok(Answer::Raw(bytes.clone()));
    }
    write(&output, bytes)?;
    let mut text = format!("{}  {} bytes, version {}", output.display(), bytes.len(), assembled.version);
    document["output"] = json!(output);
    if args.sourcemap {
        let path = with_suffix(&output, ".map");
        let map = assembled.source_map.to_source_map(name);
        let map = serde_json::to_vec(&map)
            .map_err(|error| Failure::new("internal", "the source map could not be written").because(error))?;
        write(&path, &map)?;
        text = format!("{text}\n{}", path.display());
        document["sourcemap"] = json!(path);
    }
    Ok(Answer::report(document, text))
}

/// How many problems there are, and all of them for programs; people have seen each under its line of source.
///
/// `source` is the text with the template's values in it, which is what the places are places in.
fn malformed(name: &str, source: &str, problems: &[Diagnostic]) -> Failure {
    let version = version_of(source);
    let line_of = |problem: &Diagnostic| {
        let index = usize::try_from(problem.line).ok().and_then(|line| line.checked_sub(1));
        index.and_then(|index| source.lines().nth(index)).unwrap_or_default().trim().to_owned()
    };
    let listed: Vec<Value> = problems
        .iter()
        .map(|problem| {
            json!({ "line": problem.line, "column": problem.column, "message": problem.problem.to_string(),
                    "source": line_of(problem), "hint": problem.hint(version) })
        })
        .collect();
    let count = match problems.len() {
        1 => "a problem".to_owned(),
        count => format!("{count} problems"),
    };
    Failure::new("teal", format!("{name} has {count}"))
        .hint("correct the source and assemble it again; no file was written")
        .with("problems", listed)
}

/// Diagnostics with their lines of source.
fn shown(context: &Context, name: &str, source: &str, found: &[Diagnostic]) -> String {
    let options = RenderOptions { version: version_of(source), color: context.out.has_colour() };
    render(found, source, name, options)
}

/// The version that hints are given for.
fn version_of(source: &str) -> u8 {
    let pragma = source.lines().find_map(|line| line.trim().strip_prefix("#pragma version "));
    pragma.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(teal::DEFAULT_VERSION)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_told_with_its_line() {
        let source = "#pragma version 11\nint x\nfoo\n";
        let problems = teal::assemble(source, AssembleOptions::default()).unwrap_err();
        let failure = malformed("a.teal", source, &problems);
        assert_eq!(failure.message, "a.teal has 2 problems");
        let listed = &failure.details["problems"];
        assert_eq!((listed[0]["line"].as_u64(), listed[1]["line"].as_u64()), (Some(2), Some(3)));
        assert_eq!(listed[1]["source"], "foo");
    }
}
