//! The end of a wallet: rows 21 and 21a.

use super::{Entry, EntryKind, LedgerError, Posting, Short, Wallet, post};
use crate::amount::Amount;
use crate::store::Write;

/// Row 21: what is left in a wallet is less than one minor unit owed and less than one unsettled; it goes to the platform, and
/// the coin that stands for it to the treasury. What that is.
///
/// # Errors
/// [`LedgerError::Conflict`] where something is in flight, a debt is open, or more is left.
pub fn close_wallet(write: &mut Write<'_>, wallet: &Wallet) -> Result<Amount, LedgerError> {
    let in_flight = [wallet.held, wallet.settling, wallet.withdrawing, wallet.due, wallet.sending, wallet.leaving];
    if in_flight.iter().any(|amount| *amount != Amount::ZERO) {
        return Err(LedgerError::Conflict("something of the wallet is under way"));
    }
    if wallet.debt != Amount::ZERO {
        return Err(LedgerError::Conflict("the wallet has a debt"));
    }
    let rest = wallet.available.checked_add(wallet.unsettled).ok_or(LedgerError::TooLarge)?;
    if wallet.available >= Amount::MINOR_UNIT || wallet.unsettled >= Amount::MINOR_UNIT || rest != wallet.in_account {
        return Err(LedgerError::Conflict("the wallet is not empty"));
    }
    let tabs = write.rows("SELECT id, unsettled FROM tabs WHERE wallet_id = ?1 AND unsettled > 0", [wallet.id], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
    for (tab, amount) in tabs {
        let moved = write.execute(
            "UPDATE tabs SET unsettled = unsettled - ?1 WHERE id = ?2 AND unsettled >= ?1",
            (amount, tab),
        )?;
        if moved == 0 {
            return Err(LedgerError::Short(Short::Tab));
        }
    }
    let now = write.now();
    write.execute("UPDATE wallets SET state = 'closed' WHERE id = ?1", [wallet.id])?;
    write.execute("UPDATE tabs SET due_at = NULL, last_tick_at = ?1 WHERE wallet_id = ?2", (now, wallet.id))?;
    let posting = Posting {
        available: -wallet.available.0,
        unsettled: -wallet.unsettled.0,
        platform: rest.0,
        in_account: -rest.0,
        returning: rest.0,
        ..Posting::default()
    };
    let entry = Entry {
        partner: Some(wallet.partner),
        wallet: Some(wallet.id),
        posting,
        ..Entry::new(EntryKind::WalletClosed)
    };
    post(write, entry)?;
    Ok(rest)
}

/// Row 21a: the closing group is in a block.
///
/// # Errors
/// [`LedgerError`].
pub fn close_account(write: &mut Write<'_>, wallet: &Wallet, op: i64) -> Result<(), LedgerError> {
    write.execute("UPDATE wallets SET has_account = 0 WHERE id = ?1", [wallet.id])?;
    let posting =
        Posting { returning: -wallet.returning.0, treasury: wallet.returning.0, ..Posting::default() };
    let entry = Entry {
        partner: Some(wallet.partner),
        wallet: Some(wallet.id),
        cause: Some(op),
        posting,
        ..Entry::new(EntryKind::AccountClosed)
    };
    post(write, entry)?;
    Ok(())
}
