//! Which accounts, assets, applications, holdings and local states the running program may touch.
//!
//! The transaction's own lists come first, then what the group created, what it shares (AVM 9), and last the policy
//! that `simulate` sets for the rest (go-algorand `EvalContext.available*` and `allows*`).

use super::error::{Fault, fault};
use super::vm::{SHARED_RESOURCES_VERSION, Vm};
use pnp_types::{Address, AppIndex, AssetIndex, Transaction, TransactionType};

/// Since this version what earlier transactions of the group created is available.
const CREATED_RESOURCES_VERSION: u64 = 6;
/// Since this version the accounts of named applications are available.
const APP_ADDRESS_VERSION: u64 = 7;
/// Ids that programs may never reach through `simulate`'s leniency; they are too easily meant as places in a list.
pub(super) const LAST_LOW_ID: u64 = 255;

impl Vm<'_, '_> {
    pub(super) fn shares_resources(&self) -> bool {
        self.version() >= SHARED_RESOURCES_VERSION
    }

    /// The place of an account among those the transaction names, the sender being 0.
    pub(super) fn place_of_account(&self, address: &Address) -> Option<u64> {
        let transaction = self.transaction();
        let call = &transaction.application_call;
        if *address == transaction.header.sender {
            return Some(0);
        }
        let place = call.access.iter().position(|entry| entry.address == *address);
        let place = place.or_else(|| call.accounts.iter().position(|account| account == address));
        place.map(|place| place as u64 + 1)
    }

    fn is_created_app_account(&mut self, address: &Address) -> bool {
        let group = &mut *self.group;
        let (apps, addresses) = (&group.shared.resources.created_apps, &mut group.shared.app_addresses);
        apps.iter().any(|app| *addresses.entry(*app).or_insert_with(|| Address::of_application(*app)) == *address)
    }

    pub(super) fn available_account(&mut self, address: &Address) -> bool {
        if self.place_of_account(address).is_some() {
            return true;
        }
        let version = self.version();
        if version >= CREATED_RESOURCES_VERSION && self.is_created_app_account(address) {
            return true;
        }
        if self.shares_resources() && self.group.shared.resources.accounts.contains(address) {
            return true;
        }
        if version >= APP_ADDRESS_VERSION {
            let apps = self.transaction().application_call.foreign_apps.clone();
            if apps.into_iter().any(|app| self.group.app_address(app) == *address) {
                return true;
            }
        }
        self.group.app_address(self.app) == *address
            || self.group.unnamed().is_some_and(|policy| policy.account(address))
    }

    pub(super) fn available_asset(&mut self, asset: AssetIndex) -> bool {
        let call = &self.transaction().application_call;
        if call.access.iter().any(|entry| entry.asset == asset) || call.foreign_assets.contains(&asset) {
            return true;
        }
        let (version, resources) = (self.version(), &self.group.shared.resources);
        if version >= CREATED_RESOURCES_VERSION && resources.created_assets.contains(&asset) {
            return true;
        }
        if version >= SHARED_RESOURCES_VERSION && resources.assets.contains(&asset) {
            return true;
        }
        asset > AssetIndex(LAST_LOW_ID) && self.group.unnamed().is_some_and(|policy| policy.asset(asset))
    }

    pub(super) fn available_app(&mut self, app: AppIndex) -> bool {
        let call = &self.transaction().application_call;
        if call.access.iter().any(|entry| entry.app == app) || call.foreign_apps.contains(&app) {
            return true;
        }
        let (version, resources) = (self.version(), &self.group.shared.resources);
        if version >= CREATED_RESOURCES_VERSION && resources.created_apps.contains(&app) {
            return true;
        }
        if self.app == app || (version >= SHARED_RESOURCES_VERSION && resources.apps.contains(&app)) {
            return true;
        }
        app > AppIndex(LAST_LOW_ID) && self.group.unnamed().is_some_and(|policy| policy.app(app))
    }

    /// Whether one transaction names both halves of a holding, or the group created one of them.
    pub(super) fn allows_holding(&mut self, address: &Address, asset: AssetIndex) -> bool {
        let resources = &self.group.shared.resources;
        if resources.holdings.contains(&(*address, asset)) {
            return true;
        }
        if resources.created_assets.contains(&asset) {
            return self.available_account(address);
        }
        if self.is_created_app_account(address) {
            return self.available_asset(asset);
        }
        self.group.unnamed().is_some()
            && self.available_account(address)
            && self.available_asset(asset)
            && self.group.unnamed().is_some_and(|policy| policy.holding(address, asset))
    }

    /// Whether one transaction names both halves of a local state, or the group created one of them.
    pub(super) fn allows_locals(&mut self, address: &Address, app: AppIndex) -> bool {
        let resources = &self.group.shared.resources;
        if resources.locals.contains(&(*address, app)) {
            return true;
        }
        if resources.created_apps.contains(&app) {
            return self.available_account(address);
        }
        if self.is_created_app_account(address) {
            return self.available_app(app);
        }
        self.group.unnamed().is_some()
            && self.available_app(app)
            && self.available_account(address)
            && self.group.unnamed().is_some_and(|policy| policy.local(address, app))
    }

    /// Whether an inner transaction reaches only what this program may reach. `callee_version` is the version of the
    /// program it calls, if it calls one.
    pub(super) fn allows(&mut self, transaction: &Transaction, callee_version: u64) -> Result<(), Fault> {
        if !self.shares_resources() {
            return Ok(());
        }
        match &transaction.kind {
            TransactionType::Payment | TransactionType::KeyRegistration | TransactionType::AssetConfig => Ok(()),
            TransactionType::AssetTransfer => self.allows_transfer(transaction),
            TransactionType::AssetFreeze => {
                let freeze = &transaction.asset_freeze;
                self.require_holding("afrz FreezeAccount", &freeze.account, freeze.asset)
            }
            TransactionType::ApplicationCall => self.allows_call(transaction, callee_version),
            kind => fault!("unknown inner transaction type {}", kind.as_str()),
        }
    }

    fn require_holding(&mut self, whose: &str, address: &Address, asset: AssetIndex) -> Result<(), Fault> {
        if asset != AssetIndex::NONE && !address.is_zero() && !self.allows_holding(address, asset) {
            fault!("{whose}: unavailable Holding {asset}+{address} would be accessible");
        }
        Ok(())
    }

    fn require_locals(&mut self, whose: &str, address: &Address, app: AppIndex) -> Result<(), Fault> {
        if !self.allows_locals(address, app) {
            fault!("{whose}: unavailable Local State {app}+{address} would be accessible");
        }
        Ok(())
    }

    fn allows_transfer(&mut self, transaction: &Transaction) -> Result<(), Fault> {
        let transfer = &transaction.asset_transfer;
        if transfer.sender.is_zero() {
            self.require_holding("axfer Sender", &transaction.header.sender, transfer.asset)?;
        }
        self.require_holding("axfer AssetReceiver", &transfer.receiver, transfer.asset)?;
        self.require_holding("axfer AssetSender", &transfer.sender, transfer.asset)?;
        self.require_holding("axfer AssetCloseTo", &transfer.close_to, transfer.asset)
    }

    fn allows_call(&mut self, transaction: &Transaction, callee_version: u64) -> Result<(), Fault> {
        if callee_version >= SHARED_RESOURCES_VERSION {
            return Ok(());
        }
        let call = &transaction.application_call;
        let called = Some(call.application).filter(|app| *app != AppIndex::NONE);
        let mut accounts = vec![transaction.header.sender];
        accounts.extend_from_slice(&call.accounts);
        accounts.extend(called.iter().chain(&call.foreign_apps).map(|app| self.group.app_address(*app)));
        for address in &accounts {
            for asset in &call.foreign_assets {
                self.require_holding("appl ForeignAssets", address, *asset)?;
            }
            if let Some(app) = called {
                self.require_locals("appl ApplicationID", address, app)?;
            }
            for app in &call.foreign_apps {
                self.require_locals("appl ForeignApps", address, *app)?;
            }
        }
        Ok(())
    }
}
