//! Settings and addresses that were parsed before: many wallets have the same.

use super::SettlementError;
use super::error::readable;
use crate::chain::PlanRules;
use crate::ledger::PartnerSettings;
use crate::sessions::REST_AFTER;
use pnp_types::Address;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many addresses are kept.
const MAX_ADDRESSES: usize = 10_000;

/// The rules by which a partner's tabs become due.
pub(super) const fn rules(settings: &PartnerSettings) -> PlanRules {
    PlanRules {
        settle_above: settings.settle_above,
        settle_after: settings.settle_after_ms,
        idle_after: REST_AFTER,
        payout_delay: settings.payout_delay_ms,
        lots: settings.lots,
        stop_makes_due: settings.stop_makes_due,
    }
}

/// A partner's settings from the text in its row.
pub(super) fn settings(partner: i64, text: &str) -> Result<PartnerSettings, SettlementError> {
    readable(serde_json::from_str(text).ok(), "partner", partner, "settings")
}

/// What was parsed, by its text.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// By partner, with the text of its settings.
    rules: Mutex<HashMap<i64, (String, PlanRules)>>,
    addresses: Mutex<HashMap<String, Address>>,
}

impl Parsed {
    /// The rules by which a partner's tabs become due, of the text of its settings.
    pub(super) fn rules(&self, partner: i64, text: &str) -> Result<PlanRules, SettlementError> {
        let mut known = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rules)) = known.get(&partner).filter(|(before, _)| before == text) {
            return Ok(*rules);
        }
        let rules = rules(&settings(partner, text)?);
        known.insert(partner, (text.to_owned(), rules));
        Ok(rules)
    }

    /// The address of a text; `None` where the text is not an address.
    pub(super) fn address(&self, text: &str) -> Option<Address> {
        let mut known = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(address) = known.get(text) {
            return Some(*address);
        }
        let address = text.parse().ok()?;
        if known.len() >= MAX_ADDRESSES {
            known.clear();
        }
        known.insert(text.to_owned(), address);
        Some(address)
    }
}
