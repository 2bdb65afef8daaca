//! One program on the run: the machine, and the group and the ledger around it.
//!
//! `Vm::run` is the loop. Without a tracer it lets `fast_path` run ahead; every other instruction goes through
//! `Vm::step`, which checks in the reference's order: opcode, mode, arguments, immediates, budget, then the opcode
//! itself, then what it left (go-algorand `EvalContext.step`).

use std::fmt;
use std::sync::{Arc, LazyLock};

use super::dispatch;
use super::error::{EvalState, Fault, ProgramError, fault, trimmed};
use super::fast_path;
use super::group::GroupContext;
use super::ledger::{Ledger, SignatureLedger};
use super::machine::{MAX_STACK, Machine};
use super::program::{Dialect, Immediates, Mode, Program, read_version};
use super::program_cache;
use super::tracer::{NamedState, Tracer, WatchedState};
use super::value::{Bytes, MAX_BYTES, Value};
use pnp_opcodes::{AvmType, MAX_VERSION, OpSpec};
use pnp_types::consensus::ConsensusParams;
use pnp_types::{
    Address, AppIndex, BlockHeader, Digest, EvalDelta, OnCompletion, Round, SignedTransactionWithApplyData, Transaction,
};

/// The newest version the reference knows, released or not.
pub const NEWEST_VERSION: u64 = MAX_VERSION as u64;
/// Since this version programs may use what other transactions of the group name.
pub(super) const SHARED_RESOURCES_VERSION: u64 = 9;
/// How many arguments a logic signature may have, and how long each may be in bytes.
const MAX_SIGNATURE_ARGS: usize = 255;
const MAX_SIGNATURE_ARG: usize = MAX_BYTES;

/// What a program has access to: a ledger, or for a logic signature past block headers only.
pub(super) enum LedgerAccess<'v> {
    Application(&'v mut dyn Ledger),
    Signature(&'v dyn SignatureLedger),
}

/// A running program.
pub struct Vm<'v, 't> {
    pub(super) machine: Machine,
    pub(super) group: &'v mut GroupContext<'t>,
    pub(super) ledger_access: LedgerAccess<'v>,
    pub(super) mode: Mode,
    pub(super) index: usize,
    pub(super) app: AppIndex,
    /// Inner transactions that are being built.
    pub(super) pending: Vec<SignedTransactionWithApplyData>,
    pub(super) log_size: usize,
    pub(super) creator: Option<Address>,
    pub(super) touched_family_box: bool,
    pub(super) family_checked: bool,
    /// For tracers, while an opcode begins.
    named_state: NamedState,
    /// What may still be spent, as of the last look at the group's pool.
    left: u64,
    /// How much of the machine's cost the group's pool has been charged.
    charged: u64,
}

impl<'v, 't> Vm<'v, 't> {
    pub(super) fn new(
        group: &'v mut GroupContext<'t>,
        ledger_access: LedgerAccess<'v>,
        index: usize,
        app: AppIndex,
    ) -> Self {
        let mode = match ledger_access {
            LedgerAccess::Application(_) => Mode::Application,
            LedgerAccess::Signature(_) => Mode::Signature,
        };
        Self {
            machine: Machine::new(Arc::new(Program::unreadable(Bytes::default()))),
            group,
            ledger_access,
            mode,
            index,
            app,
            pending: Vec::new(),
            log_size: 0,
            creator: None,
            touched_family_box: false,
            family_checked: false,
            named_state: NamedState::default(),
            left: 0,
            charged: 0,
        }
    }

    /// The offset of the running opcode in the program.
    pub fn pc(&self) -> usize {
        self.machine.pc()
    }

    /// The program.
    pub fn program(&self) -> &Bytes {
        self.machine.program.bytes()
    }

    /// The program's version.
    pub fn version(&self) -> u64 {
        self.machine.version()
    }

    /// The application state that the opcode names which is about to begin, as far as [`Tracer::watches_state`] asks for it.
    pub fn named_state(&self) -> NamedState {
        self.named_state
    }

    /// Whether a logic signature or an application runs.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The application, or 0 for a logic signature.
    pub fn app(&self) -> AppIndex {
        self.app
    }

    /// Which transaction of the group runs the program.
    pub fn group_index(&self) -> usize {
        self.index
    }

    /// The group.
    pub fn group(&mut self) -> &mut GroupContext<'t> {
        self.group
    }

    /// The stack, its top last.
    pub fn stack(&self) -> &[Value] {
        self.machine.stack()
    }

    /// The value of a scratch slot.
    pub fn scratch(&self, slot: usize) -> Value {
        self.machine.scratch(slot)
    }

    /// What the program has cost so far.
    pub fn cost(&self) -> u64 {
        self.machine.cost
    }

    /// The row of the running opcode.
    pub fn spec(&self) -> Option<&'static OpSpec> {
        self.machine.instruction()?.spec
    }

    /// The machine.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    pub(super) fn signed(&self) -> &SignedTransactionWithApplyData {
        static NONE: LazyLock<SignedTransactionWithApplyData> = LazyLock::new(Default::default);
        self.group.transactions.get(self.index).unwrap_or_else(|| &NONE)
    }

    /// The transaction the program runs for.
    pub fn transaction(&self) -> &Transaction {
        &self.signed().signed.transaction
    }

    pub(super) fn delta(&mut self) -> Result<&mut EvalDelta, Fault> {
        match self.group.transactions.get_mut(self.index) {
            Some(transaction) => Ok(&mut transaction.apply_data.eval_delta),
            None => Err(Fault::new("no such transaction in the group")),
        }
    }

    /// The ledger; a fault for a logic signature, which has none.
    pub fn ledger(&self) -> Result<&dyn Ledger, Fault> {
        match &self.ledger_access {
            LedgerAccess::Application(ledger) => Ok(&**ledger),
            LedgerAccess::Signature(_) => Err(Fault::new("no ledger in signature eval")),
        }
    }

    pub(super) fn ledger_mut(&mut self) -> Result<&mut dyn Ledger, Fault> {
        match &mut self.ledger_access {
            LedgerAccess::Application(ledger) => Ok(&mut **ledger),
            LedgerAccess::Signature(_) => Err(Fault::new("no ledger in signature eval")),
        }
    }

    pub(super) fn block_header(&self, round: Round) -> Result<BlockHeader, Fault> {
        Ok(match &self.ledger_access {
            LedgerAccess::Application(ledger) => ledger.block_header(round)?,
            LedgerAccess::Signature(ledger) => ledger.block_header(round)?,
        })
    }

    pub(super) fn genesis_hash(&self) -> Digest {
        match &self.ledger_access {
            LedgerAccess::Application(ledger) => ledger.genesis_hash(),
            LedgerAccess::Signature(ledger) => ledger.genesis_hash(),
        }
    }

    pub(super) fn is_clear_state(&self) -> bool {
        self.transaction().application_call.on_completion == OnCompletion::ClearState
    }

    fn pool(&mut self) -> Option<&mut u64> {
        match self.mode {
            Mode::Signature => self.group.signature_budget.as_mut(),
            Mode::Application => self.group.shared.app_budget.as_mut(),
        }
    }

    /// Charges the group's pool with what the machine has spent since the last time.
    pub(super) fn settle_budget(&mut self) {
        let spent = self.machine.cost - self.charged;
        self.charged = self.machine.cost;
        if let Some(pool) = self.pool() {
            *pool = pool.saturating_sub(spent);
        }
    }

    /// Looks again at what may still be spent (go-algorand `EvalContext.remainingBudget`).
    pub(super) fn renew_budget(&mut self) {
        self.settle_budget();
        let params = self.group.params;
        let isolated = self.mode == Mode::Application && params.isolate_clear_state && self.is_clear_state();
        let single = match self.mode {
            Mode::Signature => params.logic_sig_max_cost,
            Mode::Application => params.max_app_program_cost as u64,
        };
        let pooled = if isolated { None } else { self.pool().copied() };
        self.left = pooled.unwrap_or_else(|| single.saturating_sub(self.machine.cost));
    }

    /// What may still be spent.
    pub(super) fn remaining_budget(&self) -> u64 {
        self.left
    }

    fn trace(&mut self, hook: impl FnOnce(&mut dyn Tracer, &mut Self)) {
        if let Some(tracer) = self.group.shared.tracer.take() {
            hook(tracer, self);
            self.group.shared.tracer = Some(tracer);
        }
    }

    /// Runs a program from its beginning, and returns whether it approves.
    pub(super) fn execute(&mut self, program: &[u8]) -> Result<bool, Fault> {
        if let Ok(delta) = self.delta() {
            delta.global_delta = Default::default();
            delta.local_deltas.clear();
        }
        let begun = self.begin(program);
        self.trace(|tracer, vm| tracer.before_program(vm));
        let verdict = self.check_arguments().and(begun).and_then(|()| self.run());
        self.settle_budget();
        self.trace(|tracer, vm| {
            tracer.after_program(vm, matches!(verdict, Ok(true)), verdict.as_ref().err());
        });
        verdict
    }

    fn check_arguments(&self) -> Result<(), Fault> {
        if self.group.params.logic_sig_version == 0 {
            return Err("LogicSig not supported".into());
        }
        let args = &self.signed().signed.lsig.args;
        if args.len() > MAX_SIGNATURE_ARGS {
            return Err("LogicSig has too many arguments".into());
        }
        if args.iter().any(|arg| arg.len() > MAX_SIGNATURE_ARG) {
            return Err("LogicSig argument too large".into());
        }
        Ok(())
    }

    fn begin(&mut self, program: &[u8]) -> Result<(), Fault> {
        let unreadable = |vm: &mut Self| vm.machine = Machine::new(Arc::new(Program::unreadable(program.into())));
        let access = !self.transaction().application_call.access.is_empty();
        match begin(program, self.mode, self.group.params, access) {
            Ok(program) => self.machine = Machine::new(program),
            Err(fault) => {
                unreadable(self);
                return Err(fault);
            }
        }
        self.renew_budget();
        let (version, wanted) = (self.version(), self.group.min_version);
        if version < wanted {
            fault!("program version must be >= {wanted} for this transaction group, but have version {version}");
        }
        Ok(())
    }

    fn run(&mut self) -> Result<bool, Fault> {
        if self.group.shared.tracer.as_ref().is_some_and(|tracer| tracer.watches_opcodes()) {
            while self.machine.at != Program::END {
                let watched = self.group.shared.tracer.as_ref().map(|tracer| tracer.watches_state(self.app));
                self.named_state = self.resolve_named_state(watched.unwrap_or(WatchedState::Nothing));
                self.trace(|tracer, vm| tracer.before_opcode(vm));
                let done = self.step();
                self.trace(|tracer, vm| tracer.after_opcode(vm, done.as_ref().err()));
                done?;
            }
        } else {
            loop {
                fast_path::run(&mut self.machine, &mut self.left);
                if self.machine.at == Program::END {
                    break;
                }
                self.step()?;
            }
        }
        match self.machine.stack.as_slice() {
            [Value::Uint(verdict)] => Ok(*verdict != 0),
            [Value::Bytes(_)] => Err("stack finished with bytes not int".into()),
            stack => fault!("stack len is {} instead of 1", stack.len()),
        }
    }

    /// Runs one instruction with every check.
    fn step(&mut self) -> Result<(), Fault> {
        let Some(instruction) = self.machine.instruction() else { return Ok(()) };
        let Some(spec) = instruction.spec else {
            return Err(match &instruction.immediates {
                Immediates::Broken(text) => Fault::new(text.to_string()),
                _ => Fault::new("illegal opcode"),
            });
        };
        let (args, cost, next) = (instruction.args, instruction.cost, instruction.next);
        let (truncated, trusted) = (instruction.truncated, instruction.trusted);
        if !self.mode.allows(spec.modes) {
            fault!("{} not allowed in current mode", spec.name);
        }
        self.check_args(spec, args)?;
        if truncated {
            return Err("program ends without immediate value(s)".into());
        }
        let measured = self.machine.value(usize::from(cost.depth)).ok();
        let length = measured.map_or(0, |value| if let Value::Bytes(bytes) = value { bytes.len() } else { 0 });
        let cost = cost.of_length(length);
        if cost == 0 {
            fault!("{} returned 0 cost", spec.name);
        }
        if cost > self.left {
            let so_far = self.machine.cost;
            fault!("dynamic cost budget exceeded, executing {}: local program cost was {so_far}", spec.name);
        }
        self.machine.cost += cost;
        self.left -= cost;
        let height = self.machine.stack.len();
        dispatch::execute(self, spec.op)?;
        if !trusted {
            self.check_returns(spec, height)?;
        }
        if self.machine.stack.len() > MAX_STACK {
            return Err("stack overflow".into());
        }
        self.machine.at = self.machine.jump.take().unwrap_or(next);
        Ok(())
    }

    fn check_args(&self, spec: &OpSpec, packed: u16) -> Result<(), Fault> {
        let expected = &spec.signature.args;
        let stack = &self.machine.stack;
        let Some(args) = stack.len().checked_sub(expected.len()).and_then(|first| stack.get(first..)) else {
            fault!("stack underflow in {}", spec.name);
        };
        for (position, arg) in args.iter().enumerate() {
            let fits = match (packed >> (2 * position)) & 3 {
                0 => true,
                1 => !arg.is_bytes(),
                _ => arg.is_bytes(),
            };
            if !fits {
                let wanted = expected.as_slice().get(position).map(ToString::to_string).unwrap_or_default();
                fault!("{} arg {position} wanted {wanted} but got {}", spec.name, arg.type_name());
            }
        }
        Ok(())
    }

    fn check_returns(&self, spec: &OpSpec, before: usize) -> Result<(), Fault> {
        let returns = spec.signature.returns.as_slice();
        if matches!(returns, [only] if only.kind() == AvmType::None) {
            return Ok(());
        }
        let stack = &self.machine.stack;
        let (pushed, popped) = (returns.len() as i64, spec.signature.args.len() as i64);
        let change = stack.len() as i64 - before as i64;
        if change != pushed - popped {
            fault!("{} changed stack height improperly {change} != {}", spec.name, pushed - popped);
        }
        let results = stack.get(stack.len() - returns.len()..).unwrap_or_default();
        for (result, declared) in results.iter().zip(returns) {
            let fits = match declared.kind() {
                AvmType::Uint64 => !result.is_bytes(),
                AvmType::Bytes => result.is_bytes(),
                AvmType::Any | AvmType::None => true,
            };
            if !fits {
                fault!("{} produced {} but intended {declared}", spec.name, result.type_name());
            }
            if let Value::Bytes(bytes) = result
                && bytes.len() > MAX_BYTES
            {
                fault!("{} produced a too big ({}) byte-array", spec.name, bytes.len());
            }
        }
        Ok(())
    }

    /// A fault with its place, and the state of the group's programs.
    pub(super) fn explain(&self, fault: Fault) -> Box<ProgramError> {
        let (message, inner) = fault.into_parts();
        let states = self.group.transactions.iter().take(self.index + 1).enumerate().map(|(index, transaction)| {
            let current = index == self.index;
            let past = self.group.past_scratch.get(index).and_then(Option::as_deref);
            let scratch = if current { &self.machine.scratch } else { past.unwrap_or_default() };
            EvalState {
                scratch: trimmed(scratch),
                stack: if current { self.machine.stack.clone() } else { Vec::new() },
                logs: transaction.apply_data.eval_delta.logs.iter().map(|log| log.to_vec()).collect(),
            }
        });
        let pc = self.pc();
        Box::new(ProgramError {
            message,
            pc,
            opcode: self.spec().map(|spec| spec.name),
            opcodes: self.group.shared.describe.map(|describe| describe(self.program(), pc).unwrap_or_default()),
            app: (self.mode == Mode::Application).then_some(self.app),
            group_index: self.index,
            states: states.collect(),
            inner,
        })
    }
}

/// Reads the version and decodes; refuses what may not run under these rules (go-algorand `EvalContext.begin`).
pub(super) fn begin(
    program: &[u8],
    mode: Mode,
    params: &ConsensusParams,
    has_access_list: bool,
) -> Result<Arc<Program>, Fault> {
    let (version, _) = read_version(program)?;
    if version > NEWEST_VERSION {
        fault!("program version {version} greater than max supported version {NEWEST_VERSION}");
    }
    if version > params.logic_sig_version {
        fault!("program version {version} greater than protocol supported version {}", params.logic_sig_version);
    }
    if version < SHARED_RESOURCES_VERSION && mode == Mode::Application && has_access_list {
        return Err("pre-sharedResources program cannot be invoked with tx.Access".into());
    }
    Ok(program_cache::load(program, Dialect::of(params))?)
}

impl fmt::Debug for Vm<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vm")
            .field("mode", &self.mode)
            .field("app", &self.app)
            .field("group_index", &self.index)
            .field("machine", &self.machine)
            .finish_non_exhaustive()
    }
}
