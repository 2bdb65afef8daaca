//! What a finding is about, and how bad it is.

use schemars::JsonSchema;
use serde::Serialize;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// Settings, records and what git has of them.
    Files,
    /// Keys of accounts.
    Keys,
    /// The network's services.
    Network,
    /// The contract on the chain.
    Contract,
    /// What accounts have and hold.
    Balances,
    /// The gateway, where the program has one: its files, queue and treasury.
    Gateway,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Note,
    /// It works, and may harm.
    Warning,
    /// Something does not work, or is not safe.
    Error,
}
