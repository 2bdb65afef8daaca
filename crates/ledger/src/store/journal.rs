//! A small write-ahead log before the database: the file whose `fdatasync` makes a block durable.
//!
//! A database commit that survives power loss and reopens at once costs about 0.95 ms (two syncs and its allocator's
//! state); one `fdatasync` of a file whose blocks are already allocated costs about 0.15 ms. So every batch is appended
//! here and synced, then applied to the database without syncing; when the file is full, one durable commit of the
//! database makes its content redundant and writing starts again at the front. `docs/decisions/0002-store.md` has the
//! measurements.
//!
//! Record: length (4), sequence number (8), checksum (16), payload; integers little endian. Sequence numbers rise by
//! one as long as the store exists, so what an earlier lap left after the last record can never be taken for its
//! continuation.

use std::fmt::Debug;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest as _, Sha512_256};

/// The file's size: about 500 blocks of an ordinary billing group between two durable commits of the database.
pub(super) const CAPACITY: u64 = 2 << 20;
const HEADER: usize = 4 + 8 + 16;

/// What the journal asks of its file; tests put one in its place that fails.
pub(super) trait Medium: Write + Seek + Debug + Send + Sync {
    /// Waits until the disk has what was written.
    fn sync_data(&self) -> io::Result<()>;
}

impl Medium for File {
    fn sync_data(&self) -> io::Result<()> {
        Self::sync_data(self)
    }
}

/// The open file and the place where the next record goes.
#[derive(Debug)]
pub(super) struct Journal {
    file: Box<dyn Medium>,
    offset: u64,
    /// Where the last record appended begins.
    last: u64,
}

/// A record found when the journal was opened.
#[derive(Debug)]
pub(super) struct Record {
    /// The batch's number in the store's life.
    pub(super) sequence: u64,
    /// The batch's bytes.
    pub(super) payload: Vec<u8>,
}

impl Journal {
    /// Opens or creates the file and returns the records that follow `sequence` without a gap.
    ///
    /// What follows the last complete record is a write that was cut off, or an earlier lap: neither was acknowledged
    /// as the continuation, so it is left for the next record to overwrite.
    pub(super) fn open(path: &Path, sequence: u64) -> io::Result<(Self, Vec<Record>)> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut bytes = Vec::new();
        if file.metadata()?.len() < CAPACITY {
            file.seek(SeekFrom::End(0))?;
            let missing = CAPACITY - file.metadata()?.len();
            io::copy(&mut io::repeat(0).take(missing), &mut file)?;
            file.sync_all()?;
        }
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        let mut rest = bytes.as_slice();
        let mut records: Vec<Record> = Vec::new();
        let mut expected: Option<u64> = None;
        while let Some((record, tail)) = parse(rest) {
            // The first record may be older than the database (it was committed, then the process died before the next
            // lap); from there on numbers have to follow each other.
            if expected.is_some_and(|expected| record.sequence != expected) {
                break;
            }
            expected = record.sequence.checked_add(1);
            rest = tail;
            if record.sequence > sequence {
                records.push(record);
            }
        }
        let offset = if records.is_empty() { 0 } else { (bytes.len() - rest.len()) as u64 };
        Ok((Self { file: Box::new(file), offset, last: offset }, records))
    }

    /// Whether a payload of `length` bytes still fits in this lap.
    pub(super) fn fits(&self, length: usize) -> bool {
        length
            .checked_add(HEADER)
            .and_then(|size| self.offset.checked_add(size as u64))
            .is_some_and(|end| end <= CAPACITY)
    }

    /// Appends one record and waits until the disk has it, and all before it. After an error the record may still be
    /// found by the next opening, complete or cut off: [`Self::erase`] it, or burn its number.
    pub(super) fn append(&mut self, sequence: u64, payload: &[u8]) -> io::Result<()> {
        self.write(sequence, payload)?;
        let synced = self.file.sync_data();
        if synced.is_err() {
            self.offset = self.last;
        }
        synced
    }

    /// Appends one record without waiting for the disk; after an error as [`Self::append`].
    pub(super) fn write(&mut self, sequence: u64, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let mut record = Vec::with_capacity(HEADER + payload.len());
        record.extend_from_slice(&length.to_le_bytes());
        record.extend_from_slice(&sequence.to_le_bytes());
        record.extend_from_slice(&checksum(sequence, payload));
        record.extend_from_slice(payload);
        self.last = self.offset;
        self.file.seek(SeekFrom::Start(self.offset))?;
        self.file.write_all(&record)?;
        self.offset += record.len() as u64;
        Ok(())
    }

    /// Takes the last record appended back, whether or not that succeeded: no opening finds it when this has returned.
    pub(super) fn erase(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.last))?;
        // No payload has the checksum zero.
        self.file.write_all(&[0; HEADER])?;
        self.file.sync_data()?;
        self.offset = self.last;
        Ok(())
    }

    /// Writes to another file from now on.
    #[cfg(test)]
    pub(super) fn replace_file(&mut self, file: Box<dyn Medium>) {
        self.file = file;
    }

    /// Starts a new lap; only after the database holds everything appended so far durably.
    pub(super) fn restart(&mut self) {
        self.offset = 0;
        self.last = 0;
    }
}

fn checksum(sequence: u64, payload: &[u8]) -> [u8; 16] {
    let mut hasher = Sha512_256::new();
    hasher.update(sequence.to_le_bytes());
    hasher.update(payload);
    let digest: [u8; 32] = hasher.finalize().into();
    let mut sum = [0; 16];
    sum.copy_from_slice(&digest[..16]);
    sum
}

fn parse(bytes: &[u8]) -> Option<(Record, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sequence, rest) = rest.split_first_chunk::<8>()?;
    let (sum, rest) = rest.split_first_chunk::<16>()?;
    let (payload, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    let sequence = u64::from_le_bytes(*sequence);
    (checksum(sequence, payload) == *sum).then(|| (Record { sequence, payload: payload.to_vec() }, rest))
}

#[cfg(test)]
mod property_tests;
