//! Seals: closed, hashed stretches of the journal. What is sealed is in its final order and was not changed since.

use crate::store::{StoreError, Write};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row};
use sha2::{Digest as _, Sha256};

/// A closed stretch of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Its number, from 1.
    pub number: i64,
    /// When it was closed, in milliseconds since 1970.
    pub at: i64,
    /// The first entry.
    pub first: i64,
    /// The last entry.
    pub last: i64,
    /// How many entries.
    pub entries: i64,
    /// SHA-256 over the seal before, this one's number and time, and these entries.
    pub hash: Vec<u8>,
}

/// How many entries one seal has at most.
const MAX_ENTRIES: i64 = 50_000;

impl Seal {
    /// The newest seal.
    ///
    /// # Errors
    /// The store's.
    pub fn newest(connection: &Connection) -> Result<Option<Self>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT number, at, first_entry, last_entry, entries, hash FROM seals ORDER BY number DESC LIMIT 1",
        )?;
        Ok(statement.query_row([], Self::read).optional()?)
    }

    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            at: row.get(1)?,
            first: row.get(2)?,
            last: row.get(3)?,
            entries: row.get(4)?,
            hash: row.get(5)?,
        })
    }

    /// The seal that closes what came after the newest; nothing where there is nothing new. It is made beside the writer, of what
    /// is committed.
    ///
    /// # Errors
    /// The store's.
    pub fn next(connection: &Connection, at: i64) -> Result<Option<Self>, StoreError> {
        let before = Self::newest(connection)?;
        let after = before.as_ref().map_or(0, |seal| seal.last);
        let (number, previous) = before.map_or((1, Vec::new()), |seal| (seal.number.saturating_add(1), seal.hash));
        let Some(hashed) = hash_entries(connection, (after, i64::MAX), &Head { previous: &previous, number, at })?
        else {
            return Ok(None);
        };
        let Hashed { first, last, entries, hash } = hashed;
        Ok(Some(Self { number, at, first, last, entries, hash }))
    }
}

/// What a stretch of the journal hashes to.
pub(super) struct Hashed {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) entries: i64,
    pub(super) hash: Vec<u8>,
}

/// What is hashed before the entries.
pub(super) struct Head<'h> {
    /// The hash of the seal before.
    pub(super) previous: &'h [u8],
    pub(super) number: i64,
    pub(super) at: i64,
}

/// Hashes the entries after the first id and up to the second, with what stands before them.
pub(super) fn hash_entries(
    connection: &Connection,
    (after, last): (i64, i64),
    head: &Head<'_>,
) -> Result<Option<Hashed>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM entries WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3")?;
    let columns = statement.column_count();
    let mut rows = statement.query((after, last, MAX_ENTRIES))?;
    let mut sha = Sha256::new();
    sha.update(head.previous);
    sha.update(head.number.to_be_bytes());
    sha.update(head.at.to_be_bytes());
    let (mut first, mut newest, mut entries) = (None, 0, 0);
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            add_value(&mut sha, row.get_ref(column)?);
        }
        newest = row.get(0)?;
        first.get_or_insert(newest);
        entries += 1;
    }
    let hash = sha.finalize().to_vec();
    Ok(first.map(|first| Hashed { first, last: newest, entries, hash }))
}

/// A value with its type and length, so that no two rows hash alike.
fn add_value(sha: &mut Sha256, value: ValueRef<'_>) {
    let sized = |sha: &mut Sha256, kind: u8, bytes: &[u8]| {
        sha.update([kind]);
        sha.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        sha.update(bytes);
    };
    match value {
        ValueRef::Null => sha.update([0]),
        ValueRef::Integer(number) => {
            sha.update([1]);
            sha.update(number.to_be_bytes());
        }
        ValueRef::Text(bytes) => sized(sha, 2, bytes),
        ValueRef::Blob(bytes) => sized(sha, 3, bytes),
        // No column is of this type; verification fails where one is.
        ValueRef::Real(_) => sha.update([4]),
    }
}

/// Writes a seal; whether it still fits behind the newest one.
///
/// # Errors
/// The store's.
pub fn seal(write: &mut Write<'_>, seal: &Seal) -> Result<bool, StoreError> {
    let before = Seal::newest(write.connection())?;
    if before.map_or(1, |before| before.number.saturating_add(1)) != seal.number {
        return Ok(false);
    }
    write.execute(
        "INSERT INTO seals (number, at, first_entry, last_entry, entries, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (seal.number, seal.at, seal.first, seal.last, seal.entries, &seal.hash),
    )?;
    Ok(true)
}

/// The newest entry that is sealed; 0 where none is.
///
/// # Errors
/// The store's.
pub fn sealed_until(connection: &Connection) -> Result<i64, StoreError> {
    Ok(Seal::newest(connection)?.map_or(0, |seal| seal.last))
}
