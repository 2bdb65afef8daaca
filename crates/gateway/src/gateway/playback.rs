//! The keys of playback tokens: which one signs, and which ones are published, while one replaces the other.

use crate::credentials::{DerivationError, KeyNetwork, NetworkKeys, PlaybackClaims, PlaybackTokens};
use crate::problem::Problem;
use crate::store::{StoreError, Write};
use rusqlite::Connection;
use serde_json::Value;
use std::sync::Arc;

/// For how long a new key is published before it signs, in milliseconds: content servers may keep the key set for five minutes.
const PUBLISHED_BEFORE: i64 = 600_000;
/// For how long the old key is published after that, in milliseconds: longer than the longest lease and its grace, which are five
/// minutes and ten seconds.
const PUBLISHED_AFTER: i64 = 3_600_000;

/// How often the key was changed, and when the last change takes effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rotation {
    /// How often it was changed.
    number: u32,
    /// From when on the newest key signs, in milliseconds since 1970.
    pub(crate) signs_from: i64,
    /// Until when the key before is published.
    pub(crate) old_until: i64,
}

impl Rotation {
    pub(super) fn read(connection: &Connection) -> Result<Self, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT playback_rotation, playback_signs_from, playback_old_until FROM store WHERE id = 1",
        )?;
        Ok(statement
            .query_row([], |row| Ok(Self { number: row.get(0)?, signs_from: row.get(1)?, old_until: row.get(2)? }))?)
    }

    /// The rotation that follows on this one; nothing while this one is under way, unless the old key is to be revoked.
    pub(super) fn next(self, now: i64, revoke_old: bool) -> Result<Option<Self>, Problem> {
        if self.is_under_way(now) && !revoke_old {
            return Ok(None);
        }
        let number = self.number.checked_add(1).ok_or_else(|| Problem::internal("too many keys"))?;
        let signs_from = if revoke_old { now } else { now.saturating_add(PUBLISHED_BEFORE) };
        let old_until = if revoke_old { now } else { signs_from.saturating_add(PUBLISHED_AFTER) };
        Ok(Some(Self { number, signs_from, old_until }))
    }

    pub(super) fn write(self, write: &mut Write<'_>) -> Result<(), StoreError> {
        write.execute(
            "UPDATE store SET playback_rotation = ?1, playback_signs_from = ?2, playback_old_until = ?3 WHERE id = 1",
            (self.number, self.signs_from, self.old_until),
        )?;
        Ok(())
    }

    /// Whether a key is being replaced: its tokens may be in use.
    const fn is_under_way(&self, now: i64) -> bool {
        now < self.old_until
    }
}

/// What signs and is published, by the time.
#[derive(Debug)]
pub(super) struct PlaybackKeys {
    rotation: Rotation,
    newest: PlaybackTokens,
    /// The key before.
    old: Option<PlaybackTokens>,
}

impl PlaybackKeys {
    pub(super) fn new(
        keys: &NetworkKeys,
        network: KeyNetwork,
        rotation: Rotation,
    ) -> Result<Arc<Self>, DerivationError> {
        let newest = keys.playback_tokens(network, rotation.number)?;
        let old = rotation.number.checked_sub(1).map(|before| keys.playback_tokens(network, before)).transpose()?;
        Ok(Arc::new(Self { rotation, newest, old }))
    }

    /// Whether other keys came after these.
    pub(super) const fn is_older_than(&self, other: &Self) -> bool {
        self.rotation.number < other.rotation.number
    }

    /// The ids of the newest key and of the one before.
    pub(super) fn ids(&self) -> (String, String) {
        let id = |tokens: Option<&PlaybackTokens>| tokens.map(PlaybackTokens::key_id).unwrap_or_default().to_owned();
        (id(Some(&self.newest)), id(self.old.as_ref()))
    }

    fn signing(&self, now: i64) -> &PlaybackTokens {
        self.old.as_ref().filter(|_| now < self.rotation.signs_from).unwrap_or(&self.newest)
    }

    pub(super) fn sign(&self, claims: &PlaybackClaims, now: i64) -> Result<String, Problem> {
        self.signing(now).sign(claims).map_err(Problem::internal)
    }

    /// The key set to publish.
    pub(super) fn key_set(&self, now: i64) -> Value {
        if self.rotation.is_under_way(now) { self.newest.key_set() } else { self.newest.newest_key_set() }
    }
}

/// A key that replaces another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReplacedKey {
    /// The new key's id.
    pub(crate) new: String,
    /// The old key's id.
    pub(crate) old: String,
    /// When.
    pub(crate) rotation: Rotation,
    /// Whether this call did it; else it was under way already.
    pub(crate) is_new: bool,
}
