//! The curve operations of opcodes `ec_*`, by group. Points, scalars and field elements are bytes, big-endian; the
//! point at infinity is all zeros.

use ark_bls12_381 as bls;
use ark_bn254 as bn;

pub use super::curve::CurveError;
use super::{bls12_381, bn254, curve};

/// A group of curve points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The first group of BN254: points of 64 bytes.
    Bn254G1,
    /// The second group of BN254: points of 128 bytes.
    Bn254G2,
    /// The first group of BLS12-381: points of 96 bytes.
    Bls12381G1,
    /// The second group of BLS12-381: points of 192 bytes.
    Bls12381G2,
}

macro_rules! on_curve {
    ($group:expr, $function:ident($($argument:expr),*)) => {
        match $group {
            Group::Bn254G1 => curve::$function::<bn::g1::Config>($($argument),*),
            Group::Bn254G2 => curve::$function::<bn::g2::Config>($($argument),*),
            Group::Bls12381G1 => curve::$function::<bls::g1::Config>($($argument),*),
            Group::Bls12381G2 => curve::$function::<bls::g2::Config>($($argument),*),
        }
    };
}

/// The sum of two points of the curve, in whatever subgroup.
///
/// # Errors
/// When one of them is no point of the curve.
pub fn add(group: Group, a: &[u8], b: &[u8]) -> Result<Vec<u8>, CurveError> {
    on_curve!(group, add(a, b))
}

/// `scalar` (at most 32 bytes) times `point`; outside the prime-order subgroup, the reference's result.
///
/// # Errors
/// When it is no point of the curve.
pub fn scalar_mul(group: Group, point: &[u8], scalar: &[u8]) -> Result<Vec<u8>, CurveError> {
    on_curve!(group, scalar_mul(point, scalar))
}

/// The sum of `scalars` (32 bytes each) times `points`, one for one.
///
/// # Errors
/// When there are no points, the lengths do not fit or one is no point of the curve.
pub fn multi_scalar_mul(group: Group, points: &[u8], scalars: &[u8]) -> Result<Vec<u8>, CurveError> {
    on_curve!(group, multi_scalar_mul(points, scalars))
}

/// Whether `point` is of the prime-order subgroup.
///
/// # Errors
/// When it is no point of the curve.
pub fn subgroup_check(group: Group, point: &[u8]) -> Result<bool, CurveError> {
    on_curve!(group, subgroup_check(point))
}

/// The point of the prime-order subgroup that `element`, of the group's base field, is mapped to.
///
/// # Errors
/// When the element's length is wrong or a part of it is not below the modulus.
pub fn map_to(group: Group, element: &[u8]) -> Result<Vec<u8>, CurveError> {
    on_curve!(group, map_to(element))
}

/// Whether the product of the pairings of `points`, of `group`, with `others`, of its partner group, is one.
///
/// # Errors
/// When a row is empty, the rows differ in length, or one is no point of the prime-order subgroup.
pub fn pairing_check(group: Group, points: &[u8], others: &[u8]) -> Result<bool, CurveError> {
    match group {
        Group::Bn254G1 => bn254::pairing_check(points, others),
        Group::Bn254G2 => bn254::pairing_check(others, points),
        Group::Bls12381G1 => bls12_381::pairing_check(points, others),
        Group::Bls12381G2 => bls12_381::pairing_check(others, points),
    }
}
