//! The chain's promise: a group that was acknowledged survives `kill -9` at any instant.
//!
//! This binary starts itself as a writer that acknowledges on its standard output, kills it at a random instant, and then looks for
//! every acknowledged group and for a state that agrees with the blocks. `scripts/kill-test 200` does it two hundred times.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pnp_contract::ledger::chain::{Chain, ChainError};
use pnp_contract::ledger::dispenser::DispenserKey;
use pnp_contract::ledger::genesis::Genesis;
use pnp_contract::types::group::assign_group;
use pnp_contract::types::signing::SigningKey;
use pnp_contract::types::{Address, MicroAlgos, SignedTransaction, Transaction, TransactionType, Txid};

const DIRECTORY: &str = "PNP_KILL_DIRECTORY";
const KILLS: &str = "PNP_KILLS";

fn open(directory: &Path) -> Result<(Chain, SigningKey), ChainError> {
    let key = DispenserKey::load_or_create(directory).unwrap();
    let chain =
        Chain::open_or_create(directory, || Ok::<_, ChainError>(Genesis::development(key.address(), 1_700_000_000)))?;
    Ok((chain, SigningKey::from_seed(key.seed())))
}

/// A group of payments whose size and notes vary, so that the journal's laps end at ever other places.
fn payments(chain: &Chain, key: &SigningKey, seed: u64) -> Vec<SignedTransaction> {
    let size = seed % 16 + 1;
    let mut group: Vec<Transaction> = (0..size)
        .map(|place| {
            let mut transaction = Transaction { kind: TransactionType::Payment, ..Transaction::default() };
            transaction.header.sender = key.address();
            transaction.header.fee = MicroAlgos(1000);
            transaction.header.first_valid = chain.latest();
            transaction.header.last_valid = chain.latest() + 1000;
            transaction.header.genesis_hash = chain.genesis().hash();
            transaction.header.note = vec![place as u8; (seed % 1000) as usize];
            let receiver = ((seed + place) % 5000).to_be_bytes().repeat(4);
            transaction.payment.receiver = Address(receiver.try_into().unwrap());
            transaction.payment.amount = MicroAlgos(100_000 + seed % 1000);
            transaction
        })
        .collect();
    if size > 1 {
        assign_group(&mut group).unwrap();
    }
    group.iter().map(|transaction| key.sign_transaction(transaction)).collect()
}

/// Not a test of its own: the writer that [`acknowledged_groups_survive_kills`] starts, which writes until it is killed.
#[test]
fn writer() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let (mut chain, key) = open(Path::new(&directory)).unwrap();
    let mut out = std::io::stdout();
    loop {
        let group = payments(&chain, &key, chain.latest().wrapping_mul(7919) + 13);
        let txid = group[0].id();
        let committed = chain.propose(&[group], 0).unwrap();
        writeln!(out, "\nack {} {txid}", committed.block.header.round).unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn acknowledged_groups_survive_kills() {
    let kills: u64 = std::env::var(KILLS).map_or(10, |text| text.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let network = directory.path().join("network");
    let (mut acknowledged, mut slowest) = (Vec::new(), Duration::ZERO);
    for kill in 0..kills {
        acknowledged.extend(write_and_kill(&network, kill));
        let begun = Instant::now();
        let (chain, _) = open(&network).unwrap();
        slowest = slowest.max(begun.elapsed());
        check(&chain, &acknowledged);
    }
    assert!(!acknowledged.is_empty(), "nothing was written");
    let mut report = std::io::stderr();
    let _ = writeln!(report, "{kills} kills, {} groups acknowledged, slowest opening {slowest:?}", acknowledged.len());
}

/// Runs the writer for a while, kills it, and returns what it acknowledged.
fn write_and_kill(network: &Path, kill: u64) -> Vec<(u64, Txid)> {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::writer", "--nocapture", "--quiet"])
        .env(DIRECTORY, network)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap());
    let reader = std::thread::spawn(move || lines.lines().map_while(Result::ok).collect::<Vec<_>>());
    // From before the network is open to some hundred blocks later.
    let mut random = [0; 2];
    getrandom::fill(&mut random).unwrap();
    std::thread::sleep(Duration::from_millis(u64::from(u16::from_be_bytes(random)) % 150 + 20 * (kill % 2)));
    writer.kill().unwrap();
    writer.wait().unwrap();
    let acknowledged = |line: String| {
        let (round, txid) = line.strip_prefix("ack ")?.split_once(' ')?;
        // A line that the kill cut off was not received whole: no acknowledgement.
        Some((round.parse().ok()?, txid.parse().ok().filter(|_| txid.len() == 52)?))
    };
    reader.join().unwrap().into_iter().filter_map(acknowledged).collect()
}

fn check(chain: &Chain, acknowledged: &[(u64, Txid)]) {
    for (round, txid) in acknowledged {
        let found = chain.transaction(txid).unwrap().unwrap_or_else(|| panic!("{txid} of round {round} is lost"));
        assert_eq!(found.round, *round);
    }
    assert!(chain.latest() >= acknowledged.last().map_or(0, |(round, _)| *round));
    let mut branch = chain.header(0).unwrap().unwrap().hash();
    for round in 1..=chain.latest() {
        let block = chain.block(round).unwrap().unwrap();
        assert_eq!(block.header.branch, branch, "round {round} follows the one before");
        assert_eq!(chain.header(round).unwrap().as_ref(), Some(&block.header));
        assert!(chain.delta(round).unwrap().is_some());
        branch = block.header.hash();
    }
    // The accounts are those of the latest block and no other: their sum is what the block's evaluation left.
    let accounts = chain.accounts(None, usize::MAX).unwrap();
    let sum: u64 = accounts.iter().map(|(_, account)| account.balance.0).sum();
    assert_eq!(sum, chain.supply().all().0);
    let paid: u64 = (1..=chain.latest())
        .flat_map(|round| chain.block(round).unwrap().unwrap().payset)
        .map(|entry| entry.signed.transaction.payment.amount.0 + entry.signed.transaction.header.fee.0)
        .sum();
    let dispenser = chain.account(&chain.genesis().dispenser().unwrap()).unwrap();
    assert_eq!(dispenser.balance.0 + paid, 10_000_000_000_000_000);
}
