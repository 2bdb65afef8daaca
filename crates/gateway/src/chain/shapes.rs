//! Whether transactions are an order and nothing else: field by field, whatever built them.

use super::groups::{CONTRACT_MINIMUM, NEW_ACCOUNT, OpLabel, Order, Parties, group_fee};
use pnp_types::{
    Address, AppIndex, ApplicationCall, AssetIndex, AssetTransfer, Digest, Header, MicroAlgos, OnCompletion, Payment,
    Transaction, TransactionType, group_id,
};

/// The longest that a transaction may be valid, in rounds (go-algorand `MaxTxnLife`).
const LONGEST_VALIDITY: u64 = 1000;

/// What no group of ours exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapeLimits {
    /// The network.
    pub genesis_hash: Digest,
    /// The most fees of a group.
    pub max_fee: MicroAlgos,
    /// The most Algos of a refill.
    pub max_refill: MicroAlgos,
}

/// Why a group is not what was ordered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// Too many or too few transactions.
    #[error("the group has {found} transactions, not {expected}")]
    Count {
        /// Ordered.
        expected: usize,
        /// There.
        found: usize,
    },
    /// A transaction that does something else.
    #[error("transaction {index} is not the one that was ordered")]
    Transaction {
        /// Its place, from 0.
        index: usize,
    },
    /// The common fields of a transaction.
    #[error("transaction {index} has another {field} than ordered")]
    Field {
        /// Its place, from 0.
        index: usize,
        /// Which field.
        field: &'static str,
    },
    /// Fees over the limit.
    #[error("the fees would be {} microAlgos, over the limit of {}", fee.0, limit.0)]
    Fee {
        /// Of the group.
        fee: MicroAlgos,
        /// The most.
        limit: MicroAlgos,
    },
    /// Algos that no order of ours sends.
    #[error("{0} microAlgos are no refill")]
    Algos(u64),
}

/// What one transaction may do: its sender and the fields of its type.
enum Expected {
    Payment(Address, Payment),
    Transfer(Address, AssetTransfer),
    Call(Address, ApplicationCall),
}

fn payment(sender: Address, receiver: Address, amount: MicroAlgos) -> Expected {
    Expected::Payment(sender, Payment { receiver, amount, close_remainder_to: Address::ZERO })
}

fn transfer(sender: Address, receiver: Address, asset: AssetIndex, amount: u64) -> Expected {
    Expected::Transfer(
        sender,
        AssetTransfer { asset, amount, sender: Address::ZERO, receiver, close_to: Address::ZERO },
    )
}

fn call(sender: Address, application: AppIndex, on_completion: OnCompletion, args: Vec<Vec<u8>>) -> Expected {
    Expected::Call(sender, ApplicationCall { application, on_completion, args, ..ApplicationCall::default() })
}

/// The transactions of an order.
fn expected(order: &Order, parties: Parties) -> Vec<Expected> {
    let Parties { treasury, asset } = parties;
    let opt_in = |wallet, app| call(wallet, app, OnCompletion::OptIn, Vec::new());
    match order {
        Order::Create { wallet, app, amount } => vec![
            payment(treasury, *wallet, NEW_ACCOUNT),
            transfer(*wallet, *wallet, asset, 0),
            opt_in(*wallet, *app),
            transfer(treasury, *wallet, asset, *amount),
        ],
        Order::Deliver { wallet, amount } => vec![transfer(treasury, *wallet, asset, *amount)],
        Order::Bill(bill) => {
            let numbers = [bill.units.get(), bill.unit_price, asset.0].map(|number| number.to_be_bytes().to_vec());
            let args = std::iter::once(bill.tick.as_bytes().to_vec()).chain(numbers).collect();
            vec![
                call(bill.user, bill.app, OnCompletion::NoOp, args),
                transfer(bill.user, bill.provider, asset, bill.split.net),
                transfer(bill.user, bill.platform, asset, bill.split.fee),
            ]
        }
        Order::Withdraw { wallet, destination, amount } => vec![transfer(*wallet, *destination, asset, *amount)],
        Order::Return { wallet, amount } => vec![transfer(*wallet, treasury, asset, *amount)],
        Order::Refill { wallet, algos } => vec![payment(treasury, *wallet, *algos)],
        Order::Join { wallet, app } => vec![payment(treasury, *wallet, CONTRACT_MINIMUM), opt_in(*wallet, *app)],
        Order::Close { wallet, apps } => {
            let leave = |app: &AppIndex| call(*wallet, *app, OnCompletion::ClearState, Vec::new());
            let holding = AssetTransfer { asset, receiver: treasury, close_to: treasury, ..AssetTransfer::default() };
            let account = Payment { receiver: treasury, amount: MicroAlgos::ZERO, close_remainder_to: treasury };
            let mut all: Vec<_> = apps.iter().map(leave).collect();
            all.push(Expected::Transfer(*wallet, holding));
            all.push(Expected::Payment(*wallet, account));
            all
        }
    }
}

/// Checks that a group is the order and nothing else.
///
/// # Errors
/// [`ShapeError`]: the first difference.
pub(super) fn check(
    order: &Order,
    parties: Parties,
    label: &OpLabel,
    limits: &ShapeLimits,
    group: &[Transaction],
) -> Result<(), ShapeError> {
    if let Order::Refill { algos, .. } = order
        && *algos > limits.max_refill
    {
        return Err(ShapeError::Algos(algos.0));
    }
    let wanted = expected(order, parties);
    if wanted.len() != group.len() {
        return Err(ShapeError::Count { expected: wanted.len(), found: group.len() });
    }
    let together = match group {
        [_] => Digest::ZERO,
        _ => group_id(group).map_err(|_| ShapeError::Count { expected: wanted.len(), found: group.len() })?,
    };
    for (index, (wanted, found)) in wanted.iter().zip(group).enumerate() {
        let sender = check_fields(wanted, found).ok_or(ShapeError::Transaction { index })?;
        let is_first = index == 0;
        let header = Header {
            sender,
            note: if is_first { label.note.clone() } else { Vec::new() },
            lease: if is_first && order.has_lease() { label.lease } else { [0; 32] },
            group: together,
            genesis_hash: limits.genesis_hash,
            rekey_to: Address::ZERO,
            // These decide about nobody's money, and are limited below or bound by the network's hash.
            fee: found.header.fee,
            first_valid: found.header.first_valid,
            last_valid: found.header.last_valid,
            genesis_id: found.header.genesis_id.clone(),
        };
        check_header(&header, &found.header).map_err(|field| ShapeError::Field { index, field })?;
    }
    let fee = group_fee(group);
    if fee > limits.max_fee {
        return Err(ShapeError::Fee { fee, limit: limits.max_fee });
    }
    Ok(())
}

/// The sender of a transaction that has the fields of its type and no others.
fn check_fields(wanted: &Expected, found: &Transaction) -> Option<Address> {
    let mut whole = Transaction { header: found.header.clone(), ..Transaction::default() };
    let sender = match wanted {
        Expected::Payment(sender, payment) => {
            whole.kind = TransactionType::Payment;
            whole.payment = payment.clone();
            sender
        }
        Expected::Transfer(sender, transfer) => {
            whole.kind = TransactionType::AssetTransfer;
            whole.asset_transfer = transfer.clone();
            sender
        }
        Expected::Call(sender, call) => {
            whole.kind = TransactionType::ApplicationCall;
            whole.application_call = call.clone();
            sender
        }
    };
    (whole == *found).then_some(*sender)
}

/// The name of the first common field that differs.
fn check_header(wanted: &Header, found: &Header) -> Result<(), &'static str> {
    let is_short = found.last_valid.since(found.first_valid) <= LONGEST_VALIDITY;
    for (field, is_same) in [
        ("sender", wanted.sender == found.sender),
        ("new signer", wanted.rekey_to == found.rekey_to),
        ("note", wanted.note == found.note),
        ("lease", wanted.lease == found.lease),
        ("group", wanted.group == found.group),
        ("network", wanted.genesis_hash == found.genesis_hash),
        ("validity", is_short && found.first_valid <= found.last_valid),
        ("common field", wanted == found),
    ] {
        if !is_same {
            return Err(field);
        }
    }
    Ok(())
}
