//! What one instruction does to a path, where control simply goes on after it.

use super::assume::Logic;
use super::cells::EMPTY;
use super::explore::Explorer;
use super::state::{LocalRead, MAX_NOTES, Note, State};
use super::terms::{NOTHING, Term, TermId, Who, ZERO, reads_state};
use crate::check::settings::Constant;
use crate::flow::{Instruction, Operand};
use pnp_opcodes::{AvmType, Op, StackType, TxnField};

impl Explorer<'_> {
    pub(super) fn push(&mut self, state: &mut State, term: TermId) {
        state.stack = self.cells.stacks.push(state.stack, term);
    }

    /// Takes the top of the stack; an unknown value where nothing is known, or nothing is there.
    pub(super) fn pop(&mut self, state: &mut State, ty: StackType) -> TermId {
        if let Some(term) = self.cells.stacks.top(state.stack) {
            state.stack = self.cells.stacks.below(state.stack);
            return term;
        }
        if !state.open {
            self.seen.underflows.insert(state.at);
            state.open = true;
        }
        self.logic().terms.unknown(ty)
    }

    pub(super) fn logic(&mut self) -> &mut Logic {
        &mut self.seen.logic
    }

    pub(super) fn pop_any(&mut self, state: &mut State) -> TermId {
        self.pop(state, StackType::ANY)
    }

    /// Takes `count` values and gives them in the order they were pushed.
    pub(super) fn pop_many(&mut self, state: &mut State, count: usize) -> Vec<TermId> {
        let mut terms: Vec<TermId> = (0..count).map(|_| self.pop_any(state)).collect();
        terms.reverse();
        terms
    }

    pub(super) fn note(&mut self, state: &mut State, note: Note) {
        let known = self.cells.notes.len(state.notes) >= MAX_NOTES
            || self.cells.notes.iter(state.notes).any(|known| known == note);
        if !known {
            state.notes = self.cells.notes.push(state.notes, note);
        }
    }

    /// From here on the ledger is another one: the one that this write, after those before it, has left.
    fn wrote(&mut self, state: &mut State) {
        let (before, at) = (state.epoch, state.at as u64);
        let terms = &mut self.logic().terms;
        let at = terms.int(at);
        let before = if before == NOTHING { ZERO } else { before };
        state.epoch = terms.made(Op::AppGlobalPut, 0, &[before, at], StackType::ANY);
    }

    /// Does what an instruction does that is neither a condition nor a jump.
    pub(super) fn step(&mut self, state: &mut State, instruction: &Instruction) {
        use Op::*;
        match instruction.op() {
            Intc | Intc0 | Intc1 | Intc2 | Intc3 | Bytec | Bytec0 | Bytec1 | Bytec2 | Bytec3 | PushInt | PushBytes
            | PushInts | PushBytess | IntcBlock | BytecBlock => self.constants(state, instruction),
            Dup | Dup2 | Dig | Swap | Cover | Uncover | Bury | PopN | DupN | Pop | Select => {
                self.shuffle(state, instruction);
            }
            Load | Store | Loads | Stores | Gload | Gloads | Gloadss => self.scratch(state, instruction),
            Proto | FrameDig | FrameBury => self.frame(state, instruction),
            Txn | Txna | Txnas | Gtxn | Gtxna | Gtxnas | Gtxns | Gtxnsa | Gtxnsas | Itxn | Itxna | Itxnas | Gitxn
            | Gitxna | Gitxnas => self.transaction_field(state, instruction),
            Arg | Arg0 | Arg1 | Arg2 | Arg3 | Args => self.argument(state, instruction),
            Global => self.global(state, instruction),
            _ => self.compute(state, instruction),
        }
    }

    fn constants(&mut self, state: &mut State, instruction: &Instruction) {
        let op = instruction.op();
        match &instruction.operand {
            Operand::Uint(value) => {
                let term = self.integer(*value);
                self.push(state, term);
            }
            Operand::Constant(place) => {
                let term = self.byte_string(place);
                self.push(state, term);
            }
            Operand::Uints(_) if op == Op::IntcBlock => state.ints = state.at + 1,
            Operand::Constants(_) if op == Op::BytecBlock => state.bytes = state.at + 1,
            Operand::Uints(values) => {
                for value in values {
                    let term = self.integer(*value);
                    self.push(state, term);
                }
            }
            Operand::Constants(places) => {
                for place in places {
                    let term = self.byte_string(place);
                    self.push(state, term);
                }
            }
            _ => {
                let term = self.block_constant(state, instruction);
                self.push(state, term);
            }
        }
    }

    fn integer(&mut self, value: u64) -> TermId {
        match self.settings.integer(value) {
            Constant::Plain => self.logic().terms.int(value),
            Constant::Given(given) => self.logic().terms.int(given),
            Constant::Open(variable) => self.logic().terms.add(Term::Variable(variable)),
        }
    }

    fn byte_string(&mut self, place: &std::ops::Range<usize>) -> TermId {
        let bytes = self.program.constant(place);
        let terms = &mut self.seen.logic.terms;
        match self.settings.bytes(bytes) {
            Constant::Plain => terms.bytes(bytes),
            Constant::Given(given) => terms.bytes(given),
            Constant::Open(variable) => terms.add(Term::Variable(variable)),
        }
    }

    fn block_constant(&mut self, state: &State, instruction: &Instruction) -> TermId {
        use Op::*;
        let (index, of_ints) = match instruction.op() {
            Intc => (instruction.byte(0), true),
            Intc0 => (0, true),
            Intc1 => (1, true),
            Intc2 => (2, true),
            Intc3 => (3, true),
            Bytec0 => (0, false),
            Bytec1 => (1, false),
            Bytec2 => (2, false),
            Bytec3 => (3, false),
            _ => (instruction.byte(0), false),
        };
        let block = if of_ints { state.ints } else { state.bytes };
        let block = block.checked_sub(1).and_then(|at| self.program.instructions().get(at));
        match block.map(|block| &block.operand) {
            Some(Operand::Uints(values)) => {
                if let Some(value) = values.get(usize::from(index)) {
                    return self.integer(*value);
                }
            }
            Some(Operand::Constants(places)) => {
                if let Some(place) = places.get(usize::from(index)).cloned() {
                    return self.byte_string(&place);
                }
            }
            _ => {}
        }
        self.logic().terms.unknown(if of_ints { StackType::UINT64 } else { StackType::BYTES })
    }

    fn shuffle(&mut self, state: &mut State, instruction: &Instruction) {
        let depth = usize::from(instruction.byte(0));
        match instruction.op() {
            Op::Pop => drop(self.pop_any(state)),
            Op::PopN => drop(self.pop_many(state, depth)),
            Op::Dup | Op::DupN => {
                let copies = if instruction.op() == Op::Dup { 1 } else { depth };
                let term = self.pop_any(state);
                (0..=copies).for_each(|_| self.push(state, term));
            }
            Op::Dup2 => {
                let pair = self.pop_many(state, 2);
                pair.iter().chain(&pair).for_each(|term| self.push(state, *term));
            }
            Op::Select => {
                let condition = self.pop_any(state);
                let pair = self.pop_many(state, 2);
                let facts = state.facts;
                let chosen = match self.logic().decide(facts, condition) {
                    Some(second) => pair[usize::from(second)],
                    None => self.logic().terms.made(Op::Select, 0, &[pair[0], pair[1], condition], StackType::ANY),
                };
                self.push(state, chosen);
            }
            op => {
                // What lies deep comes up, is copied, or is replaced; the rest keeps its order.
                let count = if op == Op::Swap { 2 } else { depth + 1 };
                let mut terms = self.pop_many(state, count);
                match op {
                    Op::Swap | Op::Uncover => terms.rotate_left(1),
                    Op::Cover => terms.rotate_right(1),
                    Op::Dig => terms.extend(terms.first().copied()),
                    _ => {
                        // `bury`: the top replaces what lies `depth` below it.
                        if let Some(top) = terms.pop()
                            && let Some(first) = terms.first_mut()
                        {
                            *first = top;
                        }
                    }
                }
                terms.iter().for_each(|term| self.push(state, *term));
            }
        }
    }

    fn scratch(&mut self, state: &mut State, instruction: &Instruction) {
        let op = instruction.op();
        let fixed = instruction.byte(0);
        let value = matches!(op, Op::Store | Op::Stores).then(|| self.pop_any(state));
        let slot = match op {
            Op::Load | Op::Store => Some(fixed),
            Op::Loads | Op::Stores => {
                let slot = self.pop_any(state);
                let facts = state.facts;
                self.logic().of(facts, slot).point().and_then(|slot| u8::try_from(slot).ok())
            }
            _ => {
                let taken = instruction.spec.signature.args.len();
                drop(self.pop_many(state, taken));
                None
            }
        };
        match (value, slot) {
            (Some(value), Some(slot)) => {
                state.scratch = self.cells.scratches.store(state.scratch, slot, value);
                state.stored = self.cells.scratches.store(state.stored, slot, 1);
            }
            (Some(_), None) => self.forget_scratch(state),
            (None, Some(slot)) => {
                let set = self.cells.scratches.load(state.stored, slot) != ZERO;
                let loaded = &mut self.seen.loaded.entry(state.at).or_insert((slot, Default::default())).1;
                if set {
                    loaded.set = true;
                } else {
                    loaded.unset = true;
                }
                let term = self.cells.scratches.load(state.scratch, slot);
                self.push(state, term);
            }
            (None, None) => {
                let term = self.logic().terms.unknown(StackType::ANY);
                self.push(state, term);
            }
        }
    }

    /// Anything may be anywhere in scratch space.
    pub(super) fn forget_scratch(&mut self, state: &mut State) {
        for slot in 0..=u8::MAX {
            let term = self.logic().terms.unknown(StackType::ANY);
            state.scratch = self.cells.scratches.store(state.scratch, slot, term);
            state.stored = self.cells.scratches.store(state.stored, slot, 1);
        }
    }

    fn frame(&mut self, state: &mut State, instruction: &Instruction) {
        let Some(frame) = self.cells.frames.top(state.frames) else {
            // Outside of a subroutine these fail when they run.
            let taken = instruction.spec.signature.args.len();
            drop(self.pop_many(state, taken));
            if instruction.op() == Op::FrameDig {
                let term = self.logic().terms.unknown(StackType::ANY);
                self.push(state, term);
            }
            return;
        };
        if instruction.op() == Op::Proto {
            let proto = Some((instruction.byte(0), instruction.byte(1)));
            let below = self.cells.frames.below(state.frames);
            state.frames = self.cells.frames.push(below, super::state::Frame { proto, ..frame });
            return;
        }
        let value = (instruction.op() == Op::FrameBury).then(|| self.pop_any(state));
        let height = self.cells.stacks.len(state.stack);
        let place = i64::try_from(frame.height).unwrap_or(i64::MAX).saturating_add(i64::from(instruction.signed()));
        let place = usize::try_from(place).ok().filter(|place| *place < height);
        let above = place.map(|place| height - place);
        match (value, above) {
            (None, Some(above)) => {
                let at = self.cells.stacks.without(state.stack, above - 1);
                let term = self.cells.stacks.top(at).unwrap_or(ZERO);
                self.push(state, term);
            }
            (None, None) => {
                let term = self.logic().terms.unknown(StackType::ANY);
                self.push(state, term);
            }
            (Some(value), Some(above)) => {
                let kept = self.pop_many(state, above);
                self.push(state, value);
                kept.iter().skip(1).for_each(|term| self.push(state, *term));
            }
            (Some(_), None) => {}
        }
    }

    /// An opcode that makes values of values.
    fn compute(&mut self, state: &mut State, instruction: &Instruction) {
        let op = instruction.op();
        let signature = &instruction.spec.signature;
        let args = self.pop_many(state, signature.args.len());
        self.observe(state, instruction, &args);
        if writes_state(op) {
            self.wrote(state);
        }
        match op {
            Op::ItxnSubmit => self.note(state, Note::Inner { instruction: state.at }),
            Op::AppLocalPut if self.is_sender(args[0]) => self.note(state, Note::Put { key: args[1] }),
            _ => {}
        }
        let returns = signature.returns.as_slice();
        if reads_state(op) {
            self.looked_up(state, instruction, &args, returns);
            return;
        }
        let immediates = match op {
            Op::Substring | Op::Extract => [instruction.byte(0), instruction.byte(1)].as_slice().to_vec(),
            Op::Replace2 => vec![instruction.byte(0)],
            _ => Vec::new(),
        };
        let mut all = args;
        for byte in immediates {
            let term = self.logic().terms.int(u64::from(byte));
            all.push(term);
        }
        for (at, ty) in returns.iter().enumerate() {
            let terms = &mut self.logic().terms;
            let term = match terms.folded(op, &all) {
                Some(term) if returns.len() == 1 => term,
                _ if is_pure(op) => terms.made(op, u8::try_from(at).unwrap_or(0), &all, narrowed(op, *ty)),
                _ => terms.unknown(*ty),
            };
            self.push(state, term);
        }
    }

    /// A value from the ledger: the same until something is written.
    fn looked_up(&mut self, state: &mut State, instruction: &Instruction, args: &[TermId], returns: &[StackType]) {
        let (op, epoch) = (instruction.op(), state.epoch);
        let has_field = instruction.spec.field_immediate().is_some();
        let field = if has_field { instruction.byte(0) } else { 0 };
        let mut key: Vec<TermId> = args.to_vec();
        while key.len() > 2 {
            // More than two are taken together, the last ones first.
            let tail = key.split_off(key.len() - 2);
            let pair = self.logic().terms.made(Op::Cover, 0, &tail, StackType::ANY);
            key.push(pair);
        }
        key.push(epoch);
        for (at, ty) in returns.iter().enumerate() {
            let number = field.wrapping_mul(2).wrapping_add(u8::try_from(at).unwrap_or(0));
            let term = self.logic().terms.made(op, number, &key, *ty);
            if op == Op::AppLocalGet && self.is_sender(args[0]) {
                self.cells.local_reads.insert(term, LocalRead { instruction: state.at, key: args[1] });
            }
            self.push(state, term);
        }
    }

    pub(super) fn is_sender(&mut self, account: TermId) -> bool {
        let terms = &self.seen.logic.terms;
        matches!(terms.get(account), Term::Field { who: Who::Own, field: TxnField::Sender, .. } | Term::Int(0))
    }

    /// Notes what an instruction's arguments tell: local values taken for bytes, resources by name.
    fn observe(&mut self, state: &State, instruction: &Instruction, args: &[TermId]) {
        let op = instruction.op();
        let types = instruction.spec.signature.args.as_slice();
        for (at, arg) in args.iter().enumerate() {
            let Some(read) = self.cells.local_reads.get(arg).copied() else { continue };
            let other = args.get(1 - at.min(1)).copied().unwrap_or(NOTHING);
            let by_type = types.get(at).is_some_and(|ty| ty.kind() == AvmType::Bytes);
            let by_other =
                matches!(op, Op::Eq | Op::Ne) && self.seen.logic.terms.about(other).ty.kind() == AvmType::Bytes;
            if by_type || by_other {
                self.seen.local_reads.insert(read);
            }
        }
        if names_resource(op) {
            let first = args.first().copied().unwrap_or(NOTHING);
            let second = args.get(1).copied().unwrap_or(NOTHING);
            self.seen.resources.entry(state.at).or_insert((first, second));
        }
    }

    /// After a call that is not followed: everything the callee may have changed is unknown.
    pub(super) fn after_unknown_call(&mut self, state: &mut State, proto: Option<(u8, u8)>) {
        match proto {
            Some((taken, given)) => {
                drop(self.pop_many(state, usize::from(taken)));
                for _ in 0..given {
                    let term = self.logic().terms.unknown(StackType::ANY);
                    self.push(state, term);
                }
            }
            None => {
                state.stack = EMPTY;
                state.open = true;
            }
        }
        if self.stores_anything {
            self.forget_scratch(state);
        }
        self.wrote(state);
    }
}

/// The type of a result, where it is narrower than the signature says.
fn narrowed(op: Op, ty: StackType) -> StackType {
    match op {
        Op::Not => StackType::BOOL,
        Op::Len => StackType::uint(0, pnp_opcodes::MAX_STRING_SIZE),
        Op::GetBit => StackType::BOOL,
        Op::GetByte => StackType::uint(0, 255),
        Op::ExtractUint16 => StackType::uint(0, u64::from(u16::MAX)),
        Op::ExtractUint32 => StackType::uint(0, u64::from(u32::MAX)),
        _ => ty,
    }
}

/// Whether the result depends on the arguments alone.
fn is_pure(op: Op) -> bool {
    !writes_state(op)
}

fn writes_state(op: Op) -> bool {
    matches!(
        op,
        Op::AppLocalPut
            | Op::AppGlobalPut
            | Op::AppLocalDel
            | Op::AppGlobalDel
            | Op::AppParamsSet
            | Op::BoxCreate
            | Op::BoxReplace
            | Op::BoxDel
            | Op::BoxPut
            | Op::BoxSplice
            | Op::BoxResize
            | Op::AppBoxCreate
            | Op::AppBoxReplace
            | Op::AppBoxDel
            | Op::AppBoxPut
            | Op::AppBoxSplice
            | Op::AppBoxResize
            | Op::ItxnSubmit
    )
}

fn names_resource(op: Op) -> bool {
    matches!(
        op,
        Op::BoxCreate
            | Op::BoxExtract
            | Op::BoxReplace
            | Op::BoxDel
            | Op::BoxLen
            | Op::BoxGet
            | Op::BoxPut
            | Op::BoxSplice
            | Op::BoxResize
            | Op::AssetHoldingGet
            | Op::AssetParamsGet
            | Op::AppParamsGet
            | Op::AppGlobalGetEx
            | Op::AppLocalGetEx
            | Op::AppOptedIn
            | Op::AppLocalGet
            | Op::AppLocalPut
            | Op::AppLocalDel
            | Op::Balance
            | Op::MinBalance
            | Op::AcctParamsGet
    )
}
