//! What is wrong with a TEAL source, for people, and SARIF files.

use crate::failure::Failure;
use crate::terminal::output::Output;
use pnp_registry::write_atomically;
use pnp_teal::document::sarif::{Author, Log};
use pnp_teal::{Diagnostic, RenderOptions, render, unreleased_version};
use std::path::Path;

/// This program, as the author of SARIF files.
pub(crate) const AUTHOR: Author = Author { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

/// Diagnostics with their lines of source.
pub(crate) fn shown(out: &Output, name: &str, source: &str, found: &[Diagnostic]) -> String {
    render(found, source, name, RenderOptions { color: out.has_colour() })
}

/// Warns where no public network runs programs of this version.
pub(crate) fn warn_of_unreleased(out: &Output, name: &str, source: &str, version: u8) {
    if let Some(warning) = unreleased_version(source, version) {
        out.say(&shown(out, name, source, &[warning]));
    }
}

/// The same without repetition: what is wrong in a macro is wrong wherever it is used, and is reported once, at its place.
pub(crate) fn each_once(found: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut once: Vec<Diagnostic> = Vec::with_capacity(found.len());
    for diagnostic in found {
        if !once.contains(diagnostic) {
            once.push(diagnostic.clone());
        }
    }
    once
}

/// Writes a SARIF file; for `-` it gives the text, which is to go to stdout instead of any other.
pub(crate) fn write_sarif(log: &Log, out: &Output, path: &Path) -> Result<Option<String>, Failure> {
    let log = serde_json::to_string_pretty(log)
        .map_err(|error| Failure::new("internal", "the findings could not be written").because(error))?;
    if path == Path::new("-") {
        let clash = "stdout cannot carry both --json and --sarif -";
        return match out.is_json() {
            true => Err(Failure::usage(clash).hint("name a file for --sarif")),
            false => Ok(Some(log)),
        };
    }
    write_atomically(path, log.as_bytes(), 0o644)
        .map_err(|error| Failure::new("unwritable", format!("{} cannot be written", path.display())).because(error))?;
    Ok(None)
}
