//! Fields of payments and key registrations.

use crate::account::VotingData;
use crate::address::Address;
use crate::amount::MicroAlgos;

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
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct KeyRegistration {
    /// The keys that vote from now on.
    pub voting: VotingData,
    /// Whether the account never takes part again.
    pub nonparticipation: bool,
}
