//! Who presents a credential.

use super::Gateway;
use crate::access::{Authenticated, Authenticator, Credential, Origins, Principal, RequestInfo, Scopes};
use crate::credentials::{ApiKey, ApiKeyError, Bearer, BearerError, KeyKind, TokenError};
use crate::problem::{Code, Problem};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Authenticator for Gateway {
    async fn authenticate(&self, credential: Credential<'_>, request: &RequestInfo) -> Result<Authenticated, Problem> {
        match credential {
            Credential::Bearer(text) => self.bearer(text, request),
            Credential::Cookie(cookie) if crate::logins::is_signed_in(&self.store, cookie).await? => {
                Ok(Authenticated { principal: Principal::Operator, origins: Origins::NONE })
            }
            Credential::Cookie(_) => {
                Err(Problem::new(Code::TokenInvalid).detail("The login has ended: sign in again."))
            }
            Credential::Socket => Ok(Authenticated { principal: Principal::Operator, origins: Origins::NONE }),
        }
    }

    fn lists_origin(&self, origin: &str) -> bool {
        self.registry.lists_origin(origin)
    }
}

impl Gateway {
    fn bearer(&self, text: &str, request: &RequestInfo) -> Result<Authenticated, Problem> {
        match Bearer::of(text) {
            Ok(Bearer::Key(key)) => self.key(&key),
            Ok(Bearer::MockKey) => self.mock_key(request),
            Ok(Bearer::SessionToken) => self.session_token_of(text),
            Ok(Bearer::UserToken) => self.user_token(text),
            Err(BearerError::Key(ApiKeyError::Placeholder)) => Err(Problem::new(Code::KeyPlaceholder)),
            Err(BearerError::Key(error)) => Err(Problem::new(Code::KeyMalformed).detail(format!("The text {error}."))),
            Err(BearerError::Token(error)) => Err(token_problem(error)),
        }
    }

    fn key(&self, key: &ApiKey) -> Result<Authenticated, Problem> {
        if key.network() != self.network.kind {
            return Err(Problem::new(Code::NetworkMismatch).detail(format!(
                "The key is for {} networks, this gateway runs on {}.",
                key.network(),
                self.network.name
            )));
        }
        let row = self.registry.key(&key.hash()).ok_or_else(|| Problem::new(Code::KeyUnknown))?;
        let now = self.store.clock().now();
        if row.revoked_at.is_some_and(|at| at <= now) {
            return Err(Problem::new(Code::KeyRevoked));
        }
        if row.expires_at.is_some_and(|at| at <= now) {
            return Err(Problem::new(Code::KeyExpired));
        }
        row.used_at.store(now, Ordering::Relaxed);
        let (key_id, partner_id) = (row.id, row.partner);
        let principal = match row.kind {
            KeyKind::Secret => Principal::Secret { key_id, partner_id, scopes: row.scopes },
            KeyKind::Publishable => Principal::Publishable { key_id, partner_id },
        };
        Ok(Authenticated { principal, origins: row.origins })
    }

    /// Everybody's key on a development network, from this machine alone: the first partner's, with every right.
    fn mock_key(&self, request: &RequestInfo) -> Result<Authenticated, Problem> {
        if !self.network.is_development {
            return Err(Problem::new(Code::NetworkMismatch).detail(format!(
                "mock-api-key is for development networks, this gateway runs on {}.",
                self.network.name
            )));
        }
        if !request.may_use_mock_key() {
            return Err(Problem::new(Code::Forbidden)
                .detail("mock-api-key works from this machine alone, and not through a proxy."));
        }
        let first = self.registry.partners().first().map(|state| state.partner.id);
        let partner_id = first.ok_or_else(|| Problem::new(Code::KeyUnknown))?;
        let principal = Principal::Secret { key_id: 0, partner_id, scopes: Scopes::all() };
        Ok(Authenticated { principal, origins: Origins::NONE })
    }

    fn session_token_of(&self, text: &str) -> Result<Authenticated, Problem> {
        let claims = self.tokens.session.verify(text, self.store.clock().now()).map_err(token_problem)?;
        let principal = Principal::Session {
            partner_id: claims.partner,
            session_id: claims.session,
            generation: claims.generation,
        };
        Ok(Authenticated { principal, origins: self.registry.origins_of(claims.partner) })
    }

    fn user_token(&self, text: &str) -> Result<Authenticated, Problem> {
        let claims = self.tokens.user.verify(text, self.store.clock().now()).map_err(token_problem)?;
        let principal = Principal::User { partner_id: claims.partner, user_id: Arc::from(claims.user) };
        Ok(Authenticated { principal, origins: self.registry.origins_of(claims.partner) })
    }
}

fn token_problem(error: TokenError) -> Problem {
    match error {
        TokenError::Expired => Problem::new(Code::TokenExpired),
        TokenError::WrongNetwork => Problem::new(Code::NetworkMismatch),
        error => Problem::new(Code::TokenInvalid).detail(format!("The token {error}.")),
    }
}
