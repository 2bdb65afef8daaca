//! What operations leave in a contract's record, and read from it.

use crate::connection::Connection;
use crate::error::Error;
use crate::provenance;
use pnp_registry::{Contract, Event, Rates};
use pnp_types::{Address, AppIndex, AssetIndex, Round, Transaction, sha512_256};
use pnp_usage::{Creation, DeployNote, DeployedContract, Parameters, Programs, Template, source_hashes, template_of};

/// A contract that is about to be created.
pub(crate) fn draft(creator: Address, creation: &Creation, programs: &Programs, note: &DeployNote) -> Contract {
    Contract {
        app_id: AppIndex::NONE,
        app_address: String::new(),
        name: note.name.clone(),
        version: Some(note.version.clone()),
        asset_id: creation.asset.unwrap_or(AssetIndex::NONE),
        creator: creator.to_string(),
        provider: creation.provider.to_string(),
        platform: creation.platform.to_string(),
        parameters: rates(&creation.parameters),
        programs: recorded_programs(programs),
        deleted: false,
        history: Vec::new(),
    }
}

/// The same once it is created.
pub(crate) fn finished(mut contract: Contract, app_id: AppIndex, round: Round) -> Contract {
    contract.app_id = app_id;
    contract.app_address = Address::of_application(app_id).to_string();
    if let Some(event) = contract.history.last_mut() {
        event.round = round;
    }
    contract
}

/// A contract as the chain has it. Template values that its programs do not show are those of `assumed`.
pub(crate) fn seen(deployed: &DeployedContract, name: &str, version: Option<String>, assumed: Template) -> Contract {
    let application = &deployed.application;
    let state = &deployed.state;
    let (approval, clear) = (&application.approval_program, &application.clear_program);
    let ours = template_of(approval, clear);
    // Of another source nothing is known but its programs.
    let (approval_source_sha256, clear_source_sha256) = ours.map(|_| source_hashes()).unwrap_or_default();
    Contract {
        app_id: application.id,
        app_address: Address::of_application(application.id).to_string(),
        name: name.to_owned(),
        version,
        asset_id: state.asset.unwrap_or(AssetIndex::NONE),
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

/// Fee and limits, for the record.
#[must_use]
pub const fn rates(parameters: &Parameters) -> Rates {
    Rates { fee_pct: parameters.fee_pct().get(), min_rate: parameters.min_rate(), max_rate: parameters.max_rate() }
}

/// Hashes and template, for the record.
#[must_use]
pub fn recorded_programs(programs: &Programs) -> pnp_registry::Programs {
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
#[must_use]
pub fn recorded_template(programs: &pnp_registry::Programs) -> Template {
    let is_set = |name: &str| programs.template.get(name).is_some_and(|value| *value == 1);
    Template {
        updatable: is_set("TMPL_UPDATABLE"),
        deletable: is_set("TMPL_DELETABLE"),
        ordered_ticks: is_set("TMPL_ORDERED_TICKS"),
    }
}

/// The contract's programs as recorded, to explain refusals by line; without a record, today's.
#[must_use]
pub fn programs_of(record: Option<&Contract>) -> Option<Programs> {
    let template = record.map_or_else(Template::default, |record| recorded_template(&record.programs));
    let programs = Programs::assemble(template).ok()?;
    match record {
        // Another source than today's would name wrong lines.
        Some(record) if record.programs.approval_sha512_256 != programs.approval_hash() => None,
        _ => Some(programs),
    }
}

impl Connection {
    /// What happened, for the record.
    #[must_use]
    pub fn recorded_event(
        &self,
        action: &str,
        transactions: &[Transaction],
        round: Round,
        parameters: &Parameters,
        approval_sha512_256: String,
    ) -> Event {
        Event {
            action: action.to_owned(),
            txids: transactions.iter().map(|transaction| transaction.id().to_string()).collect(),
            round,
            time: provenance::now(),
            tool_version: provenance::TOOL_VERSION.to_owned(),
            git_commit: provenance::git_commit(&self.settings.folder),
            parameters: rates(parameters),
            approval_sha512_256,
        }
    }

    /// Adds an event to a contract's record; one that is not recorded stays so. Whether it is.
    ///
    /// # Errors
    /// A record that cannot be read or written.
    pub fn add_event(&self, app: AppIndex, event: Event, change: impl FnOnce(&mut Contract)) -> Result<bool, Error> {
        self.record(|chain| match chain.contract_mut(app) {
            Some(contract) => {
                change(contract);
                contract.history.push(event);
                true
            }
            None => false,
        })
    }
}
