//! Loading values that the program itself writes.

use crate::error::Fault;
use crate::machine::Machine;
use crate::program::Immediates;
use pnp_opcodes::{Constant, Op};

type OpResult = Result<(), Fault>;

const UNDECODED: &str = "program ends without immediate value(s)";

/// `intcblock`
pub(crate) fn intc_block(machine: &mut Machine) -> OpResult {
    let Immediates::Uints(constants) = machine.immediates()? else { return Err(UNDECODED.into()) };
    machine.uint_constants = constants.clone();
    Ok(())
}

/// `bytecblock`
pub(crate) fn bytec_block(machine: &mut Machine) -> OpResult {
    let Immediates::DataList(constants) = machine.immediates()? else { return Err(UNDECODED.into()) };
    machine.byte_constants = constants.clone();
    Ok(())
}

/// `intc`, `bytec`, and their short forms, which name their constant themselves.
pub(crate) fn load(machine: &mut Machine, op: Op) -> OpResult {
    let immediate = if matches!(op, Op::Intc | Op::Bytec) { machine.byte(0)? } else { 0 };
    match op.constant(immediate) {
        Some(Constant::Int(index)) => machine.push_uint_constant(index.into()),
        Some(Constant::Bytes(index)) => machine.push_byte_constant(index.into()),
        None => Err(UNDECODED.into()),
    }
}

/// `pushint`
pub(crate) fn push_int(machine: &mut Machine) -> OpResult {
    let Immediates::Uint(number) = machine.immediates()? else { return Err(UNDECODED.into()) };
    let number = *number;
    machine.push(number);
    Ok(())
}

/// `pushbytes`
pub(crate) fn push_bytes(machine: &mut Machine) -> OpResult {
    let Immediates::Data(bytes) = machine.immediates()? else { return Err(UNDECODED.into()) };
    let bytes = bytes.clone();
    machine.push(bytes);
    Ok(())
}

/// `pushints`
pub(crate) fn push_ints(machine: &mut Machine) -> OpResult {
    let Immediates::Uints(numbers) = machine.immediates()? else { return Err(UNDECODED.into()) };
    let numbers = numbers.clone();
    machine.reserve(numbers.len())?;
    numbers.iter().for_each(|number| machine.push(*number));
    Ok(())
}

/// `pushbytess`
pub(crate) fn push_bytess(machine: &mut Machine) -> OpResult {
    let Immediates::DataList(strings) = machine.immediates()? else { return Err(UNDECODED.into()) };
    let strings = strings.clone();
    machine.reserve(strings.len())?;
    strings.iter().for_each(|bytes| machine.push(bytes.clone()));
    Ok(())
}
