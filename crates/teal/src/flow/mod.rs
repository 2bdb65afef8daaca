//! Programs as data: instructions with their operands and places in the source, and the graph control takes through them.
//!
//! What `check` and `cost` are built on. It is made from the assembled bytes, so that it holds for every program the
//! assembler takes and for bytes alone; where the source is given, every instruction knows the words it comes from.
//! Nothing here knows what an opcode does beyond where control goes after it.
//!
//! ```
//! use pnp_teal::flow::{Exit, Graph, Program};
//! use pnp_teal::{AssembleOptions, assemble};
//!
//! let source = "#pragma version 11\ntxn NumAppArgs\nbz none\nint 1\nreturn\nnone:\nerr";
//! let assembled = assemble(source, AssembleOptions::default()).unwrap();
//! let program = Program::of_assembled(&assembled, source).unwrap();
//! let graph = Graph::of(&program);
//! assert!(matches!(graph.blocks()[0].exit, Exit::Branch { on_zero: true, .. }));
//! assert_eq!(program.instructions()[0].source.as_ref().map(|place| place.line), Some(2));
//! ```

mod decode;
mod graph;
mod loops;
mod spans;

pub use decode::{DecodeError, Instruction, Operand, Program};
pub(crate) use graph::ends_block;
pub use graph::{Block, BlockId, Exit, Graph, Subroutine};
pub use loops::Loop;
pub use spans::Place;

#[cfg(test)]
mod tests;
