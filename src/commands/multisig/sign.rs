//! `multisig sign`: one signer's signature, on the signer's own machine, with or without a network.

use super::{BundleArgs, inspect, network};
use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_keys::Account;
use pnp_ops::multisig::{SigningPlan, create_bundle_file, replace_bundle_file};
use pnp_ops::reports::bundle_words;
use pnp_ops::reports::multisig::SignReport;
use std::path::{Path, PathBuf};

/// Arguments of `multisig sign`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
    /// The account whose key signs [default: the only signer whose key is here]
    #[arg(long = "as", value_name = "NAME")]
    signer: Option<String>,
    /// Write the signed copy to this new file [default: the bundle's own file]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Ask no network
    #[arg(long)]
    offline: bool,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let file = &args.bundle.file;
    if args.out.is_none() && file.as_path() == Path::new("-") {
        return Err(Failure::usage("a bundle from stdin has no file to be signed in").hint("name one with --out"));
    }
    let named = args.bundle.read(context)?;
    let network = network(context, &named, args.offline).await?;
    let signer = args.signer.as_deref();
    let (plan, inspection) = SigningPlan::new(&context.settings(), &context.host(), &named, network, signer).await?;
    let validity = inspection.validity.clone();
    context.out.say(&inspect::text(&inspect::report(&named.name, inspection), context));
    confirm(context, &plan.account).await?;
    let signed = plan.sign().await?;
    match &args.out {
        Some(path) => create_bundle_file(path, &signed.bundle)?,
        None if signed.changed => replace_bundle_file(file, &signed.bundle)?,
        None => {}
    }
    let written = args.out.as_ref().unwrap_or(file).display().to_string();
    let report = SignReport::new(written, &plan, &signed, validity);
    Answer::of(&report, text(&report))
}

/// Asks whether what was shown is to be signed.
async fn confirm(context: &Context, account: &Account) -> Result<(), Failure> {
    let out = &context.out;
    if context.options.yes {
        return Ok(());
    }
    let refused = || Failure::new("not_confirmed", "nothing was signed: it was not confirmed");
    match out.ask(&format!("Sign this as {} ({})? Type y:", account.name, account.signer())).await {
        Some(answer) if answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes") => Ok(()),
        Some(_) => Err(refused().hint("type y, or pass --yes")),
        None => Err(refused()
            .because("there is no terminal to ask at")
            .hint("read it with `multisig inspect`, then pass --yes")),
    }
}

fn text(report: &SignReport) -> String {
    let SignReport { bundle: file, signer, name, changed, signatures, validity } = report;
    let done = if *changed { "signed" } else { "had signed already" };
    let mut lines = vec![
        format!("{done:<9} {file} as {name} ({signer})"),
        format!("now       {}", bundle_words::signatures(signatures)),
    ];
    lines.extend(bundle_words::signers(signatures).into_iter().map(|line| format!("  {line}")));
    lines.push(format!("valid     {}", bundle_words::validity(validity)));
    lines.push(match signatures.complete {
        true => format!("Next: `pnp-contract multisig submit {file}`"),
        false => format!("Next: send {file} to the next signer, or to whoever merges the copies"),
    });
    lines.join("\n")
}
