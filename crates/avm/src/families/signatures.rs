//! Signatures and proofs checked, keys unpacked and recovered.

use super::unknown_field;
use crate::crypto::{self, ecdsa, ed25519, falcon, vrf};
use crate::error::{Fault, fault};
use crate::machine::Machine;
use pnp_opcodes::{EcdsaCurve, Field as _, VrfStandard};

type OpResult = Result<(), Fault>;

/// `ed25519verify`: what is signed is the data together with the running program's hash.
pub(crate) fn ed25519_verify(machine: &mut Machine) -> OpResult {
    let (key, signature) = ed25519_arguments(machine)?;
    let program = crypto::sha512_256(&[b"Program".as_slice(), machine.program.bytes()].concat());
    let message = [b"ProgData".as_slice(), &program, machine.bytes(2)?].concat();
    machine.replace(3, ed25519::verify(&key, &message, &signature))
}

/// `ed25519verify_bare`
pub(crate) fn ed25519_verify_bare(machine: &mut Machine) -> OpResult {
    let (key, signature) = ed25519_arguments(machine)?;
    let valid = ed25519::verify(&key, machine.bytes(2)?, &signature);
    machine.replace(3, valid)
}

fn ed25519_arguments(machine: &Machine) -> Result<([u8; 32], [u8; 64]), Fault> {
    let Ok(key) = machine.bytes(0)?.as_slice().try_into() else { fault!("invalid public key") };
    let Ok(signature) = machine.bytes(1)?.as_slice().try_into() else { fault!("invalid signature") };
    Ok((key, signature))
}

/// `falcon_verify`
pub(crate) fn falcon_verify(machine: &mut Machine) -> OpResult {
    let key = machine.bytes(0)?;
    let Ok(key) = key.as_slice().try_into() else {
        fault!("invalid public key size {} != {}", key.len(), falcon::PUBLIC_KEY_SIZE);
    };
    let valid = falcon::verify(key, machine.bytes(2)?, machine.bytes(1)?);
    machine.replace(3, valid)
}

/// `vrf_verify`: the output, all zeros for a proof that does not hold, and whether it holds.
pub(crate) fn vrf_verify(machine: &mut Machine) -> OpResult {
    let proof = machine.bytes(1)?;
    let Ok(proof) = proof.as_slice().try_into() else { fault!("vrf proof wrong size {} != 80", proof.len()) };
    let key = machine.bytes(0)?;
    let Ok(key) = key.as_slice().try_into() else { fault!("vrf pubkey wrong size {} != 32", key.len()) };
    let byte = machine.byte(0)?;
    let Some(VrfStandard::Algorand) = VrfStandard::from_byte(byte) else {
        fault!("invalid VRF standard {}", unknown_field::<VrfStandard>("VrfStandard", byte));
    };
    let output = vrf::verify(key, proof, machine.bytes(2)?);
    machine.replace(3, output.unwrap_or([0; 64]))?;
    machine.push(output.is_some());
    Ok(())
}

/// The curve the opcode names, if this version knows it.
fn curve(machine: &Machine) -> Result<EcdsaCurve, Fault> {
    let byte = machine.byte(0)?;
    match EcdsaCurve::from_byte(byte) {
        Some(curve) if u64::from(curve.spec().since) <= machine.version() => Ok(curve),
        _ => fault!("invalid curve {byte}"),
    }
}

/// `ecdsa_verify`
pub(crate) fn ecdsa_verify(machine: &mut Machine) -> OpResult {
    let curve = curve(machine)?;
    let message = machine.bytes(4)?;
    if message.len() != 32 {
        fault!("the signed data must be 32 bytes long, not {}", message.len());
    }
    let verify = match curve {
        EcdsaCurve::Secp256k1 => ecdsa::verify_secp256k1,
        EcdsaCurve::Secp256r1 => ecdsa::verify_secp256r1,
    };
    let valid = verify(message, machine.bytes(3)?, machine.bytes(2)?, machine.bytes(1)?, machine.bytes(0)?);
    machine.replace(5, valid)
}

/// `ecdsa_pk_decompress`
pub(crate) fn ecdsa_pk_decompress(machine: &mut Machine) -> OpResult {
    let curve = curve(machine)?;
    let key = machine.bytes(0)?;
    let point = match curve {
        EcdsaCurve::Secp256k1 => ecdsa::decompress_secp256k1(key).ok_or("invalid pubkey")?,
        EcdsaCurve::Secp256r1 => ecdsa::decompress_secp256r1(key).ok_or("invalid compressed pubkey")?,
    };
    machine.replace(1, point.x)?;
    machine.push(point.y);
    Ok(())
}

/// `ecdsa_pk_recover`
pub(crate) fn ecdsa_pk_recover(machine: &mut Machine) -> OpResult {
    let curve = curve(machine)?;
    if curve != EcdsaCurve::Secp256k1 {
        fault!("unsupported curve {}", curve.byte());
    }
    let id = machine.uint(2)?;
    let Some(recovery_id) = u8::try_from(id).ok().filter(|id| *id <= 3) else {
        fault!("invalid recovery id: {id}");
    };
    let recovered = ecdsa::recover_secp256k1(machine.bytes(3)?, recovery_id, machine.bytes(1)?, machine.bytes(0)?);
    let point = match recovered {
        Ok(point) => point,
        Err(reason) => fault!("pubkey recover failed: {reason}"),
    };
    machine.replace(4, point.x)?;
    machine.push(point.y);
    Ok(())
}
