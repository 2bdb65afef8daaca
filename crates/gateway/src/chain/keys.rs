//! Where the signer's keys and proofs come from.

use crate::amount::Amount;
use pnp_types::{Address, SigningKey};

/// Why a key is not there.
pub type KeyError = Box<dyn std::error::Error + Send + Sync>;

/// What a withdrawal's proof covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WithdrawalClaim {
    /// The withdrawal's row id.
    pub withdrawal: i64,
    /// The wallet's row id.
    pub wallet: i64,
    /// How much.
    pub amount: Amount,
    /// Where to.
    pub destination: Address,
}

/// The keys that are derived from the seed. A key is wiped when it is dropped.
pub trait WalletKeys: Send + Sync + 'static {
    /// The key of the wallet with this number.
    ///
    /// # Errors
    /// A seed that is not there.
    fn wallet(&self, number: u64) -> Result<SigningKey, KeyError>;

    /// The treasury's key.
    ///
    /// # Errors
    /// A seed that is not there.
    fn treasury(&self) -> Result<SigningKey, KeyError>;

    /// Whether a withdrawal was authorized: `mac` is the one over the claim, under a key from the seed. Compares in constant time.
    fn verify_mac(&self, claim: &WithdrawalClaim, mac: &[u8]) -> bool;
}
