//! The Algorand Virtual Machine: decode once, run. Its only door to state is the [`ledger::Ledger`] trait.
//!
//! Must not know: storage, HTTP, how text is assembled. Written after go-algorand `data/transactions/logic`.

pub mod crypto;
pub mod error;
pub mod machine;
pub mod program;
pub mod value;

mod families;
mod quick;
mod varint;

pub use error::{CheckError, EvalError, EvalState, Fault, InnerFailure, ProgramError};
pub use machine::Machine;
pub use program::{Dialect, Instruction, Mode, Program, read_version};
pub use value::{Bytes, Value};
