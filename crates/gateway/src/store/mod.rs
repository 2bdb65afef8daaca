//! The store: SQLite on disk, one writer that commits what has queued in one transaction, and readers beside it.
//!
//! Statements are in the dialect that SQLite and PostgreSQL share, but for their parameters: `?1`, `?2` … here, `$1`, `$2` … there.

mod checkpoint;
mod clock;
mod lock;
mod migrate;
mod readers;
mod write;
mod writer;

pub use clock::{Clock, ClockStep};
pub use write::Write;
pub use writer::WriteError;

use lock::StoreLock;
use readers::Readers;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use writer::Writer;

/// The file of the store in its folder.
const FILE: &str = "gateway.db";
/// Bytes of a page: small, since what costs most is writing whole pages for a few changed bytes.
const PAGE_SIZE: u32 = 1024;
/// The page cache of the writer, in KiB.
const WRITER_CACHE: u32 = 64 * 1024;

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite's own.
    #[error("the store: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A file beside it.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process has it.
    #[error("{} is in use by process {holder}", path.display())]
    InUse {
        /// The store's folder.
        path: PathBuf,
        /// The other process.
        holder: String,
    },
    /// It was written by a later version of this program.
    #[error("the store has schema {found}, this program knows schemas up to {known}")]
    TooNew {
        /// Its schema's number.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// It belongs to another network.
    #[error("the store belongs to network {store} (genesis {store_hash}), not to {network} (genesis {hash})")]
    OtherNetwork {
        /// The network it belongs to.
        store: String,
        /// That network's genesis hash.
        store_hash: String,
        /// The network that was opened.
        network: String,
        /// Its genesis hash.
        hash: String,
    },
    /// The thread that writes has ended.
    #[error("the store has stopped")]
    Stopped,
    /// More writes wait than may.
    #[error("the store is busy")]
    Busy,
    /// A transaction was handed over to the disk, which reported an error: it may be there or not.
    #[error("the store could not be written to the end: {0}")]
    Uncertain(String),
}

/// The network that a store belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreNetwork {
    /// Its name.
    pub name: String,
    /// Its genesis hash, base64.
    pub genesis_hash: String,
}

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
    pub async fn read<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
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
        self.read(move |connection| {
            connection.execute("VACUUM INTO ?1", [to.display().to_string()])?;
            Ok(())
        })
        .await
    }
}

/// Settings of a connection.
fn prepare(connection: &Connection, writes: bool) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(256);
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
