//! What became of a group whose last valid round is over: in a block, in none, or nobody can tell.

use super::network::Network;
use super::{Halt, Settings};
use crate::journal::Intent;
use crate::{LocalState, OperationError};
use pnp_client::ClientError;
use pnp_types::Round;
use std::cmp::Ordering;

/// For how many rounds a node answers for a transaction by its id (go-algorand `MaxTxnLife`, and no node keeps less).
const REMEMBERED: Round = 1000;
/// How many rounds to wait longer where several nodes may answer, of which some are behind.
const BEHIND: Round = 4;

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
    let margin = if alone { 0 } else { BEHIND };
    latest > intent.last_valid.saturating_add(margin)
}

/// Finds out what became of a group that no block to come can have.
///
/// The node's answer by transaction id counts where it remembers every round the group was valid in; else the blocks of these
/// rounds; else, under rising ticks, the user's newest tick.
pub(super) async fn fate(network: &Network, settings: &Settings, intent: &Intent) -> Result<Fate, Halt> {
    if let Some(round) = network.look_up(intent.txid).await? {
        return Ok(Fate::Charged(Some(round)));
    }
    // Asked after the answer: the rounds it covered were at least these.
    let latest = network.refresh().await?.last_round;
    if latest.saturating_sub(intent.first_valid) < REMEMBERED {
        return Ok(Fate::Void(format!("not in a block up to round {}, its last", intent.last_valid)));
    }
    match in_blocks(network, intent).await? {
        Some(Some(round)) => return Ok(Fate::Charged(Some(round))),
        Some(None) => {
            let (first, last) = (intent.first_valid, intent.last_valid);
            return Ok(Fate::Void(format!("in none of the blocks {first} to {last}")));
        }
        None => {}
    }
    by_state(network, settings, intent).await
}

/// The round of the group among the blocks it could be in; nothing where the node does not have them all.
async fn in_blocks(network: &Network, intent: &Intent) -> Result<Option<Option<Round>>, Halt> {
    for round in intent.first_valid..=intent.last_valid {
        let ids = network.ask(|| network.algod.block_txids(round)).await;
        match ids {
            Ok(Some(ids)) if ids.contains(&intent.txid) => return Ok(Some(Some(round))),
            Ok(Some(_)) => {}
            Ok(None) | Err(ClientError::Api { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(None))
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
