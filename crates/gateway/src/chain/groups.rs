//! The groups that operations send, unsigned: what each order looks like on the chain.

use super::ops::{ChainOp, Work};
use crate::id::Kind;
use data_encoding::HEXLOWER;
use pnp_client::SuggestedParams;
use pnp_types::{
    Address, AppIndex, AssetIndex, Digest, GroupError, MicroAlgos, Round, Transaction, TransactionType, assign_group,
    sha512_256,
};
use pnp_usage::{Bill, calls};

/// What a new account must keep: 100,000 for itself, 100,000 for the asset, 150,000 for the contract with one byte slice.
pub const ACCOUNT_MINIMUM: MicroAlgos = MicroAlgos(350_000);
/// What a new account gets: what it must keep, and six bills' fees.
pub const NEW_ACCOUNT: MicroAlgos = MicroAlgos(370_000);
/// What an account must keep more for another contract.
pub const CONTRACT_MINIMUM: MicroAlgos = MicroAlgos(150_000);
/// What every lease is the hash of, before the operation's id.
const LEASE: &[u8] = b"pnp-gateway:lease";

/// What is to be signed: everything that decides who gets what. Amounts of PLY are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Creates a wallet's account: Algos, two opt-ins, and the first delivery.
    Create {
        /// The wallet.
        wallet: Address,
        /// The contract that it joins.
        app: AppIndex,
        /// PLY from the treasury.
        amount: u64,
    },
    /// PLY from the treasury.
    Deliver {
        /// The wallet.
        wallet: Address,
        /// How much.
        amount: u64,
    },
    /// A bill.
    Bill(Bill),
    /// PLY to an address that the user named.
    Withdraw {
        /// The wallet.
        wallet: Address,
        /// Where to.
        destination: Address,
        /// How much.
        amount: u64,
    },
    /// PLY back to the treasury.
    Return {
        /// The wallet.
        wallet: Address,
        /// How much.
        amount: u64,
    },
    /// Algos for a wallet's fees.
    Refill {
        /// The wallet.
        wallet: Address,
        /// How many.
        algos: MicroAlgos,
    },
    /// Algos for a contract's local state, and the opt-in.
    Join {
        /// The wallet.
        wallet: Address,
        /// The contract.
        app: AppIndex,
    },
    /// Leaves every contract, and sends all that is left to the treasury.
    Close {
        /// The wallet.
        wallet: Address,
        /// The contracts that it has joined.
        apps: Vec<AppIndex>,
    },
}

impl Order {
    /// The wallet's address.
    #[must_use]
    pub const fn wallet(&self) -> Address {
        match self {
            Self::Create { wallet, .. }
            | Self::Deliver { wallet, .. }
            | Self::Withdraw { wallet, .. }
            | Self::Return { wallet, .. }
            | Self::Refill { wallet, .. }
            | Self::Join { wallet, .. }
            | Self::Close { wallet, .. } => *wallet,
            Self::Bill(bill) => bill.user,
        }
    }

    /// Whether its first transaction is the treasury's.
    #[must_use]
    pub const fn is_of_treasury(&self) -> bool {
        matches!(self, Self::Create { .. } | Self::Deliver { .. } | Self::Refill { .. } | Self::Join { .. })
    }

    /// Whether its first transaction carries a lease. Bills exclude each other by their tick.
    #[must_use]
    pub const fn has_lease(&self) -> bool {
        !matches!(self, Self::Bill(_))
    }
}

/// What is the same for all groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The treasury's account.
    pub treasury: Address,
    /// PLY.
    pub asset: AssetIndex,
}

/// What is one operation's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpLabel {
    /// The note of the first transaction: the operation's id as text, and nothing else.
    pub note: Vec<u8>,
    /// The lease of the first transaction, where it has one: two attempts of an operation exclude each other.
    pub lease: [u8; 32],
}

/// A seal of the journal, as the notes of the treasury's transfers have it: what is written there nobody can change later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealMark {
    /// The seal's number.
    pub number: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl SealMark {
    /// The seal that a note names after its operation: `stl_… seal NUMBER HASH`, the hash in hex.
    #[must_use]
    pub fn of_note(note: &[u8]) -> Option<Self> {
        let mut words = std::str::from_utf8(note).ok()?.split(' ').skip(1);
        if words.next() != Some("seal") {
            return None;
        }
        let number = words.next()?.parse().ok()?;
        let hash = HEXLOWER.decode(words.next()?.as_bytes()).ok()?.try_into().ok()?;
        words.next().is_none().then_some(Self { number, hash })
    }
}

impl OpLabel {
    /// The same with a seal in the note.
    #[must_use]
    pub fn with_seal(mut self, seal: &SealMark) -> Self {
        let SealMark { number, hash } = seal;
        self.note.extend(format!(" seal {number} {}", HEXLOWER.encode(hash)).into_bytes());
        self
    }

    /// The marks of an operation. Two withdrawals of one request exclude each other, also where a copy of the store planned one of them.
    #[must_use]
    pub fn of_op(op: &ChainOp) -> Self {
        let label = Self::of(&op.text());
        match &op.work {
            Work::Withdrawal(withdrawal) => {
                let request = Kind::Withdrawal.text(withdrawal.withdrawal);
                Self { lease: Self::of(&request).lease, ..label }
            }
            _ => label,
        }
    }

    /// The marks of an operation with this id.
    #[must_use]
    pub fn of(id_text: &str) -> Self {
        Self { note: id_text.as_bytes().to_vec(), lease: sha512_256(&[LEASE, id_text.as_bytes()].concat()) }
    }
}

/// Builds an order's group, valid for `validity` rounds from the newest one.
///
/// # Errors
/// More transactions than a group takes.
pub fn build(
    order: &Order,
    parties: Parties,
    label: &OpLabel,
    validity: u64,
    params: &SuggestedParams,
) -> Result<Vec<Transaction>, GroupError> {
    let Parties { treasury, asset } = parties;
    let pay = |wallet, algos| calls::payment(treasury, wallet, algos, params);
    let send = |from, to, amount| calls::asset_transfer(from, to, asset, amount, params);
    let mut group = match order {
        Order::Create { wallet, app, amount } => vec![
            pay(*wallet, NEW_ACCOUNT),
            calls::asset_opt_in(*wallet, asset, params),
            calls::opt_in(*wallet, *app, params),
            send(treasury, *wallet, *amount),
        ],
        Order::Deliver { wallet, amount } => vec![send(treasury, *wallet, *amount)],
        Order::Bill(bill) => bill.transactions(params).to_vec(),
        Order::Withdraw { wallet, destination, amount } => vec![send(*wallet, *destination, *amount)],
        Order::Return { wallet, amount } => vec![send(*wallet, treasury, *amount)],
        Order::Refill { wallet, algos } => vec![pay(*wallet, *algos)],
        Order::Join { wallet, app } => {
            vec![pay(*wallet, CONTRACT_MINIMUM), calls::opt_in(*wallet, *app, params)]
        }
        Order::Close { wallet, apps } => close(*wallet, apps, parties, params),
    };
    let first_valid = params.last_round.max(Round(1));
    for transaction in &mut group {
        transaction.header.first_valid = first_valid;
        transaction.header.last_valid = first_valid.saturating_add(validity);
    }
    if let Some(first) = group.first_mut() {
        first.header.note.clone_from(&label.note);
        if order.has_lease() {
            first.header.lease = label.lease;
        }
    }
    let mut group = calls::set_fees_and_group(group, params)?;
    if pools_fees(order) {
        pool_fees(&mut group)?;
    }
    Ok(group)
}

/// The last group: leaves the contracts in the way that no program can refuse, then closes the holding, then the account.
fn close(wallet: Address, apps: &[AppIndex], parties: Parties, params: &SuggestedParams) -> Vec<Transaction> {
    let Parties { treasury, asset } = parties;
    let mut group: Vec<_> = apps.iter().map(|app| calls::leave(wallet, *app, true, params)).collect();
    let holding = Transaction::asset_transfer(wallet, treasury, asset, 0).close_to(treasury);
    let account = Transaction::payment(wallet, treasury, MicroAlgos::ZERO).close_to(treasury);
    group.push(calls::for_network(holding, params));
    group.push(calls::for_network(account, params));
    group
}

/// Whether the first transaction, of the treasury, pays for all: the wallet has no Algos yet.
const fn pools_fees(order: &Order) -> bool {
    matches!(order, Order::Create { .. } | Order::Join { .. })
}

/// Lets the first transaction pay all fees of a group.
fn pool_fees(group: &mut [Transaction]) -> Result<(), GroupError> {
    let sum = group_fee(group);
    for transaction in group.iter_mut() {
        transaction.header.fee = MicroAlgos::ZERO;
        transaction.header.group = Digest::ZERO;
    }
    if let Some(first) = group.first_mut() {
        first.header.fee = sum;
    }
    assign_group(group).map(|_| ())
}

/// The network's fees of a group.
#[must_use]
pub fn group_fee(group: &[Transaction]) -> MicroAlgos {
    group.iter().fold(MicroAlgos::ZERO, |sum, transaction| sum.saturating_add(transaction.header.fee))
}

/// A row of the third book, in microAlgos; together 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlgoPosting {
    /// The treasury's.
    pub treasury: i64,
    /// The wallet's.
    pub wallet: i64,
    /// The network's fees.
    pub fees: i64,
    /// Everybody else's.
    pub outside: i64,
}

/// What a group in a block has moved in the third book. `known` are the wallet's Algos before it, all of which a close moves; `None`
/// beyond 64 bits.
#[must_use]
pub fn algo_posting(group: &[Transaction], parties: Parties, wallet: Address, known: i64) -> Option<AlgoPosting> {
    let mut posting = AlgoPosting::default();
    let mut closes = false;
    for transaction in group {
        let fee = i64::try_from(transaction.header.fee.0).ok()?;
        posting.fees = posting.fees.checked_add(fee)?;
        let is_wallets = transaction.header.sender == wallet;
        let payer = if is_wallets { &mut posting.wallet } else { &mut posting.treasury };
        *payer = payer.checked_sub(fee)?;
        if transaction.kind == TransactionType::Payment {
            let payment = &transaction.payment;
            closes |= is_wallets && payment.close_remainder_to == parties.treasury;
            let amount = i64::try_from(payment.amount.0).ok()?;
            if !is_wallets && payment.receiver == wallet {
                posting.treasury = posting.treasury.checked_sub(amount)?;
                posting.wallet = posting.wallet.checked_add(amount)?;
            }
        }
    }
    if closes {
        posting.wallet = known.checked_neg()?;
        posting.treasury = known.checked_sub(posting.fees)?;
    }
    Some(posting)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, PARTIES, WALLET};
    use super::*;

    fn posting(order: &Order) -> AlgoPosting {
        let group = testing::group(order);
        algo_posting(&group, PARTIES, WALLET, 365_000).unwrap()
    }

    #[test]
    fn the_third_book_is_the_one_of_the_design() {
        let of = |treasury, wallet, fees| AlgoPosting { treasury, wallet, fees, outside: 0 };
        for (order, expected) in [
            (Order::Create { wallet: WALLET, app: AppIndex(9), amount: 5 }, of(-374_000, 370_000, 4_000)),
            (Order::Deliver { wallet: WALLET, amount: 5 }, of(-1_000, 0, 1_000)),
            (Order::Bill(testing::bill()), of(0, -3_000, 3_000)),
            (Order::Withdraw { wallet: WALLET, destination: Address([8; 32]), amount: 5 }, of(0, -1_000, 1_000)),
            (Order::Return { wallet: WALLET, amount: 5 }, of(0, -1_000, 1_000)),
            (Order::Refill { wallet: WALLET, algos: MicroAlgos(6_000) }, of(-7_000, 6_000, 1_000)),
            (Order::Join { wallet: WALLET, app: AppIndex(9) }, of(-152_000, 150_000, 2_000)),
            (Order::Close { wallet: WALLET, apps: vec![AppIndex(9)] }, of(362_000, -365_000, 3_000)),
        ] {
            let posting = posting(&order);
            assert_eq!(posting, expected, "{order:?}");
            assert_eq!(posting.treasury + posting.wallet + posting.fees + posting.outside, 0);
        }
    }

    #[test]
    fn only_bills_have_no_lease_and_no_note_says_more_than_the_id() {
        for order in testing::orders() {
            let group = testing::group(&order);
            let (first, rest) = group.split_first().unwrap();
            assert_eq!(first.header.note, b"stl_0000000000007");
            assert_eq!(first.header.lease != [0; 32], order.has_lease(), "{order:?}");
            assert!(rest.iter().all(|one| one.header.note.is_empty() && one.header.lease == [0; 32]));
            assert!(
                group.len() == 1 || group.iter().all(|one| one.header.group == pnp_types::group_id(&group).unwrap())
            );
        }
    }

    #[test]
    fn a_note_names_a_seal() {
        let seal = SealMark { number: 12, hash: [0xab; 32] };
        let label = OpLabel::of("stl_0000000000007").with_seal(&seal);
        assert_eq!(SealMark::of_note(&label.note), Some(seal));
        assert_eq!(label.lease, OpLabel::of("stl_0000000000007").lease);
        for other in ["stl_0000000000007", "stl_1 seal", "stl_1 seal 12", "stl_1 seal 12 abcd", "stl_1 lead 12 ab"] {
            assert_eq!(SealMark::of_note(other.as_bytes()), None);
        }
        assert!(testing::orders().iter().filter(|order| order.is_of_treasury()).count() >= 4);
    }

    #[test]
    fn a_closing_group_has_three_transactions() {
        assert_eq!(testing::group(&Order::Close { wallet: WALLET, apps: vec![AppIndex(9)] }).len(), 3);
    }
}
