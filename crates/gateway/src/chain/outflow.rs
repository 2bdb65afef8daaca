//! How much was signed in a day, by kind, against caps.

use super::groups::{Order, group_fee};
use super::ops::OpKind;
use pnp_types::{MicroAlgos, Transaction, TransactionType};
use std::collections::BTreeSet;

/// How many operations are remembered; one that is forgotten counts again.
const REMEMBERED: usize = 100_000;
/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// The most that is signed in a day (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Minor units of PLY by bills.
    pub bills: u64,
    /// Minor units of PLY from the treasury to wallets.
    pub deliveries: u64,
    /// Minor units of PLY to addresses that users named.
    pub withdrawals: u64,
    /// microAlgos: fees, and what wallets get from the treasury.
    pub algos: u64,
}

impl Caps {
    /// No caps: for development networks.
    pub const NONE: Self = Self { bills: u64::MAX, deliveries: u64::MAX, withdrawals: u64::MAX, algos: u64::MAX };

    /// When the next day begins, in milliseconds since 1970: then what is over a cap is tried again.
    #[must_use]
    pub const fn next_day(now: i64) -> i64 {
        SignedToday::begin_of(SignedToday::day_of(now).saturating_add(1))
    }
}

/// What the store says was signed on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedToday {
    /// Days since 1970, UTC.
    pub day: i64,
    /// The operations with an attempt on it; of each what it moves, by its kind.
    pub ops: Vec<SignedOp>,
    /// microAlgos: fees, and what wallets get from the treasury.
    pub algos: u64,
}

/// An operation that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedOp {
    /// Its number.
    pub op: i64,
    /// What it does.
    pub kind: OpKind,
    /// Minor units that it moves.
    pub amount: u64,
}

impl SignedToday {
    /// The day of a time in milliseconds since 1970.
    #[must_use]
    pub const fn day_of(now: i64) -> i64 {
        now.div_euclid(DAY)
    }

    /// When a day begins, in milliseconds since 1970.
    #[must_use]
    pub const fn begin_of(day: i64) -> i64 {
        day.saturating_mul(DAY)
    }

    /// Adds the fees and payments of a signed group.
    pub fn add_group(&mut self, group: &[Transaction]) {
        self.algos = self.algos.saturating_add(algos_of(group).0);
    }
}

/// Which cap was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("with this, the {kind} of today would be {sum}, over the cap of {cap}")]
pub struct CapReached {
    /// What is counted.
    pub kind: &'static str,
    /// What it would come to.
    pub sum: u64,
    /// The most.
    pub cap: u64,
}

/// What was signed since a day began.
#[derive(Debug)]
pub(super) struct Outflow {
    caps: Caps,
    day: i64,
    bills: u64,
    deliveries: u64,
    withdrawals: u64,
    algos: u64,
    /// Operations whose PLY is counted: their attempts exclude each other.
    counted: BTreeSet<i64>,
}

impl Outflow {
    pub(super) const fn new(caps: Caps) -> Self {
        Self { caps, day: 0, bills: 0, deliveries: 0, withdrawals: 0, algos: 0, counted: BTreeSet::new() }
    }

    /// Goes on from what was signed before this process began.
    pub(super) fn resume(&mut self, signed: &SignedToday) {
        *self = Self { day: signed.day, algos: signed.algos, ..Self::new(self.caps) };
        for SignedOp { op, kind, amount } in &signed.ops {
            let sum = match kind {
                OpKind::Bill => &mut self.bills,
                OpKind::Delivery => &mut self.deliveries,
                OpKind::Withdrawal => &mut self.withdrawals,
                OpKind::Return | OpKind::Refill | OpKind::Close => continue,
            };
            if self.counted.insert(*op) {
                *sum = sum.saturating_add(*amount);
            }
        }
    }

    /// Counts a group that is about to be signed.
    pub(super) fn count(&mut self, op: i64, order: &Order, group: &[Transaction], now: i64) -> Result<(), CapReached> {
        let day = SignedToday::day_of(now);
        if day != self.day {
            *self = Self { day, ..Self::new(self.caps) };
        }
        let is_new = !self.counted.contains(&op);
        let counted = |amount: u64| if is_new { amount } else { 0 };
        let (mut bills, mut deliveries, mut withdrawals) = (0, 0, 0);
        match order {
            Order::Bill(bill) => bills = counted(bill.split.gross),
            Order::Create { amount, .. } | Order::Deliver { amount, .. } => deliveries = counted(*amount),
            Order::Withdraw { amount, .. } => withdrawals = counted(*amount),
            Order::Return { .. } | Order::Refill { .. } | Order::Join { .. } | Order::Close { .. } => {}
        }
        let bills = added("bills", self.bills, bills, self.caps.bills)?;
        let deliveries = added("deliveries", self.deliveries, deliveries, self.caps.deliveries)?;
        let withdrawals = added("withdrawals", self.withdrawals, withdrawals, self.caps.withdrawals)?;
        let algos = added("Algos", self.algos, algos_of(group).0, self.caps.algos)?;
        (self.bills, self.deliveries, self.withdrawals, self.algos) = (bills, deliveries, withdrawals, algos);
        self.counted.insert(op);
        if self.counted.len() > REMEMBERED {
            // The oldest.
            self.counted.pop_first();
        }
        Ok(())
    }
}

/// Fees and payments of a group.
fn algos_of(group: &[Transaction]) -> MicroAlgos {
    let payments = group.iter().filter(|one| one.kind == TransactionType::Payment);
    payments.fold(group_fee(group), |sum, one| sum.saturating_add(one.payment.amount))
}

fn added(kind: &'static str, before: u64, more: u64, cap: u64) -> Result<u64, CapReached> {
    let sum = before.saturating_add(more);
    if more > 0 && sum > cap { Err(CapReached { kind, sum, cap }) } else { Ok(sum) }
}
