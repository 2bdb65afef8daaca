//! Many ticks: lines of a file or one bill many times, with a journal.

use super::Args;
use super::payers::Purses;
use super::told::{Place, Teller, ended_early};
use crate::explain::rejected;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::interrupt;
use crate::terminal::output::Answer;
use pnp_client::Rejection;
use pnp_ops::{Effect, make_private, programs_of, provenance, recorded_template};
use pnp_registry::Contract;
use pnp_types::{Digest, MicroAlgos};
use pnp_usage::batch::{Batch, Explain, Format, Input, Row, Settings};
use pnp_usage::journal::{Journal, Past, Sums};
use pnp_usage::{GlobalState, Split, TickId, global_state};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long groups stay valid where one node is the whole network: as long as may be.
const VALIDITY_ALONE: u64 = 1000;
/// The same elsewhere: some ten minutes, after which it is certain what became of a group.
const VALIDITY: u64 = 200;
/// How long the network may be away before the batch ends.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where lines come from.
enum Origin<'a> {
    Stdin,
    File(&'a Path),
    Same(Row, u64),
}

impl Origin<'_> {
    fn of(args: &Args) -> Result<Origin<'_>, Failure> {
        match (&args.from, args.units) {
            (Some(from), _) if from == "-" => Ok(Origin::Stdin),
            (Some(from), _) => Ok(Origin::File(Path::new(from))),
            (None, units) => {
                let tick = args.tick.as_deref().map(str::parse::<TickId>).transpose()?;
                let units = units.unwrap_or_default();
                let row = Row { user: args.user.clone(), units, unit_price: args.price, tick };
                Ok(Origin::Same(row, args.count.unwrap_or(1)))
            }
        }
    }

    /// What a journal is called after it.
    fn name(&self) -> String {
        match self {
            Self::Stdin => "stdin".to_owned(),
            Self::File(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            Self::Same(row, count) => {
                let price = row.unit_price.map(|price| format!("x{price}")).unwrap_or_default();
                format!("{count}-times-{}-{}{price}", row.user, row.units)
            }
        }
    }

    fn input(&self, format: Option<Format>) -> Result<Input, Failure> {
        Ok(match self {
            Self::Stdin => Input::new(BufReader::new(std::io::stdin()), format),
            Self::File(path) => {
                let format = format.or_else(|| Format::of_name(&path.to_string_lossy()));
                Input::new(BufReader::with_capacity(1 << 16, open(path)?), format)
            }
            Self::Same(row, count) => Input::same(row.clone(), *count),
        })
    }

    /// How many lines there are, where that can be told beforehand.
    fn total(&self) -> Result<Option<u64>, Failure> {
        let Self::File(path) = self else {
            return Ok(if let Self::Same(_, count) = self { Some(*count) } else { None });
        };
        let mut reader = BufReader::with_capacity(1 << 16, open(path)?);
        let mut lines = 0;
        loop {
            let read = reader.fill_buf().map_err(|error| unreadable(path, &error))?;
            let length = read.len();
            if length == 0 {
                return Ok(Some(lines));
            }
            lines += read.iter().filter(|byte| **byte == b'\n').count() as u64;
            reader.consume(length);
        }
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    let file = File::open(path).map_err(|error| {
        let failure = unreadable(path, &error);
        match error.kind() {
            std::io::ErrorKind::NotFound if path.extension().is_none() => {
                failure.hint("--from names a file of bills; the account that pays one bill is named with --user")
            }
            _ => failure,
        }
    })?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Failure::new("unreadable", format!("{} is a folder", path.display())).hint("name a file in it"));
    }
    Ok(file)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new("unreadable", format!("{} cannot be read", path.display()))
        .because(error)
        .hint("check the file's name and rights")
}

/// Bills every line.
pub(super) async fn run(session: &Session<'_>, args: &Args) -> Result<Answer, Failure> {
    let origin = Origin::of(args)?;
    let format = args.format.map(Format::from);
    // A file that cannot be opened is told before anything else is done.
    let (input, total) = (origin.input(format)?, origin.total()?);
    let (app, record) = session.contract(args.target.app)?;
    let state = global_state(&session.algod, app).await?;
    let asset = state.billed_asset(args.asset)?;
    if let Origin::Same(row, _) = &origin {
        // Made where a development network lacks it, as for one tick.
        session.account(&row.user).await?;
    }
    let (journal, past) = journal(session, args, &origin, app)?;
    let place = Place {
        network: session.network.name.clone(),
        genesis_hash: session.identity.hash.clone(),
        app,
        journal: session.context.shown(journal.path()),
    };
    let path = journal.path().to_owned();
    confirm(session, &origin, format, &state, total).await?;
    if past.highest.is_some() && !past.done {
        let (charged, open) = (past.sums.charged, past.open.len());
        session.context.out.say(&format!(
            "going on with {}: {charged} charged before, {open} sent without a known outcome",
            place.journal
        ));
    }
    let settings = settings(session, args, app, record.as_ref());
    let batch = Batch::prepare(session.algod.clone(), (journal, past), settings, explain(record.as_ref())).await;
    let batch = batch.map_err(|halt| ended_early(halt.into(), &path))?;
    let again = match &origin {
        Origin::Stdin => None,
        _ => Some(origin.input(format)?),
    };
    let payers = Purses::new(session, app, asset);
    let mut teller = Teller::new(session.context.out, total);
    interrupt::tell(batch.stopper());
    let (summary, outcome) = batch.run(input, again, &payers, &mut teller).await;
    let ended = outcome.map_err(|error| ended_early(error, &path));
    let (exit, text) = teller.end(&place, &summary, ended)?;
    Ok(match text {
        Some(text) => Answer::text(text).ending(exit),
        None => Answer::Said(exit),
    })
}

fn settings(session: &Session<'_>, args: &Args, app: u64, record: Option<&Contract>) -> Settings {
    let alone = session.is_development();
    Settings {
        app,
        asset: args.asset,
        ordered_ticks: record.is_none_or(|record| recorded_template(&record.programs).ordered_ticks),
        parallel: usize::from(args.parallel),
        rate: args.rate,
        validity: if alone { VALIDITY_ALONE } else { VALIDITY },
        alone,
        patience: PATIENCE,
        retry: args.retry,
        max_fee: session.max_fee(3),
    }
}

fn explain(record: Option<&Contract>) -> Explain {
    let programs = programs_of(record);
    Arc::new(move |rejection| {
        let failure = rejected(rejection, programs.as_ref());
        match &failure.cause {
            // Such a message says what and the cause says how much.
            Some(cause) if !matches!(rejection, Rejection::Logic { .. } | Rejection::Other { .. }) => {
                format!("{} ({cause})", failure.message)
            }
            _ => failure.message.clone(),
        }
    })
}

/// The journal of these lines, and what it tells.
fn journal(session: &Session<'_>, args: &Args, origin: &Origin<'_>, app: u64) -> Result<(Journal, Past), Failure> {
    let genesis: Digest = genesis_hash(session)?;
    let name = origin.name();
    if let Some(path) = &args.journal {
        return Ok(Journal::open(path, genesis, app, &name)?);
    }
    let folder = session.context.folder.join(".pnp").join("journals");
    make_private(&session.context.folder, &folder)?;
    let valid = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let file = format!("{}-{app}-{name}", session.network.name).chars().map(valid).collect::<String>();
    let path = folder.join(format!("{file}.journal"));
    let opened = Journal::open(&path, genesis, app, &name)?;
    if !(opened.1.done && matches!(origin, Origin::Same(..))) {
        return Ok(opened);
    }
    // The same bill as often once more is another order; a file's lines are the same ones.
    let time = provenance::now().replace(':', "");
    let kept: PathBuf = folder.join(format!("{file}-{time}.journal"));
    std::fs::rename(&path, &kept).map_err(|source| pnp_usage::journal::JournalError::File {
        action: "write",
        path: path.clone(),
        source,
    })?;
    drop(opened);
    Ok(Journal::open(&path, genesis, app, &name)?)
}

fn genesis_hash(session: &Session<'_>) -> Result<Digest, Failure> {
    let bytes = data_encoding::BASE64.decode(session.identity.hash.as_bytes()).ok();
    bytes.and_then(|bytes| bytes.try_into().ok()).map(Digest).ok_or_else(|| {
        Failure::new("malformed_answer", "algod names a genesis hash that is none")
            .hint("check that the address is algod's and not another service's")
    })
}

/// Where tokens are worth money: once for the whole batch, with its sums.
async fn confirm(
    session: &Session<'_>,
    origin: &Origin<'_>,
    format: Option<Format>,
    state: &GlobalState,
    total: Option<u64>,
) -> Result<(), Failure> {
    if !session.identity.is_mainnet() || session.context.options.yes {
        return Ok(());
    }
    let min_fee = session.params().await?.min_fee.0;
    let effect = match origin {
        Origin::Stdin => vec![("action", "bill the lines of stdin; what they add up to is not known yet".to_owned())],
        _ => {
            let sums = sums(origin.input(format)?, state)?;
            let total = total.unwrap_or(sums.charged);
            let fees = MicroAlgos(sums.charged.saturating_mul(min_fee).saturating_mul(3));
            vec![
                ("action", format!("bill {} of {total} lines of {}", sums.charged, origin.name())),
                ("amount", format!("{} minor units: {} net, {} fee", sums.gross, sums.net, sums.fee)),
                ("senders", "the users the lines name".to_owned()),
                ("fee", format!("{fees} at the least fee; lines the journal has already are not billed again")),
            ]
        }
    };
    Ok(session.approve(Effect::Lines(effect)).await?)
}

/// What the readable lines of an input add up to.
fn sums(mut input: Input, state: &GlobalState) -> Result<Sums, Failure> {
    let mut sums = Sums::default();
    while let Some(line) = input.next_line()? {
        let Ok(row) = line.row else { continue };
        let price = row.unit_price.unwrap_or_else(|| state.parameters.min_rate().max(1));
        if let Ok(split) = Split::of(row.units, price, state.parameters.fee_pct()) {
            sums.add(split.net, split.fee);
        }
    }
    Ok(sums)
}
