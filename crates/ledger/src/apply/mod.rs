//! What a transaction does to the state: one file per transaction type, and here what all types have in common.
//!
//! The transaction is well-formed and signed already; what is refused here depends on state
//! (go-algorand `ledger/eval/eval.go` `applyTransaction`, `ledger/eval/applications.go` `Perform`, `ledger/apply`).

mod application;
mod asset_config;
mod asset_freeze;
mod asset_transfer;
mod challenge;
mod heartbeat;
mod key_registration;
mod payment;

use super::error::ApplyError;
use super::host::Host;
use super::state::State;
use pnp_avm::GroupContext;
use pnp_types::{Address, AppIndex, ApplyData, AssetIndex, Transaction, TransactionType};

pub(crate) use challenge::{Challenge, Period};

/// Applies transaction `index` of a top-level group and leaves what it did in the group's context.
///
/// The transaction is not counted yet: it counts once it is in the block.
pub(super) fn top_level(
    host: &mut Host<'_, '_>,
    group: &mut GroupContext<'_>,
    index: usize,
) -> Result<ApplyData, ApplyError> {
    let Some(entry) = group.transactions.get(index) else { return Err(ApplyError::UnknownType(String::new())) };
    let transaction = entry.signed.transaction.clone();
    let counter = host.state().counter();
    let mut apply_data = ApplyData::default();
    let outcome = begin(host.state_mut(), &transaction, &mut apply_data)
        .and_then(|()| by_type(host, group, index, &transaction, &mut apply_data, counter));
    // Recorded also for a failure, so that a tracer sees how far the transaction came.
    group.record(index, apply_data.clone());
    outcome?;
    let params = host.state().params();
    if !params.rewards_in_apply_data {
        apply_data.sender_rewards = Default::default();
        apply_data.receiver_rewards = Default::default();
        apply_data.close_rewards = Default::default();
    }
    if params.max_inner_transactions == 0 {
        apply_data.application = AppIndex::NONE;
        apply_data.config_asset = AssetIndex::NONE;
    }
    Ok(apply_data)
}

/// Applies transaction `index` of an inner group, leaving its effects in the transaction.
///
/// The transaction is counted before it runs, because the outer one is not counted yet.
pub(super) fn inner(host: &mut Host<'_, '_>, group: &mut GroupContext<'_>, index: usize) -> Result<(), ApplyError> {
    let Some(entry) = group.transactions.get_mut(index) else { return Err(ApplyError::UnknownType(String::new())) };
    let transaction = entry.signed.transaction.clone();
    if matches!(
        transaction.kind,
        TransactionType::Heartbeat | TransactionType::StateProof | TransactionType::Unknown(_)
    ) {
        return Err(ApplyError::NotInner(transaction.kind.as_str().to_owned()));
    }
    let mut apply_data = std::mem::take(&mut entry.apply_data);
    begin(host.state_mut(), &transaction, &mut apply_data)?;
    host.state_mut().count_transaction();
    let counter = host.state().counter();
    let outcome = by_type(host, group, index, &transaction, &mut apply_data, counter);
    if let Some(entry) = group.transactions.get_mut(index) {
        entry.apply_data = apply_data;
    }
    outcome
}

/// What every transaction does first: pay its fee and, if it asks for it, rekey its sender.
fn begin(state: &mut State<'_>, transaction: &Transaction, apply_data: &mut ApplyData) -> Result<(), ApplyError> {
    let header = &transaction.header;
    apply_data.sender_rewards = state.take_fee(&header.sender, header.fee)?;
    if !header.rekey_to.is_zero() {
        let to_itself = header.rekey_to == header.sender;
        state.update_account(&header.sender, |account| {
            account.auth_addr = if to_itself { Address::ZERO } else { header.rekey_to };
        })?;
    }
    Ok(())
}

fn by_type(
    host: &mut Host<'_, '_>,
    group: &mut GroupContext<'_>,
    index: usize,
    transaction: &Transaction,
    apply_data: &mut ApplyData,
    counter: u64,
) -> Result<(), ApplyError> {
    let header = &transaction.header;
    match &transaction.kind {
        TransactionType::Payment => payment::apply(host.state_mut(), &transaction.payment, header, apply_data),
        TransactionType::KeyRegistration => key_registration::apply(host.state_mut(), &transaction.keyreg, header),
        TransactionType::AssetConfig => {
            asset_config::apply(host.state_mut(), &transaction.asset_config, header, apply_data, counter)
        }
        TransactionType::AssetTransfer => {
            asset_transfer::apply(host.state_mut(), &transaction.asset_transfer, header, apply_data)
        }
        TransactionType::AssetFreeze => asset_freeze::apply(host.state_mut(), &transaction.asset_freeze, header),
        TransactionType::ApplicationCall => {
            let call = application::Call { fields: &transaction.application_call, sender: header.sender, index };
            call.apply(host, group, apply_data, counter)
        }
        TransactionType::Heartbeat => match &transaction.heartbeat {
            Some(fields) => heartbeat::apply(host.state_mut(), fields, header),
            None => Err(ApplyError::HeartbeatMissing),
        },
        TransactionType::StateProof => Err(ApplyError::StateProofUnsupported),
        TransactionType::Unknown(kind) => Err(ApplyError::UnknownType(kind.clone())),
    }
}
