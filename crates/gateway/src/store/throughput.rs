//! How many heartbeats a second the writer alone takes: `cargo test --release -p pnp-gateway --lib throughput -- --ignored --nocapture`.
//!
//! `GATEWAY_TICKS` is how many entries are there before (5,000,000), `GATEWAY_SECONDS` how long each size of group is measured (8).

use super::*;
use crate::amount::Amount;
use crate::ledger::PartnerSettings;
use crate::sessions::{Claim, SessionError, TickRequest, tick};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const WALLETS: i64 = 1_000_000;
const SESSIONS: i64 = 100_000;

fn number(variable: &str, usual: i64) -> i64 {
    std::env::var(variable).ok().map_or(usual, |text| text.parse().unwrap())
}

/// Rows as heartbeats leave them, written without any of their checks of time.
fn fill(path: &Path, ticks: i64) {
    let connection = Connection::open(path).unwrap();
    let now = clock::wall() - 86_400_000;
    let base = crate::id::first_at(now);
    let sql = format!(
        "PRAGMA journal_mode = delete; PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -500000;
        DROP INDEX entries_tick;
        INSERT INTO partners (id, name, created_at, settings) VALUES (1, 'shop', {now}, '{{}}');
        INSERT INTO contracts (id, partner_id, app_id, asset_id, provider, platform, fee_pct, min_rate, max_rate, state, created_at)
            VALUES (2, 1, 7, 8, 'P', 'Q', 500, 1, 1000, 'in_force', {now});
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {WALLETS})
        INSERT INTO wallets (id, partner_id, user_id, created_at, available, held, in_account)
            SELECT {base} + i, 1, 'user-' || i, {now}, 9999500000, 500000, 10000000000 FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {SESSIONS})
        INSERT INTO tabs (id, wallet_id, contract_id, price, lot, last_tick_at)
            SELECT {base} + 2000000 + i, {base} + i * 10, 2, 2, 0, {now} FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {SESSIONS})
        INSERT INTO sessions (id, partner_id, wallet_id, tab_id, content_id, price, hold_ms, held, started_at, last_tick_at)
            SELECT {base} + 4000000 + i, 1, {base} + i * 10, {base} + 2000000 + i, 'film', 2, 15000, 500000, {now}, {now} FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ticks})
        INSERT INTO entries (id, at, kind, partner_id, wallet_id, session_id, tab_id, tick, tick_hash, played_ms, credited_ms,
            balance, paid_ms, available, unsettled)
            SELECT {base} + 8000000 + i, {now}, 110, 1, {base} + (1 + i * 7919 % {SESSIONS}) * 10,
                {base} + 4000001 + i * 7919 % {SESSIONS}, {base} + 2000001 + i * 7919 % {SESSIONS},
                printf('%026d', i), random(), 15000, 15000, 9999500000, 15000, -500000, 500000 FROM n;
        CREATE UNIQUE INDEX entries_tick ON entries (session_id, tick_hash) WHERE tick_hash IS NOT NULL;"
    );
    connection.execute_batch(&sql).unwrap();
}

#[test]
#[ignore = "measures; writes gigabytes"]
fn throughput_of_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let network = StoreNetwork { name: "embedded".to_owned(), genesis_hash: "hash".to_owned() };
    drop(Store::open(folder.path(), &network).unwrap());
    let (ticks, seconds) = (number("GATEWAY_TICKS", 5_000_000), number("GATEWAY_SECONDS", 8));
    let filled = Instant::now();
    fill(&folder.path().join(FILE), ticks);
    let bytes = std::fs::metadata(folder.path().join(FILE)).unwrap().len();
    eprintln!("{ticks} ticks in {} MB, filled in {:?}", bytes >> 20, filled.elapsed());
    if std::env::var("GATEWAY_NO_TICK_INDEX").is_ok() {
        let connection = Connection::open(folder.path().join(FILE)).unwrap();
        connection.execute_batch("DROP INDEX entries_tick").unwrap();
    }
    let store = Store::open(folder.path(), &network).unwrap();
    let first = store_first_session(&store);
    for group in [16, 64, 256] {
        measure(&store, first, group, Duration::from_secs(u64::try_from(seconds).unwrap()));
    }
}

fn store_first_session(store: &Store) -> i64 {
    let connection = Connection::open(store.path()).unwrap();
    connection.query_row("SELECT MIN(id) FROM sessions", [], |row| row.get(0)).unwrap()
}

/// As many clients as a group is to have jobs, each with one heartbeat under way.
fn measure(store: &Store, first: i64, group: usize, lasts: Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (next, slowest) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicU64::new(0)));
    let settings = Arc::new(PartnerSettings {
        lots: false,
        risk_limit_wallet: Amount(i64::MAX),
        settle_above: Amount(i64::MAX),
        ..PartnerSettings::default()
    });
    let begun = Instant::now();
    let (written, before) = (Arc::new(AtomicI64::new(0)), (io_bytes(), cpu_ms()));
    runtime.block_on(async {
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..group {
            let (store, next, written, slowest) =
                (store.clone(), Arc::clone(&next), Arc::clone(&written), Arc::clone(&slowest));
            let settings = Arc::clone(&settings);
            clients.spawn(async move {
                while begun.elapsed() < lasts {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let request = TickRequest {
                        session: first + number * 7_919 % SESSIONS,
                        partner: 1,
                        generation: None,
                        is_unbounded: true,
                        partner_has_room: true,
                        gives_lease: true,
                    };
                    let claim =
                        Claim { tick_id: format!("{group:03}{number:023}"), played_ms: 15_000, is_final: false };
                    let (asked, settings) = (Instant::now(), Arc::clone(&settings));
                    let done = store.write(move |write| -> Result<_, SessionError> {
                        Ok(tick(write, &request, &claim, &settings)?.0.charged)
                    });
                    assert!(done.await.unwrap() > Amount::ZERO);
                    written.fetch_add(1, Ordering::Relaxed);
                    slowest.fetch_max(u64::try_from(asked.elapsed().as_micros()).unwrap(), Ordering::Relaxed);
                }
            });
        }
        while clients.join_next().await.is_some() {}
    });
    let (count, took) = (written.load(Ordering::Relaxed), begun.elapsed());
    let cpu = (cpu_ms() - before.1) * 1_000 / u64::try_from(count).unwrap().max(1);
    let kilobytes = (io_bytes() - before.0) / 1024 / u64::try_from(count).unwrap().max(1);
    eprintln!(
        "group {group}: {} ticks/s, slowest {} ms, about {kilobytes} KB written and {cpu} us of processor a tick",
        u128::try_from(count).unwrap() * 1_000 / took.as_millis(),
        slowest.load(Ordering::Relaxed) / 1_000,
    );
}

/// What this process has sent to the disk, where the system says so.
fn io_bytes() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    io.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.parse().ok()).unwrap_or(0)
}

/// The processor time of this process, where the system says so: what others do beside it hardly changes it.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // User and system time, in hundredths of a second.
    fields.iter().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>() * 10
}
