//! What one round changed in the records, before and after: the way back, and what `/v2/deltas` projects.

use std::collections::BTreeMap;

use super::blocks::HistoryError;
use super::key::Key;
use super::record::Record;
use super::store::{Batch, Store, Table, put_bytes, take_bytes};
use super::totals::Totals;
use pnp_types::{Round, msgpack};

/// One record's change: `None` where there was or is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The record before the round.
    pub before: Option<Record>,
    /// The record after the round.
    pub after: Option<Record>,
}

/// All a round changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoundDelta {
    /// The records changed, by key.
    pub changes: BTreeMap<Key, Change>,
    /// The encoded sums over all accounts before the round.
    pub(super) totals_before: Vec<u8>,
}

impl RoundDelta {
    /// Adds the new records and the delta itself to the batch of `round`.
    pub(super) fn append(&self, batch: &mut Batch, round: Round) {
        let mut bytes = Vec::new();
        put_bytes(&mut bytes, &self.totals_before);
        for (key, change) in &self.changes {
            let key = key.encode();
            put_bytes(&mut bytes, &key);
            put_record(&mut bytes, change.before.as_ref());
            put_record(&mut bytes, change.after.as_ref());
            write(batch, key, change.after.as_ref());
        }
        batch.put(Table::Deltas, round.0.to_be_bytes(), bytes);
    }

    /// The sums over all accounts before the round.
    pub(super) fn totals_before(&self) -> Result<Totals, HistoryError> {
        msgpack::decode(&self.totals_before).map_err(|error| HistoryError::damaged("totals", "a round", error))
    }

    /// Adds the old records to a batch that takes `round` back.
    pub(super) fn undo(&self, batch: &mut Batch, round: Round) {
        for (key, change) in &self.changes {
            write(batch, key.encode(), change.before.as_ref());
        }
        batch.remove(Table::Deltas, round.0.to_be_bytes());
    }

    /// The delta of `round`, if the chain has that round.
    pub(super) fn read(store: &dyn Store, round: Round) -> Result<Option<Self>, HistoryError> {
        let Some(bytes) = store.get(Table::Deltas, &round.0.to_be_bytes())? else { return Ok(None) };
        let damaged = |detail: &str| HistoryError::damaged("delta", format!("round {round}"), detail);
        let mut rest = bytes.as_slice();
        let totals_before = take_bytes(&mut rest).ok_or_else(|| damaged("no totals"))?.to_vec();
        let mut changes = BTreeMap::new();
        while !rest.is_empty() {
            let key = take_bytes(&mut rest).and_then(Key::decode).ok_or_else(|| damaged("no key"))?;
            let mut record = || take_record(&mut rest, &key).ok_or_else(|| damaged("no record"));
            let (before, after) = (record()?, record()?);
            changes.insert(key, Change { before, after });
        }
        Ok(Some(Self { changes, totals_before }))
    }
}

fn write(batch: &mut Batch, key: Vec<u8>, record: Option<&Record>) {
    match record {
        Some(record) => batch.put(Table::State, key, record.encode()),
        None => batch.remove(Table::State, key),
    }
}

fn put_record(out: &mut Vec<u8>, record: Option<&Record>) {
    match record {
        Some(record) => {
            out.push(1);
            put_bytes(out, &record.encode());
        }
        None => out.push(0),
    }
}

/// The outer `None` is "not what [`put_record`] wrote", the inner one "no record".
fn take_record(input: &mut &[u8], key: &Key) -> Option<Option<Record>> {
    let (&present, rest) = input.split_first()?;
    *input = rest;
    match present {
        0 => Some(None),
        1 => Record::decode(key, take_bytes(input)?).ok().map(Some),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;
    use pnp_types::{AppIndex, TealValue};

    #[test]
    fn a_round_is_written_read_and_taken_back() {
        let key = |name: &[u8]| Key::GlobalValue(AppIndex(1), name.to_vec());
        let value = |n| Some(Record::Value(TealValue::Uint(n)));
        let mut store = MemoryStore::new();
        let mut batch = Batch::new();
        for (name, n) in [(b"changed", 1), (b"removed", 2)] {
            batch.put(Table::State, key(name).encode(), value(n).unwrap().encode());
        }
        store.commit(&batch).unwrap();
        let before = store.scan(Table::State, &[], None, 9).unwrap();

        let delta = RoundDelta {
            changes: [
                (key(b"changed"), Change { before: value(1), after: value(5) }),
                (key(b"removed"), Change { before: value(2), after: None }),
                (key(b"new"), Change { before: None, after: value(6) }),
            ]
            .into(),
            totals_before: vec![1, 2, 3],
        };
        let mut batch = Batch::new();
        delta.append(&mut batch, Round(4));
        store.commit(&batch).unwrap();
        assert_eq!(store.get(Table::State, &key(b"removed").encode()).unwrap(), None);
        assert_eq!(store.get(Table::State, &key(b"new").encode()).unwrap(), value(6).map(|record| record.encode()));
        assert_eq!(RoundDelta::read(&store, Round(4)).unwrap(), Some(delta.clone()));
        assert_eq!(RoundDelta::read(&store, Round(5)).unwrap(), None);

        let mut batch = Batch::new();
        delta.undo(&mut batch, Round(4));
        store.commit(&batch).unwrap();
        assert_eq!(store.scan(Table::State, &[], None, 9).unwrap(), before);
        assert_eq!(RoundDelta::read(&store, Round(4)).unwrap(), None);
    }
}
