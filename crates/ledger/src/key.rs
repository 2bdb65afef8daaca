//! The name of every record the ledger keeps, and its order.
//!
//! One flat, ordered key space instead of nested accounts: a changed value is one entry of the undo log, a listing
//! ("the boxes of this application") is one range, and a store needs nothing but ordered bytes. What a record holds is
//! defined in [`super::record`]; how it is stored, in [`super::store`].

use std::ops::Bound;

use pnp_types::{Address, AppIndex, AssetIndex};

/// Names one record. The derived order equals the order of the encoded bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Balance, status and totals of an account.
    Account(Address),
    /// Parameters and creator of an asset.
    Asset(AssetIndex),
    /// Programs, schemas and creator of an application, without its key/value pairs.
    App(AppIndex),
    /// One pair of an application's global state.
    GlobalValue(AppIndex, Vec<u8>),
    /// One box.
    Box(AppIndex, Vec<u8>),
    /// Units of an asset held by an account.
    Holding(Address, AssetIndex),
    /// An account's opt-in to an application, without its key/value pairs.
    Local(Address, AppIndex),
    /// One pair of an account's local state.
    LocalValue(Address, AppIndex, Vec<u8>),
    /// Marks that the account created the asset: the index for "created assets".
    CreatedAsset(Address, AssetIndex),
    /// Marks that the account created the application: the index for "created applications".
    CreatedApp(Address, AppIndex),
}

const ACCOUNT: u8 = 1;
const ASSET: u8 = 2;
const APP: u8 = 3;
const GLOBAL_VALUE: u8 = 4;
const BOX: u8 = 5;
const HOLDING: u8 = 6;
const LOCAL: u8 = 7;
const LOCAL_VALUE: u8 = 8;
const CREATED_ASSET: u8 = 9;
const CREATED_APP: u8 = 10;

impl Key {
    /// The key as ordered bytes: a tag, then fixed-width big-endian parts, then the free name, if there is one.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(48);
        match self {
            Self::Account(address) => tagged(&mut out, ACCOUNT).extend_from_slice(address.as_bytes()),
            Self::Asset(asset) => tagged(&mut out, ASSET).extend_from_slice(&asset.0.to_be_bytes()),
            Self::App(app) => tagged(&mut out, APP).extend_from_slice(&app.0.to_be_bytes()),
            Self::GlobalValue(app, name) => named(tagged(&mut out, GLOBAL_VALUE), app.0, name),
            Self::Box(app, name) => named(tagged(&mut out, BOX), app.0, name),
            Self::Holding(address, id) => owned(&mut out, HOLDING, address, id.0),
            Self::Local(address, id) => owned(&mut out, LOCAL, address, id.0),
            Self::LocalValue(address, id, name) => {
                owned(&mut out, LOCAL_VALUE, address, id.0);
                out.extend_from_slice(name);
            }
            Self::CreatedAsset(address, id) => owned(&mut out, CREATED_ASSET, address, id.0),
            Self::CreatedApp(address, id) => owned(&mut out, CREATED_APP, address, id.0),
        }
        out
    }

    /// Reads a key back; `None` for bytes that [`Key::encode`] never returns.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (&tag, mut rest) = bytes.split_first()?;
        let key = match tag {
            ACCOUNT => Self::Account(take_address(&mut rest)?),
            ASSET => Self::Asset(take_index(&mut rest)?),
            APP => Self::App(take_index(&mut rest)?),
            GLOBAL_VALUE => Self::GlobalValue(take_index(&mut rest)?, take_all(&mut rest)),
            BOX => Self::Box(take_index(&mut rest)?, take_all(&mut rest)),
            HOLDING => Self::Holding(take_address(&mut rest)?, take_index(&mut rest)?),
            LOCAL => Self::Local(take_address(&mut rest)?, take_index(&mut rest)?),
            LOCAL_VALUE => Self::LocalValue(take_address(&mut rest)?, take_index(&mut rest)?, take_all(&mut rest)),
            CREATED_ASSET => Self::CreatedAsset(take_address(&mut rest)?, take_index(&mut rest)?),
            CREATED_APP => Self::CreatedApp(take_address(&mut rest)?, take_index(&mut rest)?),
            _ => return None,
        };
        rest.is_empty().then_some(key)
    }
}

fn tagged(out: &mut Vec<u8>, tag: u8) -> &mut Vec<u8> {
    out.push(tag);
    out
}

fn named(out: &mut Vec<u8>, id: u64, name: &[u8]) {
    out.extend_from_slice(&id.to_be_bytes());
    out.extend_from_slice(name);
}

fn owned(out: &mut Vec<u8>, tag: u8, address: &Address, id: u64) {
    out.push(tag);
    out.extend_from_slice(address.as_bytes());
    out.extend_from_slice(&id.to_be_bytes());
}

fn take_address(rest: &mut &[u8]) -> Option<Address> {
    let (head, tail) = rest.split_first_chunk::<32>()?;
    *rest = tail;
    Some(Address(*head))
}

fn take_index<Id: From<u64>>(rest: &mut &[u8]) -> Option<Id> {
    let (head, tail) = rest.split_first_chunk::<8>()?;
    *rest = tail;
    Some(u64::from_be_bytes(*head).into())
}

fn take_all(rest: &mut &[u8]) -> Vec<u8> {
    std::mem::take(rest).to_vec()
}

/// A family of neighbouring keys: what a listing walks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Every account.
    Accounts,
    /// Every asset.
    Assets,
    /// Every application.
    Apps,
    /// The pairs of an application's global state.
    GlobalValues(AppIndex),
    /// The boxes of an application whose names start with these bytes.
    Boxes(AppIndex, Vec<u8>),
    /// The assets an account holds.
    Holdings(Address),
    /// The applications an account is opted in to.
    Locals(Address),
    /// The pairs of an account's local state in an application.
    LocalValues(Address, AppIndex),
    /// The assets an account created.
    CreatedAssets(Address),
    /// The applications an account created.
    CreatedApps(Address),
}

impl Span {
    /// The bytes every encoded key of this span starts with.
    #[must_use]
    pub fn prefix(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(48);
        match self {
            Self::Accounts => out.push(ACCOUNT),
            Self::Assets => out.push(ASSET),
            Self::Apps => out.push(APP),
            Self::GlobalValues(app) => named(tagged(&mut out, GLOBAL_VALUE), app.0, &[]),
            Self::Boxes(app, prefix) => named(tagged(&mut out, BOX), app.0, prefix),
            Self::Holdings(address) => tagged(&mut out, HOLDING).extend_from_slice(address.as_bytes()),
            Self::Locals(address) => tagged(&mut out, LOCAL).extend_from_slice(address.as_bytes()),
            Self::LocalValues(address, app) => owned(&mut out, LOCAL_VALUE, address, app.0),
            Self::CreatedAssets(address) => tagged(&mut out, CREATED_ASSET).extend_from_slice(address.as_bytes()),
            Self::CreatedApps(address) => tagged(&mut out, CREATED_APP).extend_from_slice(address.as_bytes()),
        }
        out
    }

    /// Whether the key belongs to this span.
    #[must_use]
    pub fn contains(&self, key: &Key) -> bool {
        match (self, key) {
            (Self::Accounts, Key::Account(_)) | (Self::Assets, Key::Asset(_)) | (Self::Apps, Key::App(_)) => true,
            (Self::GlobalValues(app), Key::GlobalValue(of, _)) => app == of,
            (Self::Boxes(app, prefix), Key::Box(of, name)) => app == of && name.starts_with(prefix),
            (Self::Holdings(owner), Key::Holding(of, _))
            | (Self::Locals(owner), Key::Local(of, _))
            | (Self::CreatedAssets(owner), Key::CreatedAsset(of, _))
            | (Self::CreatedApps(owner), Key::CreatedApp(of, _)) => owner == of,
            (Self::LocalValues(owner, app), Key::LocalValue(of, id, _)) => owner == of && app == id,
            _ => false,
        }
    }

    /// The smallest key this span could hold: where an ordered walk starts.
    #[must_use]
    pub fn first(&self) -> Key {
        match self {
            Self::Accounts => Key::Account(Address::ZERO),
            Self::Assets => Key::Asset(AssetIndex::NONE),
            Self::Apps => Key::App(AppIndex::NONE),
            Self::GlobalValues(app) => Key::GlobalValue(*app, Vec::new()),
            Self::Boxes(app, prefix) => Key::Box(*app, prefix.clone()),
            Self::Holdings(address) => Key::Holding(*address, AssetIndex::NONE),
            Self::Locals(address) => Key::Local(*address, AppIndex::NONE),
            Self::LocalValues(address, app) => Key::LocalValue(*address, *app, Vec::new()),
            Self::CreatedAssets(address) => Key::CreatedAsset(*address, AssetIndex::NONE),
            Self::CreatedApps(address) => Key::CreatedApp(*address, AppIndex::NONE),
        }
    }

    /// Where a walk that continues after `after` starts, or the span's beginning.
    #[must_use]
    pub fn start(&self, after: Option<&Key>) -> Bound<Key> {
        match after {
            Some(key) => Bound::Excluded(key.clone()),
            None => Bound::Included(self.first()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Key> {
        let (low, high) = (Address([1; 32]), Address([2; 32]));
        vec![
            Key::Account(low),
            Key::Account(high),
            Key::Asset(AssetIndex(7)),
            Key::Asset(AssetIndex(256)),
            Key::App(AppIndex(7)),
            Key::GlobalValue(AppIndex(7), vec![]),
            Key::GlobalValue(AppIndex(7), b"a".to_vec()),
            Key::GlobalValue(AppIndex(7), b"ab".to_vec()),
            Key::GlobalValue(AppIndex(8), vec![]),
            Key::Box(AppIndex(7), b"name".to_vec()),
            Key::Holding(low, AssetIndex(1)),
            Key::Holding(high, AssetIndex::NONE),
            Key::Local(low, AppIndex(9)),
            Key::LocalValue(low, AppIndex(9), b"k".to_vec()),
            Key::LocalValue(low, AppIndex(10), vec![]),
            Key::CreatedAsset(low, AssetIndex(3)),
            Key::CreatedApp(low, AppIndex(3)),
        ]
    }

    #[test]
    fn order_of_keys_is_order_of_bytes_and_encoding_returns() {
        for a in samples() {
            assert_eq!(Key::decode(&a.encode()).as_ref(), Some(&a));
            for b in samples() {
                assert_eq!(a.cmp(&b), a.encode().cmp(&b.encode()), "{a:?} against {b:?}");
            }
        }
    }

    #[test]
    fn junk_is_no_key() {
        for junk in [&[][..], &[0], &[99, 1], &[ACCOUNT, 1, 2], &[ASSET, 0, 0, 0, 0, 0, 0, 0, 1, 9]] {
            assert_eq!(Key::decode(junk), None, "{junk:?}");
        }
    }

    #[test]
    fn a_span_holds_exactly_the_keys_with_its_prefix() {
        let low = Address([1; 32]);
        let spans = [
            Span::Accounts,
            Span::Assets,
            Span::Apps,
            Span::GlobalValues(AppIndex(7)),
            Span::Boxes(AppIndex(7), b"na".to_vec()),
            Span::Boxes(AppIndex(7), b"x".to_vec()),
            Span::Holdings(low),
            Span::Locals(low),
            Span::LocalValues(low, AppIndex(9)),
            Span::CreatedAssets(low),
            Span::CreatedApps(low),
        ];
        for span in spans {
            for key in samples() {
                assert_eq!(span.contains(&key), key.encode().starts_with(&span.prefix()), "{span:?} {key:?}");
                assert!(!span.contains(&key) || span.first() <= key, "{span:?} starts after {key:?}");
            }
        }
    }
}
