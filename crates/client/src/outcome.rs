//! The outcome of a transaction: in a block, never in a block, or not known.
//!
//! There is one answer for everything that depends on it: whether money is sent again, a record removed, a bundle reported as
//! expired. "Not known" is an answer of its own and never means "no".

use super::delivery::StatusById;
use super::{Algod, ClientError, Confirmation};
use futures_util::stream::{self, StreamExt as _};
use pnp_types::{Round, SignedTransaction, Txid};
use std::fmt;
use std::time::Duration;

/// For how many rounds a node finds a transaction by its id, and a transaction can be valid (go-algorand `MaxTxnLife`).
pub const REMEMBERED_ROUNDS: u64 = 1000;
/// How many rounds to wait longer where several nodes may answer, of which some are behind.
pub(super) const ROUNDS_BEHIND: u64 = 4;
/// How many blocks are requested at once.
const PARALLEL_BLOCKS: usize = 8;
/// How often a recent block is requested from a node that may be behind, and the pause in between.
const RECENT_BLOCK_ATTEMPTS: u32 = 4;
const RECENT_BLOCK_PAUSE: Duration = Duration::from_secs(1);

/// The rounds whose blocks can contain a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first of them.
    pub first_valid: Round,
    /// The last of them.
    pub last_valid: Round,
}

impl Window {
    /// The window of a transaction of which only the last round is known: as long as the network allows one to be.
    #[must_use]
    pub fn ending(last_valid: Round) -> Self {
        Self { first_valid: last_valid.saturating_sub(REMEMBERED_ROUNDS).max(Round(1)), last_valid }
    }

    /// The rounds in which every transaction of a group is valid; `None` for an empty group.
    #[must_use]
    pub fn of(group: &[SignedTransaction]) -> Option<Self> {
        let headers = || group.iter().map(|signed| &signed.transaction.header);
        let first_valid = headers().map(|header| header.first_valid).max()?;
        let last_valid = headers().map(|header| header.last_valid).min()?;
        Some(Self { first_valid, last_valid })
    }

    /// Whether no block after round `latest` can have the transaction. Where one node is the whole network (`alone`) that
    /// is so at once; elsewhere the node that answers may be behind.
    #[must_use]
    pub const fn is_over(self, latest: Round, is_single_node: bool) -> bool {
        latest.0 > self.last_valid.0.saturating_add(if is_single_node { 0 } else { ROUNDS_BEHIND })
    }

    /// The window, as far as the network allows one to reach.
    fn allowed(self) -> Self {
        Self { first_valid: self.first_valid.max(Self::ending(self.last_valid).first_valid), ..self }
    }
}

/// The outcome of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in a block.
    InBlock(Confirmation),
    /// It is in no block, and no further block can contain it.
    Void(Void),
    /// It may be in a block, now or later.
    Unknown(Unknown),
}

/// The window of which every block was read without finding the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Void(pub Window);

impl fmt::Display for Void {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in none of the blocks {} to {}", self.0.first_valid, self.0.last_valid)
    }
}

/// Why the outcome of a transaction is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// It waits in the node's pool.
    InPool,
    /// The node's pool dropped it, for this reason; while it is valid, another node's pool may have it.
    Dropped(String),
    /// The node does not know it, and a further block can still contain it.
    StillValid(Window),
    /// Its last round is over, and the node does not have all the blocks it could be in.
    NoBlocks(Window),
    /// The node does not know it, and the caller does not say in which rounds it is valid.
    NoWindow,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InPool => f.write_str("it waits in the node's pool"),
            Self::Dropped(reason) => write!(f, "the node gave it up ({reason}), others may have it"),
            Self::StillValid(window) => write!(f, "it can still be in a block up to round {}", window.last_valid),
            Self::NoBlocks(Window { first_valid, last_valid }) => write!(
                f,
                "its last round is over, and this node does not have all blocks from {first_valid} to {last_valid}"
            ),
            Self::NoWindow => f.write_str("the node does not know it"),
        }
    }
}

impl Algod {
    /// The outcome of a transaction: by its id, as far back as the node keeps ids, then by the blocks of its window. Without a
    /// window only the node's answer for the id counts.
    ///
    /// At most a thousand blocks are read.
    ///
    /// # Errors
    /// [`ClientError`] if the node does not answer. What the node does not know is no error.
    pub async fn outcome(&self, txid: Txid, window: Option<Window>) -> Result<Outcome, ClientError> {
        let status = self.status_by_id(txid).await?;
        if let StatusById::InBlock(confirmation) = status {
            return Ok(Outcome::InBlock(confirmation));
        }
        let Some(window) = window.map(Window::allowed) else {
            return Ok(Outcome::Unknown(match status {
                StatusById::InPool => Unknown::InPool,
                StatusById::Dropped(reason) => Unknown::Dropped(reason),
                StatusById::Unknown | StatusById::InBlock(_) => Unknown::NoWindow,
            }));
        };
        let latest = self.newest_round().await?;
        let is_single_node = self.service().transport_options().is_single_node;
        let is_over = window.is_over(latest, is_single_node);
        // An answer by id is older than `latest`, and may be of a node that is behind: it never makes a transaction void.
        if is_over || latest.since(window.first_valid) >= REMEMBERED_ROUNDS {
            match self.search_blocks(txid, window, latest).await? {
                Search::Found(confirmation) => return Ok(Outcome::InBlock(confirmation)),
                Search::Missing if is_over => return Ok(Outcome::Unknown(Unknown::NoBlocks(window))),
                Search::NotFound if is_over => return Ok(Outcome::Void(Void(window))),
                Search::Missing | Search::NotFound => {}
            }
        }
        Ok(match status {
            StatusById::InPool => Outcome::Unknown(Unknown::InPool),
            StatusById::Dropped(reason) => Outcome::Unknown(Unknown::Dropped(reason)),
            StatusById::Unknown | StatusById::InBlock(_) => Outcome::Unknown(Unknown::StillValid(window)),
        })
    }

    /// Looks for a transaction in the blocks of its window up to round `latest`.
    async fn search_blocks(&self, txid: Txid, window: Window, latest: Round) -> Result<Search, ClientError> {
        let last = window.last_valid.min(latest);
        let read = |round| async move { (round, self.ids_of_block(round, latest).await) };
        let mut blocks = stream::iter(window.first_valid.through(last)).map(read).buffered(PARALLEL_BLOCKS);
        let mut missing = false;
        while let Some((round, ids)) = blocks.next().await {
            match ids? {
                Some(ids) if ids.contains(&txid) => {
                    return Ok(match self.in_block(txid, round).await? {
                        Some(Some(confirmation)) => Search::Found(confirmation),
                        _ => Search::Missing,
                    });
                }
                Some(_) => {}
                // Nodes delete the oldest blocks first: if the last one is gone, all are. Else another block may contain it.
                None if !missing && self.ids_of_block(last, latest).await?.is_none() => return Ok(Search::Missing),
                None => missing = true,
            }
        }
        Ok(if missing { Search::Missing } else { Search::NotFound })
    }

    /// The ids of a block that exists; `None` if the node does not keep it. A node that is behind soon has it.
    async fn ids_of_block(&self, round: Round, latest: Round) -> Result<Option<Vec<Txid>>, ClientError> {
        let is_recent = latest.since(round) < REMEMBERED_ROUNDS;
        let mut tries =
            if is_recent && !self.service().transport_options().is_single_node { RECENT_BLOCK_ATTEMPTS } else { 1 };
        loop {
            tries -= 1;
            match self.block_txids(round).await {
                // Some providers answer with another status than 404 for what they do not keep.
                Ok(None) | Err(ClientError::Api { .. }) if tries > 0 => tokio::time::sleep(RECENT_BLOCK_PAUSE).await,
                Ok(None) | Err(ClientError::Api { .. }) => return Ok(None),
                ids => return ids,
            }
        }
    }
}

/// The result of a search through blocks.
enum Search {
    Found(Confirmation),
    /// Every block was read.
    NotFound,
    /// The node does not have one of them.
    Missing,
}

#[cfg(test)]
mod tests;
