//! Playback tokens: what tells a content server that this content is paid for, for one lease.
//!
//! Content servers verify them by the published key set (JWKS, RFC 7517), and need nothing else of the gateway. A token
//! stays under 1 KB (1,024 bytes) with every content id of 128 characters, because it travels in addresses and cookies:
//! therefore the partner is named once, in `aud`, and the key's id has eight characters.

use super::super::KeyNetwork;
use super::jws::{self, KEY_ID, PLAYBACK_TYPE as TYPE, Parts};
use super::{TokenError, TokenKind, check_time, seconds};
use crate::id::Kind;
use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What an audience begins with; the partner's id follows.
const AUDIENCE: &str = "content:";

/// What a playback token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybackClaims {
    /// The partner's number.
    pub partner: i64,
    /// The content's id at the partner: 1 to 128 characters.
    pub content: String,
    /// The session's number.
    pub session: i64,
    /// The end of its time in milliseconds since 1970; whole seconds are kept.
    pub expires_at: i64,
    /// Whether the times are those of the test clock, which a content server must not compare with its own.
    pub is_test_clock: bool,
}

/// Signs playback tokens, and publishes what they are verified by.
#[derive(Clone)]
pub struct PlaybackTokens {
    network: KeyNetwork,
    /// Not the type of the derived key, which takes six times as long: every tick of every player has a token signed.
    key: Arc<EcdsaKeyPair>,
    random: SystemRandom,
    current: PublicKey,
    previous: Option<PublicKey>,
}

/// The system gave no randomness for a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no playback token could be signed")]
pub struct SigningError;

/// A key that tokens are verified by.
#[derive(Clone)]
struct PublicKey {
    id: String,
    /// The first part of every token of this key.
    header: String,
    x: String,
    y: String,
    key: VerifyingKey,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    aud: String,
    net: String,
    content: String,
    session: String,
    exp: i64,
    pnp_clock: Option<String>,
}

impl PublicKey {
    fn of(key: &VerifyingKey) -> Self {
        let point = key.to_encoded_point(false);
        // A public key is no point at infinity, which alone has no coordinates.
        let [x, y] = [point.x(), point.y()].map(|number| BASE64URL_NOPAD.encode(number.map_or(&[], |number| number)));
        // RFC 7638, cut off: it has to be short, and to differ from the keys that a content server may still remember.
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
        let mut id = BASE64URL_NOPAD.encode(&thumbprint);
        id.truncate(KEY_ID);
        let header = jws::encoded(&format!(r#"{{"alg":"ES256","typ":"{TYPE}","kid":"{id}"}}"#));
        Self { id, header, x, y, key: *key }
    }

    fn to_jwk(&self) -> Value {
        let Self { id, x, y, .. } = self;
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256", "kid": id })
    }
}

impl PlaybackTokens {
    /// `None` where the key is refused, which no derived key is.
    pub(in super::super) fn new(network: KeyNetwork, key: &SigningKey, previous: Option<&SigningKey>) -> Option<Self> {
        let random = SystemRandom::new();
        let secret = Zeroizing::new(key.to_bytes());
        let point = key.verifying_key().to_encoded_point(false);
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &secret, point.as_bytes(), &random).ok()?;
        let current = PublicKey::of(key.verifying_key());
        let previous = previous.map(|key| PublicKey::of(key.verifying_key()));
        Some(Self { network, key: Arc::new(pair), random, current, previous })
    }

    /// A token that says this, of fewer than 1,024 bytes. Numbers are not negative. Each time the signature is another.
    ///
    /// # Errors
    /// [`SigningError`].
    pub fn sign(&self, claims: &PlaybackClaims) -> Result<String, SigningError> {
        let json = format!(
            r#"{{"aud":"{AUDIENCE}{}","net":"{}","content":{},"session":"{}","exp":{}{}}}"#,
            Kind::Partner.text(claims.partner),
            self.network,
            jws::json_text(&claims.content),
            Kind::Session.text(claims.session),
            seconds(claims.expires_at),
            if claims.is_test_clock { r#","pnp_clock":"test""# } else { "" },
        );
        let mut token = format!("{}.{}", self.current.header, jws::encoded(&json));
        let signature = self.key.sign(&self.random, token.as_bytes()).map_err(|_| SigningError)?;
        token.push('.');
        token.push_str(&BASE64URL_NOPAD.encode(signature.as_ref()));
        Ok(token)
    }

    /// What a token says about content of this partner, at a time in milliseconds since 1970: what a content server checks.
    ///
    /// # Errors
    /// [`TokenError`]; [`TokenError::WrongSignature`] also where its key is neither the current nor the previous one.
    pub fn verify(&self, token: &str, partner: i64, now: i64) -> Result<PlaybackClaims, TokenError> {
        let parts = Parts::of(token)?;
        let Some(key) = self.keys().find(|key| key.header == parts.header) else {
            return Err(match jws::kind_of_header(parts.header)? {
                TokenKind::Playback => parts.wrong_signature(self.network),
                TokenKind::Session | TokenKind::User => TokenError::WrongAudience,
            });
        };
        let signature = Signature::from_slice(&parts.signature::<64>()?).map_err(|_| TokenError::Malformed)?;
        key.key.verify(parts.signed.as_bytes(), &signature).map_err(|_| parts.wrong_signature(self.network))?;
        let claims: Claims = parts.claims()?;
        let audience = format!("{AUDIENCE}{}", Kind::Partner.text(partner));
        jws::check_claims((&claims.net, self.network), (&claims.aud, &audience))?;
        check_time(claims.exp, now)?;
        let is_test_clock = match claims.pnp_clock.as_deref() {
            None => false,
            Some("test") => true,
            Some(_) => return Err(TokenError::Malformed),
        };
        Ok(PlaybackClaims {
            partner,
            content: claims.content,
            session: Kind::Session.number(&claims.session).ok_or(TokenError::Malformed)?,
            expires_at: claims.exp.saturating_mul(1000),
            is_test_clock,
        })
    }

    /// The key set to publish (JWKS): the current key, and the one before, whose tokens may still be in use.
    #[must_use]
    pub fn key_set(&self) -> Value {
        json!({ "keys": self.keys().map(PublicKey::to_jwk).collect::<Vec<_>>() })
    }

    /// The key set without the key before.
    #[must_use]
    pub fn newest_key_set(&self) -> Value {
        json!({ "keys": [self.current.to_jwk()] })
    }

    /// The id of the current key: `kid` in its tokens.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.current.id
    }

    fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

/// Without the key.
impl fmt::Debug for PlaybackTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlaybackTokens")
            .field("network", &self.network)
            .field("key_id", &self.current.id)
            .finish_non_exhaustive()
    }
}
