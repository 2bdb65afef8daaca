//! The end of a wallet: rows 21 and 21a.

use super::{Entry, EntryKind, LedgerError, Posting, Short, Wallet, WalletState, post};
use crate::amount::Amount;
use crate::store::Write;

/// Row 21: what is left in a wallet is less than one minor unit owed and less than one unsettled; it goes to the platform, and
/// the coin that stands for it to the treasury. What that is. `op` closes the account on the chain; a wallet without an account
/// has none, and is closed at once.
///
/// # Errors
/// [`LedgerError::Conflict`] where something is in flight, a debt is open, or more is left.
pub fn close_wallet(write: &mut Write<'_>, wallet: &Wallet, op: Option<i64>) -> Result<Amount, LedgerError> {
    let in_flight = [wallet.held, wallet.settling, wallet.withdrawing, wallet.due, wallet.sending, wallet.leaving];
    if in_flight.iter().any(|amount| *amount != Amount::ZERO) {
        return Err(LedgerError::Conflict("something of the wallet is under way"));
    }
    if op.is_none() && (wallet.has_account || wallet.in_account > Amount::ZERO) {
        return Err(LedgerError::Conflict("a wallet with an account is closed by an operation"));
    }
    if wallet.debt != Amount::ZERO {
        return Err(LedgerError::Conflict("the wallet has a debt"));
    }
    let rest = wallet.available.checked_add(wallet.unsettled).ok_or(LedgerError::TooLarge)?;
    if wallet.available >= Amount::MINOR_UNIT || wallet.unsettled >= Amount::MINOR_UNIT || rest != wallet.in_account {
        return Err(LedgerError::Conflict("the wallet is not empty"));
    }
    let open =
        write.row("SELECT 1 FROM sessions WHERE wallet_id = ?1 AND closed_at IS NULL LIMIT 1", [wallet.id], |_| {
            Ok(())
        })?;
    if open.is_some() {
        return Err(LedgerError::Conflict("a session of the wallet is open"));
    }
    let tabs =
        write.rows("SELECT id, unsettled FROM tabs WHERE wallet_id = ?1 AND unsettled > 0", [wallet.id], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })?;
    for (tab, amount) in tabs {
        let moved = write
            .execute("UPDATE tabs SET unsettled = unsettled - ?1 WHERE id = ?2 AND unsettled >= ?1", (amount, tab))?;
        if moved == 0 {
            return Err(LedgerError::Short(Short::Tab));
        }
        // Without an operation there is nothing in the account, and so nothing in a tab.
        write.execute(
            "INSERT INTO bill_parts (op_id, tab_id, amount, remaining) VALUES (?1, ?2, ?3, 0)",
            (op, tab, amount),
        )?;
    }
    let now = write.now();
    let state = if op.is_some() { WalletState::Closing } else { WalletState::Closed };
    write.execute("UPDATE wallets SET state = ?1 WHERE id = ?2", (state.name(), wallet.id))?;
    // No last tick of a session charges a closed wallet.
    write.execute("UPDATE sessions SET late = 0 WHERE wallet_id = ?1 AND late > 0", [wallet.id])?;
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
        cause: op,
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
    write.execute("UPDATE wallets SET has_account = 0, state = 'closed' WHERE id = ?1", [wallet.id])?;
    let posting = Posting { returning: -wallet.returning.0, treasury: wallet.returning.0, ..Posting::default() };
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
