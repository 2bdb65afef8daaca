//! Moves what is in the write-ahead log into the database file, beside the writer, so that no COMMIT waits for it.

use super::StoreError;
use rusqlite::Connection;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

/// The log is moved after so many changed rows, about a page each: the more, the more of what was written to one page is moved at
/// once. The size of the log's file says nothing, since SQLite writes over it from its beginning.
const CHANGES: u64 = 250_000;

/// After a pass as short as this, little has come meanwhile.
const SHORT_PASS: Duration = Duration::from_millis(40);
/// Where the disk is too slow for that, the writer moves more.
const MOST_PASSES: usize = 8;

/// The thread that moves the log.
#[derive(Debug)]
pub(super) struct Checkpoints {
    /// Rows that the writer had changed when the log was last moved.
    moved_at: u64,
    requests: SyncSender<()>,
    finished: Receiver<()>,
}

impl Checkpoints {
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        let (requests, requested) = sync_channel::<()>(1);
        let (finish, finished) = sync_channel::<()>(1);
        let thread = std::thread::Builder::new().name("checkpoint".to_owned()).spawn(move || {
            while requested.recv().is_ok() {
                move_until_little_is_left(&connection);
                if let Err(TrySendError::Disconnected(())) = finish.try_send(()) {
                    break;
                }
            }
        });
        thread.map_err(|source| StoreError::File { path: path.to_owned(), source })?;
        // What a process that was killed has left.
        let _ = requests.try_send(());
        Ok(Self { moved_at: 0, requests, finished })
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
        let changes = writer.total_changes();
        // One that is under way is enough.
        if changes.saturating_sub(self.moved_at) > CHANGES && self.requests.try_send(()).is_ok() {
            self.moved_at = changes;
        }
    }
}

/// Moves the log again and again, each time what came during the time before: what is left then is the writer's, who waits for it.
fn move_until_little_is_left(connection: &Connection) {
    for _ in 0..MOST_PASSES {
        let begun = Instant::now();
        if let Err(error) = move_log(connection) {
            tracing::warn!(%error, "the write-ahead log was not moved");
            return;
        }
        if begun.elapsed() < SHORT_PASS {
            return;
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
