//! What stands already: by its record, by its number, or searched for where the record is lost.

use super::record::recorded_template;
use super::{Args, Operation};
use crate::failure::Failure;
use crate::session::Session;
use pnp_keys::KeyError;
use pnp_registry::Contract;
use pnp_types::{Address, AppIndex};
use pnp_usage::{
    Candidate, DEFAULT_NAME, DeployNote, Evidence, GlobalState, OperationError, Search, Standing, Template, search,
};

/// A contract that stands.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) standing: Standing,
    /// Its record, where there is one.
    pub(super) record: Option<Contract>,
    /// Its newest note, where an indexer has one.
    note: Option<DeployNote>,
    /// How it was found, where that was not by its record.
    pub(super) found: Option<String>,
}

impl Target {
    /// The template its programs have, where their bytes or the record tell it.
    pub(super) fn known_template(&self) -> Option<Template> {
        let recorded = || self.record.as_ref().map(|record| recorded_template(&record.programs));
        self.standing.template().or_else(recorded)
    }

    /// The template its programs have; what nothing tells is as in a new contract.
    pub(super) fn template(&self) -> Template {
        self.known_template().unwrap_or_else(|| {
            let usual = Template::default();
            Template {
                updatable: self.standing.said_updatable.unwrap_or(usual.updatable),
                deletable: self.standing.said_deletable.unwrap_or(usual.deletable),
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

/// The contract `deploy` is about; `None` where none stands.
pub(super) async fn find(session: &Session<'_>, args: &Args) -> Result<Option<Target>, Failure> {
    if args.new {
        return Ok(None);
    }
    let chain = session.chain()?;
    if let Some(app) = session.named_app(args.app)? {
        let record = chain.contract(app).cloned();
        let found = record.is_none().then(|| format!("application {app}, named by its number"));
        let target = at(session, app, record, found).await?;
        return target.map(Some).ok_or_else(|| OperationError::NoApplication(app).into());
    }
    let name = args.name.as_deref().unwrap_or(DEFAULT_NAME);
    let recorded = chain.named(name).cloned();
    if let Some(record) = recorded {
        let app = record.app_id;
        if let Some(target) = at(session, app, Some(record), None).await? {
            return Ok(Some(target));
        }
        session.context.out.warn(&format!("application {app} is recorded, but the chain does not have it any more"));
        if !args.is_trial() {
            session.record(|chain| {
                if let Some(gone) = chain.contract_mut(app) {
                    gone.deleted = true;
                }
            })?;
        }
    }
    let Some(creator) = creator(session, args).await? else { return Ok(None) };
    let others: Vec<AppIndex> = chain.contracts.iter().map(|contract| contract.app_id).collect();
    let indexer = session.indexer()?;
    let Search { candidates, without_indexer } =
        search(&session.algod, indexer.as_ref(), creator, name, &others).await?;
    if let Some(error) = without_indexer.filter(|_| !session.is_development()) {
        session.context.out.warn(&format!("the creator's applications were searched without the indexer: {error}"));
    }
    chosen(candidates, name, creator)
}

/// An application by its number.
async fn at(
    session: &Session<'_>,
    app: AppIndex,
    record: Option<Contract>,
    found: Option<String>,
) -> Result<Option<Target>, Failure> {
    let Some(application) = session.algod.application(app).await? else { return Ok(None) };
    let state = GlobalState::read(&application)?;
    let template = record.as_ref().map(|record| recorded_template(&record.programs));
    let standing = Standing {
        application,
        state,
        said_updatable: template.map(|template| template.updatable),
        said_deletable: template.map(|template| template.deletable),
    };
    Ok(Some(Target { standing, record, note: None, found }))
}

/// The one application that is meant; several are told apart by the user.
fn chosen(mut candidates: Vec<Candidate>, name: &str, creator: Address) -> Result<Option<Target>, Failure> {
    if candidates.len() > 1 {
        let told = |one: &Candidate| format!("application {} ({})", one.application.id, evidence(one));
        let all = candidates.iter().map(told).collect::<Vec<_>>().join(", ");
        let numbers: Vec<AppIndex> = candidates.iter().map(|one| one.application.id).collect();
        return Err(Failure::new("ambiguous", format!("{} applications of {creator} may be {name}", numbers.len()))
            .because(format!("none is recorded here, and the chain has {all}"))
            .hint("name the one that is meant with --app, or make another one with --new")
            .with("apps", numbers));
    }
    Ok(candidates.pop().map(|one| {
        let found = format!("application {} among those of {creator}: {}", one.application.id, evidence(&one));
        let note = one.note;
        let standing = Standing {
            application: one.application,
            state: one.state,
            said_updatable: note.as_ref().and_then(|note| note.updatable),
            said_deletable: note.as_ref().and_then(|note| note.deletable),
        };
        Target { standing, record: None, note, found: Some(found) }
    }))
}

fn evidence(candidate: &Candidate) -> String {
    match (candidate.evidence, &candidate.note) {
        (Evidence::Note, Some(note)) => format!("its deployment's note names it {} {}", note.name, note.version),
        (Evidence::Note, None) => "its deployment's note names it".to_owned(),
        (Evidence::Programs, _) => "it runs this source".to_owned(),
        (Evidence::State, _) => "it keeps this contract's state and runs another version".to_owned(),
    }
}

/// Whose applications are searched; nobody's where a development network's creator is still to be made.
async fn creator(session: &Session<'_>, args: &Args) -> Result<Option<Address>, Failure> {
    if args.signers.is_many() {
        return Ok(Some(session.existing_sender(&args.signers, "creator").await?.address()));
    }
    match session.keys().get("creator").await {
        Ok(account) => Ok(Some(account.address)),
        Err(KeyError::Missing { .. }) if session.is_development() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Operation {
    /// What is done, as `--json` and records name it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Create => "create",
            Self::Append => "append",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Params => "params",
        }
    }
}
