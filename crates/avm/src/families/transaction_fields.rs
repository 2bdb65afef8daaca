//! What a program reads of a transaction, field by field.
//!
//! Only fields that are in the transaction itself or in what it apply_data; its id, its place and its block's time need the
//! group and are read in [`super::transactions`].

use crate::error::{Fault, fault};
use crate::value::{MAX_BYTES, Value};
use pnp_opcodes::{Field, TxnField};
use pnp_types::SignedTransactionWithApplyData;

/// The value of a field; `index` is the place in a list and 0 for single values.
pub(super) fn read(signed: &SignedTransactionWithApplyData, field: TxnField, index: u64) -> Result<Value, Fault> {
    let transaction = &signed.signed.transaction;
    let apply_data = &signed.apply_data;
    let (header, pay, keys) = (&transaction.header, &transaction.payment, &transaction.keyreg);
    let (config, transfer, freeze) =
        (&transaction.asset_config, &transaction.asset_transfer, &transaction.asset_freeze);
    let (params, call) = (&config.params, &transaction.application_call);
    Ok(match field {
        TxnField::Sender => (&header.sender).into(),
        TxnField::Fee => header.fee.0.into(),
        TxnField::FirstValid => header.first_valid.0.into(),
        TxnField::LastValid => header.last_valid.0.into(),
        TxnField::Note => header.note.as_slice().into(),
        TxnField::Lease => header.lease.into(),
        TxnField::RekeyTo => (&header.rekey_to).into(),
        TxnField::Type => transaction.kind.as_str().as_bytes().into(),
        TxnField::TypeEnum => transaction.kind.number().into(),

        TxnField::Receiver => (&pay.receiver).into(),
        TxnField::Amount => pay.amount.0.into(),
        TxnField::CloseRemainderTo => (&pay.close_remainder_to).into(),

        TxnField::VotePk => keys.voting.vote_key.into(),
        TxnField::SelectionPk => keys.voting.selection_key.into(),
        TxnField::StateProofPk => keys.voting.state_proof_key.into(),
        TxnField::VoteFirst => keys.voting.vote_first.0.into(),
        TxnField::VoteLast => keys.voting.vote_last.0.into(),
        TxnField::VoteKeyDilution => keys.voting.vote_key_dilution.into(),
        TxnField::Nonparticipation => keys.nonparticipation.into(),

        TxnField::XferAsset => transfer.asset.0.into(),
        TxnField::AssetAmount => transfer.amount.into(),
        TxnField::AssetSender => (&transfer.sender).into(),
        TxnField::AssetReceiver => (&transfer.receiver).into(),
        TxnField::AssetCloseTo => (&transfer.close_to).into(),

        TxnField::ConfigAsset => config.asset.0.into(),
        TxnField::ConfigAssetTotal => params.total.into(),
        TxnField::ConfigAssetDecimals => u64::from(params.decimals).into(),
        TxnField::ConfigAssetDefaultFrozen => params.default_frozen.into(),
        TxnField::ConfigAssetUnitName => params.unit_name.as_bytes().into(),
        TxnField::ConfigAssetName => params.asset_name.as_bytes().into(),
        TxnField::ConfigAssetUrl => params.url.as_bytes().into(),
        TxnField::ConfigAssetMetadataHash => params.metadata_hash.into(),
        TxnField::ConfigAssetManager => (&params.manager).into(),
        TxnField::ConfigAssetReserve => (&params.reserve).into(),
        TxnField::ConfigAssetFreeze => (&params.freeze).into(),
        TxnField::ConfigAssetClawback => (&params.clawback).into(),

        TxnField::FreezeAsset => freeze.asset.0.into(),
        TxnField::FreezeAssetAccount => (&freeze.account).into(),
        TxnField::FreezeAssetFrozen => freeze.frozen.into(),

        TxnField::ApplicationId => call.application.0.into(),
        TxnField::OnCompletion => call.on_completion.number().into(),
        TxnField::RejectVersion => call.reject_version.into(),
        TxnField::ApplicationArgs => item(&call.args, index, field)?.as_slice().into(),
        TxnField::NumAppArgs => count(&call.args),
        TxnField::Accounts if index == 0 => (&header.sender).into(),
        TxnField::Accounts => item_after_first(&call.accounts, index, field)?.into(),
        TxnField::NumAccounts => count(&call.accounts),
        TxnField::Assets => item(&call.foreign_assets, index, field)?.0.into(),
        TxnField::NumAssets => count(&call.foreign_assets),
        TxnField::Applications if index == 0 => call.application.0.into(),
        TxnField::Applications => item_after_first(&call.foreign_apps, index, field)?.0.into(),
        TxnField::NumApplications => count(&call.foreign_apps),
        TxnField::GlobalNumUint => call.global_schema.uints.into(),
        TxnField::GlobalNumByteSlice => call.global_schema.byte_slices.into(),
        TxnField::LocalNumUint => call.local_schema.uints.into(),
        TxnField::LocalNumByteSlice => call.local_schema.byte_slices.into(),
        TxnField::ApprovalProgram => call.approval_program.as_slice().into(),
        TxnField::ClearStateProgram => call.clear_program.as_slice().into(),
        TxnField::ApprovalProgramPages => page(&call.approval_program, index, field)?.into(),
        TxnField::ClearStateProgramPages => page(&call.clear_program, index, field)?.into(),
        TxnField::NumApprovalProgramPages => pages(&call.approval_program),
        TxnField::NumClearStateProgramPages => pages(&call.clear_program),
        TxnField::ExtraProgramPages => u64::from(call.extra_pages).into(),

        TxnField::Logs => item(&apply_data.eval_delta.logs, index, field)?.as_bytes().into(),
        TxnField::NumLogs => count(&apply_data.eval_delta.logs),
        TxnField::LastLog => apply_data.eval_delta.logs.last().map(|log| log.as_bytes()).unwrap_or_default().into(),
        TxnField::CreatedAssetId => apply_data.config_asset.0.into(),
        TxnField::CreatedApplicationId => apply_data.application.0.into(),

        TxnField::FirstValidTime | TxnField::GroupIndex | TxnField::TxId => {
            fault!("invalid txn field {}", field.spec().name)
        }
    })
}

fn count<T>(list: &[T]) -> Value {
    (list.len() as u64).into()
}

fn item<T>(list: &[T], index: u64, field: TxnField) -> Result<&T, Fault> {
    let item = usize::try_from(index).ok().and_then(|index| list.get(index));
    item.ok_or_else(|| Fault::new(format!("invalid {} index {index}", field.spec().name)))
}

/// For arrays whose element 0 is implicit.
fn item_after_first<T>(list: &[T], index: u64, field: TxnField) -> Result<&T, Fault> {
    let item = index.checked_sub(1).and_then(|index| list.get(usize::try_from(index).ok()?));
    item.ok_or_else(|| Fault::new(format!("invalid {} index {index}", field.spec().name)))
}

fn pages(program: &[u8]) -> Value {
    (program.len().div_ceil(MAX_BYTES) as u64).into()
}

fn page(program: &[u8], index: u64, field: TxnField) -> Result<&[u8], Fault> {
    let page = usize::try_from(index).ok().and_then(|index| program.chunks(MAX_BYTES).nth(index));
    page.ok_or_else(|| Fault::new(format!("invalid {} index {index}", field.spec().name)))
}
