//! Arithmetic, comparison and logic of integers.

use crate::avm::error::Fault;
use crate::avm::machine::Machine;

type Done = Result<(), Fault>;

/// `+`
pub(in crate::avm) fn add(machine: &mut Machine) -> Done {
    let (a, b) = (machine.uint(1)?, machine.uint(0)?);
    let sum = a.checked_add(b).ok_or("+ overflowed")?;
    machine.replace(2, sum)
}

/// `-`
pub(in crate::avm) fn sub(machine: &mut Machine) -> Done {
    let (a, b) = (machine.uint(1)?, machine.uint(0)?);
    let difference = a.checked_sub(b).ok_or("- would result negative")?;
    machine.replace(2, difference)
}

/// `/`
pub(in crate::avm) fn div(machine: &mut Machine) -> Done {
    let (a, b) = (machine.uint(1)?, machine.uint(0)?);
    machine.replace(2, a.checked_div(b).ok_or("/ 0")?)
}

/// `<`
pub(in crate::avm) fn lt(machine: &mut Machine) -> Done {
    let (a, b) = (machine.uint(1)?, machine.uint(0)?);
    machine.replace(2, a < b)
}
