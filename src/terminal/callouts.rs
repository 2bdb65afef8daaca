//! Warnings before a contract is created or changed on MainNet.

use pnp_types::{Address, AssetIndex};
use pnp_usage::Template;

/// The risks of a contract.
pub(super) fn warnings(signer: Address, template: &Template, asset: Option<AssetIndex>) -> Vec<String> {
    let mut warnings = vec![format!(
        "the creator is a single key ({signer}): whoever has it controls the contract; --multisig requires several"
    )];
    if template.updatable {
        warnings.push("the contract is updatable: its creator can replace the rules users agreed to".to_owned());
    }
    if template.deletable {
        warnings.push("the contract is deletable: its creator can end it at any time".to_owned());
    }
    if !template.ordered_ticks {
        warnings.push("ticks need not rise: a tick from before the last one can be billed again".to_owned());
    }
    if asset.is_none() {
        warnings.push("the contract is bound to no asset: it takes bills in any, also in worthless ones".to_owned());
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_risks_are_called_out() {
        let safe = Template { updatable: false, deletable: false, ordered_ticks: true };
        assert_eq!(warnings(Address::ZERO, &safe, Some(AssetIndex(1))).len(), 1);
        let open = Template { updatable: true, deletable: true, ordered_ticks: false };
        assert_eq!(warnings(Address::ZERO, &open, None).len(), 5);
    }
}
