//! Verification of ECVRF-ED25519-SHA512-Elligator2 as IETF draft 03 has it, which the network froze (opcode
//! `vrf_verify`).
//!
//! The final RFC 9381 is another function. Encodings: y must be reduced, but an x of zero may carry a sign bit, other
//! than in this network's ed25519 rule. Rule: go-algorand's libsodium, `crypto_vrf/ietfdraft03`.

use std::sync::LazyLock;

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::montgomery::MontgomeryPoint;
use curve25519_dalek::scalar::Scalar;
use num_bigint::BigUint;
use sha2::Digest as _;

/// The draft's number of this combination of curve, hash and map.
const SUITE: u8 = 4;

/// The 64-byte output of `proof` (gamma ‖ c ‖ s, 80 bytes) for `message`, if it is `public_key`'s.
#[must_use]
pub fn verify(public_key: &[u8; 32], proof: &[u8; 80], message: &[u8]) -> Option<[u8; 64]> {
    let key = reduced_point(public_key).filter(|key| !key.is_small_order())?;
    let (gamma_bytes, rest) = proof.split_first_chunk::<32>()?;
    let (c_bytes, s_bytes) = rest.split_first_chunk::<16>()?;
    let gamma = reduced_point(gamma_bytes)?;
    let c = Scalar::from(u128::from_le_bytes(*c_bytes));
    // The draft reduces s, it does not refuse a large one.
    let s = Scalar::from_bytes_mod_order(s_bytes.try_into().ok()?);

    let h = hash_to_curve(&key, message)?;
    // Key and gamma may have a part of small order, so c must multiply them as it is, never as its negative mod L.
    let u = EdwardsPoint::mul_base(&s) - c * key;
    let v = s * h - c * gamma;
    let mut transcript = sha2::Sha512::new().chain_update([SUITE, 2]);
    for point in [&h, &gamma, &u, &v] {
        transcript.update(point.compress().as_bytes());
    }
    let challenge: [u8; 64] = transcript.finalize().into();
    if challenge.first_chunk::<16>()? != c_bytes {
        return None;
    }
    let output = sha2::Sha512::new().chain_update([SUITE, 3]);
    Some(output.chain_update(gamma.mul_by_cofactor().compress().as_bytes()).finalize().into())
}

/// The point of an encoding whose y is reduced.
fn reduced_point(bytes: &[u8; 32]) -> Option<EdwardsPoint> {
    let mut point = CompressedEdwardsY(*bytes);
    let decoded = point.decompress()?;
    point.0[31] &= 0x7f;
    let mut canonical = decoded.compress();
    canonical.0[31] &= 0x7f;
    (canonical == point).then_some(decoded)
}

fn hash_to_curve(key: &EdwardsPoint, message: &[u8]) -> Option<EdwardsPoint> {
    let hash = sha2::Sha512::new().chain_update([SUITE, 1]).chain_update(key.compress().as_bytes());
    let hash: [u8; 64] = hash.chain_update(message).finalize().into();
    let mut representative = *hash.first_chunk::<32>()?;
    // Without its sign bit the map always takes the even x.
    representative[31] &= 0x7f;
    Some(elligator2(&representative)?.mul_by_cofactor())
}

/// The field of curve25519 and the constant of its Montgomery form, y² = x³ + 486662x² + x.
struct Field {
    prime: BigUint,
    a: BigUint,
}

static FIELD: LazyLock<Field> =
    LazyLock::new(|| Field { prime: (BigUint::from(1u8) << 255) - 19u8, a: BigUint::from(486_662u32) });

/// The Edwards point with even x that Elligator 2 gives a field element of 255 bits.
fn elligator2(representative: &[u8; 32]) -> Option<EdwardsPoint> {
    let Field { prime, a } = &*FIELD;
    let r = BigUint::from_bytes_le(representative);
    // 1 + 2r² is never zero: −1/2 is not a square in this field.
    let inverse = ((r.pow(2) << 1u8) + 1u8).modinv(prime)?;
    let x = prime - (a * inverse) % prime;
    let square = (x.pow(3) + a * x.pow(2) + &x) % prime;
    let legendre = square.modpow(&(prime >> 1u8), prime);
    let u = if legendre > BigUint::from(1u8) { (prime * 2u8 - x - a) % prime } else { x % prime };
    let mut bytes = [0u8; 32];
    for (byte, digit) in bytes.iter_mut().zip(u.to_bytes_le()) {
        *byte = digit;
    }
    MontgomeryPoint(bytes).to_edwards(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_reference() {
        let text = include_str!("../../../../tests/vectors/crypto/vrf.json");
        let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
        let cases = vectors["cases"].as_array().unwrap();
        assert!(cases.iter().filter(|case| case["verified"] == true).count() >= 2);
        assert!(cases.iter().filter(|case| case["verified"] == false).count() >= 20);
        for case in cases {
            let field = |name: &str| hex::decode(case[name].as_str().unwrap()).unwrap();
            let output =
                verify(&field("key").try_into().unwrap(), &field("proof").try_into().unwrap(), &field("message"));
            assert_eq!(output.is_some(), case["verified"].as_bool().unwrap(), "{case}");
            assert_eq!(output.unwrap_or([0; 64]).as_slice(), field("output"));
        }
    }
}
