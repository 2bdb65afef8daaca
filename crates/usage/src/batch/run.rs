//! The main loop of a batch: reads lines, starts bills, and collects their outcomes.

use super::charge::{Charge, FinishedLine, Shared};
use super::group::Common;
use super::preparing::Preparing;
use super::user_queues::{Entry, Pushed, Start, UserQueues};
use super::{
    Explain, Input, InputError, Line, LineResult, Listener, Outcome, Payers, Ready, Row, Settings, StopReason,
};
use crate::exactly_once::Network;
use crate::journal::{Done, InputDigest, Journal, JournalState, Record, Refused, Sums};
use crate::{StopSignal, global_state};
use pnp_client::Algod;
use pnp_types::Address;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How many lines wait in memory at most: an input sorted by user still finds many users in them.
const MAX_WAITING_LINES: usize = 100_000;
/// How many lines are read before bills are started again.
const LINES_PER_STEP: usize = 256;
/// How long running lines may take to end when something stops the batch.
const LAST_BILLS: Duration = Duration::from_secs(5);
/// How many users that cannot be billed are kept in memory.
const MAX_UNKNOWN_USERS: usize = 10_000;

/// A batch that is about to run.
pub struct Batch {
    shared: Arc<Shared>,
    past: JournalState,
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").field("journal", &self.shared.journal.path()).finish_non_exhaustive()
    }
}

/// The result of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Lines of the input that were read, without empty ones.
    pub lines: u64,
    /// Lines that this run charged.
    pub charged: u64,
    /// Lines that earlier runs had charged.
    pub charged_before: u64,
    /// Lines that are refused, by this run or an earlier one.
    pub refused: u64,
    /// Lines that are not charged yet: another run tries them.
    pub left: u64,
    /// Lines of which it is not known whether they are charged.
    pub doubtful: u64,
    /// Whether the input was read to its end and every line is charged or refused.
    pub complete: bool,
    /// All that is charged, by this run and earlier ones.
    pub sums: Sums,
}

/// Why a batch ended early.
#[derive(Debug, thiserror::Error)]
pub enum BatchError<E> {
    /// The network, the journal or this program.
    #[error(transparent)]
    Stopped(#[from] StopReason),
    /// The input.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The input is not the one the journal is about.
    #[error("line {line} of the input, or one before it, is not what the journal says it was")]
    OtherInput {
        /// The last line that the journal has a record of.
        line: u64,
    },
    /// The keys.
    #[error("a payer's key cannot be used")]
    Payers(E),
    /// The stop signal was given.
    #[error("interrupted")]
    Interrupted,
}

/// A user who was prepared, or why not; or what stops the batch.
type Prepared<E> = (Address, Result<Result<Ready, String>, E>);

/// The state of a run.
struct Run<'r, P: Payers, L> {
    batch: Batch,
    payers: &'r P,
    listener: &'r mut L,
    users: HashMap<String, Result<Address, String>>,
    preparing: Preparing<'r, Prepared<P::Error>>,
    queues: UserQueues,
    tasks: JoinSet<Result<FinishedLine, StopReason>>,
    /// Lines that wait until the input has shown to be the journal's.
    held: Vec<Line>,
    check: Check,
    verified: bool,
    read: Option<InputDigest>,
    last_line: u64,
    next_start: Instant,
    summary: Summary,
}

impl Batch {
    /// Reads what all lines need.
    ///
    /// # Errors
    /// A contract that cannot be read.
    pub async fn prepare(
        algod: Algod,
        (journal, past): (Journal, JournalState),
        settings: Settings,
        explain: Explain,
    ) -> Result<Self, StopReason> {
        let state = global_state(&algod, settings.app).await?;
        let network = Network::new(algod, settings.network);
        let params = network.params().await?;
        let common = Common {
            app: settings.app,
            genesis_id: params.genesis_id,
            genesis_hash: params.genesis_hash,
            consensus: params.consensus,
            journal: journal.id(),
        };
        let state = RwLock::new(state);
        let shared = Arc::new(Shared { network, journal, settings, common, explain, state });
        Ok(Self { shared, past })
    }

    /// Bills every line of the input that the journal does not say is settled.
    ///
    /// `again` is a second copy of the input, if it can be read twice: then the input is compared with the journal first. Else
    /// lines that are not settled wait in memory until it is compared.
    ///
    /// Once `stop` is given, running lines are settled and no further one is started.
    ///
    /// # Errors
    /// What ended it early, together with its result so far.
    pub async fn run<P: Payers>(
        self,
        input: Input,
        again: Option<Input>,
        payers: &P,
        listener: &mut impl Listener,
        stop: &StopSignal,
    ) -> (Summary, Result<(), BatchError<P::Error>>) {
        let corrected: BTreeMap<_, _> = self.past.unsent.iter().map(|(line, unsent)| (*line, unsent.first)).collect();
        let input = input.with_corrected(corrected.clone());
        let again = again.map(|again| again.with_corrected(corrected));
        let verified = match self.verify(again).await {
            Ok(verified) => verified,
            Err(error) => return (Summary { sums: self.past.sums, ..Summary::default() }, Err(error)),
        };
        let (lines, reader) = read_ahead(input);
        let shared = Arc::clone(&self.shared);
        let follower = tokio::spawn(async move { shared.network.follow().await });
        let mut run = Run {
            payers,
            listener,
            users: HashMap::new(),
            preparing: Preparing::new(),
            queues: UserQueues::default(),
            tasks: JoinSet::new(),
            held: Vec::new(),
            check: Check::default(),
            verified,
            read: None,
            last_line: 0,
            next_start: Instant::now(),
            summary: Summary { sums: self.past.sums, ..Summary::default() },
            batch: self,
        };
        let mut outcome = run.main_loop(lines, stop).await;
        run.finish_running(outcome.is_ok()).await;
        follower.abort();
        reader.abort();
        if outcome.is_ok() {
            outcome = run.complete().await;
        }
        (run.summary, outcome)
    }

    /// Whether the input is known to be the journal's: nothing was ever sent, or `again` was compared up to the last line that
    /// had a group.
    ///
    /// Every line that ever had a group must have the digest that its intent has in the journal. So it, and every line before it,
    /// has the same number and text; but for lines that were refused before they had a group: these may be corrected, and change
    /// no digest but their own. What is left of a journal in which nothing was sent binds nobody.
    async fn verify<E>(&self, again: Option<Input>) -> Result<bool, BatchError<E>> {
        let Some((&highest, _)) = self.past.sent.last_key_value() else { return Ok(true) };
        let Some(mut input) = again else { return Ok(false) };
        let past = self.past.clone();
        let read = tokio::task::spawn_blocking(move || {
            let mut check = Check::default();
            while let Some(line) = input.next_line()? {
                match check.line(&past, &line) {
                    Compared::Fits => {}
                    Compared::Verified => return Ok(true),
                    Compared::Differs => return Ok(false),
                }
            }
            Ok(false)
        });
        match read.await.map_err(|error| StopReason::Task(error.to_string()))? {
            Ok(true) => Ok(true),
            Ok(false) => Err(BatchError::OtherInput { line: highest }),
            Err(error) => Err(BatchError::Input(error)),
        }
    }
}

/// Compares an input with a journal, line by line.
#[derive(Debug, Default)]
struct Check {
    /// How many of the lines that had a group were found as they were.
    found: usize,
}

enum Compared {
    /// So far it is the journal's.
    Fits,
    /// It is the journal's up to the last line that had a group.
    Verified,
    Differs,
}

impl Check {
    fn line(&mut self, past: &JournalState, line: &Line) -> Compared {
        let Some((&highest, _)) = past.sent.last_key_value() else { return Compared::Verified };
        match past.sent.get(&line.number) {
            Some(sent) if *sent != line.input => return Compared::Differs,
            Some(_) => self.found = self.found.saturating_add(1),
            None => {}
        }
        match line.number.cmp(&highest) {
            Ordering::Less => Compared::Fits,
            Ordering::Equal if self.found == past.sent.len() => Compared::Verified,
            // A line that had a group is empty or a note now, or is not there any more.
            Ordering::Equal | Ordering::Greater => Compared::Differs,
        }
    }
}

type Lines = mpsc::Receiver<Result<Option<(Line, InputDigest)>, InputError>>;

/// Reads lines on a thread of their own, for files and pipes may block; the last thing sent is the end.
fn read_ahead(mut input: Input) -> (Lines, tokio::task::JoinHandle<()>) {
    let (to, lines) = mpsc::channel(4 * LINES_PER_STEP);
    let reader = tokio::task::spawn_blocking(move || {
        loop {
            let line = input.next_line().map(|line| line.map(|line| (line, input.digest())));
            let ended = !matches!(line, Ok(Some(_)));
            // The receiver is gone: the batch was stopped.
            if to.blocking_send(line).is_err() || ended {
                break;
            }
        }
    });
    (lines, reader)
}

impl<P: Payers, L: Listener> Run<'_, P, L> {
    async fn main_loop(&mut self, mut lines: Lines, stop: &StopSignal) -> Result<(), BatchError<P::Error>> {
        let mut ended = false;
        loop {
            let mut count = 0;
            while !ended && self.has_room() && count < LINES_PER_STEP {
                let Ok(line) = lines.try_recv() else { break };
                ended = self.take_line(line).await?;
                count += 1;
            }
            self.start();
            if ended && self.tasks.is_empty() && self.preparing.is_empty() && !self.queues.has_ready() {
                return Ok(());
            }
            let may_read = !ended && self.has_room();
            let must_wait = self.queues.has_ready() && self.tasks.len() < self.batch.shared.settings.parallel;
            tokio::select! {
                biased;
                () = stop.stopped() => return Err(BatchError::Interrupted),
                prepared = self.preparing.next(), if !self.preparing.is_empty() => self.prepared(prepared)?,
                Some(ended) = self.tasks.join_next() => self.settle(ended)?,
                Some(line) = lines.recv(), if may_read => ended = self.take_line(line).await?,
                () = tokio::time::sleep_until(self.next_start.into()), if must_wait => {}
            }
        }
    }

    fn has_room(&self) -> bool {
        self.queues.queued() + self.tasks.len() < MAX_WAITING_LINES
    }

    /// Starts what may start now.
    fn start(&mut self) {
        let Settings { parallel, rate, .. } = &self.batch.shared.settings;
        while self.tasks.len() < *parallel {
            if let Some(rate) = rate {
                let now = Instant::now();
                if self.next_start > now {
                    break;
                }
                // Time lost in a pause is not made up for.
                let step = Duration::from_secs_f64(1.0 / rate.max(1e-6));
                self.next_start = self.next_start.max(now.checked_sub(step).unwrap_or(now)) + step;
            }
            let Some(Start { signer, last, entry }) = self.queues.start() else { break };
            let shared = Arc::clone(&self.batch.shared);
            self.tasks.spawn(Charge { shared, signer, entry, last }.run());
        }
    }

    /// Takes in what was read; whether that was the end.
    async fn take_line(
        &mut self,
        line: Result<Option<(Line, InputDigest)>, InputError>,
    ) -> Result<bool, BatchError<P::Error>> {
        let Some((line, digest)) = line? else {
            return if self.verified { Ok(true) } else { Err(self.other_input()) };
        };
        self.read = Some(digest);
        self.last_line = line.number;
        self.summary.lines += 1;
        if self.verified {
            self.admit(line).await?;
            return Ok(false);
        }
        let compared = self.check.line(&self.batch.past, &line);
        if matches!(compared, Compared::Differs) {
            return Err(self.other_input());
        }
        self.held_or_passed(line);
        if matches!(compared, Compared::Verified) {
            self.verified = true;
            for line in std::mem::take(&mut self.held) {
                self.admit(line).await?;
            }
        }
        Ok(false)
    }

    fn other_input(&self) -> BatchError<P::Error> {
        let highest = self.batch.past.sent.last_key_value().map(|(line, _)| *line);
        BatchError::OtherInput { line: highest.unwrap_or_default() }
    }

    /// Passes over a settled line; one that is not waits for the input to be verified.
    fn held_or_passed(&mut self, line: Line) {
        if !self.passes(line.number, line.input) {
            self.held.push(line);
        }
    }

    /// Whether an earlier run settled the line. One that was refused before it had a group is not settled once it is corrected.
    fn passes(&mut self, line: u64, input: InputDigest) -> bool {
        let past = &self.batch.past;
        if past.charged.contains(line) {
            self.summary.charged_before += 1;
        } else if past.refused.contains(line)
            && !self.batch.shared.settings.retry_refused
            && !past.is_corrected(line, input)
        {
            self.summary.refused += 1;
        } else {
            return false;
        }
        self.listener.passed(line);
        true
    }

    /// Puts a line in its user's queue, or refuses it.
    async fn admit(&mut self, line: Line) -> Result<(), BatchError<P::Error>> {
        let Line { number, input, row } = line;
        if self.passes(number, input) {
            return Ok(());
        }
        let open = self.batch.past.open.remove(&number).map(Box::new);
        let was_open = open.is_some();
        let found = match row {
            Ok(row) => self.user(&row).await?.map(|user| (user, row)),
            Err(reason) => Err((String::new(), reason)),
        };
        let (user, row) = match found {
            Ok(found) => found,
            Err((user, reason)) => {
                let outcome = if was_open { Outcome::Doubtful(reason) } else { Outcome::Refused(reason) };
                self.settle_unsent(number, input, user, outcome)?;
                return Ok(());
            }
        };
        match self.queues.push(user, Entry::new(number, input, row, open)) {
            Pushed::Queued => {}
            // Behind a line whose outcome is not known.
            Pushed::Left => {}
            Pushed::Refused(entry, reason) => self.refuse(user, &entry, reason)?,
        }
        Ok(())
    }

    /// Takes in a user who was prepared, or cannot be.
    fn prepared(&mut self, (user, ready): Prepared<P::Error>) -> Result<(), BatchError<P::Error>> {
        match ready.map_err(BatchError::Payers)? {
            Ok(ready) => self.queues.ready(ready),
            Err(reason) => {
                for entry in self.queues.refuse(user, reason.clone()) {
                    self.refuse(user, &entry, reason.clone())?;
                }
            }
        }
        Ok(())
    }

    /// Ends a line of a user who cannot be billed.
    fn refuse(&mut self, user: Address, entry: &Entry, reason: String) -> Result<(), StopReason> {
        let outcome = if entry.open.is_some() { Outcome::Doubtful(reason) } else { Outcome::Refused(reason) };
        self.settle_unsent(entry.line, entry.input, user.to_string(), outcome)
    }

    /// Who pays for a row; or the text of the input and why nobody does.
    async fn user(&mut self, row: &Row) -> Result<Result<Address, (String, String)>, BatchError<P::Error>> {
        let name = &row.user;
        let found = match self.users.get(name) {
            Some(found) => found.clone(),
            None => {
                let payers = self.payers;
                let found = payers.find(name).await.map_err(BatchError::Payers)?.map(|(user, account)| {
                    // Another name may have been for the same account.
                    if self.queues.expect(user) {
                        self.preparing.push(async move { (user, payers.ready(account).await) });
                    }
                    user
                });
                if found.is_ok() || self.users.len() < MAX_UNKNOWN_USERS {
                    self.users.insert(name.clone(), found.clone());
                }
                found
            }
        };
        Ok(found.map_err(|reason| (name.clone(), reason)))
    }

    /// Settles a line that was not sent in this run.
    fn settle_unsent(
        &mut self,
        line: u64,
        input: InputDigest,
        user: String,
        outcome: Outcome,
    ) -> Result<(), StopReason> {
        if let Outcome::Refused(reason) = &outcome {
            self.summary.refused += 1;
            let refused = Refused { line, input, reason: reason.clone() };
            self.batch.shared.journal.note(Record::Refused(refused))?;
        } else {
            self.summary.doubtful += 1;
        }
        self.listener.settled(&LineResult { line, user, bill: None, outcome });
        Ok(())
    }

    /// Takes in the outcome of a line.
    fn settle(
        &mut self,
        ended: Result<Result<FinishedLine, StopReason>, tokio::task::JoinError>,
    ) -> Result<(), StopReason> {
        let ended = ended.map_err(|error| StopReason::Task(error.to_string()))??;
        let FinishedLine { line, user, bill, outcome, last } = ended;
        match &outcome {
            Outcome::Charged(_) => {
                self.summary.charged += 1;
                if let Some(bill) = &bill {
                    self.summary.sums.add(bill.net, bill.fee);
                }
            }
            Outcome::Refused(_) => self.summary.refused += 1,
            Outcome::Expired(_) => {}
            Outcome::Doubtful(_) => self.summary.doubtful += 1,
        }
        match outcome {
            Outcome::Charged(_) | Outcome::Refused(_) => self.queues.finish(user, last),
            Outcome::Expired(_) | Outcome::Doubtful(_) => self.queues.block(user),
        }
        self.listener.settled(&LineResult { line, user: user.to_string(), bill, outcome });
        Ok(())
    }

    /// Lets lines under way end; those that do not are settled by going on later.
    async fn finish_running(&mut self, well: bool) {
        let patience = if well { Duration::ZERO } else { LAST_BILLS };
        let end = tokio::time::Instant::now() + patience;
        while let Ok(Some(ended)) = tokio::time::timeout_at(end, self.tasks.join_next()).await {
            if let Err(error) = self.settle(ended) {
                tracing::debug!(%error, "a line was not settled");
            }
        }
        self.tasks.abort_all();
        // Every line without another outcome, also the one that stopped the batch.
        let Summary { lines, charged, charged_before, refused, doubtful, .. } = self.summary;
        let settled = charged + charged_before + refused + doubtful;
        self.summary.left = lines.saturating_sub(settled);
    }

    /// Notes the end of the input, where every line is settled.
    async fn complete(&mut self) -> Result<(), BatchError<P::Error>> {
        if self.summary.left > 0 || self.summary.doubtful > 0 {
            return Ok(());
        }
        self.summary.complete = true;
        if !self.batch.past.done || self.summary.charged > 0 {
            let done = Done { lines: self.last_line, input: self.read.unwrap_or_default() };
            self.batch.shared.journal.commit(Record::Done(done)).await.map_err(StopReason::from)?;
        }
        Ok(())
    }
}
