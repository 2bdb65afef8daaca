//! `status --all`: what stands in every environment, and where they drift apart.
//!
//! An environment is a network that has a record or is configured here. They are asked at once, each for so long; one that
//! does not answer is said and stops nothing.

use super::together::{Boxed, together};
use crate::failure::{Exit, Failure};
use crate::session::Session;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_network::{Environment, Network, ProjectFile};
use pnp_registry::{Contract, Deployments, Rates, Store};
use pnp_types::sha512_256;
use pnp_usage::{GlobalState, Verification};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long a network may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How an environment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Condition {
    /// The contract stands.
    Stands,
    /// It is recorded, and the chain does not have it.
    Gone,
    /// None is recorded.
    None,
    /// The network does not answer, so that only the record is told.
    Unreachable,
    /// Something else is wrong, as `problem` says.
    Wrong,
}

/// What an environment's contract is, of the chain where it was reached and of the record where not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct Standing {
    /// The application.
    app: u64,
    /// The version it was deployed as.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// The approval program, SHA-512/256, hex.
    approval_sha512_256: String,
    /// Whether it runs today's source; absent where the chain was not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    runs_this_source: Option<bool>,
    /// Fee and price limits.
    parameters: Rates,
    /// The template's values.
    template: BTreeMap<String, u64>,
    /// Room for state and programs; absent where the chain was not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<Room>,
    /// Where record and chain do not say the same.
    differs: Vec<String>,
}

/// Room for state and programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct Room {
    /// Global integers.
    global_ints: u64,
    /// Global byte slices.
    global_bytes: u64,
    /// Local integers.
    local_ints: u64,
    /// Local byte slices.
    local_bytes: u64,
    /// Program pages beyond the first.
    extra_pages: u32,
}

/// One environment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct EnvironmentStatus {
    /// The network's name.
    network: String,
    /// How it is.
    condition: Condition,
    /// The network's genesis hash, base64; absent where it was not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    genesis_hash: Option<String>,
    /// The newest round.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u64>,
    /// The contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    contract: Option<Standing>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Something that is not the same in all environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct Drift {
    /// What, for example `fee_pct`.
    what: String,
    /// The value in each environment that has a contract.
    values: BTreeMap<String, String>,
}

/// With `--all`: every environment that has a record or is configured, and where they drift apart.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AllReport {
    /// All environments: those built in, those of `pnp.toml`, and those with a record.
    environments: Vec<EnvironmentStatus>,
    /// What is not the same in all of them.
    drift: Vec<Drift>,
    /// The approval program of today's source with the usual template values, SHA-512/256, hex.
    source_approval_sha512_256: String,
}

/// Asks all.
pub(super) async fn run(context: &Context, strict: bool) -> Result<Answer, Failure> {
    let names = names(context)?;
    let mut asked: Vec<Boxed<'_, EnvironmentStatus>> = Vec::with_capacity(names.len());
    for name in &names {
        asked.push(Box::pin(one(context, name)));
    }
    let environments = together(asked).await;
    let usual = pnp_usage::Programs::assemble(pnp_usage::Template::default())?;
    let report =
        AllReport { drift: drift(&environments), environments, source_approval_sha512_256: usual.approval_hash() };
    let answer = Answer::of(&report, report.text())?;
    Ok(if strict && report.is_amiss() { answer.ending(Exit::Findings) } else { answer })
}

/// Every network that has a record or is configured.
fn names(context: &Context) -> Result<Vec<String>, Failure> {
    let project = ProjectFile::load(&context.folder)?;
    let mut names: Vec<String> = ["embedded", "localnet", "testnet", "mainnet"].map(str::to_owned).into();
    let others: BTreeSet<String> = project
        .networks
        .into_keys()
        .chain(Store::networks(&context.folder)?)
        .filter(|name| !names.contains(name))
        .collect();
    names.extend(others);
    Ok(names)
}

async fn one(context: &Context, name: &str) -> EnvironmentStatus {
    let mut status = EnvironmentStatus {
        network: name.to_owned(),
        condition: Condition::None,
        genesis_hash: None,
        round: None,
        contract: None,
        problem: None,
    };
    let record = match Store::new(&context.folder, name).load() {
        Ok(record) => record,
        Err(error) => return status.wrong(error),
    };
    let is_new = name == "embedded" && !context.folder.join(".pnp").join("embedded").exists();
    if is_new {
        return status;
    }
    let outcome = tokio::time::timeout(PATIENCE, ask(context, name, &mut status)).await;
    match outcome {
        Ok(Ok(())) => status,
        outcome => {
            let (is_wrong, problem) = match outcome {
                Ok(Err(failure)) => (failure.exit != Exit::Unreachable, failure.message.clone()),
                _ => (false, format!("it has not answered within {} s", PATIENCE.as_secs())),
            };
            status.condition = if is_wrong { Condition::Wrong } else { Condition::Unreachable };
            status.problem = Some(problem);
            status.contract = newest(&record).map(recorded);
            status
        }
    }
}

/// The newest contract of a record whose chain was not asked which of them it is.
fn newest(record: &Deployments) -> Option<&Contract> {
    let all = record.chains.values().filter_map(|chain| chain.current());
    all.max_by_key(|contract| contract.history.last().map(|event| event.time.clone()))
}

async fn ask(context: &Context, name: &str, status: &mut EnvironmentStatus) -> Result<(), Failure> {
    let project = ProjectFile::load(&context.folder)?;
    let environment = settings(context, name)?;
    let network = Network::resolve(name, &environment, &project)?;
    let session = Session::on(context, network, environment).await?;
    let outcome = read(&session, status).await;
    let closed = session.close().await;
    outcome.and(closed.map_err(Failure::from))
}

/// The settings of a network. An address that the process's environment names is meant for one network, the one commands go to:
/// the others are found by their files.
fn settings(context: &Context, name: &str) -> Result<Environment, Failure> {
    let environment = Environment::load(&context.folder, name)?;
    let project = ProjectFile::load(&context.folder)?;
    let meant = context.options.net.as_deref().unwrap_or_else(|| Network::default_name(&project));
    if Network::canonical_name(meant) == name { Ok(environment) } else { Ok(environment.without_endpoints()) }
}

async fn read(session: &Session<'_>, status: &mut EnvironmentStatus) -> Result<(), Failure> {
    status.genesis_hash = Some(session.identity.hash.clone());
    status.round = Some(session.params().await?.last_round);
    let chain = session.chain()?;
    let Some(record) = chain.current() else { return Ok(()) };
    let Some(application) = session.algod.application(record.app_id).await? else {
        status.condition = Condition::Gone;
        status.problem = Some(format!("application {} is recorded, but the chain does not have it", record.app_id));
        return Ok(());
    };
    let state = GlobalState::read(&application)?;
    let found = Verification::new(&application, None)?;
    let (global, local) = (application.global_schema, application.local_schema);
    let approval_sha512_256 = hex::encode(sha512_256(&application.approval_program));
    let mut differs = pnp_ops::differences(record, &application.creator, &state);
    if record.programs.approval_sha512_256 != approval_sha512_256 {
        differs.push(format!("the chain runs {approval_sha512_256}, the record says another program"));
    }
    status.condition = Condition::Stands;
    status.contract = Some(Standing {
        app: application.id,
        version: record.version.clone(),
        approval_sha512_256,
        runs_this_source: Some(found.is_same()),
        parameters: pnp_ops::rates(&state.parameters),
        template: found.on_chain.values().map(|(name, value)| (name.to_owned(), value)).into(),
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
fn recorded(record: &Contract) -> Standing {
    Standing {
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
    let standing: Vec<(&str, &Standing)> =
        environments.iter().filter_map(|one| Some((one.network.as_str(), one.contract.as_ref()?))).collect();
    let mut values: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    let mut note = |what: &str, network: &str, value: String| match values.iter_mut().find(|(name, _)| name == what) {
        Some((_, all)) => {
            all.insert(network.to_owned(), value);
        }
        None => values.push((what.to_owned(), BTreeMap::from([(network.to_owned(), value)]))),
    };
    for (network, one) in standing {
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
    fn wrong(mut self, problem: impl std::fmt::Display) -> Self {
        self.condition = Condition::Wrong;
        self.problem = Some(problem.to_string());
        self
    }
}

impl AllReport {
    /// Whether something should be looked at.
    fn is_amiss(&self) -> bool {
        let bad = |one: &EnvironmentStatus| {
            let differs = one
                .contract
                .as_ref()
                .is_some_and(|contract| !contract.differs.is_empty() || contract.runs_this_source == Some(false));
            differs || matches!(one.condition, Condition::Gone | Condition::Wrong)
        };
        !self.drift.is_empty() || self.environments.iter().any(bad)
    }

    fn text(&self) -> String {
        let mut lines = Vec::new();
        for one in &self.environments {
            let state = match one.condition {
                Condition::Stands => String::new(),
                Condition::None => "no contract".to_owned(),
                Condition::Gone | Condition::Unreachable | Condition::Wrong => one.problem.clone().unwrap_or_default(),
            };
            let Some(contract) = &one.contract else {
                lines.push(format!("{:<10} {state}", one.network));
                continue;
            };
            let Rates { fee_pct, min_rate, max_rate } = contract.parameters;
            let runs = match contract.runs_this_source {
                Some(true) => "this source",
                Some(false) => "another source",
                None => "by its record",
            };
            let round = one.round.map(|round| format!(", round {round}")).unwrap_or_default();
            lines.push(format!(
                "{:<10} application {}, {runs}{round}, fee {fee_pct}, rates {min_rate} to {max_rate}",
                one.network, contract.app
            ));
            let notes = (!state.is_empty()).then_some(state).into_iter().chain(contract.differs.iter().cloned());
            lines.extend(notes.map(|note| format!("{:<10} {note}", "")));
        }
        lines.extend(self.drift.iter().map(|drift| {
            let short = |value: &str| value.chars().take(16).collect::<String>();
            let values: Vec<_> = drift.values.iter().map(|(name, value)| format!("{name} {}", short(value))).collect();
            format!("drift      {}: {}", drift.what, values.join(", "))
        }));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(network: &str, fee_pct: u64, approval: &str) -> EnvironmentStatus {
        let contract = Standing {
            app: 1,
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
            condition: Condition::Stands,
            genesis_hash: None,
            round: None,
            contract: Some(contract),
            problem: None,
        }
    }

    #[test]
    fn what_is_not_everywhere_the_same_drifts() {
        let same = [environment("a", 5, "x"), environment("b", 5, "x")];
        assert_eq!(drift(&same), []);
        let mut other = environment("c", 6, "y");
        let found = drift(&[same[0].clone(), other.clone()]);
        let names: Vec<_> = found.iter().map(|drift| drift.what.as_str()).collect();
        assert_eq!(names, ["approval_sha512_256", "fee_pct", "TMPL_UPDATABLE"]);
        assert_eq!(found[1].values, BTreeMap::from([("a".into(), "5".into()), ("c".into(), "6".into())]));
        other.contract = None;
        assert_eq!(drift(&[same[0].clone(), other]), []);
    }
}
