//! Byte strings as big-endian numbers of any size, and as rows of bits.

use std::cmp::Ordering;

use num_bigint::BigUint;
use num_traits::Zero as _;

use crate::error::{Fault, fault};
use crate::machine::Machine;
use pnp_opcodes::MAX_BYTE_MATH_SIZE;

type OpResult = Result<(), Fault>;

const TOO_LARGE: &str = "math attempted on large byte-array";

/// The argument `depth` below the top, if it is small enough to compute with.
fn operand(machine: &Machine, depth: usize) -> Result<&[u8], Fault> {
    let bytes = machine.bytes(depth)?;
    if bytes.len() as u64 > MAX_BYTE_MATH_SIZE {
        fault!("{TOO_LARGE}");
    }
    Ok(bytes)
}

fn number(machine: &Machine, depth: usize) -> Result<BigUint, Fault> {
    operand(machine, depth).map(BigUint::from_bytes_be)
}

/// The shortest bytes of a number: none for zero.
fn shortest(number: &BigUint) -> Vec<u8> {
    if number.is_zero() { Vec::new() } else { number.to_bytes_be() }
}

fn binary(
    machine: &mut Machine,
    op: impl FnOnce(BigUint, BigUint) -> Option<BigUint>,
    otherwise: &'static str,
) -> OpResult {
    let result = op(number(machine, 1)?, number(machine, 0)?).ok_or(otherwise)?;
    machine.replace(2, shortest(&result))
}

/// `b+`
pub(crate) fn bytes_add(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Some(a + b), "")
}

/// `b-`
pub(crate) fn bytes_sub(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| (a >= b).then(|| a - b), "byte math would have negative result")
}

/// `b*`
pub(crate) fn bytes_mul(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Some(a * b), "")
}

/// `b/`
pub(crate) fn bytes_div(machine: &mut Machine) -> OpResult {
    divide(machine, |a, b| a / b, "division by zero")
}

/// `b%`
pub(crate) fn bytes_mod(machine: &mut Machine) -> OpResult {
    divide(machine, |a, b| a % b, "modulo by zero")
}

/// A division by zero leaves an empty byte string in the place of both numbers, which error reports show.
fn divide(machine: &mut Machine, op: impl FnOnce(BigUint, BigUint) -> BigUint, by_zero: &'static str) -> OpResult {
    let (dividend, divisor) = (number(machine, 1)?, number(machine, 0)?);
    if divisor.is_zero() {
        machine.replace(2, Vec::new())?;
        return Err(by_zero.into());
    }
    machine.replace(2, shortest(&op(dividend, divisor)))
}

/// `bsqrt`, rounded down.
pub(crate) fn bytes_sqrt(machine: &mut Machine) -> OpResult {
    let root = number(machine, 0)?.sqrt();
    machine.replace(1, shortest(&root))
}

/// How the two numbers on top of the stack compare, whatever zeros they start with.
fn compare(machine: &Machine) -> Result<Ordering, Fault> {
    // The upper one is looked at first.
    let (b, a) = (significant(operand(machine, 0)?), significant(operand(machine, 1)?));
    Ok(a.len().cmp(&b.len()).then_with(|| a.cmp(b)))
}

fn significant(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

fn compared(machine: &mut Machine, holds: impl FnOnce(Ordering) -> bool) -> OpResult {
    let ordering = compare(machine)?;
    machine.replace(2, holds(ordering))
}

/// Like [`compared`], but for the two comparisons that the reference does on swapped arguments: where they are too
/// large, error reports show them swapped.
fn compared_swapped(machine: &mut Machine, holds: impl FnOnce(Ordering) -> bool) -> OpResult {
    compared(machine, holds).inspect_err(|_| {
        if let [.., a, b] = machine.stack.as_mut_slice() {
            std::mem::swap(a, b);
        }
    })
}

/// `b<`
pub(crate) fn bytes_lt(machine: &mut Machine) -> OpResult {
    compared(machine, Ordering::is_lt)
}

/// `b>`
pub(crate) fn bytes_gt(machine: &mut Machine) -> OpResult {
    compared_swapped(machine, Ordering::is_gt)
}

/// `b<=`
pub(crate) fn bytes_le(machine: &mut Machine) -> OpResult {
    compared_swapped(machine, Ordering::is_le)
}

/// `b>=`
pub(crate) fn bytes_ge(machine: &mut Machine) -> OpResult {
    compared(machine, Ordering::is_ge)
}

/// `b==`
pub(crate) fn bytes_eq(machine: &mut Machine) -> OpResult {
    compared(machine, Ordering::is_eq)
}

/// `b!=`
pub(crate) fn bytes_ne(machine: &mut Machine) -> OpResult {
    compared(machine, Ordering::is_ne)
}

/// The two byte strings bit by bit, the shorter one with zeros put before it.
fn bitwise(machine: &mut Machine, op: impl Fn(u8, u8) -> u8) -> OpResult {
    let (a, b) = (machine.bytes(1)?, machine.bytes(0)?);
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let (lead, tail) = long.split_at(long.len() - short.len());
    let lead = lead.iter().map(|byte| op(*byte, 0));
    let result: Vec<u8> = lead.chain(tail.iter().zip(short.iter()).map(|(a, b)| op(*a, *b))).collect();
    machine.replace(2, result)
}

/// `b|`
pub(crate) fn bytes_bit_or(machine: &mut Machine) -> OpResult {
    bitwise(machine, |a, b| a | b)
}

/// `b&`
pub(crate) fn bytes_bit_and(machine: &mut Machine) -> OpResult {
    bitwise(machine, |a, b| a & b)
}

/// `b^`
pub(crate) fn bytes_bit_xor(machine: &mut Machine) -> OpResult {
    bitwise(machine, |a, b| a ^ b)
}

/// `b~`
pub(crate) fn bytes_bit_not(machine: &mut Machine) -> OpResult {
    let inverted: Vec<u8> = machine.bytes(0)?.iter().map(|byte| !byte).collect();
    machine.replace(1, inverted)
}
