//! The state as it was after an earlier round, for `simulate` and lookups that name one.

use super::blocks::HistoryError;
use super::chain::{Chain, ChainError};
use super::error::TailError;
use super::key::{Key, Span};
use super::overlay::{Overlay, ReadError, StateReader};
use super::reader::{ChainReader, DuplicateQuery, TxTail};
use super::record::{AccountRecord, Record};
use super::totals::Totals;
use pnp_types::{Address, BlockHeader, Digest, MicroAlgos, Round};

/// The state of a chain after an earlier round: later changes are undone on top of it. The cost grows with their number.
#[derive(Debug)]
pub struct EarlierState<'a> {
    chain: &'a Chain,
    state: Overlay<'a>,
    totals: Totals,
    round: Round,
}

impl<'a> EarlierState<'a> {
    /// The chain as it was after `round`.
    pub fn of(chain: &'a Chain, round: Round) -> Result<Self, ChainError> {
        let latest = chain.latest();
        if round > latest {
            return Err(ChainError::NoRound { round, latest });
        }
        let mut state = Overlay::new(chain);
        let mut totals = chain.supply();
        for later in round.next().through(latest).rev() {
            let missing = || HistoryError::damaged("delta", format!("round {later}"), "missing");
            let delta = chain.delta(later)?.ok_or_else(missing)?;
            totals = delta.totals_before()?;
            for (key, change) in delta.changes {
                state.set(key, change.before);
            }
        }
        Ok(Self { chain, state, totals, round })
    }
}

impl StateReader for EarlierState<'_> {
    fn get(&self, key: &Key) -> Result<Option<Record>, ReadError> {
        self.state.get(key)
    }

    fn scan(&self, span: &Span, after: Option<&Key>, limit: usize) -> Result<Vec<(Key, Record)>, ReadError> {
        self.state.scan(span, after, limit)
    }
}

impl TxTail for EarlierState<'_> {
    fn check_duplicate(&self, probe: &DuplicateQuery<'_>) -> Result<(), TailError> {
        self.chain.check_duplicate(probe)
    }
}

impl ChainReader for EarlierState<'_> {
    fn header(&self, round: Round) -> Result<Option<BlockHeader>, ReadError> {
        if round > self.round { Ok(None) } else { ChainReader::header(self.chain, round) }
    }

    fn genesis_hash(&self) -> Digest {
        ChainReader::genesis_hash(self.chain)
    }

    fn totals(&self) -> Result<Totals, ReadError> {
        Ok(self.totals)
    }

    fn online_account(&self, round: Round, address: &Address) -> Result<AccountRecord, ReadError> {
        ChainReader::online_account(self.chain, round, address)
    }

    fn online_stake(&self, round: Round, vote_round: Round) -> Result<MicroAlgos, ReadError> {
        ChainReader::online_stake(self.chain, round, vote_round)
    }
}
