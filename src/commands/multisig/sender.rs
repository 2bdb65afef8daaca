//! Who a command sends for: one key, which signs and sends at once, or many, for whom it writes a bundle.

use super::validity::{LONGEST, Validity};
use super::{bundle_file, named};
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::output::Answer;
use crate::terminal::values;
use pnp_client::SuggestedParams;
use pnp_keys::Account;
use pnp_ops::Sent;
use pnp_types::{Address, Bundle, Digest, MultisigAccount, Round, Signature, SignedTransaction, Transaction, group};
use pnp_usage::Programs;
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

/// Whose transactions a command makes, and who signs them.
#[derive(Debug, Clone)]
pub(crate) enum Sender {
    /// One key, here.
    One(Account),
    /// Keys elsewhere.
    Many(Many),
}

/// An account that many sign for, and how they get to it.
#[derive(Debug, Clone)]
pub(crate) struct Many {
    /// The account: the multisignature's own, or one rekeyed to it.
    address: Address,
    multisig: MultisigAccount,
    name: String,
    args: SenderArgs,
}

/// What came of what a command set out to do.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is done.
    Sent(Sent),
    /// It waits for its signers; what the command answers, and nothing else is to be done.
    Written(Box<Written>),
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
}

impl Sender {
    /// Whose transactions.
    pub(crate) fn address(&self) -> Address {
        match self {
            Self::One(account) => account.address,
            Self::Many(many) => many.address,
        }
    }

    /// The key that signs here, if there is one.
    pub(crate) const fn account(&self) -> Option<&Account> {
        match self {
            Self::One(account) => Some(account),
            Self::Many(_) => None,
        }
    }
}

impl Session<'_> {
    /// Who sends: the account `name`, made and funded where a development network lacks it, or the signers asked for.
    pub(crate) async fn sender(&self, args: &SenderArgs, name: &str) -> Result<Sender, Failure> {
        match &args.multisig {
            None => Ok(Sender::One(self.account(name).await?)),
            Some(_) => self.many(args, args.sender).await.map(Sender::Many),
        }
    }

    /// As [`Session::sender`], but never makes an account.
    pub(crate) async fn existing_sender(&self, args: &SenderArgs, name: &str) -> Result<Sender, Failure> {
        match &args.multisig {
            None => Ok(Sender::One(self.keys().get(name).await?)),
            Some(_) => self.many(args, args.sender).await.map(Sender::Many),
        }
    }

    /// The signers asked for, who speak for `address`: an application's creator, for example.
    pub(crate) async fn sender_for(&self, args: &SenderArgs, address: Address) -> Result<Sender, Failure> {
        match args.sender {
            Some(other) if other != address => {
                Err(Failure::usage(format!("--sender is {other}, but this is for {address} to do"))
                    .hint("leave --sender away"))
            }
            _ => self.many(args, Some(address)).await.map(Sender::Many),
        }
    }

    async fn many(&self, args: &SenderArgs, address: Option<Address>) -> Result<Many, Failure> {
        let asked = args.multisig.as_deref().unwrap_or_default();
        let named::Found { name, account: multisig, .. } = named::find(self.context, asked)?;
        let address = address.unwrap_or_else(|| multisig.address());
        let signer = self.algod.account(address).await?.signer();
        if signer != multisig.address() {
            let own = if signer == address { "its own key".to_owned() } else { signer.to_string() };
            return Err(Failure::new("wrong_signer", format!("{address} is not for {name} to sign"))
                .because(format!("{own} signs for it now, and {name} is {}", multisig.address()))
                .hint("name the multisignature that signs for the account, or rekey the account to it first with `pnp-contract account rekey`")
                .with("sender", address.to_string())
                .with("signer", signer.to_string()));
        }
        Ok(Many { address, multisig, name, args: args.clone() })
    }

    /// Does what a command set out to do: confirms, signs, sends and waits; or writes the bundle of those who have to sign.
    ///
    /// `action` is one word for the file's name, `what` a sentence for people.
    pub(crate) async fn carry_out(
        &self,
        action: &str,
        what: &str,
        sender: &Sender,
        transactions: &[Transaction],
        programs: Option<&Programs>,
    ) -> Result<Outcome, Failure> {
        match sender {
            Sender::One(account) => Ok(Outcome::Sent(self.send(what, account, transactions, programs).await?)),
            Sender::Many(many) => {
                let written = self.write_bundle(action, what, many, transactions).await?;
                Ok(Outcome::Written(Box::new(written)))
            }
        }
    }

    /// Writes the bundle of those who have to sign.
    pub(crate) async fn write_bundle(
        &self,
        action: &str,
        what: &str,
        many: &Many,
        transactions: &[Transaction],
    ) -> Result<Written, Failure> {
        let params = self.params().await?;
        let bundle = many.bundle(transactions, &params)?;
        many.write(self, action, what, &bundle, params.last_round)
    }
}

impl Many {
    /// Whose transactions they sign.
    pub(crate) const fn address(&self) -> Address {
        self.address
    }

    /// The transactions as the signers get them: with the validity they asked for, and fees for signatures of their size.
    fn bundle(&self, transactions: &[Transaction], params: &SuggestedParams) -> Result<Bundle, Failure> {
        let mut transactions = transactions.to_vec();
        let first_valid = self.args.first_valid.unwrap_or(params.last_round.max(1));
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
            header.last_valid = first_valid.saturating_add(self.args.validity);
            header.group = Digest::ZERO;
            let by_size = params.fee_per_byte.saturating_mul(self.signed_size(transaction));
            transaction.header.fee.0 = transaction.header.fee.0.max(by_size);
        }
        if transactions.len() > 1 {
            group::assign_group(&mut transactions).map_err(pnp_usage::OperationError::Group)?;
        }
        Bundle::new(&self.multisig, &transactions)
            .map_err(|error| Failure::new("internal", "the bundle could not be made").because(error))
    }

    /// Bytes of the transaction once enough have signed it.
    fn signed_size(&self, transaction: &Transaction) -> u64 {
        let mut msig = self.multisig.blank().clone();
        let some = Signature([1; 64]);
        msig.subsigs.iter_mut().take(usize::from(msig.threshold)).for_each(|subsig| subsig.sig = some);
        let mut transaction = transaction.clone();
        transaction.header.group = Digest([1; 32]);
        let auth_addr = self.multisig.address();
        let signed = SignedTransaction { msig, auth_addr, ..transaction.into() };
        pnp_types::msgpack::encode(&signed).len() as u64
    }

    fn write(
        &self,
        session: &Session<'_>,
        action: &str,
        what: &str,
        bundle: &Bundle,
        now: Round,
    ) -> Result<Written, Failure> {
        let path = self.args.out.clone().unwrap_or_else(|| bundle_file::default_path(action, bundle));
        bundle_file::make(&path, bundle)?;
        Ok(Written {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            bundle: path.display().to_string(),
            action: action.to_owned(),
            effect: what.to_owned(),
            sender: self.address.to_string(),
            name: self.name.clone(),
            multisig: self.multisig.address().to_string(),
            threshold: self.multisig.threshold(),
            signers: self.multisig.keys().map(|key| key.to_string()).collect(),
            txids: bundle.transactions().map(|transaction| transaction.id().to_string()).collect(),
            group: Some(bundle.group()).filter(|group| !group.is_zero()).map(|group| group.to_base64()),
            fee: bundle.fee().0,
            validity: Validity::of(bundle, Some(now)),
        })
    }
}

impl Written {
    /// What the command answers.
    pub(crate) fn answer(&self) -> Result<Answer, Failure> {
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
