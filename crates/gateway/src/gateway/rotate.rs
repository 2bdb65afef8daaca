//! Replaces the key of playback tokens.

use super::Gateway;
use super::playback::{PlaybackKeys, ReplacedKey, Rotation};
use crate::problem::Problem;

impl Gateway {
    /// Replaces the key of playback tokens, unless that is under way: the new key is published at once and signs later. With
    /// `revoke_old` it signs at once, and the old key is no longer published: tokens in use become void.
    pub(crate) async fn replace_playback_key(&self, revoke_old: bool) -> Result<ReplacedKey, Problem> {
        let (rotation, is_new) = self
            .write(move |write| {
                let before = Rotation::read(write.connection())?;
                let Some(next) = before.next(write.now(), revoke_old)? else { return Ok((before, false)) };
                next.write(write)?;
                Ok((next, true))
            })
            .await?;
        let keys = PlaybackKeys::new(&self.tokens.keys, self.network.kind, rotation).map_err(Problem::internal)?;
        let (new, old) = keys.ids();
        self.tokens.set_playback(keys);
        Ok(ReplacedKey { new, old, rotation, is_new })
    }
}
