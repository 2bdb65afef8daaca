//! The document of an examination.

use crate::doctor::{Examination, Finding, Severity, Topic};
use schemars::JsonSchema;
use serde::Serialize;

/// What is right and wrong here, and the remedies.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DoctorReport {
    /// The network's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// The network's genesis hash, base64; absent where the network was not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genesis_hash: Option<String>,
    /// Whether what matters before MainNet was checked too.
    pub preflight: bool,
    /// Whether no check is an error.
    pub healthy: bool,
    /// How many checks are errors.
    pub errors: usize,
    /// How many checks are warnings.
    pub warnings: usize,
    /// All checks, in the order they were made.
    pub checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Check {
    /// What it is about.
    pub topic: Topic,
    /// A stable word for programs, for example `genesis`.
    pub check: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in one sentence.
    pub message: String,
    /// The remedy, with the command to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl DoctorReport {
    /// What was found; `words` says it in a sentence, and what to do, given the finding and the network's name.
    #[must_use]
    pub fn new(
        examination: Examination,
        preflight: bool,
        words: impl Fn(Finding, &str) -> (String, Option<String>),
    ) -> Self {
        let (errors, warnings) = (examination.count(Severity::Error), examination.count(Severity::Warning));
        let Examination { network, genesis_hash, findings } = examination;
        let name = network.clone().unwrap_or_default();
        let check = |finding: Finding| {
            let (topic, check, severity) = (finding.topic(), finding.check(), finding.severity());
            let (message, hint) = words(finding, &name);
            Check { topic, check, severity, message, hint }
        };
        let checks = findings.into_iter().map(check).collect();
        Self { network, genesis_hash, preflight, healthy: errors == 0, errors, warnings, checks }
    }

    /// Adds checks that were made beside the examination.
    pub fn add(&mut self, checks: impl IntoIterator<Item = Check>) {
        for check in checks {
            match check.severity {
                Severity::Error => self.errors = self.errors.saturating_add(1),
                Severity::Warning => self.warnings = self.warnings.saturating_add(1),
                Severity::Ok | Severity::Note => {}
            }
            self.checks.push(check);
        }
        self.healthy = self.errors == 0;
    }
}
