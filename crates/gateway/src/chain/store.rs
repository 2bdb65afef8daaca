//! What the settler needs of a store: each method is one transaction of its own.

use super::books::{StopCause, WalletBooks};
use super::groups::{AlgoPosting, SealMark};
use super::ops::{Attempt, ChainOp, PlannedOp};
use super::outflow::CapReached;
use super::refusals::{Cause, Consequence};
use crate::amount::Amount;
use pnp_types::{Address, AppIndex, MicroAlgos, Round};
use pnp_usage::BasisPoints;
use std::future::Future;

/// How an operation ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Attempt `attempt` is in a block. Rows 5a, 15, 20b, 9 and 21a by its kind; `algos` is the row of the third book.
    InBlock {
        /// Which attempt.
        attempt: u32,
        /// Its round; `None` where only the contract's state shows it.
        round: Option<Round>,
        /// The third book's row.
        algos: AlgoPosting,
    },
    /// It is in no block and will not be tried again; its newest attempt, where it has an open one, is refused. Rows 5b, 16 and 20d by its kind; a return and a refill have no postings. A close
    /// never ends so.
    Refused {
        /// Its newest attempt; 0 where it has none.
        attempt: u32,
        /// Why.
        cause: Cause,
        /// The same in the network's words.
        reason: String,
        /// What else changes in the same transaction.
        then: Consequence,
    },
    /// Whether it is in a block is not known. The wallet stops ([`StopCause::Doubtful`]), nothing moves (row 17). An operation that ends
    /// or gets a void attempt later no longer stops its wallet for that.
    Doubtful {
        /// Its newest attempt.
        attempt: u32,
        /// How far that was found out, and where to look.
        reason: String,
    },
}

/// A void attempt, and what the next one differs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoidAttempt {
    /// Which attempt.
    pub attempt: u32,
    /// Whether it was refused and no node has a copy; else no block of its window has it.
    pub was_refused: bool,
    /// How that is known.
    pub reason: String,
    /// The contract's fee now, where a bill was refused because of it: the operation's, and the contract row's.
    pub fee_pct: Option<BasisPoints>,
    /// When the next attempt may be made, in milliseconds since 1970.
    pub not_before: i64,
}

/// What is reported to people once, and shown in dashboards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A contract's bills were refused several times with one cause; they are tried again later, one at a time.
    ContractRests {
        /// The contract.
        app: AppIndex,
        /// Why.
        cause: Cause,
        /// Until when, in milliseconds since 1970.
        until: i64,
    },
    /// A contract's bills pass again.
    ContractWorks {
        /// The contract.
        app: AppIndex,
    },
    /// The treasury has too little for an operation, which waits.
    TreasuryShort {
        /// The operation.
        op: i64,
        /// Why.
        cause: Cause,
    },
    /// The network's fees are over the limit, so that groups wait.
    FeesHigh {
        /// What a group would cost.
        fee: MicroAlgos,
        /// The most it may.
        limit: MicroAlgos,
    },
    /// The signer refused an operation, which waits.
    NotSigned {
        /// The operation.
        op: i64,
        /// Why.
        reason: String,
    },
    /// So much was signed today that operations of a kind wait for the next day.
    CapReached {
        /// Which cap.
        cap: CapReached,
        /// When they are tried again, in milliseconds since 1970.
        until: i64,
    },
    /// The network does not answer since some time ago; everything waits.
    NetworkAway {
        /// What the last request failed with.
        reason: String,
    },
    /// The network answers again.
    NetworkBack,
}

/// The ledger and the queue, as the settler sees them.
///
/// Every method is one transaction: its postings and its rows of `chain_ops`, `chain_attempts`, `bill_parts` and `algo_entries` are
/// written together or not at all, and are durable when it returns. Conditions stand in the statements: where one does not hold, nothing
/// is written and the answer says so. Where several processes share a store, every write also fails for a process whose lease is over.
pub trait ChainStore: Send + Sync + 'static {
    /// What a statement fails with. The settler stops on it, and may be started again.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Business time, in milliseconds since 1970.
    fn now(&self) -> i64;

    /// Up to `limit` wallets after the one with row id `after`, in rising order, that may have something to do: an operation whose
    /// `not_before` is over; or no operation, no stop, and `due`, `returning`, a pending withdrawal, or a tab that may be due at `now`, or
    /// a close. More wallets than that may be named: what is done is decided by [`plan::next`](super::plan::next).
    fn candidates(
        &self,
        now: i64,
        after: i64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<i64>, Self::Error>> + Send;

    /// Up to `limit` wallets after the one with row id `after`, in rising order, that have an account: what the sweep compares.
    fn accounts(&self, after: i64, limit: usize) -> impl Future<Output = Result<Vec<i64>, Self::Error>> + Send;

    /// The wallets of the newest `limit` operations that have an account: what is compared at the start. A store that was restored from a
    /// backup so finds at once most of what happened after it.
    fn recent(&self, limit: usize) -> impl Future<Output = Result<Vec<i64>, Self::Error>> + Send;

    /// A wallet's books, read in one transaction; `None` where there is no such wallet, or it is closed.
    fn wallet(&self, wallet: i64) -> impl Future<Output = Result<Option<WalletBooks>, Self::Error>> + Send;

    /// A number for a key that no wallet has or will have otherwise: `store.next_key`, which rises. Numbers may be missing.
    fn reserve_key(&self) -> impl Future<Output = Result<u64, Self::Error>> + Send;

    /// Gives a wallet without a key this one: its number and its address.
    fn set_key(
        &self,
        wallet: i64,
        number: u64,
        address: Address,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Plans an operation: rows 5, 14, 14r, 20a and 21 by its kind, and the row in state `planned`. `None` where a condition no longer
    /// holds: nothing in flight, enough in each account, the wallet not stopped.
    fn plan(&self, wallet: i64, op: &PlannedOp) -> impl Future<Output = Result<Option<ChainOp>, Self::Error>> + Send;

    /// Stores an attempt's bytes; the operation is then `signed`. `false`, and nothing written, unless the operation is `planned` and
    /// `attempt.number` follows its newest attempt.
    fn store_attempt(&self, op: i64, attempt: &Attempt) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Notes that an attempt is being handed over: attempt and operation are then `sent`. Nothing is written unless the operation is
    /// `signed` and the attempt is its newest.
    fn mark_sent(&self, op: i64, attempt: u32) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Notes that an attempt can be in no block, ever; the operation is `planned` again (row 16a: no postings).
    /// `false`, and nothing written, unless the attempt is the operation's newest and the operation is `signed`, `sent` or `doubtful`: another
    /// process may have gone on already.
    fn void_attempt(&self, op: i64, void: &VoidAttempt) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Ends an operation with its postings. `false`, and nothing written, where it has ended already, or where a refusal or a doubt names
    /// another attempt than its newest. `has_account` becomes true with the
    /// first delivery, and false with a close, which closes the wallet.
    fn end(&self, op: i64, ending: &Ending) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Lets a `planned` operation wait, for this reason.
    fn wait(&self, op: i64, not_before: i64, reason: &str) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Books what the account has more than the books say (row 7, and the third book's last row). `false`, and nothing written, unless
    /// nothing is in flight and `in_account + leaving + returning` is still `holding`.
    fn found(
        &self,
        wallet: i64,
        holding: Amount,
        deposit: Amount,
        algos: i64,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Lets nothing more be sent for a wallet, and raises `reconciliation.mismatch`.
    fn stop_wallet(
        &self,
        wallet: i64,
        cause: StopCause,
        reason: &str,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Notes that a wallet's account was compared with its books at a round, and agreed.
    fn reconciled(&self, wallet: i64, round: Round) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The newest seal of the journal, which the next transfer of the treasury names; `None` where nothing is sealed.
    fn newest_seal(&self) -> impl Future<Output = Result<Option<SealMark>, Self::Error>> + Send;

    /// Writes an event.
    fn notice(&self, notice: &Notice) -> impl Future<Output = Result<(), Self::Error>> + Send;
}
