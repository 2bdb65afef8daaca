//! Why there is nothing to explain.

use pnp_teal::DisassembleError;
use pnp_types::{AppIndex, Round, Txid};

/// Why there is nothing to explain.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The transaction is in a block.
    #[error("transaction {txid} did not fail")]
    NothingFailed {
        /// The transaction.
        txid: Txid,
        /// Its round.
        round: Round,
        /// The network's name.
        network: String,
    },
    /// The network has no memory of the transaction.
    #[error("{network} does not know transaction {txid}")]
    UnknownTransaction {
        /// The transaction.
        txid: Txid,
        /// The network's name.
        network: String,
    },
    /// The application's program cannot be read.
    #[error("application {app} has no program")]
    NoProgram {
        /// The application.
        app: AppIndex,
        /// Why.
        source: DisassembleError,
    },
}
