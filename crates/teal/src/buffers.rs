//! What an assembly writes into, kept for the next one in the same thread: asking for memory would take a tenth of a
//! small program's time, and a node or a test assembles one after the other.

use std::cell::Cell;

use pnp_opcodes::StackType;

use super::code::Code;
use super::constants::{ByteStrings, Constants};
use super::token::Token;

/// The buffers of an assembly, empty at its start.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub(super) code: Code,
    pub(super) ints: Constants<Vec<u64>>,
    pub(super) bytes: Constants<ByteStrings>,
    pub(super) stack: Vec<StackType>,
    pub(super) tokens: Vec<Token>,
    /// For byte literals.
    pub(super) arena: Vec<u8>,
    /// For what is known of an instruction's types beyond its signature.
    pub(super) args: Vec<StackType>,
    pub(super) returns: Vec<StackType>,
}

thread_local! {
    static KEPT: Cell<Option<Buffers>> = const { Cell::new(None) };
}

/// Buffers for a longer program than this, in bytes, or for more types on its stack, are not kept: what is takes a
/// megabyte a thread at the most.
const MAX_KEPT: usize = 1 << 12;

impl Buffers {
    /// What the last assembly of this thread has left, or new ones.
    pub(super) fn take() -> Self {
        KEPT.try_with(Cell::take).ok().flatten().unwrap_or_default()
    }

    /// Leaves the buffers to the next assembly, unless they have become large.
    pub(super) fn keep(mut self) {
        // Memory for the program is reserved by the length of the source, which bounds all that is not looked at here too.
        let types = self.stack.capacity().max(self.args.capacity()).max(self.returns.capacity());
        if self.code.bytes.capacity().max(types) > MAX_KEPT {
            return;
        }
        self.code.clear();
        self.ints.clear();
        self.bytes.clear();
        self.stack.clear();
        self.tokens.clear();
        self.arena.clear();
        self.args.clear();
        self.returns.clear();
        // A thread that is ending keeps nothing.
        KEPT.try_with(|kept| kept.set(Some(self))).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AssembleOptions, assemble};

    #[test]
    fn an_assembly_knows_nothing_of_the_one_before_it() {
        let options = AssembleOptions { version: Some(8) };
        let sources = [
            "int 7; byte 0x07; start: dup; bz start; store 1; pop; int 1",
            "b missing; int 300; byte 0x0102; byte 0x0102; proto 1 1",
            "intcblock 1 2; bytecblock 0x01; intc 5; bytec 7; load 1; frame_dig -1; int",
            "#define start 5\nstart: int start; byte \"open",
            "int 1",
        ];
        let fresh = |source: &'static str| std::thread::spawn(move || assemble(source, options)).join();
        for (first, second) in sources.iter().flat_map(|first| sources.map(|second| (first, second))) {
            let _ = assemble(first, options);
            assert_eq!(assemble(second, options), fresh(second).expect("no panic"), "{first:?}, then {second:?}");
        }
    }

    #[test]
    fn large_buffers_are_not_kept() {
        let capacity = || KEPT.take().map_or(0, |buffers| buffers.code.bytes.capacity());
        let line = "int 1; pop\n";
        assert!(assemble(&line.repeat(10), AssembleOptions::default()).is_ok());
        assert!((1..=MAX_KEPT).contains(&capacity()));
        assert!(assemble(&line.repeat(MAX_KEPT), AssembleOptions::default()).is_ok());
        assert_eq!(capacity(), 0);
    }
}
