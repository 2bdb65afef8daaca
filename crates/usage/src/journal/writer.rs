//! The one who writes a journal: a thread that gathers what is waiting, writes it at once and syncs it at once.

use super::{Begin, Checksum, Content, FORMAT, JournalError, JournalId, JournalState, Record, content};
use pnp_types::{AppIndex, Digest};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// A journal held by this process. Dropping it writes and syncs what is still waiting.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    id: JournalId,
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    failure: std::sync::Arc<Mutex<Option<std::io::Error>>>,
}

#[derive(Debug)]
struct Job {
    record: Record,
    /// Told when the record is durable.
    durable: Option<oneshot::Sender<()>>,
}

impl Journal {
    /// Opens or creates the journal of a contract's bills, locks it for this process, and returns its state.
    ///
    /// # Errors
    /// A journal that is held by another process, belongs to something else, is damaged, or cannot be written.
    pub fn open(
        path: &Path,
        genesis_hash: Digest,
        app: AppIndex,
        input: &str,
    ) -> Result<(Self, JournalState), JournalError> {
        let failed = |action| move |source| JournalError::File { action, path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(failed("open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::Held(path.to_owned())),
            Err(TryLockError::Error(source)) => return Err(failed("open")(source)),
        }
        let Content { mut past, mut sum, end } = content(path, &file, |_| {})?;
        if file.metadata().map_err(failed("read"))?.len() > end {
            file.set_len(end).map_err(failed("write"))?;
        }
        file.seek(SeekFrom::Start(end)).map_err(failed("write"))?;
        let id = match &past.begin {
            Some(begin) => {
                check(path, begin, genesis_hash, app)?;
                begin.id
            }
            None => {
                let mut id = [0; 16];
                getrandom::fill(&mut id).map_err(|error| JournalError::Randomness(error.to_string()))?;
                let begin = Begin { format: FORMAT, id: JournalId(id), genesis_hash, app, input: input.to_owned() };
                let line = sum.line(&Record::Begin(begin.clone())).map_err(|error| failed("write")(error.into()))?;
                file.write_all(&line).and_then(|()| file.sync_all()).map_err(failed("write"))?;
                sync_folder(path).map_err(failed("write"))?;
                past.begin = Some(begin);
                JournalId(id)
            }
        };
        let (jobs, waiting) = channel();
        let failure = std::sync::Arc::new(Mutex::new(None));
        let shared = std::sync::Arc::clone(&failure);
        let run = move || {
            if let Err(error) = write(&mut file, sum, &waiting) {
                *shared.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            }
        };
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(run).map_err(failed("write"))?;
        Ok((Self { path: path.to_owned(), id, jobs: Some(jobs), thread: Some(thread), failure }, past))
    }

    /// The journal's own bytes.
    #[must_use]
    pub const fn id(&self) -> JournalId {
        self.id
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a record behind those added before, without waiting for the disk.
    ///
    /// # Errors
    /// An earlier record could not be written.
    pub fn note(&self, record: Record) -> Result<(), JournalError> {
        self.send(Job { record, durable: None })
    }

    /// Adds a record and returns when it and all records before it are on disk.
    ///
    /// # Errors
    /// It, or an earlier one, could not be written.
    pub async fn commit(&self, record: Record) -> Result<(), JournalError> {
        let (durable, written) = oneshot::channel();
        self.send(Job { record, durable: Some(durable) })?;
        written.await.map_err(|_| self.failed())
    }

    fn send(&self, job: Job) -> Result<(), JournalError> {
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        if sent { Ok(()) } else { Err(self.failed()) }
    }

    fn failed(&self) -> JournalError {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        let source = match failure.as_ref() {
            Some(error) => std::io::Error::new(error.kind(), error.to_string()),
            None => std::io::Error::other("its thread ended"),
        };
        JournalError::File { action: "write", path: self.path.clone(), source }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the journal's thread panicked");
        }
    }
}

/// Writes records until the last sender is gone. Who waits for a record that fails gets a closed channel.
fn write(file: &mut File, mut sum: Checksum, jobs: &Receiver<Job>) -> std::io::Result<()> {
    let mut lines = Vec::new();
    let mut waiting = Vec::new();
    while let Ok(first) = jobs.recv() {
        lines.clear();
        for job in std::iter::once(first).chain(jobs.try_iter()) {
            lines.extend_from_slice(&sum.line(&job.record)?);
            waiting.extend(job.durable);
        }
        file.write_all(&lines)?;
        if !waiting.is_empty() {
            file.sync_data()?;
        }
        for durable in waiting.drain(..) {
            // Who waited may have been stopped meanwhile.
            let _ = durable.send(());
        }
    }
    file.sync_data()
}

fn check(path: &Path, begin: &Begin, genesis_hash: Digest, app: AppIndex) -> Result<(), JournalError> {
    let other = |other: String| Err(JournalError::Other { path: path.to_owned(), other });
    if begin.genesis_hash != genesis_hash {
        return other(format!("the network with genesis hash {}", begin.genesis_hash.to_base64()));
    }
    if begin.app != app {
        return other(format!("application {}", begin.app));
    }
    Ok(())
}

/// A new file's name lives in its folder, which has to reach the disk as well.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|_| cfg!(unix)) {
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
