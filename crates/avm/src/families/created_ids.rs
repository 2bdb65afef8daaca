//! `gaid`: what earlier transactions of the group created.

use crate::error::{Fault, fault};
use crate::vm::Vm;
use pnp_types::TransactionType;

type OpResult = Result<(), Fault>;

fn created(vm: &Vm<'_, '_>, at: u64, name: &str) -> Result<u64, Fault> {
    let transactions = &vm.group.transactions;
    let position = usize::try_from(at).ok();
    let Some((position, transaction)) = position.and_then(|at| Some((at, transactions.get(at)?))) else {
        fault!("{name} lookup TxnGroup[{at}] but it only has {}", transactions.len());
    };
    if position > vm.index {
        fault!("{name} can't get creatable ID of txn ahead of the current one (index {at}) in the transaction group");
    }
    if position == vm.index {
        fault!(
            "{name} is only for accessing creatable IDs of previous txns, use `global CurrentApplicationID` instead \
             to access the current app's creatable ID"
        );
    }
    let kind = &transaction.signed.transaction.kind;
    if !matches!(kind, TransactionType::ApplicationCall | TransactionType::AssetConfig) {
        fault!("can't use {name} on txn that is not an app call nor an asset config txn with index {at}");
    }
    let apply_data = &transaction.apply_data;
    match [apply_data.config_asset.0, apply_data.application.0].into_iter().find(|id| *id != 0) {
        Some(id) => Ok(id),
        None => fault!("{name}: index {at} did not create anything"),
    }
}

/// `gaid T`
pub(crate) fn gaid(vm: &mut Vm<'_, '_>) -> OpResult {
    let id = created(vm, vm.machine.byte(0)?.into(), "gaid")?;
    vm.machine.replace(0, id)
}

/// `gaids`: transaction
pub(crate) fn gaids(vm: &mut Vm<'_, '_>) -> OpResult {
    let id = created(vm, vm.machine.uint(0)?, "gaids")?;
    vm.machine.replace(1, id)
}
