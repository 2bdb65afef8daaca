//! Batches of bills killed at random instants, with their node or without, and started again until they are done: every tick
//! is charged exactly once, and chain, journal and file agree to the last minor unit.
//!
//! `scripts/kill-test billing 300` kills three hundred times.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use pnp_keys::LocalAccounts;
use pnp_types::{Address, AppIndex, AssetIndex};
use pnp_usage::journal::{self, Record};
use pnp_usage::{BasisPoints, Split};

use super::money::Books;
use super::node::Node;
use crate::cli::Project;

const USERS: usize = 12;
const LINES: u64 = 600;
const FEE_PCT: BasisPoints = BasisPoints(500);
/// Between two kills at most.
const LONGEST: Duration = Duration::from_millis(900);

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn pause(&mut self, longest: Duration) -> Duration {
        longest.mul_f64(self.below(1_000_000) as f64 / 1e6)
    }
}

/// What was killed how often.
#[derive(Default)]
struct Kills {
    bill: u32,
    node: u32,
    both: u32,
}

impl Kills {
    const fn all(&self) -> u32 {
        self.bill + self.node + self.both
    }
}

/// A project with users, a contract, and its network: one in the commands' process, or one of its own.
struct Shop {
    project: Project,
    net: &'static str,
    node: Option<Node>,
    port: u16,
    users: Vec<(String, Address)>,
    app: AppIndex,
    asset: AssetIndex,
    /// How many batches were made.
    batches: u32,
}

impl Shop {
    fn open(net: &'static str) -> Self {
        let mut project = Project::new();
        let (mut node, mut port) = (None, 0);
        if net == "localnet" {
            let opened = Node::open(&project.path().join(".pnp/localnet"));
            port = opened.algod.url().rsplit(':').next().unwrap().parse().unwrap();
            node = Some(opened);
            project = project.with("ALGOD_SERVER", "http://127.0.0.1").with("ALGOD_PORT", &port.to_string());
        }
        let deployed = project.done(&["--net", net, "deploy"]);
        let contract = &deployed["contract"];
        let (app, asset) =
            (AppIndex(contract["app_id"].as_u64().unwrap()), AssetIndex(contract["asset_id"].as_u64().unwrap()));
        let accounts = LocalAccounts::new(&project.path().join(".pnp"), net);
        let user = |at: usize| {
            let name = format!("u{at}");
            let address = accounts.create(&name).unwrap().address();
            (name, address)
        };
        let users = (0..USERS).map(user).collect();
        Self { project, net, node, port, users, app, asset, batches: 0 }
    }

    fn data(&self) -> std::path::PathBuf {
        self.project.path().join(".pnp").join(self.net)
    }

    /// A file of bills, and what each user is to pay by it: with ticks of its own here and there.
    fn write(&mut self, dice: &mut Dice) -> (String, Vec<(Address, u64, u64)>) {
        self.batches += 1;
        let (mut text, mut bills) = ("user,units,unit_price,tick_id\n".to_owned(), Vec::new());
        // A user's ticks are all made here or all made by the command: both kinds rise, but not among each other.
        for line in 0..LINES {
            let at = dice.below(USERS as u64) as usize;
            let (name, address) = &self.users[at];
            let (units, price) = (dice.below(5) + 1, dice.below(40) + 1);
            let tick = if at < 3 { format!("tick_{:04}_{line:06}", self.batches) } else { String::new() };
            let user = if at % 4 == 1 { address.to_string() } else { name.clone() };
            writeln!(text, "{user},{units},{price},{tick}").unwrap();
            bills.push((*address, units, price));
        }
        let name = format!("bills-{}.csv", self.batches);
        std::fs::write(self.project.path().join(&name), text).unwrap();
        (name, bills)
    }

    fn bill(&self, file: &str) -> Child {
        let mut command = self.project.command(&["--net", self.net, "--json", "bill", "--from", file]);
        let log = std::fs::File::create(self.project.path().join("last.jsonl")).unwrap();
        command.stdout(log).stderr(Stdio::null()).spawn().unwrap()
    }

    /// One batch to its end; whether kills are still wanted is for `dice` and `wanted` to say.
    fn run(&mut self, dice: &mut Dice, kills: &mut Kills, wanted: u32) {
        let (file, bills) = self.write(dice);
        let begun = Instant::now();
        let mut process = self.bill(&file);
        loop {
            assert!(begun.elapsed() < Duration::from_secs(600), "the batch does not end");
            if kills.all() < wanted {
                std::thread::sleep(dice.pause(LONGEST));
            }
            if let Some(status) = process.try_wait().unwrap() {
                let last = std::fs::read_to_string(self.project.path().join("last.jsonl")).unwrap();
                let last = last.lines().last().unwrap_or_default().to_owned();
                if status.code() == Some(0) {
                    break;
                }
                // A node that was away too long; nothing else ends a batch.
                assert!(last.contains("unreachable"), "{status}: {last}");
                process = self.bill(&file);
            } else if kills.all() >= wanted {
                std::thread::sleep(Duration::from_millis(20));
            } else {
                process = self.kill(dice, kills, process, &file);
            }
        }
        self.check(&file, &bills);
    }

    fn kill(&mut self, dice: &mut Dice, kills: &mut Kills, mut process: Child, file: &str) -> Child {
        let what = if self.node.is_some() { dice.below(10) } else { 0 };
        let kill = |process: &mut Child| {
            process.kill().unwrap();
            process.wait().unwrap();
        };
        let (of_node, of_bill) = (what >= 5, !(5..8).contains(&what));
        if of_node {
            self.node.take().unwrap().kill();
        }
        if of_bill {
            kill(&mut process);
        }
        match what {
            0..5 => kills.bill += 1,
            5..8 => kills.node += 1,
            _ => kills.both += 1,
        }
        if of_node {
            std::thread::sleep(dice.pause(Duration::from_millis(300)));
            self.node = Some(Node::open_at(&self.data(), self.port));
        }
        if of_bill { self.bill(file) } else { process }
    }

    /// Chain, journal and file agree.
    fn check(&self, file: &str, bills: &[(Address, u64, u64)]) {
        let path = self.project.path().join(format!(".pnp/journals/{}-{}-{file}.journal", self.net, self.app));
        let mut intents = BTreeMap::new();
        let mut charged = Vec::new();
        let past = journal::read(&path, |record| match record {
            Record::Intent(intent) => drop(intents.insert(intent.line, (**intent).clone())),
            Record::Charged(line) => charged.push(intents[&line.line].clone()),
            _ => {}
        })
        .unwrap();
        assert!(past.done && past.open.is_empty() && past.refused.is_empty());
        assert_eq!(charged.len() as u64, LINES, "the journal has every line charged once");
        charged.sort_by_key(|intent| intent.line);
        let asked: Vec<_> = charged.iter().map(|one| (one.user, one.units.get(), one.unit_price)).collect();
        assert_eq!(asked, bills, "the journal has what the file asks for, line by line");

        let books = self.books();
        let mut gross = 0_u128;
        for intent in &charged {
            let found = books.billed.get(&(intent.user, intent.tick.as_bytes().to_vec()));
            assert_eq!(found, Some(&(intent.units.get(), intent.unit_price)), "line {} is on the chain", intent.line);
            let split = Split::of(intent.units, intent.unit_price, FEE_PCT).unwrap();
            assert_eq!((split.net, split.fee), (intent.net, intent.fee));
            gross += u128::from(split.gross);
        }
        assert_eq!(gross, past.sums.gross);
        // The chain has these bills and those of the batches before, and nothing else: none was charged twice.
        assert_eq!(books.billed.len() as u64, LINES * u64::from(self.batches));
        for (_, address) in &self.users {
            let ticks: u128 =
                books.billed.iter().filter(|((user, _), _)| user == address).map(|(_, (u, p))| u128::from(u * p)).sum();
            assert_eq!(books.paid.get(address).copied().unwrap_or_default(), -i128::try_from(ticks).unwrap());
        }
    }

    /// All bills of the chain, read from its blocks.
    fn books(&self) -> Books {
        let read = |node: &Node| {
            let mut books = Books::of(self.app, self.asset);
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(books.read_on(&node.algod));
            books
        };
        match &self.node {
            Some(node) => read(node),
            None => {
                let node = Node::open(&self.data());
                let books = read(&node);
                node.kill();
                books
            }
        }
    }
}

#[test]
fn killed_batches_charge_every_tick_exactly_once() {
    let wanted = super::kills() * 2;
    let seed = std::env::var("PNP_SEED").map_or(1, |text| text.parse().expect("PNP_SEED is a number"));
    let mut dice = Dice(seed);
    let mut kills = Kills::default();
    let mut shops = [Shop::open("localnet"), Shop::open("embedded")];
    let mut batches = 0_u64;
    while kills.all() < wanted {
        // One batch beside its own node, then one with the node in its process; a third of the kills are of the latter.
        let shop = &mut shops[usize::from(batches % 2 == 1)];
        shop.run(&mut dice, &mut kills, wanted);
        batches += 1;
    }
    for shop in &mut shops {
        if let Some(node) = shop.node.take() {
            node.kill();
        }
    }
    super::report(&format!(
        "{} kills of batches (seed {seed}): {} of the command, {} of the node, {} of both; {batches} batches, {} ticks, \
         each charged exactly once, chain, journals and files agree",
        kills.all(),
        kills.bill,
        kills.node,
        kills.both,
        batches * LINES
    ));
}
