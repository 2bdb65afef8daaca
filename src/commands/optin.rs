//! `optin`: let an account use the contract.

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_network;
use crate::session::target::Target;
use crate::terminal::output::Answer;
use pnp_ops::Outcome;
use pnp_types::{Address, AppIndex, AssetIndex};
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `optin`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// The account that opts in
    #[arg(long, default_value = "user", value_name = "NAME")]
    from: String,
    #[command(flatten)]
    signers: SenderArgs,
}

/// An account that opted in to the contract.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OptinReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The contract's application.
    app: AppIndex,
    /// The address of the account that opted in.
    account: Address,
    /// The asset the contract is bound to; null where it is bound to none.
    asset: Option<AssetIndex>,
    /// Whether the account opted in to the asset in the same group.
    asset_opted_in: bool,
    /// The transactions, in the group's order.
    txids: Vec<String>,
    /// Their round.
    round: u64,
}

/// Opts an account in to the contract and, where it is needed, to its asset.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let signers = args.signers.signers(context)?;
        let done = match session.opt_in(args.target.app, &args.from, signers.as_ref()).await? {
            Outcome::Done(done) => done,
            Outcome::Unsigned(unsigned) => return session.write_bundle(&args.signers, &unsigned).await,
        };
        let report = OptinReport {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            app: done.app,
            account: done.account,
            asset: done.asset,
            asset_opted_in: done.asset_opted_in,
            txids: done.sent.txids,
            round: done.sent.confirmation.round,
        };
        let OptinReport { account, app, round, .. } = &report;
        Answer::of(&report, format!("{account} opted in to application {app} in round {round}"))
    })
    .await
}
