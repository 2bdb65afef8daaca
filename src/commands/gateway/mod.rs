//! `gateway`: keys, partners and contents, and the care of a gateway's store.

mod care;
mod contents;
mod keys;
mod partners;
mod recover;
pub(super) mod reports;
mod wallets;

pub(super) use care::doctor_checks;

use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_gateway::files::GatewayFiles;
use pnp_gateway::operator::OperatorClient;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::PathBuf;

/// Arguments of `gateway`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
    /// Where the store and the seed are kept [default: .pnp/gateway/NETWORK]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Create, list, rotate and revoke API keys
    Keys(keys::Args),
    /// Add, list, show and change partners
    Partners(partners::Args),
    /// List, set and remove contents of a partner's catalogue
    Contents(contents::Args),
    /// List and show wallets, and let stopped ones go on
    Wallets(wallets::Args),
    /// Add the journal up again, and compare it with every balance, with its seals, and these with the chain
    Verify(care::VerifyArgs),
    /// Check files, chain queue, network, contract, asset and treasury, and name the remedies
    Check(care::CheckArgs),
    /// Copy the store to a new file, while the gateway may run; the seed is not in it
    Backup(care::BackupArgs),
    /// Put a copy back in the store's place while the gateway does not run, and say which wallets the chain has overtaken
    Restore(care::RestoreArgs),
    /// Find the accounts of a seed again, with no store
    Recover(recover::Args),
}

/// Does it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let files = files(context, args.data_dir.as_ref())?;
    match &args.command {
        Command::Keys(args) => keys::run(&Api::connect(&files).await?, args).await,
        Command::Partners(args) => partners::run(&Api::connect(&files).await?, args).await,
        Command::Contents(args) => contents::run(&Api::connect(&files).await?, args).await,
        Command::Wallets(args) => wallets::run(&Api::connect(&files).await?, args).await,
        Command::Verify(args) => care::verify(context, &files, args).await,
        Command::Check(args) => care::check(context, &files, args).await,
        Command::Backup(args) => care::backup(context, &files, args),
        Command::Restore(args) => care::restore(context, &files, args).await,
        Command::Recover(args) => recover::run(context, &files, args).await,
    }
}

/// The files of the gateway that is meant.
fn files(context: &Context, folder: Option<&PathBuf>) -> Result<GatewayFiles, Failure> {
    match folder {
        Some(folder) => Ok(GatewayFiles::new(folder.clone())),
        None => {
            let (network, _) = context.settings().network()?;
            Ok(GatewayFiles::of_network(&context.settings(), &network.name))
        }
    }
}

/// The gateway's API, as the operator calls it.
struct Api {
    client: OperatorClient,
}

impl Api {
    async fn connect(files: &GatewayFiles) -> Result<Self, Failure> {
        Ok(Self { client: OperatorClient::connect(files).await? })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        read(self.client.call("GET", path, None).await?)
    }

    async fn send<T: DeserializeOwned>(&self, method: &str, path: &str, body: Option<&Value>) -> Result<T, Failure> {
        read(self.client.call(method, path, body).await?)
    }

    async fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Failure> {
        self.client.list(path).await?.into_iter().map(read).collect()
    }

    /// The id of a partner that is named by its id or its name; the only one where none is named.
    async fn partner(&self, named: Option<&str>) -> Result<String, Failure> {
        let all: Vec<reports::PartnerReport> = self.list("/v1/partners").await?;
        let found = match named {
            None if all.len() <= 1 => all.first(),
            None => {
                let names: Vec<_> = all.iter().map(|partner| partner.name.as_str()).collect();
                return Err(Failure::usage("this gateway has several partners")
                    .hint(format!("name one with --partner: {}", names.join(", "))));
            }
            Some(named) => all.iter().find(|partner| partner.id == named || partner.name == named),
        };
        found.map(|partner| partner.id.clone()).ok_or_else(|| {
            Failure::new("no_partner", format!("there is no partner {}", named.unwrap_or_default()))
                .hint("`pnp-contract gateway partners list` names those there are")
        })
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| {
        Failure::new("gateway", "the gateway's answer cannot be read")
            .because(error)
            .hint("use the version of this program that runs the gateway")
    })
}

/// A part of a path or of a query.
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~.".contains(&byte);
    let encode = |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}
