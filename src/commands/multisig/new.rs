//! `multisig new` and `multisig info`: which keys make which address, recorded for all signers.

use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_ops::multisig::{MultisigRequest, all_multisigs, find_multisig, record_multisig};
use pnp_ops::reports::multisig::{InfoReport, Multisig, NewReport};

/// Arguments of `multisig new`.
#[derive(Debug, clap::Args)]
pub(super) struct NewArgs {
    /// The signers, in the order that makes the address: addresses, or names of accounts whose keys are here
    #[arg(required = true, num_args = 1.., value_name = "ADDRESS|NAME")]
    signers: Vec<String>,
    /// How many of them have to sign
    #[arg(long, short, value_parser = threshold)]
    threshold: u8,
    /// Its name here [default: the start of its address]
    #[arg(long, short)]
    name: Option<String>,
}

/// Arguments of `multisig info`.
#[derive(Debug, clap::Args)]
pub(super) struct InfoArgs {
    /// Its name, address or file; all recorded ones if not given
    multisig: Option<String>,
}

/// How many have to sign: at least one, and no more than there can be keys.
fn threshold(text: &str) -> Result<u8, String> {
    match crate::terminal::values::whole(text)? {
        0 => Err("at least one has to sign".to_owned()),
        number => u8::try_from(number).map_err(|_| "a multisignature has at most 255 signers".to_owned()),
    }
}

/// Records one; asks no network.
pub(super) async fn new(context: &Context, args: &NewArgs) -> Result<Answer, Failure> {
    let request = MultisigRequest { signers: args.signers.clone(), threshold: args.threshold, name: args.name.clone() };
    let (recorded, made) = record_multisig(&context.settings(), &context.host(), &request).await?;
    let report = NewReport { multisig: Multisig::new(&context.settings(), &recorded), made };
    let mut text = lines(&report.multisig);
    if args.threshold == 1 {
        text.push("note      one signature is enough: each signer alone can do everything".to_owned());
    }
    text.push(format!(
        "Next: commit {} so that every signer has it; send Algos to the address, then use it with --multisig {}.",
        report.multisig.file, recorded.name
    ));
    Answer::of(&report, text.join("\n"))
}

/// Shows what is recorded; asks no network.
pub(super) fn info(context: &Context, args: &InfoArgs) -> Result<Answer, Failure> {
    let found = match &args.multisig {
        Some(asked) => vec![find_multisig(&context.folder, asked)?],
        None => all_multisigs(&context.folder)?,
    };
    let settings = context.settings();
    let multisigs: Vec<_> = found.iter().map(|found| Multisig::new(&settings, found)).collect();
    let text = match multisigs.is_empty() {
        true => "no multisignature is recorded: `pnp-contract multisig new` makes one".to_owned(),
        false => multisigs.iter().map(|multisig| lines(multisig).join("\n")).collect::<Vec<_>>().join("\n\n"),
    };
    Answer::of(&InfoReport { multisigs }, text)
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
