//! `deploy`: make a contract, and write down what was made.

use super::asset::existing;
use super::context::Context;
use super::failure::Failure;
use super::io::Answer;
use super::moment;
use super::provision::AssetPlan;
use super::session::{Session, on_network};
use super::values::{address, whole};
use crate::keys::Account;
use crate::registry::{self, Contract, Event, Pending, Rates};
use crate::types::{Address, AppIndex, AssetIndex, Transaction};
use crate::usage::{Creation, Parameters, Programs, Template, calls, source_hashes};
use serde_json::json;

/// Arguments of `deploy`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// Who gets the net of each bill [env: PROVIDER_ADDR]
    #[arg(long, value_parser = address, value_name = "ADDRESS")]
    pub(super) provider: Option<Address>,
    /// Who gets the fee of each bill [env: PLATFORM_ADDR]
    #[arg(long, value_parser = address, value_name = "ADDRESS")]
    pub(super) platform: Option<Address>,
    /// The fee in basis points: 500 is 5 %
    #[arg(long, default_value = "500", value_parser = whole, allow_hyphen_values = true)]
    pub(super) fee_pct: u64,
    /// The least price of a unit, in minor units of the asset
    #[arg(long, default_value = "1", value_parser = whole, allow_hyphen_values = true)]
    pub(super) min_rate: u64,
    /// The highest price of a unit
    #[arg(long, default_value = "1000", value_parser = whole, allow_hyphen_values = true)]
    pub(super) max_rate: u64,
    /// The asset bills are paid with; the recorded one if not given [env: ASA_ID]
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    pub(super) asset: Option<AssetIndex>,
    /// Bind no asset, as the contract's first version did; not on MainNet
    #[arg(long, conflicts_with = "asset")]
    pub(super) unbound: bool,
    #[command(flatten)]
    pub(super) template: TemplateArgs,
}

/// The template's values.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct TemplateArgs {
    /// Let the creator replace the programs later
    #[arg(long)]
    updatable: bool,
    /// Let the creator delete the contract later
    #[arg(long)]
    deletable: bool,
    /// Refuse only the last tick again, as the first version did, instead of asking for rising ticks
    #[arg(long)]
    unordered_ticks: bool,
}

impl TemplateArgs {
    pub(super) const fn template(self) -> Template {
        Template { updatable: self.updatable, deletable: self.deletable, ordered_ticks: !self.unordered_ticks }
    }

    /// A contract that may be changed and ended, for a demonstration.
    pub(super) const fn changeable() -> Self {
        Self { updatable: true, deletable: true, unordered_ticks: false }
    }
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let contract = deploy(session, args).await?;
        let network = &session.network.name;
        let place = session.context.shown(session.store.path());
        let document = json!({ "network": network, "genesis_hash": session.identity.hash, "contract": contract,
                               "record": place });
        Ok(Answer::report(document, format!("{}\nrecord    {place}", describe(&contract, network))))
    })
    .await
}

/// Deploys and records; on a development network what is missing is made first.
pub(super) async fn deploy(session: &Session<'_>, args: &Args) -> Result<Contract, Failure> {
    let parameters = Parameters::new(args.fee_pct, args.min_rate, args.max_rate)?;
    if args.unbound && session.identity.is_mainnet() {
        return Err(Failure::usage("an unbound contract takes any asset, also a worthless one: not on MainNet")
            .hint("name the asset with --asset"));
    }
    let template = args.template.template();
    let programs = Programs::assemble(template)?;
    // The record must be readable before anything is sent that belongs in it.
    session.chain()?;
    let creator = session.account("creator").await?;
    let provider = party(session, args.provider, "provider", "PROVIDER_ADDR").await?;
    let platform = party(session, args.platform, "platform", "PLATFORM_ADDR").await?;
    let asset = if args.unbound { None } else { Some(bound_asset(session, args.asset, &creator).await?) };
    if let Some(asset) = asset {
        for (name, address) in [("provider", provider), ("platform", platform)] {
            be_ready(session, name, address, asset).await?;
        }
    }
    let creation = Creation { provider, platform, parameters, asset };
    let params = session.params().await?;
    let transactions = Session::single(calls::create(creator.address, &programs, &creation, &params), &params)?;
    let draft = draft(session, &creator, &creation, &programs, &transactions);
    let pending = transactions.first().map(|transaction| Pending {
        txid: transaction.id().to_string(),
        last_valid: transaction.header.last_valid,
        replaces: None,
        contract: draft.clone(),
    });
    session.confirm(&action(&creation), creator.address, &transactions).await?;
    // Written down before it is sent: whatever happens to this process, the next one finds out what came of it.
    session.record(|chain| chain.pending.extend(pending.clone()))?;
    let outcome = session.submit(&Session::sign(&creator, &transactions).await?, None).await;
    let txid = pending.as_ref().map(|pending| pending.txid.clone()).unwrap_or_default();
    match outcome {
        Ok(sent) => {
            let app_id = sent.confirmation.application.ok_or_else(|| {
                Failure::new("malformed_answer", "algod does not say which application was made")
                    .hint(format!("look for transaction {txid} in an explorer"))
            })?;
            let contract = finished(draft, app_id, sent.confirmation.round);
            session.record(|chain| {
                chain.pending.retain(|pending| pending.txid != txid);
                chain.contracts.push(contract.clone());
            })?;
            Ok(contract)
        }
        Err(failure) => {
            // Refused for good: nothing is pending. Whether a lost connection lost it is for the next command to find out.
            if failure.code != "unreachable" {
                session.record(|chain| chain.pending.retain(|pending| pending.txid != txid))?;
            }
            Err(failure)
        }
    }
}

/// Finds out what became of deployments that were sent by a command that did not live to record them.
pub(super) async fn settle(session: &Session<'_>, pending: &[Pending]) -> Result<(), Failure> {
    for entry in pending {
        let Ok(txid) = entry.txid.parse() else { continue };
        let found = session.algod.pending(txid).await.unwrap_or(None);
        let made = found.as_ref().and_then(|confirmation| Some((confirmation.application?, confirmation.round)));
        let over = session.params().await?.last_round > entry.last_valid;
        if let Some((app_id, round)) = made {
            let contract = finished(entry.contract.clone(), app_id, round);
            session.context.out.say(&format!("recorded application {app_id}, deployed by a command that was cut off"));
            session.record(|chain| {
                chain.pending.retain(|other| other.txid != entry.txid);
                chain.contracts.push(contract);
            })?;
        } else if over {
            session.record(|chain| chain.pending.retain(|other| other.txid != entry.txid))?;
        }
    }
    Ok(())
}

/// A party's address: from the flag, a setting, or, on a development network, an account made for it.
async fn party(session: &Session<'_>, flag: Option<Address>, name: &str, setting: &str) -> Result<Address, Failure> {
    if let Some(address) = session.address(flag, setting)? {
        return Ok(address);
    }
    if session.is_development() {
        return Ok(session.account(name).await?.address);
    }
    Err(Failure::usage(format!("nobody is named as the {name}"))
        .because("it is where the money of each bill goes")
        .hint(format!("set {setting}, or pass --{name}")))
}

async fn bound_asset(
    session: &Session<'_>,
    named: Option<AssetIndex>,
    creator: &Account,
) -> Result<AssetIndex, Failure> {
    if session.asset(named)?.is_none() && session.is_development() {
        return Ok(session.make_asset(creator, &AssetPlan::default()).await?.asset_id);
    }
    Ok(existing(session, named).await?.id)
}

/// Lets a party of ours hold the asset; warns of another's that does not.
async fn be_ready(session: &Session<'_>, name: &str, address: Address, asset: AssetIndex) -> Result<(), Failure> {
    if session.algod.holding(address, asset).await?.is_some() {
        return Ok(());
    }
    match session.keys().get(name).await {
        Ok(account) if account.address == address && session.is_development() => {
            session.hold(&account, asset).await.map(|_| ())
        }
        _ => {
            session.context.out.warn(&format!(
                "the {name} {address} has not opted in to asset {asset}: every bill fails until it does"
            ));
            Ok(())
        }
    }
}

/// What is about to be done, for the confirmation.
fn action(creation: &Creation) -> String {
    let Creation { provider, platform, parameters: p, asset } = creation;
    let asset = asset.map_or_else(|| "any asset".to_owned(), |asset| format!("asset {asset}"));
    format!(
        "deploy a contract for {asset}: provider {provider}, platform {platform}, fee {} basis points, rates {} to {}",
        p.fee_pct(),
        p.min_rate(),
        p.max_rate()
    )
}

fn draft(
    session: &Session<'_>,
    creator: &Account,
    creation: &Creation,
    programs: &Programs,
    transactions: &[Transaction],
) -> Contract {
    let event = event(session, "create", transactions, 0, &creation.parameters, programs.approval_hash());
    Contract {
        app_id: 0,
        app_address: String::new(),
        name: registry::DEFAULT_NAME.to_owned(),
        version: None,
        asset_id: creation.asset.unwrap_or(0),
        creator: creator.address.to_string(),
        provider: creation.provider.to_string(),
        platform: creation.platform.to_string(),
        parameters: rates(&creation.parameters),
        programs: recorded_programs(programs),
        deleted: false,
        history: vec![event],
    }
}

fn finished(mut contract: Contract, app_id: AppIndex, round: u64) -> Contract {
    contract.app_id = app_id;
    contract.app_address = Address::of_application(app_id).to_string();
    if let Some(event) = contract.history.last_mut() {
        event.round = round;
    }
    contract
}

/// What happened, for the record.
pub(super) fn event(
    session: &Session<'_>,
    action: &str,
    transactions: &[Transaction],
    round: u64,
    parameters: &Parameters,
    approval_sha512_256: String,
) -> Event {
    Event {
        action: action.to_owned(),
        txids: transactions.iter().map(|transaction| transaction.id().to_string()).collect(),
        round,
        time: moment::now(),
        tool_version: moment::TOOL_VERSION.to_owned(),
        git_commit: moment::git_commit(&session.context.folder),
        parameters: rates(parameters),
        approval_sha512_256,
    }
}

/// Fee and limits, for the record.
pub(super) const fn rates(parameters: &Parameters) -> Rates {
    Rates { fee_pct: parameters.fee_pct(), min_rate: parameters.min_rate(), max_rate: parameters.max_rate() }
}

/// Hashes and template, for the record.
pub(super) fn recorded_programs(programs: &Programs) -> registry::Programs {
    let (approval_source_sha256, clear_source_sha256) = source_hashes();
    let template = programs.template.values();
    registry::Programs {
        approval_sha512_256: programs.approval_hash(),
        clear_sha512_256: programs.clear_hash(),
        approval_source_sha256,
        clear_source_sha256,
        template: template.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
    }
}

/// The template a record says a contract was assembled with.
pub(super) fn recorded_template(programs: &registry::Programs) -> Template {
    let is_set = |name: &str| programs.template.get(name).is_some_and(|value| *value == 1);
    Template {
        updatable: is_set("TMPL_UPDATABLE"),
        deletable: is_set("TMPL_DELETABLE"),
        ordered_ticks: is_set("TMPL_ORDERED_TICKS"),
    }
}

/// A contract's record for people.
pub(super) fn describe(contract: &Contract, network: &str) -> String {
    let Contract { app_id, app_address, asset_id, creator, provider, platform, parameters, .. } = contract;
    let asset = if *asset_id == 0 { "none: it takes any".to_owned() } else { asset_id.to_string() };
    let Rates { fee_pct, min_rate, max_rate } = parameters;
    let (percent, hundredth) = (fee_pct / 100, fee_pct % 100);
    format!(
        "contract  application {app_id} on {network}\naddress   {app_address}\nasset     {asset}\n\
         creator   {creator}\nprovider  {provider}\nplatform  {platform}\n\
         fee       {fee_pct} basis points ({percent}.{hundredth:02} %)\n\
         rates     {min_rate} to {max_rate} minor units a unit\nprogram   sha512/256 {}",
        contract.programs.approval_sha512_256
    )
}
