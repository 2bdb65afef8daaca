//! Hash functions: of any bytes, and of rows of field elements.

use super::unknown_field;
use crate::crypto::{self, scalars::NotReduced, scalars::ScalarField};
use crate::error::{Fault, fault};
use crate::machine::Machine;
use pnp_opcodes::{Field as _, MimcConfig, Poseidon2Config};

type OpResult = Result<(), Fault>;

fn hash<const N: usize>(machine: &mut Machine, function: fn(&[u8]) -> [u8; N]) -> OpResult {
    let digest = function(machine.bytes(0)?);
    machine.replace(1, digest)
}

/// `sha256`
pub(crate) fn sha256(machine: &mut Machine) -> OpResult {
    hash(machine, crypto::sha256)
}

/// `keccak256`
pub(crate) fn keccak256(machine: &mut Machine) -> OpResult {
    hash(machine, crypto::keccak256)
}

/// `sha512_256`
pub(crate) fn sha512_256(machine: &mut Machine) -> OpResult {
    hash(machine, crypto::sha512_256)
}

/// `sha3_256`
pub(crate) fn sha3_256(machine: &mut Machine) -> OpResult {
    hash(machine, crypto::sha3_256)
}

/// `sha512`
pub(crate) fn sha512(machine: &mut Machine) -> OpResult {
    hash(machine, crypto::sha512)
}

/// `sumhash512`
pub(crate) fn sumhash512(machine: &mut Machine) -> OpResult {
    hash(machine, crypto::sumhash512)
}

/// `mimc`
pub(crate) fn mimc(machine: &mut Machine) -> OpResult {
    let byte = machine.byte(0)?;
    let field = match MimcConfig::from_byte(byte) {
        Some(MimcConfig::Bn254Mp110) => ScalarField::Bn254,
        Some(MimcConfig::Bls12_381Mp111) => ScalarField::Bls12381,
        None => fault!("invalid mimc config {}", unknown_field::<MimcConfig>("MimcConfig", byte)),
    };
    hash_elements(machine, "mimc", |data| crypto::mimc(field, data))
}

/// `poseidon2`
pub(crate) fn poseidon2(machine: &mut Machine) -> OpResult {
    let byte = machine.byte(0)?;
    let field = match Poseidon2Config::from_byte(byte) {
        Some(Poseidon2Config::Bn254T2) => ScalarField::Bn254,
        Some(Poseidon2Config::Bls12_381T2) => ScalarField::Bls12381,
        None => fault!("invalid poseidon2 config {}", unknown_field::<Poseidon2Config>("Poseidon2Config", byte)),
    };
    hash_elements(machine, "poseidon2", |data| crypto::poseidon2(field, data))
}

fn hash_elements(
    machine: &mut Machine,
    name: &str,
    function: impl FnOnce(&[u8]) -> Result<[u8; 32], NotReduced>,
) -> OpResult {
    let data = machine.bytes(0)?;
    if data.is_empty() {
        fault!("the input data cannot be empty");
    }
    if data.len() % 32 != 0 {
        fault!("the input data must be a multiple of 32 bytes");
    }
    match function(data) {
        Ok(digest) => machine.replace(1, digest),
        Err(reason) => fault!("invalid {name} input {reason}"),
    }
}
