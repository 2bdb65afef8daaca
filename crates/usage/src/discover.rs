//! A contract found again without its record: by AlgoKit's notes where an indexer has them, else by what runs and what is
//! kept.
//!
//! Only applications that keep what this contract keeps are looked at. Where several could be meant, all of them are named
//! and none is chosen.

use super::{DAPP, DeployNote, GlobalState, Programs, Template};
use pnp_client::{Algod, ApplicationState, ClientError, CreatedApplication, Indexer, NotedCall};
use pnp_types::{Address, AppIndex};
use std::sync::OnceLock;

/// The keys of the contract's global state.
const KEYS: [&[u8]; 6] = [b"provider", b"platform", b"fee_pct", b"min_rate", b"max_rate", b"asa_id"];

/// By what an application was recognized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The note of its deployment has the name.
    Note,
    /// It runs today's source.
    Programs,
    /// It keeps the state this contract keeps; another version of the source, then.
    State,
}

/// An application that may be the one looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The application.
    pub application: ApplicationState,
    /// Its state, read.
    pub state: GlobalState,
    /// By what it was recognized.
    pub evidence: Evidence,
    /// The newest of its deployments' notes, where an indexer has one.
    pub note: Option<DeployNote>,
}

/// What a search led to.
#[derive(Debug, Default)]
pub struct Search {
    /// The applications that may be meant, oldest first.
    pub candidates: Vec<Candidate>,
    /// Why the indexer could not be asked, where that is so.
    pub without_indexer: Option<ClientError>,
}

/// The template that programs were assembled with, where they are of today's source.
#[must_use]
pub fn template_of(approval: &[u8], clear: &[u8]) -> Option<Template> {
    static VARIANTS: OnceLock<Vec<Programs>> = OnceLock::new();
    // That every one of them assembles is tested.
    let variants = VARIANTS.get_or_init(|| Template::all().filter_map(|one| Programs::assemble(one).ok()).collect());
    let same = |one: &&Programs| one.approval == approval && one.clear == clear;
    variants.iter().find(same).map(|one| one.template)
}

/// Looks for the contract `name` among a creator's applications, other than those in `others`.
///
/// # Errors
/// algod's. If the indexer fails, the answer says so and has algod's applications only.
pub async fn search(
    algod: &Algod,
    indexer: Option<&Indexer>,
    creator: Address,
    name: &str,
    others: &[AppIndex],
) -> Result<Search, ClientError> {
    let mut made = algod.created_applications(creator).await?;
    made.retain(|application| !others.contains(&application.id));
    let mut found: Vec<Candidate> = made.into_iter().filter_map(recognized).collect();
    let Some(indexer) = indexer.filter(|_| !found.is_empty()) else {
        return Ok(Search { candidates: found, without_indexer: None });
    };
    match deployments(indexer, creator, &found).await {
        Ok(deployments) => Ok(Search { candidates: by_name(found, &deployments, name), without_indexer: None }),
        Err(error) => Ok(Search { candidates: std::mem::take(&mut found), without_indexer: Some(error) }),
    }
}

/// An application that keeps this contract's state, and nothing else.
fn recognized(application: ApplicationState) -> Option<Candidate> {
    let keeps_others = application.global_state.keys().any(|key| !KEYS.contains(&key.as_slice()));
    let state = GlobalState::read(&application).ok().filter(|_| !keeps_others)?;
    let evidence = match template_of(&application.approval_program, &application.clear_program) {
        Some(_) => Evidence::Programs,
        None => Evidence::State,
    };
    Some(Candidate { application, state, evidence, note: None })
}

/// What a creator's notes say about an application.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Deployment {
    app: AppIndex,
    /// The name of its creation's note, which is the application's.
    name: String,
    /// The newest note.
    newest: DeployNote,
}

async fn deployments(indexer: &Indexer, creator: Address, found: &[Candidate]) -> Result<Vec<Deployment>, ClientError> {
    let mut deployments = Vec::new();
    for made in indexer.created_applications(creator).await? {
        if found.iter().any(|candidate| candidate.application.id == made.id) {
            let calls = indexer.noted_calls(&made, creator, DAPP.as_bytes()).await?;
            deployments.extend(deployment(&made, creator, &calls));
        }
    }
    Ok(deployments)
}

/// Reads the notes as AlgoKit does: the creation's note names the application, the newest one describes it. Calls come
/// oldest first.
fn deployment(made: &CreatedApplication, creator: Address, calls: &[NotedCall]) -> Option<Deployment> {
    // Anybody can call an application with a note; its creation is the call to 0, and its creator's.
    let creation = calls.iter().find(|call| call.application == AppIndex::NONE && call.sender == creator)?;
    let first = DeployNote::parse(&creation.note)?;
    let newest = calls.iter().rev().find(|call| call.sender == creator);
    let newest = newest.and_then(|call| DeployNote::parse(&call.note)).unwrap_or_else(|| first.clone());
    Some(Deployment { app: made.id, name: first.name, newest })
}

/// Those whose note has the name; where there are none, those that have no note.
fn by_name(found: Vec<Candidate>, deployments: &[Deployment], name: &str) -> Vec<Candidate> {
    let noted = |candidate: &Candidate| deployments.iter().find(|one| one.app == candidate.application.id);
    let (mut named, mut unnoted) = (Vec::new(), Vec::new());
    for mut candidate in found {
        match noted(&candidate) {
            Some(deployment) if deployment.name == name => {
                candidate.note = Some(deployment.newest.clone());
                candidate.evidence = Evidence::Note;
                named.push(candidate);
            }
            // Another contract of the same creator.
            Some(_) => {}
            None => unnoted.push(candidate),
        }
    }
    if named.is_empty() { unnoted } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::{Round, StateSchema, TealValue};

    fn application(id: AppIndex, template: Option<Template>) -> ApplicationState {
        let programs = Programs::assemble(template.unwrap_or_default()).unwrap();
        let mut global_state = std::collections::BTreeMap::new();
        for key in [b"provider".as_slice(), b"platform"] {
            global_state.insert(key.to_vec(), TealValue::Bytes(vec![1; 32]));
        }
        for (key, number) in [("fee_pct", 500), ("min_rate", 1), ("max_rate", 1000), ("asa_id", 0)] {
            global_state.insert(key.as_bytes().to_vec(), TealValue::Uint(number));
        }
        ApplicationState {
            id,
            creator: Address::ZERO,
            approval_program: if template.is_some() { programs.approval } else { vec![11, 129, 1] },
            clear_program: programs.clear,
            global_state,
            global_schema: StateSchema::default(),
            local_schema: StateSchema::default(),
            extra_pages: 0,
        }
    }

    #[test]
    fn every_template_is_recognized_by_the_bytes() {
        assert_eq!(Template::all().count(), 8);
        for template in Template::all() {
            let programs = Programs::assemble(template).unwrap();
            assert_eq!(template_of(&programs.approval, &programs.clear), Some(template));
            assert_eq!(template_of(&programs.approval, &[]), None);
        }
    }

    #[test]
    fn an_application_is_recognized_by_what_it_keeps() {
        let runs = |template| recognized(application(AppIndex(7), template)).map(|candidate| candidate.evidence);
        assert_eq!(runs(Some(Template::default())), Some(Evidence::Programs));
        assert_eq!(runs(None), Some(Evidence::State));
        let mut other = application(AppIndex(7), Some(Template::default()));
        other.global_state.insert(b"owner".to_vec(), TealValue::Uint(1));
        assert_eq!(recognized(other), None);
        let mut bare = application(AppIndex(7), Some(Template::default()));
        bare.global_state.clear();
        assert_eq!(recognized(bare), None);
    }

    fn call(application: AppIndex, sender: u8, round: Round, note: &str) -> NotedCall {
        NotedCall { application, sender: Address([sender; 32]), round, place: 0, note: note.as_bytes().to_vec() }
    }

    #[test]
    fn notes_are_read_as_algokit_reads_them() {
        let made = CreatedApplication { id: AppIndex(7), created_at_round: Round(5), deleted: false };
        let creator = Address([1; 32]);
        let create = call(AppIndex(0), 1, Round(5), r#"ALGOKIT_DEPLOYER:j{"name":"a","version":"1"}"#);
        let update = call(AppIndex(7), 1, Round(6), r#"ALGOKIT_DEPLOYER:j{"name":"b","version":"2","updatable":true}"#);
        let stranger = call(AppIndex(7), 2, Round(7), r#"ALGOKIT_DEPLOYER:j{"name":"c","version":"3"}"#);
        let found = deployment(&made, creator, &[create.clone(), update.clone(), stranger]).unwrap();
        assert_eq!((found.name.as_str(), found.newest.version.as_str()), ("a", "2"));
        assert_eq!(deployment(&made, creator, &[update]), None, "no creation, no deployment");
        let odd = call(AppIndex(7), 1, Round(8), "ALGOKIT_DEPLOYER:u");
        assert_eq!(deployment(&made, creator, &[create, odd]).unwrap().newest.version, "1");
        assert_eq!(deployment(&made, creator, &[call(AppIndex(0), 1, Round(5), "ALGOKIT_DEPLOYER:j{")]), None);
    }

    #[test]
    fn names_decide_where_there_are_notes() {
        let found = || [5, 6, 7].map(|id| recognized(application(AppIndex(id), None)).unwrap()).to_vec();
        let ids = |candidates: Vec<Candidate>| candidates.iter().map(|one| one.application.id.0).collect::<Vec<_>>();
        let noted = |app, name: &str| {
            let newest =
                DeployNote { name: name.to_owned(), version: "1".to_owned(), updatable: None, deletable: None };
            Deployment { app, name: name.to_owned(), newest }
        };
        assert_eq!(ids(by_name(found(), &[], "a")), [5, 6, 7]);
        assert_eq!(ids(by_name(found(), &[noted(AppIndex(6), "a"), noted(AppIndex(7), "b")], "a")), [6]);
        assert_eq!(ids(by_name(found(), &[noted(AppIndex(6), "b")], "a")), [5, 7]);
        assert_eq!(ids(by_name(found(), &[noted(AppIndex(5), "a"), noted(AppIndex(7), "a")], "a")), [5, 7]);
    }
}
