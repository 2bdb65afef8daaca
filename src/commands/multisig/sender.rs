//! The many signers a command may send for, and the bundle it writes for them.

use super::validity::{LONGEST, Validity};
use super::{bundle_file, named};
use crate::context::Context;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::output::Answer;
use crate::terminal::values;
use pnp_client::SuggestedParams;
use pnp_ops::{Many, MultisigSigners, Unsigned};
use pnp_types::{
    Address, Bundle, Digest, MultisigAccount, Round, Signature, SignedTransaction, Transaction, assign_group,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// What every command that sends takes beside its own arguments.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Many signers")]
pub(crate) struct SenderArgs {
    /// Send nothing: write a bundle for the signers of this multisignature, by its name or its file
    #[arg(long, value_name = "NAME|FILE")]
    multisig: Option<String>,
    /// The account they sign for, where that was rekeyed to the multisignature [default: the multisignature's own]
    #[arg(long, value_name = "ADDRESS", requires = "multisig", value_parser = values::address)]
    sender: Option<Address>,
    /// Where the bundle goes, never over another file [default: ACTION-ID.msig]
    #[arg(long, value_name = "FILE", requires = "multisig")]
    out: Option<PathBuf>,
    /// How many rounds the signers have, at most 1000
    #[arg(long, value_name = "ROUNDS", requires = "multisig", default_value_t = LONGEST, hide_default_value = true,
          value_parser = clap::value_parser!(u64).range(1..=LONGEST))]
    validity: u64,
    /// The first round it may be sent in, to gather signatures before that [default: now]
    #[arg(long, value_name = "ROUND", requires = "multisig", value_parser = values::whole)]
    first_valid: Option<Round>,
}

/// A bundle that was written, for its signers.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Bundle")]
pub(crate) struct Written {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// Where the bundle is.
    bundle: String,
    /// What it does, in one word.
    action: String,
    /// What it does, in one sentence.
    effect: String,
    /// The account it is for.
    sender: String,
    /// The multisignature's name.
    name: String,
    /// The multisignature's address.
    multisig: String,
    /// How many have to sign.
    threshold: u8,
    /// Who may sign.
    signers: Vec<String>,
    /// The transactions, in their group's order.
    txids: Vec<String>,
    /// The group's id, base64; absent for a transaction alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// The network's fees, in microAlgos.
    fee: u64,
    /// When it can be sent.
    validity: Validity,
}

impl SenderArgs {
    /// Whether a bundle is asked for.
    pub(crate) const fn is_many(&self) -> bool {
        self.multisig.is_some()
    }

    /// The multisignature that is asked to sign, if one is.
    pub(crate) fn signers(&self, context: &Context) -> Result<Option<MultisigSigners>, Failure> {
        let Some(asked) = self.multisig.as_deref() else { return Ok(None) };
        let named::Found { name, account: multisig, .. } = named::find(context, asked)?;
        Ok(Some(MultisigSigners { name, multisig, sender: self.sender }))
    }
}

impl Session<'_> {
    /// Writes the bundle of those who have to sign, and answers with it.
    pub(crate) async fn write_bundle(&self, args: &SenderArgs, unsigned: &Unsigned) -> Result<Answer, Failure> {
        let params = self.params().await?;
        let bundle = args.bundle(unsigned, &params)?;
        args.write(self, unsigned, &bundle, params.last_round)?.answer()
    }
}

impl SenderArgs {
    /// The transactions as the signers get them: with the validity they asked for, and fees for signatures of their size.
    fn bundle(&self, unsigned: &Unsigned, params: &SuggestedParams) -> Result<Bundle, Failure> {
        let multisig = &unsigned.sender.multisig;
        let mut transactions = unsigned.transactions.clone();
        let first_valid = self.first_valid.unwrap_or(params.last_round.max(1));
        if first_valid < params.last_round {
            return Err(Failure::usage(format!(
                "round {first_valid} is over: the network is in {}",
                params.last_round
            ))
            .hint("leave --first-valid away, or name a later round"));
        }
        for transaction in &mut transactions {
            let header = &mut transaction.header;
            header.first_valid = first_valid;
            // A transaction may be valid in one round more than the network's number says.
            header.last_valid = first_valid.saturating_add(self.validity);
            header.group = Digest::ZERO;
            let by_size = params.fee_per_byte.saturating_mul(signed_size(multisig, transaction));
            transaction.header.fee.0 = transaction.header.fee.0.max(by_size);
        }
        if transactions.len() > 1 {
            assign_group(&mut transactions).map_err(pnp_usage::OperationError::Group)?;
        }
        Bundle::new(multisig, &transactions)
            .map_err(|error| Failure::new("internal", "the bundle could not be made").because(error))
    }

    fn write(
        &self,
        session: &Session<'_>,
        unsigned: &Unsigned,
        bundle: &Bundle,
        now: Round,
    ) -> Result<Written, Failure> {
        let Unsigned { action, what, sender: Many { address, name, multisig }, .. } = unsigned;
        let path = self.out.clone().unwrap_or_else(|| bundle_file::default_path(action, bundle));
        bundle_file::make(&path, bundle)?;
        Ok(Written {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            bundle: path.display().to_string(),
            action: (*action).to_owned(),
            effect: what.clone(),
            sender: address.to_string(),
            name: name.clone(),
            multisig: multisig.address().to_string(),
            threshold: multisig.threshold(),
            signers: multisig.keys().map(|key| key.to_string()).collect(),
            txids: bundle.transactions().map(|transaction| transaction.id().to_string()).collect(),
            group: Some(bundle.group()).filter(|group| !group.is_zero()).map(|group| group.to_base64()),
            fee: bundle.fee().0,
            validity: Validity::of(bundle, Some(now)),
        })
    }
}

impl Written {
    /// What the command answers.
    fn answer(&self) -> Result<Answer, Failure> {
        let Self { bundle, effect, sender, multisig, name, threshold, signers, fee, validity, .. } = self;
        let rekeyed = if sender == multisig { String::new() } else { format!(", rekeyed to {name}") };
        let signers: Vec<_> = signers.iter().map(|signer| format!("          {signer}")).collect();
        let mut lines = vec![
            format!("bundle    {bundle}, not sent: {effect}"),
            format!("sender    {sender}{rekeyed}"),
            format!("signers   {threshold} of {} of {name} ({multisig})", signers.len()),
            signers.join("\n"),
            format!("fee       {}", pnp_types::MicroAlgos(*fee)),
            format!("valid     {}", validity.text()),
        ];
        lines.extend(self.txids.iter().map(|txid| format!("txid      {txid}")));
        lines.push(format!(
            "Next: each signer runs `pnp-contract multisig inspect {bundle}` and `multisig sign {bundle}` (or `goal clerk multisig \
             sign -t {bundle} -a ADDRESS`); then `multisig merge` the copies, and `multisig submit`."
        ));
        Answer::of(self, lines.join("\n"))
    }
}

/// Bytes of the transaction once enough have signed it.
fn signed_size(multisig: &MultisigAccount, transaction: &Transaction) -> u64 {
    let mut msig = multisig.blank().clone();
    let some = Signature([1; 64]);
    msig.subsigs.iter_mut().take(usize::from(msig.threshold)).for_each(|subsig| subsig.sig = some);
    let mut transaction = transaction.clone();
    transaction.header.group = Digest([1; 32]);
    let auth_addr = multisig.address();
    let signed = SignedTransaction { msig, auth_addr, ..transaction.into() };
    pnp_types::msgpack::encode(&signed).len() as u64
}
