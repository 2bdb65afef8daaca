//! Why a request did not get its answer.

use super::Rejection;
use crate::types::{Round, Txid};

/// A failed request, in words that name the service but never a token.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nothing answers at the address.
    #[error("{service} at {url} does not answer: {why}")]
    Unreachable {
        /// `algod` or `kmd`.
        service: &'static str,
        /// The address.
        url: String,
        /// The innermost cause, for example `connection refused`.
        why: String,
    },
    /// The service asks for another token.
    #[error("{service} at {url} refuses the token")]
    Unauthorized {
        /// `algod` or `kmd`.
        service: &'static str,
        /// The address.
        url: String,
    },
    /// The service answers with an error of its own.
    #[error("{service} answers {status}: {message}")]
    Api {
        /// `algod` or `kmd`.
        service: &'static str,
        /// The HTTP status.
        status: u16,
        /// The `message` of the answer, unwrapped.
        message: String,
    },
    /// The answer is not what the interface promises.
    #[error("{service} at {url} answers something else than expected: {why}")]
    Malformed {
        /// `algod` or `kmd`.
        service: &'static str,
        /// The address.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The network's rules refuse the group.
    #[error("{0}")]
    Rejected(Box<Rejection>),
    /// The transaction left the node's pool without a block.
    #[error("transaction {txid} was dropped by the node: {reason}")]
    Dropped {
        /// The transaction.
        txid: Txid,
        /// The node's reason.
        reason: String,
    },
    /// The last valid round went by.
    #[error("transaction {txid} was not confirmed up to round {last_valid} and can no longer be")]
    Expired {
        /// The transaction.
        txid: Txid,
        /// The last round it could have been in.
        last_valid: Round,
    },
}

impl ClientError {
    /// Whether the service says that the thing asked for does not exist.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::Api { status: 404, .. })
    }

    /// The refusal of the network's rules, if that is what this is.
    #[must_use]
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            _ => None,
        }
    }
}
