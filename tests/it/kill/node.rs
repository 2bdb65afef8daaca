//! A node killed while users stream bills to it over REST.

use pnp_types::Round;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use pnp_client::Algod;
use pnp_devnet::LOCAL_TOKEN;
use pnp_ledger::Chain;

use super::money::{Acknowledged, Books, Market};

/// `localnet run` as a process of its own, which answers requests.
pub(super) struct Node {
    process: Child,
    pub(super) algod: Algod,
    /// From the start of the process to its word that the port answers.
    opened: Duration,
    _stdout: ChildStdout,
}

fn start(folder: &Path, port: u16) -> Child {
    let folder = folder.to_str().unwrap();
    Command::new(env!("CARGO_BIN_EXE_pnp-contract"))
        .args(["--json", "localnet", "run", "--algod-port", &port.to_string(), "--data-dir", folder])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

impl Node {
    /// Starts the network in `folder`; panics with its own words where it does not open.
    pub(super) fn open(folder: &Path) -> Self {
        Self::open_at(folder, 0)
    }

    /// The same on a port of one's own choice.
    pub(super) fn open_at(folder: &Path, port: u16) -> Self {
        let begun = Instant::now();
        let mut process = start(folder, port);
        let mut stdout = process.stdout.take().unwrap();
        let mut ready = serde_json::Deserializer::from_reader(&mut stdout).into_iter::<serde_json::Value>();
        let ready = ready.next().and_then(Result::ok).unwrap_or_default();
        if !ready["algod"].is_string() {
            process.wait().unwrap();
            panic!("the network does not open: {ready:#}");
        }
        let opened = begun.elapsed();
        let algod = Algod::new(ready["algod"].as_str().unwrap(), Some(LOCAL_TOKEN)).unwrap();
        Self { process, algod, opened, _stdout: stdout }
    }

    pub(super) fn kill(mut self) {
        kill(&mut self.process);
    }
}

/// `kill -9`, and nothing of the process is left when this returns.
fn kill(process: &mut Child) {
    process.kill().unwrap();
    process.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_bills_survive_kills() {
    let kills = super::kills();
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::open(folder.path());
    let market = Market::open(&node.algod, folder.path()).await;
    let mut books = Books::new(&market);
    let mut acknowledged: Vec<Acknowledged> = Vec::new();
    let mut slowest = Duration::ZERO;
    for kill_number in 0..kills {
        let Node { mut process, algod, _stdout, .. } = node;
        let streams = market.stream(&algod, u64::MAX);
        tokio::time::sleep(super::instant(Duration::from_millis(500))).await;
        kill(&mut process);
        let new = streams.finish().await;
        if kill_number % 4 == 3 {
            // A second kill, of a node that is only about to repair what the first one left.
            let mut repairing = start(folder.path(), 0);
            tokio::time::sleep(super::instant(Duration::from_millis(60))).await;
            kill(&mut repairing);
        }
        node = Node::open(folder.path());
        slowest = slowest.max(node.opened);
        books.read_on(&node.algod).await;
        books.agree(&market, &node.algod, &new).await;
        acknowledged.extend(new);
    }
    let last = market.stream(&node.algod, 1).finish().await;
    assert!(last.len() == 4 && last.iter().all(Acknowledged::is_confirmed), "the chain goes on: {last:?}");
    acknowledged.extend(last);
    node.kill();
    // Again from the beginning: a later kill may have lost nothing that was there after an earlier one.
    let node = Node::open(folder.path());
    let mut again = Books::new(&market);
    again.read_on(&node.algod).await;
    let lost = again.missing(&acknowledged);
    let unanswered = again.bills() - acknowledged.len();
    super::report(&format!(
        "{kills} kills of a node: {} bills acknowledged, {} lost, {unanswered} kept whose answer the kill cut off, \
         slowest opening {} ms",
        acknowledged.len(),
        lost.len(),
        slowest.as_millis()
    ));
    assert!(lost.is_empty(), "lost: {lost:?}");
    assert!(!acknowledged.is_empty(), "nothing was billed");
    again.agree(&market, &node.algod, &acknowledged).await;
    node.kill();
    check_chain(folder.path());
}

#[test]
fn a_network_killed_while_it_is_made_opens() {
    let kills = super::kills();
    let mut longest = Duration::from_millis(200);
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        let folder = tempfile::tempdir().unwrap();
        let mut young = start(folder.path(), 0);
        std::thread::sleep(super::instant(longest));
        kill(&mut young);
        let node = Node::open(folder.path());
        slowest = slowest.max(node.opened);
        // No later than when it is made, or there is nothing to interrupt.
        longest = node.opened;
        node.kill();
    }
    super::report(&format!("{kills} kills of a network being made: slowest opening {} ms", slowest.as_millis()));
}

/// What REST does not show: every header follows the one before, every round has its changes, and the accounts add up.
fn check_chain(folder: &Path) {
    let chain = Chain::open_or_create::<pnp_ledger::ChainError>(folder, || unreachable!()).unwrap();
    let mut branch = chain.header(Round::GENESIS).unwrap().unwrap().hash();
    for round in Round(1).through(chain.latest()) {
        let block = chain.block(round).unwrap().unwrap();
        assert_eq!(block.header.branch, branch, "round {round} follows the one before");
        assert_eq!(chain.header(round).unwrap().as_ref(), Some(&block.header));
        assert!(chain.delta(round).unwrap().is_some());
        branch = block.header.hash();
    }
    let accounts = chain.accounts(None, usize::MAX).unwrap();
    let sum: u64 = accounts.iter().map(|(_, account)| account.balance.0).sum();
    assert_eq!(sum, chain.supply().all().0);
}
