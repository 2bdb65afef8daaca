//! Payments (go-algorand `ledger/apply/payment.go`).

use crate::error::ApplyError;
use crate::record::AccountRecord;
use crate::state::State;
use pnp_types::{ApplyData, Header, Payment};

/// Moves the amount and, where asked, all that is left, closing the account.
pub(super) fn apply(
    state: &mut State<'_>,
    payment: &Payment,
    header: &Header,
    apply_data: &mut ApplyData,
) -> Result<(), ApplyError> {
    let sender = &header.sender;
    if !payment.amount.is_zero() || !payment.receiver.is_zero() {
        let moved = state.move_algos(sender, &payment.receiver, payment.amount)?;
        apply_data.sender_rewards = apply_data.sender_rewards.saturating_add(moved.from);
        apply_data.receiver_rewards = apply_data.receiver_rewards.saturating_add(moved.to);
    }
    if payment.close_remainder_to.is_zero() {
        return Ok(());
    }

    let rest = state.account_with_rewards(sender)?.balance;
    apply_data.closing_amount = rest;
    let moved = state.move_algos(sender, &payment.close_remainder_to, rest)?;
    apply_data.sender_rewards = apply_data.sender_rewards.saturating_add(moved.from);
    apply_data.close_rewards = apply_data.close_rewards.saturating_add(moved.to);

    let account = state.account_with_rewards(sender)?;
    if !account.balance.is_zero() {
        return Err(ApplyError::NotEmptied(account.balance.0));
    }
    let outstanding = [
        (account.total_assets, "assets"),
        (account.total_assets_created, "created assets"),
        (account.total_apps_opted_in, "applications opted in. Please opt out or clear them"),
        (account.total_boxes, "boxes"),
        (account.total_box_bytes, "box bytes"),
        (account.total_apps_created, "created applications"),
    ];
    if let Some((count, what)) = outstanding.into_iter().find(|(count, _)| *count > 0) {
        return Err(ApplyError::Outstanding { count, what });
    }
    state.put_account(sender, &AccountRecord::default());
    Ok(())
}
