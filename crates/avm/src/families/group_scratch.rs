//! `gload`: scratch space of earlier programs of the group.

use crate::error::{Fault, fault};
use crate::value::Value;
use crate::vm::Vm;
use pnp_types::TransactionType;

type OpResult = Result<(), Fault>;

fn load(vm: &Vm<'_, '_>, at: u64, slot: u8, name: &str) -> Result<Value, Fault> {
    let transactions = &vm.group.transactions;
    let position = usize::try_from(at).ok();
    let Some((position, transaction)) = position.and_then(|at| Some((at, transactions.get(at)?))) else {
        fault!("{name} lookup TxnGroup[{at}] but it only has {}", transactions.len());
    };
    if transaction.signed.transaction.kind != TransactionType::ApplicationCall {
        fault!("can't use {name} on non-app call txn with index {at}");
    }
    if position == vm.index {
        fault!("can't use {name} on self, use load instead");
    }
    if position > vm.index {
        fault!("{name} can't get future scratch space from txn with index {at}");
    }
    match vm.group.past_scratch.get(position) {
        Some(Some(scratch)) => Ok(scratch.get(usize::from(slot)).cloned().unwrap_or_default()),
        _ => fault!("{name} lookup of txn {at} that did not run a program"),
    }
}

/// `gload T I`
pub(crate) fn gload(vm: &mut Vm<'_, '_>) -> OpResult {
    let value = load(vm, vm.machine.byte(0)?.into(), vm.machine.byte(1)?, "gload")?;
    vm.machine.replace(0, value)
}

/// `gloads I`: transaction
pub(crate) fn gloads(vm: &mut Vm<'_, '_>) -> OpResult {
    let value = load(vm, vm.machine.uint(0)?, vm.machine.byte(0)?, "gloads")?;
    vm.machine.replace(1, value)
}

/// `gloadss`: transaction, slot
pub(crate) fn gloadss(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, slot) = (vm.machine.uint(1)?, vm.machine.uint(0)?);
    if at >= vm.group.transactions.len() as u64 {
        fault!("gloadss lookup TxnGroup[{at}] but it only has {}", vm.group.transactions.len());
    }
    let Ok(slot) = u8::try_from(slot) else { fault!("gloadss scratch index >= 256 ({slot})") };
    let value = load(vm, at, slot, "gloadss")?;
    vm.machine.replace(2, value)
}
