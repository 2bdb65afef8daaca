//! The ledger as programs see it: the implementation of [`Ledger`] over a chain.
//!
//! It passes questions to [`State`]. Failures reach the program as texts; a failure of the store is kept apart, because
//! no program, not even a clear state program, may turn it into a result.

use std::cell::RefCell;
use std::sync::Arc;

use super::app_values::Storage;
use super::apply;
use super::error::ApplyError;
use super::fees;
use super::min_balance::min_balance;
use super::overlay::ReadError;
use super::reader::ChainReader;
use super::state::{State, balance_lookback};
use super::wellformed;
use pnp_avm::{AccountView, GroupContext, Ledger, LedgerError, OnlineAccount, SignatureLedger};
use pnp_types::{
    Address, AppIndex, AppParams, AssetHolding, AssetIndex, AssetParams, BlockHeader, Digest, MicroAlgos, Micros,
    Round, SignedTransactionWithApplyData, TealValue, Transaction,
};

/// The state of a block, lent to the programs of one group.
pub(super) struct Host<'s, 'a> {
    state: &'s mut State<'a>,
    broken_store: RefCell<Option<ReadError>>,
}

impl<'s, 'a> Host<'s, 'a> {
    pub(super) fn new(state: &'s mut State<'a>) -> Self {
        Self { state, broken_store: RefCell::default() }
    }

    pub(super) fn state(&self) -> &State<'a> {
        self.state
    }

    pub(super) fn state_mut(&mut self) -> &mut State<'a> {
        self.state
    }

    /// Fails if the store failed at any time, whatever became of the program that met it.
    pub(super) fn check_store(&self) -> Result<(), ReadError> {
        self.broken_store.borrow_mut().take().map_or(Ok(()), Err)
    }

    /// A failure as the program learns of it.
    fn report(&self, error: ApplyError) -> LedgerError {
        match error {
            ApplyError::Read(error) => {
                let report = LedgerError::new(error.to_string());
                self.broken_store.borrow_mut().get_or_insert(error);
                report
            }
            ApplyError::Eval(error) => (*error).into(),
            other => LedgerError::new(other.to_string()),
        }
    }

    fn ask<T, E: Into<ApplyError>>(&self, answer: Result<T, E>) -> Result<T, LedgerError> {
        answer.map_err(|error| self.report(error.into()))
    }

    fn put(&mut self, storage: Storage, key: &[u8], value: TealValue) -> Result<(), LedgerError> {
        let outcome = self.state.put_value(storage, key, value);
        self.ask(outcome)
    }

    fn remove(&mut self, storage: Storage, key: &[u8]) -> Result<(), LedgerError> {
        let outcome = self.state.remove_value(storage, key);
        self.ask(outcome)
    }

    fn set_flag(&mut self, app: AppIndex, change: impl FnOnce(&mut AppParams)) -> Result<(), LedgerError> {
        let Some(mut record) = self.ask(self.state.app(app))? else {
            return Err(self.report(ApplyError::NoApp { app }));
        };
        change(Arc::make_mut(&mut record.params));
        self.state.put_app(app, record);
        Ok(())
    }
}

impl Ledger for Host<'_, '_> {
    fn block_header(&self, round: Round) -> Result<BlockHeader, LedgerError> {
        self.ask(self.state.header(round))
    }

    fn genesis_hash(&self) -> Digest {
        self.state.chain().genesis_hash()
    }

    fn round(&self) -> Round {
        self.state.round()
    }

    fn previous_timestamp(&self) -> i64 {
        self.state.context().previous_timestamp
    }

    fn account(&self, address: &Address) -> Result<AccountView, LedgerError> {
        let account = self.ask(self.state.account_with_rewards(address))?;
        Ok(AccountView {
            balance: account.balance,
            min_balance: min_balance(&account, self.state.params()),
            auth_addr: account.auth_addr,
            status: account.status,
            incentive_eligible: account.incentive_eligible,
            total_app_schema: account.total_app_schema,
            total_extra_app_pages: account.total_extra_app_pages,
            total_apps_created: account.total_apps_created,
            total_apps_opted_in: account.total_apps_opted_in,
            total_assets_created: account.total_assets_created,
            total_assets: account.total_assets,
            total_boxes: account.total_boxes,
            total_box_bytes: account.total_box_bytes,
            last_proposed: account.last_proposed,
            last_heartbeat: account.last_heartbeat,
        })
    }

    fn authorizer(&self, address: &Address) -> Result<Address, LedgerError> {
        let auth_addr = self.ask(self.state.account(address))?.auth_addr;
        Ok(if auth_addr.is_zero() { *address } else { auth_addr })
    }

    fn online_account(&self, address: &Address) -> Result<OnlineAccount, LedgerError> {
        let account = self.ask(self.state.chain().online_account(balance_round(self.state), address))?;
        Ok(OnlineAccount {
            balance: account.balance,
            voting: account.voting,
            incentive_eligible: account.incentive_eligible,
            last_proposed: account.last_proposed,
            last_heartbeat: account.last_heartbeat,
        })
    }

    fn online_stake(&self) -> Result<MicroAlgos, LedgerError> {
        self.ask(self.state.chain().online_stake(balance_round(self.state), self.state.round()))
    }

    fn asset_holding(&self, address: &Address, asset: AssetIndex) -> Result<Option<AssetHolding>, LedgerError> {
        self.ask(self.state.holding(address, asset))
    }

    fn asset_params(&self, asset: AssetIndex) -> Result<Option<(Arc<AssetParams>, Address)>, LedgerError> {
        Ok(self.ask(self.state.asset(asset))?.map(|record| (record.params, record.creator)))
    }

    fn app_params(&self, app: AppIndex) -> Result<Option<(Arc<AppParams>, Address)>, LedgerError> {
        Ok(self.ask(self.state.app(app))?.map(|record| (record.params, record.creator)))
    }

    fn opted_in(&self, address: &Address, app: AppIndex) -> Result<bool, LedgerError> {
        Ok(self.ask(self.state.local(address, app))?.is_some())
    }

    fn local_get(&self, address: &Address, app: AppIndex, key: &[u8]) -> Result<Option<TealValue>, LedgerError> {
        self.ask(self.state.value(Storage::Local(*address, app), key))
    }

    fn local_put(&mut self, address: &Address, app: AppIndex, key: &[u8], value: TealValue) -> Result<(), LedgerError> {
        self.put(Storage::Local(*address, app), key, value)
    }

    fn local_del(&mut self, address: &Address, app: AppIndex, key: &[u8]) -> Result<(), LedgerError> {
        self.remove(Storage::Local(*address, app), key)
    }

    fn global_get(&self, app: AppIndex, key: &[u8]) -> Result<Option<TealValue>, LedgerError> {
        self.ask(self.state.value(Storage::Global(app), key))
    }

    fn global_put(&mut self, app: AppIndex, key: &[u8], value: TealValue) -> Result<(), LedgerError> {
        self.put(Storage::Global(app), key, value)
    }

    fn global_del(&mut self, app: AppIndex, key: &[u8]) -> Result<(), LedgerError> {
        self.remove(Storage::Global(app), key)
    }

    fn box_create(&mut self, app: AppIndex, name: &[u8], value: Vec<u8>) -> Result<(), LedgerError> {
        let outcome = self.state.create_box(app, name, value);
        self.ask(outcome)
    }

    fn box_get(&self, app: AppIndex, name: &[u8]) -> Result<Option<Arc<[u8]>>, LedgerError> {
        self.ask(self.state.box_value(app, name))
    }

    fn box_set(&mut self, app: AppIndex, name: &[u8], value: Vec<u8>) -> Result<(), LedgerError> {
        let outcome = self.state.put_box(app, name, value);
        self.ask(outcome)
    }

    fn box_del(&mut self, app: AppIndex, name: &[u8]) -> Result<bool, LedgerError> {
        let outcome = self.state.remove_box(app, name);
        self.ask(outcome)
    }

    fn set_foreign_box_reads(&mut self, app: AppIndex, enable: bool) -> Result<(), LedgerError> {
        self.set_flag(app, |params| params.foreign_box_reads = enable)
    }

    fn set_family_box_access(&mut self, app: AppIndex, enable: bool) -> Result<(), LedgerError> {
        self.set_flag(app, |params| params.family_box_access = enable)
    }

    fn well_formed(&self, transaction: &Transaction) -> Result<(), LedgerError> {
        let context = self.state.context();
        wellformed::check(transaction, &context.specials, context.params)
            .map_err(|error| LedgerError::new(error.to_string()))
    }

    fn group_fees(&self, group: &[SignedTransactionWithApplyData]) -> (Micros, MicroAlgos) {
        let fees = fees::summarize(group.iter().map(|entry| &entry.signed), self.state.params());
        (fees.usage, fees.paid)
    }

    fn perform(&mut self, index: usize, group: &mut GroupContext<'_>) -> Result<(), LedgerError> {
        let outcome = apply::inner(self, group, index);
        self.ask(outcome)
    }
}

/// The round whose stake agreement counts now.
fn balance_round(state: &State<'_>) -> Round {
    state.round().saturating_sub(balance_lookback(state.params()))
}

/// What logic signatures see of a chain: its committed headers.
#[derive(Clone, Copy)]
pub(crate) struct CommittedHeaders<'a> {
    /// The chain.
    pub chain: &'a dyn ChainReader,
    /// Its latest round.
    pub latest: Round,
}

impl std::fmt::Debug for CommittedHeaders<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommittedHeaders").field("latest", &self.latest).finish_non_exhaustive()
    }
}

impl SignatureLedger for CommittedHeaders<'_> {
    fn block_header(&self, round: Round) -> Result<BlockHeader, LedgerError> {
        let header = self.chain.header(round).map_err(|error| LedgerError::new(error.to_string()))?;
        header.ok_or_else(|| LedgerError::new(ApplyError::NoEntry { round, latest: self.latest }.to_string()))
    }

    fn genesis_hash(&self) -> Digest {
        self.chain.genesis_hash()
    }
}
