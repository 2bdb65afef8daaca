//! The one thread that writes: it commits what has queued in one transaction, then answers.
//!
//! Group commit makes one write to the disk serve many jobs. A job that fails before it has written anything costs the others
//! nothing; after one that fails later, the transaction is undone and every job of it runs again by itself.

use super::checkpoint::{Checkpoints, move_all};
use super::clock::{Clock, ClockStep};
use super::{StoreError, Write};
use crate::id::Ids;
use rusqlite::{Connection, OptionalExtension as _};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Jobs of one transaction.
const MAX_GROUP: usize = 256;
/// Jobs that may wait; beyond that the store is busy.
const QUEUE: usize = 4096;

/// Why a write did not happen.
#[derive(Debug)]
pub enum WriteError<E> {
    /// The job's own reason.
    Job(E),
    /// The store's. After [`StoreError::Uncertain`] it may have happened.
    Store(StoreError),
}

/// The handle of the thread.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    clock: Arc<Clock>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// A job whose types are not known here.
trait Job: Send {
    /// Runs it; whether it succeeded.
    fn run(&mut self, write: &mut Write<'_>) -> bool;
    /// Answers with the result of the last run.
    fn answer(self: Box<Self>);
    /// Answers that the store failed.
    fn fail(self: Box<Self>, error: StoreError);
}

struct TypedJob<T, E, F> {
    job: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, WriteError<E>>>,
}

impl<T, E, F> Job for TypedJob<T, E, F>
where
    T: Send,
    E: Send,
    F: FnMut(&mut Write<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, write: &mut Write<'_>) -> bool {
        // What an earlier run, which was undone, has answered must not stay if this one panics.
        self.result = None;
        let result = (self.job)(write);
        let succeeded = result.is_ok();
        self.result = Some(result);
        succeeded
    }

    fn answer(self: Box<Self>) {
        let answer = match self.result {
            Some(result) => result.map_err(WriteError::Job),
            None => Err(WriteError::Store(StoreError::Stopped)),
        };
        // Nobody waits any more where the request was cut off: what was committed stays.
        let _ = self.reply.send(answer);
    }

    fn fail(self: Box<Self>, error: StoreError) {
        let _ = self.reply.send(Err(WriteError::Store(error)));
    }
}

impl Writer {
    pub(super) fn start(connection: Connection, path: &Path) -> Result<Self, StoreError> {
        let clock = Arc::new(read_clock(&connection)?);
        let last: Option<i64> = connection.query_row("SELECT MAX(id) FROM entries", [], |row| row.get(0))?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let ids = Ids::after(last.unwrap_or(0).max(last_of_others(&connection)?));
        let checkpoints = Checkpoints::start(path)?;
        let mut state = Thread { connection, clock: Arc::clone(&clock), ids, checkpoints, steps: Vec::new() };
        let spawned = std::thread::Builder::new().name("store".to_owned()).spawn(move || state.run(queue));
        let thread = spawned.map_err(|source| StoreError::File { path: path.to_owned(), source })?;
        Ok(Self { jobs: Some(jobs), clock, thread: Some(thread) })
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How many jobs wait.
    pub(super) fn waiting(&self) -> usize {
        self.jobs.as_ref().map_or(0, |jobs| jobs.max_capacity().saturating_sub(jobs.capacity()))
    }

    pub(super) async fn write<T, E>(
        &self,
        job: impl FnMut(&mut Write<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let Some(jobs) = &self.jobs else { return Err(WriteError::Store(StoreError::Stopped)) };
        let (reply, answer) = oneshot::channel();
        match jobs.try_send(Box::new(TypedJob { job, result: None, reply })) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => return Err(WriteError::Store(StoreError::Busy)),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(WriteError::Store(StoreError::Stopped)),
        }
        answer.await.unwrap_or(Err(WriteError::Store(StoreError::Stopped)))
    }
}

/// Ends the thread after the jobs that wait.
impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // A thread that panicked has nothing more to say here.
            let _ = thread.join();
        }
    }
}

/// The clock goes on after the newest time that was written.
fn read_clock(connection: &Connection) -> Result<Clock, StoreError> {
    let offset = connection.query_row("SELECT clock_offset FROM store WHERE id = 1", [], |row| row.get(0))?;
    let last: Option<i64> =
        connection.query_row("SELECT at FROM entries ORDER BY id DESC LIMIT 1", [], |row| row.get(0)).optional()?;
    let mut statement = connection.prepare("SELECT at, ms FROM clock_steps ORDER BY at")?;
    let steps = statement.query_map([], |row| Ok(ClockStep { at: row.get(0)?, ms: row.get(1)? }))?;
    Ok(Clock::new(last.unwrap_or(0), offset, steps.collect::<rusqlite::Result<_>>()?))
}

/// Ids of rows that may be newer than every entry.
fn last_of_others(connection: &Connection) -> Result<i64, StoreError> {
    let mut newest = 0;
    for table in [
        "sessions",
        "top_ups",
        "withdrawals",
        "chain_ops",
        "algo_entries",
        "partners",
        "api_keys",
        "contracts",
        "wallets",
        "tabs",
        "exports",
    ] {
        let last: Option<i64> = connection.query_row(&format!("SELECT MAX(id) FROM {table}"), [], |row| row.get(0))?;
        newest = newest.max(last.unwrap_or(0));
    }
    Ok(newest)
}

/// What the thread has.
struct Thread {
    connection: Connection,
    clock: Arc<Clock>,
    ids: Ids,
    checkpoints: Checkpoints,
    /// Steps of the clock that no committed transaction has recorded yet.
    steps: Vec<ClockStep>,
}

impl Thread {
    fn run(&mut self, mut queue: mpsc::Receiver<Box<dyn Job>>) {
        while let Some(first) = queue.blocking_recv() {
            let mut group = vec![first];
            while group.len() < MAX_GROUP {
                let Ok(job) = queue.try_recv() else { break };
                group.push(job);
            }
            self.commit(group);
            self.checkpoints.after_commit(&self.connection);
        }
        move_all(&self.connection);
    }

    /// Runs jobs in one transaction and answers them.
    fn commit(&mut self, mut group: Vec<Box<dyn Job>>) {
        match self.attempt(&mut group) {
            Attempt::Committed => group.into_iter().for_each(Job::answer),
            Attempt::Undone if group.len() == 1 => group.into_iter().for_each(Job::answer),
            // One of them failed after it had written: none may keep what the others saw of it.
            Attempt::Undone => {
                for job in group {
                    self.commit(vec![job]);
                }
            }
            Attempt::Failed(error) => {
                let text = error.to_string();
                tracing::error!(error = %text, "a transaction was not written");
                let is_certain = !matches!(error, StoreError::Uncertain(_));
                for job in group {
                    job.fail(if is_certain { StoreError::Busy } else { StoreError::Uncertain(text.clone()) });
                }
            }
        }
    }

    fn attempt(&mut self, group: &mut [Box<dyn Job>]) -> Attempt {
        if let Err(error) = self.statement("BEGIN IMMEDIATE") {
            return Attempt::Failed(error);
        }
        let (now, step) = self.clock.tick();
        self.steps.extend(step);
        let ids_before = Ids::after(self.ids.next(now));
        match self.run_jobs(group, now) {
            Ok(Some(advance)) => match self.statement("COMMIT") {
                Ok(()) => {
                    self.steps.clear();
                    self.clock.advance(advance);
                    Attempt::Committed
                }
                Err(error) => {
                    self.roll_back();
                    Attempt::Failed(StoreError::Uncertain(error.to_string()))
                }
            },
            Ok(None) => {
                self.ids = ids_before;
                self.roll_back();
                Attempt::Undone
            }
            Err(error) => {
                self.roll_back();
                Attempt::Failed(error)
            }
        }
    }

    /// Runs the jobs. By how much they move the test clock once everything is committed; nothing where it may not stay.
    fn run_jobs(&mut self, group: &mut [Box<dyn Job>], now: i64) -> Result<Option<i64>, StoreError> {
        for ClockStep { at, ms } in &self.steps {
            self.connection.execute(
                "INSERT INTO clock_steps (at, ms) VALUES (?1, ?2) ON CONFLICT (at) DO UPDATE SET ms = clock_steps.ms + excluded.ms",
                [at, ms],
            )?;
        }
        let mut write = Write {
            connection: &self.connection,
            now,
            ids: &mut self.ids,
            clock: &self.clock,
            statements: 0,
            clock_advance: 0,
        };
        for job in group {
            let before = write.connection.total_changes();
            let run = catch_unwind(AssertUnwindSafe(|| job.run(&mut write)));
            match run {
                // SQLite undoes the whole transaction by itself after some errors, such as a full disk. What the next job wrote then
                // would stay without what it belongs to.
                Ok(_) if write.connection.is_autocommit() => return Err(StoreError::Undone),
                Ok(true) => {}
                Ok(false) if write.connection.total_changes() == before => {}
                Ok(false) => return Ok(None),
                Err(panic) => {
                    tracing::error!(panic = text_of(&*panic), "a write panicked; it is undone");
                    return Ok(None);
                }
            }
        }
        Ok(Some(write.clock_advance))
    }

    fn statement(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    fn roll_back(&self) {
        // After some errors SQLite has ended the transaction itself.
        if !self.connection.is_autocommit()
            && let Err(error) = self.statement("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be undone");
        }
    }
}

enum Attempt {
    Committed,
    Undone,
    Failed(StoreError),
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("")
}
