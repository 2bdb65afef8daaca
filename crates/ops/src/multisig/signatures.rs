//! Who has signed a bundle, who is missing, and whose signature does not hold.

use pnp_avm::crypto::ed25519;
use pnp_types::{Address, Bundle};
use schemars::JsonSchema;
use serde::Serialize;

/// How far one signer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignatureState {
    /// It signed every transaction.
    Signed,
    /// It signed some of the transactions.
    Partly,
    /// It signed none.
    Missing,
    /// A signature of it does not hold.
    Wrong,
}

/// One signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SignerState {
    /// Its address.
    pub address: Address,
    /// How far it is.
    pub state: SignatureState,
}

/// The signatures of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Signatures {
    /// The multisignature's address.
    pub multisig: Address,
    /// How many have to sign.
    pub threshold: u8,
    /// How many more signatures are needed.
    pub missing: usize,
    /// Whether enough have signed, and every signature holds.
    pub complete: bool,
    /// The signers, in the order that makes the address.
    pub signers: Vec<SignerState>,
}

impl Signatures {
    /// Checks every signature by the network's rule.
    #[must_use]
    pub fn of(bundle: &Bundle) -> Self {
        let all = bundle.signed().len();
        let signers: Vec<_> = bundle
            .signers(ed25519::verify)
            .into_iter()
            .map(|signer| SignerState {
                address: signer.address,
                state: match signer.signed {
                    _ if !signer.wrong.is_empty() => SignatureState::Wrong,
                    0 => SignatureState::Missing,
                    signed if signed < all => SignatureState::Partly,
                    _ => SignatureState::Signed,
                },
            })
            .collect();
        let missing = bundle.missing();
        let complete = missing == 0 && signers.iter().all(|signer| signer.state != SignatureState::Wrong);
        let account = bundle.account();
        Self { multisig: account.address(), threshold: account.threshold(), missing, complete, signers }
    }

    /// The signers in one state.
    pub fn in_state(&self, state: SignatureState) -> impl Iterator<Item = Address> + '_ {
        self.signers.iter().filter(move |signer| signer.state == state).map(|signer| signer.address)
    }
}
