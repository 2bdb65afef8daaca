//! Watches a simulated group run, bends the rules that the request names, and records what happens.
//!
//! A group that fails leaves no effects, so what each transaction did is copied as it happens: the answer holds
//! everything up to the failure (go-algorand `ledger/simulation/tracer.go`).

use super::effects::{self, OpcodeUnit, Program, ScratchChange, TransactionTrace};
use super::initial::InitialStates;
use super::resources::ResourcePolicy;
use super::signers;
use super::{GroupResult, Overrides, TraceConfig};
use crate::overlay::StateReader;
use pnp_avm::{Fault, GroupContext, Mode, Tracer, UnnamedResources, Vm, WatchedState};
use pnp_types::{
    Address, AppIndex, ApplyData, Digest, EvalDelta, OnCompletion, SignedTransaction, SignedTransactionWithApplyData,
    TransactionType, sha512_256,
};

/// Since this version programs may use what other transactions of the group name.
const SHARING_VERSION: u64 = 9;

/// Where in the tree of transactions the run is.
#[derive(Debug, Default)]
struct Cursor {
    /// Place of the running transaction in each open group, the outermost first; `None` before the first.
    places: Vec<Option<usize>>,
    /// How many inner transactions each open transaction has finished.
    behind: Vec<usize>,
}

impl Cursor {
    fn begin_group(&mut self) {
        self.places.push(None);
    }

    fn begin_transaction(&mut self) {
        if let Some(place) = self.places.last_mut() {
            *place = Some(place.map_or(0, |place| place + 1));
        }
        self.behind.push(0);
    }

    fn end_transaction(&mut self) {
        self.behind.pop();
    }

    fn end_group(&mut self) {
        let begun = self.places.pop().flatten().map_or(0, |place| place + 1);
        if let Some(behind) = self.behind.last_mut() {
            *behind += begun;
        }
    }

    /// The running transaction: its place in the group, then among its parent's inner transactions, and so on.
    fn path(&self) -> Vec<usize> {
        let behind = std::iter::once(0).chain(self.behind.iter().copied());
        // A group that has not begun its first transaction fails at that one.
        self.places.iter().zip(behind).map(|(place, behind)| place.unwrap_or(0) + behind).collect()
    }
}

/// A transaction's trace that is still being written, and the program that runs.
#[derive(Debug)]
struct OpenTrace {
    trace: TransactionTrace,
    program: Program,
}

/// What is known of an opcode before it runs and needed after it.
#[derive(Debug, Default)]
struct Pending {
    /// Height of the stack once the opcode has taken its values.
    base: usize,
    slot: Option<usize>,
}

/// The tracer of one simulated group.
#[derive(Debug)]
pub(super) struct Observer<'a> {
    pub(super) result: GroupResult,
    pub(super) initial: Option<InitialStates>,
    /// Who signs each transaction, as far as it was fixed.
    pub(super) signers: Vec<Address>,
    overrides: Overrides,
    config: TraceConfig,
    failed_at: Option<Vec<usize>>,
    policy: Option<ResourcePolicy<'a>>,
    cursor: Cursor,
    open: Vec<OpenTrace>,
    /// How many traces and transactions were open when each open group began.
    depths: Vec<(usize, usize)>,
    pending: Pending,
    /// Whether an opcode may have changed what its transaction reports. That is copied before the next one runs, and
    /// not at the program's end: a transaction that fails after its last opcode has reported what it had before that.
    unsaved: bool,
}

impl<'a> Observer<'a> {
    pub(super) fn new(
        result: GroupResult,
        initial: Option<InitialStates>,
        overrides: Overrides,
        config: TraceConfig,
    ) -> Self {
        Self {
            result,
            initial,
            signers: Vec::new(),
            overrides,
            config,
            failed_at: None,
            policy: None,
            cursor: Cursor::default(),
            open: Vec::new(),
            depths: Vec::new(),
            pending: Pending::default(),
            unsaved: false,
        }
    }

    /// Lets programs touch what no transaction names, within what the group could name.
    pub(super) fn allow_unnamed(
        &mut self,
        group: &[SignedTransaction],
        params: &'static pnp_types::consensus::ConsensusParams,
        state: &'a dyn StateReader,
    ) {
        self.policy = Some(ResourcePolicy::new(group, params, state));
    }

    /// Where the group failed, if it failed while it ran.
    pub(super) fn failed_at(&self) -> Option<&[usize]> {
        self.failed_at.as_deref()
    }

    /// The result with the resources that were touched.
    pub(super) fn finish(mut self) -> (GroupResult, Option<InitialStates>, Vec<Address>) {
        if let Some(policy) = self.policy.take() {
            let (group, each) = policy.into_answer();
            self.result.unnamed_resources = group;
            for (transaction, resources) in self.result.transactions.iter_mut().zip(each) {
                transaction.unnamed_resources = resources;
            }
        }
        (self.result, self.initial, self.signers)
    }

    fn fail(&mut self, failed: bool) {
        if failed && self.failed_at.is_none() {
            self.failed_at = Some(self.cursor.path());
        }
    }

    /// What the running transaction did, in the answer.
    fn running(&mut self) -> Option<&mut ApplyData> {
        let path = self.cursor.path();
        let (first, rest) = path.split_first()?;
        let mut apply_data = &mut self.result.transactions.get_mut(*first)?.transaction.apply_data;
        for place in rest {
            apply_data = &mut apply_data.eval_delta.inner_txns.get_mut(*place)?.apply_data;
        }
        Some(apply_data)
    }

    /// Copies what the running program has reported; its inner transactions are in the answer already.
    fn save_report(&mut self, report: &EvalDelta) {
        if let Some(apply_data) = self.running() {
            let inner_txns = std::mem::take(&mut apply_data.eval_delta.inner_txns);
            apply_data.eval_delta = EvalDelta {
                global_delta: report.global_delta.clone(),
                local_deltas: report.local_deltas.clone(),
                shared_accounts: report.shared_accounts.clone(),
                logs: report.logs.clone(),
                inner_txns,
            };
        }
    }

    /// The opcodes of the running program, if they are written down.
    fn units(&mut self, vm: &Vm<'_, '_>) -> Option<&mut Vec<OpcodeUnit>> {
        match vm.mode() {
            Mode::Signature => {
                let trace = self.result.transactions.get_mut(vm.group_index())?.trace.as_mut()?;
                Some(trace.units(Program::Signature))
            }
            Mode::Application => {
                let open = self.open.last_mut()?;
                Some(open.trace.units(open.program))
            }
        }
    }

    fn begin_trace(&mut self, group: &GroupContext<'_>, index: usize) {
        let call = group.transactions.get(index).map(|entry| &entry.signed.transaction.application_call);
        let program = match call {
            Some(call) if call.on_completion == OnCompletion::ClearState => Program::ClearState,
            _ => Program::Approval,
        };
        let trace = match self.open.last_mut() {
            Some(parent) => {
                let place = parent.trace.inner.len();
                if let Some(unit) = parent.trace.units(parent.program).last_mut() {
                    unit.spawned_inners.push(place);
                }
                TransactionTrace::default()
            }
            // A logic signature that ran before has started the trace.
            None => self.result.transactions.get_mut(index).and_then(|result| result.trace.take()).unwrap_or_default(),
        };
        self.open.push(OpenTrace { trace, program });
    }

    fn end_trace(&mut self, index: usize) {
        let Some(OpenTrace { trace, .. }) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.trace.inner.push(trace),
            None => {
                if let Some(result) = self.result.transactions.get_mut(index) {
                    result.trace = Some(trace);
                }
            }
        }
    }

    /// A call may have rekeyed any account: assumes the right signers again for those that follow.
    fn fix_signers(&mut self, vm: &mut Vm<'_, '_>) {
        let first = vm.group_index() + 1;
        let mut rest: Vec<SignedTransaction> =
            vm.group().transactions.iter().skip(first).map(|entry| entry.signed.clone()).collect();
        let fixed = match vm.ledger() {
            Ok(ledger) => signers::fix(&mut rest, |address| ledger.authorizer(address)),
            Err(_) => return,
        };
        // Where the ledger cannot be read the transaction itself is about to fail for the same reason.
        if fixed.is_err() {
            return;
        }
        for (index, signed) in (first..).zip(rest) {
            if let Some(signer) = self.signers.get_mut(index) {
                *signer = signers::signer(&signed);
            }
            if let Some(entry) = vm.group().transactions.get_mut(index) {
                entry.signed.auth_addr = signed.auth_addr;
            }
        }
    }

    fn widen_io(&mut self, group: &mut GroupContext<'_>) {
        if let Some(policy) = &self.policy {
            group.io_budget = policy.possible_io_budget();
        }
    }
}

impl Observer<'_> {
    /// Copies what the running transaction reports of its own, if the last opcode may have changed it.
    fn save_unsaved(&mut self, vm: &mut Vm<'_, '_>) {
        if vm.mode() != Mode::Application || !std::mem::take(&mut self.unsaved) {
            return;
        }
        let index = vm.group_index();
        if let Some(entry) = vm.group().transactions.get(index) {
            self.save_report(&entry.apply_data.eval_delta);
        }
    }
}

impl Tracer for Observer<'_> {
    fn before_group(&mut self, group: &mut GroupContext<'_>) {
        let inner = group.is_inner();
        if inner {
            let transactions = group.transactions.clone();
            let is_call = |entry: &&SignedTransactionWithApplyData| {
                entry.signed.transaction.kind == TransactionType::ApplicationCall
            };
            let calls = transactions.iter().filter(is_call).count() as u64;
            self.result.app_budget_added += calls * group.params.max_app_program_cost as u64;
            if let Some(apply_data) = self.running() {
                apply_data.eval_delta.inner_txns.extend(transactions);
            }
        }
        self.depths.push((self.open.len(), self.cursor.behind.len()));
        self.cursor.begin_group();
        let budget = group.app_budget();
        if let Some(budget) = budget.filter(|_| self.result.app_budget_added == 0) {
            self.result.app_budget_added = budget;
        }
        if inner {
            return;
        }
        if budget.is_some() {
            // Inner groups draw from the same pool, so the extra is given once.
            self.result.app_budget_added += self.overrides.extra_opcode_budget;
            group.add_app_budget(self.overrides.extra_opcode_budget);
        }
        if let (Some(calls), Some(bytes)) = (self.overrides.max_log_calls, self.overrides.max_log_size) {
            group.set_log_limits(calls, bytes);
        }
    }

    fn after_group(&mut self, _group: &mut GroupContext<'_>, error: Option<&str>) {
        self.fail(error.is_some());
        // A transaction that was refused before it ran has begun and never ended.
        if let Some((open, behind)) = self.depths.pop() {
            while self.open.len() > open {
                let index = self.cursor.places.last().copied().flatten().unwrap_or(0);
                self.end_trace(index);
            }
            self.cursor.behind.truncate(behind);
        }
        self.cursor.end_group();
    }

    fn before_transaction(&mut self, group: &mut GroupContext<'_>, index: usize) {
        if self.config.enable {
            self.begin_trace(group, index);
        }
        if !group.is_inner()
            && let Some(policy) = &mut self.policy
        {
            policy.transaction = index;
        }
        self.cursor.begin_transaction();
    }

    fn after_transaction(
        &mut self,
        group: &mut GroupContext<'_>,
        index: usize,
        apply_data: &ApplyData,
        error: Option<&str>,
    ) {
        self.fail(error.is_some());
        if error.is_none()
            && let Some(policy) = &mut self.policy
        {
            policy.reconcile_writes(group.dirty_bytes());
        }
        if let Some(saved) = self.running() {
            let report = std::mem::take(&mut saved.eval_delta);
            saved.clone_from(apply_data);
            if error.is_some() {
                // The ledger took the failing program's report back; what was copied of it stays.
                saved.eval_delta = report;
            }
        }
        if self.config.enable {
            self.end_trace(index);
        }
        self.cursor.end_transaction();
    }

    fn before_program(&mut self, vm: &mut Vm<'_, '_>) {
        let hash = Digest(sha512_256(vm.program()));
        if vm.mode() == Mode::Signature {
            if self.config.enable
                && let Some(result) = self.result.transactions.get_mut(vm.group_index())
            {
                result.trace.insert(TransactionTrace::default()).set_hash(Program::Signature, hash);
            }
            return;
        }
        if self.config.enable
            && let Some(OpenTrace { trace, program }) = self.open.last_mut()
        {
            trace.set_hash(*program, hash);
        }
        if let Some(initial) = &mut self.initial
            && vm.transaction().application_call.application == AppIndex::NONE
        {
            initial.create_app(vm.app());
        }
        self.unsaved = true;
        if let Some(policy) = &mut self.policy {
            policy.version = vm.version();
            let callers = vm.group().callers().iter().any(|caller| caller.version >= SHARING_VERSION);
            policy.sharing = callers || vm.version() >= SHARING_VERSION;
            self.widen_io(vm.group());
        }
    }

    fn after_program(&mut self, vm: &mut Vm<'_, '_>, passed: bool, error: Option<&Fault>) {
        if vm.mode() == Mode::Signature {
            if let Some(result) = self.result.transactions.get_mut(vm.group_index()) {
                result.signature_budget_consumed = vm.cost();
            }
            return;
        }
        let top = self.cursor.places.first().copied().flatten();
        if let Some(result) = top.and_then(|top| self.result.transactions.get_mut(top)) {
            result.app_budget_consumed += vm.cost();
        }
        if vm.transaction().application_call.on_completion != OnCompletion::ClearState {
            self.fail(error.is_some());
        } else if !passed && let Some(OpenTrace { trace, .. }) = self.open.last_mut() {
            trace.clear_state_rollback = true;
            trace.clear_state_rollback_error = error.map(ToString::to_string).unwrap_or_default();
        }
        if self.overrides.fix_signers && self.cursor.places.len() == 1 {
            self.fix_signers(vm);
        }
    }

    fn before_opcode(&mut self, vm: &mut Vm<'_, '_>) {
        self.save_unsaved(vm);
        self.unsaved = vm.spec().is_some_and(|spec| effects::reports(spec.op));
        if !self.config.enable {
            return;
        }
        let mut unit = OpcodeUnit { pc: vm.pc(), ..OpcodeUnit::default() };
        if self.config.stack {
            unit.stack_pop_count = effects::pops(vm);
            self.pending.base = vm.stack().len().saturating_sub(unit.stack_pop_count);
        }
        if self.config.scratch {
            self.pending.slot = effects::written_slot(vm);
        }
        if self.config.state
            && let Some(change) = effects::touched_state(vm)
        {
            if let Some(initial) = &mut self.initial {
                let readable = change.kind != effects::StateKind::Local || vm.named_state().is_readable;
                let value = || effects::value_of(vm, &change).filter(|_| readable);
                initial.touch(vm.app(), &change, value);
            }
            if change.operation != effects::StateOperation::Read {
                unit.state_changes.push(change);
            }
        }
        if let Some(units) = self.units(vm) {
            units.push(unit);
        }
    }

    fn after_opcode(&mut self, vm: &mut Vm<'_, '_>, error: Option<&Fault>) {
        if self.config.enable && error.is_none() {
            let Pending { base, slot } = std::mem::take(&mut self.pending);
            let config = self.config;
            if let Some(unit) = self.units(vm).and_then(|units| units.last_mut()) {
                if config.stack {
                    let added = vm.stack().get(base..).unwrap_or_default();
                    unit.stack_additions = added.iter().map(pnp_avm::Value::to_teal).collect();
                }
                if let Some(slot) = slot {
                    unit.scratch_changes = vec![ScratchChange { slot, new_value: vm.scratch(slot).to_teal() }];
                }
                for change in &mut unit.state_changes {
                    change.new_value = effects::value_of(vm, change);
                }
            }
        }
        if vm.mode() != Mode::Application {
            return;
        }
        if error.is_some() {
            // The reference's copy shares its maps with the original: what a failing opcode noted of state shows.
            self.save_unsaved(vm);
        }
        if vm.transaction().application_call.on_completion != OnCompletion::ClearState {
            self.fail(error.is_some());
        }
        if error.is_none() {
            let dirty = vm.group().dirty_bytes();
            if let Some(policy) = &mut self.policy {
                policy.reconcile_writes(dirty);
            }
            self.widen_io(vm.group());
        }
    }

    fn watches_state(&self, app: AppIndex) -> WatchedState {
        match &self.initial {
            _ if !self.config.enable || !self.config.state => WatchedState::Nothing,
            Some(initial) if !initial.has_created(app) => WatchedState::Value,
            _ => WatchedState::Owner,
        }
    }

    fn unnamed_resources(&mut self) -> Option<&mut dyn UnnamedResources> {
        self.policy.as_mut().map(|policy| policy as &mut dyn UnnamedResources)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_names_transactions_of_several_inner_groups_in_one_row() {
        let mut cursor = Cursor::default();
        cursor.begin_group();
        cursor.begin_transaction();
        cursor.end_transaction();
        cursor.begin_transaction();
        assert_eq!(cursor.path(), [1]);
        for (transactions, last) in [(2, vec![1, 1]), (1, vec![1, 2])] {
            cursor.begin_group();
            for _ in 0..transactions {
                cursor.begin_transaction();
                if cursor.path() == last {
                    break;
                }
                cursor.end_transaction();
            }
            assert_eq!(cursor.path(), last);
            cursor.end_transaction();
            cursor.end_group();
        }
        assert_eq!(cursor.path(), [1]);
        cursor.end_transaction();
        cursor.end_group();
        assert_eq!(cursor.path(), [0_usize; 0]);
    }
}
