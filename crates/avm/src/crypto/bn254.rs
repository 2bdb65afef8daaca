//! The pairing groups of BN254: what arkworks has, with the reference's maps.
//!
//! Points are mapped by Shallue and van de Woestijne's method (RFC 9380, appendix F.1); on G2 the cofactor is cleared
//! after Fuentes-Castañeda, Knapp and Rodríguez-Henríquez (SAC 2011, section 6.1), a multiple other than the cofactor.

use std::sync::LazyLock;

use ark_bn254::{Bn254, Fq, Fq2, g1, g2};
use ark_ec::pairing::Pairing;
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, BigInteger, Field, MontFp, PrimeField, Zero};

use super::curve::{Curve, CurveError, Lattice, read_subgroup_points, times};

/// The parameter that generates the curve's family.
const SEED: u64 = 4_965_661_367_192_848_881;
const CUBE_ROOT: Fq = MontFp!("2203960485148121921418603742825762020974279258880205651966");

static LATTICE: LazyLock<Lattice> =
    LazyLock::new(|| Lattice::new::<g1::Config>("4407920970296243842393367215006156084916469457145843978461"));
static MAP_G1: LazyLock<Map<g1::Config>> = LazyLock::new(Map::new);
static MAP_G2: LazyLock<Map<g2::Config>> = LazyLock::new(Map::new);

impl Curve for g1::Config {
    const SMALL_SUM: usize = 3;

    fn cube_root() -> Fq {
        CUBE_ROOT
    }

    fn lattice() -> &'static Lattice {
        &LATTICE
    }

    fn map(element: Fq) -> Affine<Self> {
        MAP_G1.apply(element)
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
        let point = MAP_G2.apply(element);
        let by_seed = times(&point.into_group(), SEED);
        let parts = [
            by_seed,
            untwisted_frobenius(&times(&by_seed, 3), 1),
            untwisted_frobenius(&by_seed, 2),
            untwisted_frobenius(&point.into_group(), 3),
        ];
        parts.into_iter().sum::<Projective<Self>>().into_affine()
    }
}

/// The Frobenius map of the curve over the big field, seen on the twist, applied `count` times.
fn untwisted_frobenius(point: &Projective<g2::Config>, count: usize) -> Projective<g2::Config> {
    const X: Fq2 = Fq2::new(
        MontFp!("21575463638280843010398324269430826099269044274347216827212613867836435027261"),
        MontFp!("10307601595873709700152284273816112264069230130616436755625194854815875713954"),
    );
    const Y: Fq2 = Fq2::new(
        MontFp!("2821565182194536844548159561693502659359617185244120367078079554186484126554"),
        MontFp!("3505843767911556378687030309984248845540243509899259641013678093033130930403"),
    );
    let mut point = *point;
    for _ in 0..count {
        for coordinate in [&mut point.x, &mut point.y, &mut point.z] {
            coordinate.conjugate_in_place();
        }
        point.x *= X;
        point.y *= Y;
    }
    point
}

/// The map's constants for a curve y² = x³ + B, with Z = 1.
struct Map<C: SWCurveConfig> {
    /// g(Z), where g is the right side of the curve's equation.
    c1: C::BaseField,
    /// −Z/2.
    c2: C::BaseField,
    /// √(−3·g(Z)·Z²), the root whose sign is 0.
    c3: C::BaseField,
    /// −4·g(Z) / 3Z².
    c4: C::BaseField,
}

impl<C: SWCurveConfig> Map<C> {
    fn new() -> Self {
        let one = C::BaseField::ONE;
        let three = one.double() + one;
        let c1 = one + C::COEFF_B;
        let root = (-(c1 * three)).sqrt().unwrap_or_default();
        let third = three.inverse().unwrap_or_default();
        Self {
            c1,
            c2: -(one.double().inverse().unwrap_or_default()),
            c3: if sign(&root) { -root } else { root },
            c4: -(c1.double().double() * third),
        }
    }

    fn apply(&self, u: C::BaseField) -> Affine<C> {
        let one = C::BaseField::ONE;
        let g = |x: C::BaseField| x.square() * x + C::COEFF_B;
        let is_square = |value: C::BaseField| !value.legendre().is_qnr();
        let step = u.square() * self.c1;
        let (up, down) = (one + step, one - step);
        let inverse = (down * up).inverse().unwrap_or_default();
        let shift = u * down * inverse * self.c3;
        let (x1, x2) = (self.c2 - shift, self.c2 + shift);
        let x = if is_square(g(x1)) {
            x1
        } else if is_square(g(x2)) {
            x2
        } else {
            (up.square() * inverse).square() * self.c4 + one
        };
        let y = g(x).sqrt().unwrap_or_default();
        Affine::new_unchecked(x, if sign(&u) == sign(&y) { y } else { -y })
    }
}

/// RFC 9380's sgn0: the parity of the first part that is not zero.
fn sign<F: Field>(value: &F) -> bool {
    let mut parts = value.to_base_prime_field_elements();
    parts.find(|part| !part.is_zero()).is_some_and(|part| part.into_bigint().is_odd())
}

/// Whether the product of the pairings of two rows of points is one.
pub(super) fn pairing_check(g1: &[u8], g2: &[u8]) -> Result<bool, CurveError> {
    let first = read_subgroup_points::<g1::Config>(g1)?;
    let second = read_subgroup_points::<g2::Config>(g2)?;
    if first.len() != second.len() {
        return Err(CurveError::PairingSizes);
    }
    Ok(Bn254::multi_pairing(first, second).is_zero())
}
