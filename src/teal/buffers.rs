//! What an assembly writes into, kept for the next one in the same thread: asking for memory would take a tenth of a
//! small program's time, and a node or a test assembles one after the other.

use std::cell::Cell;

use crate::opcodes::StackType;

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

/// Of which the largest is kept, in bytes of the program and in types on its stack: some hundred kilobytes a thread.
const MAX_KEPT: usize = 1 << 13;

impl Buffers {
    /// What the last assembly of this thread has left, or new ones.
    pub(super) fn take() -> Self {
        KEPT.take().unwrap_or_default()
    }

    /// Leaves the buffers to the next assembly, unless they have become large.
    pub(super) fn keep(mut self) {
        let largest = self.code.bytes.capacity().max(self.stack.capacity()).max(self.arena.capacity());
        if largest > MAX_KEPT || self.args.capacity().max(self.returns.capacity()) > MAX_KEPT {
            return;
        }
        self.code.clear();
        self.ints.clear();
        self.bytes.clear();
        self.stack.clear();
        self.tokens.clear();
        KEPT.set(Some(self));
    }
}
