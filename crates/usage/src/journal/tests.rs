use super::*;
use crate::{TickId, Units};
use pnp_types::{Address, AppIndex, AssetIndex, Digest, Round};

const NETWORK: Digest = Digest([7; 32]);

fn intent(line: u64) -> Record {
    Record::Intent(Box::new(Intent {
        line,
        input: InputDigest::default().then(&line.to_be_bytes()),
        user: Address([1; 32]),
        units: Units(3),
        unit_price: 100,
        tick: TickId::new(format!("{line:08}")).unwrap(),
        made: true,
        asset: AssetIndex(5),
        net: 285,
        fee: 15,
        txid: Digest([line as u8; 32]),
        first_valid: Round(10),
        last_valid: Round(1010),
        fee_per_byte: 0,
        min_fee: 1000,
    }))
}

fn charged(line: u64) -> Record {
    Record::Charged(Charged { line, round: Some(Round(11)) })
}

fn refused(line: u64) -> Record {
    Record::Refused(Refused { line, input: InputDigest::default(), reason: "too dear".to_owned() })
}

async fn write(path: &Path, records: &[Record]) {
    let (journal, _) = Journal::open(path, NETWORK, AppIndex(9), "a.csv").unwrap();
    for record in records {
        journal.commit(record.clone()).await.unwrap();
    }
}

fn journal() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.journal");
    (folder, path)
}

#[tokio::test]
async fn what_was_written_is_read_again() {
    let (_folder, path) = journal();
    write(&path, &[intent(1), charged(1), intent(2)]).await;
    write(&path, &[refused(3), intent(70), Record::Void(Void { line: 70, reason: "late".into() }), intent(70)]).await;
    let past = read(&path, |_| {}).unwrap();
    assert_eq!(past.open.keys().copied().collect::<Vec<_>>(), [2, 70]);
    assert!(past.charged.contains(1) && past.charged.len() == 1 && past.refused.contains(3));
    assert_eq!((past.sums.gross, past.sums.fee, past.sums.net), (300, 15, 285));
    assert_eq!(past.highest.map(|(line, _)| line), Some(70));
    assert!(!past.done);
    let (_, again) = Journal::open(&path, NETWORK, AppIndex(9), "b.csv").unwrap();
    assert_eq!(again.begin, past.begin, "a journal begins once");
}

#[tokio::test]
async fn one_process_one_network_one_contract() {
    let (_folder, path) = journal();
    let (held, _) = Journal::open(&path, NETWORK, AppIndex(9), "a").unwrap();
    assert!(matches!(Journal::open(&path, NETWORK, AppIndex(9), "a"), Err(JournalError::Held(_))));
    drop(held);
    assert!(matches!(Journal::open(&path, Digest([8; 32]), AppIndex(9), "a"), Err(JournalError::Other { .. })));
    let error = Journal::open(&path, NETWORK, AppIndex(10), "a").unwrap_err();
    assert!(error.to_string().ends_with("belongs to application 9"), "{error}");
    std::fs::write(&path, "user,units\nalice,1\n").unwrap();
    assert!(matches!(Journal::open(&path, NETWORK, AppIndex(9), "a"), Err(JournalError::Foreign(_))));
    assert!(std::fs::read_to_string(&path).unwrap().contains("alice"), "a file of the user's stays as it was");
}

#[tokio::test]
async fn cut_off_anywhere_it_goes_on_from_its_last_whole_record() {
    let (_folder, path) = journal();
    write(&path, &[intent(1), charged(1), intent(2)]).await;
    let whole = std::fs::read(&path).unwrap();
    let ends: Vec<usize> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    for cut in 0..whole.len() {
        for tail in [&b""[..], &[0; 40]] {
            std::fs::write(&path, [&whole[..cut], tail].concat()).unwrap();
            let (journal, past) = Journal::open(&path, NETWORK, AppIndex(9), "a.csv").unwrap();
            let kept = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(past.charged.contains(1), kept >= 3, "cut at {cut}");
            assert_eq!(past.open.contains_key(&2), kept >= 4, "cut at {cut}");
            assert_eq!(past.open.contains_key(&1), kept == 2, "cut at {cut}");
            journal.commit(refused(9)).await.unwrap();
            drop(journal);
            assert!(read(&path, |_| {}).unwrap().refused.contains(9), "cut at {cut}");
        }
    }
}

#[tokio::test]
async fn a_changed_byte_before_the_end_is_damage() {
    let (_folder, path) = journal();
    write(&path, &[intent(1), charged(1), intent(2), charged(2)]).await;
    let whole = std::fs::read(&path).unwrap();
    let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for at in (second..second + 300).step_by(7) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(&path, changed).unwrap();
        assert!(matches!(read(&path, |_| {}), Err(JournalError::Damaged { line: 2, .. })), "byte {at}");
    }
}

#[test]
fn no_line_is_charged_twice() {
    let begin = Begin { format: 1, id: JournalId([0; 16]), genesis_hash: NETWORK, app: AppIndex(9), input: "a".into() };
    let mut past = JournalState::default();
    for record in [Record::Begin(begin), intent(1), charged(1)] {
        past.take(&record).unwrap();
    }
    assert!(past.clone().take(&intent(1)).is_err());
    assert!(past.clone().take(&charged(1)).is_err());
    assert!(past.clone().take(&refused(1)).is_err());
    past.take(&intent(2)).unwrap();
    assert!(past.clone().take(&intent(2)).is_err(), "sent again while the first group may still be charged");
    assert!(past.clone().take(&Record::Done(Done { lines: 2, input: InputDigest::default() })).is_err());
}

#[test]
fn only_a_line_that_never_had_a_group_may_be_corrected() {
    let begin = Begin { format: 1, id: JournalId([0; 16]), genesis_hash: NETWORK, app: AppIndex(9), input: "a".into() };
    let mut past = JournalState::default();
    let void = Record::Void(Void { line: 4, reason: "late".into() });
    for record in [Record::Begin(begin), intent(1), charged(1), refused(2), intent(3), refused(3), intent(4), void] {
        past.take(&record).unwrap();
    }
    let (same, other) = (InputDigest::default(), InputDigest::default().then(b"x"));
    assert!(past.is_corrected(2, other) && !past.is_corrected(2, same));
    assert!([1, 3, 4, 5].iter().all(|line| !past.is_corrected(*line, other)));
    past.take(&intent(2)).unwrap();
    past.take(&refused(2)).unwrap();
    assert!(!past.is_corrected(2, other), "it may have been sent");
    assert_eq!(past.sent.keys().copied().collect::<Vec<_>>(), [1, 2, 3, 4]);
}

#[test]
fn sets_of_lines() {
    let mut lines = LineSet::default();
    assert!(lines.is_empty() && !lines.contains(u64::MAX));
    assert!(lines.insert(1_000_000) && !lines.insert(1_000_000) && lines.insert(0));
    assert!(!lines.insert(u64::MAX));
    lines.remove(0);
    assert!(lines.contains(1_000_000) && !lines.contains(0) && lines.len() == 1);
}
