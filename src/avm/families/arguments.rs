//! Arguments of logic signatures.

use crate::avm::error::{Fault, fault};
use crate::avm::value::Value;
use crate::avm::vm::Vm;

type Done = Result<(), Fault>;

fn push(vm: &mut Vm<'_, '_>, index: u64) -> Done {
    let args = &vm.signed().signed.lsig.args;
    let Some(arg) = usize::try_from(index).ok().and_then(|index| args.get(index)) else {
        fault!("cannot load arg[{index}] of {}", args.len());
    };
    let arg = Value::from(arg.as_slice());
    vm.machine.replace(0, arg)
}

/// `arg N`
pub(in crate::avm) fn arg(vm: &mut Vm<'_, '_>) -> Done {
    let index = vm.machine.byte(0)?;
    push(vm, index.into())
}

/// `arg_0`
pub(in crate::avm) fn arg_0(vm: &mut Vm<'_, '_>) -> Done {
    push(vm, 0)
}

/// `arg_1`
pub(in crate::avm) fn arg_1(vm: &mut Vm<'_, '_>) -> Done {
    push(vm, 1)
}

/// `arg_2`
pub(in crate::avm) fn arg_2(vm: &mut Vm<'_, '_>) -> Done {
    push(vm, 2)
}

/// `arg_3`
pub(in crate::avm) fn arg_3(vm: &mut Vm<'_, '_>) -> Done {
    push(vm, 3)
}

/// `args`: index
pub(in crate::avm) fn args(vm: &mut Vm<'_, '_>) -> Done {
    let index = vm.machine.uint(0)?;
    vm.machine.drop_top(1);
    push(vm, index)
}
