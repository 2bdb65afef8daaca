//! Partners, their contracts, and API keys, kept in memory: every request needs them, and they seldom change.

use crate::access::{Origins, Scopes};
use crate::credentials::KeyKind;
use crate::ledger::{Contract, ContractState, Partner};
use crate::store::StoreError;
use rusqlite::Connection;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A partner as requests need it.
#[derive(Debug)]
pub struct PartnerState {
    /// The partner, with its settings.
    pub partner: Partner,
    /// The contract that new sessions are billed with.
    pub contract: Option<Contract>,
    /// What is charged and not on the chain, over all wallets, in u. It may be a moment old.
    pub exposure: Arc<AtomicI64>,
}

impl PartnerState {
    /// Whether its risk limit leaves room for another hold.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.exposure.load(Ordering::Relaxed) < self.partner.settings.risk_limit_partner.0
    }
}

/// An API key as it is kept.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its number.
    pub id: i64,
    /// The partner.
    pub partner: i64,
    /// What it may be used from.
    pub kind: KeyKind,
    /// Its rights.
    pub scopes: Scopes,
    /// The pages that may use it.
    pub origins: Origins,
    /// When it ends, in milliseconds since 1970.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When it was used last since that was written; 0 where it was not.
    pub used_at: Arc<AtomicI64>,
}

/// What is in memory.
#[derive(Debug, Default)]
pub(super) struct Content {
    partners: HashMap<i64, Arc<PartnerState>>,
    keys: HashMap<[u8; 32], KeyRow>,
    origins: HashSet<String>,
    /// Those of the keys that were not revoked: each request with a token needs them.
    origins_by_partner: HashMap<i64, Origins>,
}

impl Content {
    pub(super) fn read(connection: &Connection) -> Result<Self, StoreError> {
        let mut content = Self::default();
        let contracts = Contract::all(connection)?;
        for partner in Partner::all(connection)? {
            let in_force =
                |contract: &&Contract| contract.partner == partner.id && contract.state == ContractState::InForce;
            let contract = contracts.iter().find(in_force).cloned();
            let state = PartnerState { contract, exposure: Arc::default(), partner };
            content.partners.insert(state.partner.id, Arc::new(state));
        }
        let mut statement = connection.prepare_cached(
            "SELECT hash, id, partner_id, kind, scopes, origins, expires_at, revoked_at FROM api_keys",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (kind, scopes, origins): (String, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
            content.origins.extend(origins.split_ascii_whitespace().map(str::to_owned));
            let key = KeyRow {
                id: row.get(1)?,
                partner: row.get(2)?,
                kind: if kind == "secret" { KeyKind::Secret } else { KeyKind::Publishable },
                // A scope that this version does not know gives no right.
                scopes: Scopes::from_text(&scopes).unwrap_or_default(),
                origins: Origins::from_text(&origins),
                expires_at: row.get(6)?,
                revoked_at: row.get(7)?,
                used_at: Arc::default(),
            };
            content.keys.insert(row.get(0)?, key);
        }
        let mut texts: HashMap<i64, String> = HashMap::new();
        for key in content.keys.values().filter(|key| key.revoked_at.is_none()) {
            let text = texts.entry(key.partner).or_default();
            for origin in key.origins.iter() {
                text.push_str(origin);
                text.push(' ');
            }
        }
        let of_text = |(partner, text): (i64, String)| (partner, Origins::from_text(&text));
        content.origins_by_partner = texts.into_iter().map(of_text).collect();
        Ok(content)
    }
}

/// Partners, contracts and keys.
#[derive(Debug, Default)]
pub struct Registry {
    content: RwLock<Content>,
}

impl Registry {
    pub(super) fn replace(&self, mut content: Content) {
        let mut kept = self.content.write().unwrap_or_else(PoisonError::into_inner);
        // Exposures go on: they are not read again.
        for (id, state) in &mut content.partners {
            if let (Some(before), Some(state)) = (kept.partners.get(id), Arc::get_mut(state)) {
                state.exposure = Arc::clone(&before.exposure);
            }
        }
        for (hash, key) in &mut content.keys {
            if let Some(before) = kept.keys.get(hash) {
                key.used_at = Arc::clone(&before.used_at);
            }
        }
        *kept = content;
    }

    /// A partner.
    #[must_use]
    pub fn partner(&self, id: i64) -> Option<Arc<PartnerState>> {
        self.content.read().unwrap_or_else(PoisonError::into_inner).partners.get(&id).cloned()
    }

    /// All partners.
    #[must_use]
    pub fn partners(&self) -> Vec<Arc<PartnerState>> {
        let mut all: Vec<_> =
            self.content.read().unwrap_or_else(PoisonError::into_inner).partners.values().cloned().collect();
        all.sort_by_key(|state| state.partner.id);
        all
    }

    /// The key with this hash.
    #[must_use]
    pub fn key(&self, hash: &[u8; 32]) -> Option<KeyRow> {
        self.content.read().unwrap_or_else(PoisonError::into_inner).keys.get(hash).cloned()
    }

    /// The keys that were used since they were asked for here, and when last.
    pub(super) fn take_uses(&self) -> Vec<(i64, i64)> {
        let content = self.content.read().unwrap_or_else(PoisonError::into_inner);
        let uses = content.keys.values().map(|key| (key.id, key.used_at.swap(0, Ordering::Relaxed)));
        uses.filter(|(_, at)| *at > 0).collect()
    }

    /// The origins of all keys of a partner that were not revoked.
    #[must_use]
    pub fn origins_of(&self, partner: i64) -> Origins {
        let content = self.content.read().unwrap_or_else(PoisonError::into_inner);
        content.origins_by_partner.get(&partner).cloned().unwrap_or_default()
    }

    /// Whether any key lists an origin.
    #[must_use]
    pub fn lists_origin(&self, origin: &str) -> bool {
        self.content.read().unwrap_or_else(PoisonError::into_inner).origins.contains(origin)
    }
}
