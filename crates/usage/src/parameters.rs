//! The numbers a contract is set up with, valid by construction.

use super::{BasisPoints, UsageError};
use pnp_types::{Address, AssetIndex};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fee and price limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Unchecked", deny_unknown_fields)]
#[schemars(!try_from)]
pub struct Parameters {
    /// The platform's share in basis points: 500 is 5 %.
    fee_pct: BasisPoints,
    /// The least price of a unit, in minor units of the asset.
    min_rate: u64,
    /// The highest price of a unit, in minor units of the asset.
    max_rate: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    fee_pct: BasisPoints,
    min_rate: u64,
    max_rate: u64,
}

impl TryFrom<Unchecked> for Parameters {
    type Error = UsageError;

    fn try_from(p: Unchecked) -> Result<Self, UsageError> {
        Self::new(p.fee_pct, p.min_rate, p.max_rate)
    }
}

impl Parameters {
    /// The documentation's example: 5 %, 1 to 1000 minor units.
    pub const EXAMPLE: Self = Self { fee_pct: BasisPoints(500), min_rate: 1, max_rate: 1000 };

    /// A fee and price limits in minor units per unit of use.
    ///
    /// # Errors
    /// What the contract itself would refuse.
    pub const fn new(fee_pct: BasisPoints, min_rate: u64, max_rate: u64) -> Result<Self, UsageError> {
        if fee_pct.0 > BasisPoints::WHOLE.0 {
            return Err(UsageError::FeeOverWhole(fee_pct));
        }
        if max_rate == 0 {
            return Err(UsageError::NoRate);
        }
        if min_rate > max_rate {
            return Err(UsageError::RatesCrossed { min_rate, max_rate });
        }
        Ok(Self { fee_pct, min_rate, max_rate })
    }

    /// The platform's share.
    #[must_use]
    pub const fn fee_pct(&self) -> BasisPoints {
        self.fee_pct
    }

    /// The least price of a unit.
    #[must_use]
    pub const fn min_rate(&self) -> u64 {
        self.min_rate
    }

    /// The highest price of a unit.
    #[must_use]
    pub const fn max_rate(&self) -> u64 {
        self.max_rate
    }

    /// Refuses a price outside the limits.
    ///
    /// # Errors
    /// [`UsageError::PriceOutside`].
    pub const fn check_price(&self, unit_price: u64) -> Result<(), UsageError> {
        if unit_price < self.min_rate || unit_price > self.max_rate {
            return Err(UsageError::PriceOutside { unit_price, min_rate: self.min_rate, max_rate: self.max_rate });
        }
        Ok(())
    }

    /// As application arguments.
    #[must_use]
    pub fn arguments(&self) -> Vec<Vec<u8>> {
        [self.fee_pct.0, self.min_rate, self.max_rate].iter().map(|number| number.to_be_bytes().to_vec()).collect()
    }
}

/// Everything a new contract is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Creation {
    /// Who gets what is left after the fee.
    pub provider: Address,
    /// Who gets the fee.
    pub platform: Address,
    /// Fee and price limits.
    pub parameters: Parameters,
    /// The asset it takes; none leaves it unbound, as the first version was.
    pub asset: Option<AssetIndex>,
}

impl Creation {
    /// As application arguments: five, or six where the asset is bound.
    #[must_use]
    pub fn arguments(&self) -> Vec<Vec<u8>> {
        let mut arguments = vec![self.provider.as_bytes().to_vec(), self.platform.as_bytes().to_vec()];
        arguments.extend(self.parameters.arguments());
        arguments.extend(self.asset.map(|asset| asset.0.to_be_bytes().to_vec()));
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_are_where_the_contract_has_them() {
        assert!(Parameters::new(BasisPoints(0), 0, 1).is_ok());
        assert!(Parameters::new(BasisPoints(10_000), u64::MAX, u64::MAX).is_ok());
        assert_eq!(Parameters::new(BasisPoints(10_001), 0, 1), Err(UsageError::FeeOverWhole(BasisPoints(10_001))));
        assert_eq!(Parameters::new(BasisPoints(0), 0, 0), Err(UsageError::NoRate));
        assert_eq!(Parameters::new(BasisPoints(0), 2, 1), Err(UsageError::RatesCrossed { min_rate: 2, max_rate: 1 }));
        let p = Parameters::EXAMPLE;
        assert!(p.check_price(1).is_ok() && p.check_price(1000).is_ok());
        assert!(p.check_price(0).is_err() && p.check_price(1001).is_err());
    }

    #[test]
    fn text_is_checked_like_calls() {
        assert!(serde_json::from_str::<Parameters>(r#"{"fee_pct":500,"min_rate":1,"max_rate":1000}"#).is_ok());
        let error =
            serde_json::from_str::<Parameters>(r#"{"fee_pct":10001,"min_rate":1,"max_rate":1000}"#).unwrap_err();
        assert!(error.to_string().contains("10001"));
    }

    #[test]
    fn five_arguments_leave_the_asset_unbound() {
        let mut creation = Creation {
            provider: Address([1; 32]),
            platform: Address([2; 32]),
            parameters: Parameters::EXAMPLE,
            asset: Some(AssetIndex(258)),
        };
        assert_eq!(creation.arguments().last().unwrap(), &[0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(creation.arguments().len(), 6);
        creation.asset = None;
        assert_eq!(creation.arguments().len(), 5);
    }
}
