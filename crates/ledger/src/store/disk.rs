//! The store on disk: a redb database for lookups and history, a journal in front of it for cheap durability.
//!
//! The order is: append to the journal and sync it (from here the batch is durable), apply to the database without
//! syncing (from here it is visible). Opening applies what the journal holds beyond the database's last durable commit.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{
    CommitError, Database, DatabaseError, ReadOnlyTable, ReadableDatabase, ReadableTable, StorageError,
    TableDefinition, TableError, TransactionError, WriteTransaction,
};

use super::durability::Durability;
use super::journal::Journal;
use super::{Batch, Entry, FORMAT_VERSION, Store, StoreError, Table};

type Bytes = &'static [u8];
type Reader = ReadOnlyTable<Bytes, Bytes>;

const DATABASE_FILE: &str = "chain.redb";
const DRAFT_FILE: &str = "chain.redb.new";
const JOURNAL_FILE: &str = "chain.journal";
/// Pages kept in memory; all state of an ordinary development network fits. Other pages are in the system's cache of
/// the file, and the allocator needs twice as much for pages that come and go on a hundred threads.
const CACHE_BYTES: usize = 16 << 20;

/// Facts about the store itself, apart from the chain's tables: only this file writes them.
const STORE: TableDefinition<'_, &str, u64> = TableDefinition::new("store");
const FORMAT: &str = "format";
const SEQUENCE: &str = "sequence";

const fn definition(table: Table) -> TableDefinition<'static, Bytes, Bytes> {
    TableDefinition::new(match table {
        Table::Meta => "meta",
        Table::State => "state",
        Table::Headers => "headers",
        Table::Blocks => "blocks",
        Table::Deltas => "deltas",
        Table::Transactions => "transactions",
        Table::Leases => "leases",
    })
}

/// A store in a directory of its own, held by one process at a time.
#[derive(Debug)]
pub struct DiskStore {
    directory: PathBuf,
    database: Database,
    journal: Journal,
    readers: Readers,
    /// The number of the last batch committed.
    sequence: u64,
    durability: Arc<Durability>,
    /// Why nothing is written any more: after a failure the database must be opened again before it is trusted.
    stopped: Option<String>,
}

/// The tables as of the last commit, in [`Table::number`] order. Each keeps its read transaction alive.
struct Readers([Reader; Table::ALL.len()]);

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Readers")
    }
}

impl DiskStore {
    /// Opens the store in `directory`, which is created when missing, and applies what the last process left in the
    /// journal.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let fail = |error: Failure| error.at(directory);
        std::fs::create_dir_all(directory).map_err(Failure::from).map_err(fail)?;
        // The database takes its lock first, so the journal is never touched by two processes.
        let database = open_database(directory).map_err(fail)?;
        Self::recover(directory, database)
    }

    /// Applies what the journal in `directory` holds beyond `database`.
    fn recover(directory: &Path, database: Database) -> Result<Self, StoreError> {
        let fail = |error: Failure| error.at(directory);
        let sequence = prepare(&database).map_err(fail)?;
        let (journal, records) =
            Journal::open(&directory.join(JOURNAL_FILE), sequence).map_err(Failure::from).map_err(fail)?;
        let readers = read(&database).map_err(fail)?;
        // A second handle, whose syncs need no hold on the store.
        let medium = std::fs::OpenOptions::new().read(true).write(true).open(directory.join(JOURNAL_FILE));
        let durability = Durability::new(Box::new(medium.map_err(Failure::from).map_err(fail)?), sequence);
        let directory = directory.to_owned();
        let mut store = Self { directory, database, journal, readers, sequence, durability, stopped: None };
        // One transaction for all of them: hundreds of commits would make the opening slow.
        let mut lost = Batch::new();
        let mut sequence = sequence;
        for record in records {
            if record.sequence != sequence + 1 {
                let detail = format!("the journal goes on at {} after {sequence}", record.sequence);
                return Err(StoreError::Corrupt { path: store.directory.clone(), detail });
            }
            sequence = record.sequence;
            let batch = Batch::decode(&record.payload);
            let corrupt = || Failure::Corrupt(format!("journal record {sequence}")).at(&store.directory);
            lost.append(batch.ok_or_else(corrupt)?);
        }
        if !lost.writes().is_empty() {
            let applied = store.apply(&lost, sequence, redb::Durability::None);
            applied.map_err(|error| error.at(&store.directory))?;
            store.durability.caught_up(sequence);
        }
        Ok(store)
    }

    /// Whether `directory` holds a store.
    pub fn exists(directory: &Path) -> bool {
        directory.join(DATABASE_FILE).exists()
    }

    /// Makes the database itself durable and frees the journal. Nothing needs it for safety: it shortens the next
    /// opening.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.refuse_stopped()?;
        let sequence = self.sequence;
        self.apply(&Batch::new(), sequence, redb::Durability::Immediate).map_err(|error| error.at(&self.directory))?;
        self.journal.restart();
        self.durability.caught_up(sequence);
        Ok(())
    }

    fn refuse_stopped(&self) -> Result<(), StoreError> {
        match self.stopped.as_ref().or(self.durability.failure().as_ref()) {
            Some(reason) => Err(StoreError::Stopped { path: self.directory.clone(), reason: reason.clone() }),
            None => Ok(()),
        }
    }

    /// Appends the batch to the journal; after an error it has no trace of it. Where even that cannot be done the store
    /// stops.
    fn log(&mut self, sequence: u64, payload: &[u8], soon: bool) -> Result<(), Failure> {
        let written = if soon { self.journal.write(sequence, payload) } else { self.journal.append(sequence, payload) };
        let Err(error) = written else { return Ok(()) };
        if let Err(erasing) = self.journal.erase() {
            // The number is burnt: an opening passes over records the database is beyond.
            if let Err(burning) = self.apply(&Batch::new(), sequence, redb::Durability::Immediate) {
                let burning = burning.at(&self.directory);
                self.stopped = Some(format!(
                    "{error}; the refused block may be found again, because neither journal ({erasing}) nor database ({burning}) took its removal"
                ));
            } else {
                self.journal.restart();
            }
        }
        Err(error.into())
    }

    /// Writes `batch` and its number to the database and moves the readers to the result.
    fn apply(&mut self, batch: &Batch, sequence: u64, durability: redb::Durability) -> Result<(), Failure> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(durability).map_err(|error| Failure::Other(error.to_string()))?;
        // With the allocator's state in the file an opening after a kill does not read all of the database.
        transaction.set_quick_repair(matches!(durability, redb::Durability::Immediate));
        write(&transaction, batch)?;
        transaction.open_table(STORE)?.insert(SEQUENCE, sequence)?;
        transaction.commit()?;
        self.sequence = sequence;
        self.readers = read(&self.database)?;
        Ok(())
    }

    fn reader(&self, table: Table) -> Result<&Reader, StoreError> {
        let missing = || StoreError::Corrupt { path: self.directory.clone(), detail: format!("no table {table:?}") };
        self.readers.0.get(usize::from(table.number())).ok_or_else(missing)
    }
}

impl Store for DiskStore {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.reader(table)?.get(key).map_err(|error| Failure::from(error).at(&self.directory))?;
        Ok(value.map(|value| value.value().to_vec()))
    }

    fn scan(&self, table: Table, start: &[u8], end: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let fail = |error| Failure::from(error).at(&self.directory);
        let reader = self.reader(table)?;
        let range = match end {
            Some(end) if end <= start => return Ok(Vec::new()),
            Some(end) => reader.range::<&[u8]>(start..end),
            None => reader.range::<&[u8]>(start..),
        };
        let mut entries = Vec::new();
        for entry in range.map_err(fail)?.take(limit) {
            let (key, value) = entry.map_err(fail)?;
            entries.push((key.value().to_vec(), value.value().to_vec()));
        }
        Ok(entries)
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.write_batch(batch, false)
    }

    fn commit_unsynced(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.write_batch(batch, true)
    }

    fn durability(&self) -> Option<Arc<Durability>> {
        Some(Arc::clone(&self.durability))
    }
}

impl DiskStore {
    /// Writes a batch to journal and database; where `soon` is not said, it is durable when this returns.
    fn write_batch(&mut self, batch: &Batch, soon: bool) -> Result<(), StoreError> {
        self.refuse_stopped()?;
        let sequence = self.sequence + 1;
        let payload = batch.encode();
        let fits = self.journal.fits(payload.len());
        let outcome = if fits {
            self.log(sequence, &payload, soon).map_err(|error| error.at(&self.directory))?;
            let outcome = self.apply(batch, sequence, redb::Durability::None);
            // What is refused must not come back with the next opening.
            if outcome.is_err()
                && self.sequence != sequence
                && let Err(error) = self.journal.erase()
            {
                tracing::error!(%error, "a refused block could not be taken out of the journal; it may be found again");
            }
            outcome
        } else {
            let outcome = self.apply(batch, sequence, redb::Durability::Immediate);
            if outcome.is_ok() {
                self.journal.restart();
            }
            outcome
        };
        match &outcome {
            Ok(()) if fits && soon => self.durability.wrote(sequence),
            Ok(()) => self.durability.caught_up(sequence),
            Err(_) => {}
        }
        outcome.map_err(|error| {
            let error = error.at(&self.directory);
            self.stopped = Some(error.to_string());
            error
        })
    }
}

impl Drop for DiskStore {
    fn drop(&mut self) {
        if let Err(error) = if self.stopped.is_some() { Ok(()) } else { self.checkpoint() } {
            tracing::warn!(%error, "the network was closed without a checkpoint; the next opening takes a little longer");
        }
    }
}

/// Opens the database in `directory`, or creates it.
fn open_database(directory: &Path) -> Result<Database, Failure> {
    let file = directory.join(DATABASE_FILE);
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    if file.exists() {
        return Ok(builder.create(file)?);
    }
    // The database takes several steps to write its beginning and does not open without the last one. So it gets its
    // name when it is complete: what a kill cuts off is created again.
    let draft = directory.join(DRAFT_FILE);
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let database = builder.create(&draft)?;
    prepare(&database)?;
    std::fs::rename(&draft, &file)?;
    // The name lives in the directory, which has to reach the disk as well.
    #[cfg(unix)]
    std::fs::File::open(directory)?.sync_all()?;
    Ok(database)
}

/// Creates what a new database needs, checks the format of an old one, and returns its sequence number.
fn prepare(database: &Database) -> Result<u64, Failure> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    let sequence = {
        let mut store = transaction.open_table(STORE)?;
        let format = store.get(FORMAT)?.map(|value| value.value());
        match format {
            Some(format) if format > u64::from(FORMAT_VERSION) => {
                return Err(Failure::NewerFormat(u32::try_from(format).unwrap_or(u32::MAX)));
            }
            Some(_) => {
                // Nothing to write: an opening should not cost a durable commit.
                let sequence = store.get(SEQUENCE)?.map_or(0, |value| value.value());
                drop(store);
                transaction.abort()?;
                return Ok(sequence);
            }
            None => store.insert(FORMAT, u64::from(FORMAT_VERSION))?,
        };
        store.insert(SEQUENCE, 0)?;
        0
    };
    for table in Table::ALL {
        transaction.open_table(definition(table))?;
    }
    transaction.commit()?;
    Ok(sequence)
}

fn read(database: &Database) -> Result<Readers, Failure> {
    let transaction = database.begin_read()?;
    let open = |table| transaction.open_table(definition(table));
    let [meta, state, headers, blocks, deltas, transactions, leases] = Table::ALL;
    let (meta, state, headers) = (open(meta)?, open(state)?, open(headers)?);
    let (blocks, deltas) = (open(blocks)?, open(deltas)?);
    Ok(Readers([meta, state, headers, blocks, deltas, open(transactions)?, open(leases)?]))
}

fn write(transaction: &WriteTransaction, batch: &Batch) -> Result<(), Failure> {
    for table in Table::ALL {
        let mut writes = batch.writes().iter().filter(|write| write.table == table).peekable();
        if writes.peek().is_none() {
            continue;
        }
        let mut target = transaction.open_table(definition(table))?;
        for write in writes {
            match &write.value {
                Some(value) => target.insert(write.key.as_slice(), value.as_slice())?,
                None => target.remove(write.key.as_slice())?,
            };
        }
    }
    Ok(())
}

/// A failure of the database or the file system, before it is known to which directory it belongs.
#[derive(Debug)]
enum Failure {
    Io(io::Error),
    Locked,
    NewerFormat(u32),
    Corrupt(String),
    Other(String),
}

impl Failure {
    fn at(self, directory: &Path) -> StoreError {
        let path = directory.to_owned();
        match self {
            Self::Io(source) if source.kind() == io::ErrorKind::StorageFull => StoreError::DiskFull { path },
            // The database says so of a file that is none of its own.
            Self::Io(source) if source.kind() == io::ErrorKind::InvalidData => {
                StoreError::Corrupt { path, detail: source.to_string() }
            }
            Self::Io(source) => StoreError::Io { path, source },
            Self::Locked => StoreError::Locked { path },
            Self::NewerFormat(found) => StoreError::NewerFormat { path, found },
            Self::Corrupt(detail) => StoreError::Corrupt { path, detail },
            Self::Other(text) => StoreError::Io { path, source: io::Error::other(text) },
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Io(error) => Self::Io(error),
            StorageError::Corrupted(detail) => Self::Corrupt(detail),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::DatabaseAlreadyOpen => Self::Locked,
            DatabaseError::Storage(error) => error.into(),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<TransactionError> for Failure {
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::Storage(error) => error.into(),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Storage(error) => error.into(),
            other => Self::Corrupt(other.to_string()),
        }
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Storage(error) => error.into(),
            other => Self::Other(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
