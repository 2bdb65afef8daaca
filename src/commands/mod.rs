//! The commands: one file each, with `Args` and `run()`, and the contract of stdout, stderr and exit codes around them.
//!
//! Commands contain no logic: a command reads its arguments, calls a layer below and shows what came back.

pub(crate) mod account;
mod asset;
mod bill;
mod check;
mod compile;
mod completions;
mod cost;
mod delete;
mod demo;
pub(crate) mod deploy;
mod disassemble;
mod doctor;
mod explain;
mod fmt;
#[cfg(feature = "gateway")]
mod gateway;
mod help;
mod history;
mod leave;
pub(crate) mod localnet;
mod man;
pub(crate) mod multisig;
mod optin;
mod params;
mod schema;
#[cfg(feature = "gateway")]
mod serve;
mod status;
mod test;
mod update;
mod verify;

use crate::failure::{Exit, Failure, RUN_AGAIN, interrupted_by_user};
use crate::session::context::{Context, GlobalOptions};
use crate::terminal::output::{Answer, Output};
use crate::terminal::{core_file, interrupt};

use clap::{CommandFactory, Parser};
use std::process::ExitCode;
use std::time::Duration;

/// The toolchain of the Play and Pay UsageContract: assemble, deploy, bill, on real networks or on one that it brings along.
#[derive(Debug, Parser)]
#[command(name = "pnp-contract", version, about, max_term_width = 100, subcommand_required = true)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 wrong use, 3 findings or failing tests, 4 would change, \
                        5 network unreachable, 130 interrupted.")]
pub struct Cli {
    #[command(flatten)]
    options: GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show all of it on a temporary network: deploy, bill, refuse attacks
    Demo(demo::Args),
    /// Assemble TEAL
    Compile(compile::Args),
    /// Find mistakes in TEAL: what it lets through, and what cannot work
    Check(check::Args),
    /// Format TEAL sources
    Fmt(fmt::Args),
    /// Show the most that a program's calls can cost
    Cost(cost::Args),
    /// Disassemble a program into TEAL
    Disassemble(disassemble::Args),
    /// Create, list and fund accounts
    Account(account::Args),
    /// Create, hold, send and show the asset that bills are paid with
    Asset(asset::Args),
    /// Deploy the contract, or change it to match the options, and record it
    Deploy(deploy::Args),
    /// Let an account use the contract
    Optin(optin::Args),
    /// Pay for ticks of use: one with a receipt, or a file of them with a journal
    Bill(bill::Args),
    /// Set fee and price limits (creator only)
    Params(params::Args),
    /// Replace the contract's programs (creator only, where the contract is updatable)
    Update(update::Args),
    /// Close an account's state in the contract
    Leave(leave::Args),
    /// Delete the contract (creator only, where it is deletable)
    Delete(delete::Args),
    /// Let several people sign for one account
    Multisig(multisig::Args),
    /// Show the contract on a network, or on all networks
    Status(status::Args),
    /// Compare the programs on the chain with this source
    Verify(verify::Args),
    /// List what was done to the contracts, by whom and when: the record joined with the chain
    History(history::Args),
    /// Check files, keys, network, contract and balances, and name the remedies
    Doctor(doctor::Args),
    /// Explain a node's error: the line of TEAL, the rule it broke, and what to do
    Explain(explain::Args),
    /// Run a development network
    Localnet(localnet::Args),
    /// Run the gateway: wallets, sessions and reports over HTTP, settled on the chain
    #[cfg(feature = "gateway")]
    Serve(serve::Args),
    /// Operate the gateway: keys, partners, contents, checks, backups, recovery
    #[cfg(feature = "gateway")]
    Gateway(gateway::Args),
    /// Run contract scenarios: this contract's own suite, or yours
    Test(test::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the JSON Schema of what a command prints with --json, or write them all into a folder
    Schema(schema::Args),
    /// Print a page of the manual, or write them all into a folder
    Man(man::Args),
    /// Print this program's version, as --version does
    #[command(hide = true)]
    Version,
}

impl Command {
    /// Whether the command answers with many documents, a line each.
    const fn streams(&self) -> bool {
        matches!(self, Self::Bill(args) if args.streams())
    }
}

/// Runs the command line and answers with the process's exit code.
#[must_use]
pub fn main() -> ExitCode {
    core_file::forbid();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(help::answer(&error) as u8),
    };
    let out = Output::new(cli.options.json, cli.options.quiet, cli.options.verbose).in_lines(cli.command.streams());
    let begun = start_logging(cli.options.verbose);
    let exit = begun.and_then(|()| run(cli, out)).and_then(|answer| out.answer(answer)).unwrap_or_else(|failure| {
        out.failure(&failure);
        failure.exit
    });
    ExitCode::from(exit as u8)
}

/// How long background tasks may take to end after the command.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(500);

fn run(cli: Cli, out: Output) -> Result<Answer, Failure> {
    let context = Context::new(cli.options, out)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| {
            Failure::new("runtime", "this process could not start its threads")
                .because(error)
                .hint("check the limits of the user")
        })?;
    // At every moment the journal has the state of a batch.
    let batch = cli.command.streams();
    let answer = runtime.block_on(async {
        let command = dispatch(&context, cli.command);
        tokio::select! {
            biased;
            answer = command => answer,
            under_way = interrupt::requested(&context.out) => Err(interrupted(under_way, batch)),
            under_way = interrupt::timed_out(context.options.timeout) => {
                Err(too_long(context.options.timeout.unwrap_or_default(), under_way, batch))
            }
        }
    });
    // An unanswered question blocks its thread.
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    answer
}

async fn dispatch(context: &Context, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Demo(demo::Args {}) => demo::run(context).await,
        Command::Compile(args) => compile::run(context, &args),
        Command::Cost(args) => cost::run(context, &args),
        Command::Check(args) => check::run(context, &args),
        Command::Fmt(args) => fmt::run(context, &args),
        Command::Disassemble(args) => disassemble::run(context, &args).await,
        Command::Account(args) => account::run(context, &args).await,
        Command::Asset(args) => asset::run(context, &args).await,
        Command::Deploy(args) => deploy::run(context, &args).await,
        Command::Optin(args) => optin::run(context, &args).await,
        Command::Bill(args) => bill::run(context, &args).await,
        Command::Params(args) => params::run(context, &args).await,
        Command::Update(args) => update::run(context, &args).await,
        Command::Leave(args) => leave::run(context, &args).await,
        Command::Delete(args) => delete::run(context, &args).await,
        Command::Multisig(args) => multisig::run(context, &args).await,
        Command::Status(args) => status::run(context, &args).await,
        Command::Verify(args) => verify::run(context, &args).await,
        Command::History(args) => history::run(context, &args).await,
        Command::Doctor(args) => doctor::run(context, &args).await,
        Command::Explain(args) => explain::run(context, &args).await,
        Command::Localnet(args) => localnet::run(context, &args).await,
        #[cfg(feature = "gateway")]
        Command::Serve(args) => serve::run(context, &args).await,
        #[cfg(feature = "gateway")]
        Command::Gateway(args) => gateway::run(context, &args).await,
        Command::Test(args) => test::run(context, &args).await,
        Command::Completions(args) => completions::run(&args, Cli::command()),
        Command::Schema(args) => schema::run(&args),
        Command::Version => help::version(),
        Command::Man(args) => man::run(&args, Cli::command()),
    }
}

fn interrupted(under_way: Option<String>, batch: bool) -> Failure {
    match under_way {
        None if batch => interrupted_by_user(RUN_AGAIN),
        None => interrupted_by_user("nothing is half-written; run the command again"),
        Some(txid) => Failure::new("interrupted", "interrupted")
            .exit(Exit::Interrupted)
            .because(format!("transaction {txid} was sent, and its outcome was not waited for"))
            .hint("run `pnp-contract status`: it finds out and records it")
            .with("txid", txid),
    }
}

fn too_long(seconds: u64, under_way: Option<String>, batch: bool) -> Failure {
    let failure =
        Failure::new("timeout", format!("the command was not done within {seconds} s")).exit(Exit::Unreachable);
    match under_way {
        None => failure.because("the limit set with --timeout was reached").hint(if batch {
            "run it again, with more time: it goes on where it stopped"
        } else {
            "nothing was under way: run it again, with more time"
        }),
        Some(txid) => failure
            .because(format!("transaction {txid} was sent, and its outcome was not waited for"))
            .hint("run `pnp-contract status` before you send it again: it finds out and records it")
            .with("txid", txid),
    }
}

/// Logs of the libraries on stderr: with `-vv`, or as `PNP_LOG` says (`debug`, or `pnp_client=debug,warn`).
fn start_logging(verbose: u8) -> Result<(), Failure> {
    use tracing_subscriber::{Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};
    // A target stands for all whose names begin with it: `pnp` for every library of this project.
    let wanted = match std::env::var("PNP_LOG") {
        Ok(filter) => filter,
        Err(_) if verbose > 1 => "pnp=debug,warn".to_owned(),
        Err(_) => return Ok(()),
    };
    let filter: Targets = wanted.parse().map_err(|error| {
        Failure::usage(format!("PNP_LOG is not a filter of logs: {wanted}"))
            .because(error)
            .hint("for example PNP_LOG=debug, or PNP_LOG=pnp_client=debug,warn")
    })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(filter);
    // A second subscriber in one process (tests) is not an error worth stopping for.
    let _ = tracing_subscriber::registry().with(lines).try_init();
    Ok(())
}
