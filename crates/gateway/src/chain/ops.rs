//! Operations: what is to be done on the chain for one wallet, and the attempts that were made at it.

use super::terms::ContractTerms;
use crate::amount::Amount;
use crate::id::Kind;
use pnp_client::Window;
use pnp_types::{Address, MicroAlgos, SignedTransaction, Transaction, Txid, msgpack};
use pnp_usage::{BasisPoints, Split, TickId, Units, UsageError};

/// Names of an enum as the store keeps them: `text` and `of_text`.
macro_rules! stored_names {
    ($type:ty { $($variant:ident => $text:literal),* $(,)? }) => {
        impl $type {
            /// How the store writes it.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// What the store wrote; `None` for every other text.
            #[must_use]
            pub fn of_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpKind {
    /// PLY from the treasury to the wallet; the first one makes the wallet's account.
    Delivery,
    /// A bill of the contract.
    Bill,
    /// PLY from the wallet to an address that the user named.
    Withdrawal,
    /// PLY of the treasury that lies in the wallet's account, back to the treasury.
    Return,
    /// Algos from the treasury for the wallet's fees, or to join another contract.
    Refill,
    /// The end of the wallet's account.
    Close,
}

stored_names!(OpKind {
    Delivery => "delivery", Bill => "bill", Withdrawal => "withdrawal", Return => "return", Refill => "refill", Close => "close",
});

/// How far an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpState {
    /// No bytes of it can be on their way: it has no attempt, or every attempt is void.
    Planned,
    /// The newest attempt's bytes are stored.
    Signed,
    /// They are being handed over, or were.
    Sent,
    /// In a block.
    Done,
    /// In no block, and it will not be tried again.
    Refused,
    /// Whether it is in a block is not known.
    Doubtful,
}

stored_names!(OpState {
    Planned => "planned", Signed => "signed", Sent => "sent", Done => "done", Refused => "refused", Doubtful => "doubtful",
});

/// How far an attempt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttemptState {
    /// Its bytes are stored, and may have been handed over.
    Stored,
    /// They were handed over.
    Sent,
    /// In a block.
    InBlock,
    /// In no block, ever.
    Void,
    /// Refused, and no node has a copy.
    Refused,
}

stored_names!(AttemptState {
    Stored => "stored", Sent => "sent", InBlock => "in_block", Void => "void", Refused => "refused",
});

/// One signed group of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    /// The first transaction of the group.
    pub txid: Txid,
    /// The rounds whose blocks can contain it.
    pub window: Window,
    /// The network's fees of the whole group.
    pub fee: MicroAlgos,
    /// The signed transactions, encoded one after the other.
    pub group: Vec<u8>,
    /// How far it is.
    pub state: AttemptState,
}

impl Attempt {
    /// An attempt with these signed transactions; `None` for an empty group.
    #[must_use]
    pub fn new(number: u32, group: &[SignedTransaction]) -> Option<Self> {
        let first = group.first()?;
        let sum = |sum: MicroAlgos, signed: &SignedTransaction| sum.saturating_add(signed.transaction.header.fee);
        Some(Self {
            number,
            txid: first.transaction.id(),
            window: Window::of(group)?,
            fee: group.iter().fold(MicroAlgos::ZERO, sum),
            group: group.iter().flat_map(msgpack::encode).collect(),
            state: AttemptState::Stored,
        })
    }

    /// Whether its bytes may still get into a block.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, AttemptState::Stored | AttemptState::Sent)
    }
}

/// The transactions of an attempt's stored bytes; `None` where they are no group.
#[must_use]
pub fn decode_group(bytes: &[u8]) -> Option<Vec<Transaction>> {
    let mut decoder = msgpack::Decoder::new(bytes);
    let mut group = Vec::new();
    while !decoder.rest().is_empty() {
        let signed: SignedTransaction = msgpack::Wire::decode(&mut decoder).ok()?;
        group.push(signed.transaction);
    }
    Some(group)
}

/// What a bill takes from one tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillPart {
    /// The tab's id.
    pub tab: i64,
    /// How much of its `unsettled`.
    pub amount: Amount,
}

/// The details of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillOp {
    /// The contract.
    pub contract: ContractTerms,
    /// Minutes; 1 for a rest bill.
    pub units: Units,
    /// Cents a unit.
    pub unit_price: u64,
    /// The fee that its next attempt is built with.
    pub fee_pct: BasisPoints,
    /// Its tick in the contract: the same for all attempts.
    pub tick: TickId,
    /// Whether it bills whole cents of parts of a minute.
    pub is_rest: bool,
    /// What it takes from each tab; together the operation's amount.
    pub parts: Vec<BillPart>,
}

impl BillOp {
    /// What it moves to whom, in minor units.
    ///
    /// # Errors
    /// Amounts beyond 64 bits, and no units.
    pub fn split(&self) -> Result<Split, UsageError> {
        Split::of(self.units, self.unit_price, self.fee_pct)
    }
}

/// The details of a withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithdrawalOp {
    /// The withdrawal's id.
    pub withdrawal: i64,
    /// Where it goes.
    pub destination: Address,
    /// The proof that it was authorized: see [`WalletKeys::verify_mac`](super::WalletKeys::verify_mac).
    pub mac: Vec<u8>,
}

/// What an operation does, with the details of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// See [`OpKind::Delivery`]. The contract is the one that a new account joins.
    Delivery {
        /// The partner's contract in force, where the wallet has no account yet.
        joins: Option<ContractTerms>,
    },
    /// See [`OpKind::Bill`].
    Bill(Box<BillOp>),
    /// See [`OpKind::Withdrawal`].
    Withdrawal(WithdrawalOp),
    /// See [`OpKind::Return`].
    Return,
    /// See [`OpKind::Refill`].
    Refill {
        /// The contract that the wallet joins, where it is for that.
        joins: Option<ContractTerms>,
    },
    /// See [`OpKind::Close`].
    Close,
}

impl Work {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> OpKind {
        match self {
            Self::Delivery { .. } => OpKind::Delivery,
            Self::Bill(_) => OpKind::Bill,
            Self::Withdrawal(_) => OpKind::Withdrawal,
            Self::Return => OpKind::Return,
            Self::Refill { .. } => OpKind::Refill,
            Self::Close => OpKind::Close,
        }
    }

    /// The contract that it calls, where it calls one.
    #[must_use]
    pub fn contract(&self) -> Option<&ContractTerms> {
        match self {
            Self::Delivery { joins } | Self::Refill { joins } => joins.as_ref(),
            Self::Bill(bill) => Some(&bill.contract),
            Self::Withdrawal(_) | Self::Return | Self::Close => None,
        }
    }
}

/// An operation that is to be planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedOp {
    /// What it does.
    pub work: Work,
    /// How much PLY it moves, whole minor units; 0 for a refill.
    pub amount: Amount,
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainOp {
    /// Its number, which rises.
    pub id: i64,
    /// The wallet's id.
    pub wallet: i64,
    /// What it does.
    pub work: Work,
    /// How much PLY it moves, whole minor units.
    pub amount: Amount,
    /// How far it is.
    pub state: OpState,
    /// Every attempt, the newest last.
    pub attempts: Vec<Attempt>,
    /// When it may be worked on again, in milliseconds since 1970.
    pub not_before: i64,
}

impl ChainOp {
    /// The id as people and notes have it.
    #[must_use]
    pub fn text(&self) -> String {
        Kind::ChainOp.text(self.id)
    }

    /// The attempt whose bytes may still get into a block: the newest, or none.
    #[must_use]
    pub fn open_attempt(&self) -> Option<&Attempt> {
        self.attempts.last().filter(|attempt| attempt.is_open())
    }

    /// The number of the next attempt.
    #[must_use]
    pub fn next_attempt(&self) -> u32 {
        self.attempts.last().map_or(1, |attempt| attempt.number.saturating_add(1))
    }

    /// The amount in minor units.
    #[must_use]
    pub fn minor_units(&self) -> u64 {
        self.amount.minor_units()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_store_writes_is_read_back() {
        for kind in [OpKind::Delivery, OpKind::Bill, OpKind::Withdrawal, OpKind::Return, OpKind::Refill, OpKind::Close]
        {
            assert_eq!(OpKind::of_text(kind.text()), Some(kind));
        }
        assert_eq!(OpState::of_text("doubtful"), Some(OpState::Doubtful));
        assert_eq!(AttemptState::of_text("in_block"), Some(AttemptState::InBlock));
        assert_eq!(OpState::of_text("Done"), None);
    }
}
