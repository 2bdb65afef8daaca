//! A store that lives and dies with its process, for `--in-memory` networks and tests.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::{Batch, Entry, Store, StoreError, Table};

/// Ordered maps in memory; a commit is as durable as the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: [BTreeMap<Vec<u8>, Vec<u8>>; Table::ALL.len()],
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn table(&self, table: Table) -> Option<&BTreeMap<Vec<u8>, Vec<u8>>> {
        self.tables.get(usize::from(table.number()))
    }
}

impl Store for MemoryStore {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.table(table).and_then(|map| map.get(key)).cloned())
    }

    fn scan(&self, table: Table, start: &[u8], end: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StoreError> {
        // BTreeMap panics on a range that ends before it starts.
        if end.is_some_and(|end| end <= start) {
            return Ok(Vec::new());
        }
        let range = (Bound::Included(start), end.map_or(Bound::Unbounded, Bound::Excluded));
        let entries = self.table(table).into_iter().flat_map(|map| map.range::<[u8], _>(range));
        Ok(entries.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        for write in batch.writes() {
            let Some(map) = self.tables.get_mut(usize::from(write.table.number())) else { continue };
            match &write.value {
                Some(value) => map.insert(write.key.clone(), value.clone()),
                None => map.remove(&write.key),
            };
        }
        Ok(())
    }
}
