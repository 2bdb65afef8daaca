//! Short Weierstrass groups as programs write their points, and the scalar multiplication of the reference's library.
//!
//! gnark multiplies by splitting the scalar over an endomorphism. Inside the prime-order subgroup that is only fast; on
//! points outside of it the result is another point than the textbook's, and programs can see it, so the split is
//! repeated here to the rounding. Source: go-algorand `data/transactions/logic/pairing.go` and gnark-crypto v0.18
//! `ecc/utils.go`, after Gallant, Lambert and Vanstone (CRYPTO 2001).

use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField};
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;

/// Bytes of a scalar.
pub(super) const SCALAR_SIZE: usize = 32;

/// Why an operation on curve points failed; the texts are the reference's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CurveError {
    /// A coordinate is not below the field's modulus.
    #[error("field element {value} larger than modulus {modulus}")]
    NotReduced {
        /// The number given.
        value: BigUint,
        /// The field's modulus.
        modulus: BigUint,
    },
    /// A point is not as long as points of the group are.
    #[error("bad length {found}. Expected {expected}")]
    Length {
        /// Bytes given.
        found: usize,
        /// Bytes of a point.
        expected: usize,
    },
    /// A row of points is not a multiple of a point.
    #[error("bad length {found}. Expected {expected} multiple")]
    NotMultiple {
        /// Bytes given.
        found: usize,
        /// Bytes of a point.
        expected: usize,
    },
    /// A row of scalars does not fit the row of points.
    #[error("bad scalars length {found}. Expected {expected}")]
    ScalarsLength {
        /// Bytes given.
        found: usize,
        /// Bytes of one scalar for each point.
        expected: usize,
    },
    /// An element of an extension field, to be mapped, is not as long as those are.
    #[error("bad encoded element length: {0}")]
    ElementLength(usize),
    /// The coordinates do not satisfy the curve's equation.
    #[error("point not on curve")]
    NotOnCurve,
    /// The point is on the curve, but not in the prime-order subgroup.
    #[error("wrong subgroup")]
    WrongSubgroup,
    /// A row of no points.
    #[error("empty input")]
    Empty,
    /// A pairing of rows of different lengths.
    #[error("invalid inputs sizes")]
    PairingSizes,
}

/// What the reference's library adds to a curve's equation.
pub(super) trait Curve: SWCurveConfig + Sized {
    /// Sums of up to this many products are computed product by product, with scalars not reduced.
    const SMALL_SUM: usize;
    /// The cube root of one, w, by which (x, y) → (w·x, y) multiplies points of the prime-order subgroup with a constant.
    fn cube_root() -> Self::BaseField;
    /// The lattice of that constant.
    fn lattice() -> &'static Lattice;
    /// A point of the prime-order subgroup for any element of the base field.
    fn map(element: Self::BaseField) -> Affine<Self>;
}

type Coordinate<C> = <<C as ark_ec::CurveConfig>::BaseField as Field>::BasePrimeField;

/// Bytes of one prime field element of the curve.
fn coordinate_size<C: Curve>() -> usize {
    Coordinate::<C>::MODULUS_BIT_SIZE.div_ceil(8) as usize
}

/// Bytes of one element of the curve's base field.
fn element_size<C: Curve>() -> usize {
    coordinate_size::<C>() * C::BaseField::extension_degree() as usize
}

/// Bytes of one point.
fn point_size<C: Curve>() -> usize {
    2 * element_size::<C>()
}

fn read_coordinate<F: PrimeField>(bytes: &[u8]) -> Result<F, CurveError> {
    let value = BigUint::from_bytes_be(bytes);
    let modulus: BigUint = F::MODULUS.into();
    if value >= modulus {
        return Err(CurveError::NotReduced { value, modulus });
    }
    Ok(F::from(value))
}

/// An element of the base field. In extensions the real part comes first.
fn read_element<C: Curve>(bytes: &[u8]) -> Result<C::BaseField, CurveError> {
    let parts = bytes.chunks(coordinate_size::<C>()).map(read_coordinate).collect::<Result<Vec<_>, _>>()?;
    C::BaseField::from_base_prime_field_elems(parts).ok_or(CurveError::ElementLength(bytes.len()))
}

/// A point, on the curve but in any subgroup. All zeros are the point at infinity.
pub(super) fn read_point<C: Curve>(bytes: &[u8]) -> Result<Affine<C>, CurveError> {
    let expected = point_size::<C>();
    if bytes.len() != expected {
        return Err(CurveError::Length { found: bytes.len(), expected });
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(Affine::identity());
    }
    let (x, y) = bytes.split_at(element_size::<C>());
    let point = Affine::new_unchecked(read_element::<C>(x)?, read_element::<C>(y)?);
    if point.is_on_curve() { Ok(point) } else { Err(CurveError::NotOnCurve) }
}

/// A row of at least one point, on the curve but in any subgroup.
fn read_points<C: Curve>(bytes: &[u8]) -> Result<Vec<Affine<C>>, CurveError> {
    read_row(bytes, read_point)
}

/// A row of at least one point of the prime-order subgroup.
pub(super) fn read_subgroup_points<C: Curve>(bytes: &[u8]) -> Result<Vec<Affine<C>>, CurveError> {
    read_row(bytes, |bytes| {
        let point = read_point::<C>(bytes)?;
        if is_in_subgroup(&point) { Ok(point) } else { Err(CurveError::WrongSubgroup) }
    })
}

fn read_row<C: Curve>(
    bytes: &[u8],
    read: impl Fn(&[u8]) -> Result<Affine<C>, CurveError>,
) -> Result<Vec<Affine<C>>, CurveError> {
    let expected = point_size::<C>();
    if !bytes.len().is_multiple_of(expected) {
        return Err(CurveError::NotMultiple { found: bytes.len(), expected });
    }
    if bytes.is_empty() {
        return Err(CurveError::Empty);
    }
    bytes.chunks(expected).map(read).collect()
}

fn write_point<C: Curve>(point: impl Into<Affine<C>>) -> Vec<u8> {
    let point = point.into();
    let Some((x, y)) = point.xy() else { return vec![0; point_size::<C>()] };
    let mut out = Vec::with_capacity(point_size::<C>());
    for coordinate in [x, y].iter().flat_map(Field::to_base_prime_field_elements) {
        out.extend(coordinate.into_bigint().to_bytes_be());
    }
    out
}

fn is_in_subgroup<C: Curve>(point: &Affine<C>) -> bool {
    point.is_zero() || point.is_in_correct_subgroup_assuming_on_curve()
}

/// The sum of two points.
pub(super) fn add<C: Curve>(a: &[u8], b: &[u8]) -> Result<Vec<u8>, CurveError> {
    let (a, b) = (read_point::<C>(a)?, read_point::<C>(b)?);
    Ok(write_point::<C>(a + b))
}

/// The product of a point and a big-endian scalar.
pub(super) fn scalar_mul<C: Curve>(point: &[u8], scalar: &[u8]) -> Result<Vec<u8>, CurveError> {
    let point = read_point::<C>(point)?;
    Ok(write_point::<C>(multiply(&point, scalar)))
}

/// The sum of the products of a row of points and a row of 32-byte scalars.
pub(super) fn multi_scalar_mul<C: Curve>(points: &[u8], scalars: &[u8]) -> Result<Vec<u8>, CurveError> {
    let points = read_points::<C>(points)?;
    let expected = SCALAR_SIZE * points.len();
    if scalars.len() != expected {
        return Err(CurveError::ScalarsLength { found: scalars.len(), expected });
    }
    let scalars = scalars.chunks(SCALAR_SIZE);
    let sum: Projective<C> = if points.len() <= C::SMALL_SUM {
        points.iter().zip(scalars).map(|(point, scalar)| multiply(point, scalar)).sum()
    } else {
        let scalars: Vec<_> = scalars.map(C::ScalarField::from_be_bytes_mod_order).collect();
        Projective::msm_unchecked(&points, &scalars)
    };
    Ok(write_point::<C>(sum))
}

/// Whether a point is of the prime-order subgroup.
pub(super) fn subgroup_check<C: Curve>(point: &[u8]) -> Result<bool, CurveError> {
    Ok(is_in_subgroup(&read_point::<C>(point)?))
}

/// The point a base field element is mapped to. Elements of a prime field may be written with any number of bytes.
pub(super) fn map_to<C: Curve>(element: &[u8]) -> Result<Vec<u8>, CurveError> {
    let element = if C::BaseField::extension_degree() == 1 {
        let coordinate = read_coordinate::<Coordinate<C>>(element)?;
        C::BaseField::from_base_prime_field(coordinate)
    } else if element.len() == element_size::<C>() {
        read_element::<C>(element)?
    } else {
        return Err(CurveError::ElementLength(element.len()));
    };
    Ok(write_point::<C>(C::map(element)))
}

fn multiply<C: Curve>(point: &Affine<C>, scalar: &[u8]) -> Projective<C> {
    let Some((x, y)) = point.xy() else { return Projective::ZERO };
    let image = Affine::<C>::new_unchecked(x * C::cube_root(), y);
    let (first, second) = C::lattice().split(&BigInt::from_bytes_be(Sign::Plus, scalar));
    let signed = |point: Affine<C>, factor: &BigInt| if factor.sign() == Sign::Minus { -point } else { point };
    let (point, image) = (signed(*point, &first), signed(image, &second));
    let both = (point + image).into_affine();
    let (first, second) = (first.magnitude(), second.magnitude());
    let mut sum = Projective::ZERO;
    for bit in (0..first.bits().max(second.bits())).rev() {
        sum.double_in_place();
        match (first.bit(bit), second.bit(bit)) {
            (true, true) => sum += both,
            (true, false) => sum += point,
            (false, true) => sum += image,
            (false, false) => {}
        }
    }
    sum
}

/// Plain double-and-add by a small number, the same on every point of the curve.
pub(super) fn times<C: Curve>(point: &Projective<C>, factor: u64) -> Projective<C> {
    ark_ec::scalar_mul::sw_double_and_add_projective(point, [factor])
}

/// Two short vectors (a, b) with a + b·λ = 0 modulo the group order, and how to round along them.
#[derive(Debug)]
pub(super) struct Lattice {
    v1: (BigInt, BigInt),
    v2: (BigInt, BigInt),
    /// 2^shift · v2.1 / determinant and 2^shift · v1.1 / determinant, to the nearest integers.
    rounding: (BigInt, BigInt),
    shift: u64,
}

impl Lattice {
    /// The lattice of the curve's group order and λ, a decimal number, by the extended Euclidean algorithm.
    pub(super) fn new<C: SWCurveConfig>(lambda: &str) -> Self {
        let order: BigUint = C::ScalarField::MODULUS.into();
        let order = BigInt::from(order);
        let root = order.sqrt();
        let mut previous = (order, BigInt::ZERO);
        let mut current = (lambda.parse().unwrap_or_default(), BigInt::from(1));
        let next = |previous: &(BigInt, BigInt), current: &(BigInt, BigInt)| {
            let (quotient, remainder) = previous.0.div_mod_floor(&current.0);
            (remainder, &previous.1 - &current.1 * quotient)
        };
        while current.0 > root {
            let following = next(&previous, &current);
            previous = std::mem::replace(&mut current, following);
        }
        let following = next(&previous, &current);
        let length = |(a, b): &(BigInt, BigInt)| a * a + b * b;
        let second = if length(&previous) > length(&following) { following } else { previous };
        let v1 = (current.0, -current.1);
        let v2 = (second.0, -second.1);
        let determinant = &v1.0 * &v2.1 - &v1.1 * &v2.0;
        let shift = 2 * ((determinant.bits() + 32) >> 6 << 6);
        let rounding = (nearest(&(&v2.1 << shift), &determinant), nearest(&(&v1.1 << shift), &determinant));
        Self { v1, v2, rounding, shift }
    }

    /// Two numbers of half the length, u and v, with u + v·λ = `scalar` modulo the group order.
    fn split(&self, scalar: &BigInt) -> (BigInt, BigInt) {
        let first = (scalar * &self.rounding.0) >> self.shift;
        let second = (-(scalar * &self.rounding.1)) >> self.shift;
        let close = |a: &BigInt, b: &BigInt| &first * a + &second * b;
        (scalar - close(&self.v1.0, &self.v2.0), -close(&self.v1.1, &self.v2.1))
    }
}

/// The quotient with the remainder in 0..|divisor|, up by one where the remainder exceeds half the divisor.
fn nearest(number: &BigInt, divisor: &BigInt) -> BigInt {
    let (mut quotient, mut remainder) = number.div_mod_floor(divisor);
    if remainder.sign() == Sign::Minus {
        remainder -= divisor;
        quotient += 1;
    }
    if remainder > divisor >> 1 { quotient + 1 } else { quotient }
}
