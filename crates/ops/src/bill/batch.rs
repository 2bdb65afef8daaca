//! Many ticks: the lines of a file, or one bill many times, each charged exactly once by means of a journal.

use super::lines::{BatchLines, LineInfo};
use super::payers::ConnectedPayers;
use super::{NETWORK, has_ordered_ticks};
use crate::approval::{BatchTotals, Effect};
use crate::connection::Connection;
use crate::contract_record::programs_of;
use crate::error::{BatchError, Error};
use crate::observer::Event;
use crate::provenance;
use crate::refusal::Refusal;
use crate::settings::make_private;
use pnp_registry::Contract;
use pnp_types::{AppIndex, AssetIndex, Digest, MicroAlgos};
use pnp_usage::batch::{self, Batch, Explain, Input, Listener, Settings, Summary};
use pnp_usage::journal::{Journal, JournalError, JournalState, Sums};
use pnp_usage::{GlobalState, Split, StopSignal, global_state};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many rounds groups stay valid where one node is the whole network: as long as the network allows.
const VALIDITY_ON_ONE_NODE: u64 = 1000;
/// The same elsewhere: some ten minutes, after which it is certain what became of a group.
const VALIDITY: u64 = 200;
/// How many users are billed at once, unless the request says otherwise.
const DEFAULT_PARALLEL: usize = 64;

/// Turns a refusal into the sentence that journal and reports give as the reason.
pub type ExplainRefusal = Arc<dyn Fn(&Refusal) -> String + Send + Sync>;

/// What a batch bills, and how.
pub struct BatchRequest {
    /// The contract; the recorded one without a number.
    pub app: Option<AppIndex>,
    /// The asset, where the contract is not bound to one.
    pub asset: Option<AssetIndex>,
    /// The lines.
    pub lines: BatchLines,
    /// The journal's file; without one, a file in `.pnp/journals/` named after network, contract and lines.
    pub journal: Option<PathBuf>,
    /// How many users are billed at once.
    pub parallel: usize,
    /// The most ticks a second; no limit if not given.
    pub rate: Option<f64>,
    /// Whether lines that an earlier run refused are tried again.
    pub retry_refused: bool,
    /// The words for refusals; the refusal's own text if not given.
    pub explain: Option<ExplainRefusal>,
}

impl fmt::Debug for BatchRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { app, asset, lines, journal, .. } = self;
        f.debug_struct("BatchRequest")
            .field("app", app)
            .field("asset", asset)
            .field("lines", lines)
            .field("journal", journal)
            .finish_non_exhaustive()
    }
}

impl BatchRequest {
    /// These lines, with the recorded contract and the usual journal.
    #[must_use]
    pub fn new(lines: BatchLines) -> Self {
        Self {
            app: None,
            asset: None,
            lines,
            journal: None,
            parallel: DEFAULT_PARALLEL,
            rate: None,
            retry_refused: false,
            explain: None,
        }
    }
}

/// A batch whose journal is open and which was approved. Dropped without being run, it has sent nothing.
pub struct OpenBatch<'c> {
    batch: Batch,
    payers: ConnectedPayers<'c>,
    input: Input,
    /// The same lines again, where they can be read twice.
    again: Option<Input>,
    app: AppIndex,
    journal: PathBuf,
    total: Option<u64>,
}

impl fmt::Debug for OpenBatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { app, journal, total, .. } = self;
        f.debug_struct("OpenBatch")
            .field("app", app)
            .field("journal", journal)
            .field("total", total)
            .finish_non_exhaustive()
    }
}

/// How a batch ended.
#[derive(Debug)]
pub struct BatchEnd {
    /// What it came to.
    pub summary: Summary,
    /// Why it ended before every line was settled; `None` where it went through to the last line.
    pub error: Option<Error>,
}

impl Connection {
    /// Opens lines and journal, prepares the account where one bill is repeated, and has the whole batch approved on MainNet.
    ///
    /// # Errors
    /// [`BatchError`], a contract that cannot be read, and a batch that is not approved. Nothing was billed then.
    pub async fn open_batch(&self, request: BatchRequest) -> Result<OpenBatch<'_>, Error> {
        // A file that cannot be opened is reported before anything else is done.
        let (input, lines) = request.lines.open()?;
        let (app, record) = self.contract(request.app)?;
        let state = global_state(&self.algod, app).await?;
        let asset = state.billed_asset(request.asset)?;
        if let Some(row) = lines.repeated() {
            // Created where a development network lacks it, as for one tick.
            self.account(&row.user).await?;
        }
        let (journal, past) = self.journal(request.journal.as_deref(), &lines, app)?;
        let path = journal.path().to_owned();
        self.approve_batch(&lines, &state).await?;
        if past.highest.is_some() && !past.done {
            let (charged, open) = (past.sums.charged, past.open.len());
            self.event(Event::BatchContinued { journal: self.settings.shown(&path), charged, open });
        }
        let is_single_node = self.is_development();
        let settings = Settings {
            app,
            asset: request.asset,
            ordered_ticks: has_ordered_ticks(record.as_ref()),
            parallel: request.parallel,
            rate: request.rate,
            validity: if is_single_node { VALIDITY_ON_ONE_NODE } else { VALIDITY },
            is_single_node,
            network: NETWORK,
            retry_refused: request.retry_refused,
            max_fee: self.max_fee(3),
        };
        let explain = explain(record.as_ref(), request.explain);
        let batch = Batch::prepare(self.algod.clone(), (journal, past), settings, explain).await;
        let batch = batch.map_err(BatchError::from)?;
        let again = lines.source.map(|source| source.open()).transpose()?;
        let payers = ConnectedPayers::new(self, app, asset);
        Ok(OpenBatch { batch, payers, input, again, app, journal: path, total: lines.total })
    }

    /// The journal of these lines, and what it says about them.
    fn journal(&self, named: Option<&Path>, lines: &LineInfo, app: AppIndex) -> Result<(Journal, JournalState), Error> {
        let genesis = self.genesis_hash()?;
        let open = |path: &Path| Journal::open(path, genesis, app, &lines.name).map_err(BatchError::from);
        if let Some(path) = named {
            return Ok(open(path)?);
        }
        let folder = self.settings.folder.join(".pnp").join("journals");
        make_private(&self.settings.folder, &folder)?;
        let valid = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let file = format!("{}-{app}-{}", self.network.name, lines.name).chars().map(valid).collect::<String>();
        let path = folder.join(format!("{file}.journal"));
        let opened = open(&path)?;
        if !(opened.1.done && lines.repeated().is_some()) {
            return Ok(opened);
        }
        // The same bill as often again is another order; the lines of a file are the same ones.
        let time = provenance::now().replace(':', "");
        let kept = folder.join(format!("{file}-{time}.journal"));
        std::fs::rename(&path, &kept)
            .map_err(|source| BatchError::from(JournalError::File { action: "write", path: path.clone(), source }))?;
        drop(opened);
        Ok(open(&path)?)
    }

    fn genesis_hash(&self) -> Result<Digest, BatchError> {
        let bytes = data_encoding::BASE64.decode(self.identity.hash.as_bytes()).ok();
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Digest).ok_or(BatchError::GenesisHash)
    }

    /// Asks once for the whole batch, with its sums, on MainNet.
    async fn approve_batch(&self, lines: &LineInfo, state: &GlobalState) -> Result<(), Error> {
        if !self.identity.is_mainnet() || self.host.approve.approves_everything() {
            return Ok(());
        }
        let min_fee = self.params().await?.min_fee.0;
        let totals = match &lines.source {
            None => None,
            Some(source) => {
                let sums = sums(source.open()?, state)?;
                let network_fees = MicroAlgos(sums.charged.saturating_mul(min_fee).saturating_mul(3));
                Some(BatchTotals { lines: lines.total.unwrap_or(sums.charged), sums, network_fees })
            }
        };
        Ok(self.approve(Effect::Batch { origin: lines.name.clone(), totals }).await?)
    }
}

impl OpenBatch<'_> {
    /// The contract.
    #[must_use]
    pub const fn app(&self) -> AppIndex {
        self.app
    }

    /// The journal's file.
    #[must_use]
    pub fn journal(&self) -> &Path {
        &self.journal
    }

    /// How many lines there are; `None` where they can be read only once.
    #[must_use]
    pub const fn total(&self) -> Option<u64> {
        self.total
    }

    /// Bills every line that the journal does not say is settled; `listener` receives the result of each line.
    ///
    /// Once `stop` is given, lines that are on their way are settled and no further one is started. Killed at any instant and
    /// started again with the same journal, a batch charges every line exactly once.
    pub async fn run(self, listener: &mut impl Listener, stop: &StopSignal) -> BatchEnd {
        let Self { batch, payers, input, again, journal, .. } = self;
        let (summary, outcome) = batch.run(input, again, &payers, listener, stop).await;
        BatchEnd { summary, error: outcome.err().map(|error| why_ended(error, &journal)) }
    }
}

/// Why a batch with this journal ended early.
fn why_ended(error: batch::BatchError<Error>, journal: &Path) -> Error {
    match error {
        batch::BatchError::Payers(error) => error,
        batch::BatchError::Stopped(reason) => BatchError::from(reason).into(),
        batch::BatchError::Input(error) => BatchError::Input(error).into(),
        batch::BatchError::OtherInput { line } => BatchError::OtherInput { line, journal: journal.to_owned() }.into(),
        batch::BatchError::Interrupted => BatchError::Interrupted.into(),
    }
}

/// The words for refusals, with the line of the contract that refused where that is known.
fn explain(record: Option<&Contract>, words: Option<ExplainRefusal>) -> Explain {
    let programs = programs_of(record);
    Arc::new(move |rejection| {
        let refusal = Refusal::new(rejection.clone(), programs.as_ref());
        words.as_ref().map_or_else(|| refusal.to_string(), |words| words(&refusal))
    })
}

/// What the readable lines of an input add up to.
fn sums(mut input: Input, state: &GlobalState) -> Result<Sums, BatchError> {
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
