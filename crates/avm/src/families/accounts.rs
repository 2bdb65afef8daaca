//! Facts about accounts, and about the stake that votes.

use crate::error::{Fault, fault};
use crate::ledger::AccountView;
use crate::value::Value;
use crate::vm::Vm;
use pnp_opcodes::{AcctParamsField, Field, VoterParamsField};

type OpResult = Result<(), Fault>;

fn account(vm: &mut Vm<'_, '_>) -> Result<AccountView, Fault> {
    let account = vm.machine.value(0)?.clone();
    let address = vm.account_reference(&account)?.address;
    Ok(vm.ledger()?.account(&address)?)
}

/// `balance`: account
pub(crate) fn balance(vm: &mut Vm<'_, '_>) -> OpResult {
    let balance = account(vm)?.balance.0;
    vm.machine.replace(1, balance)
}

/// `min_balance`: account
pub(crate) fn min_balance(vm: &mut Vm<'_, '_>) -> OpResult {
    let balance = account(vm)?.min_balance.0;
    vm.machine.replace(1, balance)
}

/// `acct_params_get F`: account
pub(crate) fn acct_params_get(vm: &mut Vm<'_, '_>) -> OpResult {
    let reference = vm.machine.value(0)?.clone();
    let address = vm.account_reference(&reference)?.address;
    let byte = vm.machine.byte(0)?;
    let field = AcctParamsField::from_byte(byte).filter(|field| u64::from(field.spec().since) <= vm.version());
    let Some(field) = field else { fault!("invalid acct_params_get field {byte}") };
    let account = vm.ledger()?.account(&address)?;
    let value: Value = match field {
        AcctParamsField::Balance => account.balance.0.into(),
        AcctParamsField::MinBalance => account.min_balance.0.into(),
        AcctParamsField::AuthAddr => (&account.auth_addr).into(),
        AcctParamsField::TotalNumUint => account.total_app_schema.uints.into(),
        AcctParamsField::TotalNumByteSlice => account.total_app_schema.byte_slices.into(),
        AcctParamsField::TotalExtraAppPages => u64::from(account.total_extra_app_pages).into(),
        AcctParamsField::TotalAppsCreated => account.total_apps_created.into(),
        AcctParamsField::TotalAppsOptedIn => account.total_apps_opted_in.into(),
        AcctParamsField::TotalAssetsCreated => account.total_assets_created.into(),
        AcctParamsField::TotalAssets => account.total_assets.into(),
        AcctParamsField::TotalBoxes => account.total_boxes.into(),
        AcctParamsField::TotalBoxBytes => account.total_box_bytes.into(),
        AcctParamsField::IncentiveEligible => account.incentive_eligible.into(),
        AcctParamsField::LastProposed => account.last_proposed.0.into(),
        AcctParamsField::LastHeartbeat => account.last_heartbeat.0.into(),
    };
    vm.machine.replace(1, value)?;
    vm.machine.replace(0, account.balance.0 > 0)
}

/// `voter_params_get F`: account
pub(crate) fn voter_params_get(vm: &mut Vm<'_, '_>) -> OpResult {
    let reference = vm.machine.value(0)?.clone();
    let address = vm.account_reference(&reference)?.address;
    let byte = vm.machine.byte(0)?;
    let field = VoterParamsField::from_byte(byte).filter(|field| u64::from(field.spec().since) <= vm.version());
    let Some(field) = field else { fault!("invalid voter_params_get field {byte}") };
    let voter = vm.ledger()?.online_account(&address)?;
    let value: Value = match field {
        VoterParamsField::Balance => voter.balance.0.into(),
        VoterParamsField::IncentiveEligible => voter.incentive_eligible.into(),
    };
    vm.machine.replace(1, value)?;
    vm.machine.replace(0, voter.balance.0 > 0)
}

/// `online_stake`
pub(crate) fn online_stake(vm: &mut Vm<'_, '_>) -> OpResult {
    let stake = vm.ledger()?.online_stake()?.0;
    vm.machine.replace(0, stake)
}
