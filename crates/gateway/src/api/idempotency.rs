//! Answers that are kept with their effect, so that a request sent again has the same answer and no second effect.

use crate::http::{Answer, IdempotencyKey, StoredAnswer};
use crate::problem::Problem;
use crate::store::Write;
use serde::Serialize;

/// Runs a job once for its key: the answer that was kept when the request was made before, else what `job` answers, which is kept with
/// its effect. The second value is what `job` leaves for after the transaction; nothing with a kept answer.
pub(super) fn answer_once<U: Serialize, T>(
    write: &mut Write<'_>,
    key: &IdempotencyKey,
    job: impl FnOnce(&mut Write<'_>) -> Result<(Answer<U>, T), Problem>,
) -> Result<(Answer<U>, Option<T>), Problem> {
    if let Some(stored) = stored_answer(write, key)? {
        return Ok((Answer::replay(stored)?, None));
    }
    let (answer, left) = job(write)?;
    store_answer(write, key, &answer.stored()?)?;
    Ok((answer, Some(left)))
}

/// The answer of the request that used a key before, after checking that it was the same request.
pub(super) fn stored_answer(write: &mut Write<'_>, key: &IdempotencyKey) -> Result<Option<StoredAnswer>, Problem> {
    let found = write.row(
        "SELECT request, body_hash, status, answer FROM idempotency_keys WHERE partner_id = ?1 AND key_hash = ?2",
        (key.partner_id, &key.key_hash[..]),
        |row| {
            let answer = StoredAnswer { status: row.get(2)?, body: row.get(3)? };
            Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?, answer))
        },
    )?;
    let Some((request, body_hash, answer)) = found else { return Ok(None) };
    key.check_same(&request, &body_hash)?;
    Ok(Some(answer))
}

/// Keeps an answer with its effect.
pub(super) fn store_answer(write: &mut Write<'_>, key: &IdempotencyKey, answer: &StoredAnswer) -> Result<(), Problem> {
    let now = write.now();
    write.execute(
        "INSERT INTO idempotency_keys (partner_id, key_hash, request, body_hash, status, answer, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (key.partner_id, &key.key_hash[..], &*key.request, &key.body_hash[..], answer.status, &answer.body, now),
    )?;
    Ok(())
}
