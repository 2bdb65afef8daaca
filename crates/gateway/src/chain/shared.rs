//! What the work on all wallets shares, and how the work on one ends.

use super::breaker::Breakers;
use super::signer::{SignError, Signer};
use super::store::Notice;
use pnp_client::ClientError;
use pnp_types::MicroAlgos;
use pnp_usage::UsageError;
use pnp_usage::exactly_once::{Network, SendRules};
use std::collections::HashMap;
use std::mem::Discriminant;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How the settler works.
#[derive(Clone, Debug)]
pub struct SettlerSettings {
    /// Whether the node that answers is the whole network.
    pub is_single_node: bool,
    /// How many wallets are worked on at once.
    pub parallel: usize,
    /// For how many rounds a group is valid, at most 1000. On a network of several nodes a refused group blocks its wallet so long.
    pub validity: u64,
    /// The most that the fees of a group may be: what would cost more waits. Also the signer's limit.
    pub max_fee: MicroAlgos,
    /// How often the store is asked for work that nobody announced.
    pub poll: Duration,
    /// The pause before a refused group is handed over again where a copy may have arrived.
    pub recheck_delay: Duration,
    /// How often one wallet's account is compared with its books while there is nothing to do for it.
    pub sweep: Duration,
}

impl SettlerSettings {
    /// For a network of one node, such as the embedded one.
    pub const SINGLE_NODE: Self = Self {
        is_single_node: true,
        parallel: 64,
        validity: 1000,
        max_fee: MicroAlgos(20_000),
        poll: Duration::from_millis(500),
        recheck_delay: Duration::from_secs(2),
        sweep: Duration::from_millis(100),
    };
    /// For a public network: groups are valid for about five minutes.
    pub const PUBLIC: Self = Self {
        is_single_node: false,
        parallel: 2048,
        validity: 100,
        max_fee: MicroAlgos(20_000),
        poll: Duration::from_secs(1),
        recheck_delay: Duration::from_secs(10),
        sweep: Duration::from_millis(100),
    };

    /// How groups are sent.
    pub(super) const fn send_rules(&self) -> SendRules {
        SendRules {
            is_single_node: self.is_single_node,
            by_blocks: !self.is_single_node,
            block_wait: Duration::from_secs(20),
            recheck_delay: self.recheck_delay,
            no_block_timeout: Duration::from_secs(120),
        }
    }
}

/// What the work on all wallets shares.
#[derive(Debug)]
pub(super) struct Shared<S, K> {
    pub(super) store: S,
    pub(super) network: Network,
    pub(super) signer: Arc<Signer<K>>,
    pub(super) settings: SettlerSettings,
    pub(super) breakers: Mutex<Breakers>,
    /// When there was an event of a kind last.
    pub(super) notified: Mutex<HashMap<Discriminant<Notice>, i64>>,
}

/// Why the work on one wallet ended early. Everything is stored, and goes on later.
#[derive(Debug, thiserror::Error)]
pub(super) enum WorkError<E: std::error::Error + 'static> {
    #[error(transparent)]
    Store(E),
    /// The network does not answer, or not with what is needed.
    #[error(transparent)]
    Network(#[from] ClientError),
    /// A contract's state, or a tick.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// A key.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// Something that this program should not do.
    #[error("{0}")]
    Internal(&'static str),
}

/// How the work on a wallet ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worked {
    /// There was nothing to do, and the network was not asked.
    Nothing,
    /// There is nothing more to do now.
    Idle,
    /// There may be more: it is continued behind the other wallets.
    More,
}
