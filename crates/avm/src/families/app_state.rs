//! Global and local state of applications.
//!
//! Changes go to the ledger and, where they change something, into the transaction's eval delta.

use crate::error::{Fault, fault};
use crate::references::AccountReference;
use crate::value::Value;
use crate::vm::Vm;
use pnp_types::{ByteString, StateDelta, TealValue, ValueDelta};

type OpResult = Result<(), Fault>;

impl Vm<'_, '_> {
    /// The changes of an account's local state, by its place among the accounts the transaction names or shares.
    fn local_delta(&mut self, account: AccountReference) -> Result<&mut StateDelta, Fault> {
        let named = self.transaction().application_call.accounts.len() as u64;
        let delta = self.delta()?;
        let place = match account.place {
            Some(place) if place <= named => place,
            _ => {
                let shared = delta.shared_accounts.iter().rposition(|address| *address == account.address);
                let shared = shared.unwrap_or_else(|| {
                    delta.shared_accounts.push(account.address);
                    delta.shared_accounts.len() - 1
                });
                named + 1 + shared as u64
            }
        };
        Ok(delta.local_deltas.entry(place).or_default())
    }

    /// Values and keys have their limits; they are those of the ledger.
    fn check_value(&self, key: &[u8], value: &TealValue) -> OpResult {
        let TealValue::Bytes(bytes) = value else { return Ok(()) };
        let params = self.group.params;
        if bytes.len() > params.max_app_bytes_value_len {
            fault!("value too long for key 0x{}: length was {}", hex::encode(key), bytes.len());
        }
        let sum = key.len() + bytes.len();
        if sum > params.max_app_sum_key_value_lens {
            fault!("key/value total too long for key 0x{}: sum was {sum}", hex::encode(key));
        }
        Ok(())
    }

    fn check_key(&self, key: &[u8]) -> OpResult {
        let limit = self.group.params.max_app_key_len;
        if key.len() > limit {
            fault!("key too long: length was {}, maximum is {limit}", key.len());
        }
        Ok(())
    }

    /// An account whose local state of the running application may be changed.
    fn own_locals_reference(&mut self, account: &Value) -> Result<AccountReference, Fault> {
        let reference = self.mutable_account_reference(account)?;
        let app = self.app;
        if self.shares_resources() && !self.allows_locals(&reference.address, app) {
            fault!("unavailable Local State {app}+{}", reference.address);
        }
        Ok(reference)
    }

    fn local_value(&mut self, account: &Value, app: u64, key: &[u8]) -> Result<Option<Value>, Fault> {
        let (address, app) = self.locals_reference(account, app)?;
        Ok(self.ledger()?.local_get(&address, app, key)?.map(Value::from))
    }

    fn global_value(&mut self, app: u64, key: &[u8]) -> Result<Option<Value>, Fault> {
        let app = self.app_reference(app, true)?;
        Ok(self.ledger()?.global_get(app, key)?.map(Value::from))
    }
}

/// `app_opted_in`: account, application
pub(crate) fn app_opted_in(vm: &mut Vm<'_, '_>) -> OpResult {
    let (account, app) = (vm.machine.value(1)?.clone(), vm.machine.uint(0)?);
    let (address, app) = vm.locals_reference(&account, app)?;
    let joined = vm.ledger()?.opted_in(&address, app)?;
    vm.machine.replace(2, joined)
}

/// `app_local_get`: account, key
pub(crate) fn app_local_get(vm: &mut Vm<'_, '_>) -> OpResult {
    let (account, key) = (vm.machine.value(1)?.clone(), vm.machine.bytes(0)?.clone());
    let value = vm.local_value(&account, 0, &key)?;
    vm.machine.replace(2, value.unwrap_or_default())
}

/// `app_local_get_ex`: account, application, key
pub(crate) fn app_local_get_ex(vm: &mut Vm<'_, '_>) -> OpResult {
    let (account, app) = (vm.machine.value(2)?.clone(), vm.machine.uint(1)?);
    let key = vm.machine.bytes(0)?.clone();
    let value = vm.local_value(&account, app, &key)?;
    super::assets::found_or_zero(vm, 3, value)
}

/// `app_global_get`: key
pub(crate) fn app_global_get(vm: &mut Vm<'_, '_>) -> OpResult {
    let key = vm.machine.bytes(0)?.clone();
    let value = vm.global_value(0, &key)?;
    vm.machine.replace(1, value.unwrap_or_default())
}

/// `app_global_get_ex`: application, key
pub(crate) fn app_global_get_ex(vm: &mut Vm<'_, '_>) -> OpResult {
    let (app, key) = (vm.machine.uint(1)?, vm.machine.bytes(0)?.clone());
    let value = vm.global_value(app, &key)?;
    super::assets::found_or_zero(vm, 2, value)
}

/// `app_local_put`: account, key, value
pub(crate) fn app_local_put(vm: &mut Vm<'_, '_>) -> OpResult {
    let (account, key) = (vm.machine.value(2)?.clone(), vm.machine.bytes(1)?.clone());
    let value = vm.machine.value(0)?.to_teal();
    vm.check_key(&key)?;
    let reference = vm.own_locals_reference(&account)?;
    let app = vm.app;
    let before = vm.ledger()?.local_get(&reference.address, app, &key)?;
    if before.as_ref() != Some(&value) {
        let change = ValueDelta::set(value.clone());
        vm.local_delta(reference)?.0.insert(ByteString::from(key.as_slice()), change);
    }
    vm.check_value(&key, &value)?;
    vm.ledger_mut()?.local_put(&reference.address, app, &key, value)?;
    vm.machine.drop_top(3);
    Ok(())
}

/// `app_global_put`: key, value
pub(crate) fn app_global_put(vm: &mut Vm<'_, '_>) -> OpResult {
    let (key, value) = (vm.machine.bytes(1)?.clone(), vm.machine.value(0)?.to_teal());
    vm.check_key(&key)?;
    let app = vm.app;
    let before = vm.ledger()?.global_get(app, &key)?;
    if before.as_ref() != Some(&value) {
        let change = ValueDelta::set(value.clone());
        vm.delta()?.global_delta.0.insert(ByteString::from(key.as_slice()), change);
    }
    vm.check_value(&key, &value)?;
    vm.ledger_mut()?.global_put(app, &key, value)?;
    vm.machine.drop_top(2);
    Ok(())
}

/// `app_local_del`: account, key
pub(crate) fn app_local_del(vm: &mut Vm<'_, '_>) -> OpResult {
    let (account, key) = (vm.machine.value(1)?.clone(), vm.machine.bytes(0)?.clone());
    let reference = vm.own_locals_reference(&account)?;
    let app = vm.app;
    if let Ok(Some(_)) = vm.ledger()?.local_get(&reference.address, app, &key) {
        vm.local_delta(reference)?.0.insert(ByteString::from(key.as_slice()), ValueDelta::delete());
    }
    vm.ledger_mut()?.local_del(&reference.address, app, &key)?;
    vm.machine.drop_top(2);
    Ok(())
}

/// `app_global_del`: key
pub(crate) fn app_global_del(vm: &mut Vm<'_, '_>) -> OpResult {
    let key = vm.machine.bytes(0)?.clone();
    let app = vm.app;
    if let Ok(Some(_)) = vm.ledger()?.global_get(app, &key) {
        vm.delta()?.global_delta.0.insert(ByteString::from(key.as_slice()), ValueDelta::delete());
    }
    vm.ledger_mut()?.global_del(app, &key)?;
    vm.machine.drop_top(1);
    Ok(())
}
