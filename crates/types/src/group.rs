//! Groups: transactions that happen together or not at all.

use super::bounds::MAX_GROUP;
use super::digest::{Digest, Txid, sha512_256};
use super::msgpack::{self, wire_struct};
use super::transaction::Transaction;

/// Why transactions cannot be a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// No transactions, or more than fit.
    #[error("a group has 1 to {MAX_GROUP} transactions, not {0}")]
    Size(usize),
    /// One is in a group already.
    #[error("transaction {0} is in a group already")]
    Grouped(usize),
}

/// What a group's id is the hash of (go-algorand `transactions.TxGroup`).
#[derive(Debug, Default)]
struct TransactionGroup {
    ids: Vec<Txid>,
}

wire_struct! {
    TransactionGroup {
        "txlist" => ids, "TxGroupHashes" <= MAX_GROUP;
    }
}

/// The id of the group of these transactions. Group ids they carry already are not part of it.
pub fn group_id(transactions: &[Transaction]) -> Result<Digest, GroupError> {
    if !(1..=MAX_GROUP).contains(&transactions.len()) {
        return Err(GroupError::Size(transactions.len()));
    }
    Ok(group_id_of_ids(transactions.iter().map(ungrouped_id).collect()))
}

/// The id of the group of transactions with these ids, each computed without a group.
pub fn group_id_of_ids(ids: Vec<Txid>) -> Digest {
    Digest(sha512_256(&msgpack::encode_after(b"TG", &TransactionGroup { ids })))
}

/// The id that a transaction has when it is in no group.
pub fn ungrouped_id(transaction: &Transaction) -> Txid {
    if transaction.header.group.is_zero() {
        return transaction.id();
    }
    let mut alone = transaction.clone();
    alone.header.group = Digest::ZERO;
    alone.id()
}

/// Makes a group of the transactions, in this order, and returns its id.
pub fn assign_group(transactions: &mut [Transaction]) -> Result<Digest, GroupError> {
    if let Some(index) = transactions.iter().position(|transaction| !transaction.header.group.is_zero()) {
        return Err(GroupError::Grouped(index));
    }
    let group = group_id(transactions)?;
    transactions.iter_mut().for_each(|transaction| transaction.header.group = group);
    Ok(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_neither_empty_nor_nested() {
        assert_eq!(group_id(&[]), Err(GroupError::Size(0)));
        assert_eq!(group_id(&vec![Transaction::default(); 17]), Err(GroupError::Size(17)));
        let mut pair = vec![Transaction::default(); 2];
        let group = assign_group(&mut pair).unwrap();
        assert_eq!(group_id(&pair), Ok(group));
        assert_eq!(assign_group(&mut pair), Err(GroupError::Grouped(0)));
    }
}
