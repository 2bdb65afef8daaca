//! A contract's state on the chain beside its record.

use pnp_registry::Contract;
use pnp_types::Address;
use pnp_usage::GlobalState;

/// Where the record, which people can edit, says something else than the chain, which is right; in sentences.
#[must_use]
pub fn differences(record: &Contract, creator: &Address, state: &GlobalState) -> Vec<String> {
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
    .filter(|(_, recorded, real)| recorded != real)
    .map(|(name, recorded, real)| format!("{name} is {real} on chain, the record says {recorded}"))
    .collect()
}
