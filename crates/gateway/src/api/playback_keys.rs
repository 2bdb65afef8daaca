//! The key of playback tokens, which the operator replaces now and then.

use super::request::Request;
use crate::access::Access;
use crate::gateway::{Gateway, ReplacedKey};
use crate::http::{Answer, Route, post};
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        post("/v1/playback_keys/rotate")
            .operation("rotatePlaybackKey", "Replace the key of playback tokens")
            .description(
                "The new key is in `/v1/jwks.json` at once and signs ten minutes later, when content servers have read it. The old \
                 one stays published for an hour more: no token becomes void. Calling again in this time changes nothing.",
            )
            .access(Access::OPERATOR)
            .optional_body()
            .handler(rotate),
    ]
}

/// How the key is replaced.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RotatePlaybackKey {
    /// The old key is no longer published and the new one signs at once, for a key that somebody else knows: tokens in use become
    /// void where content servers have read the key set again.
    revoke_old: Option<bool>,
}

/// A key that replaces another.
#[derive(Debug, Serialize, JsonSchema)]
struct PlaybackKey {
    /// The new key: `kid` in its tokens.
    key_id: String,
    /// From when on it signs.
    signs_from: String,
    /// The key before.
    old_key_id: String,
    /// Until when that one is published.
    old_until: String,
    /// Whether this call replaced it; else that was under way.
    replaced: bool,
}

async fn rotate(call: Request<RotatePlaybackKey>) -> Result<Answer<PlaybackKey>, Problem> {
    let revoke_old = call.body.revoke_old.unwrap_or(false);
    let ReplacedKey { new, old, rotation, is_new } = call.state.replace_playback_key(revoke_old).await?;
    Ok(Answer::ok(PlaybackKey {
        key_id: new,
        signs_from: crate::time::rfc3339(rotation.signs_from),
        old_key_id: old,
        old_until: crate::time::rfc3339(rotation.old_until),
        replaced: is_new,
    }))
}
