//! Changes on top of a snapshot: what a block under construction has changed, and how to take it back.
//!
//! State is "this key has this record", so one undo shape serves every rule: setting a key remembers what the overlay
//! said about it before. A checkpoint is a length of that log, and going back pops it. The overlay knows no rule of
//! the network, no balance and no transaction.

use std::collections::BTreeMap;
use std::fmt;

use super::key::{Key, Span};
use super::record::Record;

/// The snapshot could not be read: the store failed or holds what no ledger writes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("reading the ledger: {0}")]
pub struct ReadError(pub String);

/// A state that does not change while it is read.
pub trait StateReader {
    /// The record under the key, or `None` where there is none.
    fn get(&self, key: &Key) -> Result<Option<Record>, ReadError>;

    /// Up to `limit` records of the span in key order, from the one after `after` on.
    fn scan(&self, span: &Span, after: Option<&Key>, limit: usize) -> Result<Vec<(Key, Record)>, ReadError>;
}

/// What became of every touched key: its record, or `None` where it was removed.
pub type Delta = BTreeMap<Key, Option<Record>>;

/// One step back: what the overlay said about the key before; the inner `None` is "removed", the outer "nothing".
#[derive(Clone, Debug)]
struct Undo {
    key: Key,
    previous: Option<Option<Record>>,
}

/// A place to return to. Dropping it keeps the changes.
#[must_use = "a checkpoint that nobody reverts to guards nothing"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checkpoint(usize);

/// A snapshot and the changes since.
pub(crate) struct Overlay<'a> {
    base: &'a dyn StateReader,
    delta: Delta,
    undo: Vec<Undo>,
}

impl<'a> Overlay<'a> {
    /// An overlay without changes.
    #[must_use]
    pub(crate) fn new(base: &'a dyn StateReader) -> Self {
        Self { base, delta: Delta::new(), undo: Vec::new() }
    }

    /// Sets the record of the key, or removes it.
    pub(crate) fn set(&mut self, key: Key, record: Option<Record>) {
        let previous = self.delta.insert(key.clone(), record);
        self.undo.push(Undo { key, previous });
    }

    /// A place to come back to with [`Overlay::revert`].
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.undo.len())
    }

    /// Undoes every change since the checkpoint.
    pub(crate) fn revert(&mut self, to: Checkpoint) {
        while self.undo.len() > to.0 {
            let Some(Undo { key, previous }) = self.undo.pop() else { return };
            match previous {
                Some(entry) => self.delta.insert(key, entry),
                None => self.delta.remove(&key),
            };
        }
    }

    /// The keys set since the checkpoint, in the order they were set; a key set twice comes twice.
    pub(crate) fn touched_since(&self, from: Checkpoint) -> impl Iterator<Item = &Key> {
        self.undo.iter().skip(from.0).map(|entry| &entry.key)
    }

    /// The changes so far.
    #[must_use]
    pub(crate) fn delta(&self) -> &Delta {
        &self.delta
    }

    /// The changes, without the way back.
    #[must_use]
    pub(crate) fn into_delta(self) -> Delta {
        self.delta
    }
}

impl StateReader for Overlay<'_> {
    fn get(&self, key: &Key) -> Result<Option<Record>, ReadError> {
        match self.delta.get(key) {
            Some(entry) => Ok(entry.clone()),
            None => self.base.get(key),
        }
    }

    fn scan(&self, span: &Span, after: Option<&Key>, limit: usize) -> Result<Vec<(Key, Record)>, ReadError> {
        let changed: Vec<(&Key, &Option<Record>)> = self
            .delta
            .range((span.start(after), std::ops::Bound::Unbounded))
            .take_while(|(key, _)| span.contains(key))
            .collect();
        if changed.is_empty() {
            return self.base.scan(span, after, limit);
        }
        // Removed records may shorten the base's answer, so that many more are asked for.
        let removed = changed.iter().filter(|(_, record)| record.is_none()).count();
        let mut merged: BTreeMap<Key, Record> =
            self.base.scan(span, after, limit.saturating_add(removed))?.into_iter().collect();
        for (key, record) in changed {
            match record {
                Some(record) => merged.insert(key.clone(), record.clone()),
                None => merged.remove(key),
            };
        }
        Ok(merged.into_iter().take(limit).collect())
    }
}

impl fmt::Debug for Overlay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overlay").field("delta", &self.delta).field("undo", &self.undo.len()).finish_non_exhaustive()
    }
}

/// A state held in memory: the snapshot of tests and of throw-away networks.
impl StateReader for BTreeMap<Key, Record> {
    fn get(&self, key: &Key) -> Result<Option<Record>, ReadError> {
        Ok(Self::get(self, key).cloned())
    }

    fn scan(&self, span: &Span, after: Option<&Key>, limit: usize) -> Result<Vec<(Key, Record)>, ReadError> {
        Ok(self
            .range((span.start(after), std::ops::Bound::Unbounded))
            .take_while(|(key, _)| span.contains(key))
            .take(limit)
            .map(|(key, record)| (key.clone(), record.clone()))
            .collect())
    }
}

#[cfg(test)]
pub(crate) mod property_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::{AppIndex, TealValue};

    fn value(n: u64) -> Record {
        Record::Value(TealValue::Uint(n))
    }

    fn key(name: &str) -> Key {
        Key::GlobalValue(AppIndex(1), name.as_bytes().to_vec())
    }

    fn base() -> BTreeMap<Key, Record> {
        [(key("a"), value(1)), (key("c"), value(3)), (Key::GlobalValue(AppIndex(2), vec![]), value(9))].into()
    }

    #[test]
    fn reverting_restores_base_values_removals_and_earlier_changes() {
        let base = base();
        let mut overlay = Overlay::new(&base);
        overlay.set(key("a"), Some(value(10)));
        let checkpoint = overlay.checkpoint();
        overlay.set(key("a"), None);
        overlay.set(key("b"), Some(value(2)));
        overlay.set(key("a"), Some(value(11)));
        overlay.set(key("c"), None);
        assert_eq!(overlay.touched_since(checkpoint).count(), 4);
        overlay.revert(checkpoint);
        assert_eq!(StateReader::get(&overlay, &key("a")), Ok(Some(value(10))));
        assert_eq!(StateReader::get(&overlay, &key("b")), Ok(None));
        assert_eq!(StateReader::get(&overlay, &key("c")), Ok(Some(value(3))));
        assert_eq!(overlay.delta().len(), 1, "a reverted key leaves no trace");
    }

    #[test]
    fn scans_merge_changes_into_the_base_and_keep_the_limit() {
        let base = base();
        let mut overlay = Overlay::new(&base);
        overlay.set(key("b"), Some(value(2)));
        overlay.set(key("a"), None);
        overlay.set(Key::Box(AppIndex(1), vec![]), None);
        let span = Span::GlobalValues(AppIndex(1));
        assert_eq!(overlay.scan(&span, None, 9), Ok(vec![(key("b"), value(2)), (key("c"), value(3))]));
        assert_eq!(overlay.scan(&span, None, 1), Ok(vec![(key("b"), value(2))]));
        assert_eq!(overlay.scan(&span, Some(&key("b")), 1), Ok(vec![(key("c"), value(3))]));
        assert_eq!(overlay.scan(&Span::GlobalValues(AppIndex(3)), None, 9), Ok(vec![]));
    }
}
