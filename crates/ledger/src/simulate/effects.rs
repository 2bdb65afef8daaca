//! What an opcode did, seen from outside: values on the stack, scratch slots, application state.
//!
//! Opcodes do not report their effects; these follow from their row and from what lies on the stack before them
//! (go-algorand `data/transactions/logic/opcodeExplain.go`).

use pnp_avm::{Mode, Value, Vm};
use pnp_opcodes::Op;
use pnp_types::{Address, AppIndex, Digest, TealValue};

/// Which of a transaction's programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// The approval program.
    Approval,
    /// The clear-state program.
    ClearState,
    /// The logic signature.
    Signature,
}

/// What the programs of a transaction did, and those of its inner transactions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransactionTrace {
    /// Opcodes of the approval program.
    pub approval: Vec<OpcodeUnit>,
    /// Hash of the approval program, if it ran.
    pub approval_hash: Option<Digest>,
    /// Opcodes of the clear-state program.
    pub clear_state: Vec<OpcodeUnit>,
    /// Hash of the clear-state program, if it ran.
    pub clear_state_hash: Option<Digest>,
    /// Whether the clear-state program failed, so that what it wrote was undone.
    pub clear_state_rollback: bool,
    /// Why, unless it only rejected.
    pub clear_state_rollback_error: String,
    /// Opcodes of the logic signature.
    pub signature: Vec<OpcodeUnit>,
    /// Hash of the logic signature, if it ran.
    pub signature_hash: Option<Digest>,
    /// The inner transactions, in order.
    pub inner: Vec<Self>,
}

impl TransactionTrace {
    pub(super) fn units(&mut self, program: Program) -> &mut Vec<OpcodeUnit> {
        match program {
            Program::Approval => &mut self.approval,
            Program::ClearState => &mut self.clear_state,
            Program::Signature => &mut self.signature,
        }
    }

    pub(super) fn set_hash(&mut self, program: Program, hash: Digest) {
        match program {
            Program::Approval => self.approval_hash = Some(hash),
            Program::ClearState => self.clear_state_hash = Some(hash),
            Program::Signature => self.signature_hash = Some(hash),
        }
    }
}

/// One executed opcode.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpcodeUnit {
    /// Its place in the program.
    pub pc: usize,
    /// Which of the transaction's inner traces it started.
    pub spawned_inners: Vec<usize>,
    /// Values it took from the stack.
    pub stack_pop_count: usize,
    /// Values it put on the stack, the top last.
    pub stack_additions: Vec<TealValue>,
    /// Scratch slots it wrote.
    pub scratch_changes: Vec<ScratchChange>,
    /// Application state it wrote.
    pub state_changes: Vec<StateChange>,
}

/// A written scratch slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScratchChange {
    /// The slot.
    pub slot: usize,
    /// What is in it now.
    pub new_value: TealValue,
}

/// What is done to a piece of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateOperation {
    /// It is looked at.
    Read,
    /// It is written.
    Write,
    /// It is removed.
    Delete,
}

/// Where a piece of state lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StateKind {
    /// In the application.
    Global,
    /// In an account.
    Local,
    /// In a box.
    Box,
}

/// A touched piece of application state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// What is done to it.
    pub operation: StateOperation,
    /// Where it lives.
    pub kind: StateKind,
    /// Whose state it is.
    pub app: AppIndex,
    /// The account of local state, zero for others.
    pub account: Address,
    /// Its name.
    pub key: Vec<u8>,
    /// Its value after the opcode; `None` where there is none.
    pub new_value: Option<TealValue>,
}

/// How many values the opcode that is about to run takes from the stack.
pub(super) fn pops(vm: &Vm<'_, '_>) -> usize {
    let Some(spec) = vm.spec() else { return 0 };
    let immediate = || vm.program().get(vm.pc() + 1).copied().unwrap_or_default();
    let height = vm.stack().len();
    match spec.op {
        Op::Return => height,
        Op::Bury | Op::Cover | Op::Uncover | Op::Match => usize::from(immediate()) + 1,
        Op::PopN => usize::from(immediate()),
        Op::Dig | Op::FrameDig => 0,
        Op::Retsub => {
            let frame = vm.machine().top_frame();
            let args = frame.and_then(|frame| Some((frame.height, usize::from(frame.proto?.0))));
            args.map_or(0, |(base, args)| height.saturating_sub(base.saturating_sub(args)))
        }
        Op::FrameBury => {
            let base = vm.machine().top_frame().map_or(0, |frame| frame.height);
            height.saturating_sub(base.saturating_add_signed(isize::from(immediate().cast_signed())))
        }
        _ => spec.signature.args.len(),
    }
}

/// The scratch slot that the opcode about to run writes.
pub(super) fn written_slot(vm: &Vm<'_, '_>) -> Option<usize> {
    match vm.spec()?.op {
        Op::Store => vm.program().get(vm.pc() + 1).map(|slot| usize::from(*slot)),
        Op::Stores => match from_top(vm, 1) {
            Some(Value::Uint(slot)) => usize::try_from(*slot).ok().filter(|slot| *slot < 256),
            _ => None,
        },
        _ => None,
    }
}

/// The application state that the opcode about to run touches, its value not yet looked up.
pub(super) fn touched_state(vm: &Vm<'_, '_>) -> Option<StateChange> {
    if vm.mode() != Mode::Application {
        return None;
    }
    let spec = vm.spec()?;
    // Where the stack is too short the opcode fails, and there is nothing to report.
    let base = vm.stack().len().checked_sub(spec.signature.args.len())?;
    let args: Vec<Value> = vm.stack().get(base..)?.to_vec();
    let change = |operation, kind, app, account, key: Option<&Value>| StateChange {
        operation,
        kind,
        app,
        account,
        key: key.map(bytes).unwrap_or_default(),
        new_value: None,
    };
    let global = |operation, app, key| change(operation, StateKind::Global, app, Address::ZERO, key);
    let local = |operation, app, account, key| change(operation, StateKind::Local, app, account, key);
    let boxed = |operation, app, key| change(operation, StateKind::Box, app, Address::ZERO, key);
    let (own, named) = (vm.app(), vm.named_state());
    use StateOperation::{Delete, Read, Write};
    Some(match spec.op {
        Op::AppGlobalGet => global(Read, own, args.first()),
        Op::AppGlobalGetEx => global(Read, named.app, args.get(1)),
        Op::AppGlobalPut => global(Write, own, args.first()),
        Op::AppGlobalDel => global(Delete, own, args.first()),
        Op::AppLocalGet => local(Read, own, named.account, args.get(1)),
        Op::AppLocalGetEx => local(Read, named.app, named.account, args.get(2)),
        Op::AppLocalPut => local(Write, own, named.account, args.get(1)),
        Op::AppLocalDel => local(Delete, own, named.account, args.get(1)),
        Op::BoxExtract | Op::BoxLen | Op::BoxGet => boxed(Read, own, args.first()),
        Op::BoxCreate | Op::BoxReplace | Op::BoxPut | Op::BoxSplice | Op::BoxResize => boxed(Write, own, args.first()),
        Op::BoxDel => boxed(Delete, own, args.first()),
        Op::AppBoxExtract | Op::AppBoxLen | Op::AppBoxGet => boxed(Read, application(args.first()?), args.get(1)),
        Op::AppBoxCreate | Op::AppBoxReplace | Op::AppBoxPut | Op::AppBoxSplice | Op::AppBoxResize => {
            boxed(Write, application(args.first()?), args.get(1))
        }
        Op::AppBoxDel => boxed(Delete, application(args.first()?), args.get(1)),
        _ => return None,
    })
}

/// Whether the opcode may change what the transaction reports of its own: logs and state deltas.
pub(super) fn reports(op: Op) -> bool {
    matches!(op, Op::Log | Op::AppGlobalPut | Op::AppGlobalDel | Op::AppLocalPut | Op::AppLocalDel)
}

/// The value of a piece of state now.
pub(super) fn value_of(vm: &Vm<'_, '_>, change: &StateChange) -> Option<TealValue> {
    let ledger = vm.ledger().ok()?;
    let StateChange { kind, app, account, key, .. } = change;
    match kind {
        StateKind::Global => ledger.global_get(*app, key).ok()?,
        StateKind::Local => ledger.local_get(account, *app, key).ok()?,
        StateKind::Box => ledger.box_get(*app, key).ok()?.map(|content| TealValue::Bytes(content.to_vec())),
    }
}

fn from_top<'v>(vm: &'v Vm<'_, '_>, depth: usize) -> Option<&'v Value> {
    vm.stack().iter().rev().nth(depth)
}

fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Bytes(bytes) => bytes.to_vec(),
        Value::Uint(_) => Vec::new(),
    }
}

fn application(value: &Value) -> AppIndex {
    match value {
        Value::Uint(id) => AppIndex(*id),
        Value::Bytes(_) => AppIndex::NONE,
    }
}
