//! Fields of payments and key registrations.

use crate::types::address::Address;
use crate::types::amount::{MicroAlgos, Round};

/// Fields of a `pay` transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Payment {
    /// Who is paid.
    pub receiver: Address,
    /// How much.
    pub amount: MicroAlgos,
    /// Who gets what is left and closes the sender's account, or zero.
    pub close_remainder_to: Address,
}

/// Fields of a `keyreg` transaction; all empty takes the sender offline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyRegistration {
    /// Root key of the one-time voting signatures.
    pub vote_key: [u8; 32],
    /// Key of the verifiable random function.
    pub selection_key: [u8; 32],
    /// Commitment to the state-proof keys.
    pub state_proof_key: [u8; 64],
    /// First round the keys vote in.
    pub vote_first: Round,
    /// Last round the keys vote in.
    pub vote_last: Round,
    /// Rounds per second-level key.
    pub vote_key_dilution: u64,
    /// Whether the account never takes part again.
    pub nonparticipation: bool,
}

impl Default for KeyRegistration {
    fn default() -> Self {
        Self {
            vote_key: [0; 32],
            selection_key: [0; 32],
            state_proof_key: [0; 64],
            vote_first: 0,
            vote_last: 0,
            vote_key_dilution: 0,
            nonparticipation: false,
        }
    }
}
