//! What came as `Authorization: Bearer …`, distinguished by its form alone.

use super::api_key::{ApiKey, ApiKeyError};
use super::token::{self, TokenError, TokenKind};

/// The key of the development networks, which everybody knows.
const MOCK_KEY: &str = "mock-api-key";

/// A credential with the form of a genuine one. Nothing about it has been verified.
#[derive(Clone, Debug)]
pub enum Bearer {
    /// `mock-api-key`: everybody's key on a development network, from this machine alone.
    MockKey,
    /// A key whose checksum is right: to be found in the store by its hash.
    Key(ApiKey),
    /// A session token: for [`super::SessionTokens::verify`].
    SessionToken,
    /// A user token: for [`super::UserTokens::verify`].
    UserToken,
}

/// Why a text is no credential of the gateway. The text is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BearerError {
    /// It would be a key.
    #[error(transparent)]
    Key(#[from] ApiKeyError),
    /// It would be a token. A playback token is [`TokenError::WrongAudience`]: it opens nothing at the gateway.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl Bearer {
    /// What a text is.
    ///
    /// # Errors
    /// [`BearerError`].
    pub fn of(text: &str) -> Result<Self, BearerError> {
        if text == MOCK_KEY {
            return Ok(Self::MockKey);
        }
        // Every JSON object begins so in base64, and no key does.
        if !text.starts_with("eyJ") {
            return Ok(Self::Key(text.parse()?));
        }
        match token::kind_of(text)? {
            TokenKind::Session => Ok(Self::SessionToken),
            TokenKind::User => Ok(Self::UserToken),
            TokenKind::Playback => Err(TokenError::WrongAudience.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{KeyKind, KeyNetwork, PlaybackClaims, Seed, SessionClaims, UserActions, UserClaims};
    use super::*;
    use pnp_types::Digest;

    #[test]
    fn credentials_are_told_apart_by_their_form() {
        let keys = Seed::generate().unwrap().on(Digest([1; 32]));
        let network = KeyNetwork::Mock;
        let (session, partner, expires_at) = (1, 2, 1_795_780_800_000);
        let claims = SessionClaims { session, partner, generation: 1, issued_at: 0, expires_at };
        let session_token = keys.session_tokens(network).unwrap().sign(&claims);
        let claims = UserClaims { partner, user: "u".into(), actions: UserActions::ALL, issued_at: 0, expires_at };
        let user_token = keys.user_tokens(network).unwrap().sign(&claims);
        let claims = PlaybackClaims { partner, content: "c".into(), session, expires_at, is_test_clock: false };
        let playback_token = keys.playback_tokens(network, 0).unwrap().sign(&claims).unwrap();
        let key = ApiKey::generate(KeyKind::Publishable, network).unwrap();

        assert!(matches!(Bearer::of("mock-api-key"), Ok(Bearer::MockKey)));
        assert!(matches!(Bearer::of(key.text()), Ok(Bearer::Key(read)) if read.hash() == key.hash()));
        assert!(matches!(Bearer::of(&session_token), Ok(Bearer::SessionToken)));
        assert!(matches!(Bearer::of(&user_token), Ok(Bearer::UserToken)));
        assert_eq!(Bearer::of(&playback_token).unwrap_err(), TokenError::WrongAudience.into());
        for text in ["Mock-Api-Key", "mock-api-key ", "", "sk_live_1"] {
            assert_eq!(Bearer::of(text).unwrap_err(), ApiKeyError::Malformed.into(), "{text}");
        }
        assert_eq!(Bearer::of("your-api-key").unwrap_err(), ApiKeyError::Placeholder.into());
        let foreign = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.ZRrHA1JJJW8opsbCGfG_HACGpVUMN_a9IV7pAx_Zmeo";
        for text in [foreign, "eyJ", "eyJ.eyJ.x"] {
            assert_eq!(Bearer::of(text).unwrap_err(), TokenError::Malformed.into(), "{text}");
        }
    }
}
