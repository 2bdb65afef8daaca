//! Compares the read models with the journal that they were made from.

use super::projection::{Projection, Rollup, read_models_until};
use crate::amount::Amount;
use crate::ledger::Finding;
use crate::store::StoreError;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// What of the read models is not what the journal says; empty where all is well. It reads the whole journal.
///
/// # Errors
/// The store's.
pub fn verify_read_models(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    let journal = Projection::read(connection, 0, read_models_until(connection)?)?;
    let mut findings = Vec::new();
    let mut statement = connection.prepare(
        "SELECT partner_id, quarter, sessions, ticks, played_ms, charged, bills, gross, fee, given_back, unsettled FROM rollups",
    )?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), Rollup::read(row, 2)?)))?;
    let kept = rows.collect::<rusqlite::Result<BTreeMap<(i64, i64), Rollup>>>()?;
    for key in journal.rollups.keys().chain(kept.keys().filter(|key| !journal.rollups.contains_key(key))) {
        let of = |rollups: &BTreeMap<_, Rollup>| rollups.get(key).copied().unwrap_or_default();
        let (says, has) = (of(&journal.rollups), of(&kept));
        if says != has {
            let (says, has) = (Amount(says.charged), Amount(has.charged));
            findings.push(Finding {
                subject: format!("partner {}: quarter {}", key.0, key.1),
                detail: format!("the journal adds up otherwise: charged {says}, the report's sum has {has}"),
            });
        }
    }
    let mut statement = connection.prepare("SELECT entry_id FROM events ORDER BY entry_id")?;
    let events = statement.query_map([], |row| row.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    if !journal.events.iter().map(|seen| seen.id).eq(events.iter().copied()) {
        findings.push(Finding {
            subject: "events".to_owned(),
            detail: format!("the journal has {}, the list has {}", journal.events.len(), events.len()),
        });
    }
    Ok(findings)
}
