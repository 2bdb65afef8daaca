//! Freezing and unfreezing holdings (go-algorand `ledger/apply/asset.go` `AssetFreeze`).

use super::asset_config::existing;
use crate::error::ApplyError;
use crate::state::State;
use pnp_types::{AssetFreeze, Header};

/// Sets the holding's flag, if the asset's freeze address asks for it.
pub(super) fn apply(state: &mut State<'_>, fields: &AssetFreeze, header: &Header) -> Result<(), ApplyError> {
    let freeze = existing(state, fields.asset)?.params.freeze;
    if freeze.is_zero() || header.sender != freeze {
        return Err(ApplyError::NotFreezer { sender: header.sender, freeze });
    }
    let Some(mut holding) = state.holding(&fields.account, fields.asset)? else {
        return Err(ApplyError::NothingToFreeze);
    };
    holding.frozen = fields.frozen;
    state.set_holding(&fields.account, fields.asset, Some(holding));
    Ok(())
}
