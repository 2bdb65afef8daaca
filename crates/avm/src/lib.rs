//! The Algorand Virtual Machine: decodes a program once, and runs it.
//!
//! It runs logic signatures and the programs of applications, AVM version 1 to 14, with the results, costs and error texts
//! of the network (written after go-algorand `data/transactions/logic`). Its only way to state is the [`Ledger`] trait:
//! nothing in here knows storage or HTTP, or how text is assembled.
//!
//! # Run a program
//! [`Run`] needs nothing but the program:
//! ```
//! use pnp_avm::{MemoryLedger, Run};
//! use pnp_types::TealValue;
//!
//! let program = pnp_teal::assemble(
//!     r#"#pragma version 11
//!     byte "calls"; dup; app_global_get; int 1; +; app_global_put
//!     byte "hello"; log
//!     int 1"#,
//!     Default::default(),
//! )
//! .unwrap()
//! .bytes;
//!
//! let mut ledger = MemoryLedger::new();
//! ledger.set_global(Run::APP, "calls", 41);
//! let outcome = Run::application(program).run_on(&mut ledger);
//!
//! assert!(outcome.is_approved(), "{}", outcome.verdict);
//! assert_eq!(outcome.cost, 10);
//! assert_eq!(outcome.logs, [b"hello"]);
//! assert_eq!(ledger.global(Run::APP, "calls"), Some(TealValue::Uint(42)));
//! ```
//! `examples/test_program.rs` is a file of tests to copy.
//!
//! # Watch it run
//! ```
//! use pnp_avm::{Run, Tracer, Vm};
//!
//! #[derive(Default)]
//! struct Opcodes(Vec<String>);
//!
//! impl Tracer for Opcodes {
//!     fn before_opcode(&mut self, vm: &mut Vm<'_, '_>) {
//!         let name = vm.spec().map_or("?", |spec| spec.name);
//!         self.0.push(format!("{} {name} {:?}", vm.pc(), vm.stack()));
//!     }
//! }
//!
//! let mut opcodes = Opcodes::default();
//! let program = [11, 0x81, 2, 0x81, 3, 0x08]; // int 2; int 3; +
//! let outcome = Run::signature(program).tracer(&mut opcodes).run();
//! assert_eq!(opcodes.0, ["1 pushint []", "3 pushint [2]", "5 + [2, 3]"]);
//! assert_eq!(outcome.stack, [5.into()]);
//! ```
//!
//! # Run the programs of a ledger
//! A group's programs share a [`GroupContext`]. [`eval_application`] runs the program of one of its calls: logs, inner
//! transactions and changes of state are noted in the transaction's `apply_data.eval_delta` as they happen, and the
//! ledger takes them from there. [`eval_signature`] runs one logic signature of a group; all it needs of a ledger is a
//! [`SignatureLedger`]. [`check_program`] checks what can be checked before a program goes on chain.

pub mod crypto;

mod availability;
mod box_access;
mod check;
mod dispatch;
mod error;
mod evaluate;
mod families;
mod fast_path;
mod group;
mod ledger;
mod machine;
mod memory_ledger;
mod program;
mod program_cache;
mod references;
mod resources;
mod run;
mod tracer;
mod value;
mod vm;

#[cfg(test)]
mod fast_path_property_tests;
#[cfg(test)]
mod replay_tests;
#[cfg(test)]
mod shuffle_tests;
#[cfg(test)]
mod test_program;
#[cfg(test)]
mod tests;

pub use check::check_program;
pub use error::{CheckError, EvalError, EvalState, Fault, InnerFailure, ProgramError};
pub use evaluate::{eval_application, eval_signature};
pub use group::{Caller, DescribeOpcodes, GroupContext, fee_for_usage};
pub use ledger::{AccountView, Ledger, LedgerError, OnlineAccount, SignatureLedger};
pub use machine::Machine;
pub use memory_ledger::{MemoryLedger, StateChange};
pub use pnp_opcodes::Frame;
pub use program::{Dialect, Instruction, Mode, Program, read_version};
pub use run::{Outcome, Run, Verdict};
pub use tracer::{NamedState, Tracer, UnnamedResources, WatchedState};
pub use value::{Bytes, Value};
pub use vm::{NEWEST_VERSION, Vm};

/// The programs of the README run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
