//! The part of a running program that knows nothing of the world: stack, scratch space, constants and call stack.
//!
//! Opcode families that only compute work on a [`Machine`] alone. An opcode's arguments have been counted and their
//! kinds checked before its function is called; the accessors check again and never panic. Like the reference, a family
//! function reads its arguments in place ([`Machine::uint`], [`Machine::bytes`]) and changes the stack last
//! ([`Machine::replace`]), because a failing opcode leaves the stack it found for the error report.

use std::sync::Arc;

use super::error::{Fault, fault};
use super::program::{Immediates, Instruction, Jump, Program};
use super::value::{Bytes, Value};
use pnp_opcodes::Frame;

/// How many values the stack may hold after an opcode.
pub(crate) const MAX_STACK: usize = 1000;

/// How many scratch slots a program has.
pub(crate) const SCRATCH_SLOTS: usize = 256;

/// One call of a subroutine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    /// Where `retsub` goes on, as an index of an instruction.
    pub(super) return_to: u32,
    /// What it may see of the stack.
    pub(super) frame: Frame,
}

impl Call {
    /// A call with a stack of that height.
    pub(super) fn new(return_to: u32, height: usize) -> Self {
        Self { return_to, frame: Frame { height, proto: None } }
    }
}

/// The state of one program run.
#[derive(Debug)]
pub struct Machine {
    pub(super) program: Arc<Program>,
    pub(super) stack: Vec<Value>,
    pub(super) frames: Vec<Call>,
    /// It grows as slots are stored to; the rest hold 0.
    pub(super) scratch: Vec<Value>,
    pub(super) uint_constants: Arc<[u64]>,
    pub(super) byte_constants: Arc<[Bytes]>,
    /// Set by a `callsub` that lands on a `proto`, taken by that `proto`.
    pub(super) from_callsub: bool,
    /// The running instruction, as an index.
    pub(super) at: u32,
    /// Where the running opcode goes on, if not at the next instruction.
    pub(super) jump: Option<u32>,
    /// What the program has cost so far.
    pub(super) cost: u64,
}

impl Machine {
    /// A machine about to run `program`.
    pub fn new(program: Arc<Program>) -> Self {
        let at = program.entry();
        Self {
            program,
            stack: Vec::with_capacity(32),
            frames: Vec::new(),
            scratch: Vec::new(),
            uint_constants: Arc::default(),
            byte_constants: Arc::default(),
            from_callsub: false,
            at,
            jump: None,
            cost: 0,
        }
    }

    /// The program's version.
    pub fn version(&self) -> u64 {
        self.program.version()
    }

    /// The offset of the running opcode, or the program's length after its end.
    pub fn pc(&self) -> usize {
        self.program.pc_of(self.at)
    }

    /// The running instruction.
    pub fn instruction(&self) -> Option<&Instruction> {
        self.program.instruction(self.at)
    }

    /// The stack, its top last.
    pub fn stack(&self) -> &[Value] {
        &self.stack
    }

    /// The frame of the innermost call of a subroutine.
    pub fn top_frame(&self) -> Option<Frame> {
        self.frames.last().map(|call| call.frame)
    }

    /// The value of a scratch slot; slots that do not exist hold 0.
    pub fn scratch(&self, slot: usize) -> Value {
        self.scratch.get(slot).cloned().unwrap_or_default()
    }

    /// Sets a scratch slot below 256.
    pub fn set_scratch(&mut self, slot: usize, value: Value) {
        if slot >= self.scratch.len() {
            self.scratch.resize(slot + 1, Value::Uint(0));
        }
        if let Some(place) = self.scratch.get_mut(slot) {
            *place = value;
        }
    }

    /// The value `depth` below the top of the stack.
    pub fn value(&self, depth: usize) -> Result<&Value, Fault> {
        let at = self.stack.len().checked_sub(depth + 1);
        at.and_then(|at| self.stack.get(at)).ok_or_else(|| self.underflow())
    }

    /// The integer `depth` below the top of the stack.
    pub fn uint(&self, depth: usize) -> Result<u64, Fault> {
        match self.value(depth)? {
            Value::Uint(number) => Ok(*number),
            Value::Bytes(_) => Err(Fault::new("a byte string where an integer was expected")),
        }
    }

    /// The byte string `depth` below the top of the stack.
    pub fn bytes(&self, depth: usize) -> Result<&Bytes, Fault> {
        match self.value(depth)? {
            Value::Bytes(bytes) => Ok(bytes),
            Value::Uint(_) => Err(Fault::new("an integer where a byte string was expected")),
        }
    }

    /// Removes and returns the top of the stack.
    pub fn pop(&mut self) -> Result<Value, Fault> {
        match self.stack.pop() {
            Some(value) => Ok(value),
            None => Err(self.underflow()),
        }
    }

    /// Removes `count` values from the top of the stack.
    pub fn drop_top(&mut self, count: usize) {
        self.stack.truncate(self.stack.len().saturating_sub(count));
    }

    /// Puts a value on top of the stack.
    pub fn push(&mut self, value: impl Into<Value>) {
        self.stack.push(value.into());
    }

    /// Removes `count` values from the top of the stack and puts one in their place.
    pub fn replace(&mut self, count: usize, value: impl Into<Value>) -> Result<(), Fault> {
        self.drop_top(count);
        self.push(value);
        Ok(())
    }

    /// Refuses a stack that would hold `count` more values than allowed.
    pub fn reserve(&mut self, count: usize) -> Result<(), Fault> {
        if self.stack.len().saturating_add(count) > MAX_STACK {
            return Err(Fault::new("stack overflow"));
        }
        self.stack.reserve(count);
        Ok(())
    }

    /// The byte immediate at `position` of the running opcode: an index, a count or a field.
    pub fn byte(&self, position: usize) -> Result<u8, Fault> {
        let byte = match self.immediates()? {
            Immediates::Bytes(bytes) => bytes.get(position).copied(),
            _ => None,
        };
        byte.ok_or_else(|| Fault::new("program ends without immediate value(s)"))
    }

    /// The immediates of the running opcode; fails where they could not be decoded.
    pub fn immediates(&self) -> Result<&Immediates, Fault> {
        match self.instruction().map(|instruction| &instruction.immediates) {
            Some(Immediates::Broken(text)) => Err(Fault::new(text.to_string())),
            Some(immediates) => Ok(immediates),
            None => Err(Fault::new("program ends without immediate value(s)")),
        }
    }

    /// The only branch target of the running opcode.
    pub fn target(&self) -> Result<u32, Fault> {
        match self.immediates()? {
            Immediates::Jump(jump) => jump.resolve(),
            _ => Err(Fault::new("branch without target")),
        }
    }

    /// The branch targets of the running opcode: one for each label, then the one to take where no label is meant.
    pub fn targets(&self) -> Result<&[Jump], Fault> {
        match self.immediates()? {
            Immediates::Jumps(jumps) => Ok(jumps),
            _ => Err(Fault::new("branch without targets")),
        }
    }

    /// Lets the program go on at an instruction, which [`Machine::target`] names.
    pub fn jump_to(&mut self, target: u32) {
        self.jump = Some(target);
    }

    /// Lets the program end after the running opcode.
    pub fn finish(&mut self) {
        self.jump = Some(Program::END);
    }

    /// The instruction after the running one.
    pub fn following(&self) -> u32 {
        self.instruction().map_or(Program::END, |instruction| instruction.next)
    }

    pub(super) fn underflow(&self) -> Fault {
        let name = self.instruction().and_then(|instruction| instruction.spec).map_or("", |spec| spec.name);
        Fault::new(format!("stack underflow in {name}"))
    }

    /// Loads one of the integer constants.
    pub fn push_uint_constant(&mut self, index: usize) -> Result<(), Fault> {
        let Some(constant) = self.uint_constants.get(index) else {
            fault!("intc {index} beyond {} constants", self.uint_constants.len());
        };
        let constant = *constant;
        self.push(constant);
        Ok(())
    }

    /// Loads one of the byte constants.
    pub fn push_byte_constant(&mut self, index: usize) -> Result<(), Fault> {
        let Some(constant) = self.byte_constants.get(index) else {
            fault!("bytec {index} beyond {} constants", self.byte_constants.len());
        };
        let constant = constant.clone();
        self.push(constant);
        Ok(())
    }
}
