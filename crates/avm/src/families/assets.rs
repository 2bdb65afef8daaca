//! Facts about assets and holdings.

use crate::error::{Fault, fault};
use crate::value::Value;
use crate::vm::Vm;
use pnp_opcodes::{AssetHoldingField, AssetParamsField, Field};

type OpResult = Result<(), Fault>;

/// `asset_holding_get F`: account, asset
pub(crate) fn asset_holding_get(vm: &mut Vm<'_, '_>) -> OpResult {
    let byte = vm.machine.byte(0)?;
    let field = AssetHoldingField::from_byte(byte).filter(|field| u64::from(field.spec().since) <= vm.version());
    let Some(field) = field else { fault!("invalid asset_holding_get field {byte}") };
    let (account, asset) = (vm.machine.value(1)?.clone(), vm.machine.uint(0)?);
    let (address, asset) = vm.holding_reference(&account, asset)?;
    let holding = vm.ledger()?.asset_holding(&address, asset).ok().flatten();
    let value: Option<Value> = holding.map(|holding| match field {
        AssetHoldingField::Balance => holding.amount.into(),
        AssetHoldingField::Frozen => holding.frozen.into(),
    });
    found_or_zero(vm, 2, value)
}

/// `asset_params_get F`: asset
pub(crate) fn asset_params_get(vm: &mut Vm<'_, '_>) -> OpResult {
    let byte = vm.machine.byte(0)?;
    let field = AssetParamsField::from_byte(byte).filter(|field| u64::from(field.spec().since) <= vm.version());
    let Some(field) = field else { fault!("invalid asset_params_get field {byte}") };
    let asset = vm.machine.uint(0)?;
    let asset = vm.asset_reference(asset, true)?;
    let found = vm.ledger()?.asset_params(asset).ok().flatten();
    let value: Option<Value> = found.map(|(params, creator)| match field {
        AssetParamsField::Total => params.total.into(),
        AssetParamsField::Decimals => u64::from(params.decimals).into(),
        AssetParamsField::DefaultFrozen => params.default_frozen.into(),
        AssetParamsField::UnitName => params.unit_name.as_bytes().into(),
        AssetParamsField::Name => params.asset_name.as_bytes().into(),
        AssetParamsField::Url => params.url.as_bytes().into(),
        AssetParamsField::MetadataHash => params.metadata_hash.into(),
        AssetParamsField::Manager => (&params.manager).into(),
        AssetParamsField::Reserve => (&params.reserve).into(),
        AssetParamsField::Freeze => (&params.freeze).into(),
        AssetParamsField::Clawback => (&params.clawback).into(),
        AssetParamsField::Creator => (&creator).into(),
    });
    found_or_zero(vm, 1, value)
}

/// Puts a value and 1, or 0 and 0, in place of the `used` topmost values.
pub(super) fn found_or_zero(vm: &mut Vm<'_, '_>, used: usize, value: Option<Value>) -> OpResult {
    let found = value.is_some();
    vm.machine.replace(used, value.unwrap_or_default())?;
    vm.machine.replace(0, found)
}
