//! `demo`: everything the contract does, on a temporary network.

use crate::commands::bill;
use crate::commands::deploy;
use crate::failure::{Failure, refusal};
use crate::session::Session;
use crate::session::context::Context;
use crate::terminal::output::{Answer, Output};
use pnp_ops::reports::demo::{Attack, DemoReport};
use std::time::Instant;

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Tells the story.
pub(crate) async fn run(context: &Context) -> Result<Answer, Failure> {
    let start = Instant::now();
    let folder = tempfile::tempdir().map_err(|error| {
        Failure::new("folder", "no temporary folder could be made")
            .because(error)
            .hint("check TMPDIR and the disk's space")
    })?;
    let options = crate::session::context::GlobalOptions { net: None, ..context.options.clone() };
    // The answer shows every step; what the steps print on the way is details.
    let quiet = Output::new(context.options.json, context.options.verbose == 0, context.options.verbose);
    let stage = Context { options, out: quiet, folder: folder.path().to_owned() };
    let session = Session::in_memory(&stage).await?;
    let outcome = session.demonstrate().await;
    let closed = session.close().await;
    let shown = outcome?;
    closed?;
    let report = DemoReport::new(shown, start.elapsed(), |refused| refusal(refused).message.clone());
    Answer::of(&report, summary(&report))
}

fn summary(DemoReport { contract, receipts, attacks, milliseconds }: &DemoReport) -> String {
    let mut lines = vec![
        "A throw-away Algorand network, inside this process.".to_owned(),
        String::new(),
        "Deployed".to_owned(),
        indented(&deploy::describe(contract, "a throw-away network")),
    ];
    for receipt in receipts {
        lines.extend([String::new(), format!("Billed in round {}", receipt.round), indented(&bill::describe(receipt))]);
    }
    lines.extend([String::new(), format!("Refused {} attacks", attacks.len())]);
    for Attack { name, refused } in attacks {
        lines.push(format!("  {name}\n    {refused}"));
    }
    lines.extend([
        String::new(),
        format!("All of it took {milliseconds} ms. Next: `pnp-contract deploy`, then `pnp-contract bill --units 1`."),
    ]);
    lines.join("\n")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
