//! The scratch space: slots of values beside the stack.

use crate::error::{Fault, fault};
use crate::machine::{Machine, SCRATCH_SLOTS};

type OpResult = Result<(), Fault>;

/// `load`
pub(crate) fn load(machine: &mut Machine) -> OpResult {
    let value = machine.scratch(machine.byte(0)?.into());
    machine.push(value);
    Ok(())
}

/// `store`
pub(crate) fn store(machine: &mut Machine) -> OpResult {
    let slot = machine.byte(0)?.into();
    let value = machine.pop()?;
    machine.set_scratch(slot, value);
    Ok(())
}

/// `loads`
pub(crate) fn loads(machine: &mut Machine) -> OpResult {
    let value = machine.scratch(slot(machine.uint(0)?)?);
    machine.replace(1, value)
}

/// `stores`
pub(crate) fn stores(machine: &mut Machine) -> OpResult {
    let slot = slot(machine.uint(1)?)?;
    let value = machine.pop()?;
    machine.set_scratch(slot, value);
    machine.drop_top(1);
    Ok(())
}

fn slot(index: u64) -> Result<usize, Fault> {
    match usize::try_from(index) {
        Ok(slot) if slot < SCRATCH_SLOTS => Ok(slot),
        _ => fault!("invalid Scratch index {index}"),
    }
}
