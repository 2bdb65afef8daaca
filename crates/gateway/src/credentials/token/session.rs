//! Session tokens: what a player has to tick, stop and read one session.

use super::super::KeyNetwork;
use super::super::mac::MacKey;
use super::{TokenError, check_time, jws, seconds};
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
pub struct SessionTokens {
    network: KeyNetwork,
    key: MacKey,
}

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

impl SessionTokens {
    pub(in super::super) const fn new(network: KeyNetwork, key: MacKey) -> Self {
        Self { network, key }
    }

    /// A token that says this. Numbers are not negative.
    #[must_use]
    pub fn sign(&self, claims: &SessionClaims) -> String {
        let claims = format!(
            r#"{{"iss":"{}","aud":"{AUDIENCE}","sub":"{}","partner":"{}","gen":{},"iat":{},"exp":{}}}"#,
            self.network,
            Kind::Session.text(claims.session),
            Kind::Partner.text(claims.partner),
            claims.generation,
            seconds(claims.issued_at),
            seconds(claims.expires_at),
        );
        jws::sign_hs256(jws::SESSION_HEADER, &claims, &self.key)
    }

    /// What a token says, at a time in milliseconds since 1970.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify(&self, token: &str, now: i64) -> Result<SessionClaims, TokenError> {
        let claims: Claims = jws::verify_hs256(token, jws::SESSION_HEADER, self.network, &self.key)?;
        jws::check_claims((&claims.iss, self.network), (&claims.aud, AUDIENCE))?;
        check_time(claims.exp, now)?;
        Ok(SessionClaims {
            session: Kind::Session.number(&claims.sub).ok_or(TokenError::Malformed)?,
            partner: Kind::Partner.number(&claims.partner).ok_or(TokenError::Malformed)?,
            generation: claims.generation,
            issued_at: claims.iat.saturating_mul(1000),
            expires_at: claims.exp.saturating_mul(1000),
        })
    }
}
