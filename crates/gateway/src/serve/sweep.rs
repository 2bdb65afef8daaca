//! Looks every second for what has ended by the time that has passed.

use super::ServeError;
use crate::gateway::{Gateway, SweepPlace, sweep_next};
use crate::http::Stopping;
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Sweeps until the server stops.
pub(super) async fn run(gateway: Arc<Gateway>, mut stopping: Stopping) -> Result<(), ServeError> {
    let mut place = SweepPlace::default();
    loop {
        tokio::select! {
            () = stopping.wait() => return Ok(()),
            () = tokio::time::sleep(EVERY) => {}
        }
        // What fails now is tried again in a second: nothing is lost by it.
        if let Err(problem) = sweep_next(&gateway, &mut place).await {
            tracing::warn!(?problem, "the sweep failed");
        }
    }
}
