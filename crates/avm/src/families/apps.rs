//! Facts about applications, and what an application may change of itself.

use super::assets::found_or_zero;
use crate::error::{Fault, fault};
use crate::value::Value;
use crate::vm::Vm;
use pnp_opcodes::{AppParamsField, Field};

type OpResult = Result<(), Fault>;

/// `app_params_get F`: application
pub(crate) fn app_params_get(vm: &mut Vm<'_, '_>) -> OpResult {
    let byte = vm.machine.byte(0)?;
    let field = AppParamsField::from_byte(byte).filter(|field| u64::from(field.spec().since) <= vm.version());
    let Some(field) = field else { fault!("invalid app_params_get field {byte}") };
    let app = vm.machine.uint(0)?;
    let app = vm.app_reference(app, true)?;
    let found = vm.ledger()?.app_params(app).ok().flatten();
    let value: Option<Value> = found.map(|(params, creator)| match field {
        AppParamsField::ApprovalProgram => params.approval_program.as_slice().into(),
        AppParamsField::ClearStateProgram => params.clear_program.as_slice().into(),
        AppParamsField::GlobalNumUint => params.global_schema.uints.into(),
        AppParamsField::GlobalNumByteSlice => params.global_schema.byte_slices.into(),
        AppParamsField::LocalNumUint => params.local_schema.uints.into(),
        AppParamsField::LocalNumByteSlice => params.local_schema.byte_slices.into(),
        AppParamsField::ExtraProgramPages => u64::from(params.extra_pages).into(),
        AppParamsField::Creator => (&creator).into(),
        AppParamsField::Address => (&vm.group.app_address(app)).into(),
        AppParamsField::Version => params.version.into(),
        AppParamsField::SizeSponsor => (&params.size_sponsor).into(),
        AppParamsField::ForeignBoxReads => params.foreign_box_reads.into(),
        AppParamsField::FamilyBoxAccess => params.family_box_access.into(),
    });
    found_or_zero(vm, 1, value)
}

/// `app_params_set F`: value
pub(crate) fn app_params_set(vm: &mut Vm<'_, '_>) -> OpResult {
    let byte = vm.machine.byte(0)?;
    let field = AppParamsField::from_byte(byte).filter(|field| {
        let since = u64::from(field.spec().settable);
        since != 0 && since <= vm.version()
    });
    let Some(field) = field else { fault!("invalid app_params_set field {byte}") };
    let enable = vm.machine.uint(0)? != 0;
    vm.machine.drop_top(1);
    let app = vm.app;
    match field {
        AppParamsField::ForeignBoxReads => Ok(vm.ledger_mut()?.set_foreign_box_reads(app, enable)?),
        AppParamsField::FamilyBoxAccess => Ok(vm.ledger_mut()?.set_family_box_access(app, enable)?),
        _ => fault!("immutable app_params_set field {}", field.spec().name),
    }
}
