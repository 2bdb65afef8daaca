//! Whether the network answers, is the one that is meant, and moves.

use super::check::{Checks, Topic};
use crate::failure::Failure;
use crate::session::Session;
use crate::session::context::Context;
use pnp_client::Indexer;
use pnp_network::{Kind, Layer, Network, NetworkError, Token};
use pnp_ops::Error;
use pnp_types::consensus;
use std::time::{Duration, Instant};

const NETWORK: Topic = Topic::Network;
/// How long a network may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// A public network makes a block every three seconds.
const STALLED: Duration = Duration::from_secs(30);
/// How far a block's time may be from this machine's: blocks may be stamped 25 seconds after the one before.
const CLOCK: i64 = 60;

/// A session, where the network answers.
pub(super) async fn open<'c>(context: &'c Context, network: &Network, checks: &mut Checks) -> Option<Session<'c>> {
    let start = Instant::now();
    match tokio::time::timeout(PATIENCE, Session::open(context)).await {
        Ok(Ok(session)) => {
            let (url, id, ms) = (session.algod.url(), &session.identity.id, start.elapsed().as_millis());
            checks.ok(NETWORK, "reachable", format!("algod at {url} is {id} and answers in {ms} ms"));
            Some(session)
        }
        Ok(Err(error)) => {
            let is_another = matches!(
                error,
                Error::Network(NetworkError::WrongGenesis { .. } | NetworkError::PublicBehindLocalName { .. })
            );
            checks.failure(NETWORK, if is_another { "genesis" } else { "reachable" }, &error.into());
            None
        }
        Err(_) => {
            let url = network.algod.as_ref().map_or("", |endpoint| endpoint.url.as_str());
            let message = format!("algod at {url} has not answered within {} s", PATIENCE.as_secs());
            checks.error(
                NETWORK,
                "reachable",
                message,
                "check the connection and ALGOD_SERVER, or try again in a minute",
            );
            None
        }
    }
}

/// What the services say of themselves.
pub(super) async fn look(session: &Session<'_>, checks: &mut Checks) -> Result<(), Failure> {
    let network = &session.network;
    match (&network.genesis_hash, network.kind) {
        (Some(_), _) => checks.ok(NETWORK, "genesis", format!("its genesis hash is {}'s", network.name)),
        (None, Kind::Custom) => checks.warning(
            NETWORK,
            "genesis",
            format!(
                "nothing says which genesis hash {} must have: another network would be taken for it",
                network.name
            ),
            format!("add to [networks.{}] in pnp.toml: genesis_hash = \"{}\"", network.name, session.identity.hash),
        ),
        (None, _) => {}
    }
    node(session, checks).await?;
    if session.algod.has_developer_api().await? {
        checks.ok(NETWORK, "developer_api", "the node compiles TEAL (its developer interface is on)");
    } else {
        checks.note(
            NETWORK,
            "developer_api",
            "the node does not compile TEAL (EnableDeveloperAPI is off): this program does not need it, goal and AlgoKit do",
        );
    }
    indexer(session, checks).await;
    Ok(())
}

async fn node(session: &Session<'_>, checks: &mut Checks) -> Result<(), Failure> {
    let status = session.algod.node_status().await?;
    let wait = "wait until `pnp-contract doctor` finds it caught up, or use another algod (ALGOD_SERVER)";
    if status.stopped_at_unsupported_round {
        let message = "the node has stopped: the network's next round has rules it does not know";
        checks.error(NETWORK, "node", message, "update the node, or use another one (ALGOD_SERVER)");
    } else if status.catchup_time > 0 {
        checks.error(NETWORK, "node", "the node is catching up: what it says is of the past", wait);
    } else if !session.is_development() && status.idle() > STALLED {
        let message = format!("the node has seen no new round for {} s", status.idle().as_secs());
        checks.error(NETWORK, "node", message, wait);
    } else {
        checks.ok(NETWORK, "node", format!("the node is at round {}", status.last_round));
    }
    if !status.next_version_supported {
        let message = "the network moves to rules the node does not know";
        checks.warning(NETWORK, "consensus", message, "update the node, or use another one (ALGOD_SERVER)");
    }
    for version in [&status.last_version, &status.next_version] {
        if !version.is_empty() && consensus::lookup(version).is_none() {
            let message = format!(
                "the consensus {version} is newer than {}, the newest this program knows: fees and limits may be others",
                consensus::LATEST.name
            );
            checks.warning(NETWORK, "consensus", message, "update pnp-contract");
        }
    }
    clock(session, status.last_round, checks).await
}

/// Whether this machine's clock and the chain's are together.
async fn clock(session: &Session<'_>, round: u64, checks: &mut Checks) -> Result<(), Failure> {
    // A block of rules that are not known here may not be readable, and says nothing about the clock then.
    let Ok(Some(block)) = session.algod.block(round).await else { return Ok(()) };
    let ahead = block.header.timestamp.saturating_sub(jiff::Timestamp::now().as_second());
    if session.is_development() {
        if round > 0 && ahead > CLOCK {
            checks.note(
                NETWORK,
                "clock",
                format!("the development network's clock is {ahead} s ahead of this machine's"),
            );
        }
        return Ok(());
    }
    if ahead.abs() > CLOCK {
        let (by, way) = (ahead.abs(), if ahead > 0 { "behind" } else { "ahead of" });
        let message = format!("this machine's clock is {by} s {way} the newest block");
        checks.warning(NETWORK, "clock", message, "set it by NTP (timedatectl set-ntp true): ticks are made from it");
    } else {
        checks.ok(NETWORK, "clock", "this machine's clock and the chain's agree");
    }
    Ok(())
}

async fn indexer(session: &Session<'_>, checks: &mut Checks) {
    let network = &session.network;
    let Some(endpoint) = &network.indexer else { return };
    let Ok(transport) = session.transport() else { return };
    let outcome = async {
        let token = endpoint.token.as_ref().map(Token::reveal);
        Indexer::connect(&endpoint.url, token, transport)?.newest_round().await
    };
    match tokio::time::timeout(PATIENCE, outcome).await {
        Ok(Ok(round)) => checks.ok(NETWORK, "indexer", format!("the indexer at {} is at round {round}", endpoint.url)),
        // AlgoKit's has one, other local networks have not.
        _ if endpoint.layer == Layer::BuiltIn && network.kind == Kind::LocalNet => {
            checks.note(NETWORK, "indexer", format!("there is no indexer at {}", endpoint.url));
        }
        outcome => {
            let why = match outcome {
                Ok(Err(error)) => error.to_string(),
                _ => format!("the indexer at {} does not answer", endpoint.url),
            };
            checks.warning(
                NETWORK,
                "indexer",
                why,
                "set INDEXER_SERVER; a lost record is searched for without it, too",
            );
        }
    }
}
