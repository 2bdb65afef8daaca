//! `status --all`: the contract in every environment, and where they drift apart.

use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_ops::{Condition, ContractSummary, Drift, EnvironmentProblem, EnvironmentStatus, Environments, environments};
use pnp_registry::Rates;
use schemars::JsonSchema;
use serde::Serialize;

/// One environment.
#[derive(Debug, Serialize, JsonSchema)]
struct EnvironmentReport {
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
    contract: Option<ContractSummary>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// With `--all`: every environment that has a record or is configured, and where they drift apart.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AllReport {
    /// All environments: those built in, those of `pnp.toml`, and those with a record.
    environments: Vec<EnvironmentReport>,
    /// What is not the same in all of them.
    drift: Vec<Drift>,
    /// The approval program of today's source with the usual template values, SHA-512/256, hex.
    source_approval_sha512_256: String,
}

/// Asks all.
pub(super) async fn run(context: &Context, strict: bool) -> Result<Answer, Failure> {
    let all = environments(&context.settings(), &context.host()).await?;
    let needs_attention = all.needs_attention();
    let Environments { environments, drift, source_approval_sha512_256 } = all;
    let environments = environments.into_iter().map(EnvironmentReport::from).collect();
    let report = AllReport { environments, drift, source_approval_sha512_256 };
    let answer = Answer::of(&report, report.text())?;
    Ok(if strict && needs_attention { answer.ending(Exit::Findings) } else { answer })
}

impl From<EnvironmentStatus> for EnvironmentReport {
    fn from(status: EnvironmentStatus) -> Self {
        let condition = status.condition();
        let EnvironmentStatus { network, genesis_hash, round, contract, problem } = status;
        Self { network, condition, genesis_hash, round, contract, problem: problem.map(words) }
    }
}

fn words(problem: EnvironmentProblem) -> String {
    match problem {
        EnvironmentProblem::Gone { app } => {
            format!("application {app} is recorded, but the chain does not have it")
        }
        EnvironmentProblem::Record(error) => error.to_string(),
        EnvironmentProblem::Slow(time) => format!("it has not answered within {} s", time.as_secs()),
        EnvironmentProblem::Failed(error) => Failure::from(*error).message.clone(),
    }
}

impl AllReport {
    fn text(&self) -> String {
        let environments = self.environments.iter().flat_map(EnvironmentReport::lines);
        let drift = self.drift.iter().map(|drift| {
            let short = |value: &str| value.chars().take(16).collect::<String>();
            let values: Vec<_> = drift.values.iter().map(|(name, value)| format!("{name} {}", short(value))).collect();
            format!("drift      {}: {}", drift.what, values.join(", "))
        });
        environments.chain(drift).collect::<Vec<_>>().join("\n")
    }
}

impl EnvironmentReport {
    fn lines(&self) -> Vec<String> {
        let network = &self.network;
        let problem = self.problem.clone();
        let Some(contract) = &self.contract else {
            return vec![format!("{network:<10} {}", problem.unwrap_or_else(|| "no contract".to_owned()))];
        };
        let Rates { fee_pct, min_rate, max_rate } = contract.parameters;
        let runs = match contract.runs_this_source {
            Some(true) => "this source",
            Some(false) => "another source",
            None => "by its record",
        };
        let round = self.round.map(|round| format!(", round {round}")).unwrap_or_default();
        let app = contract.app;
        let first =
            format!("{network:<10} application {app}, {runs}{round}, fee {fee_pct}, rates {min_rate} to {max_rate}");
        let notes = problem.into_iter().chain(contract.differs.iter().map(ToString::to_string));
        std::iter::once(first).chain(notes.map(|note| format!("{:<10} {note}", ""))).collect()
    }
}
