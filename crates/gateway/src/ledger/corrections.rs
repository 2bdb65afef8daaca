//! What is put right later: chargebacks and debts (rows 8 to 8c), contracts that were replaced or blocked (18, 19), credits (22).

use super::closing::close_again;
use super::post::{positive, whole_cents};
use super::{Cause, Entry, EntryKind, LedgerError, Posting, Short, TopUp, Wallet, post};
use crate::amount::Amount;
use crate::store::Write;

fn of(wallet: &Wallet, kind: EntryKind, cause: Cause, posting: Posting) -> Entry {
    let Cause { id, reason } = cause;
    Entry { partner: Some(wallet.partner), wallet: Some(wallet.id), cause: id, reason, posting, ..Entry::new(kind) }
}

/// How a wallet gives whole minor units back to the treasury: what has not left it stays, the rest comes back from the account.
fn give_up(wallet: &Wallet, amount: i64) -> Posting {
    let due = amount.min(wallet.due.0);
    let rest = amount.saturating_sub(due);
    Posting { due: -due, treasury: due, in_account: -rest, returning: rest, ..Posting::default() }
}

/// The whole minor units that a wallet can give back, at most `amount`.
fn can_give_up(wallet: &Wallet, amount: Amount) -> i64 {
    let there = wallet.due.0.saturating_add(wallet.in_account.0);
    Amount(amount.0.min(wallet.available.0)).whole_minor_units().0.min(there)
}

/// Row 8: a payment is charged back. What the wallet does not have becomes a debt. Its sessions are stopped before.
///
/// # Errors
/// [`LedgerError::Conflict`] where the top-up was not paid, or so much was charged back before.
pub fn charge_back(write: &mut Write<'_>, wallet: &Wallet, top_up: &TopUp, amount: Amount) -> Result<(), LedgerError> {
    whole_cents(amount)?;
    let changed = write.execute(
        "UPDATE top_ups SET reversed = reversed + ?1, state = 'charged_back' \
         WHERE id = ?2 AND wallet_id = ?3 AND state IN ('succeeded', 'charged_back') AND reversed + ?1 <= amount",
        (amount, top_up.id, wallet.id),
    )?;
    if changed == 0 {
        return Err(LedgerError::Conflict("the top-up was not paid, or charged back before"));
    }
    let taken = can_give_up(wallet, amount);
    let back = top_up.world_posting(amount.0.saturating_neg());
    let posting = Posting {
        available: -taken,
        debt: taken.saturating_sub(amount.0),
        world_card: back.world_card,
        world_paypal: back.world_paypal,
        ..give_up(wallet, taken)
    };
    let cause = Cause { id: Some(top_up.id), reason: None };
    post(write, of(wallet, EntryKind::ChargedBack, cause, posting))?;
    Ok(())
}

/// Row 8a: a chargeback was decided for us.
///
/// # Errors
/// [`LedgerError`].
pub fn chargeback_won(
    write: &mut Write<'_>,
    wallet: &Wallet,
    top_up: &TopUp,
    amount: Amount,
) -> Result<(), LedgerError> {
    whole_cents(amount)?;
    let changed = write.execute(
        "UPDATE top_ups SET reversed = reversed - ?1, \
         state = CASE WHEN reversed = ?1 THEN 'succeeded' ELSE state END \
         WHERE id = ?2 AND wallet_id = ?3 AND state = 'charged_back' AND reversed >= ?1",
        (amount, top_up.id, wallet.id),
    )?;
    if changed == 0 {
        return Err(LedgerError::Conflict("the top-up was not charged back"));
    }
    close_again(write, wallet)?;
    let debt = amount.0.min(wallet.debt.0.saturating_neg());
    let rest = amount.0.saturating_sub(debt);
    let posting = Posting { debt, available: rest, treasury: -rest, due: rest, ..top_up.world_posting(amount.0) };
    let cause = Cause { id: Some(top_up.id), reason: None };
    post(write, of(wallet, EntryKind::ChargebackWon, cause, posting))?;
    Ok(())
}

/// Row 8b: a debt is collected from what came in since. How much.
///
/// # Errors
/// [`LedgerError`].
pub fn collect_debt(write: &mut Write<'_>, wallet: &Wallet) -> Result<Amount, LedgerError> {
    let amount = can_give_up(wallet, Amount(wallet.debt.0.saturating_neg()));
    if amount == 0 {
        return Ok(Amount::ZERO);
    }
    let posting = Posting { available: -amount, debt: amount, ..give_up(wallet, amount) };
    post(write, of(wallet, EntryKind::DebtCollected, Cause::default(), posting))?;
    Ok(Amount(amount))
}

/// Row 8c: a debt is written off by the operator.
///
/// # Errors
/// [`LedgerError`].
pub fn write_off(write: &mut Write<'_>, wallet: &Wallet, amount: Amount, reason: &str) -> Result<(), LedgerError> {
    whole_cents(amount)?;
    let posting = Posting { debt: amount.0, loss: -amount.0, ..Posting::default() };
    let cause = Cause { id: None, reason: Some(reason.to_owned()) };
    post(write, of(wallet, EntryKind::DebtWrittenOff, cause, posting))?;
    Ok(())
}

/// Row 18: what a wallet owes an old contract it owes the new one, at the same price.
///
/// # Errors
/// [`LedgerError::Short`].
pub fn contract_replaced(
    write: &mut Write<'_>,
    wallet: &Wallet,
    (old, new): (i64, i64),
    amount: Amount,
    reason: &str,
) -> Result<(), LedgerError> {
    positive(amount)?;
    let is_same_price = write.row(
        "SELECT 1 FROM tabs o JOIN tabs n ON n.price = o.price AND n.wallet_id = o.wallet_id WHERE o.id = ?1 AND n.id = ?2 \
         AND o.id <> n.id",
        (old, new),
        |_| Ok(()),
    )?;
    if is_same_price.is_none() {
        return Err(LedgerError::Conflict("the tabs are not of one wallet and price"));
    }
    for (tab, change) in [(old, amount.0.saturating_neg()), (new, amount.0)] {
        let moved = write.execute(
            "UPDATE tabs SET unsettled = unsettled + ?1 WHERE id = ?2 AND wallet_id = ?3 AND unsettled + ?1 >= 0",
            (change, tab, wallet.id),
        )?;
        if moved == 0 {
            return Err(LedgerError::Short(Short::Tab));
        }
    }
    // What has moved is looked at like what was there.
    let now = write.now();
    write.execute("UPDATE tabs SET due_at = ?1 WHERE id = ?2 AND (due_at IS NULL OR due_at > ?1)", (now, new))?;
    let cause = Cause { id: Some(new), reason: Some(reason.to_owned()) };
    let entry = of(wallet, EntryKind::ContractReplaced, cause, Posting::default());
    post(write, Entry { tab: Some(old), moved: Some(amount), ..entry })?;
    Ok(())
}

/// Row 19: a charge that cannot be billed is given back to the user by the operator.
///
/// # Errors
/// [`LedgerError::Short`].
pub fn give_back(
    write: &mut Write<'_>,
    wallet: &Wallet,
    tab: i64,
    amount: Amount,
    reason: &str,
) -> Result<(), LedgerError> {
    positive(amount)?;
    let posting = Posting { unsettled: -amount.0, available: amount.0, ..Posting::default() };
    let cause = Cause { id: None, reason: Some(reason.to_owned()) };
    post(write, Entry { tab: Some(tab), ..of(wallet, EntryKind::GivenBack, cause, posting) })?;
    Ok(())
}

/// Row 23: PLY left a wallet's account by no operation of this gateway; the operator takes as much from the wallet.
///
/// # Errors
/// [`LedgerError::Short`] where the wallet does not have it available, or it is in an operation under way.
pub fn coins_missing(write: &mut Write<'_>, wallet: &Wallet, amount: Amount, reason: &str) -> Result<(), LedgerError> {
    whole_cents(amount)?;
    let posting = Posting {
        available: -amount.0,
        world_chain: amount.0,
        in_account: -amount.0,
        outside: amount.0,
        ..Posting::default()
    };
    let cause = Cause { id: None, reason: Some(reason.to_owned()) };
    post(write, of(wallet, EntryKind::CoinsMissing, cause, posting))?;
    Ok(())
}

/// Row 22: the operator or the partner credits a wallet.
///
/// # Errors
/// [`Short::Treasury`].
pub fn credit(write: &mut Write<'_>, wallet: &Wallet, amount: Amount, reason: &str) -> Result<i64, LedgerError> {
    whole_cents(amount)?;
    let posting = Posting {
        world_operator: -amount.0,
        available: amount.0,
        treasury: -amount.0,
        due: amount.0,
        ..Posting::default()
    };
    let cause = Cause { id: None, reason: Some(reason.to_owned()) };
    post(write, of(wallet, EntryKind::Credited, cause, posting))
}
