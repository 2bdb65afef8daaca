//! From an intent to its group, the same bytes every time.

use crate::journal::{Intent, JournalId};
use crate::{Bill, GlobalState, Split, calls};
use pnp_client::SuggestedParams;
use pnp_types::GroupError;
use pnp_types::{AppIndex, Digest, MicroAlgos, Transaction};

/// What every group of a batch has in common, and what never changes over a contract's life.
#[derive(Clone, Debug)]
pub(super) struct Common {
    pub(super) app: AppIndex,
    pub(super) genesis_id: String,
    pub(super) genesis_hash: Digest,
    pub(super) consensus: String,
    pub(super) journal: JournalId,
}

/// What every note of a batch starts with, in the form of ARC-2: a name, and that bytes follow.
const NOTE: &[u8] = b"pnp-contract:b";

impl Common {
    /// The three transactions of an intent, whole and grouped. Everything that decides about their bytes is the intent's,
    /// but provider and platform, which a contract never changes.
    pub(super) fn transactions(&self, intent: &Intent, state: &GlobalState) -> Result<Vec<Transaction>, GroupError> {
        let bill = Bill {
            user: intent.user,
            app: self.app,
            asset: intent.asset,
            provider: state.provider,
            platform: state.platform,
            tick: intent.tick.clone(),
            units: intent.units,
            unit_price: intent.unit_price,
            split: Split { gross: intent.net.saturating_add(intent.fee), fee: intent.fee, net: intent.net },
        };
        let params = SuggestedParams {
            fee_per_byte: intent.fee_per_byte,
            min_fee: MicroAlgos(intent.min_fee),
            genesis_id: self.genesis_id.clone(),
            genesis_hash: self.genesis_hash,
            consensus: self.consensus.clone(),
            last_round: intent.first_valid,
        };
        let mut transactions = bill.transactions(&params).to_vec();
        for transaction in &mut transactions {
            transaction.header.first_valid = intent.first_valid;
            transaction.header.last_valid = intent.last_valid;
        }
        // Two equal lines in the same rounds are still two different transactions.
        if let Some(call) = transactions.first_mut() {
            call.header.note = [NOTE, &self.journal.0, &intent.line.to_be_bytes()].concat();
        }
        calls::set_fees_and_group(transactions, &params)
    }
}
