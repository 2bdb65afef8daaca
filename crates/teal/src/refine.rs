//! What follows from immediates and the known stack about an instruction's types, beyond its signature.

use pnp_opcodes::{FieldGroup, Frame, FrameFault, MAX_STRING_SIZE, Op, Shuffle, StackType};

use super::Problem;
use super::assembler::Assembler;
use super::bytes_literal::parse_bytes;
use super::integer::{parse_decimal, parse_small};
use super::mnemonic::{Form, Refine};
use super::token::Token;

/// Which lists are filled with what is known beyond the signature.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Refined {
    pub(super) args: bool,
    pub(super) returns: bool,
}

impl Assembler<'_> {
    /// Fills `args` and `returns` where more is known than the signature says; returns which of them it filled.
    #[inline(never)]
    pub(super) fn refine(&mut self, form: &Form, mnemonic: Token, tokens: &[Token]) -> Refined {
        self.args.clear();
        self.returns.clear();
        self.refined(form, tokens).unwrap_or_else(|problem| {
            if self.typetrack {
                self.record(mnemonic, *problem);
            }
            Refined::default()
        })
    }

    /// The immediate at `index` as a number of one byte, unsigned.
    fn byte_immediate(&self, tokens: &[Token], index: usize) -> Option<u8> {
        u8::try_from(parse_small(tokens.get(index)?.bytes(self.source))?).ok()
    }

    /// The first immediate as a number of one byte, signed.
    fn slot_immediate(&self, tokens: &[Token]) -> Option<i8> {
        i8::try_from(parse_small(tokens.first()?.bytes(self.source))?).ok()
    }

    fn refined(&mut self, form: &Form, tokens: &[Token]) -> Result<Refined, Box<Problem>> {
        const UNCHANGED: Result<Refined, Box<Problem>> = Ok(Refined { args: false, returns: false });
        const ARGS: Result<Refined, Box<Problem>> = Ok(Refined { args: true, returns: false });
        const RETURNS: Result<Refined, Box<Problem>> = Ok(Refined { args: false, returns: true });
        const BOTH: Result<Refined, Box<Problem>> = Ok(Refined { args: true, returns: true });
        match form.refine {
            Refine::Nothing | Refine::Equals | Refine::Field(..) | Refine::Dup => UNCHANGED,
            Refine::Int => {
                self.returns.extend(tokens.iter().map(|token| int_type(token.bytes(self.source))));
                RETURNS
            }
            Refine::Byte => {
                let Some(first) = tokens.first() else { return UNCHANGED };
                let second = tokens.get(1).map(|token| token.bytes(self.source));
                self.arena.clear();
                let read = parse_bytes(first.bytes(self.source), second, &mut self.arena);
                let len = read.as_ref().map_or(0, |literal| literal.bytes.len()) as u64;
                self.literal = Some(read);
                self.returns.push(StackType::bytes(len, len));
                RETURNS
            }
            Refine::PushInts => {
                self.returns.resize(tokens.len(), StackType::UINT64);
                RETURNS
            }
            Refine::PushBytess => {
                self.returns.resize(tokens.len(), StackType::BYTES);
                RETURNS
            }
            Refine::Match => {
                self.args.resize(tokens.len() + 1, StackType::ANY);
                ARGS
            }
            Refine::BytesUpTo(len) => {
                self.returns.push(StackType::bytes(0, len));
                RETURNS
            }
            Refine::Zeros => {
                self.args.push(StackType::uint(0, MAX_STRING_SIZE));
                ARGS
            }
            Refine::ItxnField => {
                let [field] = tokens else { return UNCHANGED };
                match FieldGroup::Itxn.table().by_name(field.bytes(self.source)) {
                    Some((_, field)) => self.args.push(field.ty),
                    None => return UNCHANGED,
                }
                ARGS
            }
            Refine::Pair(op) => {
                let two = [1, 0].map(|depth| self.known.known(depth).unwrap_or(StackType::ANY));
                self.returns.extend(two);
                self.reorder(Shuffle::of(op, 0));
                RETURNS
            }
            Refine::Select => {
                let (Some(a), Some(b)) = (self.known.known(1), self.known.known(2)) else { return UNCHANGED };
                self.returns.push(a.union(b));
                RETURNS
            }
            Refine::SetBit => {
                let Some(target) = self.known.known(2) else { return UNCHANGED };
                self.returns.push(target);
                RETURNS
            }
            Refine::PopN => {
                let Some(count) = self.byte_immediate(tokens, 0) else { return UNCHANGED };
                self.args.resize(count.into(), StackType::ANY);
                ARGS
            }
            Refine::DupN => {
                let count = self.byte_immediate(tokens, 0);
                let (Some(count), Some(top)) = (count, self.known.known(0)) else { return UNCHANGED };
                self.returns.push(top);
                self.reorder(Shuffle::of(Op::DupN, count));
                RETURNS
            }
            Refine::ByDepth(op) => {
                let Some(shuffle) = self.byte_immediate(tokens, 0).and_then(|depth| Shuffle::of(op, depth)) else {
                    return UNCHANGED;
                };
                self.take_any(shuffle.takes());
                self.reorder(Some(shuffle));
                BOTH
            }
            Refine::Bury => {
                let Some(count) = self.byte_immediate(tokens, 0) else { return UNCHANGED };
                if count == 0 {
                    return Err(Box::new(Problem::BuryZero));
                }
                let shuffle = Shuffle::Bury(count.into());
                match self.known.stack.len().checked_sub(shuffle.takes()) {
                    Some(at) => {
                        let taken = &self.known.stack[at..];
                        self.args.extend_from_slice(taken);
                        self.returns.extend_from_slice(taken);
                        self.reorder(Some(shuffle));
                    }
                    // Asking for one more than there is makes the height an error.
                    None if self.known.is_bottomless() => self.args.resize(shuffle.takes(), StackType::ANY),
                    // Below what is known: nothing to update.
                    None => return UNCHANGED,
                }
                Ok(Refined { args: true, returns: !self.returns.is_empty() })
            }
            Refine::FrameDig => {
                let (Some(slot), Some(frame)) = (self.slot_immediate(tokens), self.known.frame) else {
                    return UNCHANGED;
                };
                let shuffle = Frame { height: frame, proto: None }.dig(slot, self.known.stack.len());
                let shuffle = shuffle.map_err(|fault| frame_problem("frame_dig", frame, slot, fault))?;
                let depth = shuffle.takes() - 1;
                self.returns.extend(self.known.known(depth));
                RETURNS
            }
            Refine::FrameBury => {
                let Some(slot) = self.slot_immediate(tokens) else { return UNCHANGED };
                let Some(frame) = self.known.frame else {
                    let top = self.known.top();
                    self.known.forget_others(top);
                    return UNCHANGED;
                };
                let shuffle = Frame { height: frame, proto: None }.bury(slot, self.known.stack.len());
                let shuffle = shuffle.map_err(|fault| frame_problem("frame_bury", frame, slot, fault))?;
                self.known.bury(self.known.stack.len() - shuffle.takes());
                UNCHANGED
            }
            Refine::Load => {
                let Some(slot) = self.byte_immediate(tokens, 0) else { return UNCHANGED };
                self.returns.extend(self.known.scratch().get(slot.into()));
                RETURNS
            }
            Refine::Store => {
                let slot = self.byte_immediate(tokens, 0);
                if let (Some(slot), Some(top)) = (slot, self.known.known(0)) {
                    self.known.scratch_mut().set(slot.into(), top);
                }
                UNCHANGED
            }
            Refine::Loads => {
                let Some(slot) = self.known.known(0) else { return UNCHANGED };
                let scratch = self.known.scratch();
                let found = slot.constant().map_or_else(|| scratch.common(), |slot| scratch.get(slot));
                self.returns.extend(found);
                Ok(Refined { args: false, returns: found.is_some() })
            }
            Refine::Stores => {
                let Some(value) = self.known.known(0) else { return UNCHANGED };
                match self.known.known(1).and_then(StackType::constant) {
                    Some(slot) => self.known.scratch_mut().set(slot, value),
                    None => self.known.scratch_mut().set_any(value),
                }
                UNCHANGED
            }
            Refine::Proto => {
                let counts = (self.byte_immediate(tokens, 0), self.byte_immediate(tokens, 1));
                let (Some(args), Some(_)) = counts else { return UNCHANGED };
                if !self.known.is_open() {
                    return Err(Box::new(Problem::ReachableProto));
                }
                self.known.begin_frame(args.into());
                UNCHANGED
            }
        }
    }

    /// Takes `depth` values of any type, and gives them back: as known if all of them are, as "any" otherwise.
    fn take_any(&mut self, depth: usize) {
        self.args.resize(depth, StackType::ANY);
        match self.known.stack.len().checked_sub(depth) {
            Some(from) => self.returns.extend_from_slice(&self.known.stack[from..]),
            None => self.returns.resize(depth, StackType::ANY),
        }
    }

    /// Gives back the values in the order in which the opcode leaves them.
    fn reorder(&mut self, shuffle: Option<Shuffle>) {
        if let Some(shuffle) = shuffle {
            shuffle.apply(&mut self.returns);
        }
    }
}

/// The type of an integer constant: its value, where it is written in plain digits.
fn int_type(text: &[u8]) -> StackType {
    parse_decimal(text).map_or(StackType::UINT64, |value| StackType::uint(value, value))
}

/// What is wrong with a slot of the frame that begins at `frame`.
fn frame_problem(opcode: &'static str, frame: usize, slot: i8, fault: FrameFault) -> Box<Problem> {
    Box::new(match fault {
        FrameFault::BelowArgs(_) | FrameFault::BelowStack => {
            Problem::BelowFrame { opcode, slot: slot.into(), args: i64::try_from(frame).unwrap_or(i64::MAX) }
        }
        _ => Problem::AboveStack(opcode),
    })
}
