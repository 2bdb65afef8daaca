//! The document of a demonstration.

use crate::demo::Demonstration;
use crate::refusal::Refusal;
use pnp_registry::Contract;
use pnp_usage::Receipt;
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

/// What happened on the temporary network: a contract, bills, attacks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DemoReport {
    /// The record of the contract that was deployed.
    pub contract: Contract,
    /// The bills that were paid, in order.
    pub receipts: Vec<Receipt>,
    /// The attacks that were tried, in order.
    pub attacks: Vec<Attack>,
    /// How long all of it took.
    pub milliseconds: u64,
}

/// An attack and the contract's answer to it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Attack {
    /// What was tried.
    pub name: &'static str,
    /// With which words it was refused.
    pub refused: String,
}

impl DemoReport {
    /// What was shown, and how long it took; `message` says why an attack was refused.
    #[must_use]
    pub fn new(shown: Demonstration, time: Duration, message: impl Fn(&Refusal) -> String) -> Self {
        let Demonstration { contract, receipts, attacks } = shown;
        let attacks = attacks.iter().map(|(name, refusal)| Attack { name, refused: message(refusal) }).collect();
        let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self { contract, receipts, attacks, milliseconds }
    }
}
