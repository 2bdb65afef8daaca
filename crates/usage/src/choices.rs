//! What a deployment names of a contract. What it does not name stays as it is on the chain.

use super::{BasisPoints, Creation, GlobalState, Parameters, Template, UsageError};
use pnp_types::{Address, AssetIndex};

/// The asset that is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AssetChoice {
    /// None was named.
    #[default]
    Unnamed,
    /// Bound to no asset.
    Unbound,
    /// Bound to this one.
    Bound(AssetIndex),
}

/// The parameters and template values that were named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContractChoices {
    /// Who gets the net.
    pub provider: Option<Address>,
    /// Who gets the fee.
    pub platform: Option<Address>,
    /// The platform's share.
    pub fee_pct: Option<BasisPoints>,
    /// The least price of a unit.
    pub min_rate: Option<u64>,
    /// The highest price of a unit.
    pub max_rate: Option<u64>,
    /// The asset.
    pub asset: AssetChoice,
    /// The template's values.
    pub template: TemplateChoices,
}

/// The template values that were named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TemplateChoices {
    /// Whether the creator may replace the programs.
    pub updatable: Option<bool>,
    /// Whether the creator may end the contract.
    pub deletable: Option<bool>,
    /// Whether ticks must rise.
    pub ordered_ticks: Option<bool>,
}

impl TemplateChoices {
    /// Whether every value is named.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.updatable.is_some() && self.deletable.is_some() && self.ordered_ticks.is_some()
    }

    /// The values, with `present` for what was not named.
    #[must_use]
    pub fn over(&self, present: Template) -> Template {
        Template {
            updatable: self.updatable.unwrap_or(present.updatable),
            deletable: self.deletable.unwrap_or(present.deletable),
            ordered_ticks: self.ordered_ticks.unwrap_or(present.ordered_ticks),
        }
    }
}

impl ContractChoices {
    /// Fee and limits, with `present` for what was not named.
    ///
    /// # Errors
    /// What the contract itself would refuse.
    pub fn parameters(&self, present: &Parameters) -> Result<Parameters, UsageError> {
        Parameters::new(
            self.fee_pct.unwrap_or(present.fee_pct()),
            self.min_rate.unwrap_or(present.min_rate()),
            self.max_rate.unwrap_or(present.max_rate()),
        )
    }

    /// Everything a contract is created with, with `present` for what was not named.
    ///
    /// # Errors
    /// What the contract itself would refuse.
    pub fn over(&self, present: &GlobalState) -> Result<Creation, UsageError> {
        Ok(Creation {
            provider: self.provider.unwrap_or(present.provider),
            platform: self.platform.unwrap_or(present.platform),
            parameters: self.parameters(&present.parameters)?,
            asset: match self.asset {
                AssetChoice::Unnamed => present.asset,
                AssetChoice::Unbound => None,
                AssetChoice::Bound(asset) => Some(asset),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_stays() {
        let present = GlobalState {
            provider: Address([1; 32]),
            platform: Address([2; 32]),
            parameters: Parameters::EXAMPLE,
            asset: Some(AssetIndex(7)),
        };
        let same = ContractChoices::default().over(&present).unwrap();
        assert_eq!((same.provider, same.platform), (present.provider, present.platform));
        assert_eq!((same.parameters, same.asset), (present.parameters, Some(AssetIndex(7))));
        let choices = ContractChoices {
            fee_pct: Some(BasisPoints(1)),
            asset: AssetChoice::Unbound,
            ..ContractChoices::default()
        };
        let other = choices.over(&present).unwrap();
        assert_eq!(
            (other.parameters.fee_pct(), other.parameters.max_rate(), other.asset),
            (BasisPoints(1), 1000, None)
        );
        let crossed = ContractChoices { min_rate: Some(1001), ..ContractChoices::default() };
        assert!(matches!(crossed.over(&present), Err(UsageError::RatesCrossed { .. })));
        let template = TemplateChoices { updatable: Some(false), ..TemplateChoices::default() };
        let present = Template { updatable: true, deletable: true, ordered_ticks: false };
        assert_eq!(template.over(present), Template { updatable: false, ..present });
        assert!(!template.is_whole());
    }
}
