//! The UsageContract: parameters, fee arithmetic, transaction groups, state, receipts.
//!
//! The rules are the contract's own (`teal/usage_approval.teal`); what is checked here spares a user a refusal on chain.
//! Must not know the command line, files other than its journal, or where keys and networks come from.

mod arc2;
pub mod arc56;
pub mod batch;
mod billing;
pub mod calls;
pub mod difference;
mod discover;
mod error;
mod intent;
pub mod journal;
mod parameters;
mod plan;
mod programs;
mod quantity;
mod receipt;
pub mod scenario;
mod split;
mod state;
mod stop;
mod tick;
mod verification;
mod wanted;

pub use arc2::{DAPP, DEFAULT_NAME, DeployNote, NoteError};
pub use billing::{BillRequest, OperationError, PreparedBill, global_state};
pub use calls::Bill;
pub use discover::{Candidate, Evidence, Search, search, template_of};
pub use error::UsageError;
pub use intent::Intent;
pub use parameters::{Creation, Parameters};
pub use plan::{
    Action, Aspect, Change, OnSchemaBreak, OnUpdate, Plan, Policy, Refusal, Size, Standing, UnknownPolicy, Wanted,
    extra_pages, grown, missing_room,
};
pub use programs::{
    APPROVAL_PATH, APPROVAL_SOURCE, CLEAR_PATH, CLEAR_SOURCE, Programs, SourceLine, Template, source_hashes,
};
pub use quantity::BasisPoints;
pub use receipt::{Balances, Receipt};
pub use split::Split;
pub use state::{GlobalState, LocalState};
pub use stop::StopSignal;
pub use tick::{MAX_TICK, TickId};
pub use verification::{ProgramComparison, Verification};
pub use wanted::{AssetWish, TemplateWish, Wish};
