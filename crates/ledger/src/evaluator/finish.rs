//! The end of a block: counts, commitments, accounts taken offline, and the check that no money was created.

use super::{EvaluatedBlock, Evaluator};
use crate::apply::{Challenge, Period};
use crate::error::BlockError;
use crate::key::Key;
use crate::next_header::share;
use crate::record::{AccountRecord, Record};
use crate::state::balance_lookback;
use crate::totals::Totals;
use pnp_types::state_proof::GenericDigest;
use pnp_types::{AccountStatus, Address, Block, Micros, ParticipationUpdates, Round, StateProofTracking};

/// How many times the expected interval an account may stay unseen.
const ABSENCE_INTERVALS: u64 = 20;

impl Evaluator<'_> {
    /// Finishes the block (go-algorand `ledger/eval/eval.go` `endOfBlock`). It has no proposer, so no account is paid
    /// for it and the bonus stays in the sink.
    pub fn finish(mut self) -> Result<EvaluatedBlock, BlockError> {
        let params = self.params();
        let counters = self.state.counters();
        if params.txn_counter {
            self.header.txn_counter = self.state.counter();
        }
        if params.payouts.enabled {
            self.header.fees_collected = counters.fees_collected;
        }
        if params.load_tracking {
            let load = share(Micros::ONE.0, self.bytes as u64, params.max_txn_bytes_per_block as u64);
            self.header.load = Micros(load.min(Micros::ONE.0));
        }
        self.header.participation_updates = self.find_updates()?;
        self.take_offline()?;
        if params.state_proof_interval > 0 {
            let mut tracking =
                StateProofTracking { next_round: self.next_state_proof(), ..StateProofTracking::default() };
            if let Some(voters) = self.chain.voters_for_next(params)? {
                tracking.voters_commitment = GenericDigest(voters.root);
                tracking.online_total_weight = voters.weight;
            }
            self.header.state_proof_tracking = [(0, tracking)].into();
        }
        let totals = self.new_totals()?;
        let mut block = Block { header: self.header, payset: self.payset };
        block.header.commitments = block.commitments()?;
        Ok(EvaluatedBlock { block, delta: self.state.into_delta(), totals })
    }

    /// The round whose state proof comes next: it stays, because this network has no state proofs.
    fn next_state_proof(&self) -> Round {
        let kept = self.previous.state_proof_tracking.get(&0).map_or(Round::GENESIS, |tracking| tracking.next_round);
        let params = self.params();
        if kept != Round::GENESIS {
            return kept;
        }
        // The first block with state proofs: voters are fixed a while after it, the first proof an interval later.
        let interval = params.state_proof_interval;
        let voters = self.header.round.saturating_add(params.state_proof_voters_lookback);
        Round(voters.0.div_ceil(interval).saturating_add(1).saturating_mul(interval))
    }

    /// The accounts whose keys expired or that were not seen for too long, among those the block touched and those
    /// the chain suggests.
    fn find_updates(&self) -> Result<ParticipationUpdates, BlockError> {
        let params = self.params();
        let round = self.header.round;
        let mut updates = ParticipationUpdates::default();
        let mut candidates: Vec<Address> = self.chain.absence_candidates()?;
        candidates.extend(self.state.delta().keys().filter_map(|key| match key {
            Key::Account(address) => Some(*address),
            _ => None,
        }));
        candidates.sort_unstable();
        candidates.dedup();
        let challenge = Challenge::find(&self.state, Period::Active)?;
        for address in candidates {
            let account = self.state.account(&address)?;
            if self.state.account_with_rewards(&address)?.balance.is_zero() {
                continue;
            }
            let expired = account.voting.vote_key != [0; 32] && account.voting.vote_last < round;
            if expired && updates.expired.len() < params.max_proposed_expired_online_accounts {
                updates.expired.push(address);
                continue;
            }
            if updates.absent.len() >= params.payouts.max_mark_absent
                || account.status != AccountStatus::Online
                || !account.incentive_eligible
            {
                continue;
            }
            let last_seen = account.last_seen();
            let fails = challenge.is_some_and(|challenge| challenge.is_failed_by(&address, last_seen));
            if fails || self.is_absent(&address, last_seen)? {
                updates.absent.push(address);
            }
        }
        Ok(updates)
    }

    /// Whether the account should have proposed long ago, by its share of the stake.
    fn is_absent(&self, address: &Address, last_seen: Round) -> Result<bool, BlockError> {
        let round = self.header.round;
        let balance_round = round.saturating_sub(balance_lookback(self.params()));
        let stake = self.chain.online_account(balance_round, address)?.balance;
        if last_seen == Round::GENESIS || stake.is_zero() {
            return Ok(false);
        }
        let total = self.chain.online_stake(balance_round, round)?;
        let lag = u128::from(ABSENCE_INTERVALS) * u128::from(total.0) / u128::from(stake.0);
        Ok(lag <= u128::from(u32::MAX) && u128::from(last_seen.0) + lag < u128::from(round.0))
    }

    fn take_offline(&mut self) -> Result<(), BlockError> {
        let ParticipationUpdates { expired, absent } = self.header.participation_updates.clone();
        for address in expired {
            self.state.update_account(&address, AccountRecord::clear_online_state)?;
        }
        for address in absent {
            self.state.update_account(&address, AccountRecord::suspend)?;
        }
        Ok(())
    }

    /// The sums after the block; their total must not have changed.
    fn new_totals(&self) -> Result<Totals, BlockError> {
        let params = self.params();
        let mut totals = self.totals_before;
        totals.raise_level(self.header.rewards.level)?;
        for (key, record) in self.state.delta() {
            let Key::Account(_) = key else { continue };
            let account = |record: Option<&Record>| match record {
                Some(Record::Account(account)) => **account,
                _ => AccountRecord::default(),
            };
            totals.remove(&account(self.chain.get(key)?.as_ref()), params)?;
            totals.add(&account(record.as_ref()), params)?;
        }
        let (before, after) = (self.totals_before.all().0, totals.all().0);
        if before != after {
            return Err(BlockError::MoneyChanged { before, after });
        }
        Ok(totals)
    }
}
