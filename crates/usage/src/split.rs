//! The arithmetic of a bill, in 128 bits as in the contract, so that no product overflows.

use super::{BasisPoints, Units, UsageError};
use schemars::JsonSchema;
use serde::Serialize;

/// How a payment is divided, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Split {
    /// The whole: `units * unit_price`.
    pub gross: u64,
    /// The platform's: `floor(gross * fee_pct / 10000)`.
    pub fee: u64,
    /// The provider's: what is left.
    pub net: u64,
}

impl Split {
    /// Divides the price of `units` at `unit_price` by a fee.
    ///
    /// # Errors
    /// [`UsageError::NoUnits`], [`UsageError::TooMuch`] over 2^64-1, [`UsageError::FeeOverWhole`].
    pub fn of(units: Units, unit_price: u64, fee_pct: BasisPoints) -> Result<Self, UsageError> {
        if units.0 == 0 {
            return Err(UsageError::NoUnits);
        }
        if fee_pct > BasisPoints::WHOLE {
            return Err(UsageError::FeeOverWhole(fee_pct));
        }
        let too_much = UsageError::TooMuch { units, unit_price };
        let gross = units.0.checked_mul(unit_price).ok_or_else(|| too_much.clone())?;
        // A u64 times at most 10000 stays far below 2^128, and the quotient is at most gross.
        let fee = u128::from(gross).saturating_mul(u128::from(fee_pct.0)) / u128::from(BasisPoints::WHOLE.0);
        let fee = u64::try_from(fee).map_err(|_| too_much)?;
        Ok(Self { gross, fee, net: gross.saturating_sub(fee) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentations_example() {
        assert_eq!(Split::of(Units(1), 2, BasisPoints(500)), Ok(Split { gross: 2, fee: 0, net: 2 }));
        assert_eq!(Split::of(Units(10), 20, BasisPoints(500)), Ok(Split { gross: 200, fee: 10, net: 190 }));
    }

    #[test]
    fn the_edges() {
        assert_eq!(Split::of(Units(0), 1, BasisPoints(1)), Err(UsageError::NoUnits));
        assert_eq!(
            Split::of(Units(1), u64::MAX, BasisPoints(10_000)),
            Ok(Split { gross: u64::MAX, fee: u64::MAX, net: 0 })
        );
        let most = Split::of(Units(1), u64::MAX, BasisPoints(9_999)).unwrap();
        assert_eq!((most.fee, most.net), (18_444_899_399_302_180_659, 1_844_674_407_370_956));
        assert!(matches!(Split::of(Units(1 << 32), 1 << 32, BasisPoints(0)), Err(UsageError::TooMuch { .. })));
        assert_eq!(Split::of(Units(u64::MAX), 1, BasisPoints(0)).unwrap().net, u64::MAX);
        assert_eq!(Split::of(Units(1), 0, BasisPoints(500)), Ok(Split { gross: 0, fee: 0, net: 0 }));
        assert_eq!(Split::of(Units(1), 1, BasisPoints(10_001)), Err(UsageError::FeeOverWhole(BasisPoints(10_001))));
    }

    proptest::proptest! {
        #[test]
        fn parts_make_the_whole(units in 1u64.., unit_price: u64, fee_pct in 0u64..=10_000) {
            match Split::of(Units(units), unit_price, BasisPoints(fee_pct)) {
                Ok(split) => {
                    proptest::prop_assert_eq!(split.fee.checked_add(split.net), Some(split.gross));
                    let exact = u128::from(units) * u128::from(unit_price) * u128::from(fee_pct);
                    proptest::prop_assert_eq!(u128::from(split.fee), exact / 10_000);
                }
                Err(_) => proptest::prop_assert!(units.checked_mul(unit_price).is_none()),
            }
        }
    }
}
