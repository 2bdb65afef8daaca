//! A wallet's account compared with its books (Law 2): comparisons alone.

use super::books::{StopCause, WalletBooks};
use super::ops::{ChainOp, Work};
use crate::amount::Amount;
use pnp_client::AccountDetails;
use pnp_types::{AppIndex, AssetIndex, MicroAlgos, Round};
use pnp_usage::{LocalState, TickId, UsageError};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What the chain says of a wallet's account, as of one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletOnChain {
    /// The round.
    pub round: Round,
    /// Minor units of PLY that it holds; `None` where it has not opted in.
    pub holding: Option<u64>,
    /// Whether its holding is frozen.
    pub is_frozen: bool,
    /// All its Algos.
    pub algos: MicroAlgos,
    /// What it may spend of them.
    pub spendable: MicroAlgos,
    /// Whether another key signs for it.
    pub is_rekeyed: bool,
    /// The newest tick in each contract of its books that it has joined.
    pub last_ticks: BTreeMap<AppIndex, Option<TickId>>,
}

impl WalletOnChain {
    /// What an answer of the node says.
    ///
    /// # Errors
    /// Local state that is not a contract's of this project.
    pub fn read(details: &AccountDetails, asset: AssetIndex, books: &WalletBooks) -> Result<Self, UsageError> {
        let mut last_ticks = BTreeMap::new();
        for contract in &books.contracts {
            if let Some(values) = details.local_states.get(&contract.app) {
                last_ticks.insert(contract.app, LocalState::read(contract.app, values)?.last_tick);
            }
        }
        let holding = details.holdings.get(&asset);
        Ok(Self {
            round: details.round,
            holding: holding.map(|holding| holding.amount),
            is_frozen: holding.is_some_and(|holding| holding.frozen),
            algos: details.account.balance,
            spendable: details.account.spendable(),
            is_rekeyed: !details.account.auth_addr.is_zero(),
            last_ticks,
        })
    }
}

/// What differs in a way that only a person can put right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// A contract has a tick that no bill of this store has.
    #[error("application {app} has the tick {tick}, which no bill of this store has")]
    ForeignTick {
        /// The contract.
        app: AppIndex,
        /// Its newest tick of the wallet.
        tick: TickId,
    },
    /// The account holds less than the books say.
    #[error("the account holds {found} minor units, the books say {expected}")]
    HoldingShort {
        /// By the books.
        expected: u64,
        /// On the chain.
        found: u64,
    },
    /// It has fewer Algos than the third book says.
    #[error("the account has {found} microAlgos, the books say {expected}")]
    AlgosShort {
        /// By the third book.
        expected: u64,
        /// On the chain.
        found: u64,
    },
    /// The account can hold PLY, which only the wallet's key can have done, and the books know of no account.
    #[error("the account is on the chain, and the books know of none")]
    UnknownAccount,
    /// The account has as much more as the books have still to deliver: a delivery that an old copy of the books does not know.
    #[error("the {0} minor units that are due are in the account already")]
    UnknownDelivery(u64),
    /// Another key signs for the account.
    #[error("another key signs for the account")]
    Rekeyed,
}

impl Mismatch {
    /// What the wallet is stopped for.
    #[must_use]
    pub const fn cause(&self) -> StopCause {
        match self {
            Self::ForeignTick { .. } | Self::UnknownAccount | Self::UnknownDelivery(_) => StopCause::LedgerBehindChain,
            Self::HoldingShort { .. } | Self::AlgosShort { .. } | Self::Rekeyed => StopCause::Mismatch,
        }
    }
}

/// How an account compares with its books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It does.
    Agrees,
    /// The node's answer is older than what the books know.
    Stale,
    /// There is more than the books say, and nothing in flight: a deposit, and Algos of a stranger, either of which may be 0.
    Surplus {
        /// PLY, whole minor units.
        deposit: Amount,
        /// microAlgos.
        algos: i64,
    },
    /// There is less, or a foreign tick.
    Mismatch(Mismatch),
}

/// A look at a wallet that a person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The books.
    pub books: WalletBooks,
    /// The account; `None` where the wallet never had a key.
    pub chain: Option<WalletOnChain>,
    /// How they compare.
    pub comparison: Comparison,
}

/// Compares an account with its books. With an operation in flight, what it moves may have happened or not, and a surplus says nothing.
#[must_use]
pub fn compare(books: &WalletBooks, chain: &WalletOnChain) -> Comparison {
    if chain.round < books.last_round {
        return Comparison::Stale;
    }
    if chain.is_rekeyed {
        return Comparison::Mismatch(Mismatch::Rekeyed);
    }
    if books.op.is_none() && !books.has_account && chain.holding.is_some() {
        return Comparison::Mismatch(Mismatch::UnknownAccount);
    }
    match compare_ticks(books, chain) {
        Comparison::Agrees => {}
        other => return other,
    }
    let Some((fewest, most)) = holdings(books) else { return Comparison::Stale };
    let found = chain.holding.unwrap_or(0);
    if found < fewest {
        return Comparison::Mismatch(Mismatch::HoldingShort { expected: fewest, found });
    }
    if books.op.is_some() {
        return Comparison::Agrees;
    }
    let known = u64::try_from(books.algos).unwrap_or(0);
    if chain.algos.0 < known {
        return Comparison::Mismatch(Mismatch::AlgosShort { expected: known, found: chain.algos.0 });
    }
    let deposit = Amount::cents(found.saturating_sub(most));
    let algos = i64::try_from(chain.algos.0.saturating_sub(known)).unwrap_or(i64::MAX);
    match deposit {
        Some(deposit) if deposit.0 > 0 && deposit == books.due => {
            Comparison::Mismatch(Mismatch::UnknownDelivery(deposit.minor_units()))
        }
        Some(Amount::ZERO) if algos == 0 => Comparison::Agrees,
        Some(deposit) => Comparison::Surplus { deposit, algos },
        None => Comparison::Stale,
    }
}

/// Compares an account with the books of a wallet whose operation is planned: none of its attempts is in a block, and what it moves
/// must not have happened.
#[must_use]
pub fn compare_before(books: &WalletBooks, chain: &WalletOnChain, op: &ChainOp) -> Comparison {
    let compared = compare(&WalletBooks { op: None, ..books.clone() }, chain);
    match (&compared, &op.work) {
        (Comparison::Surplus { deposit, .. }, Work::Delivery { .. }) if *deposit == op.amount && deposit.0 > 0 => {
            Comparison::Mismatch(Mismatch::UnknownDelivery(deposit.minor_units()))
        }
        _ => compared,
    }
}

/// Compares an account with the books of a wallet that nothing has worked on since its store was opened.
#[must_use]
pub fn compare_at_rest(books: &WalletBooks, chain: &WalletOnChain) -> Comparison {
    match &books.op {
        Some(op) if op.open_attempt().is_none() => compare_before(books, chain, op),
        _ => compare(books, chain),
    }
}

/// Compares the newest ticks: they must be those of the newest bills that the store knows.
fn compare_ticks(books: &WalletBooks, chain: &WalletOnChain) -> Comparison {
    let under_way = match books.op.as_ref().map(|op| &op.work) {
        Some(Work::Bill(bill)) => Some((bill.contract.app, &bill.tick)),
        _ => None,
    };
    for contract in &books.contracts {
        let known = books.last_ticks.get(&contract.id);
        let found = chain.last_ticks.get(&contract.app).and_then(Option::as_ref);
        if under_way.is_some_and(|(app, tick)| app == contract.app && found == Some(tick)) {
            continue;
        }
        match (known, found) {
            (None, None) => {}
            (Some(known), Some(found)) if known == found => {}
            (Some(known), Some(found)) if found.partial_cmp(known) == Some(Ordering::Less) => return Comparison::Stale,
            (Some(_), None) => return Comparison::Stale,
            (_, Some(found)) => {
                return Comparison::Mismatch(Mismatch::ForeignTick { app: contract.app, tick: found.clone() });
            }
        }
    }
    Comparison::Agrees
}

/// The least and the most that the account holds by Law 2, in minor units.
fn holdings(books: &WalletBooks) -> Option<(u64, u64)> {
    let before = books.holding()?;
    let after = match books.op.as_ref().map(|op| (&op.work, op.amount)) {
        None | Some((Work::Refill { .. }, _)) => before,
        Some((Work::Delivery { .. }, amount)) => before.checked_add(amount)?,
        Some((Work::Bill(_) | Work::Withdrawal(_) | Work::Return, amount)) => before.checked_sub(amount)?,
        Some((Work::Close, _)) => Amount::ZERO,
    };
    Some((before.min(after).minor_units(), before.max(after).minor_units()))
}

#[cfg(test)]
mod tests;
