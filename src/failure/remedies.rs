//! The contract's rules, as its source comments each check, and what to do where a call breaks one.
//!
//! The rule's words are the source's own, so that there is one of each; a test holds source and table together.

/// Rule, as `teal/usage_approval.teal` comments it, and what to do.
const REMEDIES: &[(&str, &str)] = &[
    (
        "ClearState runs the clear program; nothing else exists",
        "call with NoOp, OptIn, CloseOut, UpdateApplication or DeleteApplication",
    ),
    (
        "bill: the group must have exactly 3 transactions",
        "send the call, the transfer to the provider and the transfer to the platform as one group, and nothing else in it",
    ),
    ("bill: the application call must come first", "put the application call at index 0 of the group"),
    (
        "bill: no rekey, no clawback sender, no close-out in any transaction",
        "leave RekeyTo, AssetSender and AssetCloseTo unset in all three transactions; if you did not set them, do not sign \
         what set them",
    ),
    ("bill: the asset must not be 0", "make the first transfer an asset transfer of the contract's asset"),
    ("bill: the provider's transfer must be of the bound asset", "pay with the asset that `pnp-contract status` shows"),
    (
        "bill: the platform's transfer must be of the same asset",
        "pay the fee with the same asset as the provider's part",
    ),
    ("bill: asa_id must be that asset", "give the asset that is paid with as the call's fourth argument, 8 bytes"),
    ("bill: the user must pay the provider", "send the first transfer from the account that sends the call"),
    ("bill: the user must pay the platform", "send the second transfer from the account that sends the call"),
    (
        "bill: the first transfer must go to the provider",
        "pay the provider that `pnp-contract status` shows with the first transfer",
    ),
    (
        "bill: the second transfer must go to the platform",
        "pay the platform that `pnp-contract status` shows with the second transfer",
    ),
    ("bill: units must be at least 1", "bill one unit or more"),
    (
        "bill: unit_price must not be under min_rate",
        "choose a price within the limits that `pnp-contract status` shows (--price)",
    ),
    (
        "bill: unit_price must not be over max_rate",
        "choose a price within the limits that `pnp-contract status` shows (--price)",
    ),
    ("bill: units * unit_price must fit 64 bits", "bill fewer units at a time"),
    (
        "bill: the platform must get exactly the fee",
        "pay floor(units * unit_price * fee_pct / 10000) with the second transfer; the creator may have changed fee_pct since \
         the group was built: build it again",
    ),
    (
        "bill: the provider must get exactly gross - fee",
        "pay units * unit_price less the fee with the first transfer; the creator may have changed fee_pct since the group was \
         built: build it again",
    ),
    ("bill: tick_id must not be over 64 bytes", "use a tick id of 1 to 64 bytes"),
    ("bill: the user must have opted in", "run `pnp-contract optin` as that user"),
    (
        "bill: tick_id must be greater than last_tick",
        "this tick, or a later one, was billed: omit --tick to generate one, or choose a greater one",
    ),
    ("bill: tick_id must not be empty", "use a tick id of 1 to 64 bytes"),
    ("bill: tick_id must not be last_tick", "this tick was billed: choose another one"),
    ("create: must be a NoOp call", "create the application with NoOp; users opt in afterwards"),
    (
        "create: must have 5 or 6 arguments",
        "give provider, platform, fee_pct, min_rate, max_rate and the asset; `pnp-contract deploy` does",
    ),
    ("create: an address must have 32 bytes", "give provider and platform as 32 bytes (goal: `addr:...`)"),
    (
        "update: this contract must be updatable",
        "nothing was changed; such a contract keeps its programs: deploy another one, with --updatable",
    ),
    (
        "delete: this contract must be deletable",
        "nothing was changed; this contract can never be deleted: deploy another one, with --deletable, if you need to",
    ),
    (
        "only the creator may do this",
        "nothing was changed; set CREATOR_MNEMONIC to the words of the account that made the contract",
    ),
    (
        "parameters: only the creator may set them",
        "nothing was changed; set CREATOR_MNEMONIC to the words of the account that made the contract",
    ),
    (
        "parameters: must be fee_pct, min_rate and max_rate",
        "give three arguments to set parameters, four to bill, none to update without setting them",
    ),
    ("parameters: max_rate must be at least 1", "choose a max_rate of 1 or more"),
    ("parameters: min_rate must not be over max_rate", "choose a min_rate that is not over max_rate"),
    (
        "parameters: fee_pct must not be over 10000",
        "choose a fee_pct from 0 to 10000: it counts hundredths of a percent",
    ),
];

/// What to do about a broken rule.
pub(super) fn remedy(rule: &str) -> Option<&'static str> {
    REMEDIES.iter().find(|(known, _)| *known == rule).map(|(_, remedy)| *remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_usage::{Programs, Template};

    #[test]
    fn every_check_of_the_source_has_its_rule_and_every_rule_its_remedy() {
        let mut seen = std::collections::BTreeSet::new();
        for template in Template::all() {
            for (_, line) in Programs::assemble(template).unwrap().instructions() {
                let rule = line.comment.as_deref().unwrap_or_default();
                if ["assert", "err"].contains(&line.code.as_str()) {
                    assert!(remedy(rule).is_some(), "{}:{}: no remedy for {rule:?}", line.file, line.line);
                }
                seen.insert(rule.to_owned());
            }
        }
        for (rule, _) in REMEDIES {
            assert!(seen.contains(*rule), "no line of the source says {rule:?}");
        }
    }
}
