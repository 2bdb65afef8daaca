//! Holds the ledger of the server: everything a handler can read or change.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::clock::{self, Clock};
use super::data_lock::DataLock;
use super::goal_files::GoalFiles;
use super::view::View;
use super::{Config, NodeError, opcode_text};
use pnp_ledger::store::Durability;
use pnp_ledger::{
    Chain, ChainError, Confirmed, DispenserKey, EarlierState, Genesis, HistoryError, ProposeError, simulate,
};
use pnp_types::consensus::{self, Protocol};
use pnp_types::{Digest, Round, SignedTransaction, Txid};

/// A development network: one ledger, one lock, one block for each group.
#[derive(Debug)]
pub struct DevNode {
    token: String,
    wait_timeout: Duration,
    remembered_rounds: u64,
    genesis: Genesis,
    genesis_hash: Digest,
    dispenser: Option<DispenserKey>,
    state: Mutex<State>,
    rounds: watch::Sender<Round>,
    durability: Option<Arc<Durability>>,
    // Dropped in this order: the folder is released only after the ledger is closed and `algod.net` is removed.
    _files: Option<GoalFiles>,
    _lock: Option<DataLock>,
}

/// What the lock guards.
#[derive(Debug)]
struct State {
    chain: Chain,
    clock: Clock,
    last_block: Option<Instant>,
}

impl State {
    fn next_timestamp(&self) -> i64 {
        let Self { chain, clock, .. } = self;
        clock.stamp(chain.latest_header().timestamp, clock::now(), chain.params().max_timestamp_increment)
    }
}

/// Refuses a kept chain by other rules than those asked for.
fn check_consensus(folder: &Path, chain: &Chain, wanted: Option<Protocol>) -> Result<(), NodeError> {
    let current = &chain.latest_header().upgrade_state.current_protocol;
    match wanted {
        Some(wanted) if wanted.url != *current => Err(NodeError::OtherConsensus {
            folder: folder.to_owned(),
            wanted: wanted.name,
            found: consensus::protocol(current).map_or_else(|| current.clone(), |found| found.name.to_owned()),
        }),
        _ => Ok(()),
    }
}

impl DevNode {
    /// Starts a network in this process and serves it.
    ///
    /// # Errors
    /// As [`super::serve`].
    pub fn spawn(config: Config) -> Result<super::Running, NodeError> {
        super::serve(config)
    }

    /// Opens the network that the settings name, or creates it; `address` is where it will listen.
    pub(super) fn open(config: Config, address: SocketAddr) -> Result<Self, NodeError> {
        let protocol = config.consensus.unwrap_or(consensus::LATEST);
        let (lock, dispenser, chain) = match &config.data {
            Some(folder) => {
                let trouble = |source| NodeError::Folder { path: folder.clone(), source };
                let mut lock = DataLock::take(folder)?;
                lock.record_holder(address).map_err(trouble)?;
                let mut key = DispenserKey::load(folder).map_err(trouble)?;
                let began = || {
                    // A fresh key is for a fresh chain only: in one that is kept it would own nothing.
                    let made = DispenserKey::load_or_create(folder).map_err(trouble)?;
                    let genesis = Genesis::development(made.address(), clock::now()).with_protocol(protocol);
                    key = Some(made);
                    Ok(genesis)
                };
                let chain = Chain::open_or_create::<NodeError>(folder, began)?;
                check_consensus(folder, &chain, config.consensus)?;
                let owner = chain.genesis().dispenser();
                (Some(lock), key.filter(|key| Some(key.address()) == owner), chain)
            }
            None => {
                let key = DispenserKey::well_known();
                let genesis = Genesis::development(key.address(), 0).with_protocol(protocol);
                let chain = Chain::in_memory(genesis).map_err(NodeError::Ledger)?;
                (None, Some(key), chain)
            }
        };
        let chain = chain.with_opcodes_in_errors(opcode_text::around);
        let genesis = chain.genesis().clone();
        let files = config.data.as_deref().map(|folder| {
            let written = GoalFiles::write(folder, address, &config.token, &genesis);
            written.map_err(|source| NodeError::Folder { path: folder.to_owned(), source })
        });
        Ok(Self {
            token: config.token,
            wait_timeout: config.wait_timeout,
            remembered_rounds: config.remembered_rounds,
            genesis_hash: genesis.hash(),
            genesis,
            dispenser,
            rounds: watch::Sender::new(chain.latest()),
            durability: chain.durability(),
            state: Mutex::new(State { chain, clock: Clock::default(), last_block: None }),
            _files: files.transpose()?,
            _lock: lock,
        })
    }

    /// The token clients must send; empty if they need none.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// How the network began.
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The network's identity.
    pub const fn genesis_hash(&self) -> Digest {
        self.genesis_hash
    }

    /// The key of the account that funds others; `None` if the key of a stored chain was lost.
    pub const fn dispenser(&self) -> Option<&DispenserKey> {
        self.dispenser.as_ref()
    }

    /// Reads the chain. The chain is locked during the call, so keep it short. Every block that `ask` saw is durable when this
    /// returns.
    pub fn read<T>(&self, ask: impl FnOnce(&Chain) -> T) -> T {
        let (answer, written) = {
            let state = self.lock();
            (ask(&state.chain), self.written())
        };
        if let Err(error) = self.wait_until_durable(written) {
            // The store accepts no more writes, but what it has can still be read.
            tracing::error!(%error, "the newest blocks may be gone after the next start");
        }
        answer
    }

    /// The number of the last batch in the store: to be asked while the chain is locked.
    fn written(&self) -> u64 {
        self.durability.as_ref().map_or(0, |durability| durability.written())
    }

    fn wait_until_durable(&self, written: u64) -> Result<(), ChainError> {
        match &self.durability {
            Some(durability) => Ok(durability.wait(written)?),
            None => Ok(()),
        }
    }

    /// Reads the state after the latest block.
    pub fn view<T>(&self, ask: impl FnOnce(View<'_>) -> T) -> T {
        self.read(|chain| ask(View::new(chain, chain.latest_header(), chain.params())))
    }

    /// Reads the state after `round`; the cost grows with the number of changes since.
    ///
    /// # Errors
    /// There is no such round, or the store failed.
    pub fn view_at<T>(&self, round: Round, ask: impl FnOnce(View<'_>) -> T) -> Result<T, ChainError> {
        self.read(|chain| {
            let no_round = ChainError::NoRound { round, latest: chain.latest() };
            let header = chain.header(round)?.ok_or(no_round)?;
            let past = EarlierState::of(chain, round)?;
            Ok(ask(View::new(&past, &header, chain.params())))
        })
    }

    /// A confirmed transaction, unless it is so old that algod, too, would have forgotten its id.
    ///
    /// Its block keeps it: [`read`](Self::read) and [`Chain::transaction`] find it however old it is.
    ///
    /// # Errors
    /// The store failed.
    pub fn recent_transaction(&self, txid: &Txid) -> Result<Option<Confirmed>, HistoryError> {
        self.read(|chain| {
            // The round that is exactly as far back as the limit is still searched (go-algorand
            // `GetPendingTransaction`).
            let oldest = chain.latest().saturating_sub(self.remembered_rounds);
            Ok(chain.transaction(txid)?.filter(|confirmed| confirmed.round >= oldest))
        })
    }

    /// Confirms a group in a block of its own; returns the id of its first transaction.
    ///
    /// # Errors
    /// The ledger's reason; the network is as it was.
    pub fn submit(&self, group: Vec<SignedTransaction>) -> Result<Txid, ProposeError> {
        let first = group.first().map(SignedTransaction::id).unwrap_or_default();
        self.mine(&[group])?;
        Ok(first)
    }

    /// Makes one block of these groups, which may be none.
    ///
    /// # Errors
    /// The ledger's reason; the network is as it was.
    pub fn mine(&self, groups: &[Vec<SignedTransaction>]) -> Result<Round, ProposeError> {
        let (round, written) = {
            let mut state = self.lock();
            let stamp = state.next_timestamp();
            let State { chain, clock, last_block } = &mut *state;
            chain.propose_unsynced(groups, stamp)?;
            clock.block_made();
            *last_block = Some(Instant::now());
            (chain.latest(), self.written())
        };
        // Outside of the lock, so that the next groups are evaluated during the sync. One sync is enough for all that wait.
        self.wait_until_durable(written)?;
        self.rounds.send_replace(self.lock().chain.latest());
        Ok(round)
    }

    /// Runs a group as if it were sent now, and discards its effects.
    ///
    /// # Errors
    /// The request is not valid, or the ledger cannot be read. A group that fails is an answer.
    pub fn simulate(&self, request: &simulate::Request) -> Result<simulate::Response, simulate::SimulateError> {
        self.read(|chain| chain.simulate(request))
    }

    /// The rule for the next blocks' times.
    pub fn clock(&self) -> Clock {
        self.lock().clock
    }

    /// Makes each block come `offset` seconds after the one before it; `None` goes back to the real clock.
    pub fn set_offset(&self, offset: Option<i64>) {
        self.lock().clock.set_offset(offset);
    }

    /// Makes the next block, and it alone, say `timestamp`.
    pub fn set_next_timestamp(&self, timestamp: i64) {
        self.lock().clock.set_next(timestamp);
    }

    /// The age of the latest block of this run.
    pub fn since_last_block(&self) -> Option<Duration> {
        self.lock().last_block.map(|at| at.elapsed())
    }

    /// Takes back every block after `round`.
    ///
    /// # Errors
    /// There is no such round, or the store failed.
    pub fn revert_to(&self, round: Round) -> Result<(), ChainError> {
        let mut state = self.lock();
        state.chain.revert_to(round)?;
        self.rounds.send_replace(state.chain.latest());
        Ok(())
    }

    /// Waits until the chain has `round`, or until the timeout of the settings.
    pub(super) async fn wait_for(&self, round: Round) {
        let mut rounds = self.rounds.subscribe();
        let reached = rounds.wait_for(|latest| *latest >= round);
        // Both outcomes are answered with the status as it then is.
        let _reached_or_not = tokio::time::timeout(self.wait_timeout, reached).await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The chain changes in one assignment after its store has committed, so a panicked writer left it complete.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
