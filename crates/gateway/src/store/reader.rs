//! Reads a store from outside of the process that has it.

use super::connection::prepare;
use super::lock;
use super::{FILE, StoreError, StoreNetwork, backup, migrate};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// A store that is read without its lock: a gateway may run on it at the same time. Nothing is changed, and no schema is brought
/// up to date.
#[derive(Debug)]
pub struct StoreReader {
    connection: Connection,
}

impl StoreReader {
    /// Opens the store in a folder; `None` where the folder has no store.
    ///
    /// # Errors
    /// A file that is no store.
    pub fn open(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        prepare(&connection, false)?;
        Ok(Some(Self { connection }))
    }

    /// Which process has the store; `None` where nobody has.
    ///
    /// # Errors
    /// A lock that cannot be looked at.
    pub fn holder(folder: &Path) -> Result<Option<String>, StoreError> {
        lock::holder(folder)
    }

    /// The network that it belongs to; `None` where its first process has not got so far.
    ///
    /// # Errors
    /// The store's.
    pub fn network(&self) -> Result<Option<StoreNetwork>, StoreError> {
        migrate::network(&self.connection)
    }

    /// The number of its schema, and the newest that this program knows.
    ///
    /// # Errors
    /// The store's.
    pub fn schema(&self) -> Result<(u32, u32), StoreError> {
        Ok((self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?, migrate::known()))
    }

    /// Reads one state of the store.
    ///
    /// # Errors
    /// What the job fails with.
    pub fn read<T, E: From<StoreError>>(&mut self, job: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let transaction = self.connection.transaction().map_err(StoreError::from)?;
        let result = job(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(result)
    }

    /// As [`Store::backup`](super::Store::backup).
    ///
    /// # Errors
    /// A file that exists or cannot be written.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        backup(&self.connection, to)
    }
}
