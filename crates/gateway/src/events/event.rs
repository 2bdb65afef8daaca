//! A sealed entry as others see it.

use crate::amount::Amount;
use crate::id::Kind;
use crate::ledger::EntryKind;
use crate::store::StoreError;
use rusqlite::{Connection, Row};
use schemars::JsonSchema;
use serde::Serialize;

/// How many entries one page looks at where entries that do not count lie between those that do.
const MAX_LOOKED_AT: i64 = 20_000;

/// Something that happened. Members that do not belong to its type are absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Event {
    /// The event: the id of the entry in the ledger.
    pub(crate) id: String,
    /// What happened: `top_up.succeeded`, `session.ended` …
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// When.
    pub(crate) at: String,
    /// The partner; for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) partner_id: Option<String>,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_id: Option<String>,
    /// The top-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) top_up_id: Option<String>,
    /// The withdrawal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) withdrawal_id: Option<String>,
    /// The operation on the chain: a settlement, a delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) settlement_id: Option<String>,
    /// The tick, as the player named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tick_id: Option<String>,
    /// What moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Amount>,
    /// Of a settlement: the platform's part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fee: Option<Amount>,
    /// Of a settlement: the partner's part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) net: Option<Amount>,
    /// What the wallet had afterwards that was not charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) balance: Option<Amount>,
    /// Of a tick: the playing time that it claimed, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) played_ms: Option<i64>,
    /// Of a tick: what of it was credited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credited_ms: Option<i64>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// Which events are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventFilter {
    /// Those of this partner; all for the operator.
    pub(crate) partner: Option<i64>,
    /// Those of these types; all but ticks where none is named.
    pub(crate) kinds: Vec<EntryKind>,
}

/// A page of events.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The events, in the order in which they were committed.
    pub(crate) events: Vec<(i64, Event)>,
    /// How far the journal was looked at: the next page begins after it.
    pub(crate) until: i64,
    /// Whether there may be more.
    pub(crate) has_more: bool,
}

/// The kinds of entries that are no events of their own in lists: there are many of them.
const TICKS: [EntryKind; 3] = [EntryKind::Tick, EntryKind::TickRefused, EntryKind::LeaseCharged];

impl EventFilter {
    fn has_ticks(&self) -> bool {
        self.kinds.iter().any(|kind| TICKS.contains(kind))
    }

    /// The condition on a column of kinds. The numbers are ours: nothing of a request is in the text.
    fn kinds_condition(&self, column: &str) -> String {
        if self.kinds.is_empty() {
            return "1 = 1".to_owned();
        }
        let numbers: Vec<_> = self.kinds.iter().map(|kind| kind.number().to_string()).collect();
        format!("{column} IN ({})", numbers.join(", "))
    }
}

/// Reads events after an entry and up to the newest sealed one.
pub(crate) fn read_events(
    connection: &Connection,
    filter: &EventFilter,
    (after, sealed): (i64, i64),
    limit: usize,
) -> Result<Seen, StoreError> {
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let (source, key, until) = if filter.has_ticks() {
        // Ticks are in the journal alone: a page looks at a bounded stretch of it.
        let mut statement = connection.prepare_cached(
            "SELECT MAX(id) FROM (SELECT id FROM entries WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3) page",
        )?;
        let until: Option<i64> = statement.query_row((after, sealed, MAX_LOOKED_AT), |row| row.get(0))?;
        ("entries e", "e.id", until.unwrap_or(sealed.max(after)))
    } else {
        ("events i JOIN entries e ON e.id = i.entry_id", "i.entry_id", sealed.max(after))
    };
    let prefix = if filter.has_ticks() { "e" } else { "i" };
    let of_partner = match filter.partner {
        Some(_) => format!("{prefix}.partner_id = ?4"),
        None => "?4 IS NULL".to_owned(),
    };
    let kinds = filter.kinds_condition(&format!("{prefix}.kind"));
    let sql = format!(
        "SELECT {COLUMNS} FROM {source} LEFT JOIN wallets w ON w.id = e.wallet_id \
         WHERE {key} > ?1 AND {key} <= ?2 AND {of_partner} AND {kinds} ORDER BY {key} LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let read = |row: &Row<'_>| read_event(row, filter.partner.is_none());
    let rows = statement.query_map((after, until, wanted, filter.partner), read)?;
    let mut events = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    if events.len() > limit {
        events.truncate(limit);
        let until = events.last().map_or(after, |(id, _)| *id);
        return Ok(Seen { events, until, has_more: true });
    }
    Ok(Seen { events, until, has_more: until < sealed })
}

/// The columns of [`read_event`].
const COLUMNS: &str = "e.id, e.at, e.kind, e.partner_id, w.user_id, e.session_id, e.cause, e.tick, e.played_ms, \
    e.credited_ms, e.balance, e.reason, e.available, e.held, e.unsettled, e.settling, e.withdrawing, e.debt, e.partner, \
    e.platform, e.due, e.sending, e.treasury, e.reserved, e.to_return, e.moved";

/// What moved, by kind: always how much, not which way.
fn amount(kind: EntryKind, row: &Row<'_>) -> rusqlite::Result<Option<i64>> {
    use EntryKind as K;
    let column = match kind {
        K::Stock => 22,
        K::TopUpBegun | K::TopUpEnded => 23,
        K::TopUpSucceeded
        | K::TopUpLate
        | K::Deposit
        | K::Credited
        | K::GivenBack
        | K::WithdrawalCancelled
        | K::WithdrawalRefused
        | K::ChargebackWon
        | K::WithdrawalAsked
        | K::CoinsMissing
        | K::ChargedBack => 12,
        K::DeliveryPlanned | K::Delivered | K::DeliveryVoid => 21,
        K::DebtCollected | K::DebtWrittenOff => 17,
        K::Returned => 24,
        K::SessionStarted | K::SessionEnded => 13,
        K::Tick | K::TickRefused | K::LeaseCharged => 14,
        K::BillPlanned | K::BillCharged | K::BillUndone => 15,
        K::WithdrawalDone => 16,
        K::ContractReplaced => 25,
        K::WalletClosed => 19,
        K::BillDoubtful
        | K::OperationDoubtful
        | K::TreasuryShort
        | K::NotSigned
        | K::NetworkState
        | K::WithdrawalPlanned
        | K::WalletClosing
        | K::AccountClosed
        | K::ContractState
        | K::Reconciliation
        | K::WalletReleased
        | K::BillWithoutRow
        | K::RowWithoutBill
        | K::BlocksMissing
        | K::CapReached => {
            return Ok(None);
        }
    };
    let moved: Option<i64> = row.get(column)?;
    // A top-up or deposit that paid a debt, and a chargeback that left one.
    let debt = if matches!(kind, K::TopUpSucceeded | K::TopUpLate | K::Deposit | K::ChargedBack | K::ChargebackWon) {
        row.get::<_, i64>(17)?
    } else {
        0
    };
    Ok(moved.map(|moved| moved.saturating_add(debt).saturating_abs()))
}

fn read_event(row: &Row<'_>, names_partner: bool) -> rusqlite::Result<(i64, Event)> {
    let (id, number): (i64, i64) = (row.get(0)?, row.get(2)?);
    let kind = EntryKind::from_number(number);
    let cause = |of: Kind| -> rusqlite::Result<Option<String>> {
        let is_of = kind.and_then(cause_kind).is_some_and(|kind| kind == of);
        Ok(row.get::<_, Option<i64>>(6)?.filter(|_| is_of).map(|id| of.text(id)))
    };
    let is_bill = kind == Some(EntryKind::BillCharged);
    let is_tick = kind.is_some_and(|kind| TICKS.contains(&kind));
    let event = Event {
        id: Kind::Entry.text(id),
        kind: kind.map_or_else(|| format!("entry.{number}"), |kind| kind.name().to_owned()),
        at: crate::time::rfc3339(row.get(1)?),
        partner_id: row.get::<_, Option<i64>>(3)?.filter(|_| names_partner).map(|id| Kind::Partner.text(id)),
        user_id: row.get(4)?,
        session_id: row.get::<_, Option<i64>>(5)?.map(|id| Kind::Session.text(id)),
        top_up_id: cause(Kind::TopUp)?,
        withdrawal_id: cause(Kind::Withdrawal)?,
        settlement_id: cause(Kind::ChainOp)?,
        tick_id: row.get(7)?,
        amount: kind.map(|kind| amount(kind, row)).transpose()?.flatten().map(Amount),
        fee: if is_bill { Some(row.get(19)?) } else { None },
        net: if is_bill { Some(row.get(18)?) } else { None },
        balance: row.get(10)?,
        played_ms: if is_tick { row.get(8)? } else { None },
        credited_ms: if is_tick { row.get(9)? } else { None },
        reason: row.get(11)?,
    };
    Ok((id, event))
}

/// What the cause of an entry is the number of.
pub(crate) const fn cause_kind(kind: EntryKind) -> Option<Kind> {
    use EntryKind as K;
    match kind {
        K::TopUpBegun | K::TopUpEnded | K::TopUpSucceeded | K::TopUpLate | K::ChargedBack | K::ChargebackWon => {
            Some(Kind::TopUp)
        }
        K::WithdrawalAsked
        | K::WithdrawalPlanned
        | K::WithdrawalDone
        | K::WithdrawalCancelled
        | K::WithdrawalRefused => Some(Kind::Withdrawal),
        K::DeliveryPlanned
        | K::Delivered
        | K::DeliveryVoid
        | K::Returned
        | K::BillPlanned
        | K::BillCharged
        | K::BillUndone
        | K::BillDoubtful
        | K::AccountClosed
        | K::OperationDoubtful
        | K::RowWithoutBill
        | K::TreasuryShort
        | K::NotSigned => Some(Kind::ChainOp),
        _ => None,
    }
}
