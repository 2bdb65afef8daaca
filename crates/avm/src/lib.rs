//! The Algorand Virtual Machine: decode once, run. Its only door to state is the [`Ledger`] trait.
//!
//! Must not know: storage, HTTP, how text is assembled. Written after go-algorand `data/transactions/logic`.
//!
//! A group's programs share a [`GroupContext`]. [`eval_application`] runs the program of one of its calls: logs, inner
//! transactions and changes of state are noted in the transaction's `apply_data.eval_delta` as they happen, and the
//! ledger takes them from there. [`eval_signature`] runs one logic signature of a group, with no ledger at all.

pub mod crypto;

mod availability;
mod box_access;
mod check;
mod dispatch;
mod error;
mod evaluate;
mod families;
mod group;
mod ledger;
mod machine;
mod program;
mod program_cache;
mod quick;
mod references;
mod resources;
mod tracer;
mod value;
mod vm;

#[cfg(test)]
mod replay_tests;
#[cfg(test)]
mod shuffle_tests;
#[cfg(test)]
mod test_ledger;
#[cfg(test)]
mod tests;

pub use check::check_program;
pub use error::{CheckError, EvalError, EvalState, Fault, InnerFailure, ProgramError};
pub use evaluate::{eval_application, eval_signature};
pub use group::{Caller, DescribeOpcodes, GroupContext, fee_for_usage};
pub use ledger::{AccountView, Ledger, LedgerError, OnlineAccount, SignatureLedger};
pub use machine::Machine;
pub use pnp_opcodes::Frame;
pub use program::{Dialect, Instruction, Mode, Program, read_version};
pub use tracer::{Tracer, UnnamedResources};
pub use value::{Bytes, Value};
pub use vm::Vm;
