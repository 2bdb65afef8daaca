//! Scenarios of the contract, run on a network.

use crate::connection::Connection;
use crate::error::{DispenserError, Error};
use pnp_usage::scenario::{Failure, Scenario, Sources, Stage, StageError, Transcript, play};
use schemars::JsonSchema;
use serde::Serialize;

/// A scenario to run.
#[derive(Clone, Debug)]
pub struct NamedScenario {
    /// The file it is in.
    pub file: String,
    /// What it says.
    pub scenario: Scenario,
}

/// The result of a scenario.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ScenarioResult {
    /// The file it is in.
    pub file: String,
    /// Its title.
    pub scenario: String,
    /// Whether it passed.
    pub passed: bool,
    /// What it led to, in words that are the same on every network; absent where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript: Option<Transcript>,
    /// The first difference; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl Connection {
    /// Runs scenarios one after the other, with the programs of `sources`; `finished` gets each result at once. Their accounts
    /// are funded by the network's dispenser.
    ///
    /// # Errors
    /// A dispenser whose key cannot sign here, and a network that does not answer or refuses what every scenario needs.
    pub async fn run_scenarios(
        &self,
        sources: &Sources,
        scenarios: &[NamedScenario],
        with_transcripts: bool,
        mut finished: impl FnMut(&ScenarioResult),
    ) -> Result<Vec<ScenarioResult>, Error> {
        let dispenser = self.dispenser().await?;
        let key = dispenser.unlock().await?.ok_or(DispenserError::KeyStays)?;
        let sign = |transaction: &_| key.sign_transaction(transaction);
        let mut stage = Stage::set(self.algod.clone(), dispenser.address, sign).await?;
        if with_transcripts {
            stage = stage.with_transcripts();
        }
        let mut results = Vec::with_capacity(scenarios.len());
        for NamedScenario { file, scenario } in scenarios {
            let (transcript, failure) = match play(&mut stage, sources, scenario).await {
                Ok(transcript) => (Some(transcript), None),
                Err(Failure::Stage(error @ StageError::Client(_))) => return Err(error.into()),
                Err(failure) => (None, Some(failure.to_string())),
            };
            let (file, scenario) = (file.clone(), scenario.scenario.clone());
            let result = ScenarioResult { file, scenario, passed: failure.is_none(), transcript, failure };
            finished(&result);
            results.push(result);
        }
        Ok(results)
    }
}
