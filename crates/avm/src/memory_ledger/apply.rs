//! What inner transactions, and the actions of application calls, do to a [`MemoryLedger`].

use std::sync::Arc;

use super::MemoryLedger;
use crate::error::EvalError;
use crate::evaluate::eval_application;
use crate::group::GroupContext;
use crate::ledger::LedgerError;
use pnp_types::{
    Address, AppIndex, AppParams, ApplicationCall, AssetHolding, AssetIndex, AssetTransfer, MicroAlgos, OnCompletion,
    Payment, TransactionType,
};

impl MemoryLedger {
    pub(super) fn apply(&mut self, index: usize, group: &mut GroupContext<'_>) -> Result<(), LedgerError> {
        let Some(entry) = group.transactions.get_mut(index) else {
            return Err(format!("no transaction {index} in the group").into());
        };
        let transaction = entry.signed.transaction.clone();
        let sender = transaction.header.sender;
        self.take(sender, transaction.header.fee)?;
        if !transaction.header.rekey_to.is_zero() {
            self.rekey(sender, transaction.header.rekey_to);
        }
        match &transaction.kind {
            TransactionType::Payment => {
                entry.apply_data.closing_amount = self.pay(sender, &transaction.payment)?;
                Ok(())
            }
            TransactionType::AssetTransfer => {
                entry.apply_data.asset_closing_amount = self.transfer(sender, &transaction.asset_transfer)?;
                Ok(())
            }
            TransactionType::ApplicationCall => self.call(index, group, sender, &transaction.application_call),
            other => Err(format!("MemoryLedger applies no {} transactions", other.as_str()).into()),
        }
    }

    fn take(&mut self, address: Address, amount: MicroAlgos) -> Result<(), LedgerError> {
        let balance = self.balance(address);
        let Some(rest) = balance.checked_sub(amount) else {
            return Err(format!("overspend: {address} has {} microAlgos and needs {}", balance.0, amount.0).into());
        };
        self.set_balance(address, rest);
        Ok(())
    }

    fn give(&mut self, address: Address, amount: MicroAlgos) -> Result<(), LedgerError> {
        let sum = self.balance(address).checked_add(amount).ok_or("the balance is over 2^64-1")?;
        self.set_balance(address, sum);
        Ok(())
    }

    /// Pays, and returns what closing the account sent on.
    fn pay(&mut self, sender: Address, payment: &Payment) -> Result<MicroAlgos, LedgerError> {
        self.take(sender, payment.amount)?;
        self.give(payment.receiver, payment.amount)?;
        if payment.close_remainder_to.is_zero() {
            return Ok(MicroAlgos::ZERO);
        }
        let rest = self.balance(sender);
        self.take(sender, rest)?;
        self.give(payment.close_remainder_to, rest)?;
        Ok(rest)
    }

    /// Moves units, and returns how many closing the holding sent on.
    fn transfer(&mut self, sender: Address, transfer: &AssetTransfer) -> Result<u64, LedgerError> {
        let asset = transfer.asset;
        let Some((params, _)) = self.assets.get(&asset).cloned() else {
            return Err(format!("asset {asset} does not exist").into());
        };
        let is_clawback = !transfer.sender.is_zero();
        if is_clawback && params.clawback != sender {
            return Err(format!("{sender} is not the clawback address of asset {asset}").into());
        }
        let source = if is_clawback { transfer.sender } else { sender };
        let opts_in = !is_clawback && transfer.amount == 0 && transfer.receiver == sender;
        if opts_in && !self.holdings.contains_key(&(sender, asset)) {
            self.freeze(sender, asset, params.default_frozen);
        }
        self.move_units(source, transfer.receiver, asset, transfer.amount, is_clawback)?;
        if transfer.close_to.is_zero() {
            return Ok(0);
        }
        let rest = self.held(source, asset)?.amount;
        self.move_units(source, transfer.close_to, asset, rest, false)?;
        self.holdings.remove(&(source, asset));
        Ok(rest)
    }

    fn held(&self, address: Address, asset: AssetIndex) -> Result<AssetHolding, LedgerError> {
        self.holding(address, asset).ok_or_else(|| format!("{address} has not opted in to asset {asset}").into())
    }

    fn move_units(
        &mut self,
        from: Address,
        to: Address,
        asset: AssetIndex,
        amount: u64,
        is_clawback: bool,
    ) -> Result<(), LedgerError> {
        if amount == 0 {
            return Ok(());
        }
        for address in [from, to] {
            if self.held(address, asset)?.frozen && !is_clawback {
                return Err(format!("asset {asset} is frozen in {address}").into());
            }
        }
        let held = self.held(from, asset)?.amount;
        let Some(rest) = held.checked_sub(amount) else {
            return Err(format!("{from} holds {held} of asset {asset} and needs {amount}").into());
        };
        self.set_holding(from, asset, rest);
        let sum = self.held(to, asset)?.amount.checked_add(amount).ok_or("the holding is over 2^64-1")?;
        self.set_holding(to, asset, sum);
        Ok(())
    }

    fn call(
        &mut self,
        index: usize,
        group: &mut GroupContext<'_>,
        sender: Address,
        call: &ApplicationCall,
    ) -> Result<(), LedgerError> {
        let app = if call.application == AppIndex::NONE { self.create_app(sender, call) } else { call.application };
        if let Some(entry) = group.transactions.get_mut(index).filter(|_| call.application == AppIndex::NONE) {
            entry.apply_data.application = app;
        }
        let Some((params, _)) = self.apps.get(&app).cloned() else {
            return Err(format!("app {app} does not exist").into());
        };
        self.before_program(app, sender, call)?;
        if call.on_completion == OnCompletion::ClearState {
            let before = self.clone();
            match eval_application(self, group, index, app, &params.clear_program) {
                Ok(true) => {}
                // A clear state program cannot keep an account from leaving.
                Ok(false) | Err(EvalError::Program(_)) => *self = before,
                Err(refused) => return Err(refused.into()),
            }
        } else if !eval_application(self, group, index, app, &params.approval_program)? {
            return Err("transaction rejected by ApprovalProgram".into());
        }
        self.after_program(app, sender, call)
    }

    fn create_app(&mut self, creator: Address, call: &ApplicationCall) -> AppIndex {
        self.counter = self.counter.saturating_add(1);
        let params = AppParams {
            approval_program: call.approval_program.clone(),
            clear_program: call.clear_program.clone(),
            local_schema: call.local_schema,
            global_schema: call.global_schema,
            extra_pages: call.extra_pages,
            ..AppParams::default()
        };
        self.apps.insert(AppIndex(self.counter), (Arc::new(params), creator));
        AppIndex(self.counter)
    }

    /// What a call does before its program runs: an account opts in first, so that the program may set its local state.
    pub(crate) fn before_program(
        &mut self,
        app: AppIndex,
        sender: Address,
        call: &ApplicationCall,
    ) -> Result<(), LedgerError> {
        let is_in = self.locals.contains_key(&(sender, app));
        match call.on_completion {
            OnCompletion::OptIn if is_in => Err(format!("{sender} has already opted in to app {app}").into()),
            OnCompletion::OptIn => {
                self.opt_in(sender, app);
                Ok(())
            }
            OnCompletion::CloseOut | OnCompletion::ClearState if !is_in => {
                Err(format!("{sender} is not opted in to app {app}").into())
            }
            _ => Ok(()),
        }
    }

    /// What a call does after its program has approved.
    pub(crate) fn after_program(
        &mut self,
        app: AppIndex,
        sender: Address,
        call: &ApplicationCall,
    ) -> Result<(), LedgerError> {
        match call.on_completion {
            OnCompletion::CloseOut | OnCompletion::ClearState => {
                self.locals.remove(&(sender, app));
                Ok(())
            }
            OnCompletion::DeleteApplication => {
                self.apps.remove(&app);
                self.globals.remove(&app);
                Ok(())
            }
            OnCompletion::UpdateApplication => self.change_app(app, |params| {
                params.approval_program.clone_from(&call.approval_program);
                params.clear_program.clone_from(&call.clear_program);
                params.version = params.version.saturating_add(1);
            }),
            _ => Ok(()),
        }
    }
}
