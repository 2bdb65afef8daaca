//! Arguments of logic signatures.

use crate::error::{Fault, fault};
use crate::value::Value;
use crate::vm::Vm;

type OpResult = Result<(), Fault>;

fn push(vm: &mut Vm<'_, '_>, index: u64) -> OpResult {
    let args = &vm.signed().signed.lsig.args;
    let Some(arg) = usize::try_from(index).ok().and_then(|index| args.get(index)) else {
        fault!("cannot load arg[{index}] of {}", args.len());
    };
    let arg = Value::from(arg.as_slice());
    vm.machine.replace(0, arg)
}

/// `arg N`
pub(crate) fn arg(vm: &mut Vm<'_, '_>) -> OpResult {
    let index = vm.machine.byte(0)?;
    push(vm, index.into())
}

/// `arg_0`
pub(crate) fn arg_0(vm: &mut Vm<'_, '_>) -> OpResult {
    push(vm, 0)
}

/// `arg_1`
pub(crate) fn arg_1(vm: &mut Vm<'_, '_>) -> OpResult {
    push(vm, 1)
}

/// `arg_2`
pub(crate) fn arg_2(vm: &mut Vm<'_, '_>) -> OpResult {
    push(vm, 2)
}

/// `arg_3`
pub(crate) fn arg_3(vm: &mut Vm<'_, '_>) -> OpResult {
    push(vm, 3)
}

/// `args`: index
pub(crate) fn args(vm: &mut Vm<'_, '_>) -> OpResult {
    let index = vm.machine.uint(0)?;
    vm.machine.drop_top(1);
    push(vm, index)
}
