//! Tokens: signed statements that the gateway itself has made (JWS, RFC 7515, compact form).
//!
//! | token | algorithm | `aud` | who reads it |
//! |---|---|---|---|
//! | session | HS256 | `gateway` | the gateway |
//! | user | HS256 | `user` | the gateway |
//! | playback | ES256 | `content:<partner>` | content servers, by the published key set |
//!
//! Each kind has its own key and one exact header: nothing in a token chooses how it is verified. Times are whole seconds
//! in tokens, rounded down, so that no token lives longer than was said, and milliseconds everywhere else.

mod jws;
mod own;
mod playback;
mod session;
mod user;

pub use playback::{PlaybackClaims, PlaybackTokens, SigningError};
pub use session::{SessionClaims, SessionTokens};
pub use user::{UserActions, UserClaims, UserTokens};

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Session,
    User,
    Playback,
}

/// What kind of token a text says that it is. Nothing is verified.
pub(super) fn kind_of(token: &str) -> Result<TokenKind, TokenError> {
    jws::kind_of_header(jws::Parts::of(token)?.header)
}

/// Why a token is refused. The token is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no token of this gateway's form.
    #[error("is not a token")]
    Malformed,
    /// It has the form, and this gateway's key did not sign it.
    #[error("was not signed by this gateway")]
    WrongSignature,
    /// Its time is over.
    #[error("has expired")]
    Expired,
    /// It is a token for something else, or for another partner's content.
    #[error("is a token for something else")]
    WrongAudience,
    /// It says that it is for another network. Nobody has checked that.
    #[error("is a token of another network")]
    WrongNetwork,
}

/// A time of a token in milliseconds since 1970.
const fn milliseconds(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}

/// Whole seconds of milliseconds, rounded down.
const fn seconds(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(1000)
}

/// Refuses what has expired.
const fn check_time(expires_at_seconds: i64, now: i64) -> Result<(), TokenError> {
    if seconds(now) < expires_at_seconds { Ok(()) } else { Err(TokenError::Expired) }
}

#[cfg(test)]
mod tests;
