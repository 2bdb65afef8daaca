//! A ledger in memory, small enough to read: for tests of programs and of what runs programs.
//!
//! It keeps exactly what a test puts into it. It checks no signatures, fees, minimum balances or sizes of state; the
//! crate `pnp-ledger` has those rules, and `pnp-devnet` is a whole network to test on.

mod apply;
mod changes;

pub use changes::StateChange;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::group::GroupContext;
use super::ledger::{AccountView, Ledger, LedgerError, OnlineAccount, SignatureLedger};
use pnp_types::{
    Address, AppIndex, AppParams, AssetHolding, AssetIndex, AssetParams, BlockHeader, Digest, MicroAlgos, Micros,
    Round, SignedTransactionWithApplyData, TealValue, Transaction, TransactionType,
};

/// The global state of an application, or its local state in one account.
type State = BTreeMap<Vec<u8>, TealValue>;

/// State in maps: accounts, assets, applications with their state and boxes, and blocks.
///
/// ```
/// use pnp_avm::{MemoryLedger, Run};
/// use pnp_types::{Address, AppIndex, MicroAlgos};
///
/// let alice = Address([1; 32]);
/// let mut ledger = MemoryLedger::new();
/// ledger.set_balance(alice, MicroAlgos::algos(5));
/// ledger.set_global(AppIndex(1001), "open", 1);
///
/// // byte "open"; app_global_get; txn Sender; balance; int 5000000; ==; &&
/// let program = b"\x0b\x80\x04open\x64\x31\x00\x60\x81\xc0\x96\xb1\x02\x12\x10";
/// let outcome = Run::application(program).sender(alice).run_on(&mut ledger);
/// assert!(outcome.is_approved(), "{}", outcome.verdict);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryLedger {
    accounts: BTreeMap<Address, AccountView>,
    online: BTreeMap<Address, OnlineAccount>,
    online_stake: MicroAlgos,
    assets: BTreeMap<AssetIndex, (Arc<AssetParams>, Address)>,
    holdings: BTreeMap<(Address, AssetIndex), AssetHolding>,
    apps: BTreeMap<AppIndex, (Arc<AppParams>, Address)>,
    globals: BTreeMap<AppIndex, State>,
    locals: BTreeMap<(Address, AppIndex), State>,
    boxes: BTreeMap<(AppIndex, Vec<u8>), Arc<[u8]>>,
    blocks: BTreeMap<Round, BlockHeader>,
    round: Round,
    previous_timestamp: i64,
    genesis_hash: Digest,
    counter: u64,
}

impl Default for MemoryLedger {
    fn default() -> Self {
        Self::new()
    }
}

/// What a test puts in, and reads.
impl MemoryLedger {
    /// What an account must keep unless [`Self::set_account`] says otherwise: 0.1 Algo.
    pub const MIN_BALANCE: MicroAlgos = MicroAlgos(100_000);

    /// An empty ledger that makes round 1000, one second a block, the block before it from 14 November 2023.
    /// What inner transactions create gets ids from 2001 on.
    pub fn new() -> Self {
        Self {
            accounts: BTreeMap::new(),
            online: BTreeMap::new(),
            online_stake: MicroAlgos::ZERO,
            assets: BTreeMap::new(),
            holdings: BTreeMap::new(),
            apps: BTreeMap::new(),
            globals: BTreeMap::new(),
            locals: BTreeMap::new(),
            boxes: BTreeMap::new(),
            blocks: BTreeMap::new(),
            round: Round(1000),
            previous_timestamp: 1_700_000_000,
            genesis_hash: Digest([3; 32]),
            counter: 2000,
        }
    }

    /// Sets the round that is being made and the timestamp of the block before it, in seconds.
    pub fn set_round(&mut self, round: Round, previous_timestamp: i64) {
        (self.round, self.previous_timestamp) = (round, previous_timestamp);
    }

    /// Adds the header of a past round. Rounds without one have an empty header with a timestamp, one second a block.
    pub fn add_block(&mut self, header: BlockHeader) {
        self.blocks.insert(header.round, header);
    }

    /// Sets the hash that names the network.
    pub fn set_genesis_hash(&mut self, hash: Digest) {
        self.genesis_hash = hash;
    }

    /// Sets what an account has, and leaves the rest of the account as it is.
    pub fn set_balance(&mut self, address: Address, balance: MicroAlgos) {
        self.account_mut(address).balance = balance;
    }

    /// Sets all that opcodes see of an account. Its counts of assets, applications and boxes, and its minimum balance,
    /// stay what they are set to.
    pub fn set_account(&mut self, address: Address, account: AccountView) {
        self.accounts.insert(address, account);
    }

    /// Lets `authorizer` sign for `address`.
    pub fn rekey(&mut self, address: Address, authorizer: Address) {
        self.account_mut(address).auth_addr = if authorizer == address { Address::ZERO } else { authorizer };
    }

    /// Sets an account as `voter_params_get` and `online_stake` see it.
    pub fn set_online(&mut self, address: Address, account: OnlineAccount) {
        let before = self.online_account_or_default(&address).balance;
        self.online_stake = self.online_stake.saturating_sub(before).saturating_add(account.balance);
        self.online.insert(address, account);
    }

    /// Adds an asset, all of whose units its creator holds.
    pub fn add_asset(&mut self, asset: AssetIndex, creator: Address, params: AssetParams) {
        self.set_holding(creator, asset, params.total);
        self.assets.insert(asset, (Arc::new(params), creator));
    }

    /// Opts an account into an asset and sets how many base units it holds.
    pub fn set_holding(&mut self, address: Address, asset: AssetIndex, amount: u64) {
        self.holdings.entry((address, asset)).or_default().amount = amount;
    }

    /// Freezes or frees what an account holds of an asset, opting it in first if it is not.
    pub fn freeze(&mut self, address: Address, asset: AssetIndex, frozen: bool) {
        self.holdings.entry((address, asset)).or_default().frozen = frozen;
    }

    /// Adds an application with this approval program, and a clear state program that approves.
    pub fn add_app(&mut self, app: AppIndex, creator: Address, approval_program: impl Into<Vec<u8>>) {
        let approval_program = approval_program.into();
        let pushint = 0x81;
        let clear_program = vec![approval_program.first().copied().unwrap_or(6), pushint, 1];
        self.add_app_with(app, creator, AppParams { approval_program, clear_program, ..AppParams::default() });
    }

    /// Adds an application with these parameters. Their global state is added to what [`Self::set_global`] set.
    pub fn add_app_with(&mut self, app: AppIndex, creator: Address, params: AppParams) {
        self.apps.insert(app, (Arc::new(params), creator));
    }

    /// Opts an account into an application.
    pub fn opt_in(&mut self, address: Address, app: AppIndex) {
        self.locals.entry((address, app)).or_default();
    }

    /// Sets a value of an application's global state. The application may be added before or after.
    pub fn set_global(&mut self, app: AppIndex, key: impl AsRef<[u8]>, value: impl Into<TealValue>) {
        self.globals.entry(app).or_default().insert(key.as_ref().to_vec(), value.into());
    }

    /// Sets a value of an account's local state, opting it in if it is not.
    pub fn set_local(&mut self, address: Address, app: AppIndex, key: impl AsRef<[u8]>, value: impl Into<TealValue>) {
        self.locals.entry((address, app)).or_default().insert(key.as_ref().to_vec(), value.into());
    }

    /// Sets the content of a box.
    pub fn set_box(&mut self, app: AppIndex, name: impl AsRef<[u8]>, content: impl Into<Vec<u8>>) {
        self.boxes.insert((app, name.as_ref().to_vec()), content.into().into());
    }

    /// What an account has; 0 if it does not exist.
    pub fn balance(&self, address: Address) -> MicroAlgos {
        self.accounts.get(&address).map(|account| account.balance).unwrap_or_default()
    }

    /// What an account holds of an asset, or nothing if it is not opted in.
    pub fn holding(&self, address: Address, asset: AssetIndex) -> Option<AssetHolding> {
        self.holdings.get(&(address, asset)).cloned()
    }

    /// A value of an application's global state.
    pub fn global(&self, app: AppIndex, key: impl AsRef<[u8]>) -> Option<TealValue> {
        self.globals.get(&app)?.get(key.as_ref()).cloned()
    }

    /// A value of an account's local state.
    pub fn local(&self, address: Address, app: AppIndex, key: impl AsRef<[u8]>) -> Option<TealValue> {
        self.locals.get(&(address, app))?.get(key.as_ref()).cloned()
    }

    /// The content of a box.
    pub fn box_value(&self, app: AppIndex, name: impl AsRef<[u8]>) -> Option<Arc<[u8]>> {
        self.boxes.get(&(app, name.as_ref().to_vec())).cloned()
    }

    fn account_mut(&mut self, address: Address) -> &mut AccountView {
        let empty = || AccountView { min_balance: Self::MIN_BALANCE, ..AccountView::default() };
        self.accounts.entry(address).or_insert_with(empty)
    }

    fn online_account_or_default(&self, address: &Address) -> OnlineAccount {
        self.online.get(address).cloned().unwrap_or_default()
    }

    fn header(&self, round: Round) -> Result<BlockHeader, LedgerError> {
        if let Some(header) = self.blocks.get(&round) {
            return Ok(header.clone());
        }
        let Some(age) = self.round.0.checked_sub(1).and_then(|latest| latest.checked_sub(round.0)) else {
            return Err(format!("round {round} has no block yet").into());
        };
        let age = i64::try_from(age).unwrap_or(i64::MAX);
        let timestamp = self.previous_timestamp.saturating_sub(age);
        Ok(BlockHeader { round, timestamp, ..BlockHeader::default() })
    }

    fn change_app(&mut self, app: AppIndex, change: impl FnOnce(&mut AppParams)) -> Result<(), LedgerError> {
        let (params, _) = self.apps.get_mut(&app).ok_or_else(|| format!("app {app} does not exist"))?;
        change(Arc::make_mut(params));
        Ok(())
    }

    fn local_state(&self, address: &Address, app: AppIndex) -> Result<&State, LedgerError> {
        let found = self.locals.get(&(*address, app));
        found.ok_or_else(|| format!("cannot fetch key, {address} has not opted in to app {app}").into())
    }

    fn local_state_mut(&mut self, address: &Address, app: AppIndex) -> Result<&mut State, LedgerError> {
        let found = self.locals.get_mut(&(*address, app));
        found.ok_or_else(|| format!("cannot set key, {address} has not opted in to app {app}").into())
    }
}

impl SignatureLedger for MemoryLedger {
    fn block_header(&self, round: Round) -> Result<BlockHeader, LedgerError> {
        self.header(round)
    }

    fn genesis_hash(&self) -> Digest {
        self.genesis_hash
    }
}

impl Ledger for MemoryLedger {
    fn block_header(&self, round: Round) -> Result<BlockHeader, LedgerError> {
        self.header(round)
    }

    fn genesis_hash(&self) -> Digest {
        self.genesis_hash
    }

    fn round(&self) -> Round {
        self.round
    }

    fn previous_timestamp(&self) -> i64 {
        self.previous_timestamp
    }

    fn account(&self, address: &Address) -> Result<AccountView, LedgerError> {
        let empty = || AccountView { min_balance: Self::MIN_BALANCE, ..AccountView::default() };
        Ok(self.accounts.get(address).cloned().unwrap_or_else(empty))
    }

    fn authorizer(&self, address: &Address) -> Result<Address, LedgerError> {
        let authorizer = self.accounts.get(address).map(|account| account.auth_addr);
        Ok(authorizer.filter(|authorizer| !authorizer.is_zero()).unwrap_or(*address))
    }

    fn online_account(&self, address: &Address) -> Result<OnlineAccount, LedgerError> {
        Ok(self.online_account_or_default(address))
    }

    fn online_stake(&self) -> Result<MicroAlgos, LedgerError> {
        Ok(self.online_stake)
    }

    fn asset_holding(&self, address: &Address, asset: AssetIndex) -> Result<Option<AssetHolding>, LedgerError> {
        Ok(self.holding(*address, asset))
    }

    fn asset_params(&self, asset: AssetIndex) -> Result<Option<(Arc<AssetParams>, Address)>, LedgerError> {
        Ok(self.assets.get(&asset).cloned())
    }

    fn app_params(&self, app: AppIndex) -> Result<Option<(Arc<AppParams>, Address)>, LedgerError> {
        Ok(self.apps.get(&app).cloned())
    }

    fn opted_in(&self, address: &Address, app: AppIndex) -> Result<bool, LedgerError> {
        Ok(self.locals.contains_key(&(*address, app)))
    }

    fn local_get(&self, address: &Address, app: AppIndex, key: &[u8]) -> Result<Option<TealValue>, LedgerError> {
        Ok(self.local_state(address, app)?.get(key).cloned())
    }

    fn local_put(&mut self, address: &Address, app: AppIndex, key: &[u8], value: TealValue) -> Result<(), LedgerError> {
        self.local_state_mut(address, app)?.insert(key.to_vec(), value);
        Ok(())
    }

    fn local_del(&mut self, address: &Address, app: AppIndex, key: &[u8]) -> Result<(), LedgerError> {
        self.local_state_mut(address, app)?.remove(key);
        Ok(())
    }

    fn global_get(&self, app: AppIndex, key: &[u8]) -> Result<Option<TealValue>, LedgerError> {
        Ok(self.global(app, key))
    }

    fn global_put(&mut self, app: AppIndex, key: &[u8], value: TealValue) -> Result<(), LedgerError> {
        self.set_global(app, key, value);
        Ok(())
    }

    fn global_del(&mut self, app: AppIndex, key: &[u8]) -> Result<(), LedgerError> {
        self.globals.entry(app).or_default().remove(key);
        Ok(())
    }

    fn box_create(&mut self, app: AppIndex, name: &[u8], value: Vec<u8>) -> Result<(), LedgerError> {
        self.set_box(app, name, value);
        Ok(())
    }

    fn box_get(&self, app: AppIndex, name: &[u8]) -> Result<Option<Arc<[u8]>>, LedgerError> {
        Ok(self.box_value(app, name))
    }

    fn box_set(&mut self, app: AppIndex, name: &[u8], value: Vec<u8>) -> Result<(), LedgerError> {
        self.set_box(app, name, value);
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

    fn well_formed(&self, transaction: &Transaction) -> Result<(), LedgerError> {
        match &transaction.kind {
            TransactionType::Unknown(_) => Err("unknown tx type ".into()),
            _ => Ok(()),
        }
    }

    fn group_fees(&self, group: &[SignedTransactionWithApplyData]) -> (Micros, MicroAlgos) {
        let fees = group.iter().map(|transaction| transaction.signed.transaction.header.fee);
        let paid = fees.fold(MicroAlgos::ZERO, MicroAlgos::saturating_add);
        (Micros((group.len() as u64).saturating_mul(Micros::ONE.0)), paid)
    }

    fn perform(&mut self, index: usize, group: &mut GroupContext<'_>) -> Result<(), LedgerError> {
        self.apply(index, group)
    }
}
