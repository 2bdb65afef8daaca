//! Whether the network answers, is the one that is meant, and moves.

use super::finding::{Finding, Findings, NetworkFinding, Topic};
use crate::connection::Connection;
use crate::error::Error;
use crate::host::Host;
use crate::settings::Settings;
use pnp_client::Indexer;
use pnp_network::{Kind, Layer, Network, NetworkError, Token};
use pnp_types::{Round, consensus};
use std::time::{Duration, Instant};

/// How long a network may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// A public network makes a block every three seconds.
const MAX_BLOCK_AGE: Duration = Duration::from_secs(30);
/// How far a block's time may be from this machine's, in seconds: blocks may be stamped 25 seconds after the one before.
const CLOCK: i64 = 60;

/// A connection, where the network answers.
pub(super) async fn open(
    settings: &Settings,
    host: &Host,
    network: &Network,
    findings: &mut Findings,
) -> Option<Connection> {
    let start = Instant::now();
    match tokio::time::timeout(ANSWER_TIMEOUT, Connection::open(settings.clone(), host.clone())).await {
        Ok(Ok(connection)) => {
            findings.add(NetworkFinding::Reachable {
                url: connection.algod.url().to_owned(),
                genesis_id: connection.identity.id.clone(),
                time: start.elapsed(),
            });
            Some(connection)
        }
        Ok(Err(error)) => {
            let is_another = matches!(
                error,
                Error::Network(NetworkError::WrongGenesis { .. } | NetworkError::PublicBehindLocalName { .. })
            );
            let check = if is_another { "genesis" } else { "reachable" };
            findings.add(Finding::failed(Topic::Network, check, error));
            None
        }
        Err(_) => {
            let url = network.algod.as_ref().map(|endpoint| endpoint.url.clone()).unwrap_or_default();
            findings.add(NetworkFinding::Slow { url, patience: ANSWER_TIMEOUT });
            None
        }
    }
}

/// What the services report of themselves.
pub(super) async fn examine(connection: &Connection, findings: &mut Findings) -> Result<(), Error> {
    let name = || connection.network.name.clone();
    match (&connection.network.genesis_hash, connection.network.kind) {
        (Some(_), _) => findings.add(NetworkFinding::Genesis { network: name() }),
        (None, Kind::Custom) => {
            let genesis_hash = connection.identity.hash.clone();
            findings.add(NetworkFinding::NoGenesis { network: name(), genesis_hash });
        }
        (None, _) => {}
    }
    node(connection, findings).await?;
    findings.add(NetworkFinding::CompilesTeal(connection.algod.has_developer_api().await?));
    indexer(connection, findings).await;
    Ok(())
}

async fn node(connection: &Connection, findings: &mut Findings) -> Result<(), Error> {
    let status = connection.algod.node_status().await?;
    findings.add(if status.stopped_at_unsupported_round {
        NetworkFinding::NodeStopped
    } else if status.catchup_time > 0 {
        NetworkFinding::NodeCatchingUp
    } else if !connection.is_development() && status.idle() > MAX_BLOCK_AGE {
        NetworkFinding::NodeIdle(status.idle())
    } else {
        NetworkFinding::Node { round: status.last_round }
    });
    if !status.next_version_supported {
        findings.add(NetworkFinding::NextRulesUnknown);
    }
    for version in [&status.last_version, &status.next_version] {
        if !version.is_empty() && consensus::lookup(version).is_none() {
            findings.add(NetworkFinding::ConsensusUnknown { version: version.clone() });
        }
    }
    clock(connection, status.last_round, findings).await;
    Ok(())
}

/// Whether this machine's clock and the chain's agree.
async fn clock(connection: &Connection, round: Round, findings: &mut Findings) {
    // A block of rules that are not known here may not be readable, and says nothing about the clock then.
    let Ok(Some(block)) = connection.algod.block(round).await else { return };
    let ahead = block.header.timestamp.saturating_sub(jiff::Timestamp::now().as_second());
    let seconds = ahead.saturating_abs();
    if connection.is_development() {
        if round > Round::GENESIS && ahead > CLOCK {
            findings.add(NetworkFinding::DevelopmentClock { seconds });
        }
    } else if seconds <= CLOCK {
        findings.add(NetworkFinding::ClockAgrees);
    } else if ahead > 0 {
        findings.add(NetworkFinding::ClockBehind { seconds });
    } else {
        findings.add(NetworkFinding::ClockAhead { seconds });
    }
}

async fn indexer(connection: &Connection, findings: &mut Findings) {
    let network = &connection.network;
    let Some(endpoint) = &network.indexer else { return };
    let Ok(transport) = connection.transport() else { return };
    let outcome = async {
        let token = endpoint.token.as_ref().map(Token::reveal);
        Indexer::connect(&endpoint.url, token, transport)?.newest_round().await
    };
    let url = endpoint.url.clone();
    findings.add(match tokio::time::timeout(ANSWER_TIMEOUT, outcome).await {
        Ok(Ok(round)) => NetworkFinding::Indexer { url, round },
        // AlgoKit's has one, other local networks have not.
        _ if endpoint.layer == Layer::BuiltIn && network.kind == Kind::LocalNet => NetworkFinding::NoIndexer { url },
        Ok(Err(error)) => NetworkFinding::IndexerFailed { url, error: Some(error) },
        Err(_) => NetworkFinding::IndexerFailed { url, error: None },
    });
}
