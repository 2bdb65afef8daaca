//! The document of scenarios that were run.

use crate::connection::Connection;
use crate::suite::ScenarioResult;
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

/// The results of the scenarios.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TestReport {
    /// The network's name.
    pub network: String,
    /// How many scenarios passed.
    pub passed: usize,
    /// How many did not.
    pub failed: usize,
    /// How long all of them took.
    pub milliseconds: u64,
    /// Every scenario, in the order they were run.
    pub scenarios: Vec<ScenarioResult>,
}

impl TestReport {
    /// The results, and how long they took.
    #[must_use]
    pub fn new(connection: &Connection, scenarios: Vec<ScenarioResult>, time: Duration) -> Self {
        let passed = scenarios.iter().filter(|verdict| verdict.passed).count();
        Self {
            network: connection.network.name.clone(),
            passed,
            failed: scenarios.len().saturating_sub(passed),
            milliseconds: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
            scenarios,
        }
    }
}
