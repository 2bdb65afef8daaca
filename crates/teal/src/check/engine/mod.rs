//! Following a program along its paths, with values that stand for whatever a caller may send.
//!
//! Each path carries what its conditions have found out. Paths that meet with the same state go on as one; where too many
//! meet they are joined, and what they do not share is forgotten: nothing is missed by that, but something may be found
//! that no single path does. What is worth reporting is not decided here.

mod actions;
mod assume;
mod cycle;
mod explore;
mod facts;
mod fields;
mod fold;
mod inner;
mod join;
mod state;
mod step;
mod storage;
mod terms;

pub(super) use actions::Calls;
pub(super) use cycle::Cycle;
pub(super) use explore::explore;
pub(super) use facts::{Fact, FactsId};
pub(super) use state::{Approval, Heights, MAX_NOTES, Note, Seen, Stop};
pub(super) use storage::ListId;
pub(super) use terms::{NOTHING, Term, TermId, TransactionRef, reads_state};
