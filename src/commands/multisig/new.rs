//! `multisig new` and `multisig info`: which keys make which address, written down for everybody.

use super::at_hand::KeysAtHand;
use super::named::{self, Found};
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::output::Answer;
use pnp_registry::Multisigs;
use pnp_types::{Address, MultisigAccount, MultisigError};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::Path;

/// Arguments of `multisig new`.
#[derive(Debug, clap::Args)]
pub(super) struct NewArgs {
    /// The signers, in the order that makes the address: addresses, or names of accounts whose keys are here
    #[arg(required = true, num_args = 1.., value_name = "ADDRESS|NAME")]
    signers: Vec<String>,
    /// How many of them have to sign
    #[arg(long, short, value_parser = threshold)]
    threshold: u8,
    /// What it is called here [default: the start of its address]
    #[arg(long, short)]
    name: Option<String>,
}

/// Arguments of `multisig info`.
#[derive(Debug, clap::Args)]
pub(super) struct InfoArgs {
    /// Its name, address or file; all that are recorded if not given
    multisig: Option<String>,
}

/// A multisignature.
#[derive(Debug, Serialize, JsonSchema)]
struct Multisig {
    /// What it is called here.
    name: String,
    /// Its address.
    address: String,
    /// How many have to sign.
    threshold: u8,
    /// Who may sign, in the order that makes the address.
    signers: Vec<String>,
    /// Where it is written down.
    file: String,
}

/// A multisignature that was written down.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct NewReport {
    #[serde(flatten)]
    multisig: Multisig,
    /// Whether it was not recorded before.
    made: bool,
}

/// The multisignatures that are written down.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct InfoReport {
    /// In the order of their names.
    multisigs: Vec<Multisig>,
}

/// How many have to sign: at least one, and no more than there can be keys.
fn threshold(text: &str) -> Result<u8, String> {
    match crate::terminal::values::whole(text)? {
        0 => Err("at least one has to sign".to_owned()),
        number => u8::try_from(number).map_err(|_| "a multisignature has at most 255 signers".to_owned()),
    }
}

/// Writes one down; needs no network.
pub(super) async fn new(context: &Context, args: &NewArgs) -> Result<Answer, Failure> {
    let keys = KeysAtHand::new(context)?;
    let mut signers = Vec::with_capacity(args.signers.len());
    for signer in &args.signers {
        signers.push(keys.address(signer).await?);
    }
    if let Some((index, twice)) =
        signers.iter().enumerate().find(|(index, one)| signers.iter().take(*index).any(|other| other == *one))
    {
        return Err(Failure::usage(format!("{twice} is there twice, as number {} too", index.saturating_add(1)))
            .because("one person's key would count as two signers")
            .hint("name each signer once"));
    }
    let account = MultisigAccount::new(args.threshold, &signers).map_err(|error| {
        let failure = Failure::usage(error);
        match error {
            MultisigError::TooManyKeys(_) => failure.hint("name fewer signers"),
            _ => failure.hint("--threshold is from 1 to the number of signers"),
        }
    })?;
    let name = args.name.clone().unwrap_or_else(|| short_name(account.address()));
    if !pnp_keys::is_name(&name) {
        return Err(pnp_keys::KeyError::Name(name).into());
    }
    let kept = Multisigs::new(&context.folder);
    let made = kept.add(&name, &account)?;
    let path = kept.path(&name);
    let report = NewReport { multisig: described(context, &name, &account, &path), made };
    let mut text = lines(&report.multisig);
    if args.threshold == 1 {
        text.push("note      one signature is enough: each signer alone can do everything".to_owned());
    }
    text.push(format!(
        "Next: commit {} so that every signer has it; send Algos to the address, then use it with --multisig {name}.",
        report.multisig.file
    ));
    Answer::of(&report, text.join("\n"))
}

/// Shows what is recorded; needs no network.
pub(super) fn info(context: &Context, args: &InfoArgs) -> Result<Answer, Failure> {
    let found = match &args.multisig {
        Some(asked) => vec![named::find(context, asked)?],
        None => {
            let kept = Multisigs::new(&context.folder);
            let all = kept.all()?.into_iter();
            all.map(|one| Found { path: kept.path(&one.name), name: one.name, account: one.account }).collect()
        }
    };
    let multisigs: Vec<_> =
        found.iter().map(|found| described(context, &found.name, &found.account, &found.path)).collect();
    let text = match multisigs.is_empty() {
        true => "no multisignature is recorded: `pnp-contract multisig new` makes one".to_owned(),
        false => multisigs.iter().map(|multisig| lines(multisig).join("\n")).collect::<Vec<_>>().join("\n\n"),
    };
    Answer::of(&InfoReport { multisigs }, text)
}

fn described(context: &Context, name: &str, account: &MultisigAccount, path: &Path) -> Multisig {
    Multisig {
        name: name.to_owned(),
        address: account.address().to_string(),
        threshold: account.threshold(),
        signers: account.keys().map(|key| key.to_string()).collect(),
        file: context.shown(path),
    }
}

fn lines(multisig: &Multisig) -> Vec<String> {
    let Multisig { name, address, threshold, signers, file } = multisig;
    let mut lines = vec![
        format!("multisig  {name}"),
        format!("address   {address}"),
        format!("signers   {threshold} of {} must sign", signers.len()),
    ];
    lines.extend(signers.iter().zip(1_usize..).map(|(signer, number)| format!("  {number:<7} {signer}")));
    lines.push(format!("file      {file}"));
    lines
}

fn short_name(address: Address) -> String {
    address.to_string().chars().take(8).collect::<String>().to_ascii_lowercase()
}
