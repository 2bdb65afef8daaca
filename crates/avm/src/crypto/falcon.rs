//! Verification of Algorand's deterministic Falcon-1024 signatures (opcode `falcon_verify`, and post-quantum accounts).
//!
//! "Deterministic" replaces Falcon's random 40-byte salt by a fixed one with a version byte, of which a signature
//! carries the version alone. Source of the rules: the Falcon specification, and github.com/algorand/falcon for the
//! salt and the header byte.

use shake::digest::{ExtendableOutput, Update, XofReader};

/// Bytes of a public key: a header and 1024 coefficients of 14 bits.
pub const PUBLIC_KEY_SIZE: usize = 1793;
/// The longest compressed signature that is looked at.
pub const MAX_SIGNATURE_SIZE: usize = 1423;

const N: usize = 1024;
const LOG_N: u8 = 10;
const Q: u32 = 12289;
const HEADER: u8 = 0xb0 | LOG_N;
/// The largest squared length of a signature's two vectors.
const MAX_SQUARED_NORM: u64 = 70_265_242;

/// Whether `signature` (compressed: header, salt version, coefficients) is `public_key`'s signature of `message`.
#[must_use]
pub fn verify(public_key: &[u8; PUBLIC_KEY_SIZE], message: &[u8], signature: &[u8]) -> bool {
    check(public_key, message, signature).is_ok()
}

/// Why a signature is not one, as the reference's C library counts its failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The key or the signature is not an encoding of one.
    Format,
    /// The signature is none of this key over this message.
    Signature,
}

impl Fault {
    /// The number in the reference's texts.
    pub fn code(self) -> i32 {
        match self {
            Self::Format => -3,
            Self::Signature => -4,
        }
    }
}

/// [`verify`] with the reason of a failure.
pub fn check(public_key: &[u8; PUBLIC_KEY_SIZE], message: &[u8], signature: &[u8]) -> Result<(), Fault> {
    let [HEADER, salt_version, compressed @ ..] = signature else { return Err(Fault::Signature) };
    if signature.len() > MAX_SIGNATURE_SIZE {
        return Err(Fault::Signature);
    }
    let [first, packed_key @ ..] = public_key;
    match first {
        &LOG_N => {}
        // Another size of Falcon, which is not the signature's.
        1..=10 => return Err(Fault::Signature),
        _ => return Err(Fault::Format),
    }
    let key = unpack_key(packed_key).ok_or(Fault::Format)?;
    let s2 = decompress(compressed).ok_or(Fault::Format)?;
    let point = hash_to_point(*salt_version, message);
    let product = multiply(&s2, &key);
    let norm = |value: i64| u64::try_from(value * value).unwrap_or(u64::MAX);
    let half = i64::from(Q / 2);
    let first: u64 = point
        .iter()
        .zip(product)
        .map(|(target, part)| {
            let rest = (i64::from(*target) - i64::from(part)).rem_euclid(i64::from(Q));
            norm(if rest > half { rest - i64::from(Q) } else { rest })
        })
        .sum();
    let second: u64 = s2.iter().map(|value| norm(i64::from(*value))).sum();
    if first + second <= MAX_SQUARED_NORM { Ok(()) } else { Err(Fault::Signature) }
}

/// Reads whole numbers of bits, highest first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// Whether nothing but zero bits of the last byte read is left.
    fn is_finished(&mut self) -> bool {
        let padding = (8 - self.at % 8) % 8;
        self.take(padding) == Some(0) && self.at / 8 == self.bytes.len()
    }
}

fn unpack_key(packed: &[u8]) -> Option<[u32; N]> {
    let mut bits = Bits { bytes: packed, at: 0 };
    let mut out = [0; N];
    for coefficient in &mut out {
        *coefficient = bits.take(14).filter(|value| *value < Q)?;
    }
    bits.is_finished().then_some(out)
}

/// Coefficients as sign, seven low bits, and the high part in unary; there is one encoding of each.
fn decompress(compressed: &[u8]) -> Option<[i32; N]> {
    let mut bits = Bits { bytes: compressed, at: 0 };
    let mut out = [0; N];
    for coefficient in &mut out {
        let negative = bits.take(1)? == 1;
        let mut magnitude = i32::try_from(bits.take(7)?).ok()?;
        while bits.take(1)? == 0 {
            magnitude += 128;
            if magnitude > 2047 {
                return None;
            }
        }
        if negative && magnitude == 0 {
            return None;
        }
        *coefficient = if negative { -magnitude } else { magnitude };
    }
    bits.is_finished().then_some(out)
}

fn hash_to_point(salt_version: u8, message: &[u8]) -> [u32; N] {
    let mut salt = [0u8; 40];
    for (byte, value) in salt.iter_mut().zip([salt_version, LOG_N].iter().chain(b"FALCON_DET")) {
        *byte = *value;
    }
    let mut hash = shake::Shake256::default();
    hash.update(&salt);
    hash.update(message);
    let mut stream = hash.finalize_xof();
    let mut out = [0; N];
    for coefficient in &mut out {
        *coefficient = loop {
            let mut sample = [0u8; 2];
            stream.read(&mut sample);
            let sample = u32::from(u16::from_be_bytes(sample));
            if sample < 5 * Q {
                break sample % Q;
            }
        };
    }
    out
}

/// The product modulo x^1024 + 1 and q. Straightforward on purpose: the million steps take under a millisecond.
fn multiply(small: &[i32; N], key: &[u32; N]) -> [u32; N] {
    let mut sums = [0i64; 2 * N];
    for (shift, factor) in small.iter().enumerate() {
        // |factor| ≤ 2047 and a coefficient < 2^14, so that 1024 products stay far below 2^63.
        for (sum, coefficient) in sums.iter_mut().skip(shift).zip(key) {
            *sum += i64::from(*factor) * i64::from(*coefficient);
        }
    }
    let (low, high) = sums.split_at(N);
    let mut out = [0; N];
    for ((coefficient, low), high) in out.iter_mut().zip(low).zip(high) {
        *coefficient = u32::try_from((low - high).rem_euclid(i64::from(Q))).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_reference() {
        let text = include_str!("../../../../tests/vectors/crypto/primitives.json");
        let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
        let falcon = &vectors["falcon"];
        let bytes = |value: &serde_json::Value| hex::decode(value.as_str().unwrap()).unwrap();
        let key: [u8; PUBLIC_KEY_SIZE] = bytes(&falcon["pk"]).try_into().unwrap();
        let cases = falcon["sigs"].as_array().unwrap();
        assert_eq!(cases.len(), 6);
        for case in cases {
            let (message, mut signature) = (bytes(&case["msg"]), bytes(&case["sig"]));
            assert!(verify(&key, &message, &signature));
            assert!(!verify(&key, &[&message[..], b"x"].concat(), &signature));
            signature.push(0);
            assert!(!verify(&key, &message, &signature), "a trailing byte");
            signature.truncate(signature.len() - 2);
            assert!(!verify(&key, &message, &signature), "a missing byte");
            let mut other = bytes(&case["sig"]);
            other[1] ^= 7;
            assert!(!verify(&key, &message, &other), "another salt version");
        }
        assert!(!verify(&key, b"", &[]));
        assert!(!verify(&key, b"", &[HEADER]));
    }
}
