//! User tokens: what a partner's server gives its page, so that it may act for one user for some minutes.

use super::super::KeyNetwork;
use super::super::mac::MacKey;
use super::own::{CommonClaims, OwnTokens};
use super::{TokenError, jws, milliseconds};
use crate::id::Kind;
use serde::Deserialize;

const AUDIENCE: &str = "user";

/// What a user token allows, for its user alone. Withdrawals are never among it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UserActions {
    /// Reading the wallet and its transactions.
    pub wallet: bool,
    /// Creating and reading top-ups.
    pub top_ups: bool,
    /// Starting, ticking and stopping sessions at catalogued prices.
    pub sessions: bool,
}

impl UserActions {
    /// All of them.
    pub const ALL: Self = Self { wallet: true, top_ups: true, sessions: true };

    /// Their names with a space between them.
    fn text(self) -> String {
        let Self { wallet, top_ups, sessions } = self;
        let names = [(wallet, "wallet"), (top_ups, "top_ups"), (sessions, "sessions")];
        names.into_iter().filter_map(|(is_allowed, name)| is_allowed.then_some(name)).collect::<Vec<_>>().join(" ")
    }

    /// Reads what [`Self::text`] writes. An action that this version does not know makes the token useless here.
    fn of(text: &str) -> Option<Self> {
        let mut actions = Self::default();
        for name in text.split(' ').filter(|name| !name.is_empty()) {
            match name {
                "wallet" => actions.wallet = true,
                "top_ups" => actions.top_ups = true,
                "sessions" => actions.sessions = true,
                _ => return None,
            }
        }
        Some(actions)
    }
}

/// What a user token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserClaims {
    /// The partner's number.
    pub partner: i64,
    /// The user's id at the partner: 1 to 128 characters.
    pub user: String,
    /// What it allows.
    pub actions: UserActions,
    /// Milliseconds since 1970; whole seconds are kept.
    pub issued_at: i64,
    /// The end of its time in milliseconds since 1970; whole seconds are kept.
    pub expires_at: i64,
}

/// Signs and verifies user tokens.
#[derive(Clone, Debug)]
pub struct UserTokens(OwnTokens);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    partner: String,
    sub: String,
    scope: String,
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

impl UserTokens {
    pub(in super::super) const fn new(network: KeyNetwork, key: MacKey) -> Self {
        Self(OwnTokens::new(network, key, jws::USER_HEADER, AUDIENCE))
    }

    /// A token that says this. Numbers are not negative.
    #[must_use]
    pub fn sign(&self, claims: &UserClaims) -> String {
        let members = format!(
            r#""partner":"{}","sub":{},"scope":"{}""#,
            Kind::Partner.text(claims.partner),
            jws::json_text(&claims.user),
            claims.actions.text(),
        );
        self.0.sign(&members, claims.issued_at, claims.expires_at)
    }

    /// What a token says, at a time in milliseconds since 1970.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify(&self, token: &str, now: i64) -> Result<UserClaims, TokenError> {
        let claims: Claims = self.0.verify(token, now)?;
        Ok(UserClaims {
            partner: Kind::Partner.number(&claims.partner).ok_or(TokenError::Malformed)?,
            user: claims.sub,
            actions: UserActions::of(&claims.scope).ok_or(TokenError::Malformed)?,
            issued_at: milliseconds(claims.iat),
            expires_at: milliseconds(claims.exp),
        })
    }
}
