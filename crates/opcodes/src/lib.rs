//! Every opcode and field of the Algorand Virtual Machine as one table of plain data, and how programs are read by it.
//!
//! - [`OPCODES`] has one row for each opcode, and another for each version that changed it: byte, name, stack
//!   signature, immediates, cost, modes. [`version_table`] folds the rows into what one AVM version sees. Assembler,
//!   disassembler, checks, interpreter and documentation all derive from them.
//! - [`Decoded`] is one instruction as it is in a program: the only decoder there is.
//! - [`Shuffle`] and [`Frame`] say what opcodes such as `dig`, `cover` or `retsub` do to the order of the stack.
//!
//! How text is parsed and how an opcode runs does not belong here.
//!
//! ```
//! use pnp_opcodes::{Decoded, read_version, version_table};
//!
//! let program = [8, 0x81, 1, 0x43]; // pushint 1; return
//! let (version, mut pc) = read_version(&program).unwrap();
//! let table = version_table(version as u8);
//! let mut cost = 0;
//! while pc < program.len() {
//!     let instruction = Decoded::at(&program, pc, table)?;
//!     cost += instruction.cost().of_length(0);
//!     pc = instruction.end;
//! }
//! assert_eq!(cost, 2);
//! # Ok::<(), pnp_opcodes::Malformed>(())
//! ```

mod cost;
mod decode;
mod fields;
mod immediate;
mod name_index;
mod op;
mod shuffle;
mod spec;
mod table;
mod types;
mod varint;
mod versions;

pub use cost::{Cost, LinearCost};
pub use decode::{ByteList, Decoded, Labels, ListOf, Malformed, Operand, UintList, opcode, read_version};
pub use fields::{
    AcctParamsField, AppParamsField, AssetHoldingField, AssetParamsField, Base64Encoding, BlockField, EcGroup,
    EcdsaCurve, Field, FieldGroup, FieldRow, FieldSpec, FieldTable, GlobalField, JsonRefType, MimcConfig,
    ON_COMPLETION_NAMES, Poseidon2Config, TXN_TYPE_NAMES, TxnField, VoterParamsField, VrfStandard, named_constant,
};
pub use immediate::{Immediate, ImmediateKind};
pub use name_index::NameIndex;
pub use op::{Constant, Op};
pub use shuffle::{Frame, FrameFault, Shuffle};
pub use spec::{Modes, OpSpec, Signature};
pub use table::OPCODES;
pub use types::{AvmType, MAX_BYTE_MATH_SIZE, MAX_STRING_SIZE, StackType, Types};
pub use varint::{Varint, push_uvarint, read_uvarint, read_varint, uvarint_len, zigzag};
pub use versions::{VersionTable, introduced_in, version_table};

/// The newest AVM version there is: that of consensus `future`, which no public network runs.
pub const MAX_VERSION: u8 = 14;

/// The newest AVM version whose programs run on the released network (consensus v42).
pub const RELEASED_VERSION: u8 = 13;

/// Since this version branches may go back, and `balance`-like opcodes take addresses directly.
pub const BACK_BRANCH_VERSION: u8 = 4;

/// Since this version logic signatures are salted until their address is not a curve point.
pub const OFF_CURVE_VERSION: u8 = 13;

#[cfg(test)]
mod langspec_tests;

/// The programs of the README run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
