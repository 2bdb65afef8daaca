//! `multisig merge`: the signatures of several copies in one.

use super::decoded::fields;
use super::progress::Progress;
use super::validity::Validity;
use super::{bundle_file, fault};
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::output::Answer;
use pnp_types::{Bundle, BundleError, Transaction};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// Arguments of `multisig merge`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Copies of one bundle, each with some signatures
    #[arg(required = true, num_args = 1.., value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the merged bundle goes, never over another file
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
}

/// Copies of a bundle that became one.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MergeReport {
    /// The file with all signatures.
    bundle: String,
    /// The copies it was made of.
    copies: Vec<String>,
    /// Who has signed.
    signatures: Progress,
    /// When it can be sent.
    validity: Validity,
}

/// Does it; needs no network.
pub(super) fn run(_context: &Context, args: &Args) -> Result<Answer, Failure> {
    let mut merged: Option<(Bundle, &PathBuf)> = None;
    for file in &args.files {
        let copy = bundle_file::read(file, None)?;
        Progress::of(&copy).check(&file.display().to_string())?;
        merged = Some(match merged {
            None => (copy, file),
            Some((bundle, first)) => {
                let both = bundle.merge(&copy).map_err(|error| {
                    let failure = fault::unlike(first, file, &error);
                    match difference(&error, &bundle, &copy) {
                        Some(difference) => failure.because(difference),
                        None => failure,
                    }
                })?;
                (both, first)
            }
        });
    }
    let Some((bundle, _)) = merged else {
        return Err(Failure::usage("there is nothing to merge").hint("name the copies"));
    };
    bundle_file::make(&args.out, &bundle)?;
    let report = MergeReport {
        bundle: args.out.display().to_string(),
        copies: args.files.iter().map(|file| file.display().to_string()).collect(),
        signatures: Progress::of(&bundle),
        validity: Validity::of(&bundle, None),
    };
    Answer::of(&report, text(&report))
}

/// In which fields two copies of a transaction differ.
fn difference(error: &BundleError, first: &Bundle, second: &Bundle) -> Option<String> {
    let BundleError::Different { index, .. } = error else { return None };
    let shown = |bundle: &Bundle| -> Option<Vec<String>> {
        let transaction: &Transaction = bundle.transactions().nth(*index)?;
        Some(fields(transaction).iter().map(|field| format!("{} {}", field.name, field.value)).collect())
    };
    let (first, second) = (shown(first)?, shown(second)?);
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|field| !those.contains(field)).cloned().collect()
    };
    let (left, right) = (only(&first, &second).join(", "), only(&second, &first).join(", "));
    let or_nothing = |text: String| if text.is_empty() { "nothing of that".to_owned() } else { text };
    Some(format!("the first has {}; the second has {}", or_nothing(left), or_nothing(right)))
}

fn text(report: &MergeReport) -> String {
    let MergeReport { bundle, copies, signatures, validity } = report;
    let mut lines =
        vec![format!("merged    {} into {bundle}", copies.join(", ")), format!("now       {}", signatures.headline())];
    lines.extend(signatures.lines().into_iter().map(|line| format!("  {line}")));
    lines.push(format!("valid     {}", validity.text()));
    lines.push(match signatures.complete {
        true => format!("Next: `pnp-contract multisig submit {bundle}`, or `goal clerk rawsend -f {bundle}`"),
        false => "Next: have those who are missing sign it".to_owned(),
    });
    lines.join("\n")
}
