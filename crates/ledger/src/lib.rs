//! Algorand's ledger: accounts, assets, applications and boxes, and the rules by which transactions change them.
//!
//! A [`Chain`] knows every block and the latest state, in memory or on disk. Nothing in here knows HTTP or who runs the
//! network.
//!
//! # Make a block
//! ```
//! use pnp_ledger::{Chain, Genesis};
//! use pnp_types::{Address, MicroAlgos, Round, SigningKey, Transaction};
//!
//! let alice = SigningKey::generate()?;
//! let bob = Address([2; 32]);
//! let mut chain = Chain::in_memory(Genesis::development(alice.address(), 1_700_000_000))?;
//!
//! let pay = |amount| {
//!     let payment = Transaction::payment(alice.address(), bob, amount).valid(Round(1), Round(1001));
//!     payment.network(chain.genesis().id(), chain.genesis().hash()).sign(&alice)
//! };
//! let (small, large) = (pay(MicroAlgos::algos(5)), pay(MicroAlgos::algos(20_000_000_000)));
//!
//! let committed = chain.propose(&[vec![small]], 1_700_000_003)?;
//! assert_eq!(committed.block.header.round, Round(1));
//! assert_eq!(chain.account(&bob)?.balance, MicroAlgos::algos(5));
//!
//! let refusal = chain.propose(&[vec![large]], 1_700_000_006).unwrap_err();
//! assert!(refusal.to_string().contains("overspend"));
//! assert_eq!(chain.latest(), Round(1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`Chain`] for the whole: [`Chain::propose`] makes a block of groups, [`Chain::simulate`] runs a group without one,
//!   [`Chain::revert_to`] takes blocks back.
//! - An [`Evaluator`] is a block under construction: changes over a snapshot, as flat, typed [`Record`]s under ordered
//!   [`Key`]s, with one undo log for everything. A refused group leaves no trace.
//! - [`store`] is where a chain is kept: in memory, or with the feature `disk` in a folder.
//!
//! # Features
//! `disk`, off unless it is switched on, is the store on disk.

pub mod simulate;
pub mod store;

mod app_values;
mod apply;
mod authorize;
mod blocks;
mod chain;
mod delta;
mod dispenser;
mod earlier_state;
mod error;
mod evaluator;
mod fees;
mod genesis;
mod host;
mod key;
mod lookups;
mod min_balance;
mod next_header;
mod online;
mod overlay;
mod propose;
mod reader;
mod record;
mod rewards;
mod state;
mod totals;
mod txtail;
mod wellformed;

#[cfg(test)]
mod test_program;

pub use authorize::{
    AuthorizeError, AuthorizeReason, MultisigFault, PqFault, SignerAddressError, check_signer_addresses,
};
pub use blocks::{Confirmed, HistoryError};
pub use chain::{Chain, ChainError};
pub use delta::{Change, RoundDelta};
pub use dispenser::DispenserKey;
pub use earlier_state::EarlierState;
pub use error::{ApplyError, BlockError, GroupError, TailError};
pub use evaluator::{EvaluatedBlock, Evaluator};
pub use fees::FeeError;
pub use genesis::{
    Allocation, DEFAULT_FEE_SINK, DEFAULT_REWARDS_POOL, DISPENSER_COMMENT, Genesis, GenesisAccount, GenesisError,
    TOTAL_MONEY,
};
pub use key::{Key, Span};
pub use lookups::BoxEntry;
pub use min_balance::{min_balance, schema_requirement};
pub use next_header::{held_timestamp, next_header};
pub use online::VotersCommitment;
pub use overlay::{Delta, ReadError, StateReader};
pub use propose::{CommittedBlock, ProposeError};
pub use reader::{ChainReader, DuplicateQuery, Lease, TxTail};
pub use record::{AccountRecord, AppRecord, AssetRecord, LocalRecord, Record};
pub use rewards::with_rewards;
pub use state::balance_lookback;
pub use totals::{AlgoCount, Totals, TotalsOverflow};
pub use wellformed::{AccessError, MalformedError, ProgramsError};

/// The programs of the README run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
