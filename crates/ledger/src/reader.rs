//! What evaluation asks of the chain below it: records, headers, sums and recent transactions.
//!
//! The traits are the ledger's seam: rules on one side, the store or a test's maps on the other.

use super::error::TailError;
use super::online::VotersCommitment;
use super::overlay::{ReadError, StateReader};
use super::totals::Totals;
use pnp_types::consensus::ConsensusParams;
use pnp_types::{AccountStatus, Address, BlockHeader, Digest, MicroAlgos, Round, Txid};

use super::key::Key;
use super::record::{AccountRecord, Record};

/// A committed chain, as of its latest round.
pub trait ChainReader: StateReader + TxTail {
    /// The header of a committed round, or `None` where the chain has none.
    fn header(&self, round: Round) -> Result<Option<BlockHeader>, ReadError>;

    /// The hash of the genesis: what makes this network this network.
    fn genesis_hash(&self) -> Digest;

    /// The sums over all accounts after the latest round.
    fn totals(&self) -> Result<Totals, ReadError>;

    /// The account as agreement saw it `round`s ago; the default answers from the latest round, as a network without
    /// agreement does. Accounts that are not online answer empty.
    fn online_account(&self, _round: Round, address: &Address) -> Result<AccountRecord, ReadError> {
        let online = match self.get(&Key::Account(*address))? {
            Some(Record::Account(account)) if account.status == AccountStatus::Online => *account,
            _ => AccountRecord::default(),
        };
        Ok(online)
    }

    /// All online money as agreement saw it at `round` when it voted on `vote_round`; the default answers from the latest
    /// round.
    fn online_stake(&self, _round: Round, _vote_round: Round) -> Result<MicroAlgos, ReadError> {
        Ok(self.totals()?.online.money)
    }

    /// Online accounts whose keys or absence the next block should look at, beside those it touches itself.
    fn absence_candidates(&self) -> Result<Vec<Address>, ReadError> {
        Ok(Vec::new())
    }

    /// The voters that the header of the next round commits to, if it does; the default has none.
    fn voters_for_next(&self, _params: &ConsensusParams) -> Result<Option<VotersCommitment>, ReadError> {
        Ok(None)
    }
}

/// What recent rounds used up: transaction ids and leases.
pub trait TxTail {
    /// Refuses a transaction whose id was committed within its validity, or whose lease is still held
    /// (go-algorand `ledger/txtail.go` `checkDup`).
    fn check_duplicate(&self, probe: &DuplicateQuery<'_>) -> Result<(), TailError>;
}

/// A query for a duplicate of a transaction or of its lease, for [`TxTail::check_duplicate`].
#[derive(Clone, Copy, Debug)]
pub struct DuplicateQuery<'a> {
    /// The rules of the round being built.
    pub params: &'a ConsensusParams,
    /// The round being built.
    pub current: Round,
    /// First round of the transaction's validity.
    pub first_valid: Round,
    /// Last round of the transaction's validity.
    pub last_valid: Round,
    /// The transaction's id.
    pub txid: Txid,
    /// The lease it asks for, if any.
    pub lease: Option<Lease>,
}

/// A name that one sender's transactions may hold only one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lease {
    /// Whose lease it is.
    pub sender: Address,
    /// Its name.
    pub name: [u8; 32],
}
