//! The store and the model beside each other, and what is compared after each operation.

use super::books::Account::*;
use super::books::{Books, Row};
use super::sessions::{Rules, Session};
use crate::amount::Amount;
use crate::ledger::{
    Contract, ContractState, Partner, PartnerSettings, Seal, SessionPolicy, open_wallet, seal, verify,
};
use crate::sessions::SessionError;
use crate::store::{Store, StoreNetwork, Write, WriteError};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher as _};

/// What must have happened in the cases of the suite.
pub(super) const ALWAYS_DONE: &[&str] = &[
    "1",
    "2",
    "3",
    "4",
    "5",
    "5a",
    "5b",
    "7",
    "8",
    "8a",
    "8b",
    "8c",
    "9",
    "10",
    "10 replace",
    "10 take up",
    "11",
    "11 unpaid",
    "11b",
    "11c",
    "12",
    "13",
    "13 expiry",
    "13 final",
    "13 late",
    "13a",
    "14",
    "14r",
    "15",
    "16",
    "17",
    "18",
    "19",
    "20",
    "20a",
    "20b",
    "20c",
    "20d",
    "21",
    "21a",
    "22",
    "23",
];
/// What must also have been refused.
pub(super) const ALSO_REFUSED: &[&str] =
    &["1", "2", "3", "4", "8", "8a", "8c", "10", "11", "14", "18", "19", "20", "20a", "20c", "21", "22", "23"];

#[derive(Clone, Debug)]
pub(super) struct Shop {
    pub(super) id: i64,
    pub(super) settings: PartnerSettings,
    /// The last one is in force.
    pub(super) contracts: Vec<Contract>,
}

impl Shop {
    pub(super) fn rules(&self) -> Rules {
        Rules {
            interval: self.settings.interval_ms,
            risk_limit: self.settings.risk_limit_wallet.0,
            counts_leases: self.settings.counts_leases,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) wallet: i64,
    pub(super) shop: usize,
    pub(super) name: String,
}

#[derive(Clone, Debug)]
pub(super) struct Payment {
    pub(super) id: i64,
    pub(super) wallet: i64,
    pub(super) amount: i64,
    pub(super) world: super::books::Account,
    pub(super) state: &'static str,
    pub(super) reversed: i64,
    pub(super) payment_id: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Payout {
    pub(super) id: i64,
    pub(super) wallet: i64,
    pub(super) amount: i64,
    pub(super) state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Delivery,
    Bill { parts: Vec<(i64, i64)>, fee_pct: i64 },
    Withdrawal(i64),
    Return,
    Close,
}

/// An operation on the chain that is in flight.
#[derive(Clone, Debug)]
pub(super) struct Op {
    pub(super) id: i64,
    pub(super) work: Work,
    pub(super) amount: i64,
    /// It is in a block, which the gateway has not read yet.
    pub(super) in_block: bool,
}

/// A small generator of numbers, the same on every machine.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From `low` up to and with `high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low + 1).unwrap();
        low + i64::try_from(self.next() % width).unwrap()
    }

    pub(super) fn one_in(&mut self, n: i64) -> bool {
        self.between(1, n) == 1
    }

    pub(super) fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() {
            None
        } else {
            all.get(usize::try_from(self.between(0, all.len() as i64 - 1)).unwrap()).cloned()
        }
    }
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) store: Option<Store>,
    runtime: tokio::runtime::Runtime,
    pub(super) reader: Connection,
    folder: tempfile::TempDir,
    pub(super) random: Random,
    pub(super) shops: Vec<Shop>,
    pub(super) users: Vec<User>,
    /// Those whose wallets were closed.
    pub(super) closed: Vec<User>,
    pub(super) books: Books,
    pub(super) sessions: BTreeMap<i64, Session>,
    /// By wallet, contract and price.
    pub(super) tabs: BTreeMap<(i64, i64, i64), i64>,
    pub(super) payments: Vec<Payment>,
    pub(super) payouts: Vec<Payout>,
    pub(super) ops: BTreeMap<i64, Op>,
    /// What accounts on the chain hold.
    pub(super) treasury_coins: i64,
    pub(super) coins: BTreeMap<i64, i64>,
    pub(super) numbers: i64,
    pub(super) counts: BTreeMap<&'static str, (u64, u64)>,
    pub(super) now: i64,
    step: u64,
}

fn network() -> StoreNetwork {
    StoreNetwork { name: "embedded".to_owned(), genesis_hash: "hash".to_owned() }
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), &network()).unwrap();
        let reader = Connection::open(store.path()).unwrap();
        let mut world = Self {
            store: Some(store),
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
            reader,
            folder,
            random: Random(seed),
            shops: Vec::new(),
            users: Vec::new(),
            closed: Vec::new(),
            books: Books::default(),
            sessions: BTreeMap::new(),
            tabs: BTreeMap::new(),
            payments: Vec::new(),
            payouts: Vec::new(),
            ops: BTreeMap::new(),
            treasury_coins: 0,
            coins: BTreeMap::new(),
            numbers: 0,
            counts: BTreeMap::new(),
            now: 0,
            step: 0,
        };
        let defaults = PartnerSettings::default();
        world.add_shop("first", PartnerSettings { lots: false, ..defaults.clone() });
        world.add_shop(
            "second",
            PartnerSettings {
                session_policy: SessionPolicy::PerUser,
                risk_limit_wallet: Amount(200_000_000),
                stop_makes_due: true,
                ..defaults.clone()
            },
        );
        world.add_shop("third", PartnerSettings { counts_leases: false, ..defaults });
        for shop in [0, 0, 1, 1, 2] {
            world.add_user(shop);
        }
        world
    }

    fn add_shop(&mut self, name: &'static str, settings: PartnerSettings) {
        let kept = settings.clone();
        let id = self.write(move |write| Ok(Partner::add(write, name, &kept)?)).unwrap();
        self.shops.push(Shop { id, settings, contracts: Vec::new() });
        self.add_contract(self.shops.len() - 1);
    }

    pub(super) fn add_contract(&mut self, shop: usize) {
        self.numbers += 1;
        let fee_pct = self.random.pick(&[500, 333, 0, 10_000]).unwrap();
        let mut contract = Contract {
            id: 0,
            partner: self.shops[shop].id,
            app: u64::try_from(self.numbers).unwrap(),
            asset: 8,
            provider: "P".to_owned(),
            platform: "Q".to_owned(),
            fee_pct,
            min_rate: 1,
            max_rate: 1000,
            state: ContractState::InForce,
        };
        let given = contract.clone();
        contract.id = self.write(move |write| Ok(Contract::put_in_force(write, &given)?)).unwrap();
        self.shops[shop].contracts.push(contract);
    }

    pub(super) fn add_user(&mut self, shop: usize) {
        self.numbers += 1;
        let (partner, name) = (self.shops[shop].id, format!("user {}", self.numbers));
        let user = name.clone();
        let wallet = self.write(move |write| Ok(open_wallet(write, partner, &user)?.id)).unwrap();
        self.users.push(User { wallet, shop, name });
    }

    /// Runs a job in the store; `now` is its time afterwards.
    pub(super) fn write<T: Send + 'static>(
        &mut self,
        mut job: impl FnMut(&mut Write<'_>) -> Result<T, SessionError> + Send + 'static,
    ) -> Result<T, SessionError> {
        let store = self.store.clone().unwrap();
        let time = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
        let noted = std::sync::Arc::clone(&time);
        let written = self.runtime.block_on(store.write(move |write| {
            noted.store(write.now(), std::sync::atomic::Ordering::Relaxed);
            job(write)
        }));
        self.now = time.load(std::sync::atomic::Ordering::Relaxed);
        written.map_err(|error| match error {
            WriteError::Job(error) => error,
            WriteError::Store(error) => panic!("the store failed: {error}"),
        })
    }

    /// Counts an operation that the store has answered, and compares its answer with the model's.
    pub(super) fn judge<T: std::fmt::Debug>(
        &mut self,
        name: &'static str,
        stored: &Result<T, SessionError>,
        model: &Row,
        before: Option<u64>,
    ) {
        assert_eq!(stored.is_ok(), model.is_ok(), "row {name}, step {}: {stored:?}", self.step);
        let count = self.counts.entry(name).or_default();
        match stored {
            Ok(_) => count.0 += 1,
            Err(error) => {
                count.1 += 1;
                let is_typed = !matches!(error, SessionError::Ledger(crate::ledger::LedgerError::Store(_)));
                // That a wallet has one operation in flight is kept by an index of the table, which the chain room asks before.
                let is_in_flight = error.to_string().contains("chain_ops.wallet_id");
                assert!(is_typed || is_in_flight, "row {name}: {error}");
                if let Some(before) = before {
                    assert_eq!(before, self.checksum(), "row {name} was refused and changed something");
                }
            }
        }
    }

    /// A sum over every row of every table, for some of the operations.
    pub(super) fn sample(&mut self) -> Option<u64> {
        self.random.one_in(8).then(|| self.checksum())
    }

    pub(super) fn checksum(&self) -> u64 {
        checksum(&self.reader)
    }

    pub(super) fn seal(&mut self) {
        let next = Seal::next(&self.reader, self.now).unwrap();
        if let Some(next) = next {
            let is_written = self.write(move |write| Ok(seal(write, &next)?)).unwrap();
            assert!(is_written);
        }
    }

    pub(super) fn verify(&self) {
        let found = verify(&self.reader).unwrap();
        assert_eq!(found.findings, Vec::new());
    }

    pub(super) fn reopen(&mut self) {
        self.store = None;
        let store = Store::open(self.folder.path(), &network()).unwrap();
        assert!(store.clock().now() >= self.now);
        self.store = Some(store);
    }

    pub(super) fn shop_of(&self, w: i64) -> Shop {
        let user = self.users.iter().chain(&self.closed).find(|user| user.wallet == w).unwrap();
        self.shops[user.shop].clone()
    }

    pub(super) fn step(&mut self, step: u64) {
        self.step = step;
        self.random_operation();
        self.compare();
    }

    /// The same balances, and the laws.
    pub(super) fn compare(&self) {
        let wallets = self.rows(
            "SELECT id, available, held, unsettled, settling, withdrawing, debt, due, sending, in_account, leaving, to_return \
             FROM wallets ORDER BY id",
        );
        for row in &wallets {
            let w = row[0];
            let mut model = vec![w, self.books.get(Available(w)), self.books.get(Held(w)), self.books.unsettled(w)];
            model.extend(
                [Settling(w), Withdrawing(w), Debt(w), Due(w), Sending(w), Wallet(w), Leaving(w), Returning(w)]
                    .map(|account| self.books.get(account)),
            );
            assert_eq!(*row, model, "wallet {w} after step {}", self.step);
        }
        for row in self.rows("SELECT id, wallet_id, unsettled FROM tabs ORDER BY id") {
            assert_eq!(self.books.tabs.get(&row[0]), Some(&row[1]));
            assert_eq!(row[2], self.books.get(Unsettled(row[0])), "tab {} after step {}", row[0], self.step);
        }
        for row in self.rows("SELECT id, partner, platform FROM partners") {
            let model = [self.books.get(Partner(row[0])), self.books.get(Platform(row[0]))];
            assert_eq!(row[1..], model, "partner {} after step {}", row[0], self.step);
        }
        let books = self.rows(
            "SELECT loss, world_card, world_paypal, world_chain, world_operator, treasury, reserved, outside FROM books",
        );
        let model = [Loss, WorldCard, WorldPaypal, WorldChain, WorldOperator, Treasury, Reserved, Outside];
        assert_eq!(books[0], model.map(|account| self.books.get(account)), "books after step {}", self.step);
        for row in self.rows("SELECT id, held, charged, credited_ms, prepaid_ms, late, closed_at IS NULL FROM sessions")
        {
            let s = &self.sessions[&row[0]];
            let is_open = i64::from(s.closed.is_none());
            assert_eq!(
                row[1..],
                [s.held, s.charged, s.credited, s.prepaid, s.late, is_open],
                "session {} after step {}",
                row[0],
                self.step
            );
        }
        self.books.check_laws(wallets.iter().map(|row| row[0]));
        self.law_2(wallets.iter().map(|row| row[0]));
    }

    fn law_2(&self, wallets: impl Iterator<Item = i64>) {
        let mut treasury = self.books.treasury_holds();
        for w in wallets {
            let mut account = self.books.account_holds(w);
            if let Some(op) = self.ops.get(&w).filter(|op| op.in_block) {
                match op.work {
                    Work::Delivery => {
                        treasury -= op.amount;
                        account += op.amount;
                    }
                    Work::Bill { .. } | Work::Withdrawal(_) => account -= op.amount,
                    Work::Return | Work::Close => {
                        treasury += op.amount;
                        account -= op.amount;
                    }
                }
            }
            let coins = self.coins.get(&w).copied().unwrap_or(0);
            assert_eq!(coins, account, "law 2 of {w} after step {}", self.step);
        }
        assert_eq!(self.treasury_coins, treasury, "law 2 of the treasury after step {}", self.step);
    }

    fn rows(&self, sql: &str) -> Vec<Vec<i64>> {
        let mut statement = self.reader.prepare_cached(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

/// A sum over every row of every table.
pub(crate) fn checksum(connection: &Connection) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    let mut tables =
        connection.prepare_cached("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    for table in tables {
        let mut statement = connection.prepare_cached(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                use rusqlite::types::ValueRef::*;
                match row.get_ref(column).unwrap() {
                    Null => 0.hash(&mut hasher),
                    Integer(number) => number.hash(&mut hasher),
                    Text(bytes) | Blob(bytes) => bytes.hash(&mut hasher),
                    Real(_) => panic!("{table} has a float"),
                }
            }
        }
    }
    hasher.finish()
}
