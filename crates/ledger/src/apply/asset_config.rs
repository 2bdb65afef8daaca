//! Creating, changing and destroying assets (go-algorand `ledger/apply/asset.go` `AssetConfig`).

use std::sync::Arc;

use crate::error::ApplyError;
use crate::record::AssetRecord;
use crate::state::State;
use pnp_types::{Address, ApplyData, AssetConfig, AssetHolding, AssetIndex, AssetParams, Header};

/// Creates for id 0, destroys for empty parameters, and changes the four addresses otherwise.
pub(super) fn apply(
    state: &mut State<'_>,
    config: &AssetConfig,
    header: &Header,
    apply_data: &mut ApplyData,
    counter: u64,
) -> Result<(), ApplyError> {
    if config.asset == AssetIndex::NONE {
        apply_data.config_asset = create(state, config, header, counter)?;
        return Ok(());
    }
    let asset = existing(state, config.asset)?;
    let manager = asset.params.manager;
    if manager.is_zero() || header.sender != manager {
        return Err(ApplyError::NotManager { sender: header.sender, manager });
    }
    if config.params == AssetParams::default() {
        destroy(state, config.asset, &asset)
    } else {
        change(state, config, asset);
        Ok(())
    }
}

/// The asset, or the reference's error that there is none.
pub(super) fn existing(state: &State<'_>, id: AssetIndex) -> Result<AssetRecord, ApplyError> {
    state.asset(id)?.ok_or(ApplyError::NoAsset(id))
}

/// Counts one more asset held, within the protocol's limit.
pub(super) fn count_holding(state: &mut State<'_>, address: &Address, created: bool) -> Result<(), ApplyError> {
    let mut account = state.account(address)?;
    let limit = state.params().max_assets_per_account;
    if limit > 0 && account.total_assets >= limit as u64 {
        return Err(ApplyError::TooManyAssets { count: account.total_assets, limit });
    }
    account.total_assets = account.total_assets.saturating_add(1);
    account.total_assets_created = account.total_assets_created.saturating_add(u64::from(created));
    state.put_account(address, &account);
    Ok(())
}

fn create(
    state: &mut State<'_>,
    config: &AssetConfig,
    header: &Header,
    counter: u64,
) -> Result<AssetIndex, ApplyError> {
    let id = AssetIndex(counter.saturating_add(1));
    if state.asset(id)?.is_some() {
        return Err(ApplyError::AssetExists(id));
    }
    count_holding(state, &header.sender, true)?;
    let params = Arc::new(config.params.clone());
    let amount = params.total;
    state.create_asset(id, AssetRecord { creator: header.sender, params });
    state.set_holding(&header.sender, id, Some(AssetHolding { amount, frozen: false }));
    Ok(id)
}

/// Only the creator's holding of everything may go, and the asset with it.
fn destroy(state: &mut State<'_>, id: AssetIndex, asset: &AssetRecord) -> Result<(), ApplyError> {
    let creator = asset.creator;
    let mut account = state.account(&creator)?;
    if account.total_assets == 0 {
        return Err(ApplyError::NothingToDestroy { creator, what: "holds no assets" });
    }
    if account.total_assets_created == 0 {
        return Err(ApplyError::NothingToDestroy { creator, what: "created no assets" });
    }
    let held = state.holding(&creator, id)?.unwrap_or_default().amount;
    if held != asset.params.total {
        return Err(ApplyError::NotAllHeld { held, total: asset.params.total });
    }
    account.total_assets -= 1;
    account.total_assets_created -= 1;
    state.put_account(&creator, &account);
    state.set_holding(&creator, id, None);
    state.remove_asset(id, &creator);
    Ok(())
}

/// An address once given up stays given up.
fn change(state: &mut State<'_>, config: &AssetConfig, mut asset: AssetRecord) {
    let params = Arc::make_mut(&mut asset.params);
    for (current, new) in [
        (&mut params.manager, config.params.manager),
        (&mut params.reserve, config.params.reserve),
        (&mut params.freeze, config.params.freeze),
        (&mut params.clawback, config.params.clawback),
    ] {
        if !current.is_zero() {
            *current = new;
        }
    }
    state.put_asset(config.asset, asset);
}
