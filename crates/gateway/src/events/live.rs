//! What happens now, in memory: ticks and charges of the last minute.

use super::projection::{Projection, Rollup, Seen};
use crate::ledger::EntryKind;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

/// Over how many seconds.
const SECONDS: i64 = 60;

/// Ticks and charges of the last minute, and open sessions, by partner.
#[derive(Debug, Default)]
pub(crate) struct Live {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Ticks and charges by partner and second.
    seconds: HashMap<i64, BTreeMap<i64, (i64, i64)>>,
    open_sessions: HashMap<i64, i64>,
    totals: Totals,
}

/// What was sealed since the start, at all partners.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    /// Sums of the entries.
    pub(crate) sums: Rollup,
    /// How many wallets were found to differ from the chain.
    pub(crate) mismatches: u64,
}

/// What happened at a partner in the last minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recent {
    /// Open sessions.
    pub(crate) open_sessions: i64,
    /// Ticks.
    pub(crate) ticks: i64,
    /// What was charged, in u.
    pub(crate) charged: i64,
}

impl Live {
    /// Adds a stretch of the journal.
    pub(crate) fn add(&self, projection: &Projection, now: i64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for sums in projection.rollups.values() {
            state.totals.sums.add(sums);
        }
        let is_mismatch = |seen: &&Seen| seen.kind == EntryKind::Reconciliation.number();
        let mismatches = projection.events.iter().filter(is_mismatch).count();
        state.totals.mismatches = state.totals.mismatches.saturating_add(u64::try_from(mismatches).unwrap_or(0));
        let oldest = now.div_euclid(1000).saturating_sub(SECONDS);
        for ((partner, second), sums) in projection.seconds.range(..).filter(|((_, second), _)| *second > oldest) {
            let (ticks, charged) = state.seconds.entry(*partner).or_default().entry(*second).or_default();
            *ticks = ticks.saturating_add(sums.ticks);
            *charged = charged.saturating_add(sums.charged);
        }
        for seconds in state.seconds.values_mut() {
            *seconds = seconds.split_off(&oldest.saturating_add(1));
        }
        state.seconds.retain(|_, seconds| !seconds.is_empty());
    }

    /// Replaces the numbers of open sessions.
    pub(crate) fn set_open_sessions(&self, open_sessions: HashMap<i64, i64>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).open_sessions = open_sessions;
    }

    /// What was sealed since the start.
    pub(crate) fn totals(&self) -> Totals {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).totals
    }

    /// The last minute of a partner.
    pub(crate) fn recent(&self, partner: i64, now: i64) -> Recent {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = now.div_euclid(1000).saturating_sub(SECONDS);
        let mut recent =
            Recent { open_sessions: state.open_sessions.get(&partner).copied().unwrap_or(0), ..Recent::default() };
        for (ticks, charged) in state
            .seconds
            .get(&partner)
            .into_iter()
            .flat_map(|seconds| seconds.range(oldest.saturating_add(1)..))
            .map(|pair| pair.1)
        {
            recent.ticks = recent.ticks.saturating_add(*ticks);
            recent.charged = recent.charged.saturating_add(*charged);
        }
        recent
    }
}
