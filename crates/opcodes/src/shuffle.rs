//! What opcodes do to the order of the stack, whatever its values are.
//!
//! The AVM moves values by it, the assembler types, the analyses of a program what they know.

use super::Op;

/// A new order of the values on top of the stack. Depths are counted from the top, which is at depth 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shuffle {
    /// Drops so many values.
    Drop(usize),
    /// Pushes copies of one value.
    Copy {
        /// Its depth.
        depth: usize,
        /// How many copies.
        times: usize,
    },
    /// Pushes a copy of the top two values.
    CopyPair,
    /// Moves the top down to a depth.
    Cover(usize),
    /// Moves the value at a depth to the top.
    Uncover(usize),
    /// Replaces the value at a depth by the top, which goes.
    Bury(usize),
    /// Leaves one of the two values below the top, which goes with the other: the upper one, or else the lower.
    Select {
        /// Whether it is the upper one.
        upper: bool,
    },
    /// Leaves, of a subroutine's arguments and results, the results: they lie right above its arguments, which go,
    /// and so does all above them.
    Return {
        /// How many arguments.
        args: usize,
        /// How many results.
        returns: usize,
        /// How many values lie above the arguments.
        above: usize,
    },
}

impl Shuffle {
    /// What an opcode with this first immediate does, if that is all it does and its effect needs no frame and no
    /// value.
    #[inline]
    pub const fn of(op: Op, immediate: u8) -> Option<Self> {
        let depth = immediate as usize;
        Some(match op {
            Op::Pop => Self::Drop(1),
            Op::PopN => Self::Drop(depth),
            Op::Dup => Self::Copy { depth: 0, times: 1 },
            Op::DupN => Self::Copy { depth: 0, times: depth },
            Op::Dig => Self::Copy { depth, times: 1 },
            Op::Dup2 => Self::CopyPair,
            Op::Swap => Self::Cover(1),
            Op::Cover => Self::Cover(depth),
            Op::Uncover => Self::Uncover(depth),
            Op::Bury => Self::Bury(depth),
            _ => return None,
        })
    }

    /// How many values it needs on the stack.
    #[inline]
    pub const fn takes(self) -> usize {
        match self {
            Self::Drop(count) => count,
            Self::Copy { depth, .. } | Self::Cover(depth) | Self::Uncover(depth) | Self::Bury(depth) => depth + 1,
            Self::CopyPair => 2,
            Self::Select { .. } => 3,
            Self::Return { args, above, .. } => args + above,
        }
    }

    /// Reorders the values on top of `stack`; says whether there were enough, and changes nothing if not. A bury at
    /// depth 0, which has nothing to replace, fails in any case.
    ///
    /// ```
    /// use pnp_opcodes::{Op, Shuffle};
    ///
    /// let mut stack = vec!['a', 'b', 'c'];
    /// assert!(Shuffle::of(Op::Cover, 2).unwrap().apply(&mut stack));
    /// assert_eq!(stack, ['c', 'a', 'b']);
    /// ```
    #[inline]
    pub fn apply<T: Clone>(self, stack: &mut Vec<T>) -> bool {
        let Some(base) = stack.len().checked_sub(self.takes()) else { return false };
        match self {
            Self::Drop(_) => stack.truncate(base),
            Self::Copy { times: 1, .. } => {
                let Some(value) = stack.get(base).cloned() else { return false };
                stack.push(value);
            }
            Self::Copy { times, .. } => {
                let Some(value) = stack.get(base).cloned() else { return false };
                stack.resize(stack.len() + times, value);
            }
            Self::CopyPair => stack.extend_from_within(base..),
            // One value moves past the others: cheaper than rotating all of them.
            Self::Cover(_) => {
                let Some(top) = stack.pop() else { return false };
                stack.insert(base, top);
            }
            Self::Uncover(_) => {
                let value = stack.remove(base);
                stack.push(value);
            }
            Self::Bury(0) => return false,
            Self::Bury(_) => drop(stack.swap_remove(base)),
            Self::Select { upper } => {
                if upper {
                    stack.swap(base, base + 1);
                }
                stack.truncate(base + 1);
            }
            Self::Return { args, returns, above } => {
                if returns > above {
                    return false;
                }
                stack.truncate(base + args + returns);
                stack.drain(base..base + args);
            }
        }
        true
    }
}

/// A subroutine that was called and has not returned: what its frame says of places on the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The height of the stack when it was called.
    pub height: usize,
    /// What its `proto` declares, if it was executed: arguments and results.
    pub proto: Option<(u8, u8)>,
}

/// What fails for the frame it happens in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameFault {
    /// The place lies below the arguments, of which there are so many.
    BelowArgs(usize),
    /// The place lies below the bottom of the stack.
    BelowStack,
    /// The place lies above what the stack holds.
    AboveStack,
    /// The stack is lower than when the subroutine was called.
    ArgsPopped,
    /// There are fewer results than declared.
    TooFewResults {
        /// How many there are.
        found: usize,
        /// How many are declared.
        declared: usize,
    },
}

impl Frame {
    /// The place on the stack that an offset means, counted from the bottom.
    ///
    /// # Errors
    /// [`FrameFault`] where it lies below the arguments or the stack.
    #[inline]
    pub fn place(self, offset: i8) -> Result<usize, FrameFault> {
        if let Some((args, _)) = self.proto
            && offset < 0
            && offset.unsigned_abs() > args
        {
            return Err(FrameFault::BelowArgs(args.into()));
        }
        self.height.checked_add_signed(offset.into()).ok_or(FrameFault::BelowStack)
    }

    /// What `frame_dig` does to a stack of that height.
    ///
    /// # Errors
    /// [`FrameFault`] where no value lies at the place.
    pub fn dig(self, offset: i8, height: usize) -> Result<Shuffle, FrameFault> {
        let depth = height.checked_sub(self.place(offset)? + 1).ok_or(FrameFault::AboveStack)?;
        Ok(Shuffle::Copy { depth, times: 1 })
    }

    /// What `frame_bury` does to a stack of that height.
    ///
    /// # Errors
    /// [`FrameFault`] where no value lies at the place, or only the one that would be buried.
    pub fn bury(self, offset: i8, height: usize) -> Result<Shuffle, FrameFault> {
        let depth = height.checked_sub(self.place(offset)? + 1).filter(|depth| *depth > 0);
        depth.map(Shuffle::Bury).ok_or(FrameFault::AboveStack)
    }

    /// What `retsub` does to a stack of that height. Without a `proto` it does nothing.
    ///
    /// # Errors
    /// [`FrameFault`] where the declared results are not there.
    pub fn retsub(self, height: usize) -> Result<Shuffle, FrameFault> {
        let Some((args, returns)) = self.proto else { return Ok(Shuffle::Drop(0)) };
        let above = height.checked_sub(self.height).ok_or(FrameFault::ArgsPopped)?;
        let (args, returns) = (usize::from(args).min(self.height), usize::from(returns));
        if above < returns {
            return Err(FrameFault::TooFewResults { found: above, declared: returns });
        }
        Ok(Shuffle::Return { args, returns, above })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(shuffle: Shuffle, stack: &str) -> Option<String> {
        let mut stack: Vec<char> = stack.chars().collect();
        shuffle.apply(&mut stack).then(|| stack.into_iter().collect())
    }

    #[test]
    fn opcodes_reorder_the_top_of_the_stack() {
        let cases = [
            (Op::Pop, 0, "abc"),
            (Op::PopN, 2, "ab"),
            (Op::Dup, 0, "abcdd"),
            (Op::DupN, 3, "abcdddd"),
            (Op::DupN, 0, "abcd"),
            (Op::Dup2, 0, "abcdcd"),
            (Op::Dig, 2, "abcdb"),
            (Op::Swap, 0, "abdc"),
            (Op::Cover, 3, "dabc"),
            (Op::Cover, 0, "abcd"),
            (Op::Uncover, 3, "bcda"),
            (Op::Bury, 3, "dbc"),
            (Op::Bury, 1, "abd"),
        ];
        for (op, immediate, expected) in cases {
            let shuffle = Shuffle::of(op, immediate).unwrap();
            assert_eq!(after(shuffle, "abcd").as_deref(), Some(expected), "{op:?} {immediate}");
        }
        for (op, immediate) in [(Op::PopN, 5), (Op::Dig, 4), (Op::Cover, 4), (Op::Bury, 4), (Op::Bury, 0)] {
            assert_eq!(after(Shuffle::of(op, immediate).unwrap(), "abcd"), None, "{op:?} {immediate}");
        }
        assert_eq!(after(Shuffle::Select { upper: true }, "abc").as_deref(), Some("b"));
        assert_eq!(after(Shuffle::Select { upper: false }, "abc").as_deref(), Some("a"));
    }

    #[test]
    fn a_frame_begins_at_the_height_of_the_call() {
        let frame = Frame { height: 3, proto: Some((2, 1)) };
        assert_eq!(frame.dig(-2, 5), Ok(Shuffle::Copy { depth: 3, times: 1 }));
        assert_eq!(frame.dig(-3, 5), Err(FrameFault::BelowArgs(2)));
        assert_eq!(frame.dig(2, 5), Err(FrameFault::AboveStack));
        assert_eq!(frame.bury(0, 5), Ok(Shuffle::Bury(1)));
        assert_eq!(frame.bury(1, 5), Err(FrameFault::AboveStack));
        assert_eq!(Frame { height: 1, proto: None }.dig(-2, 5), Err(FrameFault::BelowStack));
    }

    #[test]
    fn results_lie_right_above_the_arguments() {
        let frame = Frame { height: 3, proto: Some((2, 1)) };
        // a | b c | d e f: the result is d, whatever lies above it.
        assert_eq!(after(frame.retsub(6).unwrap(), "abcdef").as_deref(), Some("ad"));
        assert_eq!(frame.retsub(3), Err(FrameFault::TooFewResults { found: 0, declared: 1 }));
        assert_eq!(frame.retsub(2), Err(FrameFault::ArgsPopped));
        let plain = Frame { height: 3, proto: None };
        assert_eq!(after(plain.retsub(4).unwrap(), "abcd").as_deref(), Some("abcd"));
    }
}
