//! Every check: one file each. A new one is a file, its `mod` line and its line of [`CHECKS`].

mod absolute_group_index;
mod allow_unknown_name;
mod allow_without_effect;
mod allow_without_reason;
mod always_approves;
pub(super) mod analysis_incomplete;
mod constant_condition;
mod constant_gtxn;
mod delete_allowed;
pub(super) mod does_not_assemble;
mod endless_loop;
mod inner_fee;
mod missing_lease;
mod missing_opt_in_value;
mod needs_reference;
mod over_budget;
mod self_access;
mod self_payment;
mod sender_access;
mod stack_imbalance;
pub(super) mod stack_underflow;
mod unavailable_resource;
mod unbounded_loop;
mod unchecked_asset;
mod unchecked_asset_close_to;
mod unchecked_asset_sender;
mod unchecked_close_to;
mod unchecked_fee;
mod unchecked_group_size;
mod unchecked_on_completion;
mod unchecked_receiver;
mod unchecked_rekey_to;
mod unprotected_delete;
mod unprotected_transfer;
mod unprotected_update;
mod unreachable_code;
mod unset_scratch;
mod unused_scratch;
mod update_allowed;

use super::definition::Check;

/// Every check, in the order in which findings of one line are reported.
pub static CHECKS: &[&Check] = &[
    &unchecked_rekey_to::CHECK,
    &unchecked_close_to::CHECK,
    &unchecked_asset_close_to::CHECK,
    &unchecked_asset_sender::CHECK,
    &unchecked_fee::CHECK,
    &unchecked_group_size::CHECK,
    &absolute_group_index::CHECK,
    &unprotected_update::CHECK,
    &unprotected_delete::CHECK,
    &unprotected_transfer::CHECK,
    &update_allowed::CHECK,
    &delete_allowed::CHECK,
    &unchecked_receiver::CHECK,
    &unchecked_asset::CHECK,
    &unchecked_on_completion::CHECK,
    &self_payment::CHECK,
    &always_approves::CHECK,
    &inner_fee::CHECK,
    &missing_lease::CHECK,
    &missing_opt_in_value::CHECK,
    &stack_imbalance::CHECK,
    &stack_underflow::CHECK,
    &constant_condition::CHECK,
    &unreachable_code::CHECK,
    &unused_scratch::CHECK,
    &unset_scratch::CHECK,
    &endless_loop::CHECK,
    &unbounded_loop::CHECK,
    &over_budget::CHECK,
    &unavailable_resource::CHECK,
    &needs_reference::CHECK,
    &constant_gtxn::CHECK,
    &self_access::CHECK,
    &sender_access::CHECK,
    &allow_without_reason::CHECK,
    &allow_unknown_name::CHECK,
    &allow_without_effect::CHECK,
    &analysis_incomplete::CHECK,
    &does_not_assemble::CHECK,
];

/// The check of that name.
pub fn check_named(name: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.name == name)
}

/// A check's place in [`CHECKS`].
pub(super) fn position(check: &Check) -> usize {
    CHECKS.iter().position(|other| *other == check).unwrap_or(CHECKS.len())
}

#[cfg(test)]
mod tests;
