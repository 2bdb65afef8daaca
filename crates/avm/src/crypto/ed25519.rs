//! The network's rule for accepting an ed25519 signature, which is no library's.
//!
//! Published verifiers differ on adversarial input: on the order of points, on encodings that are not canonical, on the
//! cofactor. Honest signatures agree everywhere; a development network must agree on the others too, or a contract
//! that passes here fails there. Rule: go-algorand `crypto_sign_ed25519_bv_compatible_verify_detached`.

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use sha2::Digest as _;

/// Whether `signature` (R ‖ S) is `public_key`'s signature of `message` (the whole message, no prefix is added).
///
/// Accepted are: S below the group order; R and the key canonically encoded; a key not of small order; and
/// `8(S·B − k·A − R) = 0` with `k` over the bytes as given. R may be of small order, the key may be of mixed order.
#[must_use]
pub fn verify(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    check(public_key, message, signature).is_some()
}

fn check(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> Option<()> {
    let (r_bytes, s_bytes) = signature.split_first_chunk::<32>()?;
    let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(s_bytes.try_into().ok()?))?;
    let key = canonical_point(public_key).filter(|key| !key.is_small_order())?;
    let r = canonical_point(r_bytes)?;
    let hash = sha2::Sha512::new().chain_update(r_bytes).chain_update(public_key).chain_update(message).finalize();
    let k = Scalar::from_bytes_mod_order_wide(&hash.into());
    let difference = EdwardsPoint::vartime_double_scalar_mul_basepoint(&k, &-key, &s) - r;
    difference.mul_by_cofactor().is_identity().then_some(())
}

/// The point `bytes` encode, if they are the one encoding it has: y reduced, and no sign bit on an x of zero.
fn canonical_point(bytes: &[u8; 32]) -> Option<EdwardsPoint> {
    let point = CompressedEdwardsY(*bytes).decompress()?;
    (point.compress().as_bytes() == bytes).then_some(point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Vectors {
        vectors: Vec<Case>,
    }

    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        pk: String,
        msg: String,
        sig: String,
        accept: bool,
    }

    #[test]
    fn agrees_with_the_reference_on_every_edge() {
        let text = include_str!("../../../../tests/vectors/crypto/ed25519.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        assert_eq!(vectors.vectors.len(), 336);
        for case in vectors.vectors {
            let key: [u8; 32] = hex::decode(&case.pk).unwrap().try_into().unwrap();
            let signature: [u8; 64] = hex::decode(&case.sig).unwrap().try_into().unwrap();
            let message = hex::decode(&case.msg).unwrap();
            assert_eq!(verify(&key, &message, &signature), case.accept, "{}", case.name);
        }
    }
}
