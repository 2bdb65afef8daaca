//! Asks the network for its newest round every few seconds, so that it is known whether it answers.

use super::ServeError;
use crate::gateway::Gateway;
use crate::http::Stopping;
use pnp_client::Algod;
use std::sync::Arc;
use std::time::Duration;

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(5);
/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks until the server stops.
pub(super) async fn run(gateway: Arc<Gateway>, algod: Algod, mut stopping: Stopping) -> Result<(), ServeError> {
    loop {
        tokio::select! {
            () = stopping.wait() => return Ok(()),
            answer = tokio::time::timeout(TIMEOUT, algod.newest_round()) => match answer {
                Ok(Ok(round)) => gateway.health.chain_answered(round.0),
                Ok(Err(error)) => tracing::debug!(%error, "the network does not answer"),
                Err(_) => tracing::debug!("the network does not answer in time"),
            },
        }
        tokio::select! {
            () = stopping.wait() => return Ok(()),
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
