//! The outcome of a group whose last valid round is over: in a block, in none, or not known.

use super::network::Network;
use super::{Settings, StopReason};
use crate::journal::Intent;
use crate::{LocalState, OperationError};
use pnp_client::{Outcome, Window};
use pnp_types::Round;

/// The outcome of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GroupOutcome {
    /// In a block; without a round if only the contract's state shows it.
    Charged(Option<Round>),
    /// In no block, and it never will be; how that is known.
    Void(String),
    /// Not known, and why.
    Doubtful(String),
}

/// Whether no block to come can have the group.
pub(super) fn is_over(intent: &Intent, latest: Round, is_single_node: bool) -> bool {
    window(intent).is_over(latest, is_single_node)
}

/// Finds the outcome of a group that no further block can contain.
///
/// If the node finds it neither by id nor in its blocks, the user's newest tick may still show that it is charged. Only blocks
/// make a group void.
pub(super) async fn find(network: &Network, settings: &Settings, intent: &Intent) -> Result<GroupOutcome, StopReason> {
    match network.ask(|| network.algod.outcome(intent.txid, Some(window(intent)))).await? {
        Outcome::InBlock(confirmation) => Ok(GroupOutcome::Charged(Some(confirmation.round))),
        Outcome::Void(how) => Ok(GroupOutcome::Void(how.to_string())),
        Outcome::Unknown(_) => by_state(network, settings, intent).await,
    }
}

/// The rounds whose blocks can have the group.
const fn window(intent: &Intent) -> Window {
    Window { first_valid: intent.first_valid, last_valid: intent.last_valid }
}

/// Reads the contract's state, which can confirm a tick and nothing else: the node that answers may be behind its network, so
/// that an earlier newest tick, or none, proves nothing.
async fn by_state(network: &Network, settings: &Settings, intent: &Intent) -> Result<GroupOutcome, StopReason> {
    let state = network.ask(|| LocalState::fetch(&network.algod, intent.user, settings.app)).await?;
    let state = state.map_err(OperationError::Usage)?;
    Ok(outcome_by_state(intent, state.as_ref()))
}

fn outcome_by_state(intent: &Intent, state: Option<&LocalState>) -> GroupOutcome {
    let why = match state.map(|state| state.last_tick.as_ref()) {
        Some(Some(last)) if *last == intent.tick => return GroupOutcome::Charged(None),
        None => "the user has left the contract since",
        Some(Some(last)) if *last > intent.tick => "another tick of the user was billed since",
        Some(_) => "the node that answers does not know of it, which may be behind",
    };
    GroupOutcome::Doubtful(format!(
        "transaction {} was sent, {why}, and the node keeps no blocks from {} to {}: ask one that does, or an indexer",
        intent.txid, intent.first_valid, intent.last_valid
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TickId;
    use crate::journal::InputDigest;
    use pnp_types::{Address, AssetIndex, Txid};

    fn intent(tick: &str) -> Intent {
        Intent {
            line: 1,
            input: InputDigest::default(),
            user: Address([1; 32]),
            units: crate::Units(1),
            unit_price: 1,
            tick: tick.parse().unwrap(),
            made: true,
            asset: AssetIndex(7),
            net: 1,
            fee: 0,
            txid: Txid::ZERO,
            first_valid: Round(10),
            last_valid: Round(20),
            fee_per_byte: 0,
            min_fee: 1000,
        }
    }

    #[test]
    fn state_confirms_a_tick_and_never_makes_it_void() {
        let last = |tick: Option<&str>| LocalState { last_tick: tick.map(|tick| tick.parse::<TickId>().unwrap()) };
        assert_eq!(outcome_by_state(&intent("b"), Some(&last(Some("b")))), GroupOutcome::Charged(None));
        for (state, why) in [
            (Some(last(Some("a"))), "may be behind"),
            (Some(last(None)), "may be behind"),
            (Some(last(Some("c"))), "another tick"),
            (None, "left the contract"),
        ] {
            let group_outcome = outcome_by_state(&intent("b"), state.as_ref());
            let GroupOutcome::Doubtful(text) = &group_outcome else { panic!("{group_outcome:?}") };
            assert!(text.contains(why) && text.contains("no blocks from 10 to 20"), "{text}");
        }
    }
}
