//! What the operator does from the command line: calls over the socket of a gateway that runs, or with its store where none
//! runs; a look at everything; backups; and the coins of a seed found again without any store.

mod backup;
mod check;
mod client;
mod error;
mod recover;
mod restore;
mod seals;

pub use backup::{BackupNote, backup, last_backup, verify_store};
pub use check::{CheckFinding, check};
pub use client::OperatorClient;
pub use error::{OperatorError, Refusal};
pub use recover::{FoundAccount, GAP, Scan, ScanError, scan, treasury};
pub use restore::{Restored, WillStop, restore};
pub use seals::{SealsOnChain, verify_seals};
