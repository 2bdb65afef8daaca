//! Findings about what accounts have and hold.

use super::FindingMessage;
use pnp_ops::doctor::BalanceFinding;

pub(super) fn message(finding: BalanceFinding, network: &str) -> FindingMessage {
    let purpose = |ticks: Option<u64>| ticks.map_or_else(|| "a call".to_owned(), |ticks| format!("{ticks} ticks"));
    match finding {
        BalanceFinding::Algos { name, spendable, fees, ticks } => {
            FindingMessage::fact(format!("{name} may spend {spendable}, the fees of {} are {fees}", purpose(ticks)))
        }
        BalanceFinding::ToBeFunded { name } => {
            FindingMessage::fact(format!("{name} has nothing yet: the first command that needs it is given Algos"))
        }
        BalanceFinding::TooFewAlgos { name, address, spendable, keeps, fees, ticks, can_fund } => {
            FindingMessage::with_hint(
                format!(
                    "{name} may spend {spendable} (it must keep {keeps}), the fees of {} are {fees}",
                    purpose(ticks)
                ),
                match can_fund {
                    true => format!("pnp-contract account fund {address} --net {network}"),
                    false => format!("send {} or more to {address}", fees.saturating_sub(spendable)),
                },
            )
        }
        BalanceFinding::Holds { party, asset, amount } => {
            FindingMessage::fact(format!("the {party} holds {amount} minor units of asset {asset}"))
        }
        BalanceFinding::CannotHold { party, address, asset } => FindingMessage::with_hint(
            format!("the {party} {address} has not opted in to asset {asset}: every bill fails"),
            format!(
                "pnp-contract asset optin --net {network} --asset {asset} --user {party}    (or opt in from that wallet)"
            ),
        ),
        BalanceFinding::Frozen { party, asset } => FindingMessage::with_hint(
            format!("the {party}'s holding of asset {asset} is frozen: every bill fails"),
            "ask the asset's freeze address to unfreeze it",
        ),
        BalanceFinding::PartyCannotHold { setting, address, asset } => FindingMessage::with_hint(
            format!("{setting} {address} has not opted in to asset {asset}"),
            "opt in from that wallet before you deploy",
        ),
        BalanceFinding::OptedIn { app } => FindingMessage::fact(format!("user has opted in to application {app}")),
        BalanceFinding::ToBeOptedIn { app } => FindingMessage::fact(format!(
            "user has not opted in to application {app}: pnp-contract optin --net {network} --app {app}"
        )),
        BalanceFinding::NotOptedIn { address, app } => FindingMessage::with_hint(
            format!("user {address} has not opted in to application {app}"),
            format!("pnp-contract optin --net {network} --app {app}"),
        ),
        BalanceFinding::TooLittleAsset { address, asset, amount, cheapest } => FindingMessage::with_hint(
            format!("user holds {amount} minor units of asset {asset}, the cheapest bill is {cheapest}"),
            format!("pnp-contract asset send --net {network} --asset {asset} --to {address} --amount {cheapest}"),
        ),
    }
}
