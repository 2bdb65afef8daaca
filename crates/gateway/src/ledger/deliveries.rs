//! PLY on its way between the treasury and wallets: rows 5 to 5b, 7 and 9.

use super::post::whole_cents;
use super::{Entry, EntryKind, LedgerError, Posting, Wallet, post};
use crate::amount::Amount;
use crate::store::Write;

fn of(wallet: &Wallet, kind: EntryKind, op: Option<i64>, posting: Posting) -> Entry {
    Entry { partner: Some(wallet.partner), wallet: Some(wallet.id), cause: op, posting, ..Entry::new(kind) }
}

/// Row 5: all that is due is on its way. How much that is.
///
/// # Errors
/// [`LedgerError`].
pub fn deliver(write: &mut Write<'_>, wallet: &Wallet, op: i64) -> Result<Amount, LedgerError> {
    let due = wallet.due;
    let posting = Posting { due: -due.0, sending: due.0, ..Posting::default() };
    post(write, of(wallet, EntryKind::DeliveryPlanned, Some(op), posting))?;
    Ok(due)
}

/// Row 5a: the delivery is in a block.
///
/// # Errors
/// [`LedgerError`].
pub fn delivered(write: &mut Write<'_>, wallet: &Wallet, op: i64, amount: Amount) -> Result<(), LedgerError> {
    let posting = Posting { sending: -amount.0, in_account: amount.0, ..Posting::default() };
    post(write, of(wallet, EntryKind::Delivered, Some(op), posting))?;
    Ok(())
}

/// Row 5b: the delivery is in no block, and never will be.
///
/// # Errors
/// [`LedgerError`].
pub fn delivery_void(write: &mut Write<'_>, wallet: &Wallet, op: i64, amount: Amount) -> Result<(), LedgerError> {
    let posting = Posting { sending: -amount.0, due: amount.0, ..Posting::default() };
    post(write, of(wallet, EntryKind::DeliveryVoid, Some(op), posting))?;
    Ok(())
}

/// Row 7: somebody sent PLY to the wallet's account, seen while nothing was in flight.
///
/// # Errors
/// [`LedgerError`].
pub fn deposit(write: &mut Write<'_>, wallet: &Wallet, amount: Amount, reason: &str) -> Result<(), LedgerError> {
    whole_cents(amount)?;
    let debt = amount.0.min(wallet.debt.0.saturating_neg());
    let credited = amount.0.saturating_sub(debt);
    let posting = Posting {
        world_chain: -amount.0,
        available: credited,
        debt,
        outside: -amount.0,
        in_account: credited,
        returning: debt,
        ..Posting::default()
    };
    let entry = Entry { reason: Some(reason.to_owned()), ..of(wallet, EntryKind::Deposit, None, posting) };
    post(write, entry)?;
    Ok(())
}

/// Row 9: what was the treasury's came back to it.
///
/// # Errors
/// [`LedgerError`].
pub fn returned(write: &mut Write<'_>, wallet: &Wallet, op: i64, amount: Amount) -> Result<(), LedgerError> {
    let posting = Posting { returning: -amount.0, treasury: amount.0, ..Posting::default() };
    post(write, of(wallet, EntryKind::Returned, Some(op), posting))?;
    Ok(())
}
