//! Key/value pairs of applications, global and local, and their boxes: limits and counts included.
//!
//! A pair is a record of its own; the application's or opt-in's record counts how many there are of each kind, which is
//! what its schema limits (go-algorand `ledger/eval/appcow.go`, `ledger/eval/applications.go`).

use std::sync::Arc;

use super::error::ApplyError;
use super::key::Key;
use super::overlay::ReadError;
use super::record::Record;
use super::state::{State, misplaced};
use pnp_types::{Address, AppIndex, StateSchema, TealValue};

/// Whose pairs: the application's own, or one account's in the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Storage {
    /// Global state.
    Global(AppIndex),
    /// One account's local state.
    Local(Address, AppIndex),
}

impl Storage {
    fn key(self, name: &[u8]) -> Key {
        match self {
            Self::Global(app) => Key::GlobalValue(app, name.to_vec()),
            Self::Local(address, app) => Key::LocalValue(address, app, name.to_vec()),
        }
    }

    fn missing(self, doing: &'static str) -> ApplyError {
        match self {
            Self::Global(app) => ApplyError::NoApp { app },
            Self::Local(account, app) => ApplyError::NoLocalStorage { doing, account, app },
        }
    }
}

/// How much of a reserved storage is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StorageUsage {
    usage: StateSchema,
    limit: StateSchema,
}

impl State<'_> {
    /// The value under the name. Fails if the application does not exist or the account is not opted in.
    pub(crate) fn value(&self, storage: Storage, name: &[u8]) -> Result<Option<TealValue>, ApplyError> {
        if self.storage_usage(storage)?.is_none() {
            return Err(storage.missing("fetch"));
        }
        Ok(self.raw_value(storage, name)?)
    }

    /// Writes the value. Fails like [`State::value`], and over the limits of names, values and the schema.
    pub(crate) fn put_value(&mut self, storage: Storage, name: &[u8], value: TealValue) -> Result<(), ApplyError> {
        let params = self.params();
        if name.len() > params.max_app_key_len {
            return Err(ApplyError::KeyTooLong { length: name.len(), limit: params.max_app_key_len });
        }
        if let TealValue::Bytes(bytes) = &value {
            if bytes.len() > params.max_app_bytes_value_len {
                return Err(ApplyError::ValueTooLong { key: name.to_vec(), length: bytes.len() });
            }
            let sum = name.len() + bytes.len();
            if sum > params.max_app_sum_key_value_lens {
                return Err(ApplyError::PairTooLong { key: name.to_vec(), sum });
            }
        }
        let Some(mut room) = self.storage_usage(storage)? else { return Err(storage.missing("set")) };
        if let Some(old) = self.raw_value(storage, name)? {
            release(&mut room.usage, &old);
        }
        occupy(&mut room.usage, &value);
        self.set(storage.key(name), Some(Record::Value(value)));
        self.set_usage(storage, room.usage)?;
        fits(room.usage, room.limit)
    }

    /// Removes the value; one that is not there is no error.
    pub(crate) fn remove_value(&mut self, storage: Storage, name: &[u8]) -> Result<(), ApplyError> {
        let Some(mut room) = self.storage_usage(storage)? else { return Err(storage.missing("del")) };
        if let Some(old) = self.raw_value(storage, name)? {
            release(&mut room.usage, &old);
            self.set(storage.key(name), None);
            self.set_usage(storage, room.usage)?;
        }
        Ok(())
    }

    fn raw_value(&self, storage: Storage, name: &[u8]) -> Result<Option<TealValue>, ReadError> {
        let key = storage.key(name);
        match self.get(&key)? {
            Some(Record::Value(value)) => Ok(Some(value)),
            None => Ok(None),
            Some(other) => Err(misplaced(&key, &other)),
        }
    }

    fn storage_usage(&self, storage: Storage) -> Result<Option<StorageUsage>, ReadError> {
        Ok(match storage {
            Storage::Global(app) => {
                self.app(app)?.map(|app| StorageUsage { usage: app.usage, limit: app.params.global_schema })
            }
            Storage::Local(address, app) => {
                self.local(&address, app)?.map(|local| StorageUsage { usage: local.usage, limit: local.schema })
            }
        })
    }

    fn set_usage(&mut self, storage: Storage, usage: StateSchema) -> Result<(), ReadError> {
        match storage {
            Storage::Global(id) => {
                if let Some(mut app) = self.app(id)?.filter(|app| app.usage != usage) {
                    app.usage = usage;
                    self.put_app(id, app);
                }
            }
            Storage::Local(address, id) => {
                if let Some(mut local) = self.local(&address, id)?.filter(|local| local.usage != usage) {
                    local.usage = usage;
                    self.set(Key::Local(address, id), Some(Record::Local(local)));
                }
            }
        }
        Ok(())
    }

    // --- Boxes ---

    /// The box's bytes, if it exists.
    pub(crate) fn box_value(&self, app: AppIndex, name: &[u8]) -> Result<Option<Arc<[u8]>>, ReadError> {
        let key = Key::Box(app, name.to_vec());
        match self.get(&key)? {
            Some(Record::Box(value)) => Ok(Some(value)),
            None => Ok(None),
            Some(other) => Err(misplaced(&key, &other)),
        }
    }

    /// Creates the box and counts it in the application's account.
    pub(crate) fn create_box(&mut self, app: AppIndex, name: &[u8], value: Vec<u8>) -> Result<(), ApplyError> {
        let params = self.params();
        if name.len() > params.max_app_key_len {
            return Err(ApplyError::BoxNameTooLong { length: name.len(), limit: params.max_app_key_len });
        }
        if name.is_empty() {
            return Err(ApplyError::BoxNameEmpty);
        }
        let size = value.len() as u64;
        if size > params.max_box_size {
            return Err(ApplyError::BoxTooLarge { size, limit: params.max_box_size });
        }
        if self.box_value(app, name)?.is_some() {
            return Err(ApplyError::BoxExists { name: name.to_vec() });
        }
        let bytes = size.saturating_add(name.len() as u64);
        self.update_account(&Address::of_application(app), |account| {
            account.total_boxes = account.total_boxes.saturating_add(1);
            account.total_box_bytes = account.total_box_bytes.saturating_add(bytes);
        })?;
        self.set(Key::Box(app, name.to_vec()), Some(Record::Box(value.into())));
        Ok(())
    }

    /// Writes the bytes of an existing box; its size is fixed.
    pub(crate) fn put_box(&mut self, app: AppIndex, name: &[u8], value: Vec<u8>) -> Result<(), ApplyError> {
        let Some(old) = self.box_value(app, name)? else {
            return Err(ApplyError::NoBox { name: name.to_vec(), app });
        };
        if old.len() != value.len() {
            return Err(ApplyError::BoxResized { name: name.to_vec(), old: old.len(), new: value.len() });
        }
        self.set(Key::Box(app, name.to_vec()), Some(Record::Box(value.into())));
        Ok(())
    }

    /// Removes the box, and says whether there was one.
    pub(crate) fn remove_box(&mut self, app: AppIndex, name: &[u8]) -> Result<bool, ApplyError> {
        let Some(old) = self.box_value(app, name)? else { return Ok(false) };
        let bytes = (old.len() as u64).saturating_add(name.len() as u64);
        self.update_account(&Address::of_application(app), |account| {
            account.total_boxes = account.total_boxes.saturating_sub(1);
            account.total_box_bytes = account.total_box_bytes.saturating_sub(bytes);
        })?;
        self.set(Key::Box(app, name.to_vec()), None);
        Ok(true)
    }
}

fn occupy(usage: &mut StateSchema, value: &TealValue) {
    let count = count_of(usage, value);
    *count = count.saturating_add(1);
}

fn release(usage: &mut StateSchema, value: &TealValue) {
    let count = count_of(usage, value);
    *count = count.saturating_sub(1);
}

fn count_of<'s>(usage: &'s mut StateSchema, value: &TealValue) -> &'s mut u64 {
    match value {
        TealValue::Bytes(_) => &mut usage.byte_slices,
        TealValue::Uint(_) => &mut usage.uints,
    }
}

/// Whether what is used fits into what is reserved.
pub(super) fn fits(usage: StateSchema, limit: StateSchema) -> Result<(), ApplyError> {
    if usage.uints > limit.uints {
        return Err(ApplyError::TooManyUints { count: usage.uints, limit: limit.uints });
    }
    if usage.byte_slices > limit.byte_slices {
        return Err(ApplyError::TooManyByteSlices { count: usage.byte_slices, limit: limit.byte_slices });
    }
    Ok(())
}
