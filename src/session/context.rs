//! What every command gets: the global options, the project's folder and the output.

use crate::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::progress::host;
use crate::terminal::values::whole;
use pnp_network::{Environment, Network};
use pnp_ops::{Host, Settings};
use pnp_types::consensus::{FUTURE, LATEST, Protocol};
use std::path::{Path, PathBuf};

/// The heading in the help of the options that every command takes.
const GLOBAL_OPTIONS_HEADING: &str = "Options of every command";

/// Options that every command takes.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct GlobalOptions {
    /// The network: embedded, localnet, testnet, mainnet, or one of pnp.toml [default: embedded]
    #[arg(long, global = true, help_heading = GLOBAL_OPTIONS_HEADING, value_name = "NET", env = "PNP_NET", hide_env_values = true)]
    pub net: Option<String>,
    /// Print exactly one JSON document on stdout
    #[arg(long, global = true, help_heading = GLOBAL_OPTIONS_HEADING)]
    pub json: bool,
    /// Do not ask: on MainNet, send without a typed confirmation
    #[arg(long, short = 'y', global = true, help_heading = GLOBAL_OPTIONS_HEADING)]
    pub yes: bool,
    /// Give up after so many seconds; the failure names what was sent by then
    #[arg(long, global = true, help_heading = GLOBAL_OPTIONS_HEADING, value_name = "SECONDS", env = "PNP_TIMEOUT", hide_env_values = true, value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: Option<u64>,
    /// The rules of a development network that is created: v42, or future for AVM version 14 [default: v42]
    #[arg(long, global = true, help_heading = GLOBAL_OPTIONS_HEADING, value_name = "NAME", value_parser = consensus)]
    pub consensus: Option<Protocol>,
    /// The most microAlgos a group may cost in fees [default: 20000 a transaction on public networks, else no limit]
    #[arg(long, global = true, help_heading = GLOBAL_OPTIONS_HEADING, value_name = "MICROALGOS", env = "PNP_MAX_FEE", hide_env_values = true, value_parser = whole, allow_hyphen_values = true)]
    pub max_fee: Option<u64>,
    /// Print results and errors only
    #[arg(long, short, global = true, help_heading = GLOBAL_OPTIONS_HEADING, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more (-vv: also the logs of the libraries)
    #[arg(short, long, global = true, help_heading = GLOBAL_OPTIONS_HEADING, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// The rules that a development network can be created with, by their short name.
fn consensus(name: &str) -> Result<Protocol, String> {
    let known = [LATEST, FUTURE];
    let names = || known.map(|protocol| protocol.name).join(" or ");
    known.into_iter().find(|protocol| protocol.name == name).ok_or_else(|| format!("it is {}", names()))
}

/// What a command works with, before any network is reached.
#[derive(Debug)]
pub(crate) struct Context {
    /// The global options.
    pub options: GlobalOptions,
    /// Where results and progress go.
    pub out: Output,
    /// The folder of `pnp.toml`, `.env`, `.pnp/` and `deployments/`.
    pub folder: PathBuf,
}

impl Context {
    /// Finds the project's folder: the nearest one upwards with a `pnp.toml`, else the current one.
    ///
    /// # Errors
    /// No current folder.
    pub(crate) fn new(options: GlobalOptions, out: Output) -> Result<Self, Failure> {
        let current = std::env::current_dir().map_err(|error| {
            Failure::new("no_folder", "the current folder cannot be used")
                .because(error)
                .hint("change to another folder")
        })?;
        let folder = current.ancestors().find(|folder| folder.join("pnp.toml").is_file()).unwrap_or(&current);
        Ok(Self { options, out, folder: folder.to_owned() })
    }

    /// What operations need of the options.
    #[must_use]
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            folder: self.folder.clone(),
            network: self.options.net.clone(),
            max_fee: self.options.max_fee,
            consensus: self.options.consensus,
        }
    }

    /// The terminal, as operations see it.
    #[must_use]
    pub(crate) fn host(&self) -> Host {
        host(self.out, self.options.yes)
    }

    /// The network the options name, with the settings that belong to it.
    ///
    /// # Errors
    /// Files that cannot be read, and names that lead nowhere.
    pub(crate) fn network(&self) -> Result<(Network, Environment), pnp_ops::Error> {
        let (network, environment) = self.settings().network()?;
        for note in &network.notes {
            self.out.warn(note);
        }
        Ok((network, environment))
    }

    /// `path` as the user would write it: relative to the project's folder where it lies inside.
    #[must_use]
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.folder).unwrap_or(path).display().to_string()
    }
}
