//! `multisig`: accounts that several people sign for, and the bundles that travel between them.
//!
//! Every command that sends writes a bundle instead where it is given `--multisig` ([`sender`]); what a bundle would do is
//! read from its transactions alone, so that no file beside it has to travel along.

mod bundle_file;
mod fault;
mod named;
mod sender;
mod validity;

pub(super) use sender::{Outcome, Sender, SenderArgs, Written};
