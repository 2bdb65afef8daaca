//! What the programs of a group may touch: resources its transactions name, share or created.
//!
//! Since AVM 9 a program may use what any transaction of its group names; pairs (holdings, local states) count only
//! where one transaction names both halves (go-algorand `data/transactions/logic/resources.go`).

use std::collections::{HashMap, HashSet};

use pnp_types::{
    Address, AppIndex, ApplicationCall, AssetIndex, HoldingRef, LocalsRef, ResourceRef, Transaction, TransactionType,
};

/// What is available to the programs of a group, and what of it has been changed.
#[derive(Debug, Default)]
pub(super) struct Resources {
    /// Whether the group's transactions have been looked through.
    pub found: bool,
    pub created_assets: HashSet<AssetIndex>,
    pub created_apps: HashSet<AppIndex>,
    pub accounts: HashSet<Address>,
    pub assets: HashSet<AssetIndex>,
    pub apps: HashSet<AppIndex>,
    pub holdings: HashSet<(Address, AssetIndex)>,
    pub locals: HashSet<(Address, AppIndex)>,
    /// Whether each box that may be touched counts against the write budget.
    pub boxes: HashMap<AppIndex, HashMap<Vec<u8>, bool>>,
    /// Bytes of large programs written, by application.
    pub program_bytes: HashMap<AppIndex, u64>,
    /// How many boxes of new applications may still be touched without being named.
    pub unnamed_boxes: usize,
    /// Bytes that count against the write budget.
    pub dirty_bytes: u64,
}

impl Resources {
    /// Adds what a transaction of the group names.
    pub(super) fn add(&mut self, transaction: &Transaction, address_of: &mut dyn FnMut(AppIndex) -> Address) {
        let sender = transaction.header.sender;
        match transaction.kind {
            TransactionType::Payment => {
                let payment = &transaction.payment;
                self.accounts.extend([sender, payment.receiver]);
                self.add_account_unless_zero(payment.close_remainder_to);
            }
            TransactionType::KeyRegistration => {
                self.accounts.insert(sender);
            }
            TransactionType::AssetConfig => {
                self.accounts.insert(sender);
                if transaction.asset_config.asset != AssetIndex::NONE {
                    self.assets.insert(transaction.asset_config.asset);
                }
            }
            TransactionType::AssetTransfer => {
                let transfer = &transaction.asset_transfer;
                self.assets.insert(transfer.asset);
                self.add_holder(sender, transfer.asset);
                self.add_holder(transfer.receiver, transfer.asset);
                for address in [transfer.sender, transfer.close_to] {
                    if !address.is_zero() {
                        self.add_holder(address, transfer.asset);
                    }
                }
            }
            TransactionType::AssetFreeze => {
                let freeze = &transaction.asset_freeze;
                self.accounts.insert(sender);
                self.assets.insert(freeze.asset);
                self.add_holder(freeze.account, freeze.asset);
            }
            TransactionType::ApplicationCall => {
                let call = &transaction.application_call;
                if call.access.is_empty() {
                    self.add_lists(sender, call, address_of);
                } else {
                    self.add_access(sender, call);
                }
            }
            TransactionType::StateProof | TransactionType::Heartbeat | TransactionType::Unknown(_) => {}
        }
    }

    fn add_account_unless_zero(&mut self, address: Address) {
        if !address.is_zero() {
            self.accounts.insert(address);
        }
    }

    fn add_holder(&mut self, address: Address, asset: AssetIndex) {
        self.accounts.insert(address);
        if asset != AssetIndex::NONE {
            self.holdings.insert((address, asset));
        }
    }

    fn add_access(&mut self, sender: Address, call: &ApplicationCall) {
        self.accounts.insert(sender);
        if call.application != AppIndex::NONE {
            self.apps.insert(call.application);
            self.locals.insert((sender, call.application));
        }
        for entry in &call.access {
            if !entry.address.is_zero() {
                self.accounts.insert(entry.address);
            } else if entry.asset != AssetIndex::NONE {
                self.assets.insert(entry.asset);
            } else if entry.app != AppIndex::NONE {
                self.apps.insert(entry.app);
            } else if entry.holding != HoldingRef::default() {
                self.holdings.extend(holding_of(&call.access, entry.holding, sender));
            } else if entry.locals != LocalsRef::default() {
                self.locals.extend(locals_of(&call.access, entry.locals, sender, call.application));
            } else if entry.box_ref.index != 0 || !entry.box_ref.name.is_empty() {
                let app = match entry.box_ref.index {
                    0 => Some(AppIndex::NONE),
                    index => nth(&call.access, index).map(|entry| entry.app),
                };
                self.add_box(app.unwrap_or(AppIndex::NONE), &entry.box_ref.name, call.application);
            } else {
                self.unnamed_boxes += 1;
            }
        }
    }

    fn add_lists(&mut self, sender: Address, call: &ApplicationCall, address_of: &mut dyn FnMut(AppIndex) -> Address) {
        let mut accounts = vec![sender];
        accounts.extend_from_slice(&call.accounts);
        self.assets.extend(&call.foreign_assets);
        let called = Some(call.application).filter(|app| *app != AppIndex::NONE);
        let apps = || called.iter().chain(&call.foreign_apps).copied();
        for app in apps() {
            accounts.push(address_of(app));
            self.apps.insert(app);
        }
        for address in accounts {
            self.accounts.insert(address);
            self.holdings.extend(call.foreign_assets.iter().map(|asset| (address, *asset)));
            self.locals.extend(apps().map(|app| (address, app)));
        }
        for reference in &call.boxes {
            if reference.index == 0 && reference.name.is_empty() {
                self.unnamed_boxes += 1;
            }
            let app = match reference.index {
                0 => Some(AppIndex::NONE),
                index => usize::try_from(index - 1).ok().and_then(|at| call.foreign_apps.get(at)).copied(),
            };
            if let Some(app) = app {
                self.add_box(app, &reference.name, call.application);
            }
        }
    }

    /// `app` 0 means the called application; one that is being created gets its boxes when it has a number.
    fn add_box(&mut self, app: AppIndex, name: &[u8], called: AppIndex) {
        let app = if app == AppIndex::NONE { called } else { app };
        if app != AppIndex::NONE {
            self.set_box(app, name, false);
        }
    }

    /// Makes a box available, or notes whether it has been changed.
    pub(super) fn set_box(&mut self, app: AppIndex, name: &[u8], dirty: bool) {
        let boxes = self.boxes.entry(app).or_default();
        match boxes.get_mut(name) {
            Some(state) => *state = dirty,
            None => {
                boxes.insert(name.to_vec(), dirty);
            }
        }
    }

    /// Whether a box is available, and if so whether it has been changed.
    pub(super) fn box_state(&self, app: AppIndex, name: &[u8]) -> Option<bool> {
        self.boxes.get(&app)?.get(name).copied()
    }
}

fn nth(access: &[ResourceRef], place: u64) -> Option<&ResourceRef> {
    access.get(usize::try_from(place.checked_sub(1)?).ok()?)
}

fn holding_of(access: &[ResourceRef], holding: HoldingRef, sender: Address) -> Option<(Address, AssetIndex)> {
    let address = if holding.address == 0 { sender } else { nth(access, holding.address)?.address };
    Some((address, nth(access, holding.asset)?.asset))
}

fn locals_of(
    access: &[ResourceRef],
    locals: LocalsRef,
    sender: Address,
    called: AppIndex,
) -> Option<(Address, AppIndex)> {
    let address = if locals.address == 0 { sender } else { nth(access, locals.address)?.address };
    let app = if locals.app == 0 { called } else { nth(access, locals.app)?.app };
    Some((address, app))
}
