//! A session that the same device takes up again: its tokens are made new, and the old ones are void.

use super::row::Session;
use super::tick::next_hold;
use crate::amount::Amount;
use crate::ledger::{Entry, EntryKind, LedgerError, PartnerSettings, Posting, move_wallet};
use crate::store::Write;

/// Takes a session up again, with its hold filled up.
pub(super) fn take_up(
    write: &mut Write<'_>,
    session: &mut Session,
    settings: &PartnerSettings,
    partner_has_room: bool,
) -> Result<(), LedgerError> {
    session.generation = session.generation.saturating_add(1);
    session.last_tick_at = write.now();
    let (hold, reason) = next_hold(session, Amount::ZERO, settings, partner_has_room);
    let change = hold.0.saturating_sub(session.held.0);
    if change > 0 {
        session.held = hold;
        let posting = Posting { available: -change, held: change, ..Posting::default() };
        let balance = move_wallet(write, session.wallet, &posting)?;
        session.available = Amount(session.available.0.saturating_sub(change));
        let entry = Entry {
            partner: Some(session.partner),
            wallet: Some(session.wallet),
            session: Some(session.id),
            tab: Some(session.tab),
            reason: Some(reason.unwrap_or("taken_up").to_owned()),
            balance: Some(balance),
            paid_ms: Some(session.paid_ms()),
            posting,
            ..Entry::new(EntryKind::SessionStarted)
        };
        entry.insert(write)?;
    }
    session.save(write)?;
    Ok(())
}
