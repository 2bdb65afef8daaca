//! What a group touches without naming it, and whether it could have named all of that.
//!
//! With `allow-unnamed-resources` a program may touch anything that some completion of the group's references would
//! make available. Programs before AVM 9 see only what their own transaction names, so a tracker per transaction counts
//! for them; all else counts for the group, which may yet grow to sixteen application calls (go-algorand
//! `ledger/simulation/resources.go`).

use std::collections::{BTreeMap, BTreeSet};

use super::UnnamedResources;
use crate::fees::large_program_bytes;
use crate::key::Key;
use crate::overlay::StateReader;
use crate::record::Record;
use pnp_avm::UnnamedResources as Policy;
use pnp_types::consensus::ConsensusParams;
use pnp_types::{Address, AppIndex, AssetIndex, SignedTransaction, Transaction, TransactionType};

/// Since this version an application's account comes with the application.
const APP_ADDRESS_VERSION: u64 = 7;

/// A box that was touched.
#[derive(Debug, Clone, Copy, Default)]
struct BoxUse {
    read_size: u64,
    new_app: bool,
}

/// References that could still be added to a transaction or group, and those that would have to be.
#[derive(Debug, Clone, Default)]
struct Tracker {
    accounts: BTreeSet<Address>,
    assets: BTreeSet<AssetIndex>,
    apps: BTreeSet<AppIndex>,
    boxes: BTreeMap<(AppIndex, Vec<u8>), BoxUse>,
    holdings: BTreeSet<(Address, AssetIndex)>,
    locals: BTreeSet<(Address, AppIndex)>,
    empty_boxes: u64,
    max_accounts: usize,
    max_assets: usize,
    max_apps: usize,
    max_boxes: usize,
    max_total: usize,
    max_pairs: usize,
    /// The most bytes that were dirty at once.
    written: u64,
    /// What the group's own references leave of the read budget; negative where they do not suffice.
    initial_surplus: i64,
    /// Bytes read for large programs.
    program_reads: BTreeMap<AppIndex, u64>,
}

impl Tracker {
    fn of_transaction(transaction: &Transaction, params: &ConsensusParams) -> Self {
        if transaction.kind != TransactionType::ApplicationCall {
            return Self::default();
        }
        let call = &transaction.application_call;
        let (accounts, apps) = (call.accounts.len(), call.foreign_apps.len());
        let (assets, boxes) = (call.foreign_assets.len(), call.boxes.len());
        Self {
            // An unknown account may be an application's, which comes with the application.
            max_accounts: (params.max_app_txn_accounts + params.max_app_txn_foreign_apps)
                .saturating_sub(accounts + apps),
            max_assets: params.max_app_txn_foreign_assets.saturating_sub(assets),
            max_apps: params.max_app_txn_foreign_apps.saturating_sub(apps),
            max_boxes: params.max_app_box_references.saturating_sub(boxes),
            max_total: params.max_app_total_txn_references.saturating_sub(accounts + assets + apps + boxes),
            ..Self::default()
        }
    }

    /// What all of the group could name: what its transactions could, and empty application calls in its free places.
    fn of_group(each: &[Self], other_types: usize, params: &ConsensusParams) -> Self {
        let free = params.max_tx_group_size.saturating_sub(each.len());
        let apps = params.max_app_txn_foreign_apps;
        let sum = |of: fn(&Self) -> usize, more: usize| each.iter().map(of).sum::<usize>() + free * more;
        Self {
            max_accounts: sum(|tracker| tracker.max_accounts, params.max_app_txn_accounts + apps),
            max_assets: sum(|tracker| tracker.max_assets, params.max_app_txn_foreign_assets),
            max_apps: sum(|tracker| tracker.max_apps, apps),
            max_boxes: sum(|tracker| tracker.max_boxes, params.max_app_box_references),
            max_total: sum(|tracker| tracker.max_total, params.max_app_total_txn_references),
            // A call with all its foreign applications pairs each of them, and the called one, with the account of each
            // and of the sender; pairs of an application and its own account come free.
            max_pairs: apps * (apps + 2) * params.max_tx_group_size.saturating_sub(other_types),
            ..Self::default()
        }
    }

    fn box_count(&self) -> usize {
        self.boxes.len() + usize::try_from(self.empty_boxes).unwrap_or(usize::MAX)
    }

    fn count(&self) -> usize {
        self.accounts.len() + self.assets.len() + self.apps.len() + self.box_count()
    }

    fn has_account(&self, address: &Address, version: u64) -> bool {
        self.accounts.contains(address)
            || version >= APP_ADDRESS_VERSION && self.apps.iter().any(|app| Address::of_application(*app) == *address)
    }

    fn add_account(&mut self, address: Address) -> bool {
        let room = self.accounts.len() < self.max_accounts && self.count() < self.max_total;
        room && self.accounts.insert(address)
    }

    fn add_asset(&mut self, asset: AssetIndex) -> bool {
        let room = self.assets.len() < self.max_assets && self.count() < self.max_total;
        room && self.assets.insert(asset)
    }

    fn add_app(&mut self, app: AppIndex, version: u64) -> bool {
        if self.apps.len() >= self.max_apps {
            return false;
        }
        if version >= APP_ADDRESS_VERSION {
            // The account comes with the application from now on.
            self.accounts.remove(&Address::of_application(app));
        }
        self.count() < self.max_total && self.apps.insert(app)
    }

    /// Gives up room for an account because a transaction named one for itself.
    fn take_account_room(&mut self) -> bool {
        let room = self.accounts.len() < self.max_accounts && self.count() < self.max_total;
        if room {
            self.max_accounts -= 1;
            self.max_total -= 1;
        }
        room
    }

    fn take_asset_room(&mut self) -> bool {
        let room = self.assets.len() < self.max_assets && self.count() < self.max_total;
        if room {
            self.max_assets -= 1;
            self.max_total -= 1;
        }
        room
    }

    fn take_app_room(&mut self) -> bool {
        let room = self.apps.len() < self.max_apps && self.count() < self.max_total;
        if room {
            self.max_apps -= 1;
            self.max_total -= 1;
            self.max_accounts = self.max_accounts.saturating_sub(1);
        }
        room
    }

    fn add_pair(&mut self) -> bool {
        self.holdings.len() + self.locals.len() < self.max_pairs
    }

    /// Adds as many empty box references as `missing` bytes need, if there is room for them.
    fn add_empty_boxes(&mut self, missing: u64, bytes_per_box: u64) -> bool {
        let more = missing.div_ceil(bytes_per_box.max(1));
        let room = self.max_boxes.saturating_sub(self.box_count()).min(self.max_total.saturating_sub(self.count()));
        let fits = more <= room as u64;
        if fits {
            self.empty_boxes += more;
        }
        fits
    }

    fn add_box(&mut self, key: (AppIndex, Vec<u8>), used: BoxUse, bytes_per_box: u64) -> bool {
        self.boxes.insert(key.clone(), used);
        let fits = self.reconcile_reads(bytes_per_box, true);
        if !fits {
            self.boxes.remove(&key);
        }
        fits
    }

    fn io_surplus(&mut self, surplus: i64, bytes_per_box: u64) -> bool {
        self.initial_surplus = surplus;
        surplus > 0 || self.add_empty_boxes(surplus.unsigned_abs(), bytes_per_box)
    }

    fn box_budget(&self, bytes_per_box: u64) -> u64 {
        (self.box_count() as u64).saturating_mul(bytes_per_box)
    }

    fn read_budget(&self, bytes_per_box: u64) -> u64 {
        self.box_budget(bytes_per_box).saturating_add_signed(self.initial_surplus)
    }

    fn reconcile_reads(&mut self, bytes_per_box: u64, may_drop_empty: bool) -> bool {
        let boxes = self.boxes.values().map(|used| used.read_size);
        let used = boxes.chain(self.program_reads.values().copied()).fold(0, u64::saturating_add);
        let mut budget = self.read_budget(bytes_per_box);
        if may_drop_empty && self.empty_boxes > 0 {
            let spare = budget.saturating_sub(used).min(budget.saturating_sub(self.written));
            if spare >= bytes_per_box {
                // A named box brings the bytes that an empty reference was there for.
                self.empty_boxes -= 1;
                budget = budget.saturating_sub(bytes_per_box);
            }
        }
        if self.box_count() > self.max_boxes || self.count() > self.max_total {
            return false;
        }
        used <= budget || self.add_empty_boxes(used - budget, bytes_per_box)
    }

    fn reconcile_writes(&mut self, used: u64, named: u64, bytes_per_box: u64) -> bool {
        let budget = named.saturating_add(self.box_budget(bytes_per_box));
        if used > budget && !self.add_empty_boxes(used - budget, bytes_per_box) {
            return false;
        }
        self.written = self.written.max(used);
        true
    }

    fn possible_boxes(&self) -> usize {
        let others = self.accounts.len() + self.assets.len() + self.apps.len();
        self.max_boxes.min(self.max_total.saturating_sub(others))
    }

    /// The answer: boxes of new applications cannot be named in advance, an empty reference gives room for them.
    fn into_answer(self) -> Option<UnnamedResources> {
        let (new, old): (Vec<_>, Vec<_>) = self.boxes.into_iter().partition(|(_, used)| used.new_app);
        let answer = UnnamedResources {
            accounts: self.accounts,
            assets: self.assets,
            apps: self.apps,
            boxes: old.into_iter().map(|(key, _)| key).collect(),
            extra_box_refs: self.empty_boxes + new.len() as u64,
            holdings: self.holdings,
            locals: self.locals,
        };
        (!answer.is_empty()).then_some(answer)
    }
}

/// Decides about unnamed resources of one group.
pub(super) struct ResourcePolicy<'a> {
    state: &'a dyn StateReader,
    params: &'static ConsensusParams,
    group: Tracker,
    each: Vec<Tracker>,
    named_boxes: usize,
    /// The top-level transaction that runs.
    pub(super) transaction: usize,
    /// The version of the program that runs.
    pub(super) version: u64,
    /// Whether the program, or one that called it, may use what other transactions name.
    pub(super) sharing: bool,
}

impl std::fmt::Debug for ResourcePolicy<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResourcePolicy").field("group", &self.group).field("each", &self.each).finish_non_exhaustive()
    }
}

impl<'a> ResourcePolicy<'a> {
    pub(super) fn new(
        group: &[SignedTransaction],
        params: &'static ConsensusParams,
        state: &'a dyn StateReader,
    ) -> Self {
        let transactions = || group.iter().map(|signed| &signed.transaction);
        let each: Vec<_> = transactions().map(|transaction| Tracker::of_transaction(transaction, params)).collect();
        let others = transactions().filter(|transaction| transaction.kind != TransactionType::ApplicationCall);
        Self {
            state,
            params,
            group: Tracker::of_group(&each, others.count(), params),
            each,
            named_boxes: transactions().map(|transaction| transaction.application_call.boxes.len()).sum(),
            transaction: 0,
            version: 0,
            sharing: false,
        }
    }

    /// The most bytes the group could read or write, were all its free references boxes.
    pub(super) fn possible_io_budget(&self) -> u64 {
        let boxes = self.named_boxes + self.group.possible_boxes();
        (boxes as u64).saturating_mul(self.params.bytes_per_box_reference)
    }

    /// Makes room for `dirty` bytes in boxes. It succeeds, because the budget never exceeds what is possible.
    pub(super) fn reconcile_writes(&mut self, dirty: u64) -> bool {
        let per_box = self.params.bytes_per_box_reference;
        let named = (self.named_boxes as u64).saturating_mul(per_box);
        self.group.reconcile_writes(dirty, named, per_box)
    }

    /// What was touched: by all of the group, and by each transaction on its own.
    pub(super) fn into_answer(self) -> (Option<UnnamedResources>, Vec<Option<UnnamedResources>>) {
        (self.group.into_answer(), self.each.into_iter().map(Tracker::into_answer).collect())
    }

    fn any(&self, has: impl Fn(&Tracker) -> bool) -> bool {
        if self.sharing {
            self.each.iter().any(&has) || has(&self.group)
        } else {
            self.each.get(self.transaction).is_some_and(has)
        }
    }

    /// Bytes that a large program of `app` takes from the read budget; `false` if there is no room for them.
    fn add_program_reads(&mut self, app: AppIndex) -> bool {
        if self.group.program_reads.contains_key(&app) {
            return true;
        }
        let Ok(Some(Record::App(record))) = self.state.get(&Key::App(app)) else { return true };
        let length = record.params.approval_program.len() + record.params.clear_program.len();
        let extra = large_program_bytes(length, self.params);
        if extra == 0 {
            return true;
        }
        let before = self.group.empty_boxes;
        self.group.program_reads.insert(app, extra as u64);
        let fits = self.group.reconcile_reads(self.params.bytes_per_box_reference, false);
        if !fits {
            self.drop_program_reads(app, before);
        }
        fits
    }

    fn drop_program_reads(&mut self, app: AppIndex, empty_boxes: u64) {
        self.group.program_reads.remove(&app);
        self.group.empty_boxes = empty_boxes;
    }

    fn add_app(&mut self, app: AppIndex) -> bool {
        if self.sharing {
            return self.group.add_app(app, self.version);
        }
        let Some(own) = self.each.get_mut(self.transaction) else { return false };
        if !own.add_app(app, self.version) {
            return false;
        }
        if self.group.apps.remove(&app) {
            self.group.max_apps += 1;
            self.group.max_total += 1;
        }
        let room = self.group.take_app_room();
        if !room {
            own.apps.remove(&app);
        }
        room
    }
}

impl Policy for ResourcePolicy<'_> {
    fn account(&mut self, address: &Address) -> bool {
        let version = self.version;
        if self.any(|tracker| tracker.has_account(address, version)) {
            return true;
        }
        if self.sharing {
            return self.group.add_account(*address);
        }
        let Some(own) = self.each.get_mut(self.transaction) else { return false };
        if !own.add_account(*address) {
            return false;
        }
        // What the transaction names for itself the group need not name again.
        if self.group.accounts.remove(address) {
            self.group.max_accounts += 1;
            self.group.max_total += 1;
        }
        let room = self.group.take_account_room();
        if !room {
            own.accounts.remove(address);
        }
        room
    }

    fn asset(&mut self, asset: AssetIndex) -> bool {
        if self.any(|tracker| tracker.assets.contains(&asset)) {
            return true;
        }
        if self.sharing {
            return self.group.add_asset(asset);
        }
        let Some(own) = self.each.get_mut(self.transaction) else { return false };
        if !own.add_asset(asset) {
            return false;
        }
        if self.group.assets.remove(&asset) {
            self.group.max_assets += 1;
            self.group.max_total += 1;
        }
        let room = self.group.take_asset_room();
        if !room {
            own.assets.remove(&asset);
        }
        room
    }

    fn app(&mut self, app: AppIndex) -> bool {
        if self.any(|tracker| tracker.apps.contains(&app)) {
            return true;
        }
        let (known, empty_boxes) = (self.group.program_reads.contains_key(&app), self.group.empty_boxes);
        if !self.add_program_reads(app) {
            return false;
        }
        let added = self.add_app(app);
        if !added && !known {
            self.drop_program_reads(app, empty_boxes);
        }
        added
    }

    fn holding(&mut self, address: &Address, asset: AssetIndex) -> bool {
        let pair = (*address, asset);
        self.group.holdings.contains(&pair) || self.group.add_pair() && self.group.holdings.insert(pair)
    }

    fn local(&mut self, address: &Address, app: AppIndex) -> bool {
        // An application's state in its own account comes with the application.
        if Address::of_application(app) == *address {
            return true;
        }
        let pair = (*address, app);
        self.group.locals.contains(&pair) || self.group.add_pair() && self.group.locals.insert(pair)
    }

    fn box_access(&mut self, app: AppIndex, name: &[u8], new_app: bool, _create_size: u64) -> bool {
        let key = (app, name.to_vec());
        if self.group.boxes.contains_key(&key) {
            return true;
        }
        // The box as it was before the group: the machine asks once for each box, before it changes any.
        let read_size = match self.state.get(&Key::Box(app, name.to_vec())) {
            Ok(Some(Record::Box(content))) => content.len() as u64,
            _ => 0,
        };
        self.group.add_box(key, BoxUse { read_size, new_app }, self.params.bytes_per_box_reference)
    }

    fn io_surplus(&mut self, surplus: i64) -> bool {
        self.group.io_surplus(surplus, self.params.bytes_per_box_reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::consensus::LATEST;

    fn policy(state: &dyn StateReader, kinds: &[TransactionType]) -> ResourcePolicy<'static> {
        let state: &'static BTreeMap<Key, Record> = Box::leak(Box::new(
            state.scan(&crate::key::Span::Boxes(AppIndex(9), vec![]), None, 99).unwrap().into_iter().collect(),
        ));
        let group: Vec<_> = kinds
            .iter()
            .map(|kind| {
                let mut signed = SignedTransaction::default();
                signed.transaction.kind = kind.clone();
                signed
            })
            .collect();
        let mut policy = ResourcePolicy::new(&group, LATEST.params, state);
        (policy.version, policy.sharing) = (11, true);
        policy
    }

    fn nothing() -> BTreeMap<Key, Record> {
        BTreeMap::new()
    }

    #[test]
    fn an_application_brings_its_account_and_a_touch_counts_once() {
        let mut policy = policy(&nothing(), &[TransactionType::ApplicationCall]);
        let account = Address::of_application(AppIndex(7));
        assert!(
            policy.account(&account) && policy.account(&account) && policy.app(AppIndex(7)) && policy.account(&account)
        );
        assert!(policy.local(&account, AppIndex(7)), "its own account");
        assert!(policy.local(&Address([1; 32]), AppIndex(7)) && policy.holding(&Address([1; 32]), AssetIndex(3)));
        let (group, each) = policy.into_answer();
        let group = group.unwrap();
        assert!(group.accounts.is_empty(), "the application stands for its account");
        assert_eq!((group.apps.len(), group.locals.len(), group.holdings.len()), (1, 1, 1));
        assert_eq!(each, [None]);
    }

    #[test]
    fn a_group_has_room_for_sixteen_calls_and_no_more() {
        let mut policy = policy(&nothing(), &[TransactionType::ApplicationCall, TransactionType::Payment]);
        let params = LATEST.params;
        let calls = params.max_tx_group_size - 1;
        let room = (1..).take_while(|asset| policy.asset(AssetIndex(*asset))).count();
        assert_eq!(room, calls * params.max_app_txn_foreign_assets.min(params.max_app_total_txn_references));
        assert!(policy.asset(AssetIndex(1)), "one that is known stays allowed");
    }

    #[test]
    fn an_old_program_names_for_its_own_transaction() {
        let mut policy = policy(&nothing(), &[TransactionType::ApplicationCall, TransactionType::ApplicationCall]);
        (policy.version, policy.sharing, policy.transaction) = (8, false, 1);
        assert!(policy.account(&Address([1; 32])));
        let (group, each) = policy.into_answer();
        assert_eq!(group, None);
        assert_eq!(each[1].as_ref().unwrap().accounts.len(), 1);
        assert_eq!(each[0], None);
    }

    #[test]
    fn bytes_need_empty_references_until_named_boxes_bring_them() {
        let state: BTreeMap<_, _> =
            [(Key::Box(AppIndex(9), b"big".to_vec()), Record::Box(vec![0; 5000].into()))].into();
        let mut policy = policy(&state, &[TransactionType::ApplicationCall]);
        let per_box = LATEST.params.bytes_per_box_reference;
        assert!(policy.box_access(AppIndex(9), b"big", false, 0));
        assert_eq!(policy.group.empty_boxes, 5000_u64.div_ceil(per_box) - 1);
        assert!(policy.box_access(AppIndex(9), b"small", false, 0));
        assert!(policy.box_access(AppIndex(77), b"new", true, 10));
        let (group, _) = policy.into_answer();
        let group = group.unwrap();
        assert_eq!(group.boxes.len(), 2);
        assert!(group.extra_box_refs >= 1, "the box of a new application cannot be named");
    }
}
