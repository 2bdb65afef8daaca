//! The end of a wallet: what of its tabs no bill can take (row 19), then rows 21 and 21a.

use super::{Entry, EntryKind, LedgerError, Posting, Short, Wallet, WalletState, give_back, post};
use crate::amount::Amount;
use crate::store::Write;

/// Why a charge is given back when a wallet is closed.
const UNBILLABLE: &str = "the wallet closes, and this is less than its contract can bill";

/// A wallet begins to close; the wallet as it is then. No last tick of a session charges it any more, and what its contracts
/// cannot bill is given back to the user (row 19). Its sessions are stopped before. Closing it again gives back what has
/// become too little since.
///
/// # Errors
/// [`LedgerError::Conflict`] where it is closed, or a session is open.
pub fn begin_close(write: &mut Write<'_>, wallet: &Wallet) -> Result<Wallet, LedgerError> {
    if wallet.state == WalletState::Closed {
        return Err(LedgerError::Conflict("the wallet is closed"));
    }
    no_session_is_open(write, wallet)?;
    write.execute("UPDATE sessions SET late = 0 WHERE wallet_id = ?1 AND late > 0", [wallet.id])?;
    for (tab, amount) in unbillable(write, wallet.id)? {
        give_back(write, wallet, tab, amount, UNBILLABLE)?;
    }
    if wallet.state == WalletState::Open {
        write.execute("UPDATE wallets SET state = ?1 WHERE id = ?2", (WalletState::Closing.name(), wallet.id))?;
        let entry =
            Entry { partner: Some(wallet.partner), wallet: Some(wallet.id), ..Entry::new(EntryKind::WalletClosing) };
        entry.insert(write)?;
    }
    super::wallet(write.connection(), wallet.id)
}

/// Money came into a wallet that was closed, such as a payment that was made before and confirmed late: it closes once more.
///
/// # Errors
/// The store's.
pub(super) fn close_again(write: &mut Write<'_>, wallet: &Wallet) -> Result<(), LedgerError> {
    let (closing, closed) = (WalletState::Closing.name(), WalletState::Closed.name());
    write.execute("UPDATE wallets SET state = ?1 WHERE id = ?2 AND state = ?3", (closing, wallet.id, closed))?;
    Ok(())
}

/// Parts of a minute in one tab of a wallet, and what its contract bills at least and at most, in cents a unit.
struct Rest {
    tab: i64,
    contract: i64,
    rest: i64,
    min_rate: i64,
    max_rate: i64,
}

const RESTS: &str = "SELECT t.id, t.contract_id, t.unsettled % (t.price * 1000000), c.min_rate, c.max_rate \
    FROM tabs t JOIN contracts c ON c.id = t.contract_id WHERE t.wallet_id = ?1 AND t.blocked IS NULL \
    AND c.state <> 'blocked' AND t.unsettled > 0 ORDER BY t.contract_id, t.id";

/// What no bill can take of a wallet's tabs, whole minutes apart: whole cents under a contract's least rate, and parts of cents
/// but less than one, which the close takes. By tab.
fn unbillable(write: &mut Write<'_>, wallet: i64) -> Result<Vec<(i64, Amount)>, LedgerError> {
    let rests = write.rows(RESTS, [wallet], |row| {
        let (min_rate, max_rate) = (row.get(3)?, row.get(4)?);
        Ok(Rest { tab: row.get(0)?, contract: row.get(1)?, rest: row.get(2)?, min_rate, max_rate })
    })?;
    let (mut given_back, mut kept) = (Vec::new(), Amount::ZERO);
    for of_contract in rests.chunk_by(|one, other| one.contract == other.contract) {
        let Some(first) = of_contract.first() else { continue };
        let sum = of_contract.iter().try_fold(0_i64, |sum, rest| sum.checked_add(rest.rest));
        let sum = Amount(sum.ok_or(LedgerError::TooLarge)?);
        let parts = Amount(sum.0.saturating_sub(sum.whole_minor_units().0));
        // Bills of at most `max_rate` go first; this is left for the last one.
        let cents = sum.0.saturating_sub(parts.0) / Amount::MINOR_UNIT.0;
        let last = if cents > first.max_rate.max(1) { cents % first.max_rate.max(1) } else { cents };
        let with_parts = kept.checked_add(parts).ok_or(LedgerError::TooLarge)?;
        let mut left = if last > 0 && last < first.min_rate {
            let last = last.checked_mul(Amount::MINOR_UNIT.0).ok_or(LedgerError::TooLarge)?;
            last.checked_add(parts.0).ok_or(LedgerError::TooLarge)?
        } else if with_parts >= Amount::MINOR_UNIT {
            parts.0
        } else {
            kept = with_parts;
            0
        };
        // Bills take from the first tabs first.
        for rest in of_contract.iter().rev() {
            let taken = left.min(rest.rest);
            if taken > 0 {
                given_back.push((rest.tab, Amount(taken)));
                left = left.saturating_sub(taken);
            }
        }
    }
    Ok(given_back)
}

fn no_session_is_open(write: &mut Write<'_>, wallet: &Wallet) -> Result<(), LedgerError> {
    let open =
        write.row("SELECT 1 FROM sessions WHERE wallet_id = ?1 AND closed_at IS NULL LIMIT 1", [wallet.id], |_| {
            Ok(())
        })?;
    match open {
        Some(()) => Err(LedgerError::Conflict("a session of the wallet is open")),
        None => Ok(()),
    }
}

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
    no_session_is_open(write, wallet)?;
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
