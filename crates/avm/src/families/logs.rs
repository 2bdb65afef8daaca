//! `log`.

use crate::error::{Fault, fault};
use crate::vm::Vm;

/// `log`: message
pub(crate) fn log(vm: &mut Vm<'_, '_>) -> Result<(), Fault> {
    let (calls, bytes) = (vm.group.shared.max_log_calls, vm.group.shared.max_log_size);
    if vm.delta()?.logs.len() >= calls {
        fault!("too many log calls in program. up to {calls} is allowed");
    }
    let message = vm.machine.bytes(0)?.as_slice().into();
    let length = vm.machine.bytes(0)?.len();
    vm.log_size += length;
    if vm.log_size > bytes {
        fault!("program logs too large. {} bytes >  {bytes} bytes limit", vm.log_size);
    }
    vm.delta()?.logs.push(message);
    vm.machine.drop_top(1);
    Ok(())
}
