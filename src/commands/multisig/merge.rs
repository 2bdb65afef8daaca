//! `multisig merge`: the signatures of several copies in one.

use super::read_copies;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_ops::multisig::{create_bundle_file, merge};
use pnp_ops::reports::bundle_words;
use pnp_ops::reports::multisig::MergeReport;
use std::path::PathBuf;

/// Arguments of `multisig merge`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Copies of one bundle, each with some signatures
    #[arg(required = true, num_args = 1.., value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The new file for the merged bundle
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
}

/// Does it; asks no network.
pub(super) fn run(_context: &Context, args: &Args) -> Result<Answer, Failure> {
    let copies = read_copies(&args.files)?;
    let merged = merge(&copies)?;
    create_bundle_file(&args.out, &merged)?;
    let report = MergeReport::new(args.out.display().to_string(), copies, &merged);
    Answer::of(&report, text(&report))
}

fn text(report: &MergeReport) -> String {
    let MergeReport { bundle: file, copies, signatures, validity } = report;
    let mut lines = vec![
        format!("merged    {} into {file}", copies.join(", ")),
        format!("now       {}", bundle_words::signatures(signatures)),
    ];
    lines.extend(bundle_words::signers(signatures).into_iter().map(|line| format!("  {line}")));
    lines.push(format!("valid     {}", bundle_words::validity(validity)));
    lines.push(match signatures.complete {
        true => format!("Next: `pnp-contract multisig submit {file}`, or `goal clerk rawsend -f {file}`"),
        false => "Next: have those who are missing sign it".to_owned(),
    });
    lines.join("\n")
}
