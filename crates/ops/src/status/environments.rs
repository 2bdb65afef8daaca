//! The contract in every environment, and where they drift apart.
//!
//! An environment is a network that has a record or is configured here. They are asked at the same time, each for a while; one that
//! does not answer is reported and stops nothing.

use super::concurrently::{Boxed, concurrently};
use crate::connection::Connection;
use crate::contract_record::rates;
use crate::contract_state::{RecordDifference, differences};
use crate::error::Error;
use crate::host::Host;
use crate::settings::{Settings, embedded_folder};
use pnp_network::{Environment, Network, ProjectFile};
use pnp_registry::{Contract, Deployments, Rates, RegistryError, Store};
use pnp_types::{AppIndex, Round, sha512_256};
use pnp_usage::{GlobalState, Programs, Template, Verification};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long a network may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// The state of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The contract is on the chain.
    #[serde(rename = "stands")]
    Deployed,
    /// It is recorded, and the chain does not have it.
    Gone,
    /// None is recorded.
    None,
    /// The network does not answer, so that only the record is reported.
    Unreachable,
    /// Something else is wrong, as `problem` says.
    Wrong,
}

/// Why there is no contract to show, or only its record.
#[derive(Debug)]
pub enum EnvironmentProblem {
    /// The chain does not have the recorded application.
    Gone {
        /// The application.
        app: AppIndex,
    },
    /// The record cannot be read.
    Record(RegistryError),
    /// The network has not answered for so long.
    Slow(Duration),
    /// The network cannot be used.
    Failed(Box<Error>),
}

/// An environment's contract: as on the chain where that was reached, else as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ContractSummary {
    /// The application.
    pub app: AppIndex,
    /// The version it was deployed as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The approval program, SHA-512/256, hex.
    pub approval_sha512_256: String,
    /// Whether it runs today's source; absent where the chain was not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runs_this_source: Option<bool>,
    /// Fee and price limits.
    pub parameters: Rates,
    /// The template's values.
    pub template: BTreeMap<String, u64>,
    /// Room for state and programs; absent where the chain was not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<Room>,
    /// Where record and chain do not say the same.
    #[schemars(with = "Vec<String>")]
    pub differs: Vec<RecordDifference>,
}

/// Room for state and programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Room {
    /// Global integers.
    pub global_ints: u64,
    /// Global byte slices.
    pub global_bytes: u64,
    /// Local integers.
    pub local_ints: u64,
    /// Local byte slices.
    pub local_bytes: u64,
    /// Program pages beyond the first.
    pub extra_pages: u32,
}

/// One environment.
#[derive(Debug)]
pub struct EnvironmentStatus {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64; `None` where it was not reached.
    pub genesis_hash: Option<String>,
    /// The newest round; `None` where the network was not reached.
    pub round: Option<Round>,
    /// The contract.
    pub contract: Option<ContractSummary>,
    /// What is wrong.
    pub problem: Option<EnvironmentProblem>,
}

/// Something that is not the same in all environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Drift {
    /// What, for example `fee_pct`.
    pub what: String,
    /// The value in each environment that has a contract.
    pub values: BTreeMap<String, String>,
}

/// Every environment, and where they drift apart.
#[derive(Debug)]
pub struct Environments {
    /// Those built in, those of `pnp.toml`, and those with a record.
    pub environments: Vec<EnvironmentStatus>,
    /// What is not the same in all of them.
    pub drift: Vec<Drift>,
    /// The approval program of today's source with the usual template values, SHA-512/256, hex.
    pub source_approval_sha512_256: String,
}

/// Asks every environment of a project.
///
/// # Errors
/// A project file or a folder of records that cannot be read; what one network fails for is its
/// [`problem`](EnvironmentStatus::problem).
pub async fn environments(settings: &Settings, host: &Host) -> Result<Environments, Error> {
    let names = names(settings)?;
    let asked = names.iter().map(|name| Box::pin(environment(settings, host, name)) as Boxed<'_, _>);
    let environments = concurrently(asked.collect()).await;
    let usual = Programs::assemble(Template::default())?;
    Ok(Environments { drift: drift(&environments), environments, source_approval_sha512_256: usual.approval_hash() })
}

/// Every network that has a record or is configured.
fn names(settings: &Settings) -> Result<Vec<String>, Error> {
    let project = ProjectFile::load(&settings.folder)?;
    let mut names: Vec<String> = ["embedded", "localnet", "testnet", "mainnet"].map(str::to_owned).into();
    let others: BTreeSet<String> = project
        .networks
        .into_keys()
        .chain(Store::networks(&settings.folder)?)
        .filter(|name| !names.contains(name))
        .collect();
    names.extend(others);
    Ok(names)
}

async fn environment(settings: &Settings, host: &Host, name: &str) -> EnvironmentStatus {
    let network = name.to_owned();
    let mut status = EnvironmentStatus { network, genesis_hash: None, round: None, contract: None, problem: None };
    let record = match Store::new(&settings.folder, name).load() {
        Ok(record) => record,
        Err(error) => {
            status.problem = Some(EnvironmentProblem::Record(error));
            return status;
        }
    };
    // Looking must not create it.
    let is_new = name == "embedded" && !embedded_folder(&settings.folder).exists();
    if is_new {
        return status;
    }
    let failed = match tokio::time::timeout(ANSWER_TIMEOUT, ask(settings, host, name, &mut status)).await {
        Ok(Ok(())) => return status,
        Ok(Err(error)) => EnvironmentProblem::Failed(Box::new(error)),
        Err(_) => EnvironmentProblem::Slow(ANSWER_TIMEOUT),
    };
    status.problem = Some(failed);
    status.contract = newest(&record).map(recorded);
    status
}

/// The newest contract of a record whose chain was not asked which of them it is.
fn newest(record: &Deployments) -> Option<&Contract> {
    let all = record.chains.values().filter_map(|chain| chain.current());
    all.max_by_key(|contract| contract.history.last().map(|event| event.time.clone()))
}

async fn ask(settings: &Settings, host: &Host, name: &str, status: &mut EnvironmentStatus) -> Result<(), Error> {
    let project = ProjectFile::load(&settings.folder)?;
    let environment = Environment::load(&settings.folder, name)?;
    // An address in the process's environment is meant for one network, the one that commands use: the others are found by
    // their files.
    let meant = settings.network.as_deref().unwrap_or_else(|| Network::default_name(&project));
    let is_meant = Network::canonical_name(meant) == name;
    let environment = if is_meant { environment } else { environment.without_endpoints() };
    let network = Network::resolve(name, &environment, &project)?;
    let connection = Connection::open_network(settings.clone(), host.clone(), network, environment).await?;
    let outcome = read(&connection, status).await;
    let closed = connection.close().await;
    outcome.and(closed)
}

async fn read(connection: &Connection, status: &mut EnvironmentStatus) -> Result<(), Error> {
    status.genesis_hash = Some(connection.identity.hash.clone());
    status.round = Some(connection.params().await?.last_round);
    let chain = connection.chain()?;
    let Some(record) = chain.current() else { return Ok(()) };
    let Some(application) = connection.algod.application(record.app_id).await? else {
        status.problem = Some(EnvironmentProblem::Gone { app: record.app_id });
        return Ok(());
    };
    let state = GlobalState::read(&application)?;
    let found = Verification::new(&application, None)?;
    let (global, local) = (application.global_schema, application.local_schema);
    let approval_sha512_256 = hex::encode(sha512_256(&application.approval_program));
    let mut differs = differences(record, &application.creator, &state);
    if record.programs.approval_sha512_256 != approval_sha512_256 {
        differs.push(RecordDifference::Program { on_chain: approval_sha512_256.clone() });
    }
    status.contract = Some(ContractSummary {
        app: application.id,
        version: record.version.clone(),
        approval_sha512_256,
        runs_this_source: Some(found.is_same()),
        parameters: rates(&state.parameters),
        template: found.template().map(|(name, value)| (name.to_owned(), value)).collect(),
        room: Some(Room {
            global_ints: global.uints,
            global_bytes: global.byte_slices,
            local_ints: local.uints,
            local_bytes: local.byte_slices,
            extra_pages: application.extra_pages,
        }),
        differs,
    });
    Ok(())
}

/// A contract by its record alone.
fn recorded(record: &Contract) -> ContractSummary {
    ContractSummary {
        app: record.app_id,
        version: record.version.clone(),
        approval_sha512_256: record.programs.approval_sha512_256.clone(),
        runs_this_source: None,
        parameters: record.parameters,
        template: record.programs.template.clone(),
        room: None,
        differs: Vec::new(),
    }
}

/// What environments that have a contract do not agree on.
fn drift(environments: &[EnvironmentStatus]) -> Vec<Drift> {
    let contracts: Vec<(&str, &ContractSummary)> =
        environments.iter().filter_map(|one| Some((one.network.as_str(), one.contract.as_ref()?))).collect();
    let mut values: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    let mut note = |what: &str, network: &str, value: String| match values.iter_mut().find(|(name, _)| name == what) {
        Some((_, all)) => {
            all.insert(network.to_owned(), value);
        }
        None => values.push((what.to_owned(), BTreeMap::from([(network.to_owned(), value)]))),
    };
    for (network, one) in contracts {
        note("approval_sha512_256", network, one.approval_sha512_256.clone());
        let Rates { fee_pct, min_rate, max_rate } = one.parameters;
        for (name, value) in [("fee_pct", fee_pct), ("min_rate", min_rate), ("max_rate", max_rate)] {
            note(name, network, value.to_string());
        }
        for (name, value) in &one.template {
            note(name, network, value.to_string());
        }
        if let Some(Room { global_ints, global_bytes, local_ints, local_bytes, extra_pages }) = one.room {
            let room =
                format!("{global_ints}+{global_bytes} global, {local_ints}+{local_bytes} local, {extra_pages} pages");
            note("room", network, room);
        }
    }
    let differs = |all: &BTreeMap<String, String>| all.values().collect::<BTreeSet<_>>().len() > 1;
    values.into_iter().filter(|(_, all)| differs(all)).map(|(what, values)| Drift { what, values }).collect()
}

impl EnvironmentStatus {
    /// How it is.
    #[must_use]
    pub fn condition(&self) -> Condition {
        match &self.problem {
            Some(EnvironmentProblem::Gone { .. }) => Condition::Gone,
            Some(EnvironmentProblem::Slow(_)) => Condition::Unreachable,
            Some(EnvironmentProblem::Failed(error)) if error.is_unanswered() => Condition::Unreachable,
            Some(EnvironmentProblem::Failed(_) | EnvironmentProblem::Record(_)) => Condition::Wrong,
            None if self.contract.is_some() => Condition::Deployed,
            None => Condition::None,
        }
    }

    /// Whether record, chain and source do not agree, or the network cannot be used for another reason than silence.
    fn needs_attention(&self) -> bool {
        let differs = self
            .contract
            .as_ref()
            .is_some_and(|contract| !contract.differs.is_empty() || contract.runs_this_source == Some(false));
        differs || matches!(self.condition(), Condition::Gone | Condition::Wrong)
    }
}

impl Environments {
    /// Whether the environments drift apart, or something in one of them should be looked at.
    #[must_use]
    pub fn needs_attention(&self) -> bool {
        !self.drift.is_empty() || self.environments.iter().any(EnvironmentStatus::needs_attention)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(network: &str, fee_pct: u64, approval: &str) -> EnvironmentStatus {
        let contract = ContractSummary {
            app: AppIndex(1),
            version: None,
            approval_sha512_256: approval.into(),
            runs_this_source: None,
            parameters: Rates { fee_pct, min_rate: 1, max_rate: 9 },
            template: BTreeMap::from([("TMPL_UPDATABLE".to_owned(), fee_pct % 2)]),
            room: None,
            differs: Vec::new(),
        };
        EnvironmentStatus {
            network: network.into(),
            genesis_hash: None,
            round: None,
            contract: Some(contract),
            problem: None,
        }
    }

    #[test]
    fn what_is_not_the_same_everywhere_drifts() {
        let environments = |name, fee, hash| vec![environment("a", 5, "x"), environment(name, fee, hash)];
        assert_eq!(environment("a", 5, "x").condition(), Condition::Deployed);
        assert_eq!(drift(&environments("b", 5, "x")), []);
        let found = drift(&environments("c", 6, "y"));
        let names: Vec<_> = found.iter().map(|drift| drift.what.as_str()).collect();
        assert_eq!(names, ["approval_sha512_256", "fee_pct", "TMPL_UPDATABLE"]);
        assert_eq!(found[1].values, BTreeMap::from([("a".into(), "5".into()), ("c".into(), "6".into())]));
        let mut without_contract = environments("c", 6, "y");
        without_contract[1].contract = None;
        assert_eq!(drift(&without_contract), []);
    }
}
