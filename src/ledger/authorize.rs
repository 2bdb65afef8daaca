//! Whether a group is signed: exactly one kind of signature a transaction, and each one right.

mod error;

pub use error::{AuthorizeError, AuthorizeReason, MultisigFault, PqFault};
