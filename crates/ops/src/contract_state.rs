//! A contract's state on the chain beside its record.

use pnp_registry::Contract;
use pnp_types::Address;
use pnp_usage::GlobalState;
use serde::Serialize;
use std::fmt;

/// Something that the record, which people can edit, says otherwise than the chain, which is right. It is written as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum RecordDifference {
    /// A value of the contract.
    Value {
        /// Which, for example `fee_pct`.
        name: &'static str,
        /// On the chain.
        on_chain: String,
        /// In the record.
        recorded: String,
    },
    /// The approval program.
    Program {
        /// The SHA-512/256 of the one on the chain, hex.
        on_chain: String,
    },
}

impl fmt::Display for RecordDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { name, on_chain, recorded } => {
                write!(f, "{name} is {on_chain} on chain, the record says {recorded}")
            }
            Self::Program { on_chain } => write!(f, "the chain runs {on_chain}, the record says another program"),
        }
    }
}

impl From<RecordDifference> for String {
    fn from(difference: RecordDifference) -> Self {
        difference.to_string()
    }
}

/// The values that the record and the chain do not agree on.
#[must_use]
pub fn differences(record: &Contract, creator: &Address, state: &GlobalState) -> Vec<RecordDifference> {
    let parameters = &state.parameters;
    [
        ("creator", record.creator.clone(), creator.to_string()),
        ("provider", record.provider.clone(), state.provider.to_string()),
        ("platform", record.platform.clone(), state.platform.to_string()),
        ("asset", record.asset_id.to_string(), state.asset.unwrap_or_default().to_string()),
        ("fee_pct", record.parameters.fee_pct.to_string(), parameters.fee_pct().to_string()),
        ("min_rate", record.parameters.min_rate.to_string(), parameters.min_rate().to_string()),
        ("max_rate", record.parameters.max_rate.to_string(), parameters.max_rate().to_string()),
    ]
    .into_iter()
    .filter(|(_, recorded, on_chain)| recorded != on_chain)
    .map(|(name, recorded, on_chain)| RecordDifference::Value { name, on_chain, recorded })
    .collect()
}
