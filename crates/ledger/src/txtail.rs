//! What recent rounds used up: transaction ids, and leases still held.
//!
//! The reference keeps both in memory for the last thousand rounds (go-algorand `ledger/txtail.go`). Here the store has
//! every transaction's id and every lease in order, so one lookup answers and opening a chain loads nothing.

use super::reader::Lease;
use super::store::{Store, StoreError, Table};
use pnp_types::{Address, Round, Transaction};

/// Key of the lease that a transaction takes, if it takes one: sender, name, last round it is held in.
pub(super) fn lease_key(transaction: &Transaction) -> Option<Vec<u8>> {
    let header = &transaction.header;
    (header.lease != [0; 32]).then(|| key(&header.sender, &header.lease, header.last_valid))
}

/// Whether `lease` is held in round `current` by a transaction of the chain.
pub(super) fn is_leased(store: &dyn Store, lease: &Lease, current: Round) -> Result<bool, StoreError> {
    let Lease { sender, name } = lease;
    // Within one sender and name the keys are in order of the last round, so the first at or after `current` decides.
    let (start, end) = (key(sender, name, current), key(sender, name, Round(u64::MAX)));
    Ok(!store.scan(Table::Leases, &start, Some(&end), 1)?.is_empty())
}

fn key(sender: &Address, name: &[u8; 32], last: Round) -> Vec<u8> {
    [sender.as_bytes().as_slice(), name, &last.0.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Batch, MemoryStore};

    #[test]
    fn a_lease_is_held_through_its_last_round_by_its_sender_alone() {
        let mut transaction = Transaction::default();
        transaction.header.sender = Address([1; 32]);
        transaction.header.last_valid = Round(20);
        assert_eq!(lease_key(&transaction), None);
        transaction.header.lease = [9; 32];
        let mut store = MemoryStore::new();
        let mut batch = Batch::new();
        batch.put(Table::Leases, lease_key(&transaction).unwrap(), 5_u64.to_be_bytes());
        store.commit(&batch).unwrap();
        let held = |sender, name, current| {
            is_leased(&store, &Lease { sender: Address([sender; 32]), name: [name; 32] }, current).unwrap()
        };
        assert!(held(1, 9, Round(6)) && held(1, 9, Round(20)));
        assert!(!held(1, 9, Round(21)), "after its last round");
        assert!(!held(2, 9, Round(6)), "another sender");
        assert!(!held(1, 8, Round(6)), "another name");
    }
}
