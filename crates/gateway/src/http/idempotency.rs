//! Idempotency keys: what identifies a request, and whether another request is the same.

use axum::http::{HeaderMap, HeaderName};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::access::Principal;
use crate::problem::{Code, Problem};

/// The header.
pub(super) const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest key, in characters.
const MAX_LENGTH: usize = 255;

/// Identifies a request that takes effect once. Store it with the answer, in the transaction of the effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The partner in whose space the key is; 0 for the operator.
    pub partner_id: i64,
    /// SHA-256 of the key and of who sent it: users of one partner do not see each other's answers, and every secret key
    /// of a partner is the same sender.
    pub key_hash: [u8; 32],
    /// SHA-256 of the body by its meaning: equal for equal requests, whatever their order, spacing and trailing zeros.
    pub body_hash: [u8; 32],
    /// Method and path: `POST /v1/top_ups`.
    pub request: String,
}

impl IdempotencyKey {
    /// Reads the header.
    pub(super) fn new(
        headers: &HeaderMap,
        principal: &Principal,
        request: String,
        body: &impl Serialize,
    ) -> Result<Self, Problem> {
        let mut values = headers.get_all(HEADER).iter();
        let key = values.next().ok_or_else(|| Problem::new(Code::IdempotencyKeyRequired).param("Idempotency-Key"))?;
        let invalid = |why| Problem::invalid_field("Idempotency-Key", why);
        if values.next().is_some() {
            return Err(invalid("must be sent once."));
        }
        let key = key.as_bytes();
        if key.is_empty() || key.len() > MAX_LENGTH || !key.iter().all(u8::is_ascii_graphic) {
            return Err(invalid("must have 1 to 255 visible ASCII characters."));
        }
        let (partner_id, key_hash) = (principal.partner_id().unwrap_or(0), key_hash(principal, key));
        Ok(Self { partner_id, key_hash, body_hash: body_hash(body)?, request })
    }

    /// Checks that a stored request is the same as this one.
    ///
    /// # Errors
    /// [`Code::IdempotencyKeyReused`] for another path or body.
    pub fn check_same(&self, stored_request: &str, stored_body_hash: &[u8]) -> Result<(), Problem> {
        let reused = |what: &str| {
            let detail = format!("The key was used for another {what}.");
            Err(Problem::new(Code::IdempotencyKeyReused).detail(detail).param("Idempotency-Key"))
        };
        if self.request != stored_request {
            return reused("path");
        }
        if self.body_hash != *stored_body_hash {
            return reused("body");
        }
        Ok(())
    }
}

fn key_hash(principal: &Principal, key: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    match principal {
        Principal::Anonymous => hash.update(b"anonymous\0"),
        Principal::Secret { .. } => hash.update(b"secret\0"),
        Principal::Publishable { .. } => hash.update(b"publishable\0"),
        // User ids have no control characters.
        Principal::User { user_id, .. } => {
            hash.update(b"user\0");
            hash.update(user_id.as_bytes());
            hash.update(b"\0");
        }
        Principal::Session { session_id, .. } => {
            hash.update(b"session\0");
            hash.update(session_id.to_be_bytes());
        }
        Principal::Operator => hash.update(b"operator\0"),
    }
    hash.update(key);
    hash.finalize().into()
}

/// The hash of what was understood: amounts have one spelling then, and members that are absent are like those that are
/// null, so that a request hashes the same after an update that adds optional members.
fn body_hash(body: &impl Serialize) -> Result<[u8; 32], Problem> {
    let mut value = serde_json::to_value(body).map_err(Problem::internal)?;
    drop_absent(&mut value);
    value.sort_all_objects();
    Ok(Sha256::digest(value.to_string()).into())
}

fn drop_absent(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_absent);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_absent),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;

    #[derive(serde::Serialize, serde::Deserialize)]
    struct TopUp {
        user_id: String,
        amount: Amount,
        return_url: Option<String>,
    }

    const SECRET: Principal = Principal::Operator;

    fn key(headers: &[&str], principal: &Principal, body: &str) -> Result<IdempotencyKey, Problem> {
        let headers = headers.iter().map(|value| (HEADER, value.parse().unwrap())).collect();
        let body: TopUp = serde_json::from_str(body).unwrap();
        IdempotencyKey::new(&headers, principal, "POST /v1/top_ups".into(), &body)
    }

    #[test]
    fn bodies_are_compared_by_meaning() {
        let first = key(&["k"], &SECRET, r#"{"user_id":"10","amount":"10"}"#).unwrap();
        for same in [
            r#"{"amount": "10.00", "user_id": "10"}"#,
            r#"{"user_id":"10","amount":"10.0","return_url":null}"#,
            "{\"user_id\":\"\\u0031\\u0030\",\n\"amount\":\"10\"}",
        ] {
            assert_eq!(key(&["k"], &SECRET, same).unwrap(), first, "{same}");
        }
        for other in [
            r#"{"user_id":"10.00","amount":"10"}"#,
            r#"{"user_id":"10","amount":"10.01"}"#,
            r#"{"user_id":"10","amount":"10","return_url":""}"#,
        ] {
            let other = key(&["k"], &SECRET, other).unwrap();
            assert_eq!(other.key_hash, first.key_hash);
            let code = first.check_same(&other.request, &other.body_hash).unwrap_err().code();
            assert_eq!(code, Code::IdempotencyKeyReused);
        }
        assert!(first.check_same("POST /v1/withdrawals", &first.body_hash).is_err());
        assert!(first.check_same("POST /v1/top_ups", &first.body_hash).is_ok());
    }

    #[test]
    fn keys_belong_to_their_sender() {
        let body = r#"{"user_id":"10","amount":"10"}"#;
        let user = |user_id: &str| Principal::User { partner_id: 7, user_id: user_id.into() };
        let hash = |principal: &Principal| key(&["k"], principal, body).unwrap().key_hash;
        assert_ne!(hash(&user("ann")), hash(&user("bob")));
        assert_ne!(hash(&user("ann")), hash(&SECRET));
        let secret = |key_id| Principal::Secret { key_id, partner_id: 7, scopes: crate::access::Scopes::default() };
        assert_eq!(hash(&secret(1)), hash(&secret(2)));
    }

    #[test]
    fn keys_are_short_and_visible() {
        let body = r#"{"user_id":"10","amount":"10"}"#;
        let code = |headers: &[&str]| key(headers, &SECRET, body).map(drop).map_err(|problem| problem.code());
        assert_eq!(code(&[]), Err(Code::IdempotencyKeyRequired));
        assert_eq!(code(&[&"x".repeat(255)]), Ok(()));
        for bad in ["", "a b", "ü", &"x".repeat(256)] {
            assert_eq!(code(&[bad]), Err(Code::InvalidField), "{bad}");
        }
        assert_eq!(code(&["a", "a"]), Err(Code::InvalidField));
    }
}
