//! The options for several signers, and the bundle that a command writes for them.

use crate::failure::Failure;
use crate::session::Session;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use crate::terminal::values;
use pnp_ops::multisig::{
    BundleRounds, LONGEST_VALIDITY, RecordedMultisig, create_bundle_file, default_file_name, find_multisig,
};
use pnp_ops::reports::bundle_words;
use pnp_ops::reports::multisig::Written;
use pnp_ops::{MultisigSigners, Outcome, Unsigned};
use pnp_types::{Address, Round};
use std::path::PathBuf;

/// Options of every command that sends.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Many signers")]
pub(crate) struct SenderArgs {
    /// Send nothing: write a bundle for the signers of this multisignature (a name or a file)
    #[arg(long, value_name = "NAME|FILE")]
    multisig: Option<String>,
    /// The account they sign for, where that was rekeyed to the multisignature [default: the multisignature's own]
    #[arg(long, value_name = "ADDRESS", requires = "multisig", value_parser = values::address)]
    sender: Option<Address>,
    /// The new file for the bundle [default: ACTION-ID.msig]
    #[arg(long, value_name = "FILE", requires = "multisig")]
    out: Option<PathBuf>,
    /// How many rounds the signers have, at most 1000
    #[arg(long, value_name = "ROUNDS", requires = "multisig", default_value_t = LONGEST_VALIDITY, hide_default_value = true,
          value_parser = clap::value_parser!(u64).range(1..=LONGEST_VALIDITY))]
    validity: u64,
    /// The first round it may be sent in, where signatures are gathered before [default: now]
    #[arg(long, value_name = "ROUND", requires = "multisig", value_parser = values::id::<Round>)]
    first_valid: Option<Round>,
}

impl SenderArgs {
    /// Whether a bundle is asked for.
    pub(crate) const fn is_many(&self) -> bool {
        self.multisig.is_some()
    }

    /// The multisignature that is asked to sign, if one is.
    pub(crate) fn signers(&self, context: &Context) -> Result<Option<MultisigSigners>, Failure> {
        let Some(asked) = self.multisig.as_deref() else { return Ok(None) };
        let RecordedMultisig { name, account: multisig, .. } = find_multisig(&context.folder, asked)?;
        Ok(Some(MultisigSigners { name, multisig, sender: self.sender }))
    }
}

impl Session<'_> {
    /// Answers with what was done; where several have to sign, with the bundle that is written for them.
    pub(crate) async fn conclude<T>(
        &self,
        args: &SenderArgs,
        outcome: Outcome<T>,
        answer: impl FnOnce(T) -> Result<Answer, Failure>,
    ) -> Result<Answer, Failure> {
        match outcome {
            Outcome::Done(done) => answer(done),
            Outcome::Unsigned(unsigned) => self.write_bundle(args, &unsigned).await,
        }
    }

    /// Writes the bundle of those who have to sign, and answers with it.
    async fn write_bundle(&self, args: &SenderArgs, unsigned: &Unsigned) -> Result<Answer, Failure> {
        let rounds = BundleRounds { first_valid: args.first_valid, validity: args.validity };
        let prepared = self.prepare_bundle(unsigned, rounds).await?;
        let path = args.out.clone().unwrap_or_else(|| default_file_name(unsigned.action, &prepared.bundle));
        create_bundle_file(&path, &prepared.bundle)?;
        written(&Written::new(self, path.display().to_string(), unsigned, prepared))
    }
}

/// What the command answers.
fn written(report: &Written) -> Result<Answer, Failure> {
    let Written { bundle: file, effect, sender, multisig, name, threshold, signers, fee, validity, .. } = report;
    let rekeyed = if sender == multisig { String::new() } else { format!(", rekeyed to {name}") };
    let signers: Vec<_> = signers.iter().map(|signer| format!("          {signer}")).collect();
    let mut lines = vec![
        format!("bundle    {file}, not sent: {effect}"),
        format!("sender    {sender}{rekeyed}"),
        format!("signers   {threshold} of {} of {name} ({multisig})", signers.len()),
        signers.join("\n"),
        format!("fee       {}", pnp_types::MicroAlgos(*fee)),
        format!("valid     {}", bundle_words::validity(validity)),
    ];
    lines.extend(report.txids.iter().map(|txid| format!("txid      {txid}")));
    lines.push(format!(
        "Next: each signer runs `pnp-contract multisig inspect {file}` and `multisig sign {file}` (or `goal clerk multisig \
         sign -t {file} -a ADDRESS`); then `multisig merge` the copies, and `multisig submit`."
    ));
    Answer::of(report, lines.join("\n"))
}
