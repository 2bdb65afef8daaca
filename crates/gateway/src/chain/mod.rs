//! The chain: deliveries, bills, withdrawals, returns, refills and closes, each exactly once.
//!
//! [`plan`] decides what is to be done for a wallet, [`groups`] builds it, the [`Signer`] signs only what was ordered, and the [`Settler`]
//! stores the signed bytes, hands them over and finds out what became of them. One operation is in flight a wallet; another attempt at it
//! is made only when the one before can be in no block, ever (`docs/concepts/exactly-once.md`). The database is behind [`ChainStore`].

mod books;
mod breaker;
pub mod groups;
mod keys;
mod ops;
mod outflow;
pub mod plan;
pub mod reconcile;
mod refusals;
mod rules;
mod shapes;
mod shared;
mod signer;
mod store;
mod terms;
mod wallet_work;
mod worker;

#[cfg(test)]
pub(crate) mod testing;

pub use books::{PendingWithdrawal, StopCause, Tab, WalletBooks};
pub use groups::{AlgoPosting, SealMark};
pub use keys::{KeyError, WalletKeys, WithdrawalClaim};
pub use ops::{
    Attempt, AttemptState, BillOp, BillPart, ChainOp, OpKind, OpState, PlannedOp, WithdrawalOp, Work, decode_group,
};
pub use outflow::{CapReached, Caps, SignedOp, SignedToday};
pub use reconcile::{Comparison, Mismatch, Review, WalletOnChain, compare_at_rest};
pub use refusals::{Cause, Consequence};
pub use rules::PlanRules;
pub use shapes::{ShapeError, ShapeLimits};
pub use shared::SettlerSettings;
pub use signer::{SignError, SignRequest, Signer, VerifiedContract};
pub use store::{ChainStore, Ending, Notice, VoidAttempt};
pub use terms::ContractTerms;
pub use worker::{ReviewError, Settler, SettlerError, Wake};
