use super::*;
use crate::earlier_state::EarlierState;
use crate::reader::Lease;
use pnp_types::{
    Address, AppIndex, AssetHolding, AssetIndex, Round, SignedTransactionInBlock, TealValue, TransactionType,
};

const ALICE: Address = Address([0xa1; 32]);

pub(super) fn genesis() -> Genesis {
    Genesis::development(Address([7; 32]), 0)
}

/// A block that does what `changes` say, with one leased payment in it.
pub(super) fn block(chain: &Chain, seconds: i64) -> Block {
    let latest = chain.latest_header();
    let header = BlockHeader { round: latest.round.next(), timestamp: seconds, ..latest.clone() };
    let mut entry = SignedTransactionInBlock::default();
    let transaction = &mut entry.signed.transaction;
    transaction.kind = TransactionType::Payment;
    transaction.header.sender = ALICE;
    transaction.header.first_valid = header.round;
    transaction.header.last_valid = header.round.saturating_add(10);
    transaction.header.lease = [1; 32];
    Block { header, payset: vec![entry] }
}

fn changes(round: Round) -> Delta {
    let account = AccountRecord { balance: MicroAlgos(round.0), ..AccountRecord::default() };
    let mut changes = Delta::new();
    changes.insert(Key::Account(ALICE), Some(Record::Account(account.into())));
    changes.insert(
        Key::Holding(ALICE, AssetIndex(round.0)),
        Some(Record::Holding(AssetHolding { amount: round.0, frozen: false })),
    );
    changes.insert(Key::Holding(ALICE, AssetIndex(round.0.wrapping_sub(2))), None);
    changes.insert(Key::Box(AppIndex(9), vec![round.0 as u8]), Some(Record::Box(vec![round.0 as u8; 3].into())));
    changes.insert(Key::GlobalValue(AppIndex(9), b"round".to_vec()), Some(Record::Value(TealValue::Uint(round.0))));
    changes
}

pub(super) fn totals(round: Round) -> Totals {
    Totals { rewards_level: round.0, ..Totals::default() }
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
    assert_eq!(chain.latest(), Round(0));
    assert_eq!(chain.block(Round(0)).unwrap(), Some(genesis().block().unwrap()));
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
    assert_eq!((chain.latest(), chain.supply().rewards_level), (Round(5), 5));
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
    let wrong = Block { header: BlockHeader { round: Round(9), ..wrong.header }, ..wrong };
    assert!(matches!(
        chain.append(&wrong, &Delta::new(), totals(Round(9))),
        Err(ChainError::OutOfOrder { found: Round(9), latest: Round(5) })
    ));
}

#[test]
fn used_ids_and_held_leases_are_known() {
    let mut chain = Chain::in_memory(genesis()).unwrap();
    grow(&mut chain, 1);
    let block = chain.block(Round(1)).unwrap().unwrap();
    let txid = blocks::restore(&block.payset[0], &block.header).id();
    let found = chain.transaction(&txid).unwrap().unwrap();
    assert_eq!((found.round, found.index), (Round(1), 0));
    let probe = |txid, lease| {
        let params = chain.params();
        chain.check_duplicate(&DuplicateQuery {
            params,
            current: Round(2),
            first_valid: Round(1),
            last_valid: Round(11),
            txid,
            lease,
        })
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
        let past = EarlierState::of(&chain, Round(3)).unwrap();
        assert_eq!(past.get(&Key::Account(ALICE)).unwrap(), changes(Round(3))[&Key::Account(ALICE)]);
        let holdings = past.scan(&Span::Holdings(ALICE), None, 9).unwrap();
        assert_eq!(
            holdings.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(),
            [Key::Holding(ALICE, AssetIndex(2)), Key::Holding(ALICE, AssetIndex(3))]
        );
        assert_eq!(past.totals().unwrap(), totals(Round(3)));
        assert_eq!(ChainReader::header(&past, Round(4)).unwrap(), None);
    }
    for round in [5, 2, 2, 0] {
        chain.revert_to(Round(round)).unwrap();
        assert_eq!(chain.latest(), Round(round));
        assert!(dump(&chain) == dumps[round as usize], "round {round}");
    }
    assert!(matches!(chain.revert_to(Round(1)), Err(ChainError::NoRound { round: Round(1), latest: Round(0) })));
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
    assert_eq!((chain.latest_header(), chain.supply()), (&header, totals(Round(3))));
    assert!(dump(&chain) == before);
}
