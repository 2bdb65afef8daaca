//! Connections that read beside the writer, each one state of the store at a time.

use super::StoreError;
use super::connection::prepare;
use rusqlite::{Connection, OpenFlags};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// How many read at the same time.
const READERS: usize = 4;

/// The connections that are free.
#[derive(Clone)]
pub(super) struct Readers {
    free: Arc<Mutex<Vec<Connection>>>,
    places: Arc<Semaphore>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers").field("places", &self.places).finish_non_exhaustive()
    }
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut free = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            prepare(&connection, false)?;
            free.push(connection);
        }
        Ok(Self { free: Arc::new(Mutex::new(free)), places: Arc::new(Semaphore::new(READERS)) })
    }

    /// Runs a job in a transaction, so that all its statements see the same state.
    pub(super) async fn read<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.alone(move |connection| {
            connection.execute_batch("BEGIN").map_err(StoreError::from)?;
            let result = job(connection)?;
            connection.execute_batch("COMMIT").map_err(StoreError::from)?;
            Ok(result)
        })
        .await
    }

    /// Runs a job outside of a transaction.
    pub(super) async fn alone<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| StoreError::Stopped)?;
        let free = Arc::clone(&self.free);
        let read = tokio::task::spawn_blocking(move || {
            let connection = free.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or(StoreError::Stopped)?;
            let result = catch_unwind(AssertUnwindSafe(|| job(&connection)));
            // After a job that failed or panicked the connection still serves the next one.
            let ended = if connection.is_autocommit() { Ok(()) } else { connection.execute_batch("ROLLBACK") };
            free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            drop(place);
            match result {
                Ok(result) => result.and_then(|value| ended.map(|()| value).map_err(|error| E::from(error.into()))),
                Err(panic) => resume_unwind(panic),
            }
        });
        // A job that panicked has no answer.
        read.await.map_err(|_| E::from(StoreError::Stopped))?
    }
}
