//! Sumhash512: the subset-sum hash of state proofs, opcode `sumhash512`.
//!
//! Each bit of the input selects one column of a fixed matrix over the integers modulo 2^64; the output is the sum of
//! the selected columns. The matrix is the SHAKE256 stream of its own dimensions and the word "Algorand".

use std::sync::LazyLock;

use shake::digest::{ExtendableOutput, Update, XofReader};

/// Words of the output.
const ROWS: usize = 8;
/// Bytes the compression function eats: the chained hash, then a block of the message.
const INPUT: usize = 128;
/// Bytes of the message a compression eats.
const BLOCK: usize = 64;

/// For each input byte position and each value of that byte, the sum of the columns its bits select.
type Table = Vec<[u64; ROWS]>;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut seed = shake::Shake256::default();
    for dimension in [64u16, 8, 1024] {
        seed.update(&dimension.to_le_bytes());
    }
    seed.update(b"Algorand");
    let mut stream = seed.finalize_xof();
    let mut table = vec![[0u64; ROWS]; INPUT * 256];
    for row in 0..ROWS {
        for entries in table.chunks_exact_mut(256) {
            for bit in 0..8 {
                let mut word = [0u8; 8];
                stream.read(&mut word);
                let column = u64::from_le_bytes(word);
                for (byte, entry) in entries.iter_mut().enumerate() {
                    if byte >> bit & 1 == 1 {
                        entry[row] = entry[row].wrapping_add(column);
                    }
                }
            }
        }
    }
    table
});

/// Sumhash512 of `data`, without a salt.
#[must_use]
pub fn sumhash512(data: &[u8]) -> [u8; 64] {
    // Padding: one bit (bytes are read lowest bit first), zeros, and the length in bits as 128 bits little-endian.
    let mut message = data.to_vec();
    message.push(1);
    let full = (message.len() + 16).next_multiple_of(BLOCK);
    message.resize(full - 16, 0);
    message.extend_from_slice(&(data.len() as u128 * 8).to_le_bytes());
    message.chunks_exact(BLOCK).fold([0; 64], |chained, block| compress(&chained, block))
}

fn compress(chained: &[u8; 64], block: &[u8]) -> [u8; 64] {
    let mut sums = [0u64; ROWS];
    for (entries, byte) in TABLE.chunks_exact(256).zip(chained.iter().chain(block)) {
        if let Some(entry) = entries.get(usize::from(*byte)) {
            for (sum, part) in sums.iter_mut().zip(entry) {
                *sum = sum.wrapping_add(*part);
            }
        }
    }
    let mut out = [0; 64];
    for (bytes, sum) in out.chunks_exact_mut(8).zip(sums) {
        bytes.copy_from_slice(&sum.to_le_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_reference() {
        let text = include_str!("../../../tests/vectors/crypto/primitives.json");
        let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
        let cases = vectors["sumhash"].as_array().unwrap();
        assert_eq!(cases.len(), 6);
        for case in cases {
            let input = hex::decode(case["in"].as_str().unwrap()).unwrap();
            assert_eq!(hex::encode(sumhash512(&input)), case["out"].as_str().unwrap());
        }
    }
}
