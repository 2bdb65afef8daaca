//! Credentials: API keys, the seed and what is derived from it, tokens, and the MAC of withdrawals.
//!
//! Everything here is a pure function of its arguments, but for new randomness and the two files that hold the seed and
//! its master key. Who may do what is decided in `access`; here it is only decided whether a credential is genuine.
//! Secrets are wiped when they are dropped, and no `Debug` and no error shows one.
//!
//! One seed a network: [`Seed`] → [`NetworkKeys`] (by the genesis hash) → signing keys of wallets and the treasury,
//! [`SessionTokens`], [`UserTokens`], [`PlaybackTokens`] and [`WithdrawalMacs`].

mod api_key;
mod bearer;
mod mac;
mod master_key;
mod network;
pub(crate) mod private_file;
mod sealed;
mod seed;
mod token;

pub use api_key::{ApiKey, ApiKeyError, KeyKind};
pub use bearer::{Bearer, BearerError};
pub use mac::{AuthorizedWithdrawal, WithdrawalMacs, WrongMac};
pub use master_key::{MasterKey, MasterKeyError};
pub use network::{KeyNetwork, UnknownKeyNetwork};
pub use private_file::PrivateFileError;
pub use sealed::{Protection, SealKey, SealedSeed, SealedSeedError};
pub use seed::{DerivationError, NetworkKeys, Seed};
pub use token::{
    PlaybackClaims, PlaybackTokens, SessionClaims, SessionTokens, SigningError, TokenError, UserActions, UserClaims,
    UserTokens,
};
