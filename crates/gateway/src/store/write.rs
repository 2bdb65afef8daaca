//! One job's view of the transaction it is in.

use super::{Clock, StoreError};
use crate::id::Ids;
use rusqlite::{Connection, OptionalExtension as _, Params, Row};

/// A transaction that a job writes in. Its time is the same for all jobs of the transaction.
#[derive(Debug)]
pub struct Write<'t> {
    pub(super) connection: &'t Connection,
    pub(super) now: i64,
    pub(super) ids: &'t mut Ids,
    pub(super) clock: &'t Clock,
    /// Statements that were run.
    pub(super) statements: u64,
    /// By how much the test clock moves when the transaction is committed.
    pub(super) clock_advance: i64,
}

impl Write<'_> {
    /// The transaction's time, in milliseconds since 1970.
    #[must_use]
    pub const fn now(&self) -> i64 {
        self.now
    }

    /// The store's clock.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        self.clock
    }

    /// A new id, greater than all before.
    pub fn next_id(&mut self) -> i64 {
        self.ids.next(self.now)
    }

    /// How many statements the transaction has run so far.
    #[must_use]
    pub const fn statements(&self) -> u64 {
        self.statements
    }

    /// Runs a statement; how many rows it changed.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn execute(&mut self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        self.statements += 1;
        Ok(self.connection.prepare_cached(sql)?.execute(params)?)
    }

    /// The first row that a statement returns.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn row<T>(
        &mut self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        self.statements += 1;
        Ok(self.connection.prepare_cached(sql)?.query_row(params, read).optional()?)
    }

    /// All rows that a statement returns.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn rows<T>(
        &mut self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.statements += 1;
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params, read)?.collect::<rusqlite::Result<Vec<T>>>()?;
        Ok(rows)
    }

    /// The transaction's connection, for functions that only read.
    #[must_use]
    pub const fn connection(&self) -> &Connection {
        self.connection
    }

    /// Moves the test clock forward from the next transaction on; how far it is ahead then.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn advance_clock(&mut self, ms: i64) -> Result<i64, StoreError> {
        let ms = ms.max(0);
        let sql = "UPDATE store SET clock_offset = clock_offset + ?1 WHERE id = 1 RETURNING clock_offset";
        let ahead = self.row(sql, [ms], |row| row.get(0))?.unwrap_or_default();
        self.clock_advance = self.clock_advance.saturating_add(ms);
        Ok(ahead)
    }
}
