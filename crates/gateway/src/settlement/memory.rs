//! What is kept beside the store: nothing that matters after a restart.

use super::parsed::Parsed;
use crate::chain::Notice;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// For how long the same notice is not written again, in milliseconds.
const NOTICE_PAUSE: i64 = 600_000;
/// How many notices are remembered.
const MAX_NOTICES: usize = 1_000;

/// A contract whose bills rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resting {
    /// Until when, in milliseconds since 1970.
    pub(super) until: i64,
    /// The newest wallet that was named since, so that another one probes next.
    pub(super) probed: i64,
}

#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Settings and addresses.
    pub(super) parsed: Parsed,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// By application.
    pub(super) resting: HashMap<i64, Resting>,
    /// Until when operations wait for a cap that was said, by its kind.
    caps: HashMap<&'static str, i64>,
    /// When each notice was written.
    notices: HashMap<String, i64>,
    /// Wallets that agreed with the chain, at which round, and not written yet.
    pub(super) compared: HashMap<i64, i64>,
    /// Whether contracts that were blocked before this start have been looked at.
    pub(super) has_resumed: bool,
}

impl Memory {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes note of a notice; whether it is to be written.
    pub(super) fn is_new(&mut self, notice: &Notice, now: i64) -> bool {
        let key = match notice {
            Notice::ContractRests { app, until, .. } => {
                if let Ok(app) = i64::try_from(app.0) {
                    self.resting.insert(app, Resting { until: *until, probed: 0 });
                }
                return true;
            }
            Notice::ContractWorks { app } => {
                if let Ok(app) = i64::try_from(app.0) {
                    self.resting.remove(&app);
                }
                return true;
            }
            Notice::NetworkAway { .. } | Notice::NetworkBack => return true,
            // Once a day.
            Notice::CapReached { cap, until } => {
                return self.caps.insert(cap.kind, *until) != Some(*until);
            }
            Notice::TreasuryShort { .. } => "treasury short".to_owned(),
            Notice::FeesHigh { .. } => "fees high".to_owned(),
            Notice::NotSigned { reason, .. } => format!("not signed: {reason}"),
        };
        if self.notices.get(&key).is_some_and(|before| now.saturating_sub(*before) < NOTICE_PAUSE) {
            return false;
        }
        if self.notices.len() >= MAX_NOTICES {
            self.notices.clear();
        }
        self.notices.insert(key, now);
        true
    }

    /// Notes which wallets were named for contracts that rest. Where none was left, the first ones are named again.
    pub(super) fn note_probes(&mut self, probed: &HashMap<i64, i64>, now: i64) {
        for (app, rest) in &mut self.resting {
            if now >= rest.until {
                rest.probed = probed.get(app).copied().unwrap_or(0);
            }
        }
    }
}
