//! What one instruction does to a path, where control simply goes on after it.

use super::assume::Logic;
use super::explore::Explorer;
use super::state::{Call, LocalRead, MAX_NOTES, Note, State};
use super::storage::EMPTY;
use super::terms::{Form, NOTHING, Term, TermId, TransactionRef, ZERO, reads_state};
use crate::check::deployment_settings::Constant as Setting;
use crate::flow::{Instruction, Operand};
use pnp_opcodes::{AvmType, Constant, Frame, Op, Shuffle, StackType, TxnField};

/// Opcodes between an asset and what is written of it.
const MAX_STORED_DEPTH: u8 = 6;

impl Explorer<'_> {
    pub(super) fn push(&mut self, state: &mut State, term: TermId) {
        state.stack = self.storage.stacks.push(state.stack, term);
    }

    /// Takes the top of the stack; an unknown value where nothing is known, or nothing is there.
    pub(super) fn pop(&mut self, state: &mut State, ty: StackType) -> TermId {
        if let Some(term) = self.storage.stacks.top(state.stack) {
            state.stack = self.storage.stacks.below(state.stack);
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
        let known = self.storage.notes.len(state.notes) >= MAX_NOTES
            || self.storage.notes.iter(state.notes).any(|known| known == note);
        if !known {
            state.notes = self.storage.notes.push(state.notes, note);
        }
    }

    /// From here on the ledger is another one: the one that this write, after those before it, has left.
    fn wrote(&mut self, state: &mut State) {
        let (before, at) = (state.epoch, state.at as u64);
        let terms = &mut self.logic().terms;
        let at = terms.int(at);
        let before = if before == NOTHING { ZERO } else { before };
        state.epoch = terms.made(Op::AppGlobalPut, Form::ONLY, &[before, at], StackType::ANY);
    }

    /// Does what an instruction does that is neither a condition nor a jump.
    pub(super) fn step(&mut self, state: &mut State, instruction: &Instruction) {
        use Op::*;
        if let Some(shuffle) = Shuffle::of(instruction.op(), instruction.byte(0)) {
            self.shuffle(state, shuffle);
            return;
        }
        match instruction.op() {
            Intc | Intc0 | Intc1 | Intc2 | Intc3 | Bytec | Bytec0 | Bytec1 | Bytec2 | Bytec3 | PushInt | PushBytes
            | PushInts | PushBytess | IntcBlock | BytecBlock => self.constants(state, instruction),
            Select => self.select(state),
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
            Setting::Plain => self.logic().terms.int(value),
            Setting::Given(given) => self.logic().terms.int(given),
            Setting::Open(variable) => self.logic().terms.add(Term::Variable(variable)),
        }
    }

    fn byte_string(&mut self, place: &std::ops::Range<usize>) -> TermId {
        let bytes = self.program.constant(place);
        let terms = &mut self.seen.logic.terms;
        match self.settings.bytes(bytes) {
            Setting::Plain => terms.bytes(bytes),
            Setting::Given(given) => terms.bytes(given),
            Setting::Open(variable) => terms.add(Term::Variable(variable)),
        }
    }

    fn block_constant(&mut self, state: &State, instruction: &Instruction) -> TermId {
        let (index, of_ints) = match instruction.loaded() {
            Some(Constant::Int(index)) => (index, true),
            Some(Constant::Bytes(index)) => (index, false),
            None => (instruction.byte(0), false),
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

    /// Reorders the top of the stack. Only as many values are taken up as the opcode moves.
    pub(super) fn shuffle(&mut self, state: &mut State, shuffle: Shuffle) {
        let mut terms = self.pop_many(state, shuffle.takes());
        shuffle.apply(&mut terms);
        terms.iter().for_each(|term| self.push(state, *term));
    }

    fn select(&mut self, state: &mut State) {
        let terms = self.pop_many(state, 3);
        let facts = state.facts;
        let chosen = match self.logic().decide_for_call(facts, terms[2]) {
            Some(upper) => terms[usize::from(upper)],
            None => self.logic().terms.made(Op::Select, Form::ONLY, &terms, StackType::ANY),
        };
        self.push(state, chosen);
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
                state.scratch = self.storage.scratches.store(state.scratch, slot, value);
                state.stored = self.storage.scratches.store(state.stored, slot, 1);
            }
            (Some(_), None) => self.forget_scratch(state),
            (None, Some(slot)) => {
                let set = self.storage.scratches.load(state.stored, slot) != ZERO;
                let loaded = &mut self.seen.loaded.entry(state.at).or_insert((slot, Default::default())).1;
                if set {
                    loaded.set = true;
                } else {
                    loaded.unset = true;
                }
                let term = self.storage.scratches.load(state.scratch, slot);
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
            state.scratch = self.storage.scratches.store(state.scratch, slot, term);
            state.stored = self.storage.scratches.store(state.stored, slot, 1);
        }
    }

    fn frame(&mut self, state: &mut State, instruction: &Instruction) {
        let frame = self.storage.frames.top(state.frames);
        if instruction.op() == Op::Proto {
            let proto = Some((instruction.byte(0), instruction.byte(1)));
            if let Some(call) = frame {
                let below = self.storage.frames.below(state.frames);
                let frame = Frame { proto, ..call.frame };
                state.frames = self.storage.frames.push(below, Call { frame, ..call });
            }
            return;
        }
        let (digs, height) = (instruction.op() == Op::FrameDig, self.storage.stacks.len(state.stack));
        let shuffle = frame.and_then(|call| match digs {
            true => call.frame.dig(instruction.signed(), height).ok(),
            false => call.frame.bury(instruction.signed(), height).ok(),
        });
        match shuffle {
            Some(shuffle) => self.shuffle(state, shuffle),
            // It fails when it runs, or reaches what is not known.
            None if digs => {
                let term = self.logic().terms.unknown(StackType::ANY);
                self.push(state, term);
            }
            None => drop(self.pop_any(state)),
        }
    }

    /// An opcode that makes values of values.
    fn compute(&mut self, state: &mut State, instruction: &Instruction) {
        let op = instruction.op();
        let signature = &instruction.spec.signature;
        let args = self.pop_many(state, signature.args.len());
        self.observe(state, instruction, &args);
        if writes_state(op) {
            self.stores_assets(state, &args);
            self.wrote(state);
        }
        match op {
            Op::ItxnBegin | Op::ItxnNext | Op::ItxnField | Op::ItxnSubmit => self.build(state, instruction, &args),
            Op::Sub => self.subtracted(state, &args),
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
                _ if is_pure(op) => terms.made(op, Form::of(instruction, at), &all, narrowed(op, *ty)),
                _ => terms.unknown(*ty),
            };
            self.push(state, term);
        }
    }

    /// Notes the transactions whose asset is part of what is written.
    fn stores_assets(&mut self, state: &mut State, args: &[TermId]) {
        let mut open: Vec<(TermId, u8)> = args.iter().map(|arg| (*arg, 0)).collect();
        while let Some((term, depth)) = open.pop() {
            match *self.seen.logic.terms.get(term) {
                Term::Field { transaction, field: TxnField::XferAsset, .. } => {
                    self.note(state, Note::Stored { transaction });
                }
                Term::Made { args, .. } if depth < MAX_STORED_DEPTH => {
                    open.extend(args.into_iter().filter(|arg| *arg != NOTHING).map(|arg| (arg, depth + 1)));
                }
                _ => {}
            }
        }
    }

    /// A difference that could be computed: what the caller chose to take away is at most what it is taken from.
    fn subtracted(&mut self, state: &mut State, args: &[TermId]) {
        let &[from, taken] = args else { return };
        let terms = &self.seen.logic.terms;
        if !terms.properties(taken).chosen || terms.properties(from).chosen || terms.is_constant(from) {
            return;
        }
        let within = self.logic().order(state.facts, from, taken, false);
        if let [facts] = within[..] {
            state.facts = facts;
        }
    }

    /// A value from the ledger: the same until something is written.
    fn looked_up(&mut self, state: &mut State, instruction: &Instruction, args: &[TermId], returns: &[StackType]) {
        let op = instruction.op();
        // What is read changes with what is written.
        let key: Vec<TermId> = match args {
            [first, second, third, rest @ ..] => {
                let mut tail = vec![*second, *third];
                tail.extend(rest);
                let tail = self.logic().terms.made(Op::Cover, Form::ONLY, &tail, StackType::ANY);
                vec![*first, tail, state.epoch]
            }
            args => args.iter().copied().chain([state.epoch]).collect(),
        };
        for (at, ty) in returns.iter().enumerate() {
            let term = self.logic().terms.made(op, Form::of(instruction, at), &key, *ty);
            if op == Op::AppLocalGet && self.is_sender(args[0]) && !self.was_put(state, args[1]) {
                self.storage.local_reads.insert(term, LocalRead { instruction: state.at, key: args[1] });
            }
            self.push(state, term);
        }
    }

    /// Whether the path has put a local value of the sender before. A program that deletes local values may have deleted it.
    fn was_put(&self, state: &State, key: TermId) -> bool {
        self.storage.notes.iter(state.notes).any(|note| note == Note::Put { key })
            && self.program.instructions().iter().all(|instruction| instruction.op() != Op::AppLocalDel)
    }

    pub(super) fn is_sender(&mut self, account: TermId) -> bool {
        let terms = &self.seen.logic.terms;
        matches!(
            terms.get(account),
            Term::Field { transaction: TransactionRef::Own, field: TxnField::Sender, .. } | Term::Int(0)
        )
    }

    /// Notes what is known of an instruction's arguments: local values taken for bytes, resources by name.
    fn observe(&mut self, state: &State, instruction: &Instruction, args: &[TermId]) {
        let op = instruction.op();
        let types = instruction.spec.signature.args.as_slice();
        for (at, arg) in args.iter().enumerate() {
            let Some(read) = self.storage.local_reads.get(arg).copied() else { continue };
            let other = args.get(1 - at.min(1)).copied().unwrap_or(NOTHING);
            let by_type = types.get(at).is_some_and(|ty| ty.kind() == AvmType::Bytes);
            let by_other =
                matches!(op, Op::Eq | Op::Ne) && self.seen.logic.terms.properties(other).ty.kind() == AvmType::Bytes;
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
