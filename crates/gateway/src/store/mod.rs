//! The store: SQLite on disk, one writer that commits what has queued in one transaction, and readers beside it.
//!
//! Statements are in the dialect that SQLite and PostgreSQL share, but for their parameters: `?1`, `?2` … here, `$1`, `$2` … there.

mod checkpoint;
mod clock;
mod connection;
mod error;
mod lock;
mod migrate;
mod reader;
mod readers;
mod restore;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod throughput;
mod write;
mod writer;

pub use clock::{Clock, ClockStep};
pub use error::StoreError;
pub use migrate::StoreNetwork;
pub use reader::StoreReader;
pub use restore::StoreRestore;
pub use write::Write;
pub use writer::WriteError;

use connection::prepare;
use lock::StoreLock;
use readers::Readers;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use writer::Writer;

/// The file of the store in its folder.
const FILE: &str = "gateway.db";
/// An open store. Cheap to clone; it closes when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    writer: Writer,
    readers: Readers,
    _lock: StoreLock,
}

impl Store {
    /// Opens the store in a folder, which is created where it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(folder: &Path, network: &StoreNetwork) -> Result<Self, StoreError> {
        let lock = StoreLock::take(folder)?;
        let path = folder.join(FILE);
        let mut connection = Connection::open(&path)?;
        prepare(&connection, true)?;
        lock::make_private(&path)?;
        migrate::migrate(&mut connection, network)?;
        let readers = Readers::open(&path)?;
        let writer = Writer::start(connection, &path)?;
        Ok(Self { inner: Arc::new(Inner { path, writer, readers, _lock: lock }) })
    }

    /// The store's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// How many writes wait for the writer.
    #[must_use]
    pub fn waiting_writes(&self) -> usize {
        self.inner.writer.waiting()
    }

    /// The store's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.inner.writer.clock()
    }

    /// Runs a job in a transaction, and returns when it is durable. Jobs that wait share one transaction. A job may run more than
    /// once before it is committed, each time from the same state: it must not keep results of an earlier run. A job that fails
    /// changes nothing.
    ///
    /// # Errors
    /// The job's own error, or the store's.
    pub async fn write<T, E>(
        &self,
        job: impl FnMut(&mut Write<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.inner.writer.write(job).await
    }

    /// Reads one state of the store.
    ///
    /// # Errors
    /// [`StoreError`], or what the job fails with.
    pub async fn read<T, E>(&self, job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.inner.readers.read(job).await
    }

    /// Copies the store, as it is between two transactions, to a new file. Every write that was acknowledged before is in it.
    ///
    /// # Errors
    /// A file that exists or cannot be written.
    pub async fn backup(&self, to: PathBuf) -> Result<(), StoreError> {
        self.inner.readers.alone(move |connection| backup(connection, &to)).await
    }
}

/// Copies the store to a new file that nobody but its owner can read, down to the disk.
fn backup(connection: &Connection, to: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::File { path: to.to_owned(), source };
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(to).map_err(failed)?;
    lock::make_private(to)?;
    // Into a file that is there and empty.
    let copied = connection.execute("VACUUM INTO ?1", [to.display().to_string()]).map_err(StoreError::from);
    let copied = copied.and_then(|_| file.sync_all().map_err(failed));
    if copied.is_err() {
        // A part of a backup is useless. What matters is the error before.
        let _ = std::fs::remove_file(to);
    }
    copied
}
