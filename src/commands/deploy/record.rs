//! What a deployment leaves in the record.

use crate::session::Session;
use pnp_ops::provenance;
use pnp_registry::{Contract, Event, Rates};
use pnp_types::{Address, Transaction, sha512_256};
use pnp_usage::{Creation, DeployNote, Parameters, Programs, Standing, Template, source_hashes, template_of};

/// A contract that is about to be made.
pub(super) fn draft(creator: Address, creation: &Creation, programs: &Programs, note: &DeployNote) -> Contract {
    Contract {
        app_id: 0,
        app_address: String::new(),
        name: note.name.clone(),
        version: Some(note.version.clone()),
        asset_id: creation.asset.unwrap_or(0),
        creator: creator.to_string(),
        provider: creation.provider.to_string(),
        platform: creation.platform.to_string(),
        parameters: rates(&creation.parameters),
        programs: recorded_programs(programs),
        deleted: false,
        history: Vec::new(),
    }
}

/// A contract as the chain has it. `assumed` stands for what its programs do not tell of their template.
pub(super) fn seen(standing: &Standing, name: &str, version: Option<String>, assumed: Template) -> Contract {
    let application = &standing.application;
    let state = &standing.state;
    let (approval, clear) = (&application.approval_program, &application.clear_program);
    let ours = template_of(approval, clear);
    // Of another source nothing is known but its programs.
    let (approval_source_sha256, clear_source_sha256) = ours.map(|_| source_hashes()).unwrap_or_default();
    Contract {
        app_id: application.id,
        app_address: Address::of_application(application.id).to_string(),
        name: name.to_owned(),
        version,
        asset_id: state.asset.unwrap_or(0),
        creator: application.creator.to_string(),
        provider: state.provider.to_string(),
        platform: state.platform.to_string(),
        parameters: rates(&state.parameters),
        programs: pnp_registry::Programs {
            approval_sha512_256: hex::encode(sha512_256(approval)),
            clear_sha512_256: hex::encode(sha512_256(clear)),
            approval_source_sha256,
            clear_source_sha256,
            template: template_map(ours.unwrap_or(assumed)),
        },
        deleted: false,
        history: Vec::new(),
    }
}

/// What happened, for the record.
pub(crate) fn event(
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
        time: provenance::now(),
        tool_version: provenance::TOOL_VERSION.to_owned(),
        git_commit: provenance::git_commit(&session.context.folder),
        parameters: rates(parameters),
        approval_sha512_256,
    }
}

/// Fee and limits, for the record.
pub(crate) const fn rates(parameters: &Parameters) -> Rates {
    Rates { fee_pct: parameters.fee_pct(), min_rate: parameters.min_rate(), max_rate: parameters.max_rate() }
}

/// Hashes and template, for the record.
pub(crate) fn recorded_programs(programs: &Programs) -> pnp_registry::Programs {
    let (approval_source_sha256, clear_source_sha256) = source_hashes();
    pnp_registry::Programs {
        approval_sha512_256: programs.approval_hash(),
        clear_sha512_256: programs.clear_hash(),
        approval_source_sha256,
        clear_source_sha256,
        template: template_map(programs.template),
    }
}

fn template_map(template: Template) -> std::collections::BTreeMap<String, u64> {
    template.values().iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

/// The template a record says a contract was assembled with.
pub(crate) fn recorded_template(programs: &pnp_registry::Programs) -> Template {
    let is_set = |name: &str| programs.template.get(name).is_some_and(|value| *value == 1);
    Template {
        updatable: is_set("TMPL_UPDATABLE"),
        deletable: is_set("TMPL_DELETABLE"),
        ordered_ticks: is_set("TMPL_ORDERED_TICKS"),
    }
}

/// A contract's record for people.
pub(crate) fn describe(contract: &Contract, network: &str) -> String {
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
