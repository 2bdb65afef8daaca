//! The schema: numbered steps forward, each in a transaction of its own.

use super::StoreError;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

/// The network that a store belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreNetwork {
    /// Its name.
    pub name: String,
    /// Its genesis hash, base64.
    pub genesis_hash: String,
}

/// Every step. A step that was released is never changed.
pub(super) const STEPS: &[&str] = &[
    include_str!("migrations/0001_core.sql"),
    include_str!("migrations/0002_read_models.sql"),
    include_str!("migrations/0003_service.sql"),
    include_str!("migrations/0004_playback_key.sql"),
    include_str!("migrations/0005_matching.sql"),
    include_str!("migrations/0006_undelivered.sql"),
];

/// The newest schema that this program knows.
pub(super) fn known() -> u32 {
    u32::try_from(STEPS.len()).unwrap_or(u32::MAX)
}

/// The network that a store belongs to.
pub(super) fn network(connection: &Connection) -> Result<Option<StoreNetwork>, StoreError> {
    let read = connection.query_row("SELECT network, genesis_hash FROM store WHERE id = 1", [], |row| {
        Ok(StoreNetwork { name: row.get(0)?, genesis_hash: row.get(1)? })
    });
    Ok(read.optional()?)
}

/// Brings a store up to date, and makes sure that it belongs to this network.
pub(super) fn migrate(connection: &mut Connection, network: &StoreNetwork) -> Result<(), StoreError> {
    let known = known();
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (number, step) in (1u32..).zip(STEPS).filter(|(number, _)| *number > found) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let belongs = self::network(&transaction)?;
    match belongs {
        Some(store) if store.genesis_hash != network.genesis_hash => {
            return Err(StoreError::OtherNetwork {
                store: store.name,
                store_hash: store.genesis_hash,
                network: network.name.clone(),
                hash: network.genesis_hash.clone(),
            });
        }
        Some(_) => {}
        None => {
            transaction.execute(
                "INSERT INTO store (id, network, genesis_hash, created_at) VALUES (1, ?1, ?2, ?3)",
                (&network.name, &network.genesis_hash, super::clock::wall()),
            )?;
            transaction.execute("INSERT INTO books (id) VALUES (1)", [])?;
        }
    }
    transaction.commit()?;
    Ok(())
}
