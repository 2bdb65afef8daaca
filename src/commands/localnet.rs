//! `localnet`: a development network on AlgoKit LocalNet's ports.

use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_devnet::{ALGOD_PORT, INDEXER_PORT, KMD_PORT};
use schemars::JsonSchema;
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

/// Arguments of `localnet`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Run a network until it is stopped with Ctrl-C
    #[command(alias = "start")]
    Run(RunArgs),
}

#[derive(Debug, clap::Args)]
struct RunArgs {
    /// algod's port; 0 takes any free one
    #[arg(long, default_value_t = ALGOD_PORT)]
    algod_port: u16,
    /// kmd's port: accepted, and served by a later version
    #[arg(long, default_value_t = KMD_PORT)]
    kmd_port: u16,
    /// The indexer's port: accepted, and served by a later version
    #[arg(long, default_value_t = INDEXER_PORT)]
    indexer_port: u16,
    /// Keep the chain in memory
    #[arg(long, conflicts_with = "data_dir")]
    in_memory: bool,
    /// Where the chain is kept [default: .pnp/localnet]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The address to listen on; anything but loopback lets other machines in
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "IP")]
    listen: IpAddr,
}

/// A network that is ready: printed as soon as it is, while the command runs on.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RunReport {
    /// Where algod answers.
    algod: String,
    /// The token algod asks for.
    token: &'static str,
    /// The network's own label.
    genesis_id: &'static str,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The folder of the chain, or `memory`.
    data: String,
}

/// Does it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let Command::Run(args) = &args.command;
    let data = match (&args.data_dir, args.in_memory) {
        (_, true) => None,
        (Some(folder), false) => Some(folder.clone()),
        (None, false) => {
            let folder = pnp_ops::localnet_folder(&context.folder);
            pnp_ops::make_private(&context.folder, &folder)?;
            Some(folder)
        }
    };
    let place = data.as_ref().map_or_else(|| "memory".to_owned(), |folder| context.shown(folder));
    let config = pnp_devnet::Config {
        data,
        consensus: context.options.consensus,
        listen: args.listen,
        algod_port: args.algod_port,
        stop_on_signal: true,
        ..pnp_devnet::Config::default()
    };
    let running = tokio::task::spawn_blocking(move || pnp_devnet::serve(config))
        .await
        .map_err(|error| Failure::new("node", "the network could not be started").because(error))??;
    // Nothing is said to be served before the port is this network's.
    if !args.listen.is_loopback() {
        context.out.warn(&format!("listening on {}: other machines can use and change this network", args.listen));
    }
    context.out.say(&format!(
        "only algod is served: kmd (port {}) and the indexer (port {}) are left to a later version",
        args.kmd_port, args.indexer_port
    ));
    let ready = RunReport {
        algod: running.url(),
        token: pnp_devnet::LOCAL_TOKEN,
        genesis_id: "dockernet-v1",
        genesis_hash: running.node().genesis_hash().to_base64(),
        data: place,
    };
    if running.node().dispenser().is_none() {
        context
            .out
            .warn(&format!("{}/dispenser.key is gone, and with it the key of this chain's dispenser", ready.data));
    }
    // The answer comes first: the network then runs until a signal stops it.
    context.out.answer(Answer::of(&ready, ready.text())?)?;
    crate::terminal::interrupt::leave_to_command();
    tokio::task::spawn_blocking(move || running.wait())
        .await
        .map_err(|error| Failure::new("node", "the network ended badly").because(error))??;
    context.out.say("stopped");
    Ok(Answer::Nothing)
}

impl RunReport {
    fn text(&self) -> String {
        let Self { algod, token, genesis_id, genesis_hash, data } = self;
        format!(
            "algod    {algod}\ntoken    {token}\ngenesis  {genesis_id} {genesis_hash}\nchain    {data}\nStop it with Ctrl-C."
        )
    }
}
