//! Running blocks on what is known: which paths are open, and what each costs.

use std::collections::{BTreeMap, HashSet};

use super::constants::Constants;
use super::open::Open;
use super::stack::arrange;
use super::value::{CallInput, Fact, Facts, MAX_FOLLOWED, Test, Value, followed};
use crate::flow::{BlockId, Exit, Graph, Instruction, Operand, Program};
use pnp_opcodes::{Field, Frame, MAX_STRING_SIZE, Op, Shuffle, TxnField};

/// The most values a stack holds; more are a failure.
const MAX_STACK: usize = 1000;
/// Recursion that goes deeper counts as endless.
const MAX_RECURSION: usize = 8;

/// Where control is, and what is known there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) block: BlockId,
    pub(super) stack: Vec<Value>,
    pub(super) scratch: BTreeMap<u8, Value>,
    pub(super) calls: Vec<Call>,
}

impl State {
    pub(super) fn at(block: BlockId) -> Self {
        Self { block, stack: Vec::new(), scratch: BTreeMap::new(), calls: Vec::new() }
    }

    /// The same place with nothing known.
    pub(super) fn forget(&mut self) {
        self.stack.iter_mut().for_each(|value| *value = Value::Unknown);
        self.scratch.clear();
    }

    /// The same place after a call that is not followed: if nothing is known of the callee, not even the height of the
    /// stack is, and so no place in a frame.
    fn skip_call(&mut self, proto: Option<(u8, u8)>) {
        self.forget();
        match proto {
            Some((args, returns)) => {
                self.shuffle(Shuffle::Drop(args.into()));
                self.stack.extend(std::iter::repeat_n(Value::Unknown, returns.into()));
            }
            None => self.calls.iter_mut().for_each(|call| call.frame = None),
        }
    }

    /// Runs an instruction that moves values by an immediate, of which nothing is known; returns whether it was one.
    fn move_by_any(&mut self, it: &Instruction) -> bool {
        match it.op() {
            Op::Load => self.stack.push(Value::Unknown),
            Op::Store => {
                drop(self.pop());
                self.scratch.clear();
            }
            Op::Dig | Op::FrameDig => {
                self.forget();
                self.stack.push(Value::Unknown);
            }
            Op::Bury | Op::FrameBury => {
                drop(self.pop());
                self.forget();
            }
            Op::Cover | Op::Uncover => self.forget(),
            Op::PopN | Op::DupN => self.skip_call(None),
            Op::Proto => self.calls.iter_mut().for_each(|call| call.frame = None),
            _ => return false,
        }
        true
    }

    /// Fills the stack up from below until it is so high. What is missing is unknown: a program that really reaches below
    /// its stack fails.
    #[inline]
    pub(super) fn fill(&mut self, height: usize) {
        if height > self.stack.len() {
            self.raise(height - self.stack.len());
        }
    }

    /// Puts so many unknown values below the stack.
    #[cold]
    fn raise(&mut self, missing: usize) {
        self.stack.splice(0..0, std::iter::repeat_n(Value::Unknown, missing));
        self.calls.iter_mut().filter_map(|call| call.frame.as_mut()).for_each(|frame| frame.height += missing);
    }

    /// Takes the top of the stack.
    pub(super) fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or_else(|| {
            self.fill(1);
            self.stack.pop().unwrap_or(Value::Unknown)
        })
    }

    /// Takes so many values from the top of the stack, in the order they were pushed.
    fn take(&mut self, count: usize) -> Vec<Value> {
        self.fill(count);
        self.stack.split_off(self.stack.len() - count)
    }

    /// Reorders the stack.
    pub(super) fn shuffle(&mut self, shuffle: Shuffle) {
        self.fill(shuffle.takes());
        shuffle.apply(&mut self.stack);
    }

    /// Comes back from a subroutine; whether it can.
    fn retsub(&mut self, frame: Option<Frame>) -> bool {
        match frame.map(|frame| frame.retsub(self.stack.len())) {
            Some(Ok(shuffle)) => self.shuffle(shuffle),
            Some(Err(_)) => return false,
            None => self.forget(),
        }
        true
    }

    /// Runs `frame_dig` or `frame_bury`; whether it can succeed.
    fn use_frame(&mut self, it: &Instruction) -> bool {
        let Some(call) = self.calls.last() else { return false };
        let (height, digs) = (self.stack.len(), it.op() == Op::FrameDig);
        let shuffle = call.frame.map(|frame| match digs {
            true => frame.dig(it.signed(), height),
            false => frame.bury(it.signed(), height),
        });
        match shuffle {
            Some(Ok(shuffle)) => self.shuffle(shuffle),
            Some(Err(_)) => return false,
            None if digs => self.stack.push(Value::Unknown),
            None => self.forget(),
        }
        true
    }
}

/// A subroutine that is to come back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Call {
    back: BlockId,
    /// Where its part of the stack begins, as far as that is known.
    frame: Option<Frame>,
}

/// What running through a block costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    pub(super) least: u64,
    pub(super) most: u64,
    pub(super) bytes: u64,
}

/// Where control goes after a block.
#[derive(Debug)]
pub(super) enum BlockEnd {
    /// One of these.
    Next(Vec<State>),
    /// The program ends, and may approve.
    Approves,
    /// It fails.
    Rejects,
}

/// An instruction whose cost depends on a length; both are the same where the length is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ByLength {
    pub(super) instruction: usize,
    pub(super) least: u64,
    pub(super) most: u64,
}

/// What running a block found.
#[derive(Debug)]
pub(super) struct BlockResult {
    pub(super) weight: Weight,
    pub(super) by_length: Vec<ByLength>,
    pub(super) end: BlockEnd,
    /// Whether it may be run any number of times before what comes after it: recursion that is followed no deeper.
    pub(super) endless: bool,
    /// Whether the program may also end within that recursion, and approve.
    pub(super) approves: bool,
}

/// A program, the facts it runs on, and what it was seen to ask for.
pub(super) struct Machine<'a> {
    pub(super) program: &'a Program,
    pub(super) graph: &'a Graph,
    pub(super) facts: &'a Facts,
    /// What template variables without a value leave open.
    pub(super) open: &'a Open,
    constants: &'a Constants,
    /// Without it nothing is known of any value.
    pub(super) follows: bool,
    pub(super) asks_application: bool,
    pub(super) asks_completion: bool,
    /// The first test the facts do not decide, and the block it is in.
    pub(super) test: Option<(Test, BlockId)>,
    /// The block that runs.
    block: BlockId,
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        program: &'a Program,
        graph: &'a Graph,
        facts: &'a Facts,
        open: &'a Open,
        constants: &'a Constants,
        follows: bool,
    ) -> Self {
        Self {
            program,
            graph,
            facts,
            open,
            constants,
            follows,
            asks_application: false,
            asks_completion: false,
            test: None,
            block: 0,
        }
    }

    /// Runs the block that a state is at.
    pub(super) fn run(&mut self, mut state: State) -> BlockResult {
        let mut ran = BlockResult {
            weight: Weight::default(),
            by_length: Vec::new(),
            end: BlockEnd::Rejects,
            endless: false,
            approves: false,
        };
        let Some(block) = self.graph.blocks().get(state.block) else { return ran };
        self.block = state.block;
        let exit = &block.exit;
        let instructions = self.program.instructions();
        for at in block.first..block.end {
            let Some(it) = instructions.get(at) else { continue };
            ran.weight.bytes += (it.end - it.pc) as u64;
            self.pay(at, it, &state, &mut ran);
            let ends = at + 1 == block.end && !matches!(exit, Exit::Goto(_) | Exit::End);
            if self.follows && !ends && !self.step(at, it, &mut state) {
                return ran;
            }
            if state.stack.len() > MAX_STACK {
                return ran;
            }
        }
        ran.endless = self.is_endless(exit, &state);
        ran.approves = matches!(exit, Exit::Call { entry, .. } if ran.endless && self.may_end_in(*entry));
        ran.end = match exit {
            Exit::Call { entry, back } if ran.endless => {
                state.skip_call(self.graph.subroutine_at(*entry).and_then(|callee| callee.proto));
                BlockEnd::Next(vec![State { block: *back, ..state }])
            }
            exit => self.leave(exit, state),
        };
        ran
    }

    fn pay(&self, at: usize, it: &Instruction, state: &State, ran: &mut BlockResult) {
        let cost = it.cost();
        let measured = state.stack.len().checked_sub(usize::from(cost.depth) + 1);
        let length = measured.and_then(|place| state.stack.get(place)).and_then(Value::length);
        let (least, most) = match length {
            Some(length) => (cost.of_length(length), cost.of_length(length)),
            None => (cost.of_length(0), cost.of_length(usize::try_from(MAX_STRING_SIZE).unwrap_or(usize::MAX))),
        };
        ran.weight.least += least;
        ran.weight.most += most;
        if cost.chunk != 0 {
            ran.by_length.push(ByLength { instruction: at, least, most });
        }
    }

    /// Whether the block ends with a call that is followed no deeper.
    fn is_endless(&self, exit: &Exit, state: &State) -> bool {
        let Exit::Call { back, .. } = exit else { return false };
        let deepest = if self.follows { MAX_RECURSION } else { 1 };
        state.calls.iter().filter(|call| call.back == *back).count() >= deepest
    }

    /// Whether the program may end, and not fail, in a subroutine or in what it calls.
    fn may_end_in(&self, entry: BlockId) -> bool {
        let mut open = vec![entry];
        let mut seen = HashSet::new();
        while let Some(entry) = open.pop() {
            if !seen.insert(entry) {
                continue;
            }
            for block in self.graph.body(entry) {
                match self.graph.blocks().get(block).map(|block| &block.exit) {
                    Some(Exit::Return | Exit::End) => return true,
                    Some(Exit::Call { entry, .. }) => open.push(*entry),
                    _ => {}
                }
            }
        }
        false
    }

    /// Where control goes at the end of a block.
    fn leave(&mut self, exit: &Exit, mut state: State) -> BlockEnd {
        match exit {
            Exit::Goto(to) => BlockEnd::Next(vec![State { block: *to, ..state }]),
            Exit::Branch { taken, next, on_zero } => {
                let truth = self.pop_truth(&mut state);
                let paths = [(*taken, !on_zero), (*next, *on_zero)];
                let open = paths.iter().filter(|(_, wanted)| truth.is_none_or(|truth| truth == *wanted));
                BlockEnd::Next(open.map(|(block, _)| State { block: *block, ..state.clone() }).collect())
            }
            Exit::Switch { targets, next } => {
                let open = self.choices(&mut state, targets, *next);
                BlockEnd::Next(open.into_iter().map(|block| State { block, ..state.clone() }).collect())
            }
            Exit::Call { entry, back } => {
                let frame = Some(Frame { height: state.stack.len(), proto: None });
                state.calls.push(Call { back: *back, frame });
                BlockEnd::Next(vec![State { block: *entry, ..state }])
            }
            Exit::Retsub => {
                let Some(call) = state.calls.pop() else { return BlockEnd::Rejects };
                if self.follows && !state.retsub(call.frame) {
                    return BlockEnd::Rejects;
                }
                BlockEnd::Next(vec![State { block: call.back, ..state }])
            }
            Exit::Return | Exit::End => match self.pop_truth(&mut state) {
                Some(false) => BlockEnd::Rejects,
                _ => BlockEnd::Approves,
            },
            Exit::Err => BlockEnd::Rejects,
        }
    }

    fn pop_truth(&mut self, state: &mut State) -> Option<bool> {
        let value = state.pop();
        self.truth(&value)
    }

    fn truth(&mut self, value: &Value) -> Option<bool> {
        match value {
            Value::CallInput(CallInput::Arguments) => self.equal(value, &Value::Uint(0)).map(|zero| !zero),
            value => value.truth(),
        }
    }

    /// The blocks that `switch` or `match` may go to.
    fn choices(&mut self, state: &mut State, targets: &[BlockId], next: BlockId) -> Vec<BlockId> {
        let block = self.graph.blocks().get(state.block);
        let last = block.and_then(|block| self.program.instructions().get(block.end.checked_sub(1)?));
        let value = state.pop();
        let mut open = Vec::new();
        if last.is_some_and(|it| it.op() == Op::Match) {
            let wanted = state.take(targets.len());
            for (wanted, target) in wanted.iter().zip(targets) {
                match self.equal(wanted, &value) {
                    Some(true) => {
                        open.push(*target);
                        return open;
                    }
                    Some(false) => {}
                    None => open.push(*target),
                }
            }
            open.push(next);
            return open;
        }
        match value {
            Value::Uint(index) => {
                let chosen = usize::try_from(index).ok().and_then(|index| targets.get(index));
                open.push(chosen.copied().unwrap_or(next));
            }
            _ => open.extend(targets.iter().copied().chain([next])),
        }
        open.sort_unstable();
        open.dedup();
        open
    }

    /// Whether two values are the same, as far as that is known.
    fn equal(&mut self, a: &Value, b: &Value) -> Option<bool> {
        match (a, b) {
            (Value::Uint(a), Value::Uint(b)) => Some(a == b),
            (Value::Bytes(a), Value::Bytes(b)) => Some(a == b),
            (Value::NonZero, Value::Uint(0)) | (Value::Uint(0), Value::NonZero) => Some(false),
            (Value::CallInput(given), constant) | (constant, Value::CallInput(given)) => {
                self.facts.decide(*given, constant).map_err(|test| self.note(test)).ok()
            }
            _ => None,
        }
    }

    fn note(&mut self, test: Option<Test>) {
        if self.test.is_none() {
            self.test = test.map(|test| (test, self.block));
        }
    }

    /// Runs one instruction that does not end a block; returns whether it can succeed.
    fn step(&mut self, at: usize, it: &Instruction, state: &mut State) -> bool {
        if self.open.has(at) && state.move_by_any(it) || arrange(it, state) {
            return true;
        }
        match it.op() {
            Op::Assert => {
                let value = state.pop();
                return self.truth(&value) != Some(false);
            }
            Op::Proto => {
                if let Some(frame) = state.calls.last_mut().and_then(|call| call.frame.as_mut()) {
                    frame.proto = Some((it.byte(0), it.byte(1)));
                }
            }
            Op::FrameDig | Op::FrameBury => return state.use_frame(it),
            Op::PushInts | Op::PushBytess => {
                let values: Vec<Value> = match &it.operand {
                    Operand::Uints(values) => values.iter().map(|value| Value::Uint(*value)).collect(),
                    Operand::Constants(places) => {
                        places.iter().map(|place| followed(self.program.constant(place))).collect()
                    }
                    _ => Vec::new(),
                };
                let known = |(element, value)| if self.open.has_element(at, element) { Value::Unknown } else { value };
                state.stack.extend(values.into_iter().enumerate().map(known));
            }
            _ => self.compute(at, it, state),
        }
        true
    }

    /// An opcode that takes and gives what its signature says.
    fn compute(&mut self, at: usize, it: &Instruction, state: &mut State) {
        let takes = it.spec.signature.args.len();
        let args = state.take(takes);
        let result = if self.open.has(at) { Value::Unknown } else { self.result(it, &args) };
        match it.spec.signature.returns.len() {
            0 => {}
            1 => state.stack.push(result),
            many => state.stack.extend(std::iter::repeat_n(Value::Unknown, many)),
        }
    }

    /// What an opcode of one result gives.
    fn result(&mut self, it: &Instruction, args: &[Value]) -> Value {
        match (it.op(), args) {
            (Op::Eq, [a, b]) => Value::of_bool(self.equal(a, b)),
            (Op::Ne, [a, b]) => Value::of_bool(self.equal(a, b).map(|same| !same)),
            (Op::Not, [a]) => Value::of_bool(self.truth(a).map(|truth| !truth)),
            (Op::And, [a, b]) => match (self.truth(a), self.truth(b)) {
                (Some(false), _) | (_, Some(false)) => Value::Uint(0),
                (Some(true), Some(true)) => Value::Uint(1),
                _ => Value::Unknown,
            },
            (Op::Or, [a, b]) => match (self.truth(a), self.truth(b)) {
                (Some(true), _) | (_, Some(true)) => Value::Uint(1),
                (Some(false), Some(false)) => Value::Uint(0),
                _ => Value::Unknown,
            },
            (op, [Value::Uint(a), Value::Uint(b)]) => arithmetic(op, *a, *b).map_or(Value::Unknown, Value::Uint),
            (Op::Gt, [Value::NonZero, Value::Uint(0)]) => Value::Uint(1),
            (Op::Len, [Value::Bytes(bytes)]) => Value::Uint(bytes.len() as u64),
            (Op::Itob, [Value::Uint(number)]) => followed(&number.to_be_bytes()),
            (Op::Btoi, [Value::Bytes(bytes)]) if bytes.len() <= 8 => {
                Value::Uint(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
            }
            (Op::Concat, [Value::Bytes(a), Value::Bytes(b)]) => followed(&[a.as_ref(), b.as_ref()].concat()),
            (Op::BytesZero, [Value::Uint(length)]) if *length <= MAX_FOLLOWED as u64 => {
                followed(&vec![0; usize::try_from(*length).unwrap_or_default()])
            }
            (Op::Txn | Op::Txna, []) => self.field(it),
            _ => self.constant(it).unwrap_or(Value::Unknown),
        }
    }

    fn field(&mut self, it: &Instruction) -> Value {
        match (TxnField::from_byte(it.byte(0)), it.op()) {
            (Some(TxnField::ApplicationId), _) => {
                self.asks_application = true;
                match self.facts.creates {
                    Some(true) => Value::Uint(0),
                    Some(false) => Value::NonZero,
                    None => Value::Unknown,
                }
            }
            (Some(TxnField::OnCompletion), _) => {
                self.asks_completion = true;
                self.facts.completion.map_or(Value::Unknown, Value::Uint)
            }
            (Some(TxnField::NumAppArgs), _) => match self.facts.arguments.clone() {
                Fact::Is(number) => Value::Uint(number),
                Fact::Not(_) => Value::CallInput(CallInput::Arguments),
            },
            (Some(TxnField::ApplicationArgs), Op::Txna) if it.byte(1) == 0 => match self.facts.first.clone() {
                Fact::Is(bytes) => Value::Bytes(bytes),
                Fact::Not(_) => Value::CallInput(CallInput::First),
            },
            _ => Value::Unknown,
        }
    }

    /// What an opcode loads that holds a constant.
    fn constant(&self, it: &Instruction) -> Option<Value> {
        match &it.operand {
            Operand::Uint(value) if it.op() == Op::PushInt => Some(Value::Uint(*value)),
            Operand::Constant(place) if it.op() == Op::PushBytes => Some(followed(self.program.constant(place))),
            _ => self.constants.loaded(it),
        }
    }
}

/// An operation on two known integers; nothing where it fails or is not followed.
fn arithmetic(op: Op, a: u64, b: u64) -> Option<u64> {
    match op {
        Op::Add => a.checked_add(b),
        Op::Sub => a.checked_sub(b),
        Op::Mul => a.checked_mul(b),
        Op::Div => a.checked_div(b),
        Op::Mod => a.checked_rem(b),
        Op::Lt => Some(u64::from(a < b)),
        Op::Gt => Some(u64::from(a > b)),
        Op::Le => Some(u64::from(a <= b)),
        Op::Ge => Some(u64::from(a >= b)),
        Op::BitAnd => Some(a & b),
        Op::BitOr => Some(a | b),
        Op::BitXor => Some(a ^ b),
        _ => None,
    }
}
