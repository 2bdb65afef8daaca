//! Where a chain keeps its bytes: ordered tables of opaque keys and values, written one batch at a time.
//!
//! A batch is one block (or one revert) and is applied completely or not at all. When [`Store::commit`] has returned,
//! the batch survives `kill -9` at any instant and, on a disk that honours `fdatasync`, a loss of power; after
//! [`Store::commit_unsynced`] it does so once [`Durability::wait`] has returned. Nothing in here knows what an account or a
//! block is.

#[cfg(feature = "disk")]
mod disk;
#[cfg_attr(not(feature = "disk"), expect(dead_code, reason = "only the store on disk has somebody wait"))]
mod durability;
#[cfg(feature = "disk")]
mod journal;
mod memory;
#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;

#[cfg(feature = "disk")]
pub use disk::DiskStore;
pub use durability::{Durability, NotDurable};
pub use memory::MemoryStore;

/// The version of the layout this build reads and writes. It grows when an older build could misread a newer store.
pub const FORMAT_VERSION: u32 = 1;

/// A key and its value, as a scan returns them.
pub type Entry = (Vec<u8>, Vec<u8>);

/// One ordered map of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Facts about the chain: latest round, genesis, format.
    Meta,
    /// The ledger's records at the latest round, by the ledger's own key encoding.
    State,
    /// Block headers by round (8 bytes, big endian).
    Headers,
    /// Whole blocks by round.
    Blocks,
    /// What each round changed in [`Table::State`], before and after, by round.
    Deltas,
    /// Where each transaction was confirmed, by transaction id.
    Transactions,
    /// The leases ever taken, by sender, name and last round.
    Leases,
}

impl Table {
    /// Every table, in the order of its number in the journal.
    pub const ALL: [Self; 7] =
        [Self::Meta, Self::State, Self::Headers, Self::Blocks, Self::Deltas, Self::Transactions, Self::Leases];

    /// The table's number in a batch's encoding; it never changes once released.
    const fn number(self) -> u8 {
        match self {
            Self::Meta => 0,
            Self::State => 1,
            Self::Headers => 2,
            Self::Blocks => 3,
            Self::Deltas => 4,
            Self::Transactions => 5,
            Self::Leases => 6,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// One change of a [`Batch`]: `value` is `None` for a removal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The table written to.
    pub table: Table,
    /// The key in that table.
    pub key: Vec<u8>,
    /// The new value, or `None` to remove the key.
    pub value: Option<Vec<u8>>,
}

/// Changes that belong together; later ones win over earlier ones of the same key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    writes: Vec<Write>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `key` of `table` to `value`.
    pub fn put(&mut self, table: Table, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.writes.push(Write { table, key: key.into(), value: Some(value.into()) });
    }

    /// Removes `key` from `table`; a key that is not there is no error.
    pub fn remove(&mut self, table: Table, key: impl Into<Vec<u8>>) {
        self.writes.push(Write { table, key: key.into(), value: None });
    }

    /// Adds the changes of `later` after this batch's own.
    pub fn append(&mut self, later: Self) {
        self.writes.extend(later.writes);
    }

    /// The changes, in order.
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// The batch as bytes: per change its table, key and value, lengths first (little endian).
    pub fn encode(&self) -> Vec<u8> {
        let size = self.writes.iter().map(|w| 10 + w.key.len() + w.value.as_ref().map_or(0, Vec::len)).sum();
        let mut out = Vec::with_capacity(size);
        for write in &self.writes {
            out.push(write.table.number());
            put_bytes(&mut out, &write.key);
            match &write.value {
                Some(value) => {
                    out.push(1);
                    put_bytes(&mut out, value);
                }
                None => out.push(0),
            }
        }
        out
    }

    /// Reads what [`Self::encode`] wrote; `None` where the bytes are not a batch.
    pub fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut writes = Vec::new();
        while let Some((&number, rest)) = bytes.split_first() {
            bytes = rest;
            let table = Table::from_number(number)?;
            let key = take_bytes(&mut bytes)?.to_vec();
            let (&present, rest) = bytes.split_first()?;
            bytes = rest;
            let value = match present {
                0 => None,
                1 => Some(take_bytes(&mut bytes)?.to_vec()),
                _ => return None,
            };
            writes.push(Write { table, key, value });
        }
        Some(Self { writes })
    }
}

/// Appends `bytes` with its length before it (4 bytes, little endian).
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    // No value of a ledger comes near 4 GiB: a box holds 32 KiB, a block 5 MB.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Takes what [`put_bytes`] appended from the front of `input`.
pub(super) fn take_bytes<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = input.split_first_chunk::<4>()?;
    let (bytes, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    *input = rest;
    Some(bytes)
}

/// The smallest key greater than every key that starts with `prefix`; `None` where there is none.
pub fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&byte| byte != u8::MAX)?;
    let mut end = prefix.get(..=last)?.to_vec();
    if let Some(byte) = end.last_mut() {
        *byte += 1;
    }
    Some(end)
}

/// A durable set of ordered tables. Reads see the last committed batch.
pub trait Store: Debug + Send + Sync {
    /// The value of `key`.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Up to `limit` entries with `start <= key < end` in key order (`end` of `None`: to the last). Costs what it
    /// returns.
    fn scan(&self, table: Table, start: &[u8], end: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Applies all of `batch` and makes it durable before it returns. After an error nothing of it is visible.
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Applies all of `batch`; it is visible when this returns, and durable when [`Store::durability`] says so. After
    /// an error nothing of it is visible.
    fn commit_unsynced(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.commit(batch)
    }

    /// Where to wait for what [`Store::commit_unsynced`] made visible; none where it is durable at once.
    fn durability(&self) -> Option<Arc<Durability>> {
        None
    }
}

/// Up to `limit` entries of `table` whose key starts with `prefix` and comes after `after` (a full key), in key order.
pub fn scan_prefix(
    store: &dyn Store,
    table: Table,
    prefix: &[u8],
    after: Option<&[u8]>,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let end = prefix_end(prefix);
    match after {
        Some(after) if after >= prefix => {
            // The next possible key after `after` is `after` with a zero byte at its end.
            let start = [after, &[0]].concat();
            if end.as_ref().is_some_and(|end| &start >= end) {
                return Ok(Vec::new());
            }
            store.scan(table, &start, end.as_deref(), limit)
        }
        _ => store.scan(table, prefix, end.as_deref(), limit),
    }
}

/// Why a store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the store open.
    #[error("the network in {} is in use by another process; stop that one, or use another directory", path.display())]
    Locked {
        /// The store's directory.
        path: PathBuf,
    },
    /// The disk has no room left; nothing of the batch was kept.
    #[error("no space left on the disk that holds {}; the block was not written", path.display())]
    DiskFull {
        /// The store's directory.
        path: PathBuf,
    },
    /// A later version of this program wrote the store.
    #[error("the network in {} has format {found}, this version knows up to {FORMAT_VERSION}; use a newer version, or reset the network", path.display())]
    NewerFormat {
        /// The store's directory.
        path: PathBuf,
        /// The format found there.
        found: u32,
    },
    /// The bytes are not what was written.
    #[error("the network in {} is damaged ({detail}); restore a copy, or reset the network", path.display())]
    Corrupt {
        /// The store's directory, empty for a store in memory.
        path: PathBuf,
        /// What did not fit.
        detail: String,
    },
    /// An earlier failure left the store in doubt; opening it again repairs it.
    #[error("the network in {} takes no more blocks until it is opened again, after a failed write: {reason}", path.display())]
    Stopped {
        /// The store's directory.
        path: PathBuf,
        /// The failure.
        reason: String,
    },
    /// The operating system refused.
    #[error("cannot use the network in {}: {source}", path.display())]
    Io {
        /// The store's directory.
        path: PathBuf,
        /// The system's own error.
        source: std::io::Error,
    },
}
