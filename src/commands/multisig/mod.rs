//! `multisig`: accounts that several people sign for, and the bundles that travel between them.
//!
//! Every command that sends writes a bundle instead where it is given `--multisig` ([`sender`]); what a bundle would do is
//! read from its transactions alone, so that no file beside it has to travel along.

mod at_hand;
mod bundle_file;
mod decoded;
mod effect;
mod fault;
mod inspect;
mod inspection;
mod merge;
mod named;
mod new;
mod program_diff;
mod progress;
mod reach;
mod recording;
mod sender;
mod sign;
mod status;
mod submit;
mod validity;

pub(crate) use inspection::Inspection;
pub(crate) use merge::MergeReport;
pub(crate) use named::address_of;
pub(crate) use new::{InfoReport, NewReport};
pub(crate) use sender::{SenderArgs, Written};
pub(crate) use sign::SignReport;
pub(crate) use status::StatusReport;
pub(crate) use submit::SubmitReport;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::output::Answer;
use pnp_types::MultisigAccount;
use std::path::PathBuf;

/// Arguments of `multisig`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write down which keys make a multisignature's address
    New(new::NewArgs),
    /// Show the multisignatures that are written down
    Info(new::InfoArgs),
    /// Show what a bundle would do: fields, program and parameter changes, simulation
    Inspect(inspect::Args),
    /// Sign a bundle with one key, offline too
    Sign(sign::Args),
    /// Put the signatures of several copies into one
    Merge(merge::Args),
    /// Show who has signed a bundle, who is missing, and how long there is left
    Status(status::Args),
    /// Send a bundle that enough have signed, and record what it did
    Submit(submit::Args),
}

/// Which bundle is meant.
#[derive(Debug, clap::Args)]
struct BundleArgs {
    /// The bundle; - reads stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The multisignature, where the file does not say its keys, as one that goal wrote may not
    #[arg(long, value_name = "NAME|FILE")]
    multisig: Option<String>,
}

impl BundleArgs {
    fn account(&self, context: &Context) -> Result<Option<MultisigAccount>, Failure> {
        self.multisig.as_deref().map(|asked| Ok(named::find(context, asked)?.account)).transpose()
    }
}

/// Does it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    match &args.command {
        Command::New(args) => new::new(context, args).await,
        Command::Info(args) => new::info(context, args),
        Command::Inspect(args) => inspect::run(context, args).await,
        Command::Sign(args) => sign::run(context, args).await,
        Command::Merge(args) => merge::run(context, args),
        Command::Status(args) => status::run(context, args).await,
        Command::Submit(args) => submit::run(context, args).await,
    }
}
