//! The document of all environments.

use crate::error::Error;
use crate::status::{Condition, ContractSummary, Drift, EnvironmentProblem, EnvironmentStatus, Environments};
use pnp_types::Round;
use schemars::JsonSchema;
use serde::Serialize;

/// One environment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EnvironmentReport {
    /// The network's name.
    pub network: String,
    /// How it is.
    pub condition: Condition,
    /// The network's genesis hash, base64; absent where it was not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genesis_hash: Option<String>,
    /// The newest round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
    /// The contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractSummary>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// With `--all`: every environment that has a record or is configured, and where they drift apart.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AllReport {
    /// All environments: those built in, those of `pnp.toml`, and those with a record.
    pub environments: Vec<EnvironmentReport>,
    /// What is not the same in all of them.
    pub drift: Vec<Drift>,
    /// The approval program of today's source with the usual template values, SHA-512/256, hex.
    pub source_approval_sha512_256: String,
}

impl AllReport {
    /// All environments; `message` says what an error of one means.
    #[must_use]
    pub fn new(all: Environments, message: impl Fn(Error) -> String) -> Self {
        let Environments { environments, drift, source_approval_sha512_256 } = all;
        let environments = environments.into_iter().map(|status| EnvironmentReport::new(status, &message)).collect();
        Self { environments, drift, source_approval_sha512_256 }
    }
}

impl EnvironmentReport {
    fn new(status: EnvironmentStatus, message: impl Fn(Error) -> String) -> Self {
        let condition = status.condition();
        let EnvironmentStatus { network, genesis_hash, round, contract, problem } = status;
        let problem = problem.map(|problem| match problem {
            EnvironmentProblem::Gone { app } => {
                format!("application {app} is recorded, but the chain does not have it")
            }
            EnvironmentProblem::Record(error) => error.to_string(),
            EnvironmentProblem::Slow(time) => format!("it has not answered within {} s", time.as_secs()),
            EnvironmentProblem::Failed(error) => message(*error),
        });
        Self { network, condition, genesis_hash, round, contract, problem }
    }
}
