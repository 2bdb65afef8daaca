//! `bill`: pay for ticks of use: one with a receipt, or many with a journal.

mod batch;
mod batch_report;
mod receipt;

pub(crate) use receipt::describe;

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_network;
use crate::session::target::Target;
use crate::terminal::output::Answer;
use crate::terminal::values::{id, whole};
use pnp_types::AssetIndex;
use pnp_usage::Units;
use pnp_usage::batch::Format;
use std::path::{Path, PathBuf};

/// Arguments of `bill`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = LONG_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// Units of use
    #[arg(long, value_parser = whole, allow_hyphen_values = true, required_unless_present = "from")]
    units: Option<u64>,
    /// The price of a unit in minor units; the least the contract allows if not given
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    price: Option<u64>,
    /// The tick's id, 1 to 64 bytes, as text or 0x and hex; a fresh ULID if not given
    #[arg(long)]
    tick: Option<String>,
    /// The asset, where the contract is not bound to one
    #[arg(long, value_parser = id::<AssetIndex>, allow_hyphen_values = true)]
    asset: Option<AssetIndex>,
    /// The account that pays
    #[arg(long, default_value = "user", value_name = "NAME")]
    user: String,
    /// Bill this many times, each with its own tick, with a journal
    #[arg(long, value_name = "N", value_parser = whole, conflicts_with = "tick")]
    count: Option<u64>,
    /// Bill every line of a file, with a journal: user,units,unit_price,tick_id (the last two optional); - is stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["price", "tick", "count"])]
    from: Option<String>,
    /// The format of the lines [default: from the file extension or the first line]
    #[arg(long, value_enum, requires = "from")]
    format: Option<FormatArg>,
    /// The journal [default: .pnp/journals/NET-APP-FILE.journal]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// How many users are billed at once
    #[arg(long, value_name = "N", default_value = "64", value_parser = clap::value_parser!(u16).range(1..=1024))]
    parallel: u16,
    /// The most ticks a second
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,
    /// Retry lines that an earlier run refused
    #[arg(long)]
    retry: bool,
    #[command(flatten)]
    signers: SenderArgs,
}

/// The format of an input file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FormatArg {
    Csv,
    Jsonl,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Csv => Self::Csv,
            FormatArg::Jsonl => Self::JsonLines,
        }
    }
}

const LONG_HELP: &str = "With --from, --count or --journal every tick is written to the journal before it is sent, and what \
became of it after. Killed at any instant and started again with the same journal, the command charges every tick exactly \
once. With --json it prints one document a line: one for each tick, the last one a summary.\n\nExit codes: 0 every line is \
charged, 3 some are refused, 1 some are not charged yet, 5 network unreachable.";

fn rate(text: &str) -> Result<f64, String> {
    match text.trim_end_matches("/s").parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("a number of ticks a second is needed, such as 50 or 0.5".to_owned()),
    }
}

impl Args {
    /// Whether answers come line by line.
    pub(crate) const fn streams(&self) -> bool {
        self.from.is_some() || self.count.is_some() || self.journal.is_some()
    }
}

/// Does it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let mut args = args.clone();
    if let (Some(from), Some(_)) = (&args.from, args.units) {
        named_account(context, from)?;
        args.user = args.from.take().unwrap_or_default();
    }
    if args.signers.is_many() && args.streams() {
        return Err(Failure::usage("many signers sign one tick at a time")
            .because("a tick is paid by one group, and a bundle is one group")
            .hint("omit --multisig, or bill with --units alone"));
    }
    on_network(context, async |session| match (args.units, args.streams()) {
        (Some(units), false) => receipt::run(session, &args, Units(units)).await,
        _ => batch::run(session, &args).await,
    })
    .await
}

/// Older versions used `--from NAME` for the payer; it is still accepted with `--units`, where no file is meant.
fn named_account(context: &Context, from: &str) -> Result<(), Failure> {
    if from == "-" || Path::new(from).exists() || from.contains(['.', '/']) {
        return Err(Failure::usage("--units is for one tick, and --from for a file of them")
            .because("a file says how many units each of its lines is for")
            .hint("omit one of the two; the paying account of one tick is named with --user"));
    }
    context.out.warn(&format!("--from names a file of bills; write --user {from} for the account that pays"));
    Ok(())
}
