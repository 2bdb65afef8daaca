//! A store in memory, with the rows of both books and the laws checked after every write.

use crate::amount::Amount;
use crate::chain::books::{PendingWithdrawal, StopCause, Tab, WalletBooks};
use crate::chain::groups::{AlgoPosting, SealMark};
use crate::chain::ops::{Attempt, AttemptState, ChainOp, OpKind, OpState, PlannedOp, Work};
use crate::chain::refusals::Consequence;
use crate::chain::rules::PlanRules;
use crate::chain::store::{ChainStore, Ending, Notice, VoidAttempt};
use crate::chain::terms::ContractTerms;
use pnp_types::{Address, Round};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard};

/// The laws are checked after every write while there are at most so many wallets.
const CHECKED_WALLETS: usize = 50;

/// Where a test lets the settler stop, as if it were killed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// The account agrees with the books, nothing is planned.
    Compared,
    /// The operation is planned, nothing is signed.
    Planned,
    /// The bytes are stored and not handed over.
    Stored,
    /// They were handed over, and nothing is written about it.
    Sent,
    /// The outcome is known and not booked.
    Ended,
}

#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) now: i64,
    pub(crate) wallets: BTreeMap<i64, WalletBooks>,
    pub(crate) closed: BTreeSet<i64>,
    pub(crate) ops: BTreeMap<i64, ChainOp>,
    /// The operation in flight, by wallet.
    open: BTreeMap<i64, i64>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) blocked_contracts: BTreeSet<i64>,
    /// The network's accounts, in u.
    pub(crate) treasury: i64,
    pub(crate) outside: i64,
    pub(crate) partner: i64,
    pub(crate) platform: i64,
    pub(crate) world_chain: i64,
    pub(crate) world_card: i64,
    /// The third book, in microAlgos.
    pub(crate) algos: AlgoPosting,
    pub(crate) withdrawals: BTreeMap<i64, &'static str>,
    next_key: u64,
    stop_at: Option<Point>,
    reached: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct MemoryStore(Arc<Mutex<State>>);

/// A number from which on no test has used a key or an operation: a real network has the accounts and leases of the tests before.
fn unused_number() -> u64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    u64::try_from(since.as_nanos()).unwrap()
}

#[derive(Debug, thiserror::Error)]
#[error("nothing of this store fails")]
pub(crate) struct Never;

impl MemoryStore {
    pub(crate) fn new(treasury: Amount) -> Self {
        Self(Arc::new(Mutex::new(State {
            now: 1_800_000_000_000,
            wallets: BTreeMap::new(),
            closed: BTreeSet::new(),
            ops: BTreeMap::new(),
            open: BTreeMap::new(),
            notices: Vec::new(),
            blocked_contracts: BTreeSet::new(),
            treasury: treasury.0,
            outside: -treasury.0,
            partner: 0,
            platform: 0,
            world_chain: 0,
            world_card: 0,
            algos: AlgoPosting::default(),
            withdrawals: BTreeMap::new(),
            next_key: unused_number(),
            stop_at: None,
            reached: false,
        })))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn advance(&self, ms: i64) {
        self.state().now += ms;
    }

    /// All rows as they are now, and back to them: a backup that is restored.
    pub(crate) fn backup(&self) -> State {
        self.state().clone()
    }

    pub(crate) fn restore(&self, backup: State) {
        *self.state() = backup;
    }

    /// The settler stops at this point from now on; `None`: nowhere.
    pub(crate) fn stop_at(&self, point: Option<Point>) {
        let mut state = self.state();
        (state.stop_at, state.reached) = (point, false);
    }

    pub(crate) async fn until_reached(&self) {
        while !self.state().reached {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    /// Another store with the same rows: its next operations have other numbers.
    pub(crate) fn copy(&self) -> Self {
        Self(Arc::new(Mutex::new(self.backup())))
    }

    async fn pass(&self, point: Point) {
        let stops = || {
            let mut state = self.state();
            let stops = state.stop_at == Some(point);
            state.reached |= stops;
            stops
        };
        while stops() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    /// A wallet of a partner whose contract is `contract`, with a tab at 0.02.
    pub(crate) fn add_wallet(&self, id: i64, contract: &ContractTerms, rules: PlanRules) {
        let mut state = self.state();
        let tab = Tab {
            id: 100 + id,
            contract: contract.id,
            price: crate::amount::Price::cents(2).unwrap(),
            unsettled: Amount::ZERO,
            lot_since: None,
            last_tick_at: state.now,
            has_open_session: false,
            is_blocked: false,
            is_asked: false,
        };
        let books = WalletBooks {
            id,
            key_number: None,
            has_account: false,
            is_closing: false,
            has_open_top_up: false,
            stopped: None,
            available: Amount::ZERO,
            held: Amount::ZERO,
            settling: Amount::ZERO,
            withdrawing: Amount::ZERO,
            debt: Amount::ZERO,
            due: Amount::ZERO,
            sending: Amount::ZERO,
            in_account: Amount::ZERO,
            leaving: Amount::ZERO,
            returning: Amount::ZERO,
            algos: 0,
            tabs: vec![tab],
            contracts: vec![contract.clone()],
            contract_in_force: Some(contract.id),
            last_ticks: BTreeMap::new(),
            withdrawals: Vec::new(),
            op: None,
            last_round: Round::GENESIS,
            rules,
        };
        state.wallets.insert(id, books);
    }

    /// Row 4.
    pub(crate) fn top_up(&self, wallet: i64, amount: Amount) {
        self.change(wallet, |state, books| {
            state.treasury -= amount.0;
            state.world_card -= amount.0;
            books.available.0 += amount.0;
            books.due.0 += amount.0;
        });
    }

    /// Rows 10 to 13 in one: so much was played.
    pub(crate) fn charge(&self, wallet: i64, amount: Amount) {
        self.change(wallet, |state, books| {
            books.available.0 -= amount.0;
            let tab = &mut books.tabs[0];
            tab.unsettled.0 += amount.0;
            (tab.last_tick_at, tab.lot_since) = (state.now, tab.lot_since.or(Some(state.now)));
        });
    }

    /// Row 20.
    pub(crate) fn withdraw(&self, wallet: i64, pending: PendingWithdrawal) {
        self.change(wallet, |state, books| {
            books.available.0 -= pending.amount.0;
            books.withdrawing.0 += pending.amount.0;
            state.withdrawals.insert(pending.id, "pending");
            books.withdrawals.push(pending);
        });
    }

    /// Row 6a for money that is in the account: it is the treasury's now.
    pub(crate) fn refund(&self, wallet: i64, amount: Amount) {
        self.change(wallet, |state, books| {
            books.available.0 -= amount.0;
            state.world_card += amount.0;
            books.in_account.0 -= amount.0;
            books.returning.0 += amount.0;
        });
    }

    pub(crate) fn change(&self, wallet: i64, change: impl FnOnce(&mut State, &mut WalletBooks)) {
        let mut state = self.state();
        let mut books = state.wallets.remove(&wallet).unwrap();
        change(&mut state, &mut books);
        state.wallets.insert(wallet, books);
        state.check();
    }

    /// Changes an operation and its wallet in one transaction, unless the operation has ended.
    fn change_op(&self, op: i64, change: impl FnOnce(&mut State, &mut WalletBooks, &mut ChainOp)) -> bool {
        let mut state = self.state();
        let mut op = state.ops.get(&op).unwrap().clone();
        if !in_flight(&op) {
            return false;
        }
        let mut books = state.wallets.remove(&op.wallet).unwrap();
        if op.state == OpState::Doubtful {
            books.stopped = None;
        }
        change(&mut state, &mut books, &mut op);
        state.wallets.insert(op.wallet, books);
        if !in_flight(&op) {
            state.open.remove(&op.wallet);
        }
        state.ops.insert(op.id, op);
        state.check();
        true
    }

    pub(crate) fn op_of(&self, wallet: i64) -> Option<ChainOp> {
        self.state().in_flight(wallet)
    }

    pub(crate) fn books(&self, wallet: i64) -> WalletBooks {
        self.state().wallets.get(&wallet).unwrap().clone()
    }

    pub(crate) fn last_op(&self) -> ChainOp {
        self.state().ops.last_key_value().unwrap().1.clone()
    }
}

fn in_flight(op: &ChainOp) -> bool {
    matches!(op.state, OpState::Planned | OpState::Signed | OpState::Sent | OpState::Doubtful)
}

impl State {
    fn in_flight(&self, wallet: i64) -> Option<ChainOp> {
        self.open.get(&wallet).and_then(|op| self.ops.get(op)).cloned()
    }

    /// Laws 1 and 3, both books' sums, and one operation in flight a wallet.
    fn check(&self) {
        // Measurements have many.
        if self.wallets.len() > CHECKED_WALLETS {
            return;
        }
        let (mut owed, mut chain) = (self.partner + self.platform + self.world_chain + self.world_card, 0);
        chain += self.treasury + self.outside;
        let mut algos = 0;
        for books in self.wallets.values() {
            let unsettled = books.unsettled().unwrap().0;
            let ours = [books.available, books.held, books.settling, books.withdrawing].map(|amount| amount.0);
            let there = [books.due, books.sending, books.in_account, books.leaving].map(|amount| amount.0);
            assert!(ours.iter().chain(&there).all(|amount| *amount >= 0) && books.returning.0 >= 0, "{books:?}");
            assert!(there.iter().all(|amount| amount % 1_000_000 == 0), "law 3: {books:?}");
            assert_eq!(ours.iter().sum::<i64>() + unsettled, there.iter().sum::<i64>(), "law 1: {books:?}");
            owed += ours.iter().sum::<i64>() + unsettled + books.debt.0;
            chain += there.iter().sum::<i64>() + books.returning.0;
            algos += books.algos;
            assert!(self.ops.values().filter(|op| op.wallet == books.id && in_flight(op)).count() <= 1);
        }
        assert_eq!((owed, chain), (0, 0), "the sums of both books");
        let AlgoPosting { treasury, wallet, fees, outside } = self.algos;
        assert_eq!((treasury + wallet + fees + outside, wallet), (0, algos), "the third book");
    }

    fn book_algos(&mut self, books: &mut WalletBooks, posting: AlgoPosting) {
        self.algos.treasury += posting.treasury;
        self.algos.wallet += posting.wallet;
        self.algos.fees += posting.fees;
        self.algos.outside += posting.outside;
        books.algos += posting.wallet;
    }
}

fn take(from: &mut Amount, to: &mut Amount, amount: Amount) -> bool {
    if from.0 < amount.0 {
        return false;
    }
    from.0 -= amount.0;
    to.0 += amount.0;
    true
}

/// The postings of planning; whether every condition holds.
fn post_plan(state: &mut State, books: &mut WalletBooks, op: &PlannedOp) -> bool {
    let g = op.amount;
    match &op.work {
        Work::Delivery { .. } => take(&mut books.due, &mut books.sending, g),
        Work::Bill(bill) => {
            assert_eq!(bill.parts.iter().map(|part| part.amount.0).sum::<i64>(), g.0);
            for part in &bill.parts {
                let tab = books.tabs.iter_mut().find(|tab| tab.id == part.tab).unwrap();
                if tab.unsettled < part.amount {
                    return false;
                }
                tab.unsettled.0 -= part.amount.0;
                tab.lot_since = None;
            }
            books.settling.0 += g.0;
            take(&mut books.in_account, &mut books.leaving, g)
        }
        Work::Withdrawal(withdrawal) => {
            books.withdrawals.retain(|pending| pending.id != withdrawal.withdrawal);
            state.withdrawals.insert(withdrawal.withdrawal, "sending");
            take(&mut books.in_account, &mut books.leaving, g)
        }
        Work::Return => books.returning == g,
        Work::Refill { .. } => true,
        Work::Close => {
            let unsettled: i64 = books.tabs.iter_mut().map(|tab| std::mem::take(&mut tab.unsettled).0).sum();
            let left = std::mem::take(&mut books.available).0 + unsettled;
            assert_eq!(left, g.0);
            state.platform += left;
            take(&mut books.in_account, &mut books.returning, g)
        }
    }
}

/// The postings of an operation in a block.
fn post_in_block(state: &mut State, books: &mut WalletBooks, op: &ChainOp) {
    let g = op.amount;
    match &op.work {
        Work::Delivery { joins } => {
            assert!(take(&mut books.sending, &mut books.in_account, g));
            books.has_account |= joins.is_some();
        }
        Work::Bill(bill) => {
            let fee = i64::try_from(bill.split().unwrap().fee).unwrap() * 1_000_000;
            books.settling.0 -= g.0;
            books.leaving.0 -= g.0;
            state.outside += g.0;
            state.partner += g.0 - fee;
            state.platform += fee;
            books.last_ticks.insert(bill.contract.id, bill.tick.clone());
        }
        Work::Withdrawal(withdrawal) => {
            books.withdrawing.0 -= g.0;
            books.leaving.0 -= g.0;
            state.world_chain += g.0;
            state.outside += g.0;
            state.withdrawals.insert(withdrawal.withdrawal, "done");
        }
        Work::Return | Work::Close => {
            books.returning.0 -= g.0;
            state.treasury += g.0;
            if op.work == Work::Close {
                books.has_account = false;
                state.closed.insert(books.id);
            }
        }
        Work::Refill { .. } => {}
    }
}

/// The postings of an operation that was refused for good.
fn post_refused(state: &mut State, books: &mut WalletBooks, op: &ChainOp) {
    let g = op.amount;
    match &op.work {
        Work::Delivery { .. } => assert!(take(&mut books.sending, &mut books.due, g)),
        Work::Bill(bill) => {
            books.settling.0 -= g.0;
            for part in &bill.parts {
                let now = state.now;
                let tab = books.tabs.iter_mut().find(|tab| tab.id == part.tab).unwrap();
                tab.unsettled.0 += part.amount.0;
                tab.lot_since = tab.lot_since.or(Some(now - 3_600_000));
            }
            assert!(take(&mut books.leaving, &mut books.in_account, g));
        }
        Work::Withdrawal(withdrawal) => {
            assert!(take(&mut books.withdrawing, &mut books.available, g));
            assert!(take(&mut books.leaving, &mut books.in_account, g));
            state.withdrawals.insert(withdrawal.withdrawal, "refused");
        }
        Work::Return | Work::Refill { .. } => {}
        Work::Close => panic!("a close never ends refused"),
    }
}

fn then(state: &mut State, books: &mut WalletBooks, op: &ChainOp, then: Consequence) {
    let Work::Bill(bill) = &op.work else {
        if let Consequence::StopWallet(cause) = then {
            books.stopped = Some(cause);
        }
        return;
    };
    match then {
        Consequence::Nothing => {}
        Consequence::BlockTabs => {
            for tab in &mut books.tabs {
                tab.is_blocked |= bill.parts.iter().any(|part| part.tab == tab.id);
            }
        }
        Consequence::BlockContract => {
            state.blocked_contracts.insert(bill.contract.id);
            let blocked = |books: &mut WalletBooks| {
                books
                    .contracts
                    .iter_mut()
                    .filter(|one| one.id == bill.contract.id)
                    .for_each(|one| one.is_blocked = true);
            };
            blocked(books);
            state.wallets.values_mut().for_each(blocked);
        }
        Consequence::StopWallet(cause) => books.stopped = Some(cause),
    }
}

#[allow(clippy::manual_async_fn, reason = "the trait's form")]
impl ChainStore for MemoryStore {
    type Error = Never;

    fn now(&self) -> i64 {
        self.state().now
    }

    fn candidates(&self, now: i64, after: i64, limit: usize) -> impl Future<Output = Result<Vec<i64>, Never>> + Send {
        let state = self.state();
        let waits = |id: i64| state.in_flight(id).is_some_and(|op| op.not_before > now);
        let open = state.wallets.keys().filter(|id| **id > after && !state.closed.contains(id) && !waits(**id));
        let found = open.take(limit).copied().collect();
        std::future::ready(Ok(found))
    }

    fn accounts(&self, after: i64, limit: usize) -> impl Future<Output = Result<Vec<i64>, Never>> + Send {
        let state = self.state();
        let on_chain = state.wallets.values().filter(|books| books.id > after && books.has_account);
        let found = on_chain.take(limit).map(|books| books.id).collect();
        std::future::ready(Ok(found))
    }

    fn recent(&self, limit: usize) -> impl Future<Output = Result<Vec<i64>, Never>> + Send {
        self.accounts(0, limit)
    }

    fn wallet(&self, wallet: i64) -> impl Future<Output = Result<Option<WalletBooks>, Never>> + Send {
        let state = self.state();
        let books = state.wallets.get(&wallet).filter(|_| !state.closed.contains(&wallet)).cloned();
        let books = books.map(|books| WalletBooks { op: state.in_flight(wallet), ..books });
        std::future::ready(Ok(books))
    }

    fn reserve_key(&self) -> impl Future<Output = Result<u64, Never>> + Send {
        let mut state = self.state();
        state.next_key += 1;
        std::future::ready(Ok(state.next_key))
    }

    fn set_key(&self, wallet: i64, number: u64, _: Address) -> impl Future<Output = Result<(), Never>> + Send {
        self.state().wallets.get_mut(&wallet).unwrap().key_number.get_or_insert(number);
        std::future::ready(Ok(()))
    }

    fn plan(&self, wallet: i64, op: &PlannedOp) -> impl Future<Output = Result<Option<ChainOp>, Never>> + Send {
        let planned = {
            let mut state = self.state();
            let is_free = state.in_flight(wallet).is_none();
            let mut books = state.wallets.get(&wallet).unwrap().clone();
            let (platform, withdrawals) = (state.platform, state.withdrawals.clone());
            if is_free && post_plan(&mut state, &mut books, op) {
                let after = state.ops.last_key_value().map_or(0, |(id, _)| id + 1);
                let id = i64::try_from(unused_number()).unwrap().max(after);
                let op = ChainOp {
                    id,
                    wallet,
                    work: op.work.clone(),
                    amount: op.amount,
                    state: OpState::Planned,
                    attempts: Vec::new(),
                    not_before: 0,
                };
                state.wallets.insert(wallet, books);
                state.ops.insert(id, op.clone());
                state.open.insert(wallet, id);
                state.check();
                Some(op)
            } else {
                (state.platform, state.withdrawals) = (platform, withdrawals);
                None
            }
        };
        async move {
            self.pass(Point::Planned).await;
            Ok(planned)
        }
    }

    fn store_attempt(&self, op: i64, attempt: &Attempt) -> impl Future<Output = Result<bool, Never>> + Send {
        let mut stored = false;
        self.change_op(op, |_, _, op| {
            stored = op.state == OpState::Planned && op.next_attempt() == attempt.number;
            if stored {
                op.state = OpState::Signed;
                op.attempts.push(attempt.clone());
            }
        });
        async move {
            self.pass(Point::Stored).await;
            Ok(stored)
        }
    }

    fn mark_sent(&self, op: i64, number: u32) -> impl Future<Output = Result<(), Never>> + Send {
        async move {
            self.pass(Point::Sent).await;
            self.change_op(op, |_, _, op| {
                let is_newest = op.attempts.last().is_some_and(|attempt| attempt.number == number);
                if is_newest && op.state == OpState::Signed {
                    op.state = OpState::Sent;
                    op.attempts.last_mut().unwrap().state = AttemptState::Sent;
                }
            });
            Ok(())
        }
    }

    fn void_attempt(&self, op: i64, void: &VoidAttempt) -> impl Future<Output = Result<bool, Never>> + Send {
        let mut is_written = false;
        self.change_op(op, |_, books, op| {
            let is_newest = op.attempts.last().is_some_and(|attempt| attempt.number == void.attempt);
            is_written = is_newest && op.state != OpState::Planned;
            if !is_written {
                return;
            }
            op.state = OpState::Planned;
            op.not_before = void.not_before;
            let attempt = op.attempts.iter_mut().find(|attempt| attempt.number == void.attempt).unwrap();
            attempt.state = if void.was_refused { AttemptState::Refused } else { AttemptState::Void };
            if let (Some(fee_pct), Work::Bill(bill)) = (void.fee_pct, &mut op.work) {
                bill.fee_pct = fee_pct;
                let known = books.contracts.iter_mut().find(|one| one.id == bill.contract.id);
                known.unwrap().fee_pct = fee_pct;
            }
        });
        std::future::ready(Ok(is_written))
    }

    fn end(&self, op: i64, ending: &Ending) -> impl Future<Output = Result<bool, Never>> + Send {
        let ending = ending.clone();
        async move {
            self.pass(Point::Ended).await;
            let mut is_written = true;
            let in_flight = self.change_op(op, |state, books, op| {
                let newest = op.attempts.last().map_or(0, |attempt| attempt.number);
                match &ending {
                    Ending::InBlock { attempt, round, algos } => {
                        op.state = OpState::Done;
                        let found = op.attempts.iter_mut().find(|one| one.number == *attempt);
                        found.unwrap().state = AttemptState::InBlock;
                        post_in_block(state, books, op);
                        state.book_algos(books, *algos);
                        books.last_round = round.unwrap_or(books.last_round);
                    }
                    Ending::Refused { attempt, .. } | Ending::Doubtful { attempt, .. } if *attempt != newest => {
                        is_written = false;
                    }
                    Ending::Refused { then: consequence, .. } => {
                        op.state = OpState::Refused;
                        post_refused(state, books, op);
                        then(state, books, op, *consequence);
                    }
                    Ending::Doubtful { .. } => {
                        op.state = OpState::Doubtful;
                        books.stopped = Some(StopCause::Doubtful);
                    }
                }
            });
            Ok(in_flight && is_written)
        }
    }

    fn wait(&self, op: i64, not_before: i64, _: &str) -> impl Future<Output = Result<(), Never>> + Send {
        self.change_op(op, |_, _, op| op.not_before = not_before);
        std::future::ready(Ok(()))
    }

    fn found(
        &self,
        wallet: i64,
        holding: Amount,
        deposit: Amount,
        algos: i64,
    ) -> impl Future<Output = Result<bool, Never>> + Send {
        let mut booked = false;
        self.change(wallet, |state, books| {
            booked = state.in_flight(wallet).is_none() && books.holding() == Some(holding);
            if booked {
                state.world_chain -= deposit.0;
                books.available.0 += deposit.0;
                state.outside -= deposit.0;
                books.in_account.0 += deposit.0;
                let posting = AlgoPosting { treasury: 0, wallet: algos, fees: 0, outside: -algos };
                state.book_algos(books, posting);
            }
        });
        std::future::ready(Ok(booked))
    }

    fn stop_wallet(&self, wallet: i64, cause: StopCause, _: &str) -> impl Future<Output = Result<(), Never>> + Send {
        self.change(wallet, |_, books| books.stopped = Some(cause));
        std::future::ready(Ok(()))
    }

    async fn reconciled(&self, _: i64, _: Round) -> Result<(), Never> {
        self.pass(Point::Compared).await;
        Ok(())
    }

    fn newest_seal(&self) -> impl Future<Output = Result<Option<SealMark>, Never>> + Send {
        std::future::ready(Ok(None))
    }

    fn notice(&self, notice: &Notice) -> impl Future<Output = Result<(), Never>> + Send {
        self.state().notices.push(notice.clone());
        std::future::ready(Ok(()))
    }
}

impl MemoryStore {
    /// How many operations of a kind are done.
    pub(crate) fn done(&self, kind: OpKind) -> usize {
        self.state().ops.values().filter(|op| op.work.kind() == kind && op.state == OpState::Done).count()
    }
}
