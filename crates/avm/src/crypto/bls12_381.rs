//! The pairing groups of BLS12-381: what arkworks has, with the reference's multiplication outside the subgroup.
//!
//! Points are mapped as RFC 9380 has it (simplified SWU over an isogeny, the effective cofactor cleared).

use std::sync::LazyLock;

use ark_bls12_381::{Bls12_381, Fq, Fq2, g1, g2};
use ark_ec::AffineRepr;
use ark_ec::hashing::curve_maps::wb::{WBConfig, WBMap};
use ark_ec::hashing::map_to_curve_hasher::MapToCurve;
use ark_ec::pairing::Pairing;
use ark_ec::short_weierstrass::Affine;
use ark_ff::{AdditiveGroup, Field, MontFp, Zero};

use super::curve::{Curve, CurveError, Lattice, read_subgroup_points};

const CUBE_ROOT: Fq = MontFp!(
    "4002409555221667392624310435006688643935503118305586438271171395842971157480381377015405980053539358417135540939436"
);

static LATTICE: LazyLock<Lattice> =
    LazyLock::new(|| Lattice::new::<g1::Config>("228988810152649578064853576960394133503"));

impl Curve for g1::Config {
    const SMALL_SUM: usize = 2;

    fn cube_root() -> Fq {
        CUBE_ROOT
    }

    fn lattice() -> &'static Lattice {
        &LATTICE
    }

    fn map(element: Fq) -> Affine<Self> {
        map_and_clear(element)
    }
}

impl Curve for g2::Config {
    const SMALL_SUM: usize = 2;

    fn cube_root() -> Fq2 {
        Fq2::new(CUBE_ROOT.square(), Fq::ZERO)
    }

    fn lattice() -> &'static Lattice {
        &LATTICE
    }

    fn map(element: Fq2) -> Affine<Self> {
        map_and_clear(element)
    }
}

fn map_and_clear<C: WBConfig>(element: C::BaseField) -> Affine<C> {
    // The map is defined for every element; an error would be one of its constants'.
    WBMap::<C>::map_to_curve(element).unwrap_or_else(|_| Affine::identity()).clear_cofactor()
}

/// Whether the product of the pairings of two rows of points is one.
pub(super) fn pairing_check(g1: &[u8], g2: &[u8]) -> Result<bool, CurveError> {
    let first = read_subgroup_points::<g1::Config>(g1)?;
    let second = read_subgroup_points::<g2::Config>(g2)?;
    if first.len() != second.len() {
        return Err(CurveError::PairingSizes);
    }
    Ok(Bls12_381::multi_pairing(first, second).is_zero())
}
