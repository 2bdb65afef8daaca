//! What people are told once: entries without postings, with the details as JSON in `reason`.

use super::SettlementError;
use super::endings::CauseText;
use super::operations::number;
use crate::chain::Notice;
use crate::ledger::{Entry, EntryKind};
use crate::store::Write;
use pnp_types::AppIndex;
use serde_json::{Value, json};

/// Writes the event of a notice.
pub(super) fn write_notice(write: &mut Write<'_>, notice: &Notice) -> Result<(), SettlementError> {
    let (kind, reason) = match notice {
        Notice::ContractRests { app, cause, until } => {
            let cause = CauseText::of(*cause).0;
            (EntryKind::ContractState, json!({ "state": "rests", "app_id": app.0, "cause": cause, "until": until }))
        }
        Notice::ContractWorks { app } => (EntryKind::ContractState, json!({ "state": "works", "app_id": app.0 })),
        Notice::TreasuryShort { cause, .. } => (EntryKind::TreasuryShort, json!({ "cause": CauseText::of(*cause).0 })),
        Notice::FeesHigh { fee, limit } => {
            (EntryKind::NetworkState, json!({ "state": "fees_high", "fee": fee.0, "limit": limit.0 }))
        }
        Notice::CapReached { cap, until } => {
            let (sum, most) = (cap.sum, cap.cap);
            (EntryKind::CapReached, json!({ "kind": cap.kind, "sum": sum, "cap": most, "until": until }))
        }
        Notice::NotSigned { reason, .. } => (EntryKind::NotSigned, json!({ "detail": reason })),
        Notice::NetworkAway { reason } => (EntryKind::NetworkState, json!({ "state": "away", "detail": reason })),
        Notice::NetworkBack => (EntryKind::NetworkState, json!({ "state": "back" })),
    };
    let partner = match notice {
        Notice::ContractRests { app, .. } | Notice::ContractWorks { app } => partner_of(write, *app)?,
        _ => None,
    };
    let cause = match notice {
        Notice::TreasuryShort { op, .. } | Notice::NotSigned { op, .. } => Some(*op),
        _ => None,
    };
    insert(write, kind, partner, cause, &reason)
}

fn partner_of(write: &mut Write<'_>, app: AppIndex) -> Result<Option<i64>, SettlementError> {
    let app = number(app.0)?;
    Ok(write.row("SELECT partner_id FROM contracts WHERE app_id = ?1", [app], |row| row.get(0))?)
}

fn insert(
    write: &mut Write<'_>,
    kind: EntryKind,
    partner: Option<i64>,
    cause: Option<i64>,
    reason: &Value,
) -> Result<(), SettlementError> {
    Entry { partner, cause, reason: Some(reason.to_string()), ..Entry::new(kind) }.insert(write)?;
    Ok(())
}
