//! The state of a block under construction, in the terms the rules speak: accounts, money, holdings, applications.
//!
//! Every rule reads and writes through here and nowhere else, so that one undo log covers them all. It knows how to
//! move money and how records hang together (an asset and the index of its creator, an application and its pairs);
//! what a transaction may do is known by `apply`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::ApplyError;
use super::key::{Key, Span};
use super::overlay::{Checkpoint, Delta, Overlay, ReadError, StateReader};
use super::reader::ChainReader;
use super::record::{AccountRecord, AppRecord, AssetRecord, LocalRecord, Record};
use super::rewards::{reward_units, with_rewards};
use pnp_types::consensus::ConsensusParams;
use pnp_types::{
    AccountStatus, Address, AppIndex, AssetHolding, AssetIndex, BlockHeader, MicroAlgos, Round, StateSchema,
};

/// Accounts with rules of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SpecialAddresses {
    /// Takes the fees.
    pub fee_sink: Address,
    /// Pays the rewards.
    pub rewards_pool: Address,
}

/// What the block being built fixes for every transaction in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockContext {
    /// The rules.
    pub params: &'static ConsensusParams,
    /// The round being built.
    pub round: Round,
    /// The rewards level of this round.
    pub rewards_level: u64,
    /// The time of the previous block, in seconds since 1970.
    pub previous_timestamp: i64,
    /// Transactions committed before this block, inner ones among them.
    pub counter: u64,
    /// Accounts with rules of their own.
    pub specials: SpecialAddresses,
}

/// Counts of the block so far; reverting to a savepoint restores them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    /// Transactions so far, inner ones among them.
    pub transactions: u64,
    /// Fees collected so far.
    pub fees_collected: MicroAlgos,
}

/// A state to revert to: records and counts.
#[must_use = "a savepoint is useful only to revert to it"]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Savepoint {
    checkpoint: Checkpoint,
    counters: Counters,
}

/// Rewards that a payment also paid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MovedRewards {
    /// To the payer.
    pub from: MicroAlgos,
    /// To the payee.
    pub to: MicroAlgos,
}

/// The state of a block under construction.
pub(crate) struct State<'a> {
    chain: &'a dyn ChainReader,
    overlay: Overlay<'a>,
    context: BlockContext,
    counters: Counters,
}

impl<'a> State<'a> {
    /// The state after the chain's latest round, in a block of this context.
    #[must_use]
    pub(crate) fn new(chain: &'a dyn ChainReader, context: BlockContext) -> Self {
        Self { chain, overlay: Overlay::new(chain), context, counters: Counters::default() }
    }

    /// The chain below.
    #[must_use]
    pub(crate) fn chain(&self) -> &'a dyn ChainReader {
        self.chain
    }

    /// What the block fixes.
    #[must_use]
    pub(crate) fn context(&self) -> &BlockContext {
        &self.context
    }

    /// The rules.
    #[must_use]
    pub(crate) fn params(&self) -> &'static ConsensusParams {
        self.context.params
    }

    /// The round being built.
    #[must_use]
    pub(crate) fn round(&self) -> Round {
        self.context.round
    }

    /// Transactions on the chain so far, this block's and inner ones among them.
    #[must_use]
    pub(crate) fn counter(&self) -> u64 {
        self.context.counter.saturating_add(self.counters.transactions)
    }

    /// The counts of this block so far.
    #[must_use]
    pub(crate) fn counters(&self) -> Counters {
        self.counters
    }

    /// Counts one transaction.
    pub(crate) fn count_transaction(&mut self) {
        self.counters.transactions += 1;
    }

    /// A state to go back to with [`State::revert`].
    pub(crate) fn savepoint(&self) -> Savepoint {
        Savepoint { checkpoint: self.overlay.checkpoint(), counters: self.counters }
    }

    /// Takes back everything since the savepoint.
    pub(crate) fn revert(&mut self, savepoint: Savepoint) {
        self.overlay.revert(savepoint.checkpoint);
        self.counters = savepoint.counters;
    }

    /// The changes so far.
    #[must_use]
    pub(crate) fn delta(&self) -> &Delta {
        self.overlay.delta()
    }

    /// The changes, for good.
    #[must_use]
    pub(crate) fn into_delta(self) -> Delta {
        self.overlay.into_delta()
    }

    /// The keys written since the savepoint, in order; a key written twice comes twice.
    pub(crate) fn touched_since(&self, savepoint: Savepoint) -> impl Iterator<Item = &Key> {
        self.overlay.touched_since(savepoint.checkpoint)
    }

    /// The accounts written since the savepoint, each once, in the order of their first writing.
    #[must_use]
    pub(crate) fn accounts_touched_since(&self, savepoint: Savepoint) -> Vec<Address> {
        let mut seen = BTreeSet::new();
        self.touched_since(savepoint)
            .filter_map(|key| if let Key::Account(address) = key { Some(*address) } else { None })
            .filter(|address| seen.insert(*address))
            .collect()
    }

    // --- Accounts and money ---

    /// The account as last written; one that does not exist is empty.
    pub(crate) fn account(&self, address: &Address) -> Result<AccountRecord, ReadError> {
        let key = Key::Account(*address);
        match self.overlay.get(&key)? {
            Some(Record::Account(account)) => Ok(*account),
            None => Ok(AccountRecord::default()),
            Some(other) => Err(misplaced(&key, &other)),
        }
    }

    /// The account with its rewards paid.
    pub(crate) fn account_with_rewards(&self, address: &Address) -> Result<AccountRecord, ApplyError> {
        self.paid(&self.account(address)?)
    }

    /// Writes the account.
    pub(crate) fn put_account(&mut self, address: &Address, account: &AccountRecord) {
        let record = (!account.is_zero()).then(|| Record::Account(Arc::new(*account)));
        self.overlay.set(Key::Account(*address), record);
    }

    /// Changes the account in place, without paying rewards.
    pub(crate) fn update_account(
        &mut self,
        address: &Address,
        change: impl FnOnce(&mut AccountRecord),
    ) -> Result<(), ReadError> {
        let mut account = self.account(address)?;
        change(&mut account);
        self.put_account(address, &account);
        Ok(())
    }

    /// Moves money, paying both sides' rewards on the way (go-algorand `ledger/eval/eval.go` `Move`). An account that
    /// neither gives nor gets anything is not written, so that empty senders stay empty.
    pub(crate) fn move_algos(
        &mut self,
        from: &Address,
        to: &Address,
        amount: MicroAlgos,
    ) -> Result<MovedRewards, ApplyError> {
        let before = self.account(from)?;
        let mut after = self.paid(&before)?;
        let from_rewards = after.balance.saturating_sub(before.balance);
        if self.is_worth_writing(amount, &before) {
            let Some(balance) = after.balance.checked_sub(amount) else {
                return Err(ApplyError::Overspend { account: *from, data: Box::new(before), tried: amount });
            };
            after.balance = balance;
            self.keep_alive(&before, &mut after);
            self.put_account(from, &after);
        }

        let before = self.account(to)?;
        let mut after = self.paid(&before)?;
        let to_rewards = after.balance.saturating_sub(before.balance);
        if self.is_worth_writing(amount, &before) {
            let Some(balance) = after.balance.checked_add(amount) else {
                return Err(ApplyError::BalanceOverflow { account: *to, data: Box::new(before), receiving: amount });
            };
            after.balance = balance;
            self.keep_alive(&before, &mut after);
            self.put_account(to, &after);
        }
        Ok(MovedRewards { from: from_rewards, to: to_rewards })
    }

    /// Takes a transaction's fee, and the sender's rewards with it. Fees the sink pays itself are not collected.
    pub(crate) fn take_fee(&mut self, sender: &Address, fee: MicroAlgos) -> Result<MicroAlgos, ApplyError> {
        let sink = self.context.specials.fee_sink;
        let rewards = self.move_algos(sender, &sink, fee)?.from;
        if *sender != sink {
            self.counters.fees_collected = self.counters.fees_collected.saturating_add(fee);
        }
        Ok(rewards)
    }

    fn paid(&self, account: &AccountRecord) -> Result<AccountRecord, ApplyError> {
        with_rewards(account, self.context.rewards_level, self.context.params).ok_or(ApplyError::RewardsOverflow)
    }

    fn is_worth_writing(&self, amount: MicroAlgos, before: &AccountRecord) -> bool {
        let params = self.context.params;
        !amount.is_zero() || reward_units(before.balance, params) > 0 || !params.unfunded_senders
    }

    /// Counts a balance that doubles as a sign of life: otherwise sudden stake would look like sudden absence.
    fn keep_alive(&self, before: &AccountRecord, after: &mut AccountRecord) {
        if after.status != AccountStatus::Online || !after.incentive_eligible {
            return;
        }
        if before.balance.0.checked_mul(2).is_some_and(|twice| after.balance.0 >= twice) {
            after.last_heartbeat = self.context.round.saturating_add(balance_lookback(self.context.params));
        }
    }

    // --- Assets ---

    /// The asset, if it exists.
    pub(crate) fn asset(&self, id: AssetIndex) -> Result<Option<AssetRecord>, ReadError> {
        let key = Key::Asset(id);
        match self.overlay.get(&key)? {
            Some(Record::Asset(asset)) => Ok(Some(asset)),
            None => Ok(None),
            Some(other) => Err(misplaced(&key, &other)),
        }
    }

    /// Creates the asset.
    pub(crate) fn create_asset(&mut self, id: AssetIndex, asset: AssetRecord) {
        self.overlay.set(Key::CreatedAsset(asset.creator, id), Some(Record::Created));
        self.put_asset(id, asset);
    }

    /// Changes the asset.
    pub(crate) fn put_asset(&mut self, id: AssetIndex, asset: AssetRecord) {
        self.overlay.set(Key::Asset(id), Some(Record::Asset(asset)));
    }

    /// Removes the asset.
    pub(crate) fn remove_asset(&mut self, id: AssetIndex, creator: &Address) {
        self.overlay.set(Key::CreatedAsset(*creator, id), None);
        self.overlay.set(Key::Asset(id), None);
    }

    /// What the account holds of the asset; `None` if it is not opted in.
    pub(crate) fn holding(&self, address: &Address, id: AssetIndex) -> Result<Option<AssetHolding>, ReadError> {
        let key = Key::Holding(*address, id);
        match self.overlay.get(&key)? {
            Some(Record::Holding(holding)) => Ok(Some(holding)),
            None => Ok(None),
            Some(other) => Err(misplaced(&key, &other)),
        }
    }

    /// Writes or, with `None`, removes what the account holds of the asset.
    pub(crate) fn set_holding(&mut self, address: &Address, id: AssetIndex, holding: Option<AssetHolding>) {
        self.overlay.set(Key::Holding(*address, id), holding.map(Record::Holding));
    }

    // --- Applications ---

    /// The application, if it exists.
    pub(crate) fn app(&self, id: AppIndex) -> Result<Option<AppRecord>, ReadError> {
        let key = Key::App(id);
        match self.overlay.get(&key)? {
            Some(Record::App(app)) => Ok(Some(app)),
            None => Ok(None),
            Some(other) => Err(misplaced(&key, &other)),
        }
    }

    /// Creates the application.
    pub(crate) fn create_app(&mut self, id: AppIndex, app: AppRecord) {
        self.overlay.set(Key::CreatedApp(app.creator, id), Some(Record::Created));
        self.put_app(id, app);
    }

    /// Changes the application.
    pub(crate) fn put_app(&mut self, id: AppIndex, app: AppRecord) {
        self.overlay.set(Key::App(id), Some(Record::App(app)));
    }

    /// Removes the application with its global pairs. Boxes and local states stay, as on the network.
    pub(crate) fn remove_app(&mut self, id: AppIndex, creator: &Address) -> Result<(), ReadError> {
        for (key, _) in self.overlay.scan(&Span::GlobalValues(id), None, usize::MAX)? {
            self.overlay.set(key, None);
        }
        self.overlay.set(Key::CreatedApp(*creator, id), None);
        self.overlay.set(Key::App(id), None);
        Ok(())
    }

    /// The account's opt-in to the application, if there is one.
    pub(crate) fn local(&self, address: &Address, id: AppIndex) -> Result<Option<LocalRecord>, ReadError> {
        let key = Key::Local(*address, id);
        match self.overlay.get(&key)? {
            Some(Record::Local(local)) => Ok(Some(local)),
            None => Ok(None),
            Some(other) => Err(misplaced(&key, &other)),
        }
    }

    /// Opts the account in, with room for `schema`.
    pub(crate) fn put_local(&mut self, address: &Address, id: AppIndex, schema: StateSchema) {
        let local = LocalRecord { schema, usage: StateSchema::default() };
        self.overlay.set(Key::Local(*address, id), Some(Record::Local(local)));
    }

    /// Opts the account out, with its pairs.
    pub(crate) fn remove_local(&mut self, address: &Address, id: AppIndex) -> Result<(), ReadError> {
        for (key, _) in self.overlay.scan(&Span::LocalValues(*address, id), None, usize::MAX)? {
            self.overlay.set(key, None);
        }
        self.overlay.set(Key::Local(*address, id), None);
        Ok(())
    }

    /// The record under any key.
    pub(super) fn get(&self, key: &Key) -> Result<Option<Record>, ReadError> {
        self.overlay.get(key)
    }

    /// Writes the record under any key.
    pub(super) fn set(&mut self, key: Key, record: Option<Record>) {
        self.overlay.set(key, record);
    }

    /// The header of a committed round.
    pub(crate) fn header(&self, round: Round) -> Result<BlockHeader, ApplyError> {
        let latest = self.context.round.saturating_sub(1);
        let header = if round > latest { None } else { self.chain.header(round)? };
        header.ok_or(ApplyError::NoEntry { round, latest })
    }
}

impl std::fmt::Debug for State<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("overlay", &self.overlay)
            .field("context", &self.context)
            .field("tallies", &self.counters)
            .finish_non_exhaustive()
    }
}

/// How far back agreement looks for stake (go-algorand `agreement/selector.go` `BalanceLookback`).
#[must_use]
pub fn balance_lookback(params: &ConsensusParams) -> u64 {
    2u64.saturating_mul(params.seed_refresh_interval).saturating_mul(params.seed_lookback)
}

/// A record of one kind under a key of another: the store is not one of ours.
pub(super) fn misplaced(key: &Key, record: &Record) -> ReadError {
    ReadError(format!("a record of another kind under {key:?}: {record:?}"))
}
