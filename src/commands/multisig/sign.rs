//! `multisig sign`: one signer's signature, on the signer's own machine, with or without a network.

use super::at_hand::KeysAtHand;
use super::inspection::Inspection;
use super::progress::Progress;
use super::reach::Reach;
use super::validity::Validity;
use super::{BundleArgs, bundle_file, inspect};
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::output::Answer;
use pnp_keys::Account;
use pnp_types::{Bundle, SignedTransaction};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Arguments of `multisig sign`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
    /// Whose key signs; the one here that is among the signers if not given
    #[arg(long = "as", value_name = "NAME")]
    signer: Option<String>,
    /// Write the signed copy to another file, never over one [default: the bundle's own]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Look at no network
    #[arg(long)]
    offline: bool,
}

/// A bundle that was signed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SignReport {
    /// The file with the signature.
    bundle: String,
    /// Whose key signed.
    signer: String,
    /// Its name here.
    name: String,
    /// Whether it had not signed before.
    changed: bool,
    /// Who has signed.
    signatures: Progress,
    /// When it can be sent.
    validity: Validity,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let account = args.bundle.account(context)?;
    let file = &args.bundle.file;
    if args.out.is_none() && file.as_path() == Path::new("-") {
        return Err(Failure::usage("a bundle from stdin has no file to be signed in").hint("name one with --out"));
    }
    let bundle = bundle_file::read(file, account.as_ref())?;
    let reach = Reach::of(context, &bundle, args.offline).await?;
    let signed = signed(context, args, &bundle, &reach).await;
    let closed = reach.close().await;
    let answer = signed?;
    closed?;
    Ok(answer)
}

async fn signed(context: &Context, args: &Args, bundle: &Bundle, reach: &Reach<'_>) -> Result<Answer, Failure> {
    let file = args.bundle.file.display().to_string();
    let inspection = Inspection::of(&file, bundle, reach).await?;
    inspection.validity.check()?;
    inspection.signatures.check(&file)?;
    let keys = KeysAtHand::new(context)?;
    let ring = reach.session().map_or_else(|| keys.ring(), |session| session.keys());
    let account = match &args.signer {
        Some(name) => ring.get(name).await?,
        None => only(keys.signers(&ring, bundle.account()).await?, bundle, &inspection.signatures)?,
    };
    let signer = account.signer();
    if !bundle.account().keys().any(|key| key == signer) {
        return Err(not_among(&account, &inspection.signatures));
    }
    confirm(context, &inspection, &account).await?;
    let merged = bundle
        .merge(&signature(bundle, &account).await?)
        .map_err(|error| Failure::new("bundle", "the signature does not fit the ones that are there").because(error))?;
    let changed = merged != *bundle;
    let path = args.out.as_ref().unwrap_or(&args.bundle.file);
    match &args.out {
        Some(path) => bundle_file::make(path, &merged)?,
        None if changed => bundle_file::replace(path, &merged)?,
        None => {}
    }
    let report = SignReport {
        bundle: path.display().to_string(),
        signer: signer.to_string(),
        name: account.name.clone(),
        changed,
        signatures: Progress::of(&merged),
        validity: inspection.validity,
    };
    Answer::of(&report, text(&report))
}

/// The one key here that is among the signers; of several, one that has not signed yet.
fn only(mut found: Vec<Account>, bundle: &Bundle, signatures: &Progress) -> Result<Account, Failure> {
    if found.len() > 1 {
        let blank: Vec<_> = bundle.signers(|_, _, _| true).into_iter().filter(|one| one.signed == 0).collect();
        found.retain(|account| blank.iter().any(|one| one.address == account.signer()));
    }
    match found.len() {
        1 => found.pop().ok_or_else(|| nobody(signatures)),
        0 => Err(nobody(signatures)),
        _ => {
            let names: Vec<_> = found.iter().map(|account| account.name.as_str()).collect();
            Err(Failure::usage(format!("several signers' keys are here: {}", names.join(", ")))
                .because("who signs is not guessed")
                .hint(format!("name one, for example --as {}", names.first().copied().unwrap_or_default())))
        }
    }
}

fn nobody(signatures: &Progress) -> Failure {
    Failure::new("no_key", "no key of a signer who has not signed yet is here")
        .because(format!("the signers are {}", signatures.signers.iter().map(|one| one.address.as_str()).collect::<Vec<_>>().join(", ")))
        .hint("name the account with --as; its key comes from the keystore, NAME_MNEMONIC in the environment or .env, or .pnp/")
}

fn not_among(account: &Account, signatures: &Progress) -> Failure {
    Failure::new("not_a_signer", format!("the key of {} is not among the signers", account.name))
        .because(format!(
            "{} is not one of the {} keys of {}",
            account.signer(),
            signatures.signers.len(),
            signatures.multisig
        ))
        .hint("sign with a key that is; `pnp-contract multisig inspect` lists them")
        .with("signer", account.signer().to_string())
}

/// Shows what is signed, and asks.
async fn confirm(context: &Context, inspection: &Inspection, account: &Account) -> Result<(), Failure> {
    let out = &context.out;
    out.say(&inspect::text(context, inspection));
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

async fn signature(bundle: &Bundle, account: &Account) -> Result<Bundle, Failure> {
    let mut signed: Vec<SignedTransaction> = Vec::with_capacity(bundle.signed().len());
    for transaction in bundle.transactions() {
        signed.push(account.sign_multisig(bundle.account(), transaction).await?);
    }
    Bundle::of(signed).map_err(|error| Failure::new("internal", "the signature could not be made").because(error))
}

fn text(report: &SignReport) -> String {
    let SignReport { bundle, signer, name, changed, signatures, validity } = report;
    let done = if *changed { "signed" } else { "had signed already" };
    let mut lines =
        vec![format!("{done:<9} {bundle} as {name} ({signer})"), format!("now       {}", signatures.headline())];
    lines.extend(signatures.lines().into_iter().map(|line| format!("  {line}")));
    lines.push(format!("valid     {}", validity.text()));
    lines.push(match signatures.complete {
        true => format!("Next: `pnp-contract multisig submit {bundle}`"),
        false => format!("Next: send {bundle} to the next signer, or to whoever merges the copies"),
    });
    lines.join("\n")
}
