//! Running the program of one transaction, with what comes before and after it.

use super::error::EvalError;
use super::group::GroupContext;
use super::ledger::{Ledger, SignatureLedger};
use super::machine::Machine;
use super::vm::{LedgerAccess, Vm};
use pnp_types::{AppIndex, OnCompletion};

/// Runs `program` as application `app` for transaction `index` of the group, and returns whether it approves. Its
/// effects are in that transaction's `apply_data.eval_delta`. After a rejection the caller undoes what the ledger was
/// changed by (go-algorand `logic.EvalContract`).
///
/// # Errors
/// [`EvalError::Program`] where the program failed, [`EvalError::Refused`] where the group may not continue.
pub fn eval_application(
    ledger: &mut dyn Ledger,
    group: &mut GroupContext<'_>,
    index: usize,
    app: AppIndex,
    program: &[u8],
) -> Result<bool, EvalError> {
    run_application(ledger, group, index, app, program)?.0
}

/// As [`eval_application`], with the machine as the program left it; without one where the program did not begin. Its
/// scratch space is in the group.
pub(super) fn run_application(
    ledger: &mut dyn Ledger,
    group: &mut GroupContext<'_>,
    index: usize,
    app: AppIndex,
    program: &[u8],
) -> Result<(Result<bool, EvalError>, Machine), EvalError> {
    let Some(transaction) = group.transactions.get(index) else {
        return Err(EvalError::Refused(format!("no transaction {index} in the group")));
    };
    if app == AppIndex::NONE {
        return Err(EvalError::Refused("0 appId in contract eval".into()));
    }
    let call = &transaction.signed.transaction.application_call;
    let creating = call.application == AppIndex::NONE;
    if let Some(place) = group.past_scratch.get_mut(index) {
        *place = Some(Vec::new());
    }
    let params = group.params;
    if params.isolate_clear_state
        && call.on_completion == OnCompletion::ClearState
        && let Some(budget) = group.shared.app_budget.filter(|budget| *budget < params.max_app_program_cost as u64)
    {
        return Err(EvalError::Refused(format!("attempted ClearState execution with low OpcodeBudget {budget}")));
    }
    group.find_resources();
    if creating {
        name_created_app(group, index, app);
    }
    if !group.is_inner() && !group.read_budget_checked {
        check_read_budget(ledger, group)?;
    }

    let mut vm = Vm::new(group, LedgerAccess::Application(ledger), index, app);
    let verdict = vm.execute(program).map_err(|fault| EvalError::Program(vm.explain(fault)));
    let verdict = match verdict {
        Ok(true) => vm.group.budget_program_writes(index, app).map(|()| true),
        other => other,
    };
    if let Err(fault) = vm.pass_family_mark() {
        return Err(EvalError::Refused(fault.to_string()));
    }
    let mut machine = vm.machine;
    let scratch = std::mem::take(&mut machine.scratch);
    if let Some(place) = group.past_scratch.get_mut(index) {
        *place = Some(scratch);
    }
    Ok((verdict, machine))
}

/// Runs the logic signature of transaction `index` of the group, and returns whether it approves
/// (go-algorand `logic.EvalSignature`).
///
/// # Errors
/// [`EvalError::Program`] where the program failed.
pub fn eval_signature(
    group: &mut GroupContext<'_>,
    index: usize,
    ledger: &dyn SignatureLedger,
) -> Result<bool, EvalError> {
    run_signature(group, index, ledger)?.0
}

/// As [`eval_signature`], with the machine as the program left it.
pub(super) fn run_signature(
    group: &mut GroupContext<'_>,
    index: usize,
    ledger: &dyn SignatureLedger,
) -> Result<(Result<bool, EvalError>, Machine), EvalError> {
    let Some(transaction) = group.transactions.get(index) else {
        return Err(EvalError::Refused(format!("no transaction {index} in the group")));
    };
    let program = transaction.signed.lsig.logic.clone();
    let mut vm = Vm::new(group, LedgerAccess::Signature(ledger), index, AppIndex::NONE);
    let verdict = vm.execute(&program).map_err(|fault| EvalError::Program(vm.explain(fault)));
    Ok((verdict, vm.machine))
}

/// An application that is being created has a number now: its boxes have names, and it is available to the group.
fn name_created_app(group: &mut GroupContext<'_>, index: usize, app: AppIndex) {
    let resources = &mut group.shared.resources;
    if let Some(transaction) = group.transactions.get(index) {
        let call = &transaction.signed.transaction.application_call;
        let own = call.boxes.iter().filter(|reference| reference.index == 0);
        let own = own.chain(
            call.access
                .iter()
                .map(|entry| &entry.box_ref)
                .filter(|reference| reference.index == 0 && !reference.name.is_empty()),
        );
        for reference in own {
            resources.set_box(app, &reference.name, false);
        }
    }
    resources.created_apps.insert(app);
}

/// The boxes a group names must fit what it may read: so many bytes for each box it names.
fn check_read_budget(ledger: &dyn Ledger, group: &mut GroupContext<'_>) -> Result<(), EvalError> {
    let refused = |error: super::ledger::LedgerError| EvalError::Refused(error.message);
    let named: usize = group
        .transactions
        .iter()
        .map(|transaction| {
            let call = &transaction.signed.transaction.application_call;
            let room = call.access.iter().filter(|entry| {
                let has_box = entry.box_ref.index != 0 || !entry.box_ref.name.is_empty();
                has_box || **entry == Default::default()
            });
            call.boxes.len() + room.count()
        })
        .sum();
    group.io_budget = (named as u64).saturating_mul(group.params.bytes_per_box_reference);

    let mut read = 0u64;
    for app in &group.shared.resources.apps {
        if let Ok(Some((params, _))) = ledger.app_params(*app) {
            let total = params.approval_program.len() + params.clear_program.len();
            read = read.saturating_add(group.large_program_bytes(total));
        }
    }
    for (app, boxes) in &group.shared.resources.boxes {
        for name in boxes.keys().filter(|name| !name.is_empty()) {
            let content = ledger.box_get(*app, name).map_err(refused)?;
            read = read.saturating_add(content.map_or(0, |content| content.len() as u64));
        }
    }
    let budget = group.io_budget;
    let surplus = i64::try_from(i128::from(budget) - i128::from(read)).ok();
    let exceeded = || EvalError::Refused(format!("read budget exceeded ({read} > {budget})"));
    let Some(surplus) = surplus else { return Err(exceeded()) };
    match group.unnamed() {
        None if surplus < 0 => return Err(exceeded()),
        None => {}
        Some(policy) => {
            let goes_on = policy.io_surplus(surplus);
            if !goes_on {
                return Err(EvalError::Refused(format!("read budget exceeded despite policy ({budget})")));
            }
        }
    }
    group.read_budget_checked = true;
    group.surplus_read_budget = surplus;
    Ok(())
}

impl GroupContext<'_> {
    /// Bytes of both programs beyond those that cost nothing.
    pub(super) fn large_program_bytes(&self, total: usize) -> u64 {
        let free = self.params.max_app_total_program_len * (1 + self.params.max_extra_app_program_pages);
        total.saturating_sub(free) as u64
    }

    /// Counts large programs that a transaction writes against the group's write budget.
    fn budget_program_writes(&mut self, index: usize, app: AppIndex) -> Result<(), EvalError> {
        let Some(transaction) = self.transactions.get(index) else { return Ok(()) };
        let call = &transaction.signed.transaction.application_call;
        let creating = call.application == AppIndex::NONE;
        let updating = call.on_completion == OnCompletion::UpdateApplication;
        let deleting = call.on_completion == OnCompletion::DeleteApplication;
        if !(creating || updating || deleting) || (creating && deleting) {
            return Ok(());
        }
        let new = self.large_program_bytes(call.approval_program.len() + call.clear_program.len());
        let resources = &mut self.shared.resources;
        let old = resources.program_bytes.insert(app, new).unwrap_or(0);
        resources.dirty_bytes = resources.dirty_bytes.saturating_sub(old).saturating_add(new);
        let (dirty, budget) = (resources.dirty_bytes, self.io_budget);
        if dirty > budget {
            let verb = if updating { "updating" } else { "creating" };
            return Err(EvalError::Refused(format!(
                "write budget exceeded ({dirty} > {budget}) while {verb} app {app}"
            )));
        }
        Ok(())
    }
}
