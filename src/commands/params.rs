//! `params`: set fee and price limits; `update` takes and reports them the same way.

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::target::Target;
use crate::session::{Session, on_locked_network};
use crate::terminal::output::Answer;
use crate::terminal::values::whole;
use pnp_ops::reports::contract::ChangeReport;
use pnp_ops::{ChangedContract, ParameterChange};
use pnp_usage::BasisPoints;

/// Arguments of `params`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    rates: RateArgs,
    #[command(flatten)]
    signers: SenderArgs,
}

/// Sets fee and limits.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let change = args.rates.change();
    if change.is_empty() {
        return Err(Failure::usage("nothing to set").hint("give --fee-pct, --min-rate or --max-rate"));
    }
    on_locked_network(context, "params", async |session| {
        let signers = args.signers.signers(context)?;
        let outcome = session.set_parameters(args.target.app, &change, signers.as_ref()).await?;
        session.conclude(&args.signers, outcome, |done| changed(session, done)).await
    })
    .await
}

/// New fee and price limits; those that are not given stay as they are.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct RateArgs {
    /// The fee in basis points: 500 is 5 %
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    fee_pct: Option<u64>,
    /// The least price of a unit, in minor units of the asset
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    min_rate: Option<u64>,
    /// The highest price of a unit
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    max_rate: Option<u64>,
}

impl RateArgs {
    /// The change that they name.
    pub(crate) fn change(&self) -> ParameterChange {
        ParameterChange { fee_pct: self.fee_pct.map(BasisPoints), min_rate: self.min_rate, max_rate: self.max_rate }
    }
}

/// Fee and limits before and after.
pub(crate) fn changed(session: &Session<'_>, done: ChangedContract) -> Result<Answer, Failure> {
    let report = ChangeReport::new(session, done);
    let ChangeReport { app, before, after, round, .. } = &report;
    let line = |name: &str, from: u64, to: u64| match from == to {
        true => format!("{name:<10}{to}"),
        false => format!("{name:<10}{from} -> {to}"),
    };
    let text = [
        format!("application {app}, round {round}"),
        line("fee_pct", before.fee_pct().get(), after.fee_pct().get()),
        line("min_rate", before.min_rate(), after.min_rate()),
        line("max_rate", before.max_rate(), after.max_rate()),
    ];
    Answer::of(&report, text.join("\n"))
}
