//! Errors of batches of bills: the lines, the journal, and what ended them early.

use super::refusal::rejected;
use super::{Exit, Failure, is_disk_full};
use pnp_ops::BatchError;
use pnp_usage::batch::{InputError, StopReason};
use pnp_usage::journal::JournalError;
use std::path::Path;

/// The hint for a batch that was stopped before its end.
pub(crate) const RUN_AGAIN: &str = "run the command again: it goes on where it stopped";

/// The failure of a command that was stopped with nothing left to find out; `next` is what to do.
pub(crate) fn interrupted_by_user(next: &str) -> Failure {
    Failure::new("interrupted", "interrupted").because("you pressed Ctrl-C").hint(next).exit(Exit::Interrupted)
}

impl From<BatchError> for Failure {
    fn from(error: BatchError) -> Self {
        let message = error.to_string();
        match error {
            BatchError::Unreadable { path, source } => unreadable(&path, &source, message),
            BatchError::IsFolder(_) => Self::new("unreadable", message).hint("name a file in it"),
            BatchError::Input(error) => error.into(),
            BatchError::OtherInput { journal, .. } => Self::new("other_input", message)
                .because(format!(
                    "{} has lines that were sent with another text or number",
                    journal.display()
                ))
                .hint(
                    "bring these lines back as they were: lines may be added at the end, and what was refused before it was sent may \
                     be corrected; another journal would charge the others again",
                ),
            BatchError::Journal(error) => error.into(),
            BatchError::GenesisHash => Self::new("malformed_answer", message)
                .hint("check that the address is algod's and not another service's"),
            BatchError::Stopped(reason) => stopped(reason),
            BatchError::Interrupted => interrupted_by_user(RUN_AGAIN),
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error, message: String) -> Failure {
    let failure = Failure::new("unreadable", message).because(error);
    failure.hint(match error.kind() {
        std::io::ErrorKind::NotFound if path.extension().is_none() => {
            "--from names a file of bills; the account that pays one bill is named with --user"
        }
        _ => "check the file's name and rights",
    })
}

/// Why a batch cannot continue.
fn stopped(reason: StopReason) -> Failure {
    let message = reason.to_string();
    match reason {
        StopReason::Client(error) => match error.rejection() {
            Some(rejection) => rejected(rejection, None),
            None => Failure::from(error).hint(RUN_AGAIN),
        },
        StopReason::Journal(error) => error.into(),
        StopReason::Contract(error) => error.into(),
        StopReason::Fee { fee, .. } => Failure::new("fee_ceiling", message)
            .because("the network suggests fees by its congestion")
            .hint(format!("run it again when the network is less busy, or allow it with --max-fee {fee}")),
        StopReason::Stalled { .. } => Failure::new("stalled", message).hint(RUN_AGAIN),
        StopReason::Signature { .. } => {
            Failure::new("no_signature", message).hint("correct the key, and run the command again")
        }
        StopReason::Task(_) => Failure::new("internal", message)
            .hint("this is a fault of this program: report it; running the command again settles what was sent"),
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let message = error.to_string();
        let full = error.is_disk_full();
        match error {
            JournalError::Held(_) => Self::new("journal_held", message)
                .because("two processes with one journal would charge the same lines")
                .hint("wait for the other one or stop it; another file of bills has a journal of its own"),
            JournalError::File { .. } if full => Self::new("disk_full", message)
                .because("the disk has no room; nothing is sent that is not in the journal")
                .hint("free some space and run the command again: it goes on where it stopped"),
            JournalError::File { .. } => Self::new("journal", message).hint(
                "check the folder's rights and the disk; what was sent is found again by running the command again",
            ),
            JournalError::Damaged { .. } => Self::new("journal_damaged", message)
                .because("a journal whose content is unsure cannot tell what was charged")
                .hint(
                    "restore the journal from a copy; without it, only the chain's blocks tell which lines are charged",
                ),
            JournalError::Foreign(_) => Self::new("no_journal", message)
                .because("its first line is not one that a journal begins with; a file of yours is not written over")
                .hint("name another file with --journal, one that is not there yet for a new journal"),
            JournalError::Format { .. } => {
                Self::new("journal", message).hint("use the version of pnp-contract that wrote it, or a later one")
            }
            JournalError::Other { .. } => Self::new("other_journal", message)
                .because("a journal is about one file, one contract and one network")
                .hint("name another journal with --journal, or the network and contract it belongs to"),
            JournalError::Randomness(_) => Self::new("randomness", message).hint("check the system's /dev/urandom"),
        }
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        let message = error.to_string();
        match error {
            InputError::Read(source) => {
                debug_assert!(!is_disk_full(&source), "reading fills no disk");
                Self::new("unreadable", message).hint("check the file; lines that were sent are in the journal")
            }
            InputError::Utf16 => Self::usage(message).hint("save the file as text or CSV in UTF-8"),
            InputError::Header { .. } => Self::usage(message)
                .hint("write the columns user,units,unit_price,tick_id (the last two optional), or no header at all"),
        }
    }
}
