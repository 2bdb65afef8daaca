//! Moves what is in the write-ahead log into the database file, beside the writer, so that no COMMIT waits for it.

use super::StoreError;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

/// The log is moved when it has grown to so many bytes.
const LOG_BYTES: u64 = 32 << 20;
/// How many commits pass before the log's size is looked at again.
const COMMITS_BETWEEN: u32 = 64;

/// The thread that moves the log.
#[derive(Debug)]
pub(super) struct Checkpoints {
    log: PathBuf,
    commits: u32,
    requests: SyncSender<()>,
    finished: Receiver<()>,
}

impl Checkpoints {
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let (requests, requested) = sync_channel::<()>(1);
        let (finish, finished) = sync_channel::<()>(1);
        let thread = std::thread::Builder::new().name("checkpoint".to_owned()).spawn(move || {
            while requested.recv().is_ok() {
                if let Err(error) = move_log(&connection) {
                    tracing::warn!(%error, "the write-ahead log was not moved");
                }
                if let Err(TrySendError::Disconnected(())) = finish.try_send(()) {
                    break;
                }
            }
        });
        thread.map_err(|source| StoreError::File { path: path.to_owned(), source })?;
        Ok(Self { log: log.into(), commits: 0, requests, finished })
    }

    /// Called by the writer between transactions.
    pub(super) fn after_commit(&mut self, writer: &Connection) {
        if self.finished.try_recv().is_ok() {
            // Nearly everything is moved: a short one here lets the log start again from its beginning.
            if let Err(error) = move_log(writer) {
                tracing::warn!(%error, "the write-ahead log was not moved");
            }
            return;
        }
        self.commits += 1;
        if self.commits < COMMITS_BETWEEN {
            return;
        }
        self.commits = 0;
        if std::fs::metadata(&self.log).is_ok_and(|log| log.len() > LOG_BYTES) {
            // One that is under way is enough.
            let _ = self.requests.try_send(());
        }
    }
}

/// Moves the whole log at the end, so that the file alone is the store.
pub(super) fn move_all(connection: &Connection) {
    let moved = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    if let Err(error) = moved {
        tracing::warn!(%error, "the write-ahead log was not moved at the end");
    }
}

fn move_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}
