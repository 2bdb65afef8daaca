//! What people ask of the latest state, one typed method per question, in pages where an answer may be long.
//!
//! Every listing walks a range of neighbouring keys, so a page costs what it returns however large the state is.

use std::sync::Arc;

use super::chain::Chain;
use super::key::{Key, Span};
use super::overlay::{ReadError, StateReader};
use super::record::{AccountRecord, AppRecord, AssetRecord, LocalRecord, Record};
use super::rewards::with_rewards;
use pnp_types::{Address, AppIndex, AssetHolding, AssetIndex, ByteString, TealKeyValue, TealValue};

/// A box's name and content.
pub type BoxEntry = (Vec<u8>, Arc<[u8]>);

/// A record of another kind than its key says: no ledger writes that.
fn misplaced(key: &Key) -> ReadError {
    ReadError(format!("a record of another kind under {key:?}"))
}

/// Takes one kind of record out of what was read, and refuses any other with an error.
macro_rules! expect {
    ($kind:ident, $key:expr, $record:expr) => {
        match $record {
            Record::$kind(value) => value,
            _ => return Err(misplaced(&$key)),
        }
    };
}

impl Chain {
    /// The account as last written, without rewards due since; one that does not exist is empty.
    pub fn account(&self, address: &Address) -> Result<AccountRecord, ReadError> {
        let key = Key::Account(*address);
        Ok(match self.get(&key)? {
            Some(record) => *expect!(Account, key, record),
            None => AccountRecord::default(),
        })
    }

    /// The account with the rewards due at the latest round.
    pub fn account_with_rewards(&self, address: &Address) -> Result<AccountRecord, ReadError> {
        let account = self.account(address)?;
        let level = self.latest_header().rewards.level;
        with_rewards(&account, level, self.params())
            .ok_or_else(|| ReadError(format!("the rewards of {address} are out of range")))
    }

    /// What the account holds of the asset; `None` if it is not opted in.
    pub fn holding(&self, address: &Address, asset: AssetIndex) -> Result<Option<AssetHolding>, ReadError> {
        let key = Key::Holding(*address, asset);
        Ok(match self.get(&key)? {
            Some(record) => Some(expect!(Holding, key, record)),
            None => None,
        })
    }

    /// Up to `limit` assets the account holds, by id, after `after`.
    pub fn holdings(
        &self,
        address: &Address,
        after: Option<AssetIndex>,
        limit: usize,
    ) -> Result<Vec<(AssetIndex, AssetHolding)>, ReadError> {
        let after = after.map(|asset| Key::Holding(*address, asset));
        self.page(&Span::Holdings(*address), after.as_ref(), limit, |key, record| match (key, record) {
            (Key::Holding(_, asset), Record::Holding(holding)) => Some((asset, holding)),
            _ => None,
        })
    }

    /// The account's opt-in to the application; `None` without one.
    pub fn local(&self, address: &Address, app: AppIndex) -> Result<Option<LocalRecord>, ReadError> {
        let key = Key::Local(*address, app);
        Ok(match self.get(&key)? {
            Some(record) => Some(expect!(Local, key, record)),
            None => None,
        })
    }

    /// Up to `limit` applications the account is opted in to, by id, after `after`.
    pub fn locals(
        &self,
        address: &Address,
        after: Option<AppIndex>,
        limit: usize,
    ) -> Result<Vec<(AppIndex, LocalRecord)>, ReadError> {
        let after = after.map(|app| Key::Local(*address, app));
        self.page(&Span::Locals(*address), after.as_ref(), limit, |key, record| match (key, record) {
            (Key::Local(_, app), Record::Local(local)) => Some((app, local)),
            _ => None,
        })
    }

    /// Up to `limit` assets the account created, by id, after `after`.
    pub fn created_assets(
        &self,
        address: &Address,
        after: Option<AssetIndex>,
        limit: usize,
    ) -> Result<Vec<(AssetIndex, AssetRecord)>, ReadError> {
        let after = after.map(|asset| Key::CreatedAsset(*address, asset));
        let created = self.page(&Span::CreatedAssets(*address), after.as_ref(), limit, |key, _| match key {
            Key::CreatedAsset(_, asset) => Some(asset),
            _ => None,
        })?;
        let record = |asset| self.asset(asset).map(|record| (asset, record.unwrap_or_default()));
        created.into_iter().map(record).collect()
    }

    /// Up to `limit` applications the account created, by id, after `after`.
    pub fn created_apps(
        &self,
        address: &Address,
        after: Option<AppIndex>,
        limit: usize,
    ) -> Result<Vec<(AppIndex, AppRecord)>, ReadError> {
        let after = after.map(|app| Key::CreatedApp(*address, app));
        let created = self.page(&Span::CreatedApps(*address), after.as_ref(), limit, |key, _| match key {
            Key::CreatedApp(_, app) => Some(app),
            _ => None,
        })?;
        let record = |app| self.app(app).map(|record| (app, record.unwrap_or_default()));
        created.into_iter().map(record).collect()
    }

    /// The asset; `None` if there is none.
    pub fn asset(&self, id: AssetIndex) -> Result<Option<AssetRecord>, ReadError> {
        let key = Key::Asset(id);
        Ok(match self.get(&key)? {
            Some(record) => Some(expect!(Asset, key, record)),
            None => None,
        })
    }

    /// The application without its values; `None` if there is none.
    pub fn app(&self, id: AppIndex) -> Result<Option<AppRecord>, ReadError> {
        let key = Key::App(id);
        Ok(match self.get(&key)? {
            Some(record) => Some(expect!(App, key, record)),
            None => None,
        })
    }

    /// The application's global values.
    pub fn global_values(&self, app: AppIndex) -> Result<TealKeyValue, ReadError> {
        self.values(&Span::GlobalValues(app))
    }

    /// One global value of the application.
    pub fn global_value(&self, app: AppIndex, name: &[u8]) -> Result<Option<TealValue>, ReadError> {
        let key = Key::GlobalValue(app, name.to_vec());
        Ok(match self.get(&key)? {
            Some(record) => Some(expect!(Value, key, record)),
            None => None,
        })
    }

    /// The content of a box; `None` if there is none of that name.
    pub fn box_value(&self, app: AppIndex, name: &[u8]) -> Result<Option<Arc<[u8]>>, ReadError> {
        let key = Key::Box(app, name.to_vec());
        Ok(match self.get(&key)? {
            Some(record) => Some(expect!(Box, key, record)),
            None => None,
        })
    }

    /// Up to `limit` boxes of the application whose names start with `prefix`, by name, after the name `after`.
    pub fn boxes(
        &self,
        app: AppIndex,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<BoxEntry>, ReadError> {
        let after = after.map(|name| Key::Box(app, name.to_vec()));
        let span = Span::Boxes(app, prefix.to_vec());
        self.page(&span, after.as_ref(), limit, |key, record| match (key, record) {
            (Key::Box(_, name), Record::Box(content)) => Some((name, content)),
            _ => None,
        })
    }

    /// Up to `limit` accounts, by address, after `after`.
    pub fn accounts(&self, after: Option<Address>, limit: usize) -> Result<Vec<(Address, AccountRecord)>, ReadError> {
        let after = after.map(Key::Account);
        self.page(&Span::Accounts, after.as_ref(), limit, |key, record| match (key, record) {
            (Key::Account(address), Record::Account(account)) => Some((address, *account)),
            _ => None,
        })
    }

    /// Up to `limit` assets, by id, after `after`.
    pub fn assets(&self, after: Option<AssetIndex>, limit: usize) -> Result<Vec<(AssetIndex, AssetRecord)>, ReadError> {
        let after = after.map(Key::Asset);
        self.page(&Span::Assets, after.as_ref(), limit, |key, record| match (key, record) {
            (Key::Asset(id), Record::Asset(asset)) => Some((id, asset)),
            _ => None,
        })
    }

    /// Up to `limit` applications, by id, after `after`.
    pub fn apps(&self, after: Option<AppIndex>, limit: usize) -> Result<Vec<(AppIndex, AppRecord)>, ReadError> {
        let after = after.map(Key::App);
        self.page(&Span::Apps, after.as_ref(), limit, |key, record| match (key, record) {
            (Key::App(id), Record::App(app)) => Some((id, app)),
            _ => None,
        })
    }

    fn values(&self, span: &Span) -> Result<TealKeyValue, ReadError> {
        let pairs = self.page(span, None, usize::MAX, |key, record| match (key, record) {
            (Key::GlobalValue(_, name) | Key::LocalValue(_, _, name), Record::Value(value)) => {
                Some((ByteString(name), value))
            }
            _ => None,
        })?;
        Ok(TealKeyValue(pairs.into_iter().collect()))
    }

    fn page<T>(
        &self,
        span: &Span,
        after: Option<&Key>,
        limit: usize,
        take: impl Fn(Key, Record) -> Option<T>,
    ) -> Result<Vec<T>, ReadError> {
        let records = self.scan(span, after, limit)?;
        records.into_iter().map(|(key, record)| take(key.clone(), record).ok_or_else(|| misplaced(&key))).collect()
    }
}
