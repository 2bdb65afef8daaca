//! ECDSA over secp256k1 and secp256r1 with the edges of the reference, which takes numbers as bytes of any length.
//!
//! The two curves differ: on secp256k1 (libsecp256k1) a signature is the concatenation r ‖ s of which only the total
//! length counts, and a high s is refused; on secp256r1 (Go's standard library) r and s are numbers of any length and a
//! high s is accepted. Source: go-algorand `data/transactions/logic/crypto.go`, `crypto/secp256k1`.

use k256::elliptic_curve::bigint::{CheckedAdd, Encoding};
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::point::{AffineCoordinates, DecompressPoint};
use k256::elliptic_curve::sec1::ToEncodedPoint;
use k256::elliptic_curve::{Curve, PrimeField};
use k256::{AffinePoint, ProjectivePoint, Scalar, Secp256k1, U256};
use p256::ecdsa::signature::hazmat::PrehashVerifier;

/// A public key as programs hold it: x and y, 32 bytes each, big-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coordinates {
    /// The first coordinate.
    pub x: [u8; 32],
    /// The second coordinate.
    pub y: [u8; 32],
}

/// Why no key could be recovered from a signature; the texts are the reference's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoverError {
    /// The hash is not 32 bytes long.
    #[error("invalid message length, need 32 bytes")]
    MessageLength,
    /// r and s together are not 64 bytes long.
    #[error("invalid signature length")]
    SignatureLength,
    /// No key gives this signature.
    #[error("recovery failed")]
    NoKey,
}

/// Whether (`r`, `s`) is a secp256k1 signature, with a low s, of the 32-byte hash `message` by the key (`x`, `y`).
#[must_use]
pub fn verify_secp256k1(message: &[u8], r: &[u8], s: &[u8], x: &[u8], y: &[u8]) -> bool {
    let verify = || {
        let signature = k256::ecdsa::Signature::from_slice(&[r, s].concat()).ok()?;
        let point = [&[4][..], &low_32_bytes(x), &low_32_bytes(y)].concat();
        let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?;
        key.verify_prehash(message, &signature).ok()
    };
    message.len() == 32 && verify().is_some()
}

/// Whether (`r`, `s`) is a secp256r1 signature of the 32-byte hash `message` by the key (`x`, `y`).
#[must_use]
pub fn verify_secp256r1(message: &[u8], r: &[u8], s: &[u8], x: &[u8], y: &[u8]) -> bool {
    let verify = || {
        let signature = p256::ecdsa::Signature::from_scalars(number(r)?, number(s)?).ok()?;
        let point = [&[4][..], &number(x)?, &number(y)?].concat();
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?;
        key.verify_prehash(message, &signature).ok()
    };
    message.len() == 32 && verify().is_some()
}

/// The point of a 33-byte compressed secp256k1 key.
#[must_use]
pub fn decompress_secp256k1(key: &[u8]) -> Option<Coordinates> {
    let (odd, x) = split_compressed(key)?;
    coordinates(&Option::<AffinePoint>::from(AffinePoint::decompress(&(*x).into(), odd.into()))?)
}

/// The point of a 33-byte compressed secp256r1 key.
#[must_use]
pub fn decompress_secp256r1(key: &[u8]) -> Option<Coordinates> {
    let (odd, x) = split_compressed(key)?;
    let point = Option::<p256::AffinePoint>::from(p256::AffinePoint::decompress(&(*x).into(), odd.into()))?;
    let encoded = point.to_encoded_point(false);
    Some(Coordinates { x: (*encoded.x()?).into(), y: (*encoded.y()?).into() })
}

/// The secp256k1 key that gave the signature (`r`, `s`) of the 32-byte hash `message`. Of the recovery id, 0..=3, the
/// low bit is y's parity and the high bit says that r was reduced. A high s is accepted.
///
/// # Errors
/// When a length is wrong or no key fits.
pub fn recover_secp256k1(message: &[u8], recovery_id: u8, r: &[u8], s: &[u8]) -> Result<Coordinates, RecoverError> {
    let message: [u8; 32] = message.try_into().map_err(|_| RecoverError::MessageLength)?;
    let signature: [u8; 64] = [r, s].concat().try_into().map_err(|_| RecoverError::SignatureLength)?;
    recover(message, recovery_id, &signature).ok_or(RecoverError::NoKey)
}

fn recover(message: [u8; 32], recovery_id: u8, signature: &[u8; 64]) -> Option<Coordinates> {
    let (r_bytes, s_bytes) = signature.split_first_chunk::<32>()?;
    let s_bytes: &[u8; 32] = s_bytes.try_into().ok()?;
    let scalar = |bytes: &[u8; 32]| Option::<Scalar>::from(Scalar::from_repr((*bytes).into()));
    let (r, s) = (scalar(r_bytes)?, scalar(s_bytes)?);
    if bool::from(s.is_zero()) {
        return None;
    }
    let mut x = U256::from_be_slice(r_bytes);
    if recovery_id & 2 != 0 {
        // An x at or over the field's size is refused by the decompression, one over 2^256 here.
        x = Option::from(x.checked_add(&Secp256k1::ORDER))?;
    }
    let x = k256::FieldBytes::from(x.to_be_bytes());
    let point = Option::<AffinePoint>::from(AffinePoint::decompress(&x, (recovery_id & 1).into()))?;
    let hash = <Scalar as Reduce<U256>>::reduce_bytes(&message.into());
    let inverse = Option::<Scalar>::from(r.invert())?;
    let key = (ProjectivePoint::from(point) * s - ProjectivePoint::GENERATOR * hash) * inverse;
    coordinates(&key.to_affine())
}

fn coordinates(point: &AffinePoint) -> Option<Coordinates> {
    let encoded = point.to_encoded_point(false);
    let x = point.x();
    Some(Coordinates { x: x.into(), y: (*encoded.y()?).into() })
}

fn split_compressed(key: &[u8]) -> Option<(u8, &[u8; 32])> {
    let (tag @ (2 | 3), x) = key.split_first()? else { return None };
    Some((tag & 1, x.try_into().ok()?))
}

/// The big-endian number's lowest 256 bits: the reference writes coordinates into a fixed buffer and drops the rest.
fn low_32_bytes(number: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().rev().zip(number.iter().rev()) {
        *to = *from;
    }
    out
}

/// The big-endian number, of any length, if it is below 2^256.
fn number(bytes: &[u8]) -> Option<[u8; 32]> {
    let excess = bytes.len().saturating_sub(32);
    bytes.iter().take(excess).all(|byte| *byte == 0).then(|| low_32_bytes(bytes))
}
