//! Opting in to assets, moving them, taking them back, leaving them
//! (go-algorand `ledger/apply/asset.go` `AssetTransfer`).

use super::asset_config::{count_holding, existing};
use crate::error::ApplyError;
use crate::state::State;
use pnp_types::{Address, ApplyData, AssetHolding, AssetIndex, AssetTransfer, Header};

/// Whether the freezing of a holding is respected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FrozenPolicy {
    Enforce,
    /// Clawback, and closing out to the creator.
    Ignore,
}

/// Moves units; a transfer of nothing to oneself opts in, and one with a close-out address opts out.
pub(super) fn apply(
    state: &mut State<'_>,
    transfer: &AssetTransfer,
    header: &Header,
    apply_data: &mut ApplyData,
) -> Result<(), ApplyError> {
    let id = transfer.asset;
    let is_clawback = !transfer.sender.is_zero();
    if is_clawback {
        let clawback = existing(state, id)?.params.clawback;
        if clawback.is_zero() || header.sender != clawback {
            return Err(ApplyError::NotClawback { sender: header.sender, clawback });
        }
    }
    let source = if is_clawback { transfer.sender } else { header.sender };

    let opts_in = transfer.amount == 0 && transfer.receiver == source && !is_clawback;
    if opts_in && state.holding(&source, id)?.is_none() {
        let frozen = existing(state, id)?.params.default_frozen;
        count_holding(state, &source, false)?;
        state.set_holding(&source, id, Some(AssetHolding { amount: 0, frozen }));
    }

    let frozen = if is_clawback { FrozenPolicy::Ignore } else { FrozenPolicy::Enforce };
    debit(state, &source, id, transfer.amount, frozen)?;
    credit(state, &transfer.receiver, id, transfer.amount, frozen)?;

    if transfer.close_to.is_zero() {
        return Ok(());
    }
    if is_clawback {
        return Err(ApplyError::CloseByClawback);
    }
    close_out(state, &source, transfer, apply_data)
}

/// Sends what is left and removes the holding. To the creator this is allowed even from a frozen holding.
fn close_out(
    state: &mut State<'_>,
    source: &Address,
    transfer: &AssetTransfer,
    apply_data: &mut ApplyData,
) -> Result<(), ApplyError> {
    let id = transfer.asset;
    if state.account(source)?.total_assets == 0 {
        return Err(ApplyError::NothingToClose { account: *source, asset: id });
    }
    let creator = state.asset(id)?.map(|asset| asset.creator);
    if creator == Some(*source) {
        return Err(ApplyError::CloseByCreator);
    }
    let Some(holding) = state.holding(source, id)? else {
        return Err(ApplyError::NotPresent { asset: id, account: *source });
    };
    let frozen = if creator == Some(transfer.close_to) { FrozenPolicy::Ignore } else { FrozenPolicy::Enforce };
    if state.params().enable_asset_close_amount {
        apply_data.asset_closing_amount = holding.amount;
    }
    debit(state, source, id, holding.amount, frozen)?;
    credit(state, &transfer.close_to, id, holding.amount, frozen)?;

    // A close-out to oneself puts back what it took.
    let left = state.holding(source, id)?.unwrap_or_default().amount;
    if left != 0 {
        return Err(ApplyError::NotZeroAfterClosing { asset: id, amount: left });
    }
    state.update_account(source, |account| account.total_assets = account.total_assets.saturating_sub(1))?;
    state.set_holding(source, id, None);
    Ok(())
}

/// Removes units from a holding.
fn debit(
    state: &mut State<'_>,
    account: &Address,
    asset: AssetIndex,
    amount: u64,
    frozen: FrozenPolicy,
) -> Result<(), ApplyError> {
    change(state, account, asset, amount, |holding| {
        let Some(holding) = holding else { return Err(ApplyError::NotHeld { asset, account: *account }) };
        if holding.frozen && frozen == FrozenPolicy::Enforce {
            return Err(ApplyError::Frozen { asset, account: *account });
        }
        let held = holding.amount;
        held.checked_sub(amount).ok_or(ApplyError::AssetUnderflow { amount, held })
    })
}

/// Adds units to a holding.
fn credit(
    state: &mut State<'_>,
    account: &Address,
    asset: AssetIndex,
    amount: u64,
    frozen: FrozenPolicy,
) -> Result<(), ApplyError> {
    change(state, account, asset, amount, |holding| {
        let Some(holding) = holding else { return Err(ApplyError::ReceiverNotOptedIn { asset, account: *account }) };
        if holding.frozen && frozen == FrozenPolicy::Enforce {
            return Err(ApplyError::FrozenInRecipient);
        }
        // The reference names the sum that wrapped around.
        let (sum, wrapped) = holding.amount.overflowing_add(amount);
        if wrapped { Err(ApplyError::AssetOverflow { amount, held: sum }) } else { Ok(sum) }
    })
}

/// Sets a holding to the amount that `to` computes. Moving nothing requires no holding.
fn change(
    state: &mut State<'_>,
    account: &Address,
    asset: AssetIndex,
    amount: u64,
    to: impl FnOnce(Option<&AssetHolding>) -> Result<u64, ApplyError>,
) -> Result<(), ApplyError> {
    if amount == 0 {
        return Ok(());
    }
    let holding = state.holding(account, asset)?;
    let amount = to(holding.as_ref())?;
    state.set_holding(account, asset, holding.map(|holding| AssetHolding { amount, ..holding }));
    Ok(())
}
