//! The history: every block, its header apart, and the place of each transaction.
//!
//! It defines how these are kept in the store's tables, and knows nothing of what transactions mean.

use super::store::{Batch, Store, StoreError, Table};
use super::txtail;
use pnp_types::msgpack::{self, DecodeError, Wire};
use pnp_types::{
    Block, BlockHeader, Round, SignedTransaction, SignedTransactionInBlock, SignedTransactionWithApplyData, Txid,
    consensus,
};

/// A failure to read history: the store's, or bytes in it that are none of ours.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store holds what no ledger writes.
    #[error("the history is damaged: {what} of {which}: {detail}")]
    Damaged {
        /// What was to be read.
        what: &'static str,
        /// Of which round or transaction.
        which: String,
        /// What did not fit.
        detail: String,
    },
}

impl HistoryError {
    pub(super) fn damaged(what: &'static str, which: impl ToString, detail: impl ToString) -> Self {
        Self::Damaged { what, which: which.to_string(), detail: detail.to_string() }
    }
}

/// A transaction of a block, and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// The round whose block has it.
    pub round: Round,
    /// Its place in that block, from 0.
    pub index: usize,
    /// The transaction with its own genesis fields, and what it did.
    pub transaction: SignedTransactionWithApplyData,
}

/// Adds a block to a batch: header, body, its transactions' places and the leases they take.
pub(super) fn append(batch: &mut Batch, block: &Block) {
    let header = &block.header;
    let key = header.round.0.to_be_bytes();
    batch.put(Table::Headers, key, msgpack::encode(header));
    batch.put(Table::Blocks, key, msgpack::encode(block));
    for (index, entry) in block.payset.iter().enumerate() {
        let signed = restore(entry, header);
        let place = [header.round.0.to_be_bytes(), (index as u64).to_be_bytes()].concat();
        batch.put(Table::Transactions, signed.id().0, place);
        if let Some(key) = txtail::lease_key(&signed.transaction) {
            batch.put(Table::Leases, key, header.round.0.to_be_bytes());
        }
    }
}

/// Takes a block out again: the reverse of [`append`].
pub(super) fn remove(batch: &mut Batch, block: &Block) {
    let header = &block.header;
    let key = header.round.0.to_be_bytes();
    batch.remove(Table::Headers, key);
    batch.remove(Table::Blocks, key);
    for entry in &block.payset {
        let signed = restore(entry, header);
        batch.remove(Table::Transactions, signed.id().0);
        if let Some(key) = txtail::lease_key(&signed.transaction) {
            batch.remove(Table::Leases, key);
        }
    }
}

/// The header of `round`.
pub(super) fn header(store: &dyn Store, round: Round) -> Result<Option<BlockHeader>, HistoryError> {
    read(store, Table::Headers, "header", round)
}

/// The block of `round`.
pub(super) fn block(store: &dyn Store, round: Round) -> Result<Option<Block>, HistoryError> {
    read(store, Table::Blocks, "block", round)
}

/// Where the transaction was confirmed: round and place in the block.
pub(super) fn place(store: &dyn Store, txid: &Txid) -> Result<Option<(Round, usize)>, HistoryError> {
    let Some(bytes) = store.get(Table::Transactions, txid.as_bytes())? else { return Ok(None) };
    let place = bytes.split_first_chunk::<8>().and_then(|(round, index)| {
        let index = u64::from_be_bytes(index.try_into().ok()?);
        Some((Round(u64::from_be_bytes(*round)), usize::try_from(index).ok()?))
    });
    place.map(Some).ok_or_else(|| HistoryError::damaged("place", txid, "16 bytes expected"))
}

/// The transaction with this id.
pub(super) fn transaction(store: &dyn Store, txid: &Txid) -> Result<Option<Confirmed>, HistoryError> {
    let Some((round, index)) = place(store, txid)? else { return Ok(None) };
    let missing = || HistoryError::damaged("transaction", txid, format!("not at place {index} of round {round}"));
    let block = block(store, round)?.ok_or_else(missing)?;
    let entry = block.payset.get(index).ok_or_else(missing)?;
    let transaction =
        SignedTransactionWithApplyData { signed: restore(entry, &block.header), apply_data: entry.apply_data.clone() };
    Ok(Some(Confirmed { round, index, transaction }))
}

/// The transaction as it was signed: a block leaves out the genesis fields that its header says already
/// (go-algorand `bookkeeping.BlockHeader.DecodeSignedTxn`).
pub(crate) fn restore(entry: &SignedTransactionInBlock, header: &BlockHeader) -> SignedTransaction {
    let mut signed = entry.signed.clone();
    if entry.has_genesis_id {
        signed.transaction.header.genesis_id.clone_from(&header.genesis_id);
    }
    let required = consensus::lookup(&header.upgrade_state.current_protocol)
        .is_some_and(|params| params.support_genesis_hash && params.require_genesis_hash);
    if entry.has_genesis_hash || required {
        signed.transaction.header.genesis_hash = header.genesis_hash;
    }
    signed
}

fn read<T: Wire>(store: &dyn Store, table: Table, what: &'static str, round: Round) -> Result<Option<T>, HistoryError> {
    let Some(bytes) = store.get(table, &round.0.to_be_bytes())? else { return Ok(None) };
    let damaged = |error: DecodeError| HistoryError::damaged(what, format!("round {round}"), error);
    msgpack::decode(&bytes).map(Some).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genesis::Genesis;
    use crate::store::MemoryStore;
    use pnp_types::{Address, Transaction, TransactionType};

    #[test]
    fn a_block_is_found_by_round_and_its_transactions_by_id_until_it_is_removed() {
        let header =
            BlockHeader { round: Round(7), ..Genesis::development(Address([1; 32]), 0).block().unwrap().header };
        let mut stripped = SignedTransaction::default();
        stripped.transaction.kind = TransactionType::Payment;
        stripped.transaction.header.sender = Address([2; 32]);
        stripped.transaction.header.lease = [3; 32];
        stripped.transaction.header.last_valid = Round(9);
        let mut whole = stripped.transaction.clone();
        whole.header.genesis_hash = header.genesis_hash;
        whole.header.genesis_id.clone_from(&header.genesis_id);
        let txid = Transaction::id(&whole);
        let entry = SignedTransactionInBlock { signed: stripped, has_genesis_id: true, ..Default::default() };
        let mut other = SignedTransactionInBlock::default();
        other.signed.transaction.kind = TransactionType::Payment;
        other.signed.transaction.header.sender = Address([4; 32]);
        let written = Block { header, payset: vec![other, entry] };

        let mut store = MemoryStore::new();
        let mut batch = Batch::new();
        append(&mut batch, &written);
        store.commit(&batch).unwrap();
        assert_eq!(block(&store, Round(7)).unwrap().as_ref(), Some(&written));
        assert_eq!(super::header(&store, Round(7)).unwrap().as_ref(), Some(&written.header));
        assert_eq!(super::header(&store, Round(8)).unwrap(), None);
        let found = transaction(&store, &txid).unwrap().unwrap();
        assert_eq!((found.round, found.index), (Round(7), 1));
        assert_eq!(found.transaction.signed.transaction, whole);

        let mut batch = Batch::new();
        remove(&mut batch, &written);
        store.commit(&batch).unwrap();
        for table in Table::ALL {
            assert!(store.scan(table, &[], None, 1).unwrap().is_empty(), "{table:?}");
        }
    }
}
