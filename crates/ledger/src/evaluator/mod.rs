//! A block under construction: started from the previous header, filled group by group, finished with its commitments.
//!
//! A group happens completely or not at all; a refused group leaves the block as it was, and the next may be tried
//! (go-algorand `ledger/eval/eval.go`). Signatures are checked by [`Evaluator::verify`], apart from evaluation, because
//! simulation and pools check them at other times.

mod finish;

#[cfg(test)]
mod recorded;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::apply;
use super::authorize;
use super::error::{ApplyError, BlockError, GroupError, TailError};
use super::fees;
use super::host::{CommittedHeaders, Host};
use super::min_balance::min_balance;
use super::next_header::{next_header, params_of};
use super::overlay::Delta;
use super::reader::{ChainReader, DuplicateQuery, Lease, TxTail};
use super::rewards::{next_rewards_state, with_rewards};
use super::state::{BlockContext, Savepoint, SpecialAddresses, State};
use super::totals::Totals;
use super::wellformed::{self, state_proof_sender};
use pnp_avm::GroupContext;
use pnp_types::consensus::ConsensusParams;
use pnp_types::{
    ApplyData, Block, BlockHeader, Header, MicroAlgos, Round, SignedTransaction, SignedTransactionInBlock,
    SignedTransactionWithApplyData, Txid, msgpack,
};

/// A block under construction.
pub struct Evaluator<'a> {
    chain: &'a dyn ChainReader,
    state: State<'a>,
    header: BlockHeader,
    previous: BlockHeader,
    payset: Vec<SignedTransactionInBlock>,
    bytes: usize,
    used: UsedIdentifiers,
    totals_before: Totals,
}

/// Ids and leases of the block's own transactions: no other transaction may have them.
#[derive(Debug, Default)]
struct UsedIdentifiers {
    txids: HashSet<Txid>,
    leases: HashMap<Lease, Round>,
}

/// A finished block and what it changed.
#[derive(Clone, Debug)]
pub struct EvaluatedBlock {
    /// The block.
    pub block: Block,
    /// The records it changed.
    pub delta: Delta,
    /// The sums over all accounts after it.
    pub totals: Totals,
}

impl<'a> Evaluator<'a> {
    /// Begins the block after `previous`, the chain's latest header. `timestamp` is in seconds since 1970.
    pub fn start(chain: &'a dyn ChainReader, previous: &BlockHeader, timestamp: i64) -> Result<Self, BlockError> {
        Self::start_with(chain, previous, next_header(previous, timestamp)?)
    }

    /// Starts a block with a header of [`next_header`], which may have been changed since; its rewards are computed
    /// here.
    pub(crate) fn start_with(
        chain: &'a dyn ChainReader,
        previous: &BlockHeader,
        mut header: BlockHeader,
    ) -> Result<Self, BlockError> {
        let params = params_of(&header.upgrade_state.current_protocol)?;
        let previous_params = params_of(&previous.upgrade_state.current_protocol)?;
        let totals_before = chain.totals()?;
        let specials =
            SpecialAddresses { fee_sink: header.rewards.fee_sink, rewards_pool: header.rewards.rewards_pool };
        let mut context = BlockContext {
            params,
            round: header.round,
            rewards_level: previous.rewards.level,
            previous_timestamp: previous.timestamp,
            counter: previous.txn_counter,
            specials,
        };

        let pool = State::new(chain, context).account(&specials.rewards_pool)?;
        let pool = with_rewards(&pool, previous.rewards.level, previous_params)
            .ok_or(BlockError::Rewards(header.round))?
            .balance;
        header.rewards =
            next_rewards_state(&previous.rewards, header.round, params, pool, totals_before.reward_units());
        context.rewards_level = header.rewards.level;
        let mut state = State::new(chain, context);
        withdraw_rewards(&mut state, previous, &header, &totals_before)?;
        Ok(Self {
            chain,
            state,
            header,
            previous: previous.clone(),
            payset: Vec::new(),
            bytes: 0,
            used: UsedIdentifiers::default(),
            totals_before,
        })
    }

    /// The header so far.
    #[must_use]
    pub fn header(&self) -> &BlockHeader {
        &self.header
    }

    /// The rules.
    #[must_use]
    pub fn params(&self) -> &'static ConsensusParams {
        self.state.params()
    }

    /// The state so far.
    #[must_use]
    pub(crate) fn state(&self) -> &State<'a> {
        &self.state
    }

    /// What logic signatures of this block see of the chain.
    #[must_use]
    pub(crate) fn headers(&self) -> CommittedHeaders<'a> {
        CommittedHeaders { chain: self.chain, latest: self.previous.round }
    }

    /// Checks that a group is well-formed and signed, running its logic signatures. Nothing is changed.
    pub fn verify(&self, group: &[SignedTransaction]) -> Result<(), GroupError> {
        authorize::check_group(group, &self.state.context().specials, self.params(), &self.headers())
    }

    /// Adds a group whose signatures are checked already, and returns what each transaction did. After an error the
    /// block is as it was.
    pub fn add_group(&mut self, group: &[SignedTransaction]) -> Result<Vec<ApplyData>, GroupError> {
        self.add_in_context(&mut self.group_context(group))
    }

    /// The context of a top-level group in this block, to be given a tracer or other limits before
    /// [`Evaluator::add_in_context`].
    #[must_use]
    pub(crate) fn group_context<'t>(&self, group: &[SignedTransaction]) -> GroupContext<'t> {
        let fees = fees::summarize(group, self.params());
        let transactions = group
            .iter()
            .map(|signed| SignedTransactionWithApplyData { signed: signed.clone(), ..Default::default() })
            .collect();
        GroupContext::for_applications(transactions, self.params(), fees.usage, fees.paid)
    }

    /// [`Evaluator::add_group`] for a group that already has a context. What the transactions did is also left there,
    /// after an error as far as they came.
    pub(crate) fn add_in_context(&mut self, context: &mut GroupContext<'_>) -> Result<Vec<ApplyData>, GroupError> {
        let group: Vec<SignedTransaction> = context.transactions.iter().map(|entry| entry.signed.clone()).collect();
        let limit = self.params().max_tx_group_size;
        if group.len() > limit {
            return Err(GroupError::TooLarge { size: group.len(), limit });
        }
        let savepoint = self.state.savepoint();
        context.trace(|tracer, context| tracer.before_group(context));
        let outcome = self.evaluate(&group, context, savepoint);
        let failure = outcome.as_ref().err().map(ToString::to_string);
        context.trace(|tracer, context| tracer.after_group(context, failure.as_deref()));
        match outcome {
            Ok(evaluated) => Ok(self.append_group(&group, evaluated)),
            Err(error) => {
                self.state.revert(savepoint);
                Err(error)
            }
        }
    }

    fn evaluate(
        &mut self,
        group: &[SignedTransaction],
        context: &mut GroupContext<'_>,
        savepoint: Savepoint,
    ) -> Result<EvaluatedGroup, GroupError> {
        let specials = self.state.context().specials;
        for (index, signed) in group.iter().enumerate() {
            wellformed::check(&signed.transaction, &specials, self.params())
                .map_err(|error| GroupError::Malformed { txid: signed.id(), index, error })?;
        }
        let mut evaluated = EvaluatedGroup::default();
        for (index, signed) in group.iter().enumerate() {
            let txid = signed.id();
            context.trace(|tracer, context| tracer.before_transaction(context, index));
            let outcome = self.transaction(signed, txid, index, context, savepoint, &evaluated);
            let failure = outcome.as_ref().err().map(ToString::to_string);
            let apply_data = match &outcome {
                Ok((apply_data, _)) => apply_data.clone(),
                Err(_) => context.transactions.get(index).map(|entry| entry.apply_data.clone()).unwrap_or_default(),
            };
            context.trace(|tracer, context| {
                tracer.after_transaction(context, index, &apply_data, failure.as_deref());
            });
            let (apply_data, kept) = outcome?;
            evaluated.bytes += msgpack::encode(&kept).len();
            if self.bytes + evaluated.bytes > self.params().max_txn_bytes_per_block {
                return Err(GroupError::NoSpace);
            }
            evaluated.payset.push(kept);
            evaluated.apply_data.push(apply_data);
            evaluated.txids.push(txid);
        }
        authorize::check_group_id(group)?;
        fees::check(fees::summarize(group, self.params()), self.params())?;
        Ok(evaluated)
    }

    fn transaction(
        &mut self,
        signed: &SignedTransaction,
        txid: Txid,
        index: usize,
        context: &mut GroupContext<'_>,
        savepoint: Savepoint,
        before: &EvaluatedGroup,
    ) -> Result<(ApplyData, SignedTransactionInBlock), GroupError> {
        let header = &signed.transaction.header;
        self.check_alive(header)?;
        self.check_unused(header, txid, before, context)?;
        let auth_addr = self.state.account(&header.sender)?.auth_addr;
        let expected = if auth_addr.is_zero() { header.sender } else { auth_addr };
        // An earlier program may have rekeyed the sender, and a simulation's tracer the signer with it.
        let actual = context.transactions.get(index).map_or_else(|| signed.authorizer(), |it| it.signed.authorizer());
        if actual != expected {
            return Err(GroupError::WrongAuthorizer { txid, index, expected, actual });
        }
        let failed = |error| match error {
            ApplyError::Read(error) => GroupError::Read(error),
            error => GroupError::Apply { txid, index, error: Box::new(error) },
        };
        let apply_data = apply::top_level(&mut Host::new(&mut self.state), context, index).map_err(failed)?;
        let entry = SignedTransactionWithApplyData { signed: signed.clone(), apply_data: apply_data.clone() };
        let kept = self.header.encode_transaction(entry)?;
        self.check_balances(savepoint).map_err(failed)?;
        self.state.count_transaction();
        Ok((apply_data, kept))
    }

    /// Refuses a transaction outside of its rounds or for another network (go-algorand `BlockHeader.Alive`).
    fn check_alive(&self, header: &Header) -> Result<(), GroupError> {
        let round = self.header.round;
        if round < header.first_valid || round > header.last_valid {
            return Err(GroupError::Dead { round, first: header.first_valid, last: header.last_valid });
        }
        if !header.genesis_id.is_empty() && header.genesis_id != self.header.genesis_id {
            let (given, expected) = (header.genesis_id.clone(), self.header.genesis_id.clone());
            return Err(GroupError::GenesisId { given, expected });
        }
        let (given, expected) = (header.genesis_hash, self.header.genesis_hash);
        if given.is_zero() {
            return if self.params().require_genesis_hash { Err(GroupError::GenesisHashMissing) } else { Ok(()) };
        }
        if given == expected { Ok(()) } else { Err(GroupError::GenesisHash { given, expected }) }
    }

    /// Refuses a transaction or lease that this block or a recent one has already.
    fn check_unused(
        &self,
        header: &Header,
        txid: Txid,
        before: &EvaluatedGroup,
        context: &GroupContext<'_>,
    ) -> Result<(), GroupError> {
        if self.used.txids.contains(&txid) || before.txids.contains(&txid) {
            return Err(TailError::InLedger(txid).into());
        }
        let lease = lease_of(header);
        if let Some(lease) = lease {
            let round = self.header.round;
            let in_block = self.used.leases.get(&lease).is_some_and(|expires| round <= *expires);
            let earlier = context.transactions.iter().take(before.txids.len());
            let in_group = earlier
                .map(|entry| &entry.signed.transaction.header)
                .any(|other| lease_of(other) == Some(lease) && round <= other.last_valid);
            if in_block || in_group {
                return Err(TailError::Leased { txid, lease }.into());
            }
        }
        let probe = DuplicateQuery {
            params: self.params(),
            current: self.header.round,
            first_valid: header.first_valid,
            last_valid: header.last_valid,
            txid,
            lease,
        };
        let tail: &dyn TxTail = self.chain;
        Ok(tail.check_duplicate(&probe)?)
    }

    /// Refuses accounts written since the savepoint that hold less than their minimum balance. An account that holds
    /// nothing at all is closed, and fine (go-algorand `checkMinBalance`).
    fn check_balances(&self, savepoint: Savepoint) -> Result<(), ApplyError> {
        let SpecialAddresses { fee_sink, rewards_pool } = self.state.context().specials;
        let limit = self.params().maximum_minimum_balance;
        for account in self.state.accounts_touched_since(savepoint) {
            if account == fee_sink || account == rewards_pool || account == state_proof_sender() {
                continue;
            }
            if self.state.account(&account)?.is_zero() {
                continue;
            }
            let record = self.state.account_with_rewards(&account)?;
            let (balance, min) = (record.balance.0, min_balance(&record, self.params()).0);
            if balance < min {
                return Err(ApplyError::MinBalance { account, balance, min, assets: record.total_assets });
            }
            if limit != 0 && min > limit {
                return Err(ApplyError::TooMuchSpace { account, min, limit });
            }
        }
        Ok(())
    }

    /// Adds an evaluated group to the block.
    fn append_group(&mut self, group: &[SignedTransaction], evaluated: EvaluatedGroup) -> Vec<ApplyData> {
        let EvaluatedGroup { payset, apply_data, txids, bytes } = evaluated;
        self.payset.extend(payset);
        self.used.txids.extend(txids);
        self.bytes += bytes;
        for header in group.iter().map(|signed| &signed.transaction.header) {
            if let Some(lease) = lease_of(header) {
                self.used.leases.insert(lease, header.last_valid);
            }
        }
        apply_data
    }
}

/// A group that was evaluated and is not yet in the block.
#[derive(Debug, Default)]
struct EvaluatedGroup {
    payset: Vec<SignedTransactionInBlock>,
    apply_data: Vec<ApplyData>,
    txids: Vec<Txid>,
    bytes: usize,
}

impl std::fmt::Debug for Evaluator<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evaluator")
            .field("header", &self.header)
            .field("state", &self.state)
            .field("transactions", &self.payset.len())
            .finish_non_exhaustive()
    }
}

fn lease_of(header: &Header) -> Option<Lease> {
    (header.lease != [0; 32]).then_some(Lease { sender: header.sender, name: header.lease })
}

/// Takes out of the pool what the rise of the level pays to all other accounts.
fn withdraw_rewards(
    state: &mut State<'_>,
    previous: &BlockHeader,
    header: &BlockHeader,
    totals: &Totals,
) -> Result<(), BlockError> {
    let overflow = || BlockError::Rewards(header.round);
    let pool = header.rewards.rewards_pool;
    let per_unit = header.rewards.level.checked_sub(previous.rewards.level).ok_or_else(overflow)?;
    let paid = totals.reward_units().checked_mul(per_unit).ok_or_else(overflow)?;
    let mut account = state.account_with_rewards(&pool)?;
    account.balance = account.balance.checked_sub(MicroAlgos(paid)).ok_or_else(overflow)?;
    if account.balance.0 < state.params().min_balance {
        return Err(overflow());
    }
    state.put_account(&pool, &account);
    Ok(())
}
