//! A copy of a store that takes the place of the store in a folder.

use super::connection::prepare;
use super::lock::{self, StoreLock};
use super::{FILE, StoreError, StoreNetwork, migrate};
use rusqlite::Connection;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What is checked before it takes the store's place.
const WAITING: &str = "gateway.db.restoring";
/// What SQLite keeps beside a file while it is open.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// A copy that waits in a folder to take the place of its store. The folder's lock is held meanwhile; the copy's own file is not touched.
#[derive(Debug)]
pub struct StoreRestore {
    connection: Connection,
    waiting: WaitingFile,
    folder: PathBuf,
    _lock: StoreLock,
}

impl StoreRestore {
    /// Takes the lock of a folder, puts the copy beside its store, and brings it up to date.
    ///
    /// # Errors
    /// A gateway that runs in the folder, and a file that is no whole store, or one of a later version.
    pub fn open(folder: &Path, copy: &Path) -> Result<Self, StoreError> {
        let lock = StoreLock::take(folder)?;
        let waiting = WaitingFile(folder.join(WAITING));
        waiting.remove()?;
        for (from, to) in with_beside(copy).into_iter().zip(with_beside(&waiting.0)) {
            match std::fs::copy(&from, &to) {
                Ok(_) => lock::make_private(&to)?,
                Err(error) if error.kind() == ErrorKind::NotFound && from != copy => {}
                Err(source) => return Err(StoreError::File { path: from, source }),
            }
        }
        let connection = read_whole(&waiting.0).map_err(|why| StoreError::NoCopy { path: copy.to_owned(), why })?;
        let mut restore = Self { connection, waiting, folder: folder.to_owned(), _lock: lock };
        let network = restore.network()?;
        migrate::migrate(&mut restore.connection, &network)?;
        Ok(restore)
    }

    /// The network that the copy belongs to.
    ///
    /// # Errors
    /// The store's.
    pub fn network(&self) -> Result<StoreNetwork, StoreError> {
        let missing =
            || StoreError::NoCopy { path: self.waiting.0.clone(), why: "it belongs to no network".to_owned() };
        migrate::network(&self.connection)?.ok_or_else(missing)
    }

    /// Reads one state of the copy.
    ///
    /// # Errors
    /// What the job fails with.
    pub fn read<T, E>(&mut self, job: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        job(&self.connection)
    }

    /// Puts the copy in the store's place. The store that was there is kept as `aside`, a file that must not be there; whether there was
    /// one. Where this is cut off, the old store or the new one is in its place.
    ///
    /// # Errors
    /// Files that cannot be written.
    pub fn finish(self, aside: &Path) -> Result<bool, StoreError> {
        let Self { connection, waiting, folder, _lock: lock } = self;
        // All in one file.
        connection.pragma_update(None, "journal_mode", "DELETE")?;
        connection.close().map_err(|(_, error)| error)?;
        sync(&waiting.0)?;
        let store = folder.join(FILE);
        let there_was = store.exists();
        if there_was {
            keep(&store, aside)?;
        }
        std::fs::rename(&waiting.0, &store).map_err(|source| StoreError::File { path: store.clone(), source })?;
        sync(&folder)?;
        drop(lock);
        Ok(there_was)
    }
}

/// Removed wherever the restore ends without it in the store's place.
#[derive(Debug)]
struct WaitingFile(PathBuf);

impl WaitingFile {
    fn remove(&self) -> Result<(), StoreError> {
        for path in with_beside(&self.0) {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(StoreError::File { path, source: error });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for WaitingFile {
    fn drop(&mut self) {
        if let Err(error) = self.remove() {
            tracing::warn!(%error, "what was to be restored stays beside the store");
        }
    }
}

/// Opens a copy that is a whole store; else why it is none.
fn read_whole(path: &Path) -> Result<Connection, String> {
    let open = || -> rusqlite::Result<(Connection, String, u32)> {
        let connection = Connection::open(path)?;
        let found = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        let schema = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok((connection, found, schema))
    };
    let (connection, found, schema) = open().map_err(|error| error.to_string())?;
    if found != "ok" {
        return Err(found);
    }
    let is_store = schema > 0 && matches!(migrate::network(&connection), Ok(Some(_)));
    if !is_store {
        return Err("it is not the store of a gateway".to_owned());
    }
    prepare(&connection, true).map_err(|error| error.to_string())?;
    Ok(connection)
}

/// Keeps a store under another name, with all that it knows.
fn keep(store: &Path, aside: &Path) -> Result<(), StoreError> {
    let failed = |path: &Path, source| StoreError::File { path: path.to_owned(), source };
    if aside.exists() {
        return Err(failed(aside, ErrorKind::AlreadyExists.into()));
    }
    // What only its log has goes into its file. One that is too damaged for that is kept in its pieces.
    let folded = Connection::open(store).and_then(|old| old.pragma_update(None, "journal_mode", "DELETE"));
    if let Err(error) = folded {
        tracing::warn!(%error, "the old store cannot be opened: its log is kept beside it");
        let pieces = with_beside(store).into_iter().zip(with_beside(aside)).skip(1);
        for (from, to) in pieces.filter(|(from, _)| from.exists()) {
            std::fs::rename(&from, to).map_err(|source| failed(&from, source))?;
        }
    }
    // Under both names until the new one takes the first: there is no moment without a store.
    std::fs::hard_link(store, aside)
        .or_else(|_| std::fs::copy(store, aside).map(drop))
        .map_err(|source| failed(aside, source))
}

/// A file of SQLite's and those that may be beside it.
fn with_beside(path: &Path) -> [PathBuf; 3] {
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let [log, index] = BESIDE.map(beside);
    [path.to_owned(), log, index]
}

/// Down to the disk.
fn sync(path: &Path) -> Result<(), StoreError> {
    // A folder cannot be opened everywhere.
    #[cfg(not(unix))]
    if path.is_dir() {
        return Ok(());
    }
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|source| StoreError::File { path: path.to_owned(), source })
}
