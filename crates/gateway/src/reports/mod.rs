//! Reports: sums of entries over periods, statements, lists and exports. They read what the sealer has prepared, and what is not
//! sealed yet by one query more.

mod export;
mod order;
mod period;
mod reconciliation;
mod session_list;
mod statement;
mod sums;

pub(crate) use export::{Export, ExportKind, Variant};
pub(crate) use order::Order;
pub(crate) use period::{Interval, Period, time_zone};
pub(crate) use reconciliation::{BlockedTab, DoubtfulOperation, Reconciliation, StoppedWallet, stopped_wallets};
pub(crate) use session_list::{SessionFilter, read_sessions};
pub(crate) use statement::{Line, Owner, Stretch, TickLine, read_lines, read_ticks};
pub(crate) use sums::{PartnerSums, UserSums, partner_sums, user_sums};
