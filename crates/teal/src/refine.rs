//! What immediates and the known stack tell about an instruction's types, beyond its signature.

use pnp_opcodes::{FieldGroup, MAX_STRING_SIZE, StackType};

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
    /// Fills `args` and `returns` where more is known than the signature tells; says which of them it filled.
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
    fn byte_immediate(&self, tokens: &[Token], index: usize) -> Option<usize> {
        let value = parse_small(tokens.get(index)?.bytes(self.source))?;
        u8::try_from(value).ok().map(usize::from)
    }

    /// The same, signed.
    fn slot_immediate(&self, tokens: &[Token]) -> Option<i64> {
        parse_small(tokens.first()?.bytes(self.source)).filter(|value| (-128..=127).contains(value))
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
                let second = tokens.get(1).map(|token| token.text(self.source));
                self.arena.clear();
                let read = parse_bytes(first.text(self.source), second, &mut self.arena);
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
            Refine::Dup2 => {
                let two = [1, 0].map(|depth| self.known.known(depth).unwrap_or(StackType::ANY));
                self.returns.extend(two.iter().chain(&two));
                RETURNS
            }
            Refine::Swap => {
                let two = [0, 1].map(|depth| self.known.known(depth).unwrap_or(StackType::ANY));
                self.returns.extend(two);
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
                self.args.resize(count, StackType::ANY);
                ARGS
            }
            Refine::DupN => {
                let count = self.byte_immediate(tokens, 0);
                let (Some(count), Some(top)) = (count, self.known.known(0)) else { return UNCHANGED };
                self.returns.resize(count + 1, top);
                RETURNS
            }
            Refine::Dig => {
                let Some(count) = self.byte_immediate(tokens, 0) else { return UNCHANGED };
                self.take_any(count + 1);
                match self.known.known(count) {
                    Some(dug) => self.returns.push(dug),
                    None => self.returns.push(StackType::ANY),
                }
                BOTH
            }
            Refine::Cover => {
                let Some(count) = self.byte_immediate(tokens, 0) else { return UNCHANGED };
                self.take_any(count + 1);
                self.returns.rotate_right(1);
                BOTH
            }
            Refine::Uncover => {
                let Some(count) = self.byte_immediate(tokens, 0) else { return UNCHANGED };
                self.take_any(count + 1);
                self.returns.rotate_left(1);
                BOTH
            }
            Refine::Bury => {
                let Some(count) = self.byte_immediate(tokens, 0) else { return UNCHANGED };
                if count == 0 {
                    return Err(Box::new(Problem::BuryZero));
                }
                match self.known.stack.len().checked_sub(count + 1) {
                    Some(at) => self.replace_from(at),
                    // Asking for one more than there is makes the height an error.
                    None if self.known.is_bottomless() => self.args.resize(count + 1, StackType::ANY),
                    // Below what is known: nothing to update.
                    None => return UNCHANGED,
                }
                Ok(Refined { args: true, returns: !self.returns.is_empty() })
            }
            Refine::FrameDig => {
                let (Some(slot), Some(frame)) = (self.slot_immediate(tokens), self.known.frame) else {
                    return UNCHANGED;
                };
                let at = frame_place("frame_dig", frame, slot)?;
                let found =
                    self.known.stack.get(at).copied().ok_or_else(|| Box::new(Problem::AboveStack("frame_dig")))?;
                self.returns.push(found);
                RETURNS
            }
            Refine::FrameBury => {
                let Some(slot) = self.slot_immediate(tokens) else { return UNCHANGED };
                let Some(frame) = self.known.frame else {
                    let top = self.known.top();
                    self.known.forget_others(top);
                    return UNCHANGED;
                };
                let at = frame_place("frame_bury", frame, slot)?;
                if at + 1 >= self.known.stack.len() {
                    return Err(Box::new(Problem::AboveStack("frame_bury")));
                }
                self.known.bury(at);
                UNCHANGED
            }
            Refine::Load => {
                let Some(slot) = self.byte_immediate(tokens, 0) else { return UNCHANGED };
                self.returns.extend(self.known.scratch().get(slot as u64));
                RETURNS
            }
            Refine::Store => {
                let slot = self.byte_immediate(tokens, 0);
                if let (Some(slot), Some(top)) = (slot, self.known.known(0)) {
                    self.known.scratch_mut().set(slot as u64, top);
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
                self.known.begin_frame(args);
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

    /// Takes all from `at` on, and gives back all but the top, which has replaced the lowest.
    fn replace_from(&mut self, at: usize) {
        let taken = &self.known.stack[at..];
        self.args.extend_from_slice(taken);
        self.returns.extend_from_slice(&taken[..taken.len() - 1]);
        if let (Some(lowest), Some(top)) = (self.returns.first_mut(), taken.last()) {
            *lowest = *top;
        }
    }
}

/// The type of an integer constant: its value, where it is written in plain digits.
fn int_type(text: &[u8]) -> StackType {
    parse_decimal(text).map_or(StackType::UINT64, |value| StackType::uint(value, value))
}

/// The place in the stack of a slot of the frame that begins at `frame`.
fn frame_place(opcode: &'static str, frame: usize, slot: i64) -> Result<usize, Box<Problem>> {
    let frame = i64::try_from(frame).unwrap_or(i64::MAX);
    usize::try_from(frame.saturating_add(slot)).map_err(|_| Box::new(Problem::BelowFrame { opcode, slot, args: frame }))
}
