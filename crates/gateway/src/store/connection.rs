//! Settings of a connection.

use super::StoreError;
use rusqlite::Connection;
use rusqlite::config::DbConfig;

/// Bytes of a page: small, since what costs most is writing whole pages for a few changed bytes.
const PAGE_SIZE: u32 = 1024;
/// The page cache of the writer, in KiB.
const WRITER_CACHE: u32 = 32 * 1024;

/// Settings of a connection.
pub(super) fn prepare(connection: &Connection, writes: bool) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(256);
    // Else SQLite prepares a statement again whenever a parameter that it planned with changes: with each heartbeat.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    if writes {
        connection.pragma_update(None, "page_size", PAGE_SIZE)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "cache_size", -i64::from(WRITER_CACHE))?;
        // A checkpoint inside COMMIT would stall everybody who waits: `checkpoint` does it beside.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    }
    Ok(())
}
