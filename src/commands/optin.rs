//! `optin`: let an account use the contract.

use crate::commands::multisig::{Outcome, SenderArgs};
use crate::context::Context;
use crate::contract::{Target, programs_of};
use crate::failure::Failure;
use crate::session::on_network;
use crate::terminal::output::Answer;
use pnp_ops::group;
use pnp_types::{Address, AppIndex, AssetIndex};
use pnp_usage::{calls, global_state};
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
        let (app, record) = session.contract(args.target.app)?;
        let state = global_state(&session.algod, app).await?;
        let user = session.sender(&args.signers, &args.from).await?;
        let params = session.params().await?;
        let mut transactions = Vec::new();
        let mut opts_in_to_asset = false;
        if let Some(asset) = state.asset
            && session.algod.holding(user.address(), asset).await?.is_none()
        {
            opts_in_to_asset = true;
            transactions.push(calls::asset_opt_in(user.address(), asset, &params));
        }
        transactions.push(calls::opt_in(user.address(), app, &params));
        let programs = programs_of(record.as_ref());
        let what = format!("opt in to application {app}");
        let gift = match (state.asset, user.account()) {
            (Some(asset), Some(user)) if opts_in_to_asset => session.gift_to_new(user, asset).await?,
            _ => None,
        };
        let sent = match (&gift, user.account()) {
            (Some(_), Some(user)) => {
                session.send_with_gift(user, transactions, gift.as_ref(), programs.as_ref()).await?
            }
            _ => {
                let transactions = group(transactions, &params)?;
                match session.carry_out("optin", &what, &user, &transactions, programs.as_ref()).await? {
                    Outcome::Sent(sent) => sent,
                    Outcome::Written(bundle) => return bundle.answer(),
                }
            }
        };
        let report = OptinReport {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            app,
            account: user.address(),
            asset: state.asset,
            asset_opted_in: opts_in_to_asset,
            txids: sent.txids,
            round: sent.confirmation.round,
        };
        Answer::of(&report, format!("{} opted in to application {app} in round {}", report.account, report.round))
    })
    .await
}
