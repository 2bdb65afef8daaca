//! `deploy`: see to it that the contract stands as asked for, and write down what stands.
//!
//! Run twice, it does nothing the second time. What is to be done about what stands is decided in
//! [`Plan`](pnp_usage::Plan); here it is found, sent and recorded.

mod creation;
mod description;
mod execute;
mod record;
mod report;
mod target;

use crate::commands::multisig::{SenderArgs, Written};
use crate::context::Context;
use crate::failure::Failure;
use crate::session::{Session, in_turn, on_network};
use crate::terminal::output::Answer;
use crate::terminal::values::{address, whole};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use execute::{Done, Work};
use pnp_ops::{Event, provenance};
use pnp_types::{Address, AppIndex, AssetIndex, Round};
use pnp_usage::{
    Action, AssetWish, DEFAULT_NAME, DeployNote, OnSchemaBreak, OnUpdate, Parameters, Plan, Policy, Programs, Refusal,
    TemplateWish, Wanted, Wish,
};
use report::{Operation, Stage};
use target::{Target, find};

pub(crate) use record::{describe, event, rates, recorded_programs, recorded_template};
pub(crate) use report::DeployReport;

/// Arguments of `deploy`.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Args {
    /// Who gets the net of each bill [env: PROVIDER_ADDR]
    #[arg(long, value_parser = address, value_name = "ADDRESS")]
    provider: Option<Address>,
    /// Who gets the fee of each bill [env: PLATFORM_ADDR]
    #[arg(long, value_parser = address, value_name = "ADDRESS")]
    platform: Option<Address>,
    /// The fee in basis points: 500 is 5 % [default: as it stands; 500 for a new contract]
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    fee_pct: Option<u64>,
    /// The least price of a unit, in minor units of the asset [default: as it stands; 1 for a new contract]
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    min_rate: Option<u64>,
    /// The highest price of a unit [default: as it stands; 1000 for a new contract]
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    max_rate: Option<u64>,
    /// The asset bills are paid with; for a new contract the recorded one if not given [env: ASA_ID]
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    asset: Option<AssetIndex>,
    /// Bind no asset, as the contract's first version did; not on MainNet
    #[arg(long, conflicts_with = "asset")]
    unbound: bool,
    #[command(flatten)]
    template: TemplateArgs,
    /// The application that shall become as asked for; the recorded one if not given [env: APP_ID]
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    app: Option<AppIndex>,
    /// Make another contract, whatever stands
    #[arg(long, conflicts_with = "app")]
    new: bool,
    /// The name that tells this contract from others of its creator [default: UsageContract]
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

/// What to do about what stands; AlgoKit's names.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
struct PolicyArgs {
    /// What to do where the programs differ: stop, replace them in place, replace the application, or make one beside it
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
    /// Say what would be done, and do nothing; exit code 4 if something would
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,
    /// Try it on the node and show its cost, without sending anything
    #[arg(long)]
    dry_run: bool,
}

/// The template's values.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct TemplateArgs {
    /// Let the creator replace the programs later [default: as it stands; no for a new contract]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    updatable: Option<bool>,
    /// Let the creator delete the contract later [default: as it stands; no for a new contract]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    deletable: Option<bool>,
    /// Refuse only the last tick again, as the first version did, instead of asking for rising ticks
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    unordered_ticks: Option<bool>,
}

impl TemplateArgs {
    /// The values that were named.
    pub(crate) fn wish(self) -> TemplateWish {
        TemplateWish {
            updatable: self.updatable,
            deletable: self.deletable,
            ordered_ticks: self.unordered_ticks.map(|unordered| !unordered),
        }
    }
}

impl Args {
    /// A contract that may be changed and ended, for a demonstration.
    pub(crate) fn changeable() -> Self {
        let template = TemplateArgs { updatable: Some(true), deletable: Some(true), unordered_ticks: None };
        Self { template, ..Self::default() }
    }

    const fn is_trial(&self) -> bool {
        self.trial.check || self.trial.dry_run
    }

    /// What was named, by flags and settings.
    fn wish(&self, session: &Session<'_>) -> Result<Wish, Failure> {
        if self.unbound && session.identity.is_mainnet() {
            return Err(Failure::usage("an unbound contract takes any asset, also a worthless one: not on MainNet")
                .hint("name the asset with --asset"));
        }
        let asset = match session.named_asset(self.asset)? {
            _ if self.unbound => AssetWish::Unbound,
            Some(asset) => AssetWish::Bound(asset),
            None => AssetWish::Unnamed,
        };
        let wish = Wish {
            provider: session.address(self.provider, "PROVIDER_ADDR")?,
            platform: session.address(self.platform, "PLATFORM_ADDR")?,
            fee_pct: self.fee_pct,
            min_rate: self.min_rate,
            max_rate: self.max_rate,
            asset,
            template: self.template.wish(),
        };
        Ok(wish)
    }
}

/// What a deployment led to.
#[derive(Debug)]
pub(crate) enum Deployed {
    /// What was done, or would be.
    Report(Box<DeployReport>),
    /// A bundle for its signers.
    Bundle(Box<Written>),
}

/// Does it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let command = async |session: &Session<'_>| match deploy(session, args).await? {
        Deployed::Report(report) => report.answer(),
        Deployed::Bundle(bundle) => bundle.answer(),
    };
    if args.is_trial() { on_network(context, command).await } else { in_turn(context, "deploy", command).await }
}

/// Finds, decides, and does; on a development network what is missing is made first.
pub(crate) async fn deploy(session: &Session<'_>, args: &Args) -> Result<Deployed, Failure> {
    let wish = args.wish(session)?;
    // The record must be readable before anything is sent that belongs in it.
    await_pending(session).await?;
    let target = find(session, args).await?;
    let target = target.as_ref();
    if let Some(found) = target.and_then(|target| target.found.as_ref()) {
        session.context.out.say(&format!("not recorded here, but found: {found}"));
    }
    let template = wish.template.over(target.map(Target::template).unwrap_or_default());
    let programs = Programs::assemble(template)?;
    let params = session.params().await?;
    let plan = match target {
        None => {
            wish.parameters(&Parameters::EXAMPLE)?;
            Plan { changes: Vec::new(), action: Action::Create, warnings: Vec::new() }
        }
        Some(target) => {
            let wanted = Wanted { programs: &programs, creation: wish.over(&target.standing.state)? };
            let policy = Policy {
                on_update: args.policy.on_update,
                on_schema_break: args.policy.on_schema_break,
                can_grow: params.rules().app_size_updates,
            };
            Plan::new(Some(&target.standing), &wanted, policy)
        }
    };
    plan.warnings.iter().for_each(|warning| session.context.out.warn(warning));
    let is_guessed = target.is_some_and(|target| target.known_template().is_none()) && !wish.template.is_whole();
    if is_guessed && matches!(plan.action, Action::Update { .. } | Action::Append | Action::Replace) {
        let values = template.values().map(|(name, value)| format!("{name}={value}")).join(" ");
        session.context.out.warn(&format!(
            "the template values it was deployed with are not known; these programs have {values} unless you name others"
        ));
    }
    if let Action::Refuse(refusal) = plan.action {
        return Err(refused(refusal, &plan, target));
    }
    let note = note(args, target, &programs);
    let work = Work {
        session,
        args,
        wish: &wish,
        target,
        action: plan.action,
        programs: &programs,
        note: &note,
        params: &params,
    };
    finish(&work, plan).await
}

/// Carries a decision out as far as it was asked for.
async fn finish(work: &Work<'_>, plan: Plan) -> Result<Deployed, Failure> {
    let (session, args, target) = (work.session, work.args, work.target);
    let operation = operation(plan.action);
    let standing = target.map(|target| target.standing.application.id);
    let found = target.and_then(|target| target.found.clone());
    let mut report = DeployReport {
        network: session.network.name.clone(),
        genesis_hash: session.identity.hash.clone(),
        operation,
        stage: Stage::Done,
        app: standing,
        replaced: standing.filter(|_| operation == Operation::Replace),
        changes: plan.changes,
        found,
        txids: Vec::new(),
        round: None,
        trial: None,
        contract: target.and_then(|target| target.record.clone()),
        record: session.context.shown(session.store.path()),
        description: None,
    };
    if args.trial.check {
        report.stage = Stage::Checked;
        return Ok(Deployed::Report(Box::new(report)));
    }
    if args.trial.dry_run {
        report.stage = Stage::Simulated;
        if operation != Operation::Nothing {
            report.trial = Some(work.simulate().await?);
        }
        return Ok(Deployed::Report(Box::new(report)));
    }
    let contract = match target.filter(|_| operation == Operation::Nothing) {
        Some(target) => work.acknowledge(target)?,
        None => match work.carry_out().await? {
            Done::Written(bundle) => return Ok(Deployed::Bundle(bundle)),
            Done::Recorded(contract, sent) => {
                report.round = Some(sent.confirmation.round);
                report.txids = sent.txids;
                *contract
            }
        },
    };
    report.app = Some(contract.app_id);
    report.description = description::write(session, &contract.name);
    report.contract = Some(contract);
    Ok(Deployed::Report(Box::new(report)))
}

/// Waits for deployments that an earlier command sent and did not live to see: another one beside them would make two.
async fn await_pending(session: &Session<'_>) -> Result<(), Failure> {
    /// Rounds in which a transaction that reached any node of a network is in a block.
    const ROUNDS: Round = 5;
    let pending = session.chain()?.pending;
    if pending.is_empty() || session.is_development() {
        return Ok(());
    }
    let patience = session.params().await?.last_round.saturating_add(ROUNDS);
    for entry in &pending {
        if let Ok(txid) = entry.txid.parse() {
            session.event(Event::WaitingForDeployment { txid, last_round: entry.last_valid.min(patience) });
            // Whether it came to something is read from the chain afterwards, whatever the wait ended with.
            if let Err(error) = session.algod.wait(txid, entry.last_valid.min(patience)).await {
                session.context.out.detail(&error.to_string());
            }
        }
    }
    Ok(session.settle(&pending).await?)
}

/// What the deployment's note says.
fn note(args: &Args, target: Option<&Target>, programs: &Programs) -> DeployNote {
    let named = target.and_then(Target::name).map(str::to_owned);
    DeployNote {
        name: args.name.clone().or(named).unwrap_or_else(|| DEFAULT_NAME.to_owned()),
        version: args.app_version.clone().unwrap_or_else(|| provenance::TOOL_VERSION.to_owned()),
        updatable: Some(programs.template.updatable),
        deletable: Some(programs.template.deletable),
    }
}

const fn operation(action: Action) -> Operation {
    match action {
        Action::Nothing | Action::Refuse(_) => Operation::Nothing,
        Action::Create => Operation::Create,
        Action::Append => Operation::Append,
        Action::Replace => Operation::Replace,
        Action::Update { .. } => Operation::Update,
        Action::SetParameters => Operation::Params,
    }
}

/// Why nothing is done though something differs, and what can be done about it.
fn refused(refusal: Refusal, plan: &Plan, target: Option<&Target>) -> Failure {
    let differences = plan.changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let template = target.and_then(|target| target.standing.template());
    let (may_update, may_delete) = template.map_or((true, true), |template| (template.updatable, template.deletable));
    let beside = "--NAME append makes another application beside it";
    let instead = "--NAME replace makes another one and deletes it";
    let in_place = "--NAME update replaces them in place";
    let ways = |flag: &str, ways: &[(&str, bool)]| {
        let ways = ways.iter().filter(|(_, possible)| *possible).map(|(way, _)| way.replace("NAME", flag));
        ways.collect::<Vec<_>>().join("; ")
    };
    // What led to a replacement that the programs forbid is what has to be answered otherwise.
    let asked = if plan.changes.iter().any(|change| change.breaks) { "on-schema-break" } else { "on-update" };
    let (code, hint) = match refusal {
        Refusal::Update { .. } => {
            ("on_update", ways("on-update", &[(in_place, may_update), (instead, may_delete), (beside, true)]))
        }
        Refusal::Break { .. } => ("on_schema_break", ways("on-schema-break", &[(instead, may_delete), (beside, true)])),
        Refusal::NotUpdatable { .. } => ("not_updatable", ways("on-update", &[(instead, may_delete), (beside, true)])),
        Refusal::NotDeletable { .. } => ("not_deletable", ways(asked, &[(beside, true)])),
    };
    let changes = serde_json::to_value(&plan.changes).unwrap_or_default();
    Failure::new(code, refusal).because(differences).hint(hint).with("changes", changes)
}
