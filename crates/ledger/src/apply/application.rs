//! Application calls: creating, joining, calling, changing, leaving and deleting (go-algorand
//! `ledger/apply/application.go`).

use std::sync::Arc;

use crate::app_values::fits;
use crate::error::ApplyError;
use crate::host::Host;
use crate::record::AppRecord;
use crate::state::State;
use crate::wellformed::{check_program_versions, updates_sizes, well_sized};
use pnp_avm::{EvalError, GroupContext};
use pnp_types::{
    Address, AppIndex, AppParams, ApplicationCall, ApplyData, EvalDelta, OnCompletion, SignedTransactionWithApplyData,
    StateSchema,
};

/// An application call and its index in its group.
pub(super) struct Call<'c> {
    pub(super) fields: &'c ApplicationCall,
    pub(super) sender: Address,
    pub(super) index: usize,
}

impl Call<'_> {
    pub(super) fn apply(
        &self,
        host: &mut Host<'_, '_>,
        group: &mut GroupContext<'_>,
        apply_data: &mut ApplyData,
        counter: u64,
    ) -> Result<(), ApplyError> {
        let creates = self.fields.application == AppIndex::NONE;
        let id = if creates { self.create(host.state_mut(), counter)? } else { self.fields.application };
        if creates {
            apply_data.application = id;
        }
        let app = host.state().app(id)?;
        let version = app.as_ref().map_or(0, |app| app.params.version);
        let reject = self.fields.reject_version;
        if reject > 0 && version >= reject {
            return Err(ApplyError::RejectedVersion { version, reject });
        }
        if app.is_none() && self.fields.on_completion != OnCompletion::ClearState {
            return Err(ApplyError::OnlyClearState(id));
        }
        if creates || self.fields.on_completion == OnCompletion::UpdateApplication {
            self.check_programs(app.as_ref(), group, host.state().params())?;
        }
        match app {
            Some(app) if self.fields.on_completion != OnCompletion::ClearState => {
                self.run_approval(host, group, apply_data, id, &app)
            }
            app => self.clear(host, group, apply_data, id, app.as_ref()),
        }
    }

    fn check_programs(
        &self,
        app: Option<&AppRecord>,
        group: &GroupContext<'_>,
        params: &pnp_types::consensus::ConsensusParams,
    ) -> Result<(), ApplyError> {
        let nothing = AppParams::default();
        let running = app.map_or(&nothing, |app| app.params.as_ref());
        let (approval, clear) = (&self.fields.approval_program, &self.fields.clear_program);
        check_program_versions(approval, clear, running, params)?;
        for (program, code) in [("ApprovalProgram", approval), ("ClearStateProgram", clear)] {
            group
                .check_contract(self.index, code)
                .map_err(|error| ApplyError::ProgramCheck { program, reason: error.to_string() })?;
        }
        Ok(())
    }

    /// Leaves whatever the program says: its failure takes back what it did, and nothing else.
    fn clear(
        &self,
        host: &mut Host<'_, '_>,
        group: &mut GroupContext<'_>,
        apply_data: &mut ApplyData,
        id: AppIndex,
        app: Option<&AppRecord>,
    ) -> Result<(), ApplyError> {
        if host.state().local(&self.sender, id)?.is_none() {
            return Err(ApplyError::NotOptedInToClear { account: self.sender, app: id });
        }
        if let Some(app) = app {
            match self.run(host, group, id, &app.params.clear_program) {
                Ok(Some(delta)) => apply_data.eval_delta = delta,
                Ok(None) => self.keep_inner_traces(group, apply_data),
                Err(ApplyError::Eval(error)) if matches!(*error, EvalError::Program(_)) => {
                    self.keep_inner_traces(group, apply_data);
                }
                Err(error) => return Err(error),
            }
        }
        self.close_out(host.state_mut(), id)
    }

    /// An inner call shares its effects with its program, so that what a failed clear state program said stays in the
    /// block, though what it did is undone. A top-level call has effects of its own.
    fn keep_inner_traces(&self, group: &GroupContext<'_>, apply_data: &mut ApplyData) {
        if group.is_inner()
            && let Some(entry) = group.transactions.get(self.index)
        {
            apply_data.eval_delta = entry.apply_data.eval_delta.clone();
        }
    }

    fn run_approval(
        &self,
        host: &mut Host<'_, '_>,
        group: &mut GroupContext<'_>,
        apply_data: &mut ApplyData,
        id: AppIndex,
        app: &AppRecord,
    ) -> Result<(), ApplyError> {
        // Joining comes first, so that the program may set the new local state.
        if self.fields.on_completion == OnCompletion::OptIn {
            self.opt_in(host.state_mut(), id, app.params.local_schema)?;
        }
        let Some(delta) = self.run(host, group, id, &app.params.approval_program)? else {
            return Err(ApplyError::Rejected);
        };
        let state = host.state_mut();
        match self.fields.on_completion {
            OnCompletion::NoOp | OnCompletion::OptIn => {}
            OnCompletion::CloseOut => self.close_out(state, id)?,
            OnCompletion::DeleteApplication => delete(state, id)?,
            OnCompletion::UpdateApplication => self.update(state, id)?,
            _ => return Err(ApplyError::InvalidAction),
        }
        apply_data.eval_delta = delta;
        Ok(())
    }

    /// Runs a program. What it did stays only if it approves; then its delta is returned.
    fn run(
        &self,
        host: &mut Host<'_, '_>,
        group: &mut GroupContext<'_>,
        id: AppIndex,
        program: &[u8],
    ) -> Result<Option<EvalDelta>, ApplyError> {
        let savepoint = host.state().savepoint();
        let verdict = pnp_avm::eval_application(host, group, self.index, id, program);
        if !matches!(verdict, Ok(true)) {
            host.state_mut().revert(savepoint);
        }
        host.check_store()?;
        let delta = |entry: &SignedTransactionWithApplyData| entry.apply_data.eval_delta.clone();
        Ok(if verdict? { group.transactions.get(self.index).map(delta) } else { None })
    }

    fn create(&self, state: &mut State<'_>, counter: u64) -> Result<AppIndex, ApplyError> {
        let call = self.fields;
        let mut account = state.account(&self.sender)?;
        let limit = state.params().max_apps_created;
        if limit > 0 && account.total_apps_created >= limit as u64 {
            return Err(ApplyError::TooManyAppsCreated { account: self.sender, limit });
        }
        let id = AppIndex(counter.saturating_add(1));
        if state.app(id)?.is_some() {
            return Err(ApplyError::AppExists(id));
        }
        account.total_app_schema = account.total_app_schema.saturating_add(call.global_schema);
        account.total_apps_created = account.total_apps_created.saturating_add(1);
        account.total_extra_app_pages = account.total_extra_app_pages.saturating_add(call.extra_pages);
        state.put_account(&self.sender, &account);
        let params = AppParams {
            approval_program: call.approval_program.clone(),
            clear_program: call.clear_program.clone(),
            local_schema: call.local_schema,
            global_schema: call.global_schema,
            extra_pages: call.extra_pages,
            ..AppParams::default()
        };
        let app = AppRecord { creator: self.sender, params: Arc::new(params), usage: StateSchema::default() };
        state.create_app(id, app);
        Ok(id)
    }

    fn opt_in(&self, state: &mut State<'_>, id: AppIndex, schema: StateSchema) -> Result<(), ApplyError> {
        let account = self.sender;
        let mut record = state.account(&account)?;
        if state.local(&account, id)?.is_some() {
            return Err(ApplyError::AlreadyOptedIn { account, app: id });
        }
        let limit = state.params().max_apps_opted_in;
        if limit > 0 && record.total_apps_opted_in >= limit as u64 {
            return Err(ApplyError::TooManyAppsOptedIn { app: id, account, limit });
        }
        record.total_app_schema = record.total_app_schema.saturating_add(schema);
        record.total_apps_opted_in = record.total_apps_opted_in.saturating_add(1);
        state.put_account(&account, &record);
        state.put_local(&account, id, schema);
        Ok(())
    }

    fn close_out(&self, state: &mut State<'_>, id: AppIndex) -> Result<(), ApplyError> {
        let account = self.sender;
        let mut record = state.account(&account)?;
        if record.total_apps_opted_in == 0 {
            return Err(ApplyError::NotOptedInAnywhere { account, app: id });
        }
        let Some(local) = state.local(&account, id)? else {
            return Err(ApplyError::NotOptedIn { account, app: id });
        };
        record.total_app_schema = record.total_app_schema.saturating_sub(local.schema);
        record.total_apps_opted_in -= 1;
        state.put_account(&account, &record);
        Ok(state.remove_local(&account, id)?)
    }

    fn update(&self, state: &mut State<'_>, id: AppIndex) -> Result<(), ApplyError> {
        let call = self.fields;
        let rules = state.params();
        let mut app = state.app(id)?.ok_or(ApplyError::NoApp { app: id })?;
        let resizes = updates_sizes(call);
        if !resizes {
            // With a new size the programs were judged by it already.
            well_sized(call, app.params.extra_pages as usize, rules)?;
        }
        if resizes {
            self.resize(state, &mut app)?;
        }
        let params = Arc::make_mut(&mut app.params);
        params.approval_program.clone_from(&call.approval_program);
        params.clear_program.clone_from(&call.clear_program);
        if rules.enable_app_versioning {
            params.version += 1;
        }
        state.put_app(id, app);
        Ok(())
    }

    /// Gives the application another size. Who asks for it pays for it from now on, in place of who paid before.
    fn resize(&self, state: &mut State<'_>, app: &mut AppRecord) -> Result<(), ApplyError> {
        let (schema, pages) = (self.fields.global_schema, self.fields.extra_pages);
        let old = app.params.clone();
        state.update_account(&sponsor_of(app), |account| {
            account.total_app_schema = account.total_app_schema.saturating_sub(old.global_schema);
            account.total_extra_app_pages = account.total_extra_app_pages.saturating_sub(old.extra_pages);
        })?;
        fits(app.usage, schema).map_err(|error| ApplyError::SchemaChange(Box::new(error)))?;
        let creator = app.creator;
        let params = Arc::make_mut(&mut app.params);
        params.global_schema = schema;
        params.extra_pages = pages;
        params.size_sponsor = if self.sender == creator { Address::ZERO } else { self.sender };
        state.update_account(&self.sender, |account| {
            account.total_app_schema = account.total_app_schema.saturating_add(schema);
            account.total_extra_app_pages = account.total_extra_app_pages.saturating_add(pages);
        })?;
        Ok(())
    }
}

/// Who keeps the minimum balance for the application's size.
fn sponsor_of(app: &AppRecord) -> Address {
    if app.params.size_sponsor.is_zero() { app.creator } else { app.params.size_sponsor }
}

fn delete(state: &mut State<'_>, id: AppIndex) -> Result<(), ApplyError> {
    // Read again: the program may have changed its own flags.
    let app = state.app(id)?.ok_or(ApplyError::NoApp { app: id })?;
    let returns_pages = state.params().enable_proper_extra_page_accounting;
    state.update_account(&app.creator, |account| {
        account.total_apps_created = account.total_apps_created.saturating_sub(1);
    })?;
    state.update_account(&sponsor_of(&app), |account| {
        account.total_app_schema = account.total_app_schema.saturating_sub(app.params.global_schema);
        if returns_pages {
            account.total_extra_app_pages = account.total_extra_app_pages.saturating_sub(app.params.extra_pages);
        }
    })?;
    Ok(state.remove_app(id, &app.creator)?)
}
