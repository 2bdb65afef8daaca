//! Tokens that the gateway itself reads again: HS256, with one header and one audience a kind.

use super::super::KeyNetwork;
use super::super::mac::MacKey;
use super::{TokenError, check_time, jws, seconds};
use serde::de::DeserializeOwned;

/// Signs and verifies tokens of one kind.
#[derive(Clone, Debug)]
pub(super) struct OwnTokens {
    network: KeyNetwork,
    key: MacKey,
    header: &'static str,
    audience: &'static str,
}

/// The claims that every kind has.
pub(super) trait CommonClaims: DeserializeOwned {
    /// `iss`.
    fn network(&self) -> &str;
    /// `aud`.
    fn audience(&self) -> &str;
    /// `exp`, in seconds since 1970.
    fn expires_at(&self) -> i64;
}

impl OwnTokens {
    pub(super) const fn new(network: KeyNetwork, key: MacKey, header: &'static str, audience: &'static str) -> Self {
        Self { network, key, header, audience }
    }

    /// A token with these members of JSON and the claims that every kind has. Times are milliseconds since 1970.
    pub(super) fn sign(&self, members: &str, issued_at: i64, expires_at: i64) -> String {
        let claims = format!(
            r#"{{"iss":"{}","aud":"{}",{members},"iat":{},"exp":{}}}"#,
            self.network,
            self.audience,
            seconds(issued_at),
            seconds(expires_at),
        );
        jws::sign_hs256(self.header, &claims, &self.key)
    }

    /// What a token says, at a time in milliseconds since 1970.
    pub(super) fn verify<C: CommonClaims>(&self, token: &str, now: i64) -> Result<C, TokenError> {
        let claims: C = jws::verify_hs256(token, self.header, self.network, &self.key)?;
        jws::check_claims((claims.network(), self.network), (claims.audience(), self.audience))?;
        check_time(claims.expires_at(), now)?;
        Ok(claims)
    }
}
