//! The network's services.

use super::severity::Severity;
use pnp_client::ClientError;
use pnp_types::{MicroAlgos, Round};
use std::time::Duration;

/// The network's services.
#[derive(Debug)]
pub enum NetworkFinding {
    /// The embedded network does not exist yet.
    NotCreated,
    /// The network answers.
    Reachable {
        /// The address of its algod.
        url: String,
        /// Its genesis id.
        genesis_id: String,
        /// How long it took.
        time: Duration,
    },
    /// The network has not answered in time.
    Slow {
        /// The address of its algod.
        url: String,
        /// How long it was waited for.
        patience: Duration,
    },
    /// The network has the genesis hash that it must have.
    Genesis {
        /// The network's name.
        network: String,
    },
    /// Nothing says which genesis hash the network must have.
    NoGenesis {
        /// The network's name.
        network: String,
        /// The hash it has, base64.
        genesis_hash: String,
    },
    /// The node stopped before rules that it does not know.
    NodeStopped,
    /// The node is catching up.
    NodeCatchingUp,
    /// The node has seen no new round for so long.
    NodeIdle(Duration),
    /// The node is up to date.
    Node {
        /// Its newest round.
        round: Round,
    },
    /// The node does not know the rules that the network moves to.
    NextRulesUnknown,
    /// The network has, or will have, rules that this program does not know.
    ConsensusUnknown {
        /// The consensus version.
        version: String,
    },
    /// The clocks of this machine and the chain agree.
    ClockAgrees,
    /// The clock of a development network is ahead of this machine's.
    DevelopmentClock {
        /// By how many seconds.
        seconds: i64,
    },
    /// The clock of this machine is behind the newest block.
    ClockBehind {
        /// By how many seconds.
        seconds: i64,
    },
    /// The clock of this machine is ahead of the newest block.
    ClockAhead {
        /// By how many seconds.
        seconds: i64,
    },
    /// Whether the node compiles TEAL, which other tools need.
    CompilesTeal(bool),
    /// The indexer answers.
    Indexer {
        /// Its address.
        url: String,
        /// Its newest round.
        round: Round,
    },
    /// A local network has no indexer.
    NoIndexer {
        /// Its address.
        url: String,
    },
    /// The indexer does not answer as it should.
    IndexerFailed {
        /// Its address.
        url: String,
        /// Why; `None` where it took too long.
        error: Option<ClientError>,
    },
    /// The network asks for no more than its least fees.
    Fees {
        /// What a bill costs in fees.
        bill: MicroAlgos,
    },
    /// The network asks for fees by the byte.
    Congested {
        /// What a byte costs.
        per_byte: MicroAlgos,
        /// What a bill costs where the network is not congested.
        bill: MicroAlgos,
    },
}

impl NetworkFinding {
    /// The stable word of the check.
    pub(super) const fn check(&self) -> &'static str {
        match self {
            Self::NotCreated | Self::Reachable { .. } | Self::Slow { .. } => "reachable",
            Self::Genesis { .. } | Self::NoGenesis { .. } => "genesis",
            Self::NodeStopped | Self::NodeCatchingUp | Self::NodeIdle(_) | Self::Node { .. } => "node",
            Self::NextRulesUnknown | Self::ConsensusUnknown { .. } => "consensus",
            Self::ClockAgrees | Self::DevelopmentClock { .. } | Self::ClockBehind { .. } | Self::ClockAhead { .. } => {
                "clock"
            }
            Self::CompilesTeal(_) => "developer_api",
            Self::Indexer { .. } | Self::NoIndexer { .. } | Self::IndexerFailed { .. } => "indexer",
            Self::Fees { .. } | Self::Congested { .. } => "fees",
        }
    }

    /// How bad it is.
    pub(super) const fn severity(&self) -> Severity {
        match self {
            Self::CompilesTeal(true) => Severity::Ok,
            Self::CompilesTeal(false) => Severity::Note,
            Self::NotCreated | Self::DevelopmentClock { .. } | Self::NoIndexer { .. } => Severity::Note,
            Self::Reachable { .. }
            | Self::Genesis { .. }
            | Self::Node { .. }
            | Self::ClockAgrees
            | Self::Indexer { .. }
            | Self::Fees { .. } => Severity::Ok,
            Self::Slow { .. } | Self::NodeStopped | Self::NodeCatchingUp | Self::NodeIdle(_) => Severity::Error,
            Self::NoGenesis { .. }
            | Self::NextRulesUnknown
            | Self::ConsensusUnknown { .. }
            | Self::ClockBehind { .. }
            | Self::ClockAhead { .. }
            | Self::IndexerFailed { .. }
            | Self::Congested { .. } => Severity::Warning,
        }
    }
}
