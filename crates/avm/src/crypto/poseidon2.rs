//! Poseidon2 of width 2 as a compression function, chained in Merkle-Damgård mode (opcode `poseidon2`).

use std::sync::LazyLock;

use ark_ff::PrimeField;

use super::scalars::{NotReduced, ScalarField, constants, elements, to_bytes};

/// Rounds that touch both words, half of them before the partial ones.
const FULL: usize = 6;
/// Rounds that touch the first word alone.
const PARTIAL: usize = 50;

static BN254: LazyLock<Rounds<ark_bn254::Fr>> = LazyLock::new(|| Rounds::new("BN254"));
static BLS12_381: LazyLock<Rounds<ark_bls12_381::Fr>> = LazyLock::new(|| Rounds::new("BLS12_381"));

/// The hash of `data`, a row of 32-byte big-endian elements of `field`.
///
/// # Errors
/// When an element is not below the modulus.
pub fn poseidon2(field: ScalarField, data: &[u8]) -> Result<[u8; 32], NotReduced> {
    match field {
        ScalarField::Bn254 => BN254.hash(data),
        ScalarField::Bls12381 => BLS12_381.hash(data),
    }
}

struct Rounds<F> {
    opening: Vec<[F; 2]>,
    partial: Vec<F>,
    closing: Vec<[F; 2]>,
}

impl<F: PrimeField> Rounds<F> {
    fn new(curve: &str) -> Self {
        let mut keys = constants(&format!("Poseidon2-{curve}[t=2,rF={FULL},rP={PARTIAL},d=5]"));
        let mut take = |count: usize| keys.by_ref().take(count).collect::<Vec<F>>();
        let pairs = |keys: Vec<F>| keys.as_chunks::<2>().0.to_vec();
        Self { opening: pairs(take(FULL)), partial: take(PARTIAL), closing: pairs(take(FULL)) }
    }

    fn hash(&self, data: &[u8]) -> Result<[u8; 32], NotReduced> {
        let digest = elements(data)?.into_iter().fold(F::ZERO, |state, block| block + self.permute([state, block])[1]);
        Ok(to_bytes(digest))
    }

    fn permute(&self, words: [F; 2]) -> [F; 2] {
        let opened = self.opening.iter().fold(mix_full(words), |state, keys| full_round(state, keys));
        let middle = self.partial.iter().fold(opened, |[first, second], key| {
            let first = fifth_power(first + key);
            let sum = first + second;
            [first + sum, second.double() + sum]
        });
        self.closing.iter().fold(middle, |state, keys| full_round(state, keys))
    }
}

fn full_round<F: PrimeField>([first, second]: [F; 2], keys: &[F; 2]) -> [F; 2] {
    mix_full([fifth_power(first + keys[0]), fifth_power(second + keys[1])])
}

fn mix_full<F: PrimeField>([first, second]: [F; 2]) -> [F; 2] {
    let sum = first + second;
    [first + sum, second + sum]
}

fn fifth_power<F: PrimeField>(word: F) -> F {
    word.square().square() * word
}

#[cfg(test)]
mod tests {
    #[test]
    fn agrees_with_the_reference() {
        super::super::scalars::tests::check_recorded(super::poseidon2, "pos");
    }
}
