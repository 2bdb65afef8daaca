//! What an opcode did, seen from outside: values on the stack, scratch slots, application state.
//!
//! Opcodes do not tell; their effects follow from their row and from what lies on the stack before them (go-algorand
//! `data/transactions/logic/opcodeExplain.go`).

use crate::avm::{Mode, Value, Vm};
use crate::opcodes::Op;
use crate::types::{Address, AppIndex, Digest, TealValue};

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
    /// Whether the clear-state program failed, so that what it wrote was taken back.
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
        Op::Retsub => match vm.machine().top_frame() {
            Some(frame) => {
                frame.declared.map_or(0, |(args, _)| height.saturating_sub(frame.height.saturating_sub(args)))
            }
            None => 0,
        },
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
    // Where the stack is too short the opcode fails, and there is nothing to tell.
    let args = vm.stack().len().checked_sub(spec.signature.args.len()).and_then(|base| vm.stack().get(base..))?;
    let change = |operation, kind, app, account, key: Option<&Value>| StateChange {
        operation,
        kind,
        app,
        account,
        key: key.map(bytes).unwrap_or_default(),
        new_value: None,
    };
    let global = |operation, app, key| change(operation, StateKind::Global, app, Address::ZERO, key);
    let local = |operation, app, key| {
        let account = args.first().and_then(|value| account(vm, value)).unwrap_or_default();
        change(operation, StateKind::Local, app, account, key)
    };
    let boxed = |operation, app, key| change(operation, StateKind::Box, app, Address::ZERO, key);
    let own = vm.app();
    use StateOperation::{Delete, Read, Write};
    Some(match spec.op {
        Op::AppGlobalGet => global(Read, own, args.first()),
        Op::AppGlobalGetEx => global(Read, app(vm, args.first()?), args.get(1)),
        Op::AppGlobalPut => global(Write, own, args.first()),
        Op::AppGlobalDel => global(Delete, own, args.first()),
        Op::AppLocalGet => local(Read, own, args.get(1)),
        Op::AppLocalGetEx => local(Read, app(vm, args.get(1)?), args.get(2)),
        Op::AppLocalPut => local(Write, own, args.get(1)),
        Op::AppLocalDel => local(Delete, own, args.get(1)),
        Op::BoxExtract | Op::BoxLen | Op::BoxGet => boxed(Read, own, args.first()),
        Op::BoxCreate | Op::BoxReplace | Op::BoxPut | Op::BoxSplice | Op::BoxResize => boxed(Write, own, args.first()),
        Op::BoxDel => boxed(Delete, own, args.first()),
        Op::AppBoxExtract | Op::AppBoxLen | Op::AppBoxGet => boxed(Read, uint(args.first()?), args.get(1)),
        Op::AppBoxCreate | Op::AppBoxReplace | Op::AppBoxPut | Op::AppBoxSplice | Op::AppBoxResize => {
            boxed(Write, uint(args.first()?), args.get(1))
        }
        Op::AppBoxDel => boxed(Delete, uint(args.first()?), args.get(1)),
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

fn uint(value: &Value) -> u64 {
    match value {
        Value::Uint(number) => *number,
        Value::Bytes(_) => 0,
    }
}

/// The account a value names, whether or not the program may touch it: if it may not, the opcode fails by itself.
fn account(vm: &Vm<'_, '_>, value: &Value) -> Option<Address> {
    match value {
        Value::Bytes(bytes) => bytes.as_slice().try_into().ok().map(Address),
        Value::Uint(0) => Some(vm.transaction().header.sender),
        Value::Uint(place) => {
            let call = &vm.transaction().application_call;
            let at = usize::try_from(place - 1).ok()?;
            let listed = call.accounts.get(at).copied();
            listed.or_else(|| call.access.get(at).map(|entry| entry.address).filter(|address| !address.is_zero()))
        }
    }
}

/// The application a value names: an id, or a place in the transaction's lists.
fn app(vm: &Vm<'_, '_>, value: &Value) -> AppIndex {
    let number = uint(value);
    if number == 0 || number == vm.app() {
        return vm.app();
    }
    let call = &vm.transaction().application_call;
    let at = usize::try_from(number - 1).ok();
    let listed = at.and_then(|at| {
        let named = call.foreign_apps.get(at).copied();
        named.or_else(|| call.access.get(at).map(|entry| entry.app).filter(|app| *app != 0))
    });
    let is_id = call.foreign_apps.contains(&number) || call.access.iter().any(|entry| entry.app == number);
    if is_id { number } else { listed.unwrap_or(number) }
}
