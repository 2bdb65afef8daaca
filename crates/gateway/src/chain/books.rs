//! What the ledger says of one wallet, as far as its operations on the chain depend on it.

use super::ops::ChainOp;
use super::rules::PlanRules;
use super::terms::ContractTerms;
use crate::amount::{Amount, Price};
use pnp_types::{Address, Round};
use pnp_usage::TickId;
use std::collections::BTreeMap;

/// What a wallet owes one contract at one price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// The row's id.
    pub id: i64,
    /// The contract's row id.
    pub contract: i64,
    /// The price of a minute.
    pub price: Price,
    /// What no bill has taken yet.
    pub unsettled: Amount,
    /// When a lot was first there since the last bill, in milliseconds since 1970.
    pub lot_since: Option<i64>,
    /// When the last tick came.
    pub last_tick_at: i64,
    /// Whether a session that charges it is open.
    pub has_open_session: bool,
    /// Whether it cannot be billed.
    pub is_blocked: bool,
    /// Whether somebody asked for its bill: nothing is waited for.
    pub is_asked: bool,
}

/// A withdrawal that waits to be planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingWithdrawal {
    /// The row's id.
    pub id: i64,
    /// How much.
    pub amount: Amount,
    /// Where to.
    pub destination: Address,
    /// The proof that it was authorized.
    pub mac: Vec<u8>,
}

/// Why nothing is sent for a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StopCause {
    /// The contract has a tick that this store does not know.
    LedgerBehindChain,
    /// The account has less than the books say.
    Mismatch,
    /// It is not known whether an operation is in a block.
    Doubtful,
}

impl StopCause {
    /// How the store writes it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::LedgerBehindChain => "ledger_behind_chain",
            Self::Mismatch => "mismatch",
            Self::Doubtful => "doubtful",
        }
    }

    /// What the store wrote; `None` for every other text.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        [Self::LedgerBehindChain, Self::Mismatch, Self::Doubtful].into_iter().find(|cause| cause.text() == text)
    }
}

/// One wallet's row, tabs and operation, read in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletBooks {
    /// The row's id.
    pub id: i64,
    /// The number of its key, once it has one.
    pub key_number: Option<u64>,
    /// Whether its account is on the chain.
    pub has_account: bool,
    /// Whether it is being closed: no session is open, and its withdrawals are asked for.
    pub is_closing: bool,
    /// Whether a payment to it is under way: it does not close before that has ended. Read of wallets that are being closed.
    pub has_open_top_up: bool,
    /// Why nothing is sent for it.
    pub stopped: Option<StopCause>,
    /// May be spent.
    pub available: Amount,
    /// Set aside for open sessions.
    pub held: Amount,
    /// In the bill under way.
    pub settling: Amount,
    /// In withdrawals under way.
    pub withdrawing: Amount,
    /// What a chargeback could not take: never positive.
    pub debt: Amount,
    /// Credited, and not on its way yet.
    pub due: Amount,
    /// In the delivery under way.
    pub sending: Amount,
    /// In the account, the user's.
    pub in_account: Amount,
    /// In the bill or withdrawal under way.
    pub leaving: Amount,
    /// In the account, but the treasury's.
    pub returning: Amount,
    /// Its Algos by the third book, in microAlgos.
    pub algos: i64,
    /// Its tabs with anything unsettled.
    pub tabs: Vec<Tab>,
    /// The contracts of its tabs and operations, and the partner's one in force.
    pub contracts: Vec<ContractTerms>,
    /// The row id of the partner's contract in force.
    pub contract_in_force: Option<i64>,
    /// The tick of the newest bill in a block, by contract row.
    pub last_ticks: BTreeMap<i64, TickId>,
    /// Its withdrawals in state `pending`, the oldest first.
    pub withdrawals: Vec<PendingWithdrawal>,
    /// Its operation that is `planned`, `signed`, `sent` or `doubtful`.
    pub op: Option<ChainOp>,
    /// The round of its newest operation in a block.
    pub last_round: Round,
    /// When its tabs become due: the partner's.
    pub rules: PlanRules,
}

impl WalletBooks {
    /// A contract by its row id.
    #[must_use]
    pub fn contract(&self, id: i64) -> Option<&ContractTerms> {
        self.contracts.iter().find(|contract| contract.id == id)
    }

    /// The sum of its tabs; `None` beyond 64 bits.
    #[must_use]
    pub fn unsettled(&self) -> Option<Amount> {
        self.tabs.iter().try_fold(Amount::ZERO, |sum, tab| sum.checked_add(tab.unsettled))
    }

    /// What the account holds by Law 2 before any operation under way: `in_account + leaving + returning`.
    #[must_use]
    pub fn holding(&self) -> Option<Amount> {
        self.in_account.checked_add(self.leaving)?.checked_add(self.returning)
    }
}
