//! The contract that is deployed already: by its record, by its number, or searched for where the record is lost.

use super::error::DeployError;
use super::found::Found;
use super::request::{DeployRequest, Extent};
use crate::connection::Connection;
use crate::contract_record::recorded_template;
use crate::error::Error;
use crate::observer::Event;
use crate::sender::MultisigSigners;
use pnp_keys::KeyError;
use pnp_registry::Contract;
use pnp_types::{Address, AppIndex};
use pnp_usage::{
    Candidate, DEFAULT_NAME, DeployNote, DeployedContract, GlobalState, OperationError, Search, Template, search,
};

/// A contract that is deployed.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) deployed: DeployedContract,
    /// Its record, where there is one.
    pub(super) record: Option<Contract>,
    /// Its newest note, where an indexer has one.
    note: Option<DeployNote>,
    /// How it was found, where that was not by its record.
    pub(super) found: Option<Found>,
}

impl Target {
    /// The template its programs have, where their bytes or the record tell it.
    pub(super) fn known_template(&self) -> Option<Template> {
        let recorded = || self.record.as_ref().map(|record| recorded_template(&record.programs));
        self.deployed.template().or_else(recorded)
    }

    /// The template its programs have; what nothing tells is as in a new contract.
    pub(super) fn template(&self) -> Template {
        self.known_template().unwrap_or_else(|| {
            let usual = Template::default();
            Template {
                updatable: self.deployed.said_updatable.unwrap_or(usual.updatable),
                deletable: self.deployed.said_deletable.unwrap_or(usual.deletable),
                ..usual
            }
        })
    }

    /// The name it was deployed under.
    pub(super) fn name(&self) -> Option<&str> {
        let noted = self.note.as_ref().map(|note| note.name.as_str());
        self.record.as_ref().map(|record| record.name.as_str()).or(noted)
    }

    /// The version it was deployed as.
    pub(super) fn version(&self) -> Option<String> {
        let noted = self.note.as_ref().map(|note| note.version.clone());
        self.record.as_ref().and_then(|record| record.version.clone()).or(noted)
    }
}

/// The contract that `deploy` is about; `None` where there is none.
pub(super) async fn find(
    connection: &Connection,
    request: &DeployRequest,
    signers: Option<&MultisigSigners>,
) -> Result<Option<Target>, Error> {
    if request.new {
        return Ok(None);
    }
    let chain = connection.chain()?;
    if let Some(app) = connection.named_app(request.app)? {
        let record = chain.contract(app).cloned();
        let found = record.is_none().then_some(Found::Named(app));
        let target = at(connection, app, record, found).await?;
        return target.map(Some).ok_or_else(|| OperationError::NoApplication(app).into());
    }
    let name = request.name.as_deref().unwrap_or(DEFAULT_NAME);
    let recorded = chain.named(name).cloned();
    if let Some(record) = recorded {
        let app = record.app_id;
        if let Some(target) = at(connection, app, Some(record), None).await? {
            return Ok(Some(target));
        }
        connection.event(Event::ContractGone { app });
        if request.extent == Extent::Done {
            connection.record(|chain| {
                if let Some(gone) = chain.contract_mut(app) {
                    gone.deleted = true;
                }
            })?;
        }
    }
    let Some(creator) = creator(connection, signers).await? else { return Ok(None) };
    let others: Vec<AppIndex> = chain.contracts.iter().map(|contract| contract.app_id).collect();
    let indexer = connection.indexer()?;
    let Search { candidates, without_indexer } =
        search(&connection.algod, indexer.as_ref(), creator, name, &others).await?;
    if let Some(error) = without_indexer.filter(|_| !connection.is_development()) {
        connection.event(Event::SearchedWithoutIndexer { why: error.to_string() });
    }
    chosen(candidates, name, creator)
}

/// An application by its number.
async fn at(
    connection: &Connection,
    app: AppIndex,
    record: Option<Contract>,
    found: Option<Found>,
) -> Result<Option<Target>, Error> {
    let Some(application) = connection.algod.application(app).await? else { return Ok(None) };
    let state = GlobalState::read(&application)?;
    let template = record.as_ref().map(|record| recorded_template(&record.programs));
    let deployed = DeployedContract {
        application,
        state,
        said_updatable: template.map(|template| template.updatable),
        said_deletable: template.map(|template| template.deletable),
    };
    Ok(Some(Target { deployed, record, note: None, found }))
}

/// The one application that is meant; where there are several, the user chooses.
fn chosen(mut candidates: Vec<Candidate>, name: &str, creator: Address) -> Result<Option<Target>, Error> {
    if candidates.len() > 1 {
        let candidates = candidates.iter().map(|one| Found::searched(one, creator)).collect();
        return Err(DeployError::Ambiguous { creator, name: name.to_owned(), candidates }.into());
    }
    Ok(candidates.pop().map(|one| {
        let found = Found::searched(&one, creator);
        let note = one.note;
        let deployed = DeployedContract {
            application: one.application,
            state: one.state,
            said_updatable: note.as_ref().and_then(|note| note.updatable),
            said_deletable: note.as_ref().and_then(|note| note.deletable),
        };
        Target { deployed, record: None, note, found: Some(found) }
    }))
}

/// The account whose applications are searched; `None` where a development network's creator does not exist yet.
async fn creator(connection: &Connection, signers: Option<&MultisigSigners>) -> Result<Option<Address>, Error> {
    if signers.is_some() {
        return Ok(Some(connection.existing_sender(signers, "creator").await?.address()));
    }
    match connection.keys().get("creator").await {
        Ok(account) => Ok(Some(account.address)),
        Err(KeyError::Missing { .. }) if connection.is_development() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
