//! Arithmetic, comparison and logic of integers, and the two conversions between integers and byte strings.

use crate::error::{Fault, fault};
use crate::machine::Machine;
use crate::value::Value;

type OpResult = Result<(), Fault>;

/// Replaces the two integers on top of the stack by the result of `op`.
fn binary<T: Into<Value>>(machine: &mut Machine, op: impl FnOnce(u64, u64) -> Result<T, Fault>) -> OpResult {
    let result = op(machine.uint(1)?, machine.uint(0)?)?;
    machine.replace(2, result)
}

/// Replaces the two integers on top of the stack by the two halves of the result of `op`, the high half deeper.
fn wide(machine: &mut Machine, op: impl FnOnce(u64, u64) -> Result<u128, Fault>) -> OpResult {
    let result = op(machine.uint(1)?, machine.uint(0)?)?;
    machine.drop_top(2);
    push_wide(machine, result);
    Ok(())
}

fn push_wide(machine: &mut Machine, value: u128) {
    machine.push((value >> 64) as u64);
    machine.push(value as u64);
}

fn join(high: u64, low: u64) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

/// `+`
pub(crate) fn add(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| a.checked_add(b).ok_or("+ overflowed".into()))
}

/// `-`
pub(crate) fn sub(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| a.checked_sub(b).ok_or("- would result negative".into()))
}

/// `*`
pub(crate) fn mul(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| a.checked_mul(b).ok_or("* overflowed".into()))
}

/// `/`
pub(crate) fn div(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| a.checked_div(b).ok_or("/ 0".into()))
}

/// `%`
pub(crate) fn modulo(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| a.checked_rem(b).ok_or("% 0".into()))
}

/// `<`
pub(crate) fn lt(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Ok(a < b))
}

/// `>`
pub(crate) fn gt(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Ok(a > b))
}

/// `<=`
pub(crate) fn le(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Ok(a <= b))
}

/// `>=`
pub(crate) fn ge(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Ok(a >= b))
}

/// `&&`
pub(crate) fn and(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Ok(a != 0 && b != 0))
}

/// `||`
pub(crate) fn or(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Ok(a != 0 || b != 0))
}

/// `==`, of two integers or two byte strings.
pub(crate) fn eq(machine: &mut Machine) -> OpResult {
    let equal = are_equal(machine)?;
    machine.replace(2, equal)
}

/// `!=`, of two integers or two byte strings.
pub(crate) fn ne(machine: &mut Machine) -> OpResult {
    let equal = are_equal(machine)?;
    machine.replace(2, !equal)
}

fn are_equal(machine: &Machine) -> Result<bool, Fault> {
    let (a, b) = (machine.value(1)?, machine.value(0)?);
    if a.is_bytes() != b.is_bytes() {
        fault!("cannot compare ({} to {})", a.type_name(), b.type_name());
    }
    Ok(a == b)
}

/// `!`
pub(crate) fn not(machine: &mut Machine) -> OpResult {
    let zero = machine.uint(0)? == 0;
    machine.replace(1, zero)
}

/// `|`
pub(crate) fn bit_or(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Ok(a | b))
}

/// `&`
pub(crate) fn bit_and(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Ok(a & b))
}

/// `^`
pub(crate) fn bit_xor(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Ok(a ^ b))
}

/// `~`
pub(crate) fn bit_not(machine: &mut Machine) -> OpResult {
    let inverted = !machine.uint(0)?;
    machine.replace(1, inverted)
}

/// `shl`
pub(crate) fn shift_left(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Ok(a << shift("shl", b)?))
}

/// `shr`
pub(crate) fn shift_right(machine: &mut Machine) -> OpResult {
    binary(machine, |a, b| Ok(a >> shift("shr", b)?))
}

fn shift(name: &str, count: u64) -> Result<u64, Fault> {
    if count > 63 {
        fault!("{name} arg too big, ({count})");
    }
    Ok(count)
}

/// `sqrt`, rounded down.
pub(crate) fn sqrt(machine: &mut Machine) -> OpResult {
    let root = machine.uint(0)?.isqrt();
    machine.replace(1, root)
}

/// `bitlen`, of an integer or a byte string: the position of its highest one bit, counted from 1.
pub(crate) fn bit_len(machine: &mut Machine) -> OpResult {
    let length = match machine.value(0)? {
        Value::Uint(number) => u64::from(u64::BITS - number.leading_zeros()),
        Value::Bytes(bytes) => {
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let rest = bytes.get(zeros..).unwrap_or_default();
            let unused = rest.first().map_or(0, |byte| u64::from(byte.leading_zeros()));
            8 * rest.len() as u64 - unused
        }
    };
    machine.replace(1, length)
}

/// `exp`
pub(crate) fn exp(machine: &mut Machine) -> OpResult {
    binary(machine, |base, exponent| u64::try_from(power(base, exponent)?).map_err(|_| power_overflow(base, exponent)))
}

/// `expw`
pub(crate) fn expw(machine: &mut Machine) -> OpResult {
    wide(machine, power)
}

fn power(base: u64, exponent: u64) -> Result<u128, Fault> {
    match (base, exponent) {
        (0, 0) => Err("0^0 is undefined".into()),
        (0 | 1, _) => Ok(base.into()),
        _ => u32::try_from(exponent)
            .ok()
            .and_then(|exponent| u128::from(base).checked_pow(exponent))
            .ok_or_else(|| power_overflow(base, exponent)),
    }
}

fn power_overflow(base: u64, exponent: u64) -> Fault {
    format!("{base}^{exponent} overflow").into()
}

/// `mulw`
pub(crate) fn mulw(machine: &mut Machine) -> OpResult {
    wide(machine, |a, b| Ok(u128::from(a) * u128::from(b)))
}

/// `addw`
pub(crate) fn addw(machine: &mut Machine) -> OpResult {
    wide(machine, |a, b| Ok(u128::from(a) + u128::from(b)))
}

/// `divw`: a 128-bit number by a 64-bit one.
pub(crate) fn divw(machine: &mut Machine) -> OpResult {
    let (high, low, divisor) = (machine.uint(2)?, machine.uint(1)?, machine.uint(0)?);
    let quotient = join(high, low).checked_div(divisor.into()).ok_or("divw 0")?;
    match u64::try_from(quotient) {
        Ok(quotient) => machine.replace(3, quotient),
        Err(_) => fault!("divw overflow: {divisor} <= {high}"),
    }
}

/// `divmodw`: quotient and remainder of two 128-bit numbers.
pub(crate) fn div_modw(machine: &mut Machine) -> OpResult {
    let dividend = join(machine.uint(3)?, machine.uint(2)?);
    let divisor = join(machine.uint(1)?, machine.uint(0)?);
    let quotient = dividend.checked_div(divisor).ok_or("/ 0")?;
    machine.drop_top(4);
    push_wide(machine, quotient);
    push_wide(machine, dividend % divisor);
    Ok(())
}

/// `itob`
pub(crate) fn itob(machine: &mut Machine) -> OpResult {
    let bytes = machine.uint(0)?.to_be_bytes();
    machine.replace(1, bytes)
}

/// `btoi`
pub(crate) fn btoi(machine: &mut Machine) -> OpResult {
    let bytes = machine.bytes(0)?;
    if bytes.len() > 8 {
        fault!("btoi arg too long, got {} bytes", bytes.len());
    }
    let number = from_big_endian(bytes);
    machine.replace(1, number)
}

/// The number that up to eight bytes write.
pub(super) fn from_big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
