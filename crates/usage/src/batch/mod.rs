//! Billing many ticks: in order within a user, side by side across users, each exactly once.
//!
//! A line of the input becomes an intent in the journal, durable before its group is sent; a user's next line waits until
//! the outcome of the one before is known. A new group for a line is built only when the old one can never be in a block.
//! So after a kill at any moment, another run with the same journal charges what is missing and nothing twice;
//! `docs/concepts/exactly-once.md` has the argument. This module reads no keys and prints nothing: payers come from a
//! [`Payers`], progress goes to a [`Listener`].

mod charge;
mod group;
mod input;
mod preparing;
mod run;
mod user_queues;

pub use input::{Format, Input, InputError, Line, Row};
pub use run::{Batch, BatchError, Summary};

use super::exactly_once::SendError;
use super::journal::JournalError;
use super::{Signer, TickId, Units};
use pnp_client::{ClientError, Rejection, RetryPolicy};
use pnp_types::{Address, AppIndex, AssetIndex, Round, Txid};
use std::future::Future;
use std::sync::Arc;

/// The settings of a batch.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The contract.
    pub app: AppIndex,
    /// The asset, where the contract is not bound to one.
    pub asset: Option<AssetIndex>,
    /// Whether the contract asks for rising ticks.
    pub ordered_ticks: bool,
    /// How many users are billed at once.
    pub parallel: usize,
    /// The most ticks a second.
    pub rate: Option<f64>,
    /// For how many rounds a group stays valid, at most 1000.
    pub validity: u64,
    /// Whether the node that answers is the whole network, so that no other node can have what it refuses or does not know.
    pub is_single_node: bool,
    /// When requests are sent again. Its total is also how long to wait for a block.
    pub network: RetryPolicy,
    /// Whether lines that were refused before are tried again.
    pub retry_refused: bool,
    /// The most microAlgos of fees for a group.
    pub max_fee: Option<u64>,
}

/// A user who can be billed.
pub struct Ready {
    /// Who signs.
    pub signer: Arc<dyn Signer>,
    /// The newest tick the contract has of the user.
    pub last_tick: Option<TickId>,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").field("user", &self.signer.address()).finish_non_exhaustive()
    }
}

/// An account with its address, or why there is none.
pub type Found<A> = Result<(Address, A), String>;

/// Finds the accounts that pay.
pub trait Payers: Sync {
    /// What stops the whole batch.
    type Error: Send;
    /// An account that may pay.
    type Account: Send;
    /// The account that the input calls `user` (a name or an address). Called once for each, one after the other: a password may
    /// have to be typed. `Ok(Err(_))` says why there is none.
    fn find(&self, user: &str) -> impl Future<Output = Result<Found<Self::Account>, Self::Error>> + Send;
    /// Prepares an account to be billed, and reads its newest tick. Called once for each, for several at a time. `Ok(Err(_))`
    /// says why it cannot be billed.
    fn ready(&self, account: Self::Account) -> impl Future<Output = Result<Result<Ready, String>, Self::Error>> + Send;
}

/// Describes a refusal for the journal.
pub type Explain = Arc<dyn Fn(&Rejection) -> String + Send + Sync>;

/// The outcome of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in a block; without a round if only the contract's state shows it.
    Charged(Option<Round>),
    /// It is not charged and will not be, for this reason.
    Refused(String),
    /// It is not charged: its groups expired too often. Another run tries again.
    Expired(String),
    /// It is not known whether it is charged; nothing more is sent for this user until that is clear.
    Doubtful(String),
}

/// A line and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineResult {
    /// The input's line.
    pub line: u64,
    /// Who pays: an address if it is known, else the text of the input.
    pub user: String,
    /// What was to be billed; `None` if nothing was sent.
    pub bill: Option<SettledBill>,
    /// Its outcome.
    pub outcome: Outcome,
}

/// The group of a settled line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledBill {
    /// Units of use.
    pub units: Units,
    /// The price of one.
    pub unit_price: u64,
    /// The tick.
    pub tick: TickId,
    /// The provider's part.
    pub net: u64,
    /// The platform's part.
    pub fee: u64,
    /// The call's transaction id.
    pub txid: Txid,
}

/// Receives the outcomes of lines while a batch runs.
pub trait Listener: Send {
    /// A line was settled in this run.
    fn settled(&mut self, line: &LineResult);
    /// A line had been settled by an earlier run.
    fn passed(&mut self, line: u64);
}

/// Why a batch cannot continue. What is open in the journal is settled by another run.
#[derive(Debug, thiserror::Error)]
pub enum StopReason {
    /// The network does not answer, or refuses the connection.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The contract cannot be read any more.
    #[error(transparent)]
    Contract(#[from] super::OperationError),
    /// A key does not sign.
    #[error("{user} cannot sign: {why}")]
    Signature {
        /// Who.
        user: Address,
        /// Why.
        why: String,
    },
    /// The network suggests more fees than allowed; nothing of it was sent.
    #[error("the fees of a group would be {fee} microAlgos, over the limit of {limit}")]
    Fee {
        /// What a group would cost.
        fee: u64,
        /// What it may cost.
        limit: u64,
    },
    /// The network makes no blocks.
    #[error("the network makes no blocks: transaction {txid} is neither in one nor given up")]
    Stalled {
        /// The call's transaction.
        txid: Txid,
    },
    /// A task of this program panicked.
    #[error("a task ended badly: {0}")]
    Task(String),
}

impl From<SendError> for StopReason {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Client(error) => Self::Client(error),
            SendError::Contract(error) => Self::Contract(error),
            SendError::Stalled { txid } => Self::Stalled { txid },
        }
    }
}
