//! What opcodes do, one file per group of the language specification.
//!
//! A function here is called when its opcode may run in this mode, its arguments are on the stack and of the right
//! kinds, and its cost is paid; what it leaves on the stack is measured afterwards. Functions that only compute take a
//! [`Machine`](super::machine::Machine); those that need the group or the ledger take the whole
//! [`Vm`](super::vm::Vm). A failing function leaves the stack as the reference would: read arguments in place, change
//! the stack last.

pub(super) mod accounts;
pub(super) mod app_state;
pub(super) mod apps;
pub(super) mod arguments;
pub(super) mod arithmetic;
pub(super) mod assets;
pub(super) mod base64;
pub(super) mod blocks;
pub(super) mod boxes;
pub(super) mod byte_math;
pub(super) mod bytes;
pub(super) mod constants;
pub(super) mod created_ids;
pub(super) mod curves;
pub(super) mod flow;
pub(super) mod globals;
pub(super) mod group_scratch;
pub(super) mod hashing;
pub(super) mod inner;
pub(super) mod inner_fields;
pub(super) mod json;
pub(super) mod logs;
pub(super) mod scratch;
pub(super) mod signatures;
pub(super) mod stack;
pub(super) mod transactions;

mod transaction_fields;

use pnp_opcodes::Field;

/// What the reference calls a byte that names no field of the group `F`, whose type it calls `group`.
fn unknown_field<F: Field>(group: &str, byte: u8) -> String {
    if usize::from(byte) == F::ROWS.len() { format!("invalid{group}") } else { format!("{group}({byte})") }
}
