use super::*;
use crate::earlier_state::EarlierState;
use crate::reader::Lease;
use pnp_types::{Address, AppIndex, AssetHolding, AssetIndex, SignedTransactionInBlock, TealValue, TransactionType};

const ALICE: Address = Address([0xa1; 32]);

pub(super) fn genesis() -> Genesis {
    Genesis::development(Address([7; 32]), 0)
}

/// A block that does what `changes` say, with one leased payment in it.
pub(super) fn block(chain: &Chain, seconds: i64) -> Block {
    let latest = chain.latest_header();
    let header = BlockHeader { round: latest.round + 1, timestamp: seconds, ..latest.clone() };
    let mut entry = SignedTransactionInBlock::default();
    let transaction = &mut entry.signed.transaction;
    transaction.kind = TransactionType::Payment;
    transaction.header.sender = ALICE;
    transaction.header.first_valid = header.round;
    transaction.header.last_valid = header.round + 10;
    transaction.header.lease = [1; 32];
    Block { header, payset: vec![entry] }
}

fn changes(round: u64) -> Delta {
    let account = AccountRecord { balance: MicroAlgos(round), ..AccountRecord::default() };
    let mut changes = Delta::new();
    changes.insert(Key::Account(ALICE), Some(Record::Account(account.into())));
    changes.insert(
        Key::Holding(ALICE, AssetIndex(round)),
        Some(Record::Holding(AssetHolding { amount: round, frozen: false })),
    );
    changes.insert(Key::Holding(ALICE, AssetIndex(round.wrapping_sub(2))), None);
    changes.insert(Key::Box(AppIndex(9), vec![round as u8]), Some(Record::Box(vec![round as u8; 3].into())));
    changes.insert(Key::GlobalValue(AppIndex(9), b"round".to_vec()), Some(Record::Value(TealValue::Uint(round))));
    changes
}

pub(super) fn totals(round: u64) -> Totals {
    Totals { rewards_level: round, ..Totals::default() }
}

fn grow(chain: &mut Chain, rounds: u64) {
    for _ in 0..rounds {
        let block = block(chain, 100);
        let round = block.header.round;
        chain.append(&block, &changes(round), totals(round)).unwrap();
    }
}

pub(super) fn dump(chain: &Chain) -> Vec<Vec<(Vec<u8>, Vec<u8>)>> {
    Table::ALL.iter().map(|&table| chain.store.scan(table, &[], None, usize::MAX).unwrap()).collect()
}

#[test]
fn a_new_chain_has_its_genesis_accounts_and_block() {
    let chain = Chain::in_memory(genesis()).unwrap();
    assert_eq!(chain.latest(), 0);
    assert_eq!(chain.block(0).unwrap(), Some(genesis().block().unwrap()));
    assert_eq!(chain.account(&Address([7; 32])).unwrap().balance.0, 10_000_000_000_000_000);
    assert_eq!(chain.supply().all().0, 10_000_000_000_000_000 + 2 * 100_000);
    assert_eq!(chain.accounts(None, 10).unwrap().len(), 3);
    assert_eq!(chain.account(&ALICE).unwrap(), AccountRecord::default());
    assert!(matches!(Chain::open(Box::new(MemoryStore::new())), Err(ChainError::Empty)));
}

#[test]
fn blocks_extend_it_and_questions_are_answered_in_pages() {
    let mut chain = Chain::in_memory(genesis()).unwrap();
    grow(&mut chain, 5);
    assert_eq!((chain.latest(), chain.supply().rewards_level), (5, 5));
    assert_eq!(chain.account(&ALICE).unwrap().balance, MicroAlgos(5));
    let ids = |after, limit| -> Vec<u64> {
        chain.holdings(&ALICE, after, limit).unwrap().into_iter().map(|(id, _)| id.0).collect()
    };
    assert_eq!(ids(None, 9), [4, 5]);
    assert_eq!((ids(None, 1), ids(Some(AssetIndex(4)), 9), ids(Some(AssetIndex(5)), 9)), (vec![4], vec![5], vec![]));
    assert_eq!(chain.boxes(AppIndex(9), b"", Some(&[3]), 9).unwrap().len(), 2);
    assert_eq!(chain.boxes(AppIndex(9), &[2], None, 9).unwrap(), [(vec![2], vec![2; 3].into())]);
    assert_eq!(chain.box_value(AppIndex(9), &[1]).unwrap().as_deref(), Some(&[1; 3][..]));
    assert_eq!(chain.global_values(AppIndex(9)).unwrap().0.len(), 1);
    let wrong = block(&chain, 0);
    let wrong = Block { header: BlockHeader { round: 9, ..wrong.header }, ..wrong };
    assert!(matches!(
        chain.append(&wrong, &Delta::new(), totals(9)),
        Err(ChainError::OutOfOrder { found: 9, latest: 5 })
    ));
}

#[test]
fn used_ids_and_held_leases_are_known() {
    let mut chain = Chain::in_memory(genesis()).unwrap();
    grow(&mut chain, 1);
    let block = chain.block(1).unwrap().unwrap();
    let txid = blocks::restore(&block.payset[0], &block.header).id();
    let found = chain.transaction(&txid).unwrap().unwrap();
    assert_eq!((found.round, found.index), (1, 0));
    let probe = |txid, lease| {
        let params = chain.params();
        chain.check_duplicate(&DuplicateQuery { params, current: 2, first_valid: 1, last_valid: 11, txid, lease })
    };
    let lease = Lease { sender: ALICE, name: [1; 32] };
    assert_eq!(probe(txid, None), Err(TailError::InLedger(txid)));
    assert_eq!(probe(Digest([1; 32]), Some(lease)), Err(TailError::Leased { txid: Digest([1; 32]), lease }));
    assert_eq!(probe(Digest([1; 32]), Some(Lease { sender: Address::ZERO, ..lease })), Ok(()));
}

#[test]
fn reverting_leaves_no_trace_and_the_past_is_readable() {
    let mut chain = Chain::in_memory(genesis()).unwrap();
    let mut dumps = vec![dump(&chain)];
    for _ in 0..6 {
        grow(&mut chain, 1);
        dumps.push(dump(&chain));
    }
    {
        let past = EarlierState::of(&chain, 3).unwrap();
        assert_eq!(past.get(&Key::Account(ALICE)).unwrap(), changes(3)[&Key::Account(ALICE)]);
        let holdings = past.scan(&Span::Holdings(ALICE), None, 9).unwrap();
        assert_eq!(
            holdings.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(),
            [Key::Holding(ALICE, AssetIndex(2)), Key::Holding(ALICE, AssetIndex(3))]
        );
        assert_eq!(past.totals().unwrap(), totals(3));
        assert_eq!(ChainReader::header(&past, 4).unwrap(), None);
    }
    for round in [5, 2, 2, 0] {
        chain.revert_to(round).unwrap();
        assert_eq!(chain.latest(), round);
        assert!(dump(&chain) == dumps[round as usize], "round {round}");
    }
    assert!(matches!(chain.revert_to(1), Err(ChainError::NoRound { round: 1, latest: 0 })));
    grow(&mut chain, 6);
    assert!(dump(&chain) == dumps[6], "the same blocks again");
}

#[cfg(feature = "disk")]
#[test]
fn a_chain_on_disk_goes_on_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let begin = || Ok::<_, ChainError>(genesis());
    let mut chain = Chain::open_or_create(directory.path(), begin).unwrap();
    grow(&mut chain, 3);
    let (before, header) = (dump(&chain), chain.latest_header().clone());
    drop(chain);
    let never = || Err(ChainError::Empty);
    let chain = Chain::open_or_create(directory.path(), never).unwrap();
    assert_eq!((chain.latest_header(), chain.supply()), (&header, totals(3)));
    assert!(dump(&chain) == before);
}
