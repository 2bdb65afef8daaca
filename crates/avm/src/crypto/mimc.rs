//! MiMC with exponent 5, in the Miyaguchi-Preneel mode, as gnark's circuits compute it (opcode `mimc`).

use std::sync::LazyLock;

use ark_ff::PrimeField;

use super::scalars::{NotReduced, ScalarField, constants, elements, to_bytes};

static BN254: LazyLock<Vec<ark_bn254::Fr>> = LazyLock::new(|| constants("seed").take(110).collect());
static BLS12_381: LazyLock<Vec<ark_bls12_381::Fr>> = LazyLock::new(|| constants("seed").take(111).collect());

/// The hash of `data`, a row of 32-byte big-endian elements of `field`.
///
/// # Errors
/// When an element is not below the modulus.
pub fn mimc(field: ScalarField, data: &[u8]) -> Result<[u8; 32], NotReduced> {
    match field {
        ScalarField::Bn254 => hash(data, &BN254),
        ScalarField::Bls12381 => hash(data, &BLS12_381),
    }
}

fn hash<F: PrimeField>(data: &[u8], rounds: &[F]) -> Result<[u8; 32], NotReduced> {
    let digest = elements(data)?.into_iter().fold(F::ZERO, |key, message| {
        let cipher = rounds.iter().fold(message, |state, constant| {
            let sum: F = state + key + constant;
            sum.square().square() * sum
        });
        cipher + key + key + message
    });
    Ok(to_bytes(digest))
}

#[cfg(test)]
mod tests {
    #[test]
    fn agrees_with_the_reference() {
        super::super::scalars::tests::check_recorded(super::mimc, "mimc");
    }
}
