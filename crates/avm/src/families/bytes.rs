//! Byte strings taken apart and put together.

use super::arithmetic::from_big_endian;
use crate::error::{Fault, fault};
use crate::machine::Machine;
use crate::value::{MAX_BYTES, Value};

type OpResult = Result<(), Fault>;

/// `len`
pub(crate) fn len(machine: &mut Machine) -> OpResult {
    let length = machine.bytes(0)?.len() as u64;
    machine.replace(1, length)
}

/// `concat`
pub(crate) fn concat(machine: &mut Machine) -> OpResult {
    let joined = [machine.bytes(1)?.as_slice(), machine.bytes(0)?].concat();
    machine.replace(2, joined)
}

/// `bzero`
pub(crate) fn bytes_zero(machine: &mut Machine) -> OpResult {
    let length = usize::try_from(machine.uint(0)?).unwrap_or(usize::MAX);
    if length > MAX_BYTES {
        fault!("bzero attempted to create a too large string");
    }
    machine.replace(1, vec![0; length])
}

/// Replaces the `count` values that ask for a part of a byte string by the part. Where there is none, an integer 0 is
/// left in their place: the reference empties the slot before it looks at the failure, and error reports show it.
fn replace_by_part(machine: &mut Machine, count: usize, part: Result<Vec<u8>, Fault>) -> OpResult {
    match part {
        Ok(part) => machine.replace(count, part),
        Err(fault) => {
            machine.replace(count, 0)?;
            Err(fault)
        }
    }
}

/// `substring`
pub(crate) fn substring(machine: &mut Machine) -> OpResult {
    let (start, end) = (machine.byte(0)?.into(), machine.byte(1)?.into());
    let part = part_between(machine.bytes(0)?, start, end);
    replace_by_part(machine, 1, part)
}

/// `substring3`
pub(crate) fn substring3(machine: &mut Machine) -> OpResult {
    let (start, end) = (machine.uint(1)?, machine.uint(0)?);
    const LIMIT: u64 = i32::MAX as u64;
    if start > LIMIT || end > LIMIT {
        fault!("substring range beyond length of string");
    }
    let part = part_between(machine.bytes(2)?, start, end);
    replace_by_part(machine, 3, part)
}

fn part_between(bytes: &[u8], start: u64, end: u64) -> Result<Vec<u8>, Fault> {
    if end < start {
        fault!("substring end before start");
    }
    match bytes.get(start as usize..end as usize) {
        Some(part) => Ok(part.to_vec()),
        None => fault!("substring range beyond length of string"),
    }
}

/// `extract`. A length of 0 means all the rest.
pub(crate) fn extract(machine: &mut Machine) -> OpResult {
    let (start, length) = (u64::from(machine.byte(0)?), u64::from(machine.byte(1)?));
    let bytes = machine.bytes(0)?;
    let length = if length == 0 { (bytes.len() as u64).saturating_sub(start) } else { length };
    let part = part_of_length(bytes, start, length).map(<[u8]>::to_vec);
    replace_by_part(machine, 1, part)
}

/// `extract3`
pub(crate) fn extract3(machine: &mut Machine) -> OpResult {
    let part = part_of_length(machine.bytes(2)?, machine.uint(1)?, machine.uint(0)?).map(<[u8]>::to_vec);
    replace_by_part(machine, 3, part)
}

/// `extract_uint16`
pub(crate) fn extract_uint16(machine: &mut Machine) -> OpResult {
    extract_uint(machine, 2)
}

/// `extract_uint32`
pub(crate) fn extract_uint32(machine: &mut Machine) -> OpResult {
    extract_uint(machine, 4)
}

/// `extract_uint64`
pub(crate) fn extract_uint64(machine: &mut Machine) -> OpResult {
    extract_uint(machine, 8)
}

fn extract_uint(machine: &mut Machine, length: u64) -> OpResult {
    let number = from_big_endian(part_of_length(machine.bytes(1)?, machine.uint(0)?, length)?);
    machine.replace(2, number)
}

/// The part of `bytes` that `start` and `length` name; the texts are shared with the opcodes that read boxes.
pub(crate) fn part_of_length(bytes: &[u8], start: u64, length: u64) -> Result<&[u8], Fault> {
    let size = bytes.len() as u64;
    if start > size {
        fault!("extraction start {start} is beyond length: {size}");
    }
    let Some(end) = start.checked_add(length) else { fault!("extraction end exceeds uint64") };
    match bytes.get(start as usize..usize::try_from(end).unwrap_or(usize::MAX)) {
        Some(part) => Ok(part),
        None => fault!("extraction end {end} is beyond length: {size}"),
    }
}

/// `replace2`
pub(crate) fn replace2(machine: &mut Machine) -> OpResult {
    let changed = with_part_replaced(machine.bytes(1)?, machine.byte(0)?.into(), machine.bytes(0)?)?;
    machine.replace(2, changed)
}

/// `replace3`
pub(crate) fn replace3(machine: &mut Machine) -> OpResult {
    let changed = with_part_replaced(machine.bytes(2)?, machine.uint(1)?, machine.bytes(0)?)?;
    machine.replace(3, changed)
}

/// `bytes` with `part` written over them from `start` on; the texts are shared with the opcodes that write boxes.
pub(crate) fn with_part_replaced(bytes: &[u8], start: u64, part: &[u8]) -> Result<Vec<u8>, Fault> {
    let size = bytes.len() as u64;
    if start > size {
        fault!("replacement start {start} beyond length: {size}");
    }
    let end = start + part.len() as u64;
    let mut changed = bytes.to_vec();
    match changed.get_mut(start as usize..end as usize) {
        Some(place) => place.copy_from_slice(part),
        None => fault!("replacement end {end} beyond original length: {size}"),
    }
    Ok(changed)
}

/// `getbit`. Bits of integers are counted from the lowest, bits of byte strings from the first byte's highest.
pub(crate) fn get_bit(machine: &mut Machine) -> OpResult {
    let index = machine.uint(0)?;
    let bit = match machine.value(1)? {
        Value::Uint(_) if index > 63 => fault!("getbit index > 63 with Uint"),
        Value::Uint(number) => number >> index & 1,
        Value::Bytes(bytes) => match usize::try_from(index / 8).ok().and_then(|at| bytes.get(at)) {
            Some(byte) => u64::from(byte >> (7 - index % 8) & 1),
            None => fault!("getbit index beyond byteslice"),
        },
    };
    machine.replace(2, bit)
}

/// `setbit`
pub(crate) fn set_bit(machine: &mut Machine) -> OpResult {
    let (index, bit) = (machine.uint(1)?, machine.uint(0)?);
    if bit > 1 {
        fault!("setbit value > 1");
    }
    let changed = match machine.value(2)? {
        Value::Uint(_) if index > 63 => fault!("setbit index > 63 with Uint"),
        Value::Uint(number) => Value::Uint(number & !(1 << index) | bit << index),
        Value::Bytes(bytes) => {
            let mut changed = bytes.to_vec();
            let place = usize::try_from(index / 8).ok().and_then(|at| changed.get_mut(at));
            let Some(byte) = place else { fault!("setbit index beyond byteslice") };
            let mask = 0x80 >> (index % 8);
            *byte = if bit == 1 { *byte | mask } else { *byte & !mask };
            Value::from(changed)
        }
    };
    machine.replace(3, changed)
}

/// `getbyte`
pub(crate) fn get_byte(machine: &mut Machine) -> OpResult {
    let index = usize::try_from(machine.uint(0)?).unwrap_or(usize::MAX);
    match machine.bytes(1)?.get(index).copied() {
        Some(byte) => machine.replace(2, u64::from(byte)),
        None => fault!("getbyte index beyond array length"),
    }
}

/// `setbyte`
pub(crate) fn set_byte(machine: &mut Machine) -> OpResult {
    let Ok(value) = u8::try_from(machine.uint(0)?) else { fault!("setbyte value > 255") };
    let index = usize::try_from(machine.uint(1)?).unwrap_or(usize::MAX);
    let mut changed = machine.bytes(2)?.to_vec();
    match changed.get_mut(index) {
        Some(byte) => *byte = value,
        None => fault!("setbyte index beyond array length"),
    }
    machine.replace(3, changed)
}
