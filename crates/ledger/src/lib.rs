//! Accounts, applications and assets, and the rules by which transactions change them.
//!
//! A [`Chain`] lies in a [`store`] and knows every block and the latest state. [`Chain::propose`] makes a block of signed
//! groups; [`Chain::simulate`] runs a group without one. A block under construction ([`Evaluator`]) is an overlay of
//! changes over a snapshot: flat, typed [`Record`]s under ordered [`Key`]s, with one undo log for everything. Nothing in
//! here knows HTTP.

pub mod simulate;
pub mod store;

mod app_values;
mod apply;
mod authorize;
mod blocks;
mod chain;
mod delta;
mod dispenser;
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
mod past;
mod propose;
mod reader;
mod record;
mod rewards;
mod state;
mod totals;
mod txtail;
mod wellformed;

pub use authorize::{AuthorizeError, AuthorizeReason, MultisigFault, PqFault};
pub use blocks::{Confirmed, HistoryError};
pub use chain::{Chain, ChainError};
pub use delta::{Change, RoundDelta};
pub use dispenser::DispenserKey;
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
pub use past::Past;
pub use propose::{CommittedBlock, ProposeError};
pub use reader::{ChainReader, Lease, TailProbe, TxTail};
pub use record::{AccountRecord, AppRecord, AssetRecord, LocalRecord, Record};
pub use rewards::with_rewards;
pub use state::balance_lookback;
pub use totals::{AlgoCount, Totals, TotalsOverflow};
pub use wellformed::{AccessError, MalformedError, ProgramsError};
