//! Points of the pairing-friendly curves.

use super::unknown_field;
use crate::crypto::ec::{self, CurveError, Group};
use crate::error::{Fault, fault};
use crate::machine::Machine;
use crate::value::Value;
use pnp_opcodes::{EcGroup, Field as _};

type OpResult = Result<(), Fault>;

/// The group the opcode names. `called` is what the reference calls the opcode when it does not know the group.
fn group(machine: &Machine, called: &str) -> Result<Group, Fault> {
    let byte = machine.byte(0)?;
    Ok(match EcGroup::from_byte(byte) {
        Some(EcGroup::Bn254G1) => Group::Bn254G1,
        Some(EcGroup::Bn254G2) => Group::Bn254G2,
        Some(EcGroup::Bls12_381G1) => Group::Bls12381G1,
        Some(EcGroup::Bls12_381G2) => Group::Bls12381G2,
        None => fault!("invalid {called} group {}", unknown_field::<EcGroup>("EcGroup", byte)),
    })
}

/// Replaces `count` values by the result; by the integer 0 where there is none, as error reports show it.
fn finish<T: Into<Value>>(machine: &mut Machine, count: usize, result: Result<T, CurveError>) -> OpResult {
    match result {
        Ok(value) => machine.replace(count, value),
        Err(reason) => {
            machine.replace(count, 0)?;
            Err(reason.to_string().into())
        }
    }
}

/// `ec_add`
pub(crate) fn ec_add(machine: &mut Machine) -> OpResult {
    let sum = ec::add(group(machine, "ec_add")?, machine.bytes(1)?, machine.bytes(0)?);
    finish(machine, 2, sum)
}

/// `ec_scalar_mul`
pub(crate) fn ec_scalar_mul(machine: &mut Machine) -> OpResult {
    let group = group(machine, "ec_scalar_mul")?;
    let scalar = machine.bytes(0)?;
    if scalar.len() > 32 {
        fault!("ec_scalar_mul scalar len is {}, exceeds 32", scalar.len());
    }
    let product = ec::scalar_mul(group, machine.bytes(1)?, scalar);
    finish(machine, 2, product)
}

/// `ec_pairing_check`
pub(crate) fn ec_pairing_check(machine: &mut Machine) -> OpResult {
    let holds = ec::pairing_check(group(machine, "ec_pairing_check")?, machine.bytes(1)?, machine.bytes(0)?);
    finish(machine, 2, holds)
}

/// `ec_multi_scalar_mul`
pub(crate) fn ec_multi_scalar_mul(machine: &mut Machine) -> OpResult {
    let sum = ec::multi_scalar_mul(group(machine, "ec_multi_scalar_mul")?, machine.bytes(1)?, machine.bytes(0)?);
    finish(machine, 2, sum)
}

/// `ec_subgroup_check`
pub(crate) fn ec_subgroup_check(machine: &mut Machine) -> OpResult {
    let inside = ec::subgroup_check(group(machine, "ec_pairing_check")?, machine.bytes(0)?);
    finish(machine, 1, inside)
}

/// `ec_map_to`
pub(crate) fn ec_map_to(machine: &mut Machine) -> OpResult {
    let point = ec::map_to(group(machine, "ec_pairing_check")?, machine.bytes(0)?);
    finish(machine, 1, point)
}
