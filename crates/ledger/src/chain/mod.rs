//! The chain as its owner sees it: genesis, blocks, the latest state, one block more, some blocks less.
//!
//! It joins the rules (the evaluator) with the store and keeps nothing a restart would lose but a copy of the latest
//! header and sums. It has one writer; the node decides who may call when, and what is broadcast.

use std::collections::BTreeSet;
#[cfg(feature = "disk")]
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::blocks::{self, Confirmed, HistoryError};
use super::delta::{Change, RoundDelta};
use super::error::TailError;
use super::genesis::{Genesis, GenesisError};
use super::key::{Key, Span};
use super::online::{self, OnlineAccounts, VotersCommitment};
use super::overlay::{Delta, ReadError, StateReader};
use super::reader::{ChainReader, DuplicateQuery, TxTail};
use super::record::{AccountRecord, Record};
use super::store::{Batch, Durability, MemoryStore, NotDurable, Store, StoreError, Table, scan_prefix};
use super::totals::{Totals, TotalsOverflow};
use super::txtail;
use pnp_avm::DescribeOpcodes;
use pnp_types::consensus::{self, ConsensusParams};
use pnp_types::{Address, Block, BlockHeader, Digest, MicroAlgos, Round, Txid, VotingData, msgpack};

const GENESIS: &[u8] = b"genesis";
const LATEST: &[u8] = b"latest";
const TOTALS: &[u8] = b"totals";

/// A chain of blocks and the state they lead to.
#[derive(Debug)]
pub struct Chain {
    store: Box<dyn Store>,
    genesis: Genesis,
    genesis_hash: Digest,
    latest: BlockHeader,
    params: &'static ConsensusParams,
    totals: Totals,
    /// The accounts online at the latest round.
    online: BTreeSet<Address>,
    /// Earlier rounds' online accounts, as far as they were asked for.
    online_kept: Mutex<Vec<Arc<OnlineAccounts>>>,
    describe: Option<DescribeOpcodes>,
}

/// Why a chain could not be opened, extended or read.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The store or what is in it failed.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The genesis is invalid.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// The store holds no chain to open.
    #[error("there is no network here yet")]
    Empty,
    /// The store holds a chain already.
    #[error("there is a network here already: {0}")]
    NotEmpty(String),
    /// A block does not continue the chain.
    #[error("block {found} does not follow round {latest}")]
    OutOfOrder {
        /// The block's round.
        found: Round,
        /// The chain's latest round.
        latest: Round,
    },
    /// The chain has no such round.
    #[error("the chain has no round {round}; its latest is {latest}")]
    NoRound {
        /// The round asked for.
        round: Round,
        /// The latest there is.
        latest: Round,
    },
    /// The sums of the genesis do not fit.
    #[error(transparent)]
    Totals(#[from] TotalsOverflow),
    /// A block that is in the chain did not reach the disk.
    #[error(transparent)]
    NotDurable(#[from] NotDurable),
}

impl From<StoreError> for ChainError {
    fn from(error: StoreError) -> Self {
        Self::History(error.into())
    }
}

impl Chain {
    /// Begins a chain in an empty store; it is durable, with its round 0, when this returns.
    pub fn create(genesis: Genesis, mut store: Box<dyn Store>) -> Result<Self, ChainError> {
        if let Some(bytes) = store.get(Table::Meta, GENESIS)? {
            return Err(ChainError::NotEmpty(read_genesis(&bytes)?.id()));
        }
        let params = genesis.params()?;
        let block = genesis.block()?;
        let mut totals = Totals::default();
        let mut delta = RoundDelta::default();
        for (address, account) in genesis.accounts()? {
            let record = AccountRecord {
                status: account.status,
                balance: MicroAlgos(account.balance),
                voting: VotingData {
                    vote_key: account.vote_key,
                    selection_key: account.selection_key,
                    state_proof_key: account.state_proof_key,
                    vote_first: account.vote_first,
                    vote_last: account.vote_last,
                    vote_key_dilution: account.vote_key_dilution,
                },
                ..AccountRecord::default()
            };
            totals.add(&record, params)?;
            let after = Some(Record::Account(record.into()));
            delta.changes.insert(Key::Account(address), Change { before: None, after });
        }
        let mut batch = Batch::new();
        batch.put(Table::Meta, GENESIS, genesis.to_json());
        delta.append(&mut batch, Round(0));
        blocks::append(&mut batch, &block);
        put_head(&mut batch, Round(0), &totals);
        let after = delta.changes.iter().map(|(key, change)| (key, change.after.as_ref()));
        let online = online::changed_online(&BTreeSet::new(), after).unwrap_or_default();
        online::put_online(&mut batch, &online);
        store.commit(&batch)?;
        let genesis_hash = genesis.hash();
        let latest = block.header;
        Ok(Self {
            store,
            genesis,
            genesis_hash,
            latest,
            params,
            totals,
            online,
            online_kept: Mutex::default(),
            describe: None,
        })
    }

    /// Goes on with the chain that a store holds.
    pub fn open(store: Box<dyn Store>) -> Result<Self, ChainError> {
        let genesis = read_genesis(&store.get(Table::Meta, GENESIS)?.ok_or(ChainError::Empty)?)?;
        let latest = read_round(store.as_ref())?;
        let totals = read_totals(store.as_ref())?;
        let header = blocks::header(store.as_ref(), latest)?;
        let latest = header.ok_or_else(|| HistoryError::damaged("header", format!("round {latest}"), "missing"))?;
        let params = params_of(&latest)?;
        let genesis_hash = genesis.hash();
        let online = online::read_online(store.as_ref())?;
        let online_kept = Mutex::default();
        Ok(Self { store, genesis, genesis_hash, latest, params, totals, online, online_kept, describe: None })
    }

    /// A chain that ends with its process.
    pub fn in_memory(genesis: Genesis) -> Result<Self, ChainError> {
        Self::create(genesis, Box::new(MemoryStore::new()))
    }

    /// The chain in `directory`; where there is none yet, a new one with the genesis that `begin` returns.
    #[cfg(feature = "disk")]
    pub fn open_or_create<E: From<ChainError>>(
        directory: &Path,
        begin: impl FnOnce() -> Result<Genesis, E>,
    ) -> Result<Self, E> {
        let store = super::store::DiskStore::open(directory).map_err(ChainError::from)?;
        let fresh = store.get(Table::Meta, GENESIS).map_err(ChainError::from)?.is_none();
        Ok(if fresh { Self::create(begin()?, Box::new(store))? } else { Self::open(Box::new(store))? })
    }

    /// Names opcodes in the texts of failing programs with `describe`; the chain itself knows no assembler.
    #[must_use]
    pub fn with_opcodes_in_errors(mut self, describe: DescribeOpcodes) -> Self {
        self.describe = Some(describe);
        self
    }

    pub(super) fn describe_opcodes(&self) -> Option<DescribeOpcodes> {
        self.describe
    }

    /// The network's beginning.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The latest round.
    pub fn latest(&self) -> Round {
        self.latest.round
    }

    /// The header of the latest round.
    pub fn latest_header(&self) -> &BlockHeader {
        &self.latest
    }

    /// The rules in force at the latest round.
    pub fn params(&self) -> &'static ConsensusParams {
        self.params
    }

    /// The sums over all accounts at the latest round.
    pub fn supply(&self) -> Totals {
        self.totals
    }

    /// The header of `round`; `None` for a round to come.
    pub fn header(&self, round: Round) -> Result<Option<BlockHeader>, HistoryError> {
        if round == self.latest.round {
            return Ok(Some(self.latest.clone()));
        }
        blocks::header(self.store.as_ref(), round)
    }

    /// The block of `round`; `None` for a round to come.
    pub fn block(&self, round: Round) -> Result<Option<Block>, HistoryError> {
        blocks::block(self.store.as_ref(), round)
    }

    /// What `round` changed; `None` for a round to come.
    pub fn delta(&self, round: Round) -> Result<Option<RoundDelta>, HistoryError> {
        RoundDelta::read(self.store.as_ref(), round)
    }

    /// The confirmed transaction with this id, however long ago.
    pub fn transaction(&self, txid: &Txid) -> Result<Option<Confirmed>, HistoryError> {
        blocks::transaction(self.store.as_ref(), txid)
    }

    /// Adds a block of the evaluator, on top of the latest round. It is durable when this returns; after an error the
    /// chain is as it was.
    pub(crate) fn append(&mut self, block: &Block, changes: &Delta, totals: Totals) -> Result<(), ChainError> {
        self.extend(block, changes, totals, |store, batch| store.commit(batch))
    }

    /// [`Self::append`] without waiting for the disk: before an answer names the block, its caller waits with
    /// [`Self::durability`].
    pub(super) fn append_unsynced(&mut self, block: &Block, changes: &Delta, totals: Totals) -> Result<(), ChainError> {
        self.extend(block, changes, totals, |store, batch| store.commit_unsynced(batch))
    }

    /// Where to wait for blocks that are in the chain and not yet durable; none where there are no such blocks.
    pub fn durability(&self) -> Option<Arc<Durability>> {
        self.store.durability()
    }

    fn extend(
        &mut self,
        block: &Block,
        changes: &Delta,
        totals: Totals,
        commit: fn(&mut dyn Store, &Batch) -> Result<(), StoreError>,
    ) -> Result<(), ChainError> {
        let round = block.header.round;
        if round != self.latest.round.next() {
            return Err(ChainError::OutOfOrder { found: round, latest: self.latest.round });
        }
        let params = params_of(&block.header)?;
        let mut delta = RoundDelta { totals_before: msgpack::encode(&self.totals), ..RoundDelta::default() };
        for (key, after) in changes {
            let before = self.record(key)?;
            if before != *after {
                delta.changes.insert(key.clone(), Change { before, after: after.clone() });
            }
        }
        let mut batch = Batch::new();
        delta.append(&mut batch, round);
        blocks::append(&mut batch, block);
        put_head(&mut batch, round, &totals);
        let after = delta.changes.iter().map(|(key, change)| (key, change.after.as_ref()));
        let online = online::changed_online(&self.online, after);
        if let Some(online) = &online {
            online::put_online(&mut batch, online);
        }
        commit(self.store.as_mut(), &batch)?;
        self.online = online.unwrap_or_else(|| std::mem::take(&mut self.online));
        self.latest = block.header.clone();
        self.params = params;
        self.totals = totals;
        Ok(())
    }

    /// Takes back every round after `round`, as one durable step.
    pub fn revert_to(&mut self, round: Round) -> Result<(), ChainError> {
        let latest = self.latest.round;
        let no_round = ChainError::NoRound { round, latest };
        if round >= latest {
            return if round == latest { Ok(()) } else { Err(no_round) };
        }
        let header = self.header(round)?.ok_or(no_round)?;
        let damaged = |what, round: Round| HistoryError::damaged(what, format!("round {round}"), "missing");
        let mut batch = Batch::new();
        let mut totals = self.totals;
        let mut online = self.online.clone();
        for gone in round.next().through(latest).rev() {
            let delta = self.delta(gone)?.ok_or_else(|| damaged("delta", gone))?;
            let block = self.block(gone)?.ok_or_else(|| damaged("block", gone))?;
            delta.undo(&mut batch, gone);
            let before = delta.changes.iter().map(|(key, change)| (key, change.before.as_ref()));
            online = online::changed_online(&online, before).unwrap_or(online);
            blocks::remove(&mut batch, &block);
            totals = delta.totals_before()?;
        }
        put_head(&mut batch, round, &totals);
        online::put_online(&mut batch, &online);
        let params = params_of(&header)?;
        self.store.commit(&batch)?;
        self.online = online;
        self.online_kept().clear();
        self.latest = header;
        self.params = params;
        self.totals = totals;
        Ok(())
    }

    /// The accounts online at the latest round.
    pub(super) fn online_addresses(&self) -> &BTreeSet<Address> {
        &self.online
    }

    pub(super) fn online_kept(&self) -> MutexGuard<'_, Vec<Arc<OnlineAccounts>>> {
        self.online_kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn record(&self, key: &Key) -> Result<Option<Record>, HistoryError> {
        let Some(bytes) = self.store.get(Table::State, &key.encode())? else { return Ok(None) };
        let damaged = |error| HistoryError::damaged("record", format!("{key:?}"), error);
        Record::decode(key, &bytes).map(Some).map_err(damaged)
    }

    fn records(&self, span: &Span, after: Option<&Key>, limit: usize) -> Result<Vec<(Key, Record)>, HistoryError> {
        let after = after.map(Key::encode);
        let entries = scan_prefix(self.store.as_ref(), Table::State, &span.prefix(), after.as_deref(), limit)?;
        let mut records = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let key = Key::decode(&key).ok_or_else(|| HistoryError::damaged("key", hex::encode(&key), "unknown"))?;
            let damaged = |error| HistoryError::damaged("record", format!("{key:?}"), error);
            let record = Record::decode(&key, &value).map_err(damaged)?;
            records.push((key, record));
        }
        Ok(records)
    }
}

impl From<ChainError> for ReadError {
    fn from(error: ChainError) -> Self {
        Self(error.to_string())
    }
}

impl From<HistoryError> for ReadError {
    fn from(error: HistoryError) -> Self {
        Self(error.to_string())
    }
}

impl StateReader for Chain {
    fn get(&self, key: &Key) -> Result<Option<Record>, ReadError> {
        Ok(self.record(key)?)
    }

    fn scan(&self, span: &Span, after: Option<&Key>, limit: usize) -> Result<Vec<(Key, Record)>, ReadError> {
        Ok(self.records(span, after, limit)?)
    }
}

impl TxTail for Chain {
    fn check_duplicate(&self, probe: &DuplicateQuery<'_>) -> Result<(), TailError> {
        let store = self.store.as_ref();
        let failed = |error: HistoryError| TailError::from(ReadError::from(error));
        if let Some(lease) = probe.lease.filter(|_| probe.params.support_transaction_leases)
            && txtail::is_leased(store, &lease, probe.current).map_err(|error| failed(error.into()))?
        {
            return Err(TailError::Leased { txid: probe.txid, lease });
        }
        match blocks::place(store, &probe.txid).map_err(failed)? {
            Some(_) => Err(TailError::InLedger(probe.txid)),
            None => Ok(()),
        }
    }
}

impl ChainReader for Chain {
    fn header(&self, round: Round) -> Result<Option<BlockHeader>, ReadError> {
        Ok(Self::header(self, round)?)
    }

    fn genesis_hash(&self) -> Digest {
        self.genesis_hash
    }

    fn totals(&self) -> Result<Totals, ReadError> {
        Ok(self.totals)
    }

    fn online_account(&self, round: Round, address: &Address) -> Result<AccountRecord, ReadError> {
        self.online_at(round)?.account(address)
    }

    fn online_stake(&self, round: Round, vote_round: Round) -> Result<MicroAlgos, ReadError> {
        self.online_at(round)?.stake(vote_round)
    }

    fn absence_candidates(&self) -> Result<Vec<Address>, ReadError> {
        Ok(self.knock_offline_candidates()?)
    }

    fn voters_for_next(&self, params: &ConsensusParams) -> Result<Option<VotersCommitment>, ReadError> {
        Ok(Self::voters_for_next(self, params)?)
    }
}

fn put_head(batch: &mut Batch, round: Round, totals: &Totals) {
    batch.put(Table::Meta, LATEST, round.0.to_be_bytes());
    batch.put(Table::Meta, TOTALS, msgpack::encode(totals));
}

fn read_genesis(bytes: &[u8]) -> Result<Genesis, ChainError> {
    let text = std::str::from_utf8(bytes).map_err(|error| HistoryError::damaged("genesis", "the network", error))?;
    Ok(Genesis::from_json(text)?)
}

fn read_round(store: &dyn Store) -> Result<Round, HistoryError> {
    let bytes = store.get(Table::Meta, LATEST)?.and_then(|bytes| bytes.try_into().ok());
    bytes
        .map(|bytes| Round(u64::from_be_bytes(bytes)))
        .ok_or_else(|| HistoryError::damaged("latest round", "the network", "missing"))
}

fn read_totals(store: &dyn Store) -> Result<Totals, HistoryError> {
    let damaged = |detail: &dyn ToString| HistoryError::damaged("totals", "the network", detail.to_string());
    let bytes = store.get(Table::Meta, TOTALS)?.ok_or_else(|| damaged(&"missing"))?;
    msgpack::decode(&bytes).map_err(|error| damaged(&error))
}

pub(super) fn params_of(header: &BlockHeader) -> Result<&'static ConsensusParams, ChainError> {
    let protocol = &header.upgrade_state.current_protocol;
    Ok(consensus::lookup(protocol).ok_or_else(|| GenesisError::Protocol(protocol.clone()))?)
}

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

#[cfg(test)]
mod recorded;

#[cfg(test)]
mod replay_tests;

#[cfg(test)]
mod online_tests;
