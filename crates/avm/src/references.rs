//! What account, asset or application a value on the stack means.
//!
//! Programs may name them directly since AVM 4; a small integer may still be a place in the transaction's lists
//! (go-algorand `EvalContext.accountReference`, `resolveApp` and related functions).

use super::availability::LAST_LOW_ID;
use super::error::{Fault, fault};
use super::program::Mode;
use super::tracer::{NamedState, WatchedState};
use super::value::Value;
use super::vm::{SHARED_RESOURCES_VERSION, Vm};
use pnp_opcodes::Op;
use pnp_types::{Address, AppIndex, AssetIndex};

/// Since this version opcodes take ids and addresses, not only places in lists.
const DIRECT_REFERENCE_VERSION: u64 = 4;

/// An account a program names.
#[derive(Debug, Clone, Copy)]
pub(super) struct AccountReference {
    pub address: Address,
    /// Its place among those the transaction names, or nothing if it is available in another way.
    pub place: Option<u64>,
}

/// An address, if the value is 32 bytes.
pub(super) fn address(value: &Value) -> Result<Address, Fault> {
    match value {
        Value::Bytes(bytes) => match <[u8; 32]>::try_from(bytes.as_slice()) {
            Ok(bytes) => Ok(Address(bytes)),
            Err(_) => Err("not an address".into()),
        },
        Value::Uint(_) => Err("not an address".into()),
    }
}

impl Vm<'_, '_> {
    fn resolve_account(&self, account: &Value) -> Result<AccountReference, Fault> {
        let Value::Uint(place) = account else {
            let address = address(account)?;
            return Ok(AccountReference { address, place: self.place_of_account(&address) });
        };
        let transaction = self.transaction();
        let call = &transaction.application_call;
        let at = place.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        let address = match at {
            None if *place == 0 => transaction.header.sender,
            _ if !call.access.is_empty() => match at.and_then(|at| call.access.get(at)) {
                Some(entry) if entry.address.is_zero() => {
                    fault!("address reference {place} is not an Address in tx.Access")
                }
                Some(entry) => entry.address,
                None => {
                    let length = call.access.len();
                    fault!("invalid Account reference {place} exceeds length of tx.Access {length}")
                }
            },
            _ => match at.and_then(|at| call.accounts.get(at)) {
                Some(address) => *address,
                None => {
                    let length = call.accounts.len();
                    fault!("invalid Account reference {place} exceeds length of tx.Accounts {length}")
                }
            },
        };
        Ok(AccountReference { address, place: Some(*place) })
    }

    /// An account to read from.
    pub(super) fn account_reference(&mut self, account: &Value) -> Result<AccountReference, Fault> {
        let reference = self.resolve_account(account)?;
        if reference.place.is_none() && !self.available_account(&reference.address) {
            fault!("unavailable Account {}", reference.address);
        }
        Ok(reference)
    }

    /// An account whose local state is to be changed.
    pub(super) fn mutable_account_reference(&mut self, account: &Value) -> Result<AccountReference, Fault> {
        let reference = self.account_reference(account)?;
        let named = self.transaction().application_call.accounts.len() as u64;
        let in_lists = reference.place.is_some_and(|place| place <= named);
        if !in_lists && self.version() < SHARED_RESOURCES_VERSION {
            fault!("invalid Account reference for mutation {}", reference.address);
        }
        Ok(reference)
    }

    /// The application state that the opcode about to run names. Unnamed resources can be asked for only while the tracer is in
    /// its place, which it is not while its hooks run.
    pub(super) fn resolve_named_state(&mut self, watched: WatchedState) -> NamedState {
        let none = NamedState { app: self.app, ..NamedState::default() };
        if watched == WatchedState::Nothing || self.mode() != Mode::Application {
            return none;
        }
        let Some(spec) = self.spec() else { return none };
        let args = self.stack().len().checked_sub(spec.signature.args.len()).and_then(|base| self.stack().get(base..));
        // Where the stack is too short the opcode fails, and names nothing.
        let Some([first, rest @ ..]) = args else { return none };
        let (first, second) = (first.clone(), rest.first().cloned());
        let uint = |value: &Value| if let Value::Uint(number) = value { *number } else { 0 };
        let (account, app, mutable) = match spec.op {
            Op::AppGlobalGetEx => {
                let app = self.app_reference(uint(&first), true).unwrap_or_default();
                return NamedState { app, is_readable: true, ..none };
            }
            Op::AppLocalGet => {
                let (account, _) = self.locals_reference(&first, 0).unwrap_or_default();
                (account, self.app, false)
            }
            Op::AppLocalGetEx => {
                let app = second.as_ref().map(uint).unwrap_or_default();
                let (account, app) = self.locals_reference(&first, app).unwrap_or_default();
                (account, app, false)
            }
            Op::AppLocalPut | Op::AppLocalDel => {
                let account = self.mutable_account_reference(&first).map(|reference| reference.address);
                (account.unwrap_or_default(), self.app, true)
            }
            _ => return NamedState { is_readable: true, ..none },
        };
        let resolved = Value::from(account.0.to_vec());
        let is_readable = watched == WatchedState::Value
            && match mutable {
                true => self.mutable_account_reference(&resolved).is_ok(),
                false => self.locals_reference(&resolved, app.0).is_ok(),
            };
        NamedState { account, app, is_readable }
    }

    fn refuse_low(&self, kind: &str, id: u64) -> Result<(), Fault> {
        if self.group.params.app_forbid_low_resources && id <= LAST_LOW_ID {
            fault!("low {kind} lookup {id}");
        }
        Ok(())
    }

    /// An application. Before AVM 4, `foreign` says that the opcode takes a place in the list and not an id.
    pub(super) fn app_reference(&mut self, reference: u64, foreign: bool) -> Result<AppIndex, Fault> {
        if self.version() >= DIRECT_REFERENCE_VERSION {
            return self.resolve_app(reference);
        }
        let apps = &self.transaction().application_call.foreign_apps;
        let app = match (reference, foreign) {
            (0, _) => self.app,
            (place, true) => match usize::try_from(place - 1).ok().and_then(|at| apps.get(at)) {
                Some(app) => *app,
                None => fault!("{place} is not a valid foreign app slot"),
            },
            (app, false) => AppIndex(app),
        };
        self.refuse_low("App", app.0)?;
        Ok(app)
    }

    fn resolve_app(&mut self, reference: u64) -> Result<AppIndex, Fault> {
        if reference == 0 || reference == self.app.0 {
            self.refuse_low("App", self.app.0)?;
            return Ok(self.app);
        }
        if self.available_app(AppIndex(reference)) {
            self.refuse_low("App", reference)?;
            return Ok(AppIndex(reference));
        }
        let call = &self.transaction().application_call;
        let at = usize::try_from(reference - 1).ok();
        let app = at.and_then(|at| call.foreign_apps.get(at).copied());
        let app = app.or_else(|| call.access.get(at?).map(|entry| entry.app).filter(|app| *app != AppIndex::NONE));
        match app {
            Some(app) => {
                self.refuse_low("App", app.0)?;
                Ok(app)
            }
            None => fault!("unavailable App {reference}"),
        }
    }

    /// An asset. Before AVM 4, `foreign` says that the opcode takes a place in the list and not an id.
    pub(super) fn asset_reference(&mut self, reference: u64, foreign: bool) -> Result<AssetIndex, Fault> {
        if self.version() >= DIRECT_REFERENCE_VERSION {
            return self.resolve_asset(reference);
        }
        if !foreign {
            self.refuse_low("Asset", reference)?;
            return Ok(AssetIndex(reference));
        }
        let assets = &self.transaction().application_call.foreign_assets;
        match usize::try_from(reference).ok().and_then(|at| assets.get(at)) {
            Some(&asset) => {
                self.refuse_low("Asset", asset.0)?;
                Ok(asset)
            }
            None => fault!("{reference} is not a valid foreign asset slot"),
        }
    }

    fn resolve_asset(&mut self, reference: u64) -> Result<AssetIndex, Fault> {
        if self.available_asset(AssetIndex(reference)) {
            self.refuse_low("Asset", reference)?;
            return Ok(AssetIndex(reference));
        }
        let call = &self.transaction().application_call;
        let at = usize::try_from(reference).ok();
        let asset = at.and_then(|at| call.foreign_assets.get(at).copied());
        let asset = asset.or_else(|| {
            call.access.get(at?.checked_sub(1)?).map(|entry| entry.asset).filter(|asset| *asset != AssetIndex::NONE)
        });
        match asset {
            Some(asset) => {
                self.refuse_low("Asset", asset.0)?;
                Ok(asset)
            }
            None => fault!("unavailable Asset {reference}"),
        }
    }

    /// A local state: whose, and of which application.
    pub(super) fn locals_reference(&mut self, account: &Value, app: u64) -> Result<(Address, AppIndex), Fault> {
        if !self.shares_resources() {
            let address = self.account_reference(account)?.address;
            return Ok((address, self.app_reference(app, false)?));
        }
        let address = self.resolve_account(account)?.address;
        let app = self.resolve_app(app);
        if let Ok(app) = app
            && self.allows_locals(&address, app)
        {
            return Ok((address, app));
        }
        let locals = format!("unavailable Local State {}+{address}", app.as_ref().copied().unwrap_or(AppIndex::NONE));
        match (app, self.available_account(&address)) {
            (Err(fault), true) => Err(fault),
            (Ok(_), true) => Err(locals.into()),
            (Err(fault), false) => fault!("unavailable Account {address}, {fault}, {locals}"),
            (Ok(_), false) => fault!("unavailable Account {address}, {locals}"),
        }
    }

    /// A holding: whose, and of which asset.
    pub(super) fn holding_reference(&mut self, account: &Value, asset: u64) -> Result<(Address, AssetIndex), Fault> {
        if !self.shares_resources() {
            let address = self.account_reference(account)?.address;
            return Ok((address, self.asset_reference(asset, false)?));
        }
        let address = self.resolve_account(account)?.address;
        let asset = self.resolve_asset(asset);
        if let Ok(asset) = asset
            && self.allows_holding(&address, asset)
        {
            return Ok((address, asset));
        }
        match (asset, self.available_account(&address)) {
            (Err(fault), true) => Err(fault),
            (Ok(asset), true) => fault!("unavailable Holding {asset}+{address}"),
            (Err(fault), false) => fault!("unavailable Account {address}, {fault}"),
            (Ok(_), false) => fault!("unavailable Account {address}"),
        }
    }
}
