//! Bills on the chain: rows 14 to 17.

use super::post::{positive, whole_cents};
use super::{Entry, EntryKind, LedgerError, Posting, Short, Wallet, post};
use crate::amount::Amount;
use crate::store::Write;

/// What a bill takes from one tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillPart {
    /// The tab.
    pub tab: i64,
    /// How much of it.
    pub amount: Amount,
}

fn sum(parts: &[BillPart]) -> Result<i64, LedgerError> {
    parts.iter().try_fold(0_i64, |sum, part| sum.checked_add(part.amount.0)).ok_or(LedgerError::TooLarge)
}

fn of(wallet: &Wallet, kind: EntryKind, op: i64, posting: Posting) -> Entry {
    Entry { partner: Some(wallet.partner), wallet: Some(wallet.id), cause: Some(op), posting, ..Entry::new(kind) }
}

/// Moves something into a tab, or out of it; what it has then.
fn move_tab(write: &mut Write<'_>, wallet: &Wallet, tab: i64, change: i64) -> Result<i64, LedgerError> {
    let moved = write.row(
        "UPDATE tabs SET unsettled = unsettled + ?1 WHERE id = ?2 AND wallet_id = ?3 AND unsettled + ?1 >= 0 \
         RETURNING unsettled",
        (change, tab, wallet.id),
        |row| row.get(0),
    )?;
    moved.ok_or(LedgerError::Short(Short::Tab))
}

/// Rows 14 and 14r: a bill is planned, from one tab, or from what is left in several. How much it is.
///
/// # Errors
/// [`LedgerError::Short`].
pub fn bill_planned(
    write: &mut Write<'_>,
    wallet: &Wallet,
    op: i64,
    parts: &[BillPart],
) -> Result<Amount, LedgerError> {
    for part in parts {
        positive(part.amount)?;
    }
    let gross = whole_cents(Amount(sum(parts)?))?;
    for part in parts {
        let remaining = move_tab(write, wallet, part.tab, part.amount.0.saturating_neg())?;
        write.execute(
            "INSERT INTO bill_parts (op_id, tab_id, amount, remaining) VALUES (?1, ?2, ?3, ?4)",
            (op, part.tab, part.amount, remaining),
        )?;
    }
    let posting =
        Posting { unsettled: -gross, settling: gross, in_account: -gross, leaving: gross, ..Posting::default() };
    post(write, of(wallet, EntryKind::BillPlanned, op, posting))?;
    Ok(Amount(gross))
}

/// Row 15: a bill is in a block; `fee` is the platform's part of it.
///
/// # Errors
/// [`LedgerError`].
pub fn bill_charged(
    write: &mut Write<'_>,
    wallet: &Wallet,
    op: i64,
    gross: Amount,
    fee: Amount,
) -> Result<(), LedgerError> {
    let net = whole_cents(gross)?.checked_sub(fee.0).filter(|net| *net >= 0).ok_or(LedgerError::TooLarge)?;
    if fee.0 < 0 || fee.in_cents().is_err() {
        return Err(LedgerError::Conflict("the fee is no whole number of cents"));
    }
    let taken =
        write.row("SELECT SUM(amount) FROM bill_parts WHERE op_id = ?1", [op], |row| row.get::<_, Option<i64>>(0))?;
    if taken.flatten() != Some(gross.0) {
        return Err(LedgerError::Conflict("the bill has taken something else"));
    }
    let posting = Posting {
        settling: -gross.0,
        partner: net,
        platform: fee.0,
        leaving: -gross.0,
        outside: gross.0,
        ..Posting::default()
    };
    post(write, of(wallet, EntryKind::BillCharged, op, posting))?;
    Ok(())
}

/// Row 16: a bill was refused, or is in no block and never will be: all goes back to where it came from.
///
/// # Errors
/// [`LedgerError`].
pub fn bill_undone(
    write: &mut Write<'_>,
    wallet: &Wallet,
    op: i64,
    parts: &[BillPart],
    reason: &str,
) -> Result<(), LedgerError> {
    let gross = sum(parts)?;
    for part in parts {
        let taken = write.execute(
            "DELETE FROM bill_parts WHERE op_id = ?1 AND tab_id = ?2 AND amount = ?3",
            (op, part.tab, part.amount),
        )?;
        if taken == 0 {
            return Err(LedgerError::Conflict("the bill has taken something else"));
        }
        move_tab(write, wallet, part.tab, part.amount.0)?;
    }
    let posting =
        Posting { settling: -gross, unsettled: gross, leaving: -gross, in_account: gross, ..Posting::default() };
    post(write, Entry { reason: Some(reason.to_owned()), ..of(wallet, EntryKind::BillUndone, op, posting) })?;
    Ok(())
}

/// Row 17: nobody knows whether a bill is in a block. Nothing moves.
///
/// # Errors
/// [`LedgerError`].
pub fn bill_doubtful(write: &mut Write<'_>, wallet: &Wallet, op: i64, reason: &str) -> Result<(), LedgerError> {
    let entry =
        Entry { reason: Some(reason.to_owned()), ..of(wallet, EntryKind::BillDoubtful, op, Posting::default()) };
    post(write, entry)?;
    Ok(())
}
