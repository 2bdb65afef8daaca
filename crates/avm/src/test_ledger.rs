//! A ledger small enough to see through, for the machine's own tests.
//!
//! It keeps state in maps and applies inner payments and application calls; it checks no signatures, fees or balances
//! beyond what a test asks for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::evaluate::eval_application;
use super::group::GroupContext;
use super::ledger::{AccountView, Ledger, LedgerError, OnlineAccount};
use pnp_types::{
    Address, AppIndex, AppParams, AssetHolding, AssetIndex, AssetParams, BlockHeader, Digest, MicroAlgos, Micros,
    Round, SignedTransactionWithApplyData, TealValue, Transaction, TransactionType,
};

/// State in maps.
#[derive(Debug, Default)]
pub(super) struct TestLedger {
    pub apps: BTreeMap<AppIndex, (Arc<AppParams>, Address)>,
    pub balances: BTreeMap<Address, u64>,
    pub auth: BTreeMap<Address, Address>,
    pub locals: BTreeMap<(Address, AppIndex), BTreeMap<Vec<u8>, TealValue>>,
    pub globals: BTreeMap<AppIndex, BTreeMap<Vec<u8>, TealValue>>,
    pub boxes: BTreeMap<(AppIndex, Vec<u8>), Vec<u8>>,
}

impl TestLedger {
    /// An application with this approval program and a clear program that approves.
    pub(super) fn add_app(&mut self, app: AppIndex, creator: Address, approval: &[u8]) {
        let clear = vec![approval.first().copied().unwrap_or(6), 0x81, 1];
        let params = AppParams { approval_program: approval.to_vec(), clear_program: clear, ..AppParams::default() };
        self.apps.insert(app, (Arc::new(params), creator));
    }

    fn change_app(&mut self, app: AppIndex, change: impl FnOnce(&mut AppParams)) -> Result<(), LedgerError> {
        let (params, _) = self.apps.get_mut(&app).ok_or_else(|| format!("app {app} does not exist"))?;
        change(Arc::make_mut(params));
        Ok(())
    }

    fn local(&self, address: &Address, app: AppIndex) -> Result<&BTreeMap<Vec<u8>, TealValue>, LedgerError> {
        let found = self.locals.get(&(*address, app));
        found.ok_or_else(|| format!("cannot fetch key, {address} has not opted in to app {app}").into())
    }

    fn local_mut(
        &mut self,
        address: &Address,
        app: AppIndex,
    ) -> Result<&mut BTreeMap<Vec<u8>, TealValue>, LedgerError> {
        let found = self.locals.get_mut(&(*address, app));
        found.ok_or_else(|| format!("cannot set key, {address} has not opted in to app {app}").into())
    }
}

impl Ledger for TestLedger {
    fn block_header(&self, round: Round) -> Result<BlockHeader, LedgerError> {
        Ok(BlockHeader { round, timestamp: 1_700_000_000 + round as i64, ..BlockHeader::default() })
    }

    fn genesis_hash(&self) -> Digest {
        Digest([3; 32])
    }

    fn round(&self) -> Round {
        50
    }

    fn previous_timestamp(&self) -> i64 {
        1_700_000_049
    }

    fn account(&self, address: &Address) -> Result<AccountView, LedgerError> {
        let balance = MicroAlgos(self.balances.get(address).copied().unwrap_or_default());
        Ok(AccountView { balance, min_balance: MicroAlgos(100_000), ..AccountView::default() })
    }

    fn authorizer(&self, address: &Address) -> Result<Address, LedgerError> {
        Ok(self.auth.get(address).copied().unwrap_or(*address))
    }

    fn online_account(&self, _: &Address) -> Result<OnlineAccount, LedgerError> {
        Ok(OnlineAccount::default())
    }

    fn online_stake(&self) -> Result<MicroAlgos, LedgerError> {
        Ok(MicroAlgos(7))
    }

    fn asset_holding(&self, _: &Address, _: AssetIndex) -> Result<Option<AssetHolding>, LedgerError> {
        Ok(None)
    }

    fn asset_params(&self, _: AssetIndex) -> Result<Option<(Arc<AssetParams>, Address)>, LedgerError> {
        Ok(None)
    }

    fn app_params(&self, app: AppIndex) -> Result<Option<(Arc<AppParams>, Address)>, LedgerError> {
        Ok(self.apps.get(&app).cloned())
    }

    fn opted_in(&self, address: &Address, app: AppIndex) -> Result<bool, LedgerError> {
        Ok(self.locals.contains_key(&(*address, app)))
    }

    fn local_get(&self, address: &Address, app: AppIndex, key: &[u8]) -> Result<Option<TealValue>, LedgerError> {
        Ok(self.local(address, app)?.get(key).cloned())
    }

    fn local_put(&mut self, address: &Address, app: AppIndex, key: &[u8], value: TealValue) -> Result<(), LedgerError> {
        self.local_mut(address, app)?.insert(key.to_vec(), value);
        Ok(())
    }

    fn local_del(&mut self, address: &Address, app: AppIndex, key: &[u8]) -> Result<(), LedgerError> {
        self.local_mut(address, app)?.remove(key);
        Ok(())
    }

    fn global_get(&self, app: AppIndex, key: &[u8]) -> Result<Option<TealValue>, LedgerError> {
        Ok(self.globals.get(&app).and_then(|values| values.get(key)).cloned())
    }

    fn global_put(&mut self, app: AppIndex, key: &[u8], value: TealValue) -> Result<(), LedgerError> {
        self.globals.entry(app).or_default().insert(key.to_vec(), value);
        Ok(())
    }

    fn global_del(&mut self, app: AppIndex, key: &[u8]) -> Result<(), LedgerError> {
        self.globals.entry(app).or_default().remove(key);
        Ok(())
    }

    fn box_create(&mut self, app: AppIndex, name: &[u8], value: Vec<u8>) -> Result<(), LedgerError> {
        self.boxes.insert((app, name.to_vec()), value);
        Ok(())
    }

    fn box_get(&self, app: AppIndex, name: &[u8]) -> Result<Option<Arc<[u8]>>, LedgerError> {
        Ok(self.boxes.get(&(app, name.to_vec())).map(|content| content.as_slice().into()))
    }

    fn box_set(&mut self, app: AppIndex, name: &[u8], value: Vec<u8>) -> Result<(), LedgerError> {
        self.boxes.insert((app, name.to_vec()), value);
        Ok(())
    }

    fn box_del(&mut self, app: AppIndex, name: &[u8]) -> Result<bool, LedgerError> {
        Ok(self.boxes.remove(&(app, name.to_vec())).is_some())
    }

    fn set_foreign_box_reads(&mut self, app: AppIndex, enable: bool) -> Result<(), LedgerError> {
        self.change_app(app, |params| params.foreign_box_reads = enable)
    }

    fn set_family_box_access(&mut self, app: AppIndex, enable: bool) -> Result<(), LedgerError> {
        self.change_app(app, |params| params.family_box_access = enable)
    }

    fn counter(&self) -> u64 {
        2000
    }

    fn well_formed(&self, transaction: &Transaction) -> Result<(), LedgerError> {
        match transaction.kind {
            TransactionType::Unknown(_) => Err("unknown tx type ".into()),
            _ => Ok(()),
        }
    }

    fn group_fees(&self, group: &[SignedTransactionWithApplyData]) -> (Micros, MicroAlgos) {
        let paid = group.iter().map(|transaction| transaction.signed.transaction.header.fee.0).sum();
        (Micros(group.len() as u64 * Micros::ONE.0), MicroAlgos(paid))
    }

    fn perform(&mut self, index: usize, group: &mut GroupContext<'_>) -> Result<(), LedgerError> {
        let transaction = group.transactions[index].signed.transaction.clone();
        let (sender, pay) = (transaction.header.sender, transaction.payment);
        let fee = transaction.header.fee.0;
        let balance = self.balances.entry(sender).or_default();
        *balance = balance.checked_sub(fee + pay.amount.0).ok_or("overspend")?;
        *self.balances.entry(pay.receiver).or_default() += pay.amount.0;
        if transaction.kind == TransactionType::ApplicationCall {
            let app = transaction.application_call.application;
            let program = self.apps.get(&app).map(|(params, _)| params.approval_program.clone()).unwrap_or_default();
            if !eval_application(self, group, index, app, &program)? {
                return Err("transaction rejected by ApprovalProgram".into());
            }
        }
        Ok(())
    }
}
