//! Disks that fail: what was refused stays refused after a kill, what was acknowledged stays, and the failure has a
//! name.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use redb::StorageBackend;
use redb::backends::FileBackend;

use super::super::journal::Medium;
use super::*;

/// How many more operations of each kind succeed.
#[derive(Debug)]
struct Faults {
    writes: AtomicU64,
    syncs: AtomicU64,
}

impl Faults {
    fn none() -> Arc<Self> {
        Arc::new(Self { writes: AtomicU64::new(u64::MAX), syncs: AtomicU64::new(u64::MAX) })
    }

    fn spend(left: &AtomicU64) -> io::Result<()> {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let spend = |left: u64| if left == u64::MAX { Some(left) } else { left.checked_sub(1) };
        left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend).map(drop).map_err(|_| full())
    }
}

/// A file that takes half of what it refuses.
#[derive(Debug)]
struct Failing {
    file: File,
    faults: Arc<Faults>,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = Faults::spend(&self.faults.writes) {
            self.file.write_all(&bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Medium for Failing {
    fn sync_data(&self) -> io::Result<()> {
        Faults::spend(&self.faults.syncs)?;
        self.file.sync_data()
    }
}

/// A database file that fails.
#[derive(Debug)]
struct FailingPages {
    file: FileBackend,
    faults: Arc<Faults>,
}

type PageResult<T> = io::Result<T>;

impl StorageBackend for FailingPages {
    fn len(&self) -> PageResult<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> PageResult<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> PageResult<()> {
        Faults::spend(&self.faults.writes)?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> PageResult<()> {
        Faults::spend(&self.faults.syncs)?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> PageResult<()> {
        Faults::spend(&self.faults.writes)?;
        self.file.write(offset, data)
    }
}

fn batch(round: u64, size: usize) -> Batch {
    let mut batch = Batch::new();
    batch.put(Table::Blocks, round.to_be_bytes(), vec![u8::try_from(round).unwrap(); size]);
    batch.put(Table::Meta, *b"latest", round.to_be_bytes());
    batch
}

fn rounds(store: &DiskStore) -> Vec<u64> {
    let entries = store.scan(Table::Blocks, &[], None, usize::MAX).unwrap();
    entries.into_iter().map(|(key, _)| u64::from_be_bytes(key.try_into().unwrap())).collect()
}

/// What the next process finds when this one is killed now.
fn after_kill(directory: &Path) -> Vec<u64> {
    let copy = tempfile::tempdir().unwrap();
    for file in [DATABASE_FILE, JOURNAL_FILE] {
        fs::copy(directory.join(file), copy.path().join(file)).unwrap();
    }
    let mut revived = DiskStore::open(copy.path()).unwrap();
    let found = rounds(&revived);
    revived.commit(&batch(200, 10)).unwrap();
    found
}

fn with_failing_journal(directory: &Path, faults: &Arc<Faults>) -> DiskStore {
    let mut store = DiskStore::open(directory).unwrap();
    let file = OpenOptions::new().read(true).write(true).open(directory.join(JOURNAL_FILE)).unwrap();
    store.journal.replace_file(Box::new(Failing { file, faults: Arc::clone(faults) }));
    store
}

#[test]
fn a_block_that_the_journal_refused_is_never_found_and_the_store_goes_on() {
    // The write fails half-way; the sync after a complete write; both, and the erasing as well, so that its number is
    // burnt.
    for (case, writes, syncs) in [("write", 0, u64::MAX), ("sync", u64::MAX, 0), ("second sync", u64::MAX, 1)] {
        let directory = tempfile::tempdir().unwrap();
        let faults = Faults::none();
        let mut store = with_failing_journal(directory.path(), &faults);
        store.commit(&batch(1, 900)).unwrap();
        if case == "second sync" {
            store.commit(&batch(2, 900)).unwrap();
        }
        faults.writes.store(writes, Ordering::SeqCst);
        faults.syncs.store(syncs, Ordering::SeqCst);
        if syncs == 1 {
            store.commit(&batch(3, 900)).unwrap();
        }
        let before = rounds(&store);
        let error = store.commit(&batch(9, 900)).unwrap_err();
        assert!(matches!(error, StoreError::DiskFull { .. }), "{case}: {error}");
        assert!(error.to_string().contains("no space left on the disk"), "{error}");
        assert_eq!(after_kill(directory.path()), before, "{case}");
        assert_eq!(rounds(&store), before, "{case}");

        // The disk recovers: so does the store, without being opened again.
        faults.writes.store(u64::MAX, Ordering::SeqCst);
        faults.syncs.store(u64::MAX, Ordering::SeqCst);
        store.commit(&batch(10, 900)).unwrap();
        store.commit(&batch(11, 900)).unwrap();
        let expected = [before.as_slice(), &[10, 11]].concat();
        assert_eq!(after_kill(directory.path()), expected, "{case}");
        drop(store);
        assert_eq!(rounds(&DiskStore::open(directory.path()).unwrap()), expected, "{case}");
    }
}

#[test]
fn a_block_that_the_database_refused_is_taken_out_of_the_journal_and_writing_stops_by_name() {
    for size in [900, 3 << 20] {
        let directory = tempfile::tempdir().unwrap();
        let faults = Faults::none();
        let path = directory.path().join(DATABASE_FILE);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).unwrap();
        let pages = FailingPages { file: FileBackend::new(file).unwrap(), faults: Arc::clone(&faults) };
        // A cache of nothing, so that pages are written at once and not when the journal is full.
        let database = Database::builder().set_cache_size(0).create_with_backend(pages).unwrap();
        let mut store = DiskStore::recover(directory.path(), database).unwrap();
        store.commit(&batch(1, 900)).unwrap();
        store.commit(&batch(2, 900)).unwrap();
        faults.writes.store(0, Ordering::SeqCst);
        let error = store.commit(&batch(3, size)).unwrap_err();
        assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
        let error = store.commit(&batch(4, 900)).unwrap_err();
        assert!(matches!(error, StoreError::Stopped { .. }), "{error}");
        assert!(error.to_string().contains("until it is opened again, after a failed write: no space left"), "{error}");
        assert_eq!(after_kill(directory.path()), [1, 2], "{size}");
        drop(store);
        let mut opened = DiskStore::open(directory.path()).unwrap();
        assert_eq!(rounds(&opened), [1, 2]);
        opened.commit(&batch(5, size)).unwrap();
    }
}

#[test]
fn a_journal_that_cannot_be_mended_burns_the_number_of_the_refused_block() {
    let directory = tempfile::tempdir().unwrap();
    let faults = Faults::none();
    let mut store = with_failing_journal(directory.path(), &faults);
    store.commit(&batch(1, 900)).unwrap();
    let before = store.sequence;
    faults.syncs.store(0, Ordering::SeqCst);
    store.commit(&batch(2, 900)).unwrap_err();
    assert_eq!(store.sequence, before + 1, "the number is gone");
    // All of the refused block's record is put back, as a disk may do that failed to erase it.
    let mut whole = Vec::new();
    File::open(directory.path().join(JOURNAL_FILE)).unwrap().read_to_end(&mut whole).unwrap();
    faults.syncs.store(u64::MAX, Ordering::SeqCst);
    store.journal.append(before + 1, &batch(2, 900).encode()).unwrap();
    assert_eq!(after_kill(directory.path()), [1]);
}
