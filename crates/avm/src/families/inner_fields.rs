//! `itxn_field`: filling in an inner transaction.
//!
//! Accounts, assets and applications must be available when they are named, before anything is sent.

use super::unknown_field;
use crate::error::{Fault, fault};
use crate::references::address;
use crate::value::Value;
use crate::vm::Vm;
use pnp_opcodes::{Field, TXN_TYPE_NAMES, TxnField};
use pnp_types::{
    Address, AppIndex, AssetIndex, ByteString, MicroAlgos, OnCompletion, Round, Transaction, TransactionType,
};

type OpResult = Result<(), Fault>;

/// Since this version programs may send key registrations and application calls.
const LATER_TYPES_VERSION: u64 = 6;

impl Vm<'_, '_> {
    fn assign_account(&mut self, value: &Value) -> Result<Address, Fault> {
        let address = address(value)?;
        if !self.available_account(&address) {
            fault!("unavailable Account {address}");
        }
        Ok(address)
    }

    fn assign_asset(&mut self, value: &Value) -> Result<AssetIndex, Fault> {
        let asset = AssetIndex(uint(value)?);
        if !self.available_asset(asset) {
            fault!("unavailable Asset {asset} during assignment");
        }
        Ok(asset)
    }

    fn assign_app(&mut self, value: &Value) -> Result<AppIndex, Fault> {
        let app = AppIndex(uint(value)?);
        if !self.available_app(app) {
            fault!("unavailable App {app}");
        }
        Ok(app)
    }

    fn assign_type(&self, kind: TransactionType) -> Result<TransactionType, Fault> {
        let since = match kind {
            TransactionType::Payment
            | TransactionType::AssetTransfer
            | TransactionType::AssetConfig
            | TransactionType::AssetFreeze => 0,
            TransactionType::KeyRegistration | TransactionType::ApplicationCall => LATER_TYPES_VERSION,
            TransactionType::StateProof | TransactionType::Heartbeat | TransactionType::Unknown(_) => u64::MAX,
        };
        if since > self.version() {
            fault!("{} is not a valid Type for itxn_field", kind.as_str());
        }
        Ok(kind)
    }

    fn set(&mut self, transaction: &mut Transaction, field: TxnField, value: &Value) -> OpResult {
        let params = self.group.params;
        let max_program = params.max_app_program_len * (1 + params.max_absolute_extra_program_pages);
        let name = field.spec().name;
        let Transaction {
            kind,
            header,
            keyreg,
            payment,
            asset_config,
            asset_transfer,
            asset_freeze,
            application_call: call,
            ..
        } = transaction;
        match field {
            TxnField::Type => *kind = self.assign_type(type_of(value)?)?,
            TxnField::TypeEnum => *kind = self.assign_type(type_of_number(uint(value)?)?)?,
            TxnField::Sender => header.sender = self.assign_account(value)?,
            TxnField::Fee => header.fee = MicroAlgos(uint(value)?),
            TxnField::Note => {
                header.note = at_most(raw(value), params.max_absolute_txn_note_bytes, name)?.to_vec();
            }
            TxnField::RekeyTo => header.rekey_to = address(value)?,

            TxnField::VotePk => keyreg.voting.vote_key = exactly(value, name)?,
            TxnField::SelectionPk => keyreg.voting.selection_key = exactly(value, name)?,
            TxnField::StateProofPk => keyreg.voting.state_proof_key = exactly(value, name)?,
            TxnField::VoteFirst => keyreg.voting.vote_first = Round(uint(value)?),
            TxnField::VoteLast => keyreg.voting.vote_last = Round(uint(value)?),
            TxnField::VoteKeyDilution => keyreg.voting.vote_key_dilution = uint(value)?,
            TxnField::Nonparticipation => keyreg.nonparticipation = flag(value)?,

            TxnField::Receiver => payment.receiver = self.assign_account(value)?,
            TxnField::Amount => payment.amount = MicroAlgos(uint(value)?),
            TxnField::CloseRemainderTo => payment.close_remainder_to = self.assign_account(value)?,

            TxnField::XferAsset => asset_transfer.asset = self.assign_asset(value)?,
            TxnField::AssetAmount => asset_transfer.amount = uint(value)?,
            TxnField::AssetSender => asset_transfer.sender = self.assign_account(value)?,
            TxnField::AssetReceiver => asset_transfer.receiver = self.assign_account(value)?,
            TxnField::AssetCloseTo => asset_transfer.close_to = self.assign_account(value)?,

            TxnField::ConfigAsset => asset_config.asset = self.assign_asset(value)?,
            TxnField::ConfigAssetTotal => asset_config.params.total = uint(value)?,
            TxnField::ConfigAssetDecimals => {
                let decimals = uint_up_to(value, u64::from(params.max_asset_decimals))?;
                asset_config.params.decimals = u32::try_from(decimals).unwrap_or(u32::MAX);
            }
            TxnField::ConfigAssetDefaultFrozen => asset_config.params.default_frozen = flag(value)?,
            TxnField::ConfigAssetUnitName => {
                asset_config.params.unit_name = text(value, params.max_asset_unit_name_bytes)?;
            }
            TxnField::ConfigAssetName => asset_config.params.asset_name = text(value, params.max_asset_name_bytes)?,
            TxnField::ConfigAssetUrl => asset_config.params.url = text(value, params.max_asset_url_bytes)?,
            TxnField::ConfigAssetMetadataHash => asset_config.params.metadata_hash = exactly(value, name)?,
            TxnField::ConfigAssetManager => asset_config.params.manager = address(value)?,
            TxnField::ConfigAssetReserve => asset_config.params.reserve = address(value)?,
            TxnField::ConfigAssetFreeze => asset_config.params.freeze = address(value)?,
            TxnField::ConfigAssetClawback => asset_config.params.clawback = address(value)?,

            TxnField::FreezeAsset => asset_freeze.asset = self.assign_asset(value)?,
            TxnField::FreezeAssetAccount => asset_freeze.account = self.assign_account(value)?,
            TxnField::FreezeAssetFrozen => asset_freeze.frozen = flag(value)?,

            TxnField::ApplicationId => call.application = self.assign_app(value)?,
            TxnField::OnCompletion => {
                call.on_completion = OnCompletion(uint_up_to(value, OnCompletion::DeleteApplication.number())?);
            }
            TxnField::RejectVersion => call.reject_version = uint(value)?,
            TxnField::ApplicationArgs => {
                let Value::Bytes(arg) = value else { return Err("ApplicationArg is not a byte array".into()) };
                let total = arg.len() + call.args.iter().map(Vec::len).sum::<usize>();
                if total > params.max_absolute_total_arg_len {
                    return Err("total application args length too long".into());
                }
                push(&mut call.args, arg.to_vec(), params.max_app_args, "too many application args")?;
            }
            TxnField::Accounts => {
                let account = self.assign_account(value)?;
                push(&mut call.accounts, account, params.max_app_txn_accounts, "too many foreign accounts")?;
            }
            TxnField::Assets => {
                let asset = self.assign_asset(value)?;
                push(&mut call.foreign_assets, asset, params.max_app_txn_foreign_assets, "too many foreign assets")?;
            }
            TxnField::Applications => {
                let app = self.assign_app(value)?;
                push(&mut call.foreign_apps, app, params.max_app_txn_foreign_apps, "too many foreign apps")?;
            }
            TxnField::ApprovalProgram => call.approval_program = at_most(raw(value), max_program, name)?.to_vec(),
            TxnField::ClearStateProgram => call.clear_program = at_most(raw(value), max_program, name)?.to_vec(),
            TxnField::ApprovalProgramPages => {
                call.approval_program.extend_from_slice(raw(value));
                at_most(&call.approval_program, max_program, name)?;
            }
            TxnField::ClearStateProgramPages => {
                call.clear_program.extend_from_slice(raw(value));
                at_most(&call.clear_program, max_program, name)?;
            }
            TxnField::GlobalNumUint => {
                call.global_schema.uints = uint_up_to(value, params.max_global_schema_entries)?;
            }
            TxnField::GlobalNumByteSlice => {
                call.global_schema.byte_slices = uint_up_to(value, params.max_global_schema_entries)?;
            }
            TxnField::LocalNumUint => call.local_schema.uints = uint_up_to(value, params.max_local_schema_entries)?,
            TxnField::LocalNumByteSlice => {
                call.local_schema.byte_slices = uint_up_to(value, params.max_local_schema_entries)?;
            }
            TxnField::ExtraProgramPages => {
                let pages = uint_up_to(value, params.max_absolute_extra_program_pages as u64)?;
                call.extra_pages = u32::try_from(pages).unwrap_or(u32::MAX);
            }
            _ => fault!("invalid itxn_field {name}"),
        }
        Ok(())
    }
}

/// `itxn_field F`: value
pub(crate) fn itxn_field(vm: &mut Vm<'_, '_>) -> OpResult {
    let Some(mut transaction) = vm.pending.pop() else { return Err("itxn_field without itxn_begin".into()) };
    let done = set_field(vm, &mut transaction.signed.transaction);
    vm.pending.push(transaction);
    done
}

fn set_field(vm: &mut Vm<'_, '_>, transaction: &mut Transaction) -> OpResult {
    let byte = vm.machine.byte(0)?;
    let Some(field) = TxnField::from_byte(byte) else {
        fault!("invalid itxn_field {}", unknown_field::<TxnField>("TxnField", byte));
    };
    let spec = field.spec();
    if spec.settable == 0 || u64::from(spec.settable) > vm.version() {
        fault!("invalid itxn_field {}", spec.name);
    }
    let value = vm.machine.pop()?;
    vm.set(transaction, field, &value)
}

fn type_of(value: &Value) -> Result<TransactionType, Fault> {
    let Value::Bytes(name) = value else { return Err("Type arg not a byte array".into()) };
    Ok(TransactionType::from(&*String::from_utf8_lossy(name)))
}

fn type_of_number(number: u64) -> Result<TransactionType, Fault> {
    match TransactionType::from_number(number) {
        Some(kind) if number < TXN_TYPE_NAMES.len() as u64 => Ok(kind),
        _ => fault!("{number} is not a valid TypeEnum"),
    }
}

/// The bytes of a value; none for an integer.
fn raw(value: &Value) -> &[u8] {
    match value {
        Value::Bytes(bytes) => bytes,
        Value::Uint(_) => &[],
    }
}

fn uint(value: &Value) -> Result<u64, Fault> {
    match value {
        Value::Uint(number) => Ok(*number),
        Value::Bytes(bytes) => {
            let list = bytes.iter().map(|byte| format!("0x{byte:x}")).collect::<Vec<_>>().join(", ");
            fault!("[]byte{{{list}}} is not a uint64")
        }
    }
}

fn uint_up_to(value: &Value, max: u64) -> Result<u64, Fault> {
    let number = uint(value)?;
    if number > max {
        fault!("{number} is larger than max={max}");
    }
    Ok(number)
}

fn flag(value: &Value) -> Result<bool, Fault> {
    match uint(value)? {
        0 => Ok(false),
        1 => Ok(true),
        number => fault!("boolean is neither 1 nor 0: {number}"),
    }
}

fn text(value: &Value, limit: usize) -> Result<ByteString, Fault> {
    match value {
        Value::Uint(_) => Err("not a byte array".into()),
        Value::Bytes(bytes) if bytes.len() > limit => Err("value is too long".into()),
        Value::Bytes(bytes) => Ok(bytes.as_slice().into()),
    }
}

fn exactly<const N: usize>(value: &Value, name: &str) -> Result<[u8; N], Fault> {
    match raw(value).try_into() {
        Ok(bytes) => Ok(bytes),
        Err(_) => fault!("{name} must be {N} bytes"),
    }
}

fn at_most<'b>(bytes: &'b [u8], limit: usize, name: &str) -> Result<&'b [u8], Fault> {
    if bytes.len() > limit {
        fault!("{name} may not exceed {limit} bytes");
    }
    Ok(bytes)
}

fn push<T>(list: &mut Vec<T>, item: T, limit: usize, full: &'static str) -> OpResult {
    if list.len() >= limit {
        return Err(full.into());
    }
    list.push(item);
    Ok(())
}
