use super::*;

/// Enough batches of a kind that every path is taken: overwrites, removals, several tables.
#[cfg(feature = "disk")]
fn fill(store: &mut dyn Store, from: u64, to: u64) {
    for round in from..to {
        let mut batch = Batch::new();
        batch.put(Table::Blocks, round.to_be_bytes(), vec![round as u8; 900]);
        batch.put(Table::State, (round % 7).to_be_bytes(), round.to_le_bytes());
        if round % 3 == 0 {
            batch.remove(Table::State, ((round + 1) % 7).to_be_bytes());
        }
        batch.put(Table::Meta, *b"latest", round.to_be_bytes());
        store.commit(&batch).unwrap();
    }
}

fn dump(store: &dyn Store) -> Vec<Vec<Entry>> {
    Table::ALL.iter().map(|&table| store.scan(table, &[], None, usize::MAX).unwrap()).collect()
}

#[test]
fn a_batch_survives_its_encoding() {
    let mut batch = Batch::new();
    batch.put(Table::State, *b"key", *b"value");
    batch.put(Table::Transactions, Vec::new(), Vec::new());
    batch.remove(Table::Meta, *b"gone");
    assert_eq!(Batch::decode(&batch.encode()), Some(batch.clone()));
    let bytes = batch.encode();
    for cut in 1..bytes.len() {
        assert_ne!(Batch::decode(&bytes[..cut]), Some(batch.clone()), "cut at {cut}");
    }
}

#[test]
fn prefix_scans_page_without_gaps_or_repeats() {
    let mut store = MemoryStore::new();
    let mut batch = Batch::new();
    for key in [&b"a"[..], b"b", b"b\0", b"b\xff", b"b\xff\xff", b"c"] {
        batch.put(Table::State, key, *b"");
    }
    store.commit(&batch).unwrap();
    let mut after: Option<Vec<u8>> = None;
    let mut seen = Vec::new();
    loop {
        let page = scan_prefix(&store, Table::State, b"b", after.as_deref(), 2).unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        seen.extend(page.into_iter().map(|(key, _)| key));
    }
    assert_eq!(seen, [&b"b"[..], b"b\0", b"b\xff", b"b\xff\xff"]);
    assert_eq!(prefix_end(b"\xff\xff"), None);
    assert_eq!(prefix_end(b"a\xff"), Some(b"b".to_vec()));
}

#[cfg(feature = "disk")]
mod on_disk {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// A copy of the files as a killed process leaves them.
    fn as_killed(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for file in ["chain.redb", "chain.journal"] {
            fs::copy(from.join(file), to.join(file)).unwrap();
        }
    }

    #[test]
    fn a_store_whose_creation_was_cut_off_is_created_again() {
        let directory = tempfile::tempdir().unwrap();
        // The database's file between its growth and its first header.
        fs::write(directory.path().join("chain.redb.new"), vec![0; 1 << 16]).unwrap();
        let mut store = DiskStore::open(directory.path()).unwrap();
        fill(&mut store, 0, 3);
        drop(store);
        assert!(!directory.path().join("chain.redb.new").exists());
        let mut expected = MemoryStore::new();
        fill(&mut expected, 0, 3);
        assert_eq!(dump(&DiskStore::open(directory.path()).unwrap()), dump(&expected));
    }

    #[test]
    fn both_stores_answer_alike_also_after_a_kill_and_a_close() {
        let directory = tempfile::tempdir().unwrap();
        let (live, killed) = (directory.path().join("live"), directory.path().join("killed"));
        let mut memory = MemoryStore::new();
        let mut disk = DiskStore::open(&live).unwrap();
        fill(&mut memory, 0, 40);
        fill(&mut disk, 0, 40);
        assert_eq!(dump(&memory), dump(&disk));
        as_killed(&live, &killed);
        let mut revived = DiskStore::open(&killed).unwrap();
        assert_eq!(dump(&memory), dump(&revived), "everything acknowledged is there");
        fill(&mut memory, 40, 50);
        fill(&mut revived, 40, 50);
        drop(revived);
        assert_eq!(dump(&memory), dump(&DiskStore::open(&killed).unwrap()));
        drop(disk);
    }

    #[test]
    fn laps_of_the_journal_lose_and_repeat_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let live = directory.path().join("live");
        let mut memory = MemoryStore::new();
        let mut disk = DiskStore::open(&live).unwrap();
        // A batch of a quarter of the journal, so that a lap has three; one that never fits.
        for round in 0..11_u64 {
            let mut batch = Batch::new();
            let size = if round == 6 { 3 << 20 } else { 600 << 10 };
            batch.put(Table::Blocks, round.to_be_bytes(), vec![round as u8; size]);
            memory.commit(&batch).unwrap();
            disk.commit(&batch).unwrap();
            let killed = directory.path().join(format!("killed{round}"));
            as_killed(&live, &killed);
            let revived = DiskStore::open(&killed).unwrap();
            assert!(dump(&memory) == dump(&revived), "after round {round}");
        }
    }

    #[test]
    fn a_cut_off_record_is_no_record() {
        let directory = tempfile::tempdir().unwrap();
        let live = directory.path().join("live");
        let mut disk = DiskStore::open(&live).unwrap();
        fill(&mut disk, 0, 5);
        let whole = dump(&disk);
        fill(&mut disk, 5, 6);
        let killed = directory.path().join("killed");
        as_killed(&live, &killed);
        // Damage the last byte of the sixth record.
        let mut journal = fs::read(killed.join("chain.journal")).unwrap();
        let last = journal.iter().rposition(|&byte| byte != 0).unwrap();
        journal[last] ^= 1;
        fs::write(killed.join("chain.journal"), &journal).unwrap();
        let mut revived = DiskStore::open(&killed).unwrap();
        assert_eq!(dump(&revived), whole);
        fill(&mut revived, 5, 6);
        assert_eq!(dump(&revived), dump(&disk));
    }

    #[test]
    fn a_second_process_learns_who_holds_the_lock() {
        let directory = tempfile::tempdir().unwrap();
        let _first = DiskStore::open(directory.path()).unwrap();
        let second = DiskStore::open(directory.path()).unwrap_err();
        assert!(matches!(second, StoreError::Locked { .. }), "{second}");
        assert!(second.to_string().contains("in use by another process"));
    }

    #[test]
    fn a_newer_format_and_a_foreign_file_are_refused_by_name() {
        let directory = tempfile::tempdir().unwrap();
        drop(DiskStore::open(directory.path()).unwrap());
        let database = redb::Database::open(directory.path().join("chain.redb")).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(redb::TableDefinition::<&str, u64>::new("store")).unwrap().insert("format", 2).unwrap();
        transaction.commit().unwrap();
        drop(database);
        let newer = DiskStore::open(directory.path()).unwrap_err();
        assert!(matches!(newer, StoreError::NewerFormat { found: 2, .. }), "{newer}");

        fs::write(directory.path().join("chain.redb"), vec![7; 100_000]).unwrap();
        let foreign = DiskStore::open(directory.path()).unwrap_err();
        assert!(matches!(foreign, StoreError::Corrupt { .. }), "{foreign}");
    }
}
