//! Seals what was committed, feeds the read models, and says how far it is.

use super::Gateway;
use crate::events::{Projection, read_models_until};
use crate::http::Stopping;
use crate::ledger::{Seal, seal};
use crate::problem::Problem;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// How often it looks whether there is something new.
const EVERY: Duration = Duration::from_millis(250);
/// How often open sessions are counted, and uses of keys are written.
const SELDOM: Duration = Duration::from_secs(10);
/// How many entries are taken into the read models at once, where they are behind.
const MAX_ENTRIES: i64 = 50_000;

/// Seals until the server stops. What fails is tried again at the next look: nothing is lost by it.
pub async fn run_sealer(gateway: Arc<Gateway>, mut stopping: Stopping) {
    while let Err(problem) = begin(&gateway).await {
        tracing::warn!(?problem, "the newest seal could not be read");
        tokio::select! {
            () = stopping.wait() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    let mut seldom = Instant::now();
    loop {
        match seal_once(&gateway).await {
            // There may be more.
            Ok(true) if !stopping.is_stopping() => continue,
            Ok(_) => {}
            Err(problem) => tracing::warn!(?problem, "entries could not be sealed"),
        }
        if seldom <= Instant::now() {
            seldom = Instant::now() + SELDOM;
            if let Err(problem) = look_seldom(&gateway).await {
                tracing::warn!(?problem, "open sessions could not be counted");
            }
        }
        tokio::select! {
            () = stopping.wait() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    // What was committed up to now is sealed before the store closes.
    if let Err(problem) = seal_once(&gateway).await {
        tracing::warn!(?problem, "entries could not be sealed");
    }
    if let Err(problem) = gateway.write_key_uses().await {
        tracing::warn!(?problem, "uses of keys could not be written");
    }
}

/// Takes up what the store says: how far it is sealed, and what is charged and in no block.
async fn begin(gateway: &Arc<Gateway>) -> Result<(), Problem> {
    let (until, exposures) = gateway
        .read(|connection| {
            let mut statement =
                connection.prepare("SELECT partner_id, SUM(unsettled) FROM rollups GROUP BY partner_id")?;
            let sums = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
            Ok((read_models_until(connection)?, sums.collect::<Result<Vec<_>, _>>()?))
        })
        .await?;
    for (partner, exposure) in exposures {
        if let Some(state) = gateway.registry.partner(partner) {
            state.exposure.store(exposure, Ordering::Relaxed);
        }
    }
    gateway.sealed.send_replace(until);
    Ok(())
}

/// One look: seals what is new and feeds the read models with it. Whether there was anything.
pub(crate) async fn seal_once(gateway: &Arc<Gateway>) -> Result<bool, Problem> {
    let now = gateway.store.clock().now();
    let next = gateway
        .read(move |connection| {
            let known = read_models_until(connection)?;
            let sealed = Seal::newest(connection)?.map_or(0, |seal| seal.last);
            if known < sealed {
                let mut statement = connection.prepare_cached(
                    "SELECT MAX(id) FROM (SELECT id FROM entries WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3) page",
                )?;
                let last: Option<i64> = statement.query_row((known, sealed, MAX_ENTRIES), |row| row.get(0))?;
                return Ok(Some((None, Projection::read(connection, known, last.unwrap_or(sealed))?)));
            }
            let Some(seal) = Seal::next(connection, now)? else { return Ok(None) };
            let projection = Projection::read(connection, sealed, seal.last)?;
            Ok(Some((Some(seal), projection)))
        })
        .await?;
    let Some((next, projection)) = next else { return Ok(false) };
    let projection = Arc::new(projection);
    let written = Arc::clone(&projection);
    gateway
        .write(move |write| {
            let fits = match &next {
                Some(next) => seal(write, next)?,
                None => true,
            };
            // Somebody else sealed: the job fails, so that nothing of it stays.
            if fits && written.write(write)? {
                Ok(())
            } else {
                Err(Problem::internal("another process seals this journal"))
            }
        })
        .await?;
    for ((partner, _), sums) in &projection.rollups {
        if let Some(state) = gateway.registry.partner(*partner) {
            state.exposure.fetch_add(sums.unsettled, Ordering::Relaxed);
        }
    }
    gateway.live.add(&projection, now);
    gateway.sealed.send_replace(projection.last);
    Ok(true)
}

async fn look_seldom(gateway: &Arc<Gateway>) -> Result<(), Problem> {
    let open: HashMap<i64, i64> = gateway
        .read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT partner_id, COUNT(*) FROM sessions WHERE closed_at IS NULL GROUP BY partner_id",
            )?;
            let counts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(counts.collect::<Result<_, _>>()?)
        })
        .await?;
    gateway.live.set_open_sessions(open);
    gateway.write_key_uses().await
}
