//! A journal that a kill cut off, or a disk damaged, opens with the records before that place.

use super::*;
use proptest::prelude::*;

/// Writes the payloads as records numbered from 1, and returns where each record ends.
fn write(path: &Path, payloads: &[Vec<u8>]) -> Vec<usize> {
    let (mut journal, found) = Journal::open(path, 0).unwrap();
    assert!(found.is_empty());
    let mut ends = Vec::new();
    for (sequence, payload) in (1..).zip(payloads) {
        journal.write(sequence, payload).unwrap();
        ends.push(journal.offset as usize);
    }
    ends
}

/// The payloads that an opening finds when the database holds the batches up to `sequence`.
fn reopened(path: &Path, sequence: u64) -> Vec<Vec<u8>> {
    let (_, records) = Journal::open(path, sequence).unwrap();
    let numbers: Vec<u64> = records.iter().map(|record| record.sequence).collect();
    assert_eq!(numbers, (sequence + 1..).take(records.len()).collect::<Vec<_>>());
    records.into_iter().map(|record| record.payload).collect()
}

fn any_payloads() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_cut_at_any_byte_opens_with_the_records_before_it(
        payloads in any_payloads(),
        cut in any::<prop::sample::Index>(),
        applied in any::<prop::sample::Index>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let ends = write(&path, &payloads);
        let cut = cut.index(ends.last().unwrap() + 1);
        OpenOptions::new().write(true).open(&path).unwrap().set_len(cut as u64).unwrap();

        let complete = ends.iter().filter(|end| **end <= cut).count();
        let applied = applied.index(complete + 1);
        prop_assert_eq!(reopened(&path, applied as u64), &payloads[applied..complete]);
    }

    #[test]
    fn a_damaged_byte_ends_the_journal_before_its_record(
        payloads in any_payloads(),
        place in any::<prop::sample::Index>(),
        damage in 1..=255u8,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let ends = write(&path, &payloads);
        let place = place.index(*ends.last().unwrap());
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[place] ^= damage;
        std::fs::write(&path, bytes).unwrap();

        let before = ends.iter().filter(|end| **end <= place).count();
        prop_assert_eq!(reopened(&path, 0), &payloads[..before]);
    }
}
