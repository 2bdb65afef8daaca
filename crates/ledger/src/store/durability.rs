//! One sync for many batches: who waits for the disk, and how far the disk is.
//!
//! A batch may be visible before it is durable ([`super::Store::commit_unsynced`]). Its caller waits here before it answers, outside of every
//! lock on the store: the first to come syncs for all that were written until then, the others wait for that sync or the next.

use std::fmt::Debug;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What makes written bytes durable.
pub(super) trait Sync: Debug + Send + std::marker::Sync {
    /// Waits until the disk has what was written.
    fn sync(&self) -> io::Result<()>;
}

impl Sync for std::fs::File {
    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Which batches of a store are on disk.
#[derive(Debug)]
pub struct Durability {
    medium: Box<dyn Sync>,
    progress: Mutex<Progress>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Progress {
    /// The last batch written.
    written: u64,
    /// The last batch that is durable, and all before it.
    durable: u64,
    /// Whether somebody is syncing.
    syncing: bool,
    /// Why nothing more gets durable.
    failure: Option<String>,
}

/// Batches that are visible and may not survive a loss of power.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the disk did not take what was written: {0}")]
pub struct NotDurable(String);

impl Durability {
    pub(super) fn new(medium: Box<dyn Sync>, sequence: u64) -> Arc<Self> {
        let progress = Progress { written: sequence, durable: sequence, ..Progress::default() };
        Arc::new(Self { medium, progress: Mutex::new(progress), moved: Condvar::new() })
    }

    /// The last batch written so far: what a reader may have seen.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.progress().written
    }

    /// Notes that a batch is written.
    pub(super) fn wrote(&self, sequence: u64) {
        self.progress().written = sequence;
    }

    /// Notes that everything written is durable, by other means than a sync from here.
    pub(super) fn caught_up(&self, sequence: u64) {
        let mut progress = self.progress();
        progress.written = progress.written.max(sequence);
        progress.durable = progress.durable.max(sequence);
        drop(progress);
        self.moved.notify_all();
    }

    /// Why nothing more gets durable, if that is so.
    pub(super) fn failure(&self) -> Option<String> {
        self.progress().failure.clone()
    }

    /// Returns when the batch with this number, and all before it, survive a loss of power.
    ///
    /// # Errors
    /// The disk failed: what is not durable by then never will be, and the store takes nothing more.
    pub fn wait(&self, sequence: u64) -> Result<(), NotDurable> {
        let mut progress = self.progress();
        loop {
            if progress.durable >= sequence {
                return Ok(());
            }
            if let Some(failure) = &progress.failure {
                return Err(NotDurable(failure.clone()));
            }
            if progress.syncing {
                progress = self.moved.wait(progress).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            progress.syncing = true;
            let written = progress.written;
            drop(progress);
            let outcome = self.medium.sync();
            progress = self.progress();
            progress.syncing = false;
            match outcome {
                Ok(()) => progress.durable = progress.durable.max(written),
                Err(error) => progress.failure = Some(error.to_string()),
            }
            self.moved.notify_all();
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    #[derive(Debug, Default)]
    struct Slow {
        syncs: Arc<AtomicU64>,
        fails: bool,
    }

    impl Sync for Slow {
        fn sync(&self) -> io::Result<()> {
            self.syncs.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(20));
            if self.fails { Err(io::Error::other("broken")) } else { Ok(()) }
        }
    }

    #[test]
    fn many_wait_for_few_syncs() {
        let syncs = Arc::new(AtomicU64::new(0));
        let durability = Durability::new(Box::new(Slow { syncs: Arc::clone(&syncs), fails: false }), 4);
        durability.wait(4).unwrap();
        assert_eq!(syncs.load(Ordering::SeqCst), 0, "what was there needs no sync");
        std::thread::scope(|scope| {
            for sequence in 5..25 {
                durability.wrote(sequence);
                scope.spawn(|| durability.wait(durability.written()).unwrap());
            }
        });
        let syncs = syncs.load(Ordering::SeqCst);
        assert!((1..=5).contains(&syncs), "{syncs} syncs for 20 who wait");
    }

    #[test]
    fn a_failing_disk_is_reported_to_every_waiting_caller() {
        let durability = Durability::new(Box::new(Slow { fails: true, ..Slow::default() }), 0);
        durability.wrote(2);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| assert!(durability.wait(2).is_err()));
            }
        });
        assert!(durability.wait(0).is_ok() && durability.failure().is_some());
        durability.caught_up(2);
        assert!(durability.wait(2).is_ok());
    }
}
