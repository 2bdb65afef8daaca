//! The billing journal: each group is on disk before it is sent, and its outcome afterwards.
//!
//! A text file of one record a line, each with a checksum over itself and all lines before it. It only grows. An intent is
//! durable (`fdatasync`) before its group leaves this process; many intents share one sync. Outcomes are written without
//! waiting: one that is lost in a kill or a power cut is read from the chain again. `docs/concepts/exactly-once.md` has
//! the argument why every tick is charged exactly once. Knows nothing of networks and keys.

mod error;
mod record;
mod state;
#[cfg(test)]
mod tests;
mod writer;

pub use error::JournalError;
pub use record::{Begin, Charged, Done, FORMAT, InputDigest, Intent, JournalId, Record, Refused, Void};
pub use state::{JournalState, LineSet, Sums, Unsent};
pub use writer::Journal;

use pnp_types::sha512_256;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// A checksum's hex digits and the space behind them.
const PREFIX: usize = 17;
/// More than any record has.
const MAX_RECORD_BYTES: u64 = 1 << 20;

/// The running checksum: over a record and, through the one before, all that came earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Checksum([u8; 8]);

impl Checksum {
    fn then(self, record: &[u8]) -> Self {
        let hash = sha512_256(&[&self.0, record].concat());
        Self(hash.first_chunk().copied().unwrap_or_default())
    }

    /// One line of the file for a record: the new checksum, the record, a line break.
    fn line(&mut self, record: &Record) -> serde_json::Result<Vec<u8>> {
        let json = serde_json::to_vec(record)?;
        *self = self.then(&json);
        let mut line = hex::encode(self.0).into_bytes();
        line.push(b' ');
        line.extend_from_slice(&json);
        line.push(b'\n');
        Ok(line)
    }

    /// The record of a line, where line and checksum fit.
    fn read(self, line: &[u8]) -> Option<(Self, Record)> {
        let (prefix, json) = line.strip_suffix(b"\n")?.split_at_checked(PREFIX)?;
        let next = self.then(json);
        let fits = prefix.strip_suffix(b" ")? == hex::encode(next.0).as_bytes();
        fits.then(|| serde_json::from_slice(json).ok()).flatten().map(|record| (next, record))
    }
}

/// What a file holds up to its last whole record.
struct Content {
    past: JournalState,
    sum: Checksum,
    /// Where the next record goes.
    end: u64,
}

/// Reads a journal without locking it: every record in order, then the state they add up to.
///
/// What a cut-off write left at the end is passed over.
///
/// # Errors
/// A file that cannot be read, or is no whole journal.
pub fn read(path: &Path, each: impl FnMut(&Record)) -> Result<JournalState, JournalError> {
    let file =
        File::open(path).map_err(|source| JournalError::File { action: "open", path: path.to_owned(), source })?;
    content(path, &file, each).map(|content| content.past)
}

fn content(path: &Path, file: &File, mut each: impl FnMut(&Record)) -> Result<Content, JournalError> {
    let failed = |source| JournalError::File { action: "read", path: path.to_owned(), source };
    let damaged = |line, why: &str| JournalError::Damaged { path: path.to_owned(), line, why: why.to_owned() };
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut past, mut sum, mut end, mut number) = (JournalState::default(), Checksum::default(), 0, 0_u64);
    let mut bytes = Vec::new();
    // Behind the first line that does not fit there may only be what a cut-off write left.
    let mut torn = None;
    loop {
        bytes.clear();
        let read = std::io::Read::take(&mut reader, MAX_RECORD_BYTES).read_until(b'\n', &mut bytes).map_err(failed)?;
        if read == 0 {
            break;
        }
        number += 1;
        if let Some(torn) = torn {
            if is_record(&bytes) {
                return Err(damaged(torn, "it is not what was written, and there are whole records behind it"));
            }
            continue;
        }
        match sum.read(&bytes) {
            Some((next, record)) => {
                if let Record::Begin(Begin { format, .. }) = &record
                    && *format != FORMAT
                {
                    return Err(JournalError::Format { path: path.to_owned(), found: *format });
                }
                past.take(&record).map_err(|why| damaged(number, &why))?;
                each(&record);
                sum = next;
                end += read as u64;
            }
            None if number == 1 && is_foreign(&bytes) => return Err(JournalError::Foreign(path.to_owned())),
            None => torn = Some(number),
        }
    }
    Ok(Content { past, sum, end })
}

/// Whether a line has the form of a whole record, even if its checksum is wrong.
fn is_record(line: &[u8]) -> bool {
    let Some((_, json)) = line.strip_suffix(b"\n").and_then(|line| line.split_at_checked(PREFIX)) else { return false };
    serde_json::from_slice::<Record>(json).is_ok()
}

/// Whether a first line cannot be the beginning of a journal: a file of the user's must not be written over. A cut-off write may
/// have left zeros.
fn is_foreign(line: &[u8]) -> bool {
    let mut prefix = line.iter().take(PREFIX - 1);
    !prefix.all(|byte| *byte == 0 || byte.is_ascii_digit() || (b'a'..=b'f').contains(byte))
}
