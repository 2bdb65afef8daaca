//! The outcome of a group whose last valid round is over: in a block, in none, or not known.

use super::network::Network;
use super::sending::{BilledTick, SendError, SentGroup};
use crate::{LocalState, OperationError};
use pnp_client::Outcome;
use pnp_types::Round;

/// The outcome of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupOutcome {
    /// In a block; without a round if only the contract's state shows it.
    InBlock(Option<Round>),
    /// In no block, and it never will be; how that is known.
    Void(String),
    /// Not known, and why.
    Doubtful(String),
}

/// Finds the outcome of a group that no further block can contain.
///
/// If the node finds it neither by id nor in its blocks, the user's newest tick may still show that a bill is charged. Only blocks
/// make a group void.
pub(super) async fn find(network: &Network, group: &SentGroup) -> Result<GroupOutcome, SendError> {
    match network.ask(|| network.algod().outcome(group.txid, Some(group.window))).await? {
        Outcome::InBlock(confirmation) => Ok(GroupOutcome::InBlock(Some(confirmation.round))),
        Outcome::Void(how) => Ok(GroupOutcome::Void(how.to_string())),
        Outcome::Unknown(_) => by_state(network, group).await,
    }
}

/// Reads the contract's state, which can confirm a tick and nothing else: the node that answers may be behind its network, so
/// that an earlier newest tick, or none, proves nothing.
async fn by_state(network: &Network, group: &SentGroup) -> Result<GroupOutcome, SendError> {
    let Some(bill) = &group.bill else { return Ok(doubtful(group, "no state of a contract shows it")) };
    let state = network.ask(|| LocalState::fetch(network.algod(), bill.user, bill.app)).await?;
    let state = state.map_err(OperationError::Usage)?;
    Ok(outcome_by_state(group, bill, state.as_ref()))
}

fn outcome_by_state(group: &SentGroup, bill: &BilledTick, state: Option<&LocalState>) -> GroupOutcome {
    let why = match state.map(|state| state.last_tick.as_ref()) {
        Some(Some(last)) if *last == bill.tick => return GroupOutcome::InBlock(None),
        None => "the user has left the contract since",
        Some(Some(last)) if *last > bill.tick => "another tick of the user was billed since",
        Some(_) => "the node that answers does not know of it, which may be behind",
    };
    doubtful(group, why)
}

fn doubtful(group: &SentGroup, why: &str) -> GroupOutcome {
    GroupOutcome::Doubtful(format!(
        "transaction {} was sent, {why}, and the node keeps no blocks from {} to {}: ask one that does, or an indexer",
        group.txid, group.window.first_valid, group.window.last_valid
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TickId;
    use pnp_client::Window;
    use pnp_types::{Address, AppIndex, Txid};

    fn group(tick: &str) -> SentGroup {
        let bill = BilledTick { user: Address([1; 32]), app: AppIndex(7), tick: tick.parse().unwrap() };
        let window = Window { first_valid: Round(10), last_valid: Round(20) };
        SentGroup { txid: Txid::ZERO, window, bytes: None, bill: Some(bill) }
    }

    #[test]
    fn state_confirms_a_tick_and_never_makes_it_void() {
        let last = |tick: Option<&str>| LocalState { last_tick: tick.map(|tick| tick.parse::<TickId>().unwrap()) };
        let by_state = |state: Option<LocalState>| {
            let group = group("b");
            outcome_by_state(&group, group.bill.as_ref().unwrap(), state.as_ref())
        };
        assert_eq!(by_state(Some(last(Some("b")))), GroupOutcome::InBlock(None));
        for (state, why) in [
            (Some(last(Some("a"))), "may be behind"),
            (Some(last(None)), "may be behind"),
            (Some(last(Some("c"))), "another tick"),
            (None, "left the contract"),
        ] {
            let group_outcome = by_state(state);
            let GroupOutcome::Doubtful(text) = &group_outcome else { panic!("{group_outcome:?}") };
            assert!(text.contains(why) && text.contains("no blocks from 10 to 20"), "{text}");
        }
    }
}
