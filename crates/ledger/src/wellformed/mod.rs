//! Whether a transaction is valid on its own: limits and combinations of fields, without any state or signature.
//!
//! One function a type and then what all types share, in the reference's order, because the first fault found is the
//! one reported (go-algorand `data/transactions/transaction.go` `WellFormed` and the files of the types).

mod application;
mod error;
mod participation;

#[cfg(test)]
mod tests;

pub(crate) use application::{check_program_versions, program_version, updates_sizes, well_sized};
pub use error::{AccessError, MalformedError, ProgramsError};
pub(super) use participation::discount_claim;

use super::state::SpecialAddresses;
use pnp_types::consensus::ConsensusParams;
use pnp_types::{
    Address, AssetConfig, AssetFreeze, AssetIndex, AssetTransfer, Header, Payment, StateProof, Transaction,
    TransactionType, hash_with_prefix,
};

type Check = Result<(), MalformedError>;

/// Who sends state proofs: an address without a key.
#[must_use]
pub(crate) fn state_proof_sender() -> Address {
    Address(hash_with_prefix(b"SpecialAddr", b"StateProofSender").0)
}

/// Refuses a transaction that no state could make valid.
pub(crate) fn check(transaction: &Transaction, specials: &SpecialAddresses, params: &ConsensusParams) -> Check {
    let header = &transaction.header;
    match &transaction.kind {
        TransactionType::Payment => payment(&transaction.payment, header, specials, params)?,
        TransactionType::KeyRegistration => {
            participation::key_registration(&transaction.keyreg, header, specials, params)?;
        }
        TransactionType::AssetConfig => asset_config(&transaction.asset_config, params)?,
        TransactionType::AssetTransfer => asset_transfer(&transaction.asset_transfer)?,
        TransactionType::AssetFreeze => asset_freeze(&transaction.asset_freeze)?,
        TransactionType::ApplicationCall => application::check(&transaction.application_call, params)?,
        TransactionType::StateProof => {
            if params.state_proof_interval == 0 {
                return Err(MalformedError::StateProofsUnsupported);
            }
            state_proof(header)?;
        }
        TransactionType::Heartbeat => {
            if !params.heartbeat {
                return Err(MalformedError::HeartbeatUnsupported);
            }
            let Some(heartbeat) = &transaction.heartbeat else { return Err(MalformedError::HeartbeatMissing) };
            participation::heartbeat(heartbeat, header, params)?;
        }
        TransactionType::Unknown(kind) => return Err(MalformedError::UnknownType(kind.clone())),
    }
    foreign_fields(transaction)?;
    shared(header, specials, params)
}

/// Refuses fields of another type than the transaction's own.
fn foreign_fields(transaction: &Transaction) -> Check {
    use TransactionType as Kind;
    let filled = [
        (Kind::Payment, transaction.payment != Payment::default()),
        (Kind::KeyRegistration, transaction.keyreg != Default::default()),
        (Kind::AssetConfig, transaction.asset_config != AssetConfig::default()),
        (Kind::AssetTransfer, transaction.asset_transfer != AssetTransfer::default()),
        (Kind::AssetFreeze, transaction.asset_freeze != AssetFreeze::default()),
        (Kind::ApplicationCall, transaction.application_call != Default::default()),
        (Kind::StateProof, transaction.state_proof != StateProof::default()),
        (Kind::Heartbeat, transaction.heartbeat.is_some()),
    ];
    match filled.into_iter().find(|(kind, filled)| *filled && *kind != transaction.kind) {
        Some((foreign, _)) => Err(MalformedError::ForeignFields { kind: transaction.kind.clone(), foreign }),
        None => Ok(()),
    }
}

/// What all types share.
fn shared(header: &Header, specials: &SpecialAddresses, params: &ConsensusParams) -> Check {
    let (first, last) = (header.first_valid, header.last_valid);
    if last < first {
        return Err(MalformedError::InvalidRange { first, last });
    }
    if last.since(first) > params.max_txn_life {
        return Err(MalformedError::WindowTooLarge { first, last });
    }
    let limit = params.max_absolute_txn_note_bytes;
    if header.note.len() > limit {
        return Err(MalformedError::NoteTooBig { length: header.note.len(), limit });
    }
    if header.sender == specials.rewards_pool {
        return Err(MalformedError::FromRewardsPool);
    }
    if header.sender.is_zero() {
        return Err(MalformedError::ZeroSender);
    }
    Ok(())
}

fn payment(payment: &Payment, header: &Header, specials: &SpecialAddresses, params: &ConsensusParams) -> Check {
    let sender = header.sender;
    if sender == payment.close_remainder_to {
        return Err(MalformedError::ClosesToItself { sender });
    }
    if sender == specials.fee_sink {
        if params.payouts.enabled {
            return Err(MalformedError::FromFeeSink { sink: sender });
        }
        if payment.receiver != specials.rewards_pool {
            return Err(MalformedError::FromFeeSinkElsewhere { sink: sender, receiver: payment.receiver });
        }
        if !payment.close_remainder_to.is_zero() {
            return Err(MalformedError::ClosesFeeSink { sink: sender, to: payment.close_remainder_to });
        }
    }
    Ok(())
}

fn asset_config(config: &AssetConfig, params: &ConsensusParams) -> Check {
    let texts = [
        ("asset name", config.params.asset_name.len(), params.max_asset_name_bytes),
        ("asset unit name", config.params.unit_name.len(), params.max_asset_unit_name_bytes),
        ("asset url", config.params.url.len(), params.max_asset_url_bytes),
    ];
    if let Some((field, length, limit)) = texts.into_iter().find(|(_, length, limit)| length > limit) {
        return Err(MalformedError::AssetTextTooBig { field, length, limit });
    }
    if config.params.decimals > params.max_asset_decimals {
        return Err(MalformedError::AssetDecimals { limit: params.max_asset_decimals });
    }
    Ok(())
}

fn asset_transfer(transfer: &AssetTransfer) -> Check {
    if transfer.asset == AssetIndex::NONE && transfer.amount != 0 {
        return Err(MalformedError::ZeroAsset);
    }
    if !transfer.sender.is_zero() && !transfer.close_to.is_zero() {
        return Err(MalformedError::CloseByClawback);
    }
    Ok(())
}

fn asset_freeze(freeze: &AssetFreeze) -> Check {
    if freeze.asset == AssetIndex::NONE {
        return Err(MalformedError::ZeroAsset);
    }
    if freeze.account.is_zero() {
        return Err(MalformedError::ZeroFreezeAccount);
    }
    Ok(())
}

fn state_proof(header: &Header) -> Check {
    if header.sender != state_proof_sender() {
        return Err(MalformedError::StateProofSender);
    }
    let must_be_empty = [
        ("fee must be zero", header.fee.is_zero()),
        ("note must be empty", header.note.is_empty()),
        ("group must be zero", header.group.is_zero()),
        ("rekey must be zero", header.rekey_to.is_zero()),
        ("lease must be zero", header.lease == [0; 32]),
    ];
    match must_be_empty.into_iter().find(|(_, empty)| !empty) {
        Some((rule, _)) => Err(MalformedError::StateProofField { rule }),
        None => Ok(()),
    }
}
