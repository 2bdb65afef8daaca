//! Inner transactions: building a group, and sending it.

use std::fmt;

use crate::error::{Fault, fault};
use crate::group::{Caller, GroupContext, fee_for_usage, inner_id};
use crate::program::read_version;
use crate::vm::Vm;
use pnp_types::{
    Address, AppIndex, ApplicationCall, Digest, Header, MicroAlgos, Micros, OnCompletion,
    SignedTransactionWithApplyData, Transaction, TransactionType, group_id_of_ids,
};

type OpResult = Result<(), Fault>;

/// How deep inner application calls may be nested.
const MAX_DEPTH: usize = 8;

impl Vm<'_, '_> {
    /// How many inner transactions may still be sent.
    fn remaining_inners(&self) -> i64 {
        let params = self.group.params;
        match self.group.shared.allowed_inners.filter(|_| params.enable_inner_transaction_pooling) {
            Some(pool) => pool as i64,
            None => {
                let sent = self.signed().apply_data.eval_delta.inner_txns.len();
                params.max_inner_transactions as i64 - sent as i64
            }
        }
    }

    fn fee_for(&self, usage: Micros) -> Result<(MicroAlgos, u64), Fault> {
        let fee = fee_for_usage(self.group.params, usage, Micros::ONE, self.group.fee_residue);
        fee.ok_or_else(|| "inner group fee saturation".into())
    }

    /// Begins another transaction, with the application as sender and whatever fee the group still lacks.
    fn add_inner(&mut self) -> OpResult {
        let (count, left) = (self.pending.len(), self.remaining_inners());
        if count as i64 > left || count >= self.group.params.max_tx_group_size {
            fault!("too many inner transactions {count} with {left} left");
        }
        let (usage, paid) = self.ledger()?.group_fees(&self.pending);
        let (needed, _) = self.fee_for(Micros(usage.0.saturating_add(Micros::ONE.0)))?;
        let credit = self.group.shared.fee_credit.unwrap_or_default();
        let fee = needed.saturating_sub(paid).saturating_sub(credit);
        let sender = self.group.app_address(self.app);
        let own = &self.transaction().header;
        let header =
            Header { sender, fee, first_valid: own.first_valid, last_valid: own.last_valid, ..Header::default() };
        let mut transaction = SignedTransactionWithApplyData::default();
        transaction.signed.transaction.header = header;
        self.pending.push(transaction);
        Ok(())
    }

    /// Takes what the group does not pay itself from what others paid too much.
    fn charge_fees(&mut self) -> OpResult {
        let (usage, paid) = self.ledger()?.group_fees(&self.pending);
        let (needed, residue) = self.fee_for(usage)?;
        self.group.fee_residue = residue;
        let credit = &mut self.group.shared.fee_credit;
        if paid >= needed {
            if let Some(credit) = credit {
                *credit = credit.saturating_add(paid.saturating_sub(needed));
            }
            return Ok(());
        }
        let shortfall = needed.saturating_sub(paid);
        match credit {
            Some(credit) if *credit >= shortfall => {
                *credit = credit.saturating_sub(shortfall);
                Ok(())
            }
            credit => {
                let missing = shortfall.saturating_sub(credit.unwrap_or_default());
                fault!("group fee {} too small (needs {} more)", Amount(paid), Amount(missing))
            }
        }
    }

    /// Refuses re-entrance, calls that are nested too deep and programs too old to be called. Returns the version of the
    /// called program.
    fn check_call(&self, call: &ApplicationCall) -> Result<u64, Fault> {
        if self.app == call.application {
            return Err("attempt to self-call".into());
        }
        let callers = self.group.callers();
        if let Some(waiting) = callers.iter().rev().find(|caller| caller.app == call.application) {
            fault!("attempt to re-enter {}", waiting.app);
        }
        if callers.len() >= MAX_DEPTH {
            fault!("appl depth ({}) exceeded", callers.len());
        }
        let found = match call.application {
            AppIndex::NONE => None,
            app => match self.ledger()?.app_params(app)? {
                Some((params, _)) => Some(params),
                None => fault!("app {app} does not exist"),
            },
        };
        let programs = match &found {
            Some(params) => (params.approval_program.as_slice(), params.clear_program.as_slice()),
            None => (call.approval_program.as_slice(), call.clear_program.as_slice()),
        };
        let clears = found.is_some() && call.on_completion == OnCompletion::ClearState;
        let (version, _) = read_version(if clears { programs.1 } else { programs.0 })?;
        let oldest = self.group.params.min_inner_appl_version;
        if version < oldest {
            fault!("inner app call with version v{version} < v{oldest}");
        }
        if call.on_completion == OnCompletion::OptIn {
            let (version, _) = read_version(programs.1)?;
            if version < oldest {
                fault!("inner app call opt-in with CSP v{version} < v{oldest}");
            }
        }
        Ok(version)
    }

    fn check_inner(&mut self, transaction: &Transaction) -> OpResult {
        self.ledger()?.well_formed(transaction)?;
        let callee_version = match transaction.kind {
            TransactionType::ApplicationCall => self.check_call(&transaction.application_call)?,
            _ => 0,
        };
        self.allows(transaction, callee_version)
    }

    /// The application may send only for accounts whose transactions it signs.
    fn authorize(&self, own: Address, sender: &Address) -> OpResult {
        let authorizer = self.ledger()?.authorizer(sender)?;
        if own != authorizer {
            fault!("app {} (addr {own}) unauthorized {authorizer}", self.app);
        }
        Ok(())
    }

    fn submit(&mut self) -> OpResult {
        let (count, left) = (self.pending.len(), self.remaining_inners());
        if count as i64 > left || count > self.group.params.max_tx_group_size {
            fault!("too many inner transactions {count} with {left} left");
        }
        if count == 0 {
            return Err("itxn_submit without itxn_begin".into());
        }
        self.charge_fees()?;

        let unified = self.group.params.unify_inner_tx_ids;
        let own_txid = self.own_txid();
        let sent = self.signed().apply_data.eval_delta.inner_txns.len();
        let mut ids = Vec::with_capacity(count);
        let mut pending = std::mem::take(&mut self.pending);
        let checked = pending.iter().enumerate().try_for_each(|(position, inner)| {
            let transaction = &inner.signed.transaction;
            self.check_inner(transaction)?;
            if count > 1 {
                ids.push(inner_id(transaction, own_txid, if unified { sent + position } else { sent }));
            }
            Ok(())
        });
        if let Err(fault) = checked {
            self.pending = pending;
            return Err(fault);
        }
        if count > 1 {
            let id: Digest = group_id_of_ids(ids);
            pending.iter_mut().for_each(|inner| inner.signed.transaction.header.group = id);
        }
        if let Some(pool) = &mut self.group.shared.allowed_inners {
            *pool = pool.saturating_sub(count);
        }

        self.settle_budget();
        let caller = Caller {
            app: self.app,
            version: self.version(),
            creator: self.creator,
            touched_family_box: self.touched_family_box,
            txid: if unified { own_txid } else { self.transaction().id() },
            inner_count: sent,
        };
        let mut inner = GroupContext::inner(self.group, pending, caller);
        inner.trace(|tracer, group| tracer.before_group(group));
        let done = self.perform_all(&mut inner);
        let error = done.as_ref().err().map(ToString::to_string);
        inner.trace(|tracer, group| tracer.after_group(group, error.as_deref()));
        if let Some(caller) = inner.give_back(self.group) {
            self.creator = caller.creator;
            self.touched_family_box = caller.touched_family_box;
        }
        self.renew_budget();
        if done.is_err() {
            self.pending = inner.transactions;
            return done;
        }
        self.group.fee_residue = inner.fee_residue;
        self.delta()?.inner_txns.extend(inner.transactions);
        self.group.inner_txids.clear();
        Ok(())
    }

    fn perform_all(&mut self, inner: &mut GroupContext<'_>) -> OpResult {
        for index in 0..inner.transactions.len() {
            inner.trace(|tracer, group| tracer.before_transaction(group, index));
            let sender = inner.transactions.get(index).map(|inner| inner.signed.transaction.header.sender);
            self.authorize(inner.app_address(self.app), &sender.unwrap_or_default())?;
            let done = self.ledger_mut()?.perform(index, inner);
            let apply_data = inner.transactions.get(index).map(|inner| inner.apply_data.clone()).unwrap_or_default();
            let error = done.as_ref().err().map(ToString::to_string);
            inner.trace(|tracer, group| tracer.after_transaction(group, index, &apply_data, error.as_deref()));
            done.map_err(|error| error.into_inner_fault(index))?;
            inner.record(index, apply_data);
        }
        Ok(())
    }
}

/// `itxn_begin`
pub(crate) fn itxn_begin(vm: &mut Vm<'_, '_>) -> OpResult {
    if !vm.pending.is_empty() {
        return Err("itxn_begin without itxn_submit".into());
    }
    if vm.group.params.isolate_clear_state && vm.is_clear_state() {
        return Err("clear state programs can not issue inner transactions".into());
    }
    vm.add_inner()
}

/// `itxn_next`
pub(crate) fn itxn_next(vm: &mut Vm<'_, '_>) -> OpResult {
    if vm.pending.is_empty() {
        return Err("itxn_next without itxn_begin".into());
    }
    vm.add_inner()
}

/// `itxn_submit`
pub(crate) fn itxn_submit(vm: &mut Vm<'_, '_>) -> OpResult {
    vm.submit()
}

/// An amount as the reference prints it: in Algos, thousandths or millionths of one.
struct Amount(MicroAlgos);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.0, self.0.0 % 1000, self.0.0 % 1_000_000) {
            (0, ..) => f.write_str("0.0A"),
            (micros @ ..1000, ..) => write!(f, "{micros}uA"),
            (micros @ ..1_000_000, 0, _) => write!(f, "{}mA", micros / 1000),
            (micros @ ..1_000_000, rest, _) => write!(f, "{}.{rest:03}mA", micros / 1000),
            (micros, _, 0) => write!(f, "{}A", micros / 1_000_000),
            (micros, _, rest) => write!(f, "{}.{rest:06}A", micros / 1_000_000),
        }
    }
}
