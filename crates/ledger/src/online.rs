//! Who is online and with how much stake, as agreement saw it some rounds ago.
//!
//! Programs (`online_stake`, `voter_params_get`), absence and the commitments for state proofs ask for an earlier
//! round's balances (go-algorand `ledger/acctonline.go`, `ledger/voters.go`). They are computed from the latest state
//! by taking the rounds since back, and from one round to the next by going forward: a chain keeps the last few it was
//! asked for.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::blocks::HistoryError;
use super::chain::{Chain, ChainError, params_of};
use super::delta::RoundDelta;
use super::key::{Key, Span};
use super::overlay::ReadError;
use super::record::{AccountRecord, Record};
use super::rewards::with_rewards;
use super::store::{Batch, Store, Table, scan_prefix};
use super::totals::Totals;
use pnp_types::consensus::ConsensusParams;
use pnp_types::merkle::{Tree, TreeHash};
use pnp_types::{AccountStatus, Address, MicroAlgos, Round};

/// The key in [`Table::Meta`] of the addresses of the accounts online at the latest round, one after the other.
const ONLINE: &[u8] = b"online";
/// How many rounds' balances a chain remembers: those agreement counts and those the next state proof counts.
const REMEMBERED_ROUNDS: usize = 2;
/// Rounds that a state proof key is good for; accounts do not register another number.
const KEY_LIFETIME: u64 = 256;
/// Prefix of a voter in the tree that a header commits to.
const VOTER: &[u8] = b"spp";
/// The accounts that were online after a round.
#[derive(Debug, Clone)]
pub(super) struct OnlineAccounts {
    round: Round,
    totals: Totals,
    level: u64,
    params: &'static ConsensusParams,
    accounts: BTreeMap<Address, AccountRecord>,
}

/// The voters that a header commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VotersCommitment {
    /// Root of the tree of voters, the heaviest first.
    pub root: Vec<u8>,
    /// All stake that will still be online when the proof is due.
    pub weight: MicroAlgos,
}

impl OnlineAccounts {
    fn change(&mut self, address: Address, record: Option<&Record>) {
        match record {
            Some(Record::Account(account)) if account.status == AccountStatus::Online => {
                self.accounts.insert(address, **account);
            }
            _ => {
                self.accounts.remove(&address);
            }
        }
    }

    /// The account with its rewards; empty if it was not online.
    pub(super) fn account(&self, address: &Address) -> Result<AccountRecord, ReadError> {
        self.accounts.get(address).map_or_else(|| Ok(AccountRecord::default()), |account| self.with_rewards(account))
    }

    fn with_rewards(&self, account: &AccountRecord) -> Result<AccountRecord, ReadError> {
        let overflow = || ReadError(format!("rewards of an online account overflow in round {}", self.round));
        with_rewards(account, self.level, self.params).ok_or_else(overflow)
    }

    /// All money that was online, without that of keys that are over by `vote_round` where the protocol leaves it out.
    /// All of the genesis counts.
    pub(super) fn stake(&self, vote_round: Round) -> Result<MicroAlgos, ReadError> {
        let total = self.totals.online.money;
        if !self.params.exclude_expired_circulation || self.round == Round::GENESIS {
            return Ok(total);
        }
        self.without_expired(total, vote_round)
    }

    fn without_expired(&self, mut total: MicroAlgos, vote_round: Round) -> Result<MicroAlgos, ReadError> {
        for account in self.accounts.values() {
            let last = account.voting.vote_last;
            if last != Round::GENESIS && last < vote_round {
                let expired = self.with_rewards(account)?.balance;
                let overflow = || ReadError(format!("more stake expired than was online in round {}", self.round));
                total = total.checked_sub(expired).ok_or_else(overflow)?;
            }
        }
        Ok(total)
    }

    /// The accounts that may sign a state proof of `vote_round`, the heaviest first, at most as many as the protocol
    /// has.
    fn voters(&self, vote_round: Round) -> Vec<(&Address, &AccountRecord)> {
        let can_vote =
            |account: &AccountRecord| account.voting.vote_first <= vote_round && vote_round <= account.voting.vote_last;
        let mut voters: Vec<_> = self.accounts.iter().filter(|(_, account)| can_vote(account)).collect();
        // Balances are compared as they were worth in round 0, so that not the last to be paid rewards looks heaviest.
        let unit = self.params.reward_unit;
        voters.sort_by_cached_key(|(address, account)| {
            let worth = u128::from(account.balance.0) * u128::from(unit)
                / (u128::from(account.rewards_base) + u128::from(unit)).max(1);
            Reverse((worth, **address))
        });
        voters.truncate(usize::try_from(self.params.state_proof_top_voters).unwrap_or(usize::MAX));
        voters
    }

    fn commitment(&self) -> Result<VotersCommitment, ReadError> {
        let vote_round = self.proof_round();
        let no_keys = Tree::vector_commitment(TreeHash::Sumhash512, &[]).root().unwrap_or_default().to_vec();
        let mut leaves = Vec::new();
        for (_, account) in self.voters(vote_round) {
            let key = account.voting.state_proof_key;
            // An account without one has the commitment to no keys (go-algorand `NoKeysCommitment`).
            let key = if key == [0; 64] { no_keys.clone() } else { key.to_vec() };
            let weight = self.with_rewards(account)?.balance.0;
            leaves.push([VOTER, &weight.to_le_bytes(), &KEY_LIFETIME.to_le_bytes(), &key].concat());
        }
        let tree = Tree::vector_commitment(TreeHash::Sumhash512, &leaves);
        let mut weight = self.totals.online.money;
        // Here the genesis is no exception, but it is no round of voters either.
        if self.params.exclude_expired_circulation {
            weight = self.without_expired(weight, vote_round)?;
        }
        Ok(VotersCommitment { root: tree.root().unwrap_or_default().to_vec(), weight })
    }

    /// The round whose state proof these accounts would sign.
    fn proof_round(&self) -> Round {
        self.round
            .saturating_add(self.params.state_proof_voters_lookback)
            .saturating_add(self.params.state_proof_interval)
    }
}

/// The voters whom the header of `round` commits to, if it does (go-algorand `stateProofVotersAndTotal`).
pub(super) fn commits_to_voters(round: Round, params: &ConsensusParams) -> Option<Round> {
    let is_due = params.state_proof_interval > 0 && round.is_multiple_of(params.state_proof_interval);
    is_due.then(|| round.saturating_sub(params.state_proof_voters_lookback))
}

impl Chain {
    /// The accounts online after `round`.
    pub(super) fn online_at(&self, round: Round) -> Result<Arc<OnlineAccounts>, ChainError> {
        let mut kept = self.online_kept();
        if let Some(found) = kept.iter().find(|online| online.round == round) {
            return Ok(Arc::clone(found));
        }
        let made = match kept.iter().find(|online| online.round.next() == round) {
            Some(before) => self.online_after(before)?,
            None => self.online_back_to(round)?,
        };
        let made = Arc::new(made);
        kept.retain(|online| online.round.next() != round);
        if kept.len() >= REMEMBERED_ROUNDS {
            kept.remove(0);
        }
        kept.push(Arc::clone(&made));
        Ok(made)
    }

    fn online_after(&self, before: &OnlineAccounts) -> Result<OnlineAccounts, ChainError> {
        let mut next = OnlineAccounts { round: before.round.next(), ..before.clone() };
        for (key, change) in self.changes_of(next.round)?.changes {
            if let Key::Account(address) = key {
                next.change(address, change.after.as_ref());
            }
        }
        self.complete(next)
    }

    fn online_back_to(&self, round: Round) -> Result<OnlineAccounts, ChainError> {
        let latest = self.latest();
        if round > latest {
            return Err(ChainError::NoRound { round, latest });
        }
        let mut past = OnlineAccounts {
            round,
            totals: Totals::default(),
            level: 0,
            params: self.params(),
            accounts: BTreeMap::new(),
        };
        for address in self.online_addresses() {
            past.change(*address, self.record(&Key::Account(*address))?.as_ref());
        }
        for later in round.next().through(latest).rev() {
            for (key, change) in self.changes_of(later)?.changes {
                if let Key::Account(address) = key {
                    past.change(address, change.before.as_ref());
                }
            }
        }
        self.complete(past)
    }

    /// Fills in what the round itself says.
    fn complete(&self, online: OnlineAccounts) -> Result<OnlineAccounts, ChainError> {
        let round = online.round;
        let header = self.header(round)?.ok_or(ChainError::NoRound { round, latest: self.latest() })?;
        let totals =
            if round == self.latest() { self.supply() } else { self.changes_of(round.next())?.totals_before()? };
        Ok(OnlineAccounts { totals, level: header.rewards.level, params: params_of(&header)?, ..online })
    }

    fn changes_of(&self, round: Round) -> Result<RoundDelta, HistoryError> {
        self.delta(round)?.ok_or_else(|| HistoryError::damaged("delta", format!("round {round}"), "missing"))
    }

    /// The voters that the header of the next round commits to, if it does.
    pub(super) fn voters_for_next(&self, params: &ConsensusParams) -> Result<Option<VotersCommitment>, ChainError> {
        let Some(round) = commits_to_voters(self.latest().next(), params) else { return Ok(None) };
        Ok(Some(
            self.online_at(round)?
                .commitment()
                .map_err(|error| HistoryError::damaged("voters", format!("round {round}"), error))?,
        ))
    }

    /// Accounts that the next block should look at for expired keys and absence (go-algorand
    /// `GetKnockOfflineCandidates`): of those online, the voters fixed last, or the accounts of the genesis.
    pub(super) fn knock_offline_candidates(&self) -> Result<Vec<Address>, ChainError> {
        let (params, latest) = (self.params(), self.latest());
        let mut candidates = Vec::new();
        // Only these can be taken offline; mostly there are none, and the past need not be computed.
        for address in self.online_addresses() {
            if let Some(Record::Account(account)) = self.record(&Key::Account(*address))?
                && (account.voting.vote_last <= latest || account.incentive_eligible)
            {
                candidates.push(*address);
            }
        }
        if candidates.is_empty() || params.state_proof_interval == 0 {
            return Ok(Vec::new());
        }
        let (interval, lookback) = (params.state_proof_interval, params.state_proof_voters_lookback);
        let fixed = Round((latest.0 + lookback) / interval * interval);
        if fixed == Round::GENESIS {
            let genesis = self.online_at(Round::GENESIS)?;
            candidates.retain(|address| genesis.accounts.contains_key(address));
        } else {
            let online = self.online_at(fixed.saturating_sub(lookback))?;
            let voters: BTreeSet<_> =
                online.voters(online.proof_round()).into_iter().map(|(address, _)| *address).collect();
            candidates.retain(|address| voters.contains(address));
        }
        Ok(candidates)
    }
}

/// The addresses online at the latest round as the store has them; from all accounts where it has none yet.
pub(super) fn read_online(store: &dyn Store) -> Result<BTreeSet<Address>, HistoryError> {
    if let Some(bytes) = store.get(Table::Meta, ONLINE)? {
        let (addresses, _) = bytes.as_chunks::<32>();
        return Ok(addresses.iter().map(|bytes| Address(*bytes)).collect());
    }
    let mut online = BTreeSet::new();
    for (key, value) in scan_prefix(store, Table::State, &Span::Accounts.prefix(), None, usize::MAX)? {
        let damaged = || HistoryError::damaged("account", hex::encode(&key), "not as it was written");
        let key = Key::decode(&key).ok_or_else(damaged)?;
        if let (Key::Account(address), Record::Account(account)) =
            (&key, Record::decode(&key, &value).map_err(|_| damaged())?)
            && account.status == AccountStatus::Online
        {
            online.insert(*address);
        }
    }
    Ok(online)
}

/// The addresses online after a change, if it changed them.
pub(super) fn changed_online<'a>(
    online: &BTreeSet<Address>,
    changes: impl Iterator<Item = (&'a Key, Option<&'a Record>)>,
) -> Option<BTreeSet<Address>> {
    let mut changed: Option<BTreeSet<Address>> = None;
    for (key, after) in changes {
        let Key::Account(address) = key else { continue };
        let is = matches!(after, Some(Record::Account(account)) if account.status == AccountStatus::Online);
        let now = changed.as_ref().unwrap_or(online);
        if now.contains(address) != is {
            let now = changed.get_or_insert_with(|| online.clone());
            if is {
                now.insert(*address);
            } else {
                now.remove(address);
            }
        }
    }
    changed
}

/// Adds the addresses online to a batch.
pub(super) fn put_online(batch: &mut Batch, online: &BTreeSet<Address>) {
    let bytes: Vec<u8> = online.iter().flat_map(|address| *address.as_bytes()).collect();
    batch.put(Table::Meta, ONLINE, bytes);
}
