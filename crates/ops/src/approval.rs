//! Who says yes before something is sent on MainNet.

use pnp_types::{Address, MicroAlgos, Transaction, Txid};
use pnp_usage::journal::Sums;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// What is about to be sent on MainNet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The network's name.
    pub network: String,
    /// Its genesis id.
    pub genesis_id: String,
    /// What it comes to.
    pub effect: Effect,
}

/// What a group that is about to be sent does and costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// One group.
    Group {
        /// What it does, in one sentence.
        action: String,
        /// Who sends it.
        sender: Address,
        /// The network's fees for it.
        fee: MicroAlgos,
        /// Its transactions.
        txids: Vec<Txid>,
    },
    /// The group of a bundle that enough have signed.
    Bundle {
        /// Its transactions; never empty.
        transactions: Vec<Transaction>,
    },
    /// A batch of bills: one group for each of its lines, sent by the user that the line names.
    Batch {
        /// Where the lines come from: a file's name, or `stdin`.
        origin: String,
        /// What the lines add up to; nothing where they are not known before they are sent.
        totals: Option<BatchTotals>,
    },
}

/// What the lines of a batch of bills add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchTotals {
    /// All lines, with those that cannot be read.
    pub lines: u64,
    /// The bills of the lines that can be read, in minor units.
    pub sums: Sums,
    /// The least that the network asks for them. What was billed before is not sent again, and costs nothing.
    pub network_fees: MicroAlgos,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be sent.
    Approved,
    /// It must not be sent.
    Declined,
    /// There is nobody to ask, so that it must not be sent.
    NobodyToAsk,
}

/// A decision that may take time, for example an answer at the terminal.
pub type PendingDecision<'a> = Pin<Box<dyn Future<Output = Decision> + Send + 'a>>;

/// Who decides: a person at a terminal, or a server's policy. Asked on MainNet only.
pub trait Approve: fmt::Debug + Send + Sync {
    /// Decides about one proposal.
    fn decide<'a>(&'a self, proposal: &'a Proposal) -> PendingDecision<'a>;

    /// Whether every proposal is approved without a look at it, so that costly sums need not be made for it.
    fn approves_everything(&self) -> bool {
        false
    }
}

/// Nothing is approved: what an operation does on MainNet has to be allowed by somebody.
impl Approve for () {
    fn decide<'a>(&'a self, _: &'a Proposal) -> PendingDecision<'a> {
        Box::pin(std::future::ready(Decision::NobodyToAsk))
    }
}
