//! Why a request did not get its answer.

use super::Rejection;
use pnp_types::{Round, Txid};
use std::path::PathBuf;
use std::time::Duration;

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
    /// There was a connection, but no answer: the request may have arrived.
    #[error("{service} at {url} gave no answer: {why}")]
    Lost {
        /// `algod` or `kmd`.
        service: &'static str,
        /// The address.
        url: String,
        /// What happened, for example `it took too long`.
        why: String,
    },
    /// The service, or a gateway before it, accepts no more requests for now, and did not accept this one.
    #[error("{service} at {url} takes no more requests for now (status {status}{})", asked(*after))]
    Busy {
        /// `algod` or `indexer`.
        service: &'static str,
        /// The address.
        url: String,
        /// The HTTP status: 429, or 503 with a pause.
        status: u16,
        /// How long it asks to wait, at most a day.
        after: Option<Duration>,
    },
    /// Its certificate is not trusted; nothing was sent.
    #[error("{service} at {url} cannot be trusted: {why}")]
    Untrusted {
        /// `algod` or `indexer`.
        service: &'static str,
        /// The address.
        url: String,
        /// What is wrong with the certificate.
        why: &'static str,
    },
    /// A file of certificates cannot be used.
    #[error("the certificates of {} cannot be used: {why}", path.display())]
    Roots {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The service does not accept the token.
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
    /// A group was sent, or may have been, and its outcome is not known yet.
    #[error("whether transaction {txid} is in a block is not known: {why}")]
    Uncertain {
        /// The transaction.
        txid: Txid,
        /// The last round it can be in.
        last_valid: Round,
        /// Why it is not known.
        why: String,
    },
    /// The last valid round is over, and the transaction is in no block.
    #[error("transaction {txid} was not confirmed up to round {last_valid} and can no longer be")]
    Expired {
        /// The transaction.
        txid: Txid,
        /// The last round it could have been in.
        last_valid: Round,
    },
}

/// What a failed request means for sending it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAdvice {
    /// It arrived and was refused: nothing was kept, and the same bytes will be refused again.
    Refused,
    /// Whether it arrived is not known, or the service is busy: the same bytes may be sent again later.
    Later,
    /// Every request here fails like this: a wrong address or token.
    Stop,
}

impl ClientError {
    /// What the failure means for sending the same request again.
    #[must_use]
    pub fn retry_advice(&self) -> RetryAdvice {
        match self {
            Self::Rejected(_) => RetryAdvice::Refused,
            Self::Unauthorized { .. } | Self::Untrusted { .. } | Self::Roots { .. } => RetryAdvice::Stop,
            // A full pool empties again, whatever the status of the answer.
            Self::Api { message, .. } if message.contains("reached capacity") => RetryAdvice::Later,
            Self::Api { status: 404 | 405 | 501, .. } => RetryAdvice::Stop,
            Self::Api { status: 408 | 425 | 429 | 500.., .. } => RetryAdvice::Later,
            Self::Api { .. } => RetryAdvice::Refused,
            Self::Unreachable { .. }
            | Self::Lost { .. }
            | Self::Busy { .. }
            | Self::Malformed { .. }
            | Self::Dropped { .. }
            | Self::Uncertain { .. }
            | Self::Expired { .. } => RetryAdvice::Later,
        }
    }

    /// Whether what was sent may have arrived and been kept.
    #[must_use]
    pub const fn may_have_arrived(&self) -> bool {
        match self {
            Self::Lost { .. } | Self::Malformed { .. } | Self::Uncertain { .. } | Self::Dropped { .. } => true,
            Self::Api { status, .. } => *status >= 500 || *status == 408,
            _ => false,
        }
    }

    /// How long the service asks to wait.
    #[must_use]
    pub const fn asked_pause(&self) -> Option<Duration> {
        match self {
            Self::Busy { after, .. } => *after,
            _ => None,
        }
    }

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

fn asked(after: Option<Duration>) -> String {
    after.map_or_else(String::new, |pause| format!(", it asks to wait {} s", pause.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_from_the_rules_is_final() {
        let api = |status, message: &str| ClientError::Api { service: "algod", status, message: message.to_owned() };
        assert_eq!(api(429, "slow down").retry_advice(), RetryAdvice::Later);
        assert_eq!(api(500, "").retry_advice(), RetryAdvice::Later);
        assert_eq!(api(400, "transaction pool has reached capacity").retry_advice(), RetryAdvice::Later);
        assert_eq!(api(400, "empty txgroup").retry_advice(), RetryAdvice::Refused);
        assert_eq!(api(404, "Not Found").retry_advice(), RetryAdvice::Stop);
        let service = "algod";
        let gone = ClientError::Unreachable { service, url: String::new(), why: "timeout".to_owned() };
        assert_eq!(gone.retry_advice(), RetryAdvice::Later);
        assert_eq!(ClientError::Unauthorized { service, url: String::new() }.retry_advice(), RetryAdvice::Stop);
    }
}
