//! Findings about the network's services.

use super::FindingMessage;
use pnp_ops::doctor::NetworkFinding;
use pnp_types::consensus;

const WAIT: &str = "wait until `pnp-contract doctor` finds it caught up, or use another algod (ALGOD_SERVER)";
const UPDATE_NODE: &str = "update the node, or use another one (ALGOD_SERVER)";
const SET_CLOCK: &str = "set it by NTP (timedatectl set-ntp true): ticks are generated from it";

pub(super) fn message(finding: NetworkFinding) -> FindingMessage {
    match finding {
        NetworkFinding::NotCreated => {
            FindingMessage::fact("there is no embedded network yet: the first command creates it")
        }
        NetworkFinding::Reachable { url, genesis_id, time } => {
            FindingMessage::fact(format!("algod at {url} is {genesis_id} and answers in {} ms", time.as_millis()))
        }
        NetworkFinding::Slow { url, patience } => FindingMessage::with_hint(
            format!("algod at {url} has not answered within {} s", patience.as_secs()),
            "check the connection and ALGOD_SERVER, or try again in a minute",
        ),
        NetworkFinding::Genesis { network } => FindingMessage::fact(format!("its genesis hash is {network}'s")),
        NetworkFinding::NoGenesis { network, genesis_hash } => FindingMessage::with_hint(
            format!("nothing says which genesis hash {network} must have: another network would be taken for it"),
            format!("add to [networks.{network}] in pnp.toml: genesis_hash = \"{genesis_hash}\""),
        ),
        NetworkFinding::NodeStopped => FindingMessage::with_hint(
            "the node has stopped: the network's next round has rules it does not know",
            UPDATE_NODE,
        ),
        NetworkFinding::NodeCatchingUp => {
            FindingMessage::with_hint("the node is catching up: its answers are outdated", WAIT)
        }
        NetworkFinding::NodeIdle(idle) => {
            FindingMessage::with_hint(format!("the node has seen no new round for {} s", idle.as_secs()), WAIT)
        }
        NetworkFinding::Node { round } => FindingMessage::fact(format!("the node is at round {round}")),
        NetworkFinding::NextRulesUnknown => {
            FindingMessage::with_hint("the network moves to rules the node does not know", UPDATE_NODE)
        }
        NetworkFinding::ConsensusUnknown { version } => FindingMessage::with_hint(
            format!(
                "the consensus {version} is newer than {}, the newest this program knows: fees and limits may be others",
                consensus::LATEST.name
            ),
            "update pnp-contract",
        ),
        NetworkFinding::ClockAgrees => FindingMessage::fact("this machine's clock and the chain's agree"),
        NetworkFinding::DevelopmentClock { seconds } => {
            FindingMessage::fact(format!("the development network's clock is {seconds} s ahead of this machine's"))
        }
        NetworkFinding::ClockBehind { seconds } => {
            FindingMessage::with_hint(format!("this machine's clock is {seconds} s behind the newest block"), SET_CLOCK)
        }
        NetworkFinding::ClockAhead { seconds } => FindingMessage::with_hint(
            format!("this machine's clock is {seconds} s ahead of the newest block"),
            SET_CLOCK,
        ),
        NetworkFinding::CompilesTeal(true) => {
            FindingMessage::fact("the node compiles TEAL (its developer interface is on)")
        }
        NetworkFinding::CompilesTeal(false) => FindingMessage::fact(
            "the node does not compile TEAL (EnableDeveloperAPI is off): this program does not need it, goal and AlgoKit do",
        ),
        NetworkFinding::Indexer { url, round } => {
            FindingMessage::fact(format!("the indexer at {url} is at round {round}"))
        }
        NetworkFinding::NoIndexer { url } => FindingMessage::fact(format!("there is no indexer at {url}")),
        NetworkFinding::IndexerFailed { url, error } => FindingMessage::with_hint(
            error.map_or_else(|| format!("the indexer at {url} does not answer"), |error| error.to_string()),
            "set INDEXER_SERVER; a lost record is also found without it",
        ),
        NetworkFinding::Fees { bill } => {
            FindingMessage::fact(format!("the network is not congested: a bill's fees are {bill}"))
        }
        NetworkFinding::Congested { per_byte, bill } => FindingMessage::with_hint(
            format!("the network is congested: it asks for {per_byte} a byte instead of {bill} a bill"),
            "wait, or go ahead: every command shows the fee before it sends",
        ),
    }
}
