//! `account rekey`: let another key, or several together, sign for an account.

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::{Session, on_locked_network};
use crate::terminal::output::Answer;
use pnp_ops::Sent;
use pnp_ops::reports::account::RekeyReport;

/// Arguments of `account rekey`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The account's name; with --multisig, it is the multisignature's own account or --sender
    #[arg(required_unless_present = "multisig", conflicts_with = "multisig")]
    account: Option<String>,
    /// The new signer: an address, or the name of a multisignature or of an account
    #[arg(long, value_name = "ADDRESS|NAME")]
    to: String,
    #[command(flatten)]
    signers: SenderArgs,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_locked_network(context, "account rekey", async |session| {
        let signers = args.signers.signers(context)?;
        let account = args.account.as_deref().unwrap_or_default();
        let plan = session.plan_rekey(account, &args.to, signers.as_ref()).await?;
        let (address, before, to) = (plan.sender.address(), plan.before, plan.to);
        if plan.is_bare_address {
            let risk = format!("make sure that somebody has the key of {to}: an account without one is lost");
            context.out.warn(&risk);
        }
        if !plan.is_change() {
            let text = format!("{to} signs for {address} already");
            return Answer::of(&RekeyReport::new(session, &plan, None), text);
        }
        if plan.sender.account().is_some() {
            confirm(session, &plan.effect()).await?;
        }
        let answer = |sent: Sent| {
            let round = sent.confirmation.round;
            let text = format!("{to} signs for {address} since round {round}; before it was {before}");
            Answer::of(&RekeyReport::new(session, &plan, Some(sent)), text)
        };
        session.conclude(&args.signers, session.rekey(&plan).await?, answer).await
    })
    .await
}

/// Asks on public networks; on MainNet the approval of the transaction asks.
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
