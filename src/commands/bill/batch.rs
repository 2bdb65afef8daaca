//! Many ticks: lines of a file or one bill many times, with a journal.

use super::Args;
use super::batch_report::Printer;
use crate::failure::{Failure, refusal};
use crate::session::Session;
use crate::terminal::interrupt;
use crate::terminal::output::Answer;
use pnp_client::Rejection;
use pnp_ops::reports::bill::BatchPlace;
use pnp_ops::{BatchEnd, BatchLines, BatchRequest, Refusal};
use pnp_usage::batch::{Format, Input, Row};
use pnp_usage::{StopSignal, TickId, Units};
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::Arc;

/// Bills every line.
pub(super) async fn run(session: &Session<'_>, args: &Args) -> Result<Answer, Failure> {
    let batch = session.open_batch(request(args)?).await?;
    let place = BatchPlace::new(session, &batch);
    let mut printer = Printer::new(session.context.out, batch.total());
    let stop = StopSignal::new();
    interrupt::stop_in_order(stop.clone());
    let BatchEnd { summary, error } = batch.run(&mut printer, &stop).await;
    let ended = error.map_or(Ok(()), |error| Err(error.into()));
    let (exit, text) = printer.end(&place, &summary, ended)?;
    Ok(match text {
        Some(text) => Answer::text(text).ending(exit),
        None => Answer::Printed(exit),
    })
}

fn request(args: &Args) -> Result<BatchRequest, Failure> {
    Ok(BatchRequest {
        app: args.target.app,
        asset: args.asset,
        lines: lines(args)?,
        journal: args.journal.clone(),
        parallel: usize::from(args.parallel),
        rate: args.rate,
        retry_refused: args.retry,
        explain: Some(Arc::new(explain)),
    })
}

fn lines(args: &Args) -> Result<BatchLines, Failure> {
    let format = args.format.map(Format::from);
    Ok(match &args.from {
        Some(from) if from == "-" => {
            let input = Input::new(BufReader::new(std::io::stdin()), format);
            BatchLines::Stream { name: "stdin".to_owned(), input }
        }
        Some(from) => BatchLines::File { path: PathBuf::from(from), format },
        None => {
            let tick = args.tick.as_deref().map(str::parse::<TickId>).transpose()?;
            let units = Units(args.units.unwrap_or_default());
            let row = Row { user: args.user.clone(), units, unit_price: args.price, tick };
            BatchLines::Repeated { row, count: args.count.unwrap_or(1) }
        }
    })
}

/// Why a line is refused, in one sentence.
fn explain(refused: &Refusal) -> String {
    let failure = refusal(refused);
    match &failure.cause {
        // Such a message says what and the cause says how much.
        Some(cause) if !matches!(refused.rejection, Rejection::Logic { .. } | Rejection::Other { .. }) => {
            format!("{} ({cause})", failure.message)
        }
        _ => failure.message.clone(),
    }
}
