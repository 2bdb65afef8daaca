//! Why a demonstration fails.

use pnp_types::Txid;

/// Why a demonstration does not show what it should: a fault of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DemonstrationError {
    /// The deployment made no contract.
    #[error("the demonstration made no contract")]
    NoContract,
    /// The contract let an attack through.
    #[error("the contract let an attack through")]
    Accepted {
        /// The transaction.
        txid: Txid,
    },
}
