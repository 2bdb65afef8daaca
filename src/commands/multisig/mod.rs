//! `multisig`: accounts that several people sign for, and the bundles that travel between them.
//!
//! Every command that sends writes a bundle instead where it is given `--multisig` ([`sender`]); what a bundle would do is
//! read from its transactions alone, so that no other file has to travel with it.

mod inspect;
mod merge;
mod new;
mod sender;
mod sign;
mod status;
mod submit;

pub(crate) use sender::SenderArgs;

use crate::failure::{Failure, unreadable_bundle};
use crate::session::context::Context;
use crate::terminal::input;
use crate::terminal::output::Answer;
use pnp_ops::multisig::{BundleNetwork, NamedBundle, NoNetwork, find_multisig, multisig_name};
use pnp_types::{Address, Bundle, MultisigAccount};
use std::path::{Path, PathBuf};

/// Arguments of `multisig`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Record which keys make a multisignature's address
    New(new::NewArgs),
    /// Show the recorded multisignatures
    Info(new::InfoArgs),
    /// Show what a bundle would do: fields, program and parameter changes, simulation
    Inspect(inspect::Args),
    /// Sign a bundle with one key, with or without a network
    Sign(sign::Args),
    /// Merge the signatures of several copies into one
    Merge(merge::Args),
    /// Show who has signed a bundle, who is missing, and how much time is left
    Status(status::Args),
    /// Send a bundle that enough signers have signed, and record what it did
    Submit(submit::Args),
}

/// Which bundle is meant.
#[derive(Debug, clap::Args)]
struct BundleArgs {
    /// The bundle; - reads stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The multisignature, where the file does not contain its keys, as some files of goal do not
    #[arg(long, value_name = "NAME|FILE")]
    multisig: Option<String>,
}

impl BundleArgs {
    fn read(&self, context: &Context) -> Result<NamedBundle, Failure> {
        let find = |asked: &str| find_multisig(&context.folder, asked).map(|found| found.account);
        let account = self.multisig.as_deref().map(find).transpose()?;
        read(&self.file, account.as_ref())
    }
}

/// The bundle in a file; `-` is stdin.
fn read(path: &Path, account: Option<&MultisigAccount>) -> Result<NamedBundle, Failure> {
    decode(path, &input::read(path)?, account)
}

/// The bundles in the copies of one: a copy without the keys of the multisignature has those of the others.
fn read_copies(paths: &[PathBuf]) -> Result<Vec<NamedBundle>, Failure> {
    let files = paths.iter().map(|path| Ok((path, input::read(path)?))).collect::<Result<Vec<_>, Failure>>()?;
    let account =
        files.iter().find_map(|(_, bytes)| Bundle::read(bytes, None).ok()).map(|bundle| bundle.account().clone());
    files.iter().map(|(path, bytes)| decode(path, bytes, account.as_ref())).collect()
}

fn decode(path: &Path, bytes: &[u8], account: Option<&MultisigAccount>) -> Result<NamedBundle, Failure> {
    let bundle = Bundle::read(bytes, account).map_err(|error| unreadable_bundle(path, &error))?;
    Ok(NamedBundle { name: path.display().to_string(), bundle })
}

/// The bundle's network, unless it is not to be asked.
async fn network(context: &Context, bundle: &NamedBundle, offline: bool) -> Result<BundleNetwork, Failure> {
    match offline {
        true => Ok(BundleNetwork::Missing(NoNetwork::Offline)),
        false => Ok(BundleNetwork::find(&context.settings(), &context.host(), &bundle.bundle).await?),
    }
}

/// A multisignature with its name, where it has one here.
fn with_name(context: &Context, multisig: Address) -> String {
    match multisig_name(&context.folder, multisig) {
        Some(name) => format!("{name}, {multisig}"),
        None => multisig.to_string(),
    }
}

/// What an error means, in one line.
fn message(error: pnp_ops::Error) -> String {
    let failure = Failure::from(error);
    let cause = failure.cause.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{}{cause}", failure.message)
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
