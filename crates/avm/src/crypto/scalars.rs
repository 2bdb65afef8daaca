//! What the two circuit-friendly hashes share: prime field elements as 32 big-endian bytes, and constants from Keccak.

use ark_ff::{BigInteger, PrimeField};

use super::hashes::keccak256;

/// An input block that is not the canonical encoding of a field element: the integer is the modulus or larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid fr.Element encoding")]
pub struct NotReduced;

/// The field a hash works in: the scalars of one of the two pairing curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarField {
    /// The scalars of BN254.
    Bn254,
    /// The scalars of BLS12-381.
    Bls12381,
}

/// The elements that `data` holds, 32 big-endian bytes each; a shorter last block counts as if zeros came before it.
pub(super) fn elements<F: PrimeField>(data: &[u8]) -> Result<Vec<F>, NotReduced> {
    data.chunks(32).map(element).collect()
}

fn element<F: PrimeField>(block: &[u8]) -> Result<F, NotReduced> {
    let value = F::from_be_bytes_mod_order(block);
    let canonical = to_bytes(value);
    let (zeros, tail) = canonical.split_at(canonical.len().saturating_sub(block.len()));
    (tail == block && zeros.iter().all(|byte| *byte == 0)).then_some(value).ok_or(NotReduced)
}

/// `value` as 32 big-endian bytes.
pub(super) fn to_bytes<F: PrimeField>(value: F) -> [u8; 32] {
    let mut out = [0; 32];
    for (byte, digit) in out.iter_mut().rev().zip(value.into_bigint().to_bytes_le()) {
        *byte = digit;
    }
    out
}

/// The endless row of constants that both hashes draw from: Keccak-256 of the one before, the first hashed twice.
pub(super) fn constants<F: PrimeField>(seed: &str) -> impl Iterator<Item = F> + use<F> {
    let first = keccak256(&keccak256(seed.as_bytes()));
    std::iter::successors(Some(first), |link| Some(keccak256(link))).map(|link| F::from_be_bytes_mod_order(&link))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Runs `hash` on the 32-byte-block vectors recorded for `field`, whose answers are under `answer`.
    pub(in super::super) fn check_recorded(hash: fn(ScalarField, &[u8]) -> Result<[u8; 32], NotReduced>, name: &str) {
        let text = include_str!("../../../../tests/vectors/crypto/primitives.json");
        let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
        let cases = vectors["hashes"].as_array().unwrap();
        assert_eq!(cases.len(), 4);
        for case in cases {
            for (field, prefix) in [(ScalarField::Bn254, "bn"), (ScalarField::Bls12381, "bl")] {
                let get = |key: &str| hex::decode(case[format!("{prefix}{key}")].as_str().unwrap()).unwrap();
                assert_eq!(hash(field, &get("in")).unwrap().as_slice(), get(name), "{prefix}{name}");
            }
        }
        for field in [ScalarField::Bn254, ScalarField::Bls12381] {
            assert_eq!(hash(field, &[0xff; 32]), Err(NotReduced));
        }
    }

    #[test]
    fn the_modulus_is_refused_and_its_predecessor_is_not() {
        let modulus = ark_bn254::Fr::MODULUS.to_bytes_be();
        assert_eq!(elements::<ark_bn254::Fr>(&modulus), Err(NotReduced));
        let mut below = modulus;
        *below.last_mut().unwrap() -= 1;
        assert_eq!(to_bytes(elements::<ark_bn254::Fr>(&below).unwrap()[0]).as_slice(), below);
    }
}
