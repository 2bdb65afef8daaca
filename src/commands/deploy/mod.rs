//! `deploy`: create the contract, or change it to match the options, and record it.

mod report;

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::{Session, on_locked_network, on_network};
use crate::terminal::output::Answer;
use crate::terminal::values::{address, id, whole};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use pnp_ops::reports::deploy::DeployReport;
use pnp_ops::{DeployRequest, Extent};
use pnp_types::{Address, AppIndex, AssetIndex};
use pnp_usage::{AssetChoice, BasisPoints, ContractChoices, OnSchemaBreak, OnUpdate, TemplateChoices};

pub(crate) use report::describe;

/// Arguments of `deploy`.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Args {
    /// Who gets the net of each bill [env: PROVIDER_ADDR]
    #[arg(long, value_parser = address, value_name = "ADDRESS")]
    provider: Option<Address>,
    /// Who gets the fee of each bill [env: PLATFORM_ADDR]
    #[arg(long, value_parser = address, value_name = "ADDRESS")]
    platform: Option<Address>,
    /// The fee in basis points: 500 is 5 % [default: unchanged; 500 for a new contract]
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    fee_pct: Option<u64>,
    /// The least price of a unit, in minor units of the asset [default: unchanged; 1 for a new contract]
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    min_rate: Option<u64>,
    /// The highest price of a unit [default: unchanged; 1000 for a new contract]
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    max_rate: Option<u64>,
    /// The asset bills are paid with; for a new contract the recorded one if not given [env: ASA_ID]
    #[arg(long, value_parser = id::<AssetIndex>, allow_hyphen_values = true)]
    asset: Option<AssetIndex>,
    /// Bind no asset, as the contract's first version did; not on MainNet
    #[arg(long, conflicts_with = "asset")]
    unbound: bool,
    #[command(flatten)]
    template: TemplateArgs,
    /// The application to change; the recorded one if not given [env: APP_ID]
    #[arg(long, value_parser = id::<AppIndex>, allow_hyphen_values = true)]
    app: Option<AppIndex>,
    /// Create another contract, whatever is deployed already
    #[arg(long, conflicts_with = "app")]
    new: bool,
    /// The name by which this contract is found among others of its creator [default: UsageContract]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The version that is written into the deployment's note [default: this program's]
    #[arg(long, value_name = "TEXT")]
    app_version: Option<String>,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    trial: TrialArgs,
    #[command(flatten)]
    signers: SenderArgs,
}

/// What to do about a contract that is deployed already; AlgoKit's names.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
struct PolicyArgs {
    /// What to do where the programs differ: stop, replace them in place, replace the application, or create one beside it
    #[arg(long, value_name = "WHAT", default_value = "fail",
          value_parser = PossibleValuesParser::new(OnUpdate::NAMES).try_map(|name| name.parse::<OnUpdate>()))]
    on_update: OnUpdate,
    /// What to do where the application cannot become what is asked for (state too small, other parties, another asset)
    #[arg(long, value_name = "WHAT", default_value = "fail",
          value_parser = PossibleValuesParser::new(OnSchemaBreak::NAMES).try_map(|name| name.parse::<OnSchemaBreak>()))]
    on_schema_break: OnSchemaBreak,
}

/// Ways to look before anything is sent.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
struct TrialArgs {
    /// Print what would be done, and do nothing; exit code 4 if something would
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,
    /// Try it on the node and show its cost, without sending anything
    #[arg(long)]
    dry_run: bool,
}

/// The template's values.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct TemplateArgs {
    /// Let the creator replace the programs later [default: unchanged; no for a new contract]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    updatable: Option<bool>,
    /// Let the creator delete the contract later [default: unchanged; no for a new contract]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    deletable: Option<bool>,
    /// Refuse only the last tick again, as the first version did, instead of asking for rising ticks
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    unordered_ticks: Option<bool>,
}

impl TemplateArgs {
    /// The values that were named.
    pub(crate) fn choices(self) -> TemplateChoices {
        TemplateChoices {
            updatable: self.updatable,
            deletable: self.deletable,
            ordered_ticks: self.unordered_ticks.map(|unordered| !unordered),
        }
    }
}

impl Args {
    const fn extent(&self) -> Extent {
        match (self.trial.check, self.trial.dry_run) {
            (true, _) => Extent::Decided,
            (_, true) => Extent::Simulated,
            _ => Extent::Done,
        }
    }

    /// What the arguments ask for.
    fn request(&self) -> DeployRequest {
        let asset = match self.asset {
            _ if self.unbound => AssetChoice::Unbound,
            Some(asset) => AssetChoice::Bound(asset),
            None => AssetChoice::Unnamed,
        };
        DeployRequest {
            choices: ContractChoices {
                provider: self.provider,
                platform: self.platform,
                fee_pct: self.fee_pct.map(BasisPoints),
                min_rate: self.min_rate,
                max_rate: self.max_rate,
                asset,
                template: self.template.choices(),
            },
            app: self.app,
            new: self.new,
            name: self.name.clone(),
            version: self.app_version.clone(),
            on_update: self.policy.on_update,
            on_schema_break: self.policy.on_schema_break,
            extent: self.extent(),
        }
    }
}

/// Does it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let request = args.request();
    let command = async |session: &Session<'_>| {
        let signers = args.signers.signers(context)?;
        let outcome = session.deploy(&request, signers.as_ref()).await?;
        session.conclude(&args.signers, outcome, |done| report::answer(&DeployReport::new(session, *done))).await
    };
    // A trial changes nothing.
    match request.extent {
        Extent::Done => on_locked_network(context, "deploy", command).await,
        Extent::Decided | Extent::Simulated => on_network(context, command).await,
    }
}
