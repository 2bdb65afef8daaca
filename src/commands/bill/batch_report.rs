//! What a batch prints: a line for each tick, progress meanwhile, a summary at the end.

use crate::failure::{ErrorBody, Exit, Failure};
use crate::terminal::output::{Output, Progress};
use pnp_types::{Round, Txid};
use pnp_usage::TickId;
use pnp_usage::batch::{Listener, Outcome, Settled, Summary};
use serde::Serialize;
use std::time::Instant;

/// How many refused lines are shown one by one.
const SHOWN: u64 = 20;

/// A tick of `bill --from` or `--count`, settled: a line each.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct TickReport {
    /// The input's line.
    line: u64,
    /// `charged`, `refused`, `expired` (not charged, to be tried again) or `doubtful`.
    outcome: &'static str,
    /// The payer's address, or the text of the input if that names no account.
    user: String,
    /// Why it is not charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The bill, where a group was made for it.
    #[serde(flatten)]
    bill: Option<BillReport>,
    /// The block.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<Round>,
}

/// What a tick's group moves.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct BillReport {
    /// The tick's id, as text or `0x` and hex.
    #[schemars(with = "String")]
    tick: TickId,
    /// Units of use.
    units: u64,
    /// The price of one, in minor units.
    unit_price: u64,
    /// What the payer pays, in minor units.
    gross: u64,
    /// What the platform gets of it, in minor units.
    fee: u64,
    /// What the provider gets of it, in minor units.
    net: u64,
    /// The group's first transaction, the call.
    #[schemars(with = "String")]
    txid: Txid,
}

/// The last line of `bill --from` or `--count`: what all of them came to.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct SummaryReport {
    /// What the batch came to.
    summary: BatchReport,
}

/// What a batch came to.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct BatchReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The contract's application.
    app: u64,
    /// The journal's file.
    journal: String,
    /// Whether every line is charged or refused.
    complete: bool,
    /// Lines that were read.
    lines: u64,
    /// Lines that this run charged.
    charged: u64,
    /// Lines that earlier runs with this journal had charged.
    charged_before: u64,
    /// Lines that are not charged, for good.
    refused: u64,
    /// Lines that are not charged yet: another run tries them.
    left: u64,
    /// Lines of which it is not known whether they were charged.
    doubtful: u64,
    /// What was paid, in minor units, by this run and those before it.
    gross: u128,
    /// What of it the platform got.
    fee: u128,
    /// What of it the provider got.
    net: u128,
    /// How long this run took.
    seconds: f64,
    /// Lines this run charged a second.
    ticks_per_second: f64,
    /// Why it ended early: what `error` has in the document of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorBody>,
}

/// Where a batch runs.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) network: String,
    pub(super) genesis_hash: String,
    pub(super) app: u64,
    pub(super) journal: String,
}

/// Prints each line when it is settled, and the summary.
pub(super) struct Printer {
    out: Output,
    progress: Progress,
    begun: Instant,
    done: u64,
    charged: u64,
    failed: u64,
    /// What could not be written to stdout.
    broken: Option<Failure>,
}

impl Printer {
    pub(super) fn new(out: Output, total: Option<u64>) -> Self {
        let progress = out.progress(total);
        Self { out, progress, begun: Instant::now(), done: 0, charged: 0, failed: 0, broken: None }
    }

    fn show(&mut self) {
        let (charged, failed, seconds) = (self.charged, self.failed, self.begun.elapsed().as_secs_f64());
        self.progress.show(self.done, || format!("{:.0} ticks/s, {failed} failed", per_second(charged, seconds)));
    }

    fn words(&mut self, settled: &Settled) {
        let line = settled.line;
        let said = match &settled.outcome {
            Outcome::Charged(_) => {
                self.out.detail(&format!("line {line}: charged"));
                return;
            }
            Outcome::Refused(why) => format!("line {line} is refused: {why}"),
            Outcome::Expired(why) => format!("line {line} is not charged yet: {why}"),
            Outcome::Doubtful(why) => format!("line {line} may or may not be charged: {why}"),
        };
        if self.failed <= SHOWN {
            self.progress.say(&said);
        } else if self.failed == SHOWN + 1 {
            self.progress.say("further lines that fail are in the journal and in --json output");
        }
    }
}

impl Listener for Printer {
    fn settled(&mut self, settled: &Settled) {
        self.done += 1;
        match settled.outcome {
            Outcome::Charged(_) => self.charged += 1,
            _ => self.failed += 1,
        }
        if !self.out.is_json() {
            self.words(settled);
        } else if self.broken.is_none()
            && let Err(failure) = self.out.line(&TickReport::of(settled))
        {
            self.broken = Some(failure);
        }
        self.show();
    }

    fn passed(&mut self, _: u64) {
        self.done += 1;
        self.show();
    }
}

impl TickReport {
    fn of(settled: &Settled) -> Self {
        let (outcome, reason, round) = match &settled.outcome {
            Outcome::Charged(round) => ("charged", None, *round),
            Outcome::Refused(why) => ("refused", Some(why), None),
            Outcome::Expired(why) => ("expired", Some(why), None),
            Outcome::Doubtful(why) => ("doubtful", Some(why), None),
        };
        let bill = settled.bill.as_ref().map(|bill| BillReport {
            tick: bill.tick.clone(),
            units: bill.units.get(),
            unit_price: bill.unit_price,
            gross: bill.net.saturating_add(bill.fee),
            fee: bill.fee,
            net: bill.net,
            txid: bill.txid,
        });
        Self { line: settled.line, outcome, user: settled.user.clone(), reason: reason.cloned(), bill, round }
    }
}

fn per_second(ticks: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { ticks as f64 / seconds } else { 0.0 }
}

impl Printer {
    /// Writes the summary; the exit code, or the failure that is still to be reported.
    pub(super) fn end(
        self,
        place: &Place,
        summary: &Summary,
        ended: Result<(), Failure>,
    ) -> Result<(Exit, Option<String>), Failure> {
        let Self { out, progress, begun, broken, .. } = self;
        drop(progress);
        if let Some(broken) = broken {
            return Err(broken);
        }
        let seconds = begun.elapsed().as_secs_f64();
        let rate = per_second(summary.charged, seconds);
        let exit = match &ended {
            Err(failure) => failure.exit,
            Ok(()) if summary.left > 0 || summary.doubtful > 0 => Exit::Failed,
            Ok(()) if summary.refused > 0 => Exit::Findings,
            Ok(()) => Exit::Done,
        };
        if out.is_json() {
            let error = ended.err().map(|failure| failure.body());
            out.line(&SummaryReport::of(place, summary, (seconds, rate), error))?;
            return Ok((exit, None));
        }
        let text = words(place, summary, seconds, rate);
        match ended {
            Err(failure) => {
                out.say(&text);
                Err(failure)
            }
            Ok(()) => Ok((exit, Some(text))),
        }
    }
}

impl SummaryReport {
    fn of(place: &Place, summary: &Summary, (seconds, rate): (f64, f64), error: Option<ErrorBody>) -> Self {
        let place = place.clone();
        let Summary { lines, charged, charged_before, refused, left, doubtful, complete, sums } = *summary;
        let round = |number: f64| (number * 1000.0).round() / 1000.0;
        Self {
            summary: BatchReport {
                network: place.network,
                genesis_hash: place.genesis_hash,
                app: place.app,
                journal: place.journal,
                complete,
                lines,
                charged,
                charged_before,
                refused,
                left,
                doubtful,
                gross: sums.gross,
                fee: sums.fee,
                net: sums.net,
                seconds: round(seconds),
                ticks_per_second: round(rate),
                error,
            },
        }
    }
}

fn words(place: &Place, summary: &Summary, seconds: f64, rate: f64) -> String {
    let Summary { lines, charged, charged_before, refused, left, doubtful, sums, .. } = summary;
    let before = if *charged_before > 0 { format!(", {charged_before} by an earlier run") } else { String::new() };
    let mut text = vec![
        format!("lines     {lines}, application {} on {}", place.app, place.network),
        format!("charged   {charged} in {seconds:.1} s ({rate:.0}/s){before}"),
        format!("gross     {}", sums.gross),
        format!("fee       {}", sums.fee),
        format!("net       {}", sums.net),
    ];
    for (name, count, what) in [
        ("refused", refused, "not charged, for the reasons shown"),
        ("left", left, "not charged yet: run the command again"),
        ("doubtful", doubtful, "it is not known whether they were charged"),
    ] {
        if *count > 0 {
            text.push(format!("{name:<9} {count} {what}"));
        }
    }
    text.push(format!("journal   {}", place.journal));
    text.join("\n")
}
