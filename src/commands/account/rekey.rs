//! `account rekey`: hand the right to sign for an account to another key, or to several together.

use crate::commands::multisig::{SenderArgs, address_of};
use crate::context::Context;
use crate::failure::Failure;
use crate::session::{Session, in_turn};
use crate::terminal::output::Answer;
use pnp_keys::KeyError;
use pnp_ops::Outcome;
use pnp_types::{Address, MicroAlgos, Transaction};
use pnp_usage::calls;
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `account rekey`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The account's name; with --multisig, the account is theirs or --sender
    #[arg(required_unless_present = "multisig", conflicts_with = "multisig")]
    account: Option<String>,
    /// Who signs for it from then on: an address, or the name of a multisignature or of an account
    #[arg(long, value_name = "ADDRESS|NAME")]
    to: String,
    #[command(flatten)]
    signers: SenderArgs,
}

/// An account, and who signs for it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RekeyReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The account's address.
    address: String,
    /// The address whose key signed for it before.
    before: String,
    /// The address whose key signs for it now.
    signer: String,
    /// Whether that is a change.
    changed: bool,
    /// The transaction; none where nothing changed.
    txids: Vec<String>,
    /// Its round.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u64>,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    in_turn(context, "account rekey", async |session| {
        let signers = args.signers.signers(context)?;
        let account = args.account.as_deref().unwrap_or_default();
        let sender = session.existing_sender(signers.as_ref(), account).await?;
        let address = sender.address();
        let to = target(session, &args.to).await?;
        let before = session.algod.account(address).await?.signer();
        let mut report = RekeyReport {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            address: address.to_string(),
            before: before.to_string(),
            signer: to.to_string(),
            changed: before != to,
            txids: Vec::new(),
            round: None,
        };
        if before == to {
            return Answer::of(&report, format!("{to} signs for {address} already"));
        }
        let params = session.params().await?;
        let payment = calls::payment(address, address, MicroAlgos::ZERO, &params);
        let header = pnp_types::Header { rekey_to: to, ..payment.header.clone() };
        let transactions = pnp_ops::single(Transaction { header, ..payment }, &params)?;
        let what = format!("rekey {address}: from then on {to} alone signs for it, and {before} no longer");
        if sender.account().is_some() {
            confirm(session, &what).await?;
        }
        match session.carry_out("rekey", &what, &sender, &transactions, None).await? {
            Outcome::Unsigned(unsigned) => session.write_bundle(&args.signers, &unsigned).await,
            Outcome::Done(sent) => {
                report.txids = sent.txids;
                report.round = Some(sent.confirmation.round);
                let text =
                    format!("{to} signs for {address} since round {}; before it was {before}", sent.confirmation.round);
                Answer::of(&report, text)
            }
        }
    })
    .await
}

/// Whoever is meant: an address, a multisignature, an account.
async fn target(session: &Session<'_>, who: &str) -> Result<Address, Failure> {
    if let Ok(address) = who.parse() {
        session
            .context
            .out
            .warn(&format!("make sure that somebody has the key of {address}: an account without one is lost"));
        return Ok(address);
    }
    if let Some(address) = address_of(session.context, who)? {
        return Ok(address);
    }
    match session.keys().get(who).await {
        Ok(account) => Ok(account.signer()),
        Err(KeyError::Missing { .. }) => {
            Err(Failure::new("no_key", format!("there is no multisignature and no account {who:?}"))
                .hint("name one of `pnp-contract multisig info` or `account list`, or give an address"))
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks where the account is worth something; MainNet asks for more where it is sent.
async fn confirm(session: &Session<'_>, what: &str) -> Result<(), Failure> {
    if session.is_development() || session.identity.is_mainnet() || session.context.options.yes {
        return Ok(());
    }
    let out = &session.context.out;
    out.warn(what);
    let refused = || Failure::new("not_confirmed", "nothing was sent: it was not confirmed");
    match out.ask("Type rekey to send it:").await {
        Some(answer) if answer == "rekey" => Ok(()),
        Some(_) => Err(refused().hint("type rekey, or pass --yes")),
        None => Err(refused().because("there is no terminal to ask at").hint("pass --yes if you mean it")),
    }
}
