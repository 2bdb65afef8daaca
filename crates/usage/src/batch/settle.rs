//! What became of a group whose last valid round is over: in a block, in none, or nobody can tell.

use super::network::Network;
use super::{Halt, Settings};
use crate::journal::Intent;
use crate::{LocalState, OperationError};
use pnp_client::{Outcome, Window};
use pnp_types::Round;
use std::cmp::Ordering;

/// The fate of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// In a block; without a round where only the contract's state tells.
    Charged(Option<Round>),
    /// In no block, now and for ever; how that is known.
    Void(String),
    /// Nobody can tell.
    Doubtful(String),
}

/// Whether no block to come can have the group.
pub(super) fn is_over(intent: &Intent, latest: Round, alone: bool) -> bool {
    window(intent).is_over(latest, alone)
}

/// Finds out what became of a group that no block to come can have.
///
/// Where the node can tell neither by id nor by its blocks, under rising ticks the user's newest tick does.
pub(super) async fn fate(network: &Network, settings: &Settings, intent: &Intent) -> Result<Fate, Halt> {
    match network.ask(|| network.algod.outcome(intent.txid, Some(window(intent)))).await? {
        Outcome::InBlock(confirmation) => Ok(Fate::Charged(Some(confirmation.round))),
        Outcome::Void(how) => Ok(Fate::Void(how.to_string())),
        Outcome::Unknown(_) => by_state(network, settings, intent).await,
    }
}

/// The rounds whose blocks can have the group.
const fn window(intent: &Intent) -> Window {
    Window { first_valid: intent.first_valid, last_valid: intent.last_valid }
}

async fn by_state(network: &Network, settings: &Settings, intent: &Intent) -> Result<Fate, Halt> {
    let state = network.ask(|| LocalState::fetch(&network.algod, intent.user, settings.app)).await?;
    let state = state.map_err(OperationError::Usage)?;
    let doubtful = |why: &str| {
        Fate::Doubtful(format!(
            "transaction {} was sent, {why}, and the node keeps no blocks from {} to {}: ask one that does, or an indexer",
            intent.txid, intent.first_valid, intent.last_valid
        ))
    };
    let Some(state) = state else { return Ok(doubtful("the user has left the contract since")) };
    let order = state.last_tick.as_ref().map(|last| last.partial_cmp(&intent.tick));
    Ok(match order {
        Some(Some(Ordering::Equal)) => Fate::Charged(None),
        // Rising ticks: had it been billed, the newest tick would be this one or a greater one.
        None | Some(Some(Ordering::Less)) if settings.ordered_ticks => {
            Fate::Void("the user's newest tick is an earlier one".to_owned())
        }
        _ => doubtful("another tick of the user was billed since"),
    })
}
