//! Session tokens: what a player has to tick, stop and read one session.

use super::super::KeyNetwork;
use super::super::mac::MacKey;
use super::own::{CommonClaims, OwnTokens};
use super::{TokenError, jws, milliseconds};
use crate::id::Kind;
use serde::Deserialize;

const AUDIENCE: &str = "gateway";

/// What a session token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionClaims {
    /// The session's number.
    pub session: i64,
    /// The partner's number.
    pub partner: i64,
    /// Which taking up of the session it belongs to; whether that is the last one is the caller's to compare.
    pub generation: i64,
    /// Milliseconds since 1970; whole seconds are kept.
    pub issued_at: i64,
    /// The end of its time in milliseconds since 1970; whole seconds are kept.
    pub expires_at: i64,
}

/// Signs and verifies session tokens.
#[derive(Clone, Debug)]
pub struct SessionTokens(OwnTokens);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    partner: String,
    #[serde(rename = "gen")]
    generation: i64,
    iat: i64,
    exp: i64,
}

impl CommonClaims for Claims {
    fn network(&self) -> &str {
        &self.iss
    }

    fn audience(&self) -> &str {
        &self.aud
    }

    fn expires_at(&self) -> i64 {
        self.exp
    }
}

impl SessionTokens {
    pub(in super::super) const fn new(network: KeyNetwork, key: MacKey) -> Self {
        Self(OwnTokens::new(network, key, jws::SESSION_HEADER, AUDIENCE))
    }

    /// A token that says this. Numbers are not negative.
    #[must_use]
    pub fn sign(&self, claims: &SessionClaims) -> String {
        let members = format!(
            r#""sub":"{}","partner":"{}","gen":{}"#,
            Kind::Session.text(claims.session),
            Kind::Partner.text(claims.partner),
            claims.generation,
        );
        self.0.sign(&members, claims.issued_at, claims.expires_at)
    }

    /// What a token says, at a time in milliseconds since 1970.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify(&self, token: &str, now: i64) -> Result<SessionClaims, TokenError> {
        let claims: Claims = self.0.verify(token, now)?;
        Ok(SessionClaims {
            session: Kind::Session.number(&claims.sub).ok_or(TokenError::Malformed)?,
            partner: Kind::Partner.number(&claims.partner).ok_or(TokenError::Malformed)?,
            generation: claims.generation,
            issued_at: milliseconds(claims.iat),
            expires_at: milliseconds(claims.exp),
        })
    }
}
