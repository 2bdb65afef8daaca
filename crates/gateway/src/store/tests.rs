//! The store itself: jobs that fail, races, full queues, other processes, backups, and kills.

use super::*;
use crate::amount::Amount;
use crate::ledger::{Seal, credit, find_wallet, open_wallet, seal, verify};
use crate::sessions::SessionError;
use crate::sessions::tests::Fixture;
use std::io::{BufRead as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

fn network() -> StoreNetwork {
    StoreNetwork { name: "embedded".to_owned(), genesis_hash: "hash".to_owned() }
}

/// Adds a row to a table of its own.
fn add(write: &mut Write<'_>, name: &str) -> Result<(), StoreError> {
    write.execute("INSERT INTO notes (name) VALUES (?1)", [name])?;
    Ok(())
}

async fn with_notes(folder: &Path) -> Store {
    let store = Store::open(folder, &network()).unwrap();
    let made = store.write(|write| write.execute("CREATE TABLE notes (name TEXT NOT NULL UNIQUE)", []).map(drop)).await;
    made.unwrap();
    store
}

async fn notes(store: &Store) -> Vec<String> {
    let read = store.read(|connection| -> Result<_, StoreError> {
        let mut statement = connection.prepare("SELECT name FROM notes ORDER BY name")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    });
    read.await.unwrap()
}

/// Holds the writer up until what is sent after this waits together.
async fn held_up(store: &Store) -> (tokio::task::JoinHandle<()>, std::sync::mpsc::Sender<()>) {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (begin, begun) = tokio::sync::oneshot::channel();
    let (holding, mut begin) = (store.clone(), Some(begin));
    let task = tokio::spawn(async move {
        let held = holding.write(move |_| -> Result<(), StoreError> {
            if let Some(begin) = begin.take() {
                let _ = begin.send(());
                let _ = released.recv();
            }
            Ok(())
        });
        held.await.unwrap();
    });
    begun.await.unwrap();
    (task, release)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_fails_after_writing_leaves_nothing_and_costs_the_others_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_notes(folder.path()).await;
    let (holder, release) = held_up(&store).await;
    let runs = Arc::new(AtomicU32::new(0));
    let mut jobs = Vec::new();
    for number in 0..10 {
        let (store, runs) = (store.clone(), Arc::clone(&runs));
        jobs.push(tokio::spawn(async move {
            let written = store.write(move |write| {
                runs.fetch_add(1, Ordering::Relaxed);
                add(write, &format!("job {number}"))?;
                // One fails, one panics, both after they have written.
                assert_ne!(number, 7, "this panic belongs to the test");
                if number == 4 { Err(StoreError::Busy) } else { Ok(number) }
            });
            written.await
        }));
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    release.send(()).unwrap();
    holder.await.unwrap();
    let mut answers = Vec::new();
    for job in jobs {
        answers.push(job.await.unwrap());
    }
    for (number, answer) in answers.into_iter().enumerate() {
        match number {
            4 => assert!(matches!(answer, Err(WriteError::Job(StoreError::Busy)))),
            7 => assert!(matches!(answer, Err(WriteError::Store(StoreError::Stopped)))),
            _ => assert_eq!(answer.unwrap(), number),
        }
    }
    let expected = [0, 1, 2, 3, 5, 6, 8, 9].map(|number| format!("job {number}"));
    assert_eq!(notes(&store).await, expected);
    assert!(runs.load(Ordering::Relaxed) > 10, "the group was undone and run one by one");
}

#[tokio::test]
async fn a_job_that_panics_when_it_runs_again_is_not_answered_with_its_first_run() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_notes(folder.path()).await;
    let (holder, release) = held_up(&store).await;
    let (first, second) = (store.clone(), store.clone());
    let first = tokio::spawn(async move {
        let mut runs = 0;
        let written = first.write(move |write| {
            runs += 1;
            add(write, "first")?;
            assert_eq!(runs, 1, "this panic belongs to the test");
            Ok::<_, StoreError>(())
        });
        written.await
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    let second = tokio::spawn(async move {
        second
            .write(|write| {
                add(write, "second")?;
                Err::<(), _>(StoreError::Busy)
            })
            .await
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    release.send(()).unwrap();
    holder.await.unwrap();
    assert!(matches!(first.await.unwrap(), Err(WriteError::Store(StoreError::Stopped))));
    assert!(matches!(second.await.unwrap(), Err(WriteError::Job(_))));
    assert_eq!(notes(&store).await, Vec::<String>::new());
}

#[tokio::test]
async fn after_a_full_disk_no_job_writes_outside_of_its_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_notes(folder.path()).await;
    // From now on the file may not grow.
    let limited = store.write(|write| {
        let pages: i64 = write.connection().query_row("PRAGMA page_count", [], |row| row.get(0))?;
        write.connection().query_row(&format!("PRAGMA max_page_count = {}", pages + 4), [], |_| Ok(()))?;
        Ok::<_, StoreError>(())
    });
    limited.await.unwrap();
    let (holder, release) = held_up(&store).await;
    let mut jobs = Vec::new();
    for number in 0..6 {
        let store = store.clone();
        jobs.push(tokio::spawn(async move {
            let long = "x".repeat(if number == 2 { 100_000 } else { 10 });
            store.write(move |write| add(write, &format!("{number} {long}"))).await.is_ok()
        }));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    release.send(()).unwrap();
    holder.await.unwrap();
    let mut acknowledged = 0;
    for (number, job) in jobs.into_iter().enumerate() {
        let is_done = job.await.unwrap();
        assert!(!(number == 2 && is_done), "the one that does not fit");
        acknowledged += usize::from(is_done);
    }
    assert_eq!(notes(&store).await.len(), acknowledged, "what was acknowledged is there, and nothing else");
    let unlimited = store.write(|write| {
        write.connection().query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(()))?;
        Ok::<_, StoreError>(())
    });
    unlimited.await.unwrap();
    store.write(|write| add(write, "after")).await.unwrap();
}

#[tokio::test]
async fn the_test_clock_moves_once_and_only_with_its_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_notes(folder.path()).await;
    let before = store.clock().now();
    let failed = store.write(|write| {
        write.advance_clock(3_600_000)?;
        Err::<(), _>(StoreError::Busy)
    });
    assert!(failed.await.is_err());
    assert!(store.clock().now() - before < 60_000);
    // In a group that is undone, the job runs twice.
    let (holder, release) = held_up(&store).await;
    let (moving, failing) = (store.clone(), store.clone());
    let moving = tokio::spawn(async move { moving.write(|write| write.advance_clock(3_600_000)).await });
    tokio::time::sleep(Duration::from_millis(20)).await;
    let failing = tokio::spawn(async move {
        failing
            .write(|write| {
                add(write, "x")?;
                Err::<(), _>(StoreError::Busy)
            })
            .await
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    release.send(()).unwrap();
    holder.await.unwrap();
    assert_eq!(moving.await.unwrap().unwrap(), 3_600_000);
    assert!(failing.await.unwrap().is_err());
    let passed = store.clock().now() - before;
    assert!((3_600_000..3_660_000).contains(&passed), "{passed}");
    drop(store);
    let store = Store::open(folder.path(), &network()).unwrap();
    assert!(store.clock().now() - before >= 3_600_000, "kept over a restart");
}

#[tokio::test]
async fn readers_survive_jobs_that_panic() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_notes(folder.path()).await;
    for _ in 0..20 {
        let read = store.read(|_| -> Result<(), StoreError> { panic!("this panic belongs to the test") });
        assert!(matches!(read.await, Err(StoreError::Stopped)));
        let read = store.read(|_| -> Result<(), StoreError> { Err(StoreError::Busy) });
        assert!(matches!(read.await, Err(StoreError::Busy)));
    }
    store.write(|write| add(write, "a")).await.unwrap();
    assert_eq!(notes(&store).await, ["a"], "the newest state, not one from before");
}

#[tokio::test]
async fn a_full_queue_is_busy() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_notes(folder.path()).await;
    let (holder, release) = held_up(&store).await;
    let mut jobs = tokio::task::JoinSet::new();
    for number in 0..4_200 {
        let store = store.clone();
        jobs.spawn(async move { store.write(move |write| add(write, &number.to_string())).await });
    }
    // All have asked; the writer has taken none.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    release.send(()).unwrap();
    let (mut done, mut busy) = (0, 0);
    while let Some(answer) = jobs.join_next().await {
        match answer.unwrap() {
            Ok(()) => done += 1,
            Err(WriteError::Store(StoreError::Busy)) => busy += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    holder.await.unwrap();
    assert_eq!((done, busy), (4_096, 104));
    assert_eq!(notes(&store).await.len(), 4_096);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_ticks_never_take_a_wallet_below_nothing() {
    let shop = Arc::new(Fixture::new().await);
    shop.fund("anna", "5").await;
    let mut sessions = Vec::new();
    for number in 0..64 {
        sessions.push(shop.start("anna", &format!("film {number}")).await.unwrap().session.id);
    }
    shop.pass(3_600_000).await;
    let mut tasks = tokio::task::JoinSet::new();
    for session in sessions {
        let shop = Arc::clone(&shop);
        tasks.spawn(async move {
            let mut charged = 0;
            for number in 0..200 {
                let outcome = shop.tick(session, &number.to_string(), 2_000 + number).await.unwrap();
                assert!(outcome.balance >= Amount::ZERO);
                charged += outcome.charged.0;
            }
            charged
        });
    }
    let mut charged = 0;
    while let Some(task) = tasks.join_next().await {
        charged += task.unwrap();
    }
    let partner = shop.contract.partner;
    let wallet = shop
        .store
        .read(move |connection| -> Result<_, SessionError> { Ok(find_wallet(connection, partner, "anna")?) })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(wallet.unsettled.0, charged, "charged is what the ticks were answered");
    assert_eq!(wallet.balance().0 + charged, 500_000_000);
    // 64 × 200 ticks of more than two seconds cost more than there was; what is left is what sessions hold.
    assert!(wallet.balance().0 <= 64 * 500_000, "{}", wallet.balance());
    shop.verify().await;
}

#[tokio::test]
async fn what_was_written_is_there_after_closing() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_notes(folder.path()).await;
    let mut ids = Vec::new();
    for number in 0..50 {
        let id = store.write(move |write| {
            add(write, &number.to_string())?;
            let (id, now) = (write.next_id(), write.now());
            write.execute(
                "INSERT INTO partners (id, name, created_at, settings) VALUES (?1, ?2, ?3, '{}')",
                (id, number.to_string(), now),
            )?;
            Ok::<_, StoreError>(id)
        });
        ids.push(id.await.unwrap());
    }
    assert!(ids.is_sorted_by(|a, b| a < b));
    drop(store);
    let store = Store::open(folder.path(), &network()).unwrap();
    assert_eq!(notes(&store).await.len(), 50);
    let next = store.write(|write| Ok::<_, StoreError>(write.next_id())).await.unwrap();
    assert!(ids.iter().all(|id| *id < next), "ids go on after the ones before");
}

#[test]
fn a_store_is_refused_that_belongs_to_somebody_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &network()).unwrap();
    match Store::open(folder.path(), &network()) {
        Err(StoreError::InUse { holder, path }) => {
            assert_eq!((holder, path), (std::process::id().to_string(), folder.path().to_owned()));
        }
        other => panic!("{other:?}"),
    }
    drop(store);
    let other = StoreNetwork { genesis_hash: "another".to_owned(), ..network() };
    match Store::open(folder.path(), &other) {
        Err(StoreError::OtherNetwork { store_hash, hash, .. }) => {
            assert_eq!((store_hash.as_str(), hash.as_str()), ("hash", "another"));
        }
        other => panic!("{other:?}"),
    }
    let connection = Connection::open(folder.path().join(FILE)).unwrap();
    connection.pragma_update(None, "user_version", 1_000).unwrap();
    drop(connection);
    assert!(matches!(Store::open(folder.path(), &network()), Err(StoreError::TooNew { found: 1_000, .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_while_writing_is_whole_and_has_all_that_was_acknowledged() {
    let shop = Arc::new(Fixture::new().await);
    shop.fund("anna", "500").await;
    let session = shop.start("anna", "film").await.unwrap().session.id;
    shop.pass(36_000_000).await;
    let (acknowledged, stop) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let writing = {
        let (shop, acknowledged, stop) = (Arc::clone(&shop), Arc::clone(&acknowledged), Arc::clone(&stop));
        tokio::spawn(async move {
            while stop.load(Ordering::SeqCst) == 0 {
                let number = acknowledged.load(Ordering::SeqCst);
                shop.tick(session, &number.to_string(), 10).await.unwrap();
                acknowledged.store(number + 1, Ordering::SeqCst);
            }
        })
    };
    let folder = tempfile::tempdir().unwrap();
    for round in 0..5 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let before = acknowledged.load(Ordering::SeqCst);
        let file = folder.path().join(format!("{round}.db"));
        shop.store.backup(file.clone()).await.unwrap();
        assert!(
            matches!(shop.store.backup(file.clone()).await, Err(StoreError::File { .. })),
            "no file is overwritten"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let copy = Connection::open(file).unwrap();
        assert_eq!(verify(&copy).unwrap().findings, Vec::new());
        let there: u32 =
            copy.query_row("SELECT COUNT(*) FROM entries WHERE tick IS NOT NULL", [], |row| row.get(0)).unwrap();
        assert!(before > 0 && there >= before, "{there} of {before}");
    }
    stop.store(1, Ordering::SeqCst);
    writing.await.unwrap();
}

/// The environment variable that makes this test binary a child that writes until it is killed.
const CHILD: &str = "GATEWAY_KILLED_CHILD";

/// Ticks and seals, and notes each tick that was acknowledged in a file, down to the disk, before it counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_that_is_killed() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let folder = PathBuf::from(folder);
    let store = Store::open(&folder, &network()).unwrap();
    let shop = Arc::new(Fixture::over(store).await);
    shop.fund("anna", "1000").await;
    let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("acknowledged")).unwrap();
    let (log, process) = (Arc::new(std::sync::Mutex::new(log)), std::process::id());
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..8 {
        let (shop, log) = (Arc::clone(&shop), Arc::clone(&log));
        tasks.spawn(async move {
            let session = shop.start("anna", &format!("{process} {task}")).await.unwrap().session.id;
            for number in 0.. {
                let tick = format!("{process}-{task}-{number}");
                let outcome = shop.claim_unbounded(session, &tick, 100).await.unwrap();
                let line = format!("{session} {tick} {}\n", outcome.entry);
                let mut log = log.lock().unwrap();
                log.write_all(line.as_bytes()).unwrap();
                log.sync_data().unwrap();
            }
        });
    }
    println!("ready");
    loop {
        let next = shop.store.read(|connection| -> Result<_, SessionError> { Ok(Seal::next(connection, 1)?) }).await;
        if let Some(next) = next.unwrap() {
            shop.write(move |write| Ok(seal(write, &next)?)).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// `GATEWAY_KILLS` rounds, `GATEWAY_KILLS_SEED` for their instants.
#[test]
fn what_was_acknowledged_survives_kills() {
    let number = |variable: &str| std::env::var(variable).ok().map(|text| text.parse::<u64>().unwrap());
    let rounds = number("GATEWAY_KILLS").unwrap_or(30);
    let mut seed = number("GATEWAY_KILLS_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    eprintln!("GATEWAY_KILLS={rounds} GATEWAY_KILLS_SEED={seed}");
    let folder = tempfile::tempdir().unwrap();
    let mut checked = 0;
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::tests::a_child_that_is_killed", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = std::io::BufReader::new(child.stdout.take().unwrap());
        let is_ready = output.lines().map_while(Result::ok).any(|line| line.ends_with("ready"));
        assert!(is_ready, "round {round}: the child could not open the store");
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_micros((seed >> 33) % 60_000));
        child.kill().unwrap();
        child.wait().unwrap();
        checked = check_acknowledged(folder.path(), round);
    }
    assert!(checked > u32::try_from(rounds).unwrap(), "{checked} ticks were acknowledged");
    eprintln!("{checked} acknowledged ticks are there");
}

/// Each acknowledged tick is there once; how many.
fn check_acknowledged(folder: &Path, round: u64) -> u32 {
    let store = Store::open(folder, &network()).unwrap();
    drop(store);
    let connection = Connection::open(folder.join(FILE)).unwrap();
    assert_eq!(verify(&connection).unwrap().findings, Vec::new(), "round {round}");
    let path = folder.join("acknowledged");
    let mut log = std::fs::read_to_string(&path).unwrap_or_default();
    // A line that the kill cut off was not acknowledged, and the next child's must not go on in it.
    log.truncate(log.rfind('\n').map_or(0, |end| end + 1));
    std::fs::write(&path, &log).unwrap();
    let mut statement = connection.prepare("SELECT id FROM entries WHERE session_id = ?1 AND tick = ?2").unwrap();
    let mut checked = 0;
    for line in log.lines() {
        let parts: Vec<_> = line.split(' ').collect();
        let &[session, tick, entry] = parts.as_slice() else { panic!("{line:?}") };
        let found: Vec<i64> =
            statement.query_map((session, tick), |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(found, [entry.parse::<i64>().unwrap()], "round {round}: {tick}");
        checked += 1;
    }
    checked
}

#[tokio::test]
async fn a_request_that_is_cut_off_has_still_written() {
    let shop = Fixture::new().await;
    let partner = shop.contract.partner;
    let (holder, release) = held_up(&shop.store).await;
    let write = shop.store.write(move |write| -> Result<_, SessionError> {
        let wallet = open_wallet(write, partner, "anna")?;
        Ok(credit(write, &wallet, Amount::MINOR_UNIT, "a gift")?)
    });
    // Asked for, then dropped.
    assert!(tokio::time::timeout(Duration::ZERO, write).await.is_err());
    release.send(()).unwrap();
    holder.await.unwrap();
    shop.verify().await;
    for _ in 0..100 {
        let found = shop
            .store
            .read(move |connection| -> Result<_, SessionError> { Ok(find_wallet(connection, partner, "anna")?) })
            .await
            .unwrap();
        if found.is_some_and(|wallet| wallet.available == Amount::MINOR_UNIT) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the job was lost");
}
