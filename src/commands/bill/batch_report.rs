//! What a batch prints: a line for each tick, progress while it runs, a summary at the end.

use crate::failure::{Exit, Failure};
use crate::terminal::output::{Output, Progress};
use pnp_ops::reports::bill::{BatchPlace, SummaryReport, TickReport, ticks_per_second};
use pnp_usage::batch::{LineResult, Listener, Outcome, Summary};
use std::time::{Duration, Instant};

/// How many refused lines are shown one by one.
const MAX_SHOWN_LINES: u64 = 20;

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
        let (charged, failed, time) = (self.charged, self.failed, self.begun.elapsed());
        self.progress.show(self.done, || format!("{:.0} ticks/s, {failed} failed", ticks_per_second(charged, time)));
    }

    fn describe(&mut self, settled: &LineResult) {
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
        if self.failed <= MAX_SHOWN_LINES {
            self.progress.say(&said);
        } else if self.failed == MAX_SHOWN_LINES + 1 {
            self.progress.say("further lines that fail are in the journal and in --json output");
        }
    }
}

impl Listener for Printer {
    fn settled(&mut self, settled: &LineResult) {
        self.done += 1;
        match settled.outcome {
            Outcome::Charged(_) => self.charged += 1,
            _ => self.failed += 1,
        }
        if !self.out.is_json() {
            self.describe(settled);
        } else if self.broken.is_none()
            && let Err(failure) = self.out.line(&TickReport::new(settled))
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

impl Printer {
    /// Writes the summary; the exit code, or the failure that is still to be reported.
    pub(super) fn end(
        self,
        place: &BatchPlace,
        summary: &Summary,
        ended: Result<(), Failure>,
    ) -> Result<(Exit, Option<String>), Failure> {
        let Self { out, progress, begun, broken, .. } = self;
        drop(progress);
        if let Some(broken) = broken {
            return Err(broken);
        }
        let time = begun.elapsed();
        let exit = match &ended {
            Err(failure) => failure.exit,
            Ok(()) if summary.left > 0 || summary.doubtful > 0 => Exit::Failed,
            Ok(()) if summary.refused > 0 => Exit::Findings,
            Ok(()) => Exit::Done,
        };
        if out.is_json() {
            let error = ended.err().map(|failure| failure.body());
            out.line(&SummaryReport::new(place, summary, time, error))?;
            return Ok((exit, None));
        }
        let text = words(place, summary, time);
        match ended {
            Err(failure) => {
                out.say(&text);
                Err(failure)
            }
            Ok(()) => Ok((exit, Some(text))),
        }
    }
}

fn words(place: &BatchPlace, summary: &Summary, time: Duration) -> String {
    let Summary { lines, charged, charged_before, refused, left, doubtful, sums, .. } = summary;
    let before = if *charged_before > 0 { format!(", {charged_before} by an earlier run") } else { String::new() };
    let mut text = vec![
        format!("lines     {lines}, application {} on {}", place.app, place.network),
        format!(
            "charged   {charged} in {:.1} s ({:.0}/s){before}",
            time.as_secs_f64(),
            ticks_per_second(*charged, time)
        ),
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
