//! What an account must keep for the room it takes: assets, applications, state and boxes.
//!
//! The rule saturates instead of failing, as the network's does: an impossible requirement is refused by comparison
//! (go-algorand `data/basics/userBalance.go` `MinBalance`, `data/basics/teal.go` `StateSchema.MinBalance`).

use super::record::AccountRecord;
use pnp_types::consensus::ConsensusParams;
use pnp_types::{MicroAlgos, StateSchema};

/// What the values a schema reserves cost.
#[must_use]
pub fn schema_requirement(schema: StateSchema, params: &ConsensusParams) -> MicroAlgos {
    let parts = [
        params.schema_min_balance_per_entry.saturating_mul(schema.entries()),
        params.schema_uint_min_balance.saturating_mul(schema.uints),
        params.schema_bytes_min_balance.saturating_mul(schema.byte_slices),
    ];
    MicroAlgos(parts.into_iter().fold(0, u64::saturating_add))
}

/// The least balance the account may be left with.
#[must_use]
pub fn min_balance(account: &AccountRecord, params: &ConsensusParams) -> MicroAlgos {
    let parts = [
        params.min_balance,
        params.min_balance.saturating_mul(account.total_assets),
        params.app_flat_params_min_balance.saturating_mul(account.total_apps_created),
        params.app_flat_opt_in_min_balance.saturating_mul(account.total_apps_opted_in),
        schema_requirement(account.total_app_schema, params).0,
        params.app_flat_params_min_balance.saturating_mul(u64::from(account.total_extra_app_pages)),
        params.box_flat_min_balance.saturating_mul(account.total_boxes),
        params.box_byte_min_balance.saturating_mul(account.total_box_bytes),
    ];
    MicroAlgos(parts.into_iter().fold(0, u64::saturating_add))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::consensus::LATEST;

    #[test]
    fn every_kind_of_room_has_its_price() {
        let params = LATEST.params;
        let price = |account: AccountRecord| min_balance(&account, params).0 - params.min_balance;
        let empty = AccountRecord::default();
        assert_eq!(min_balance(&empty, params), MicroAlgos(100_000));
        assert_eq!(price(AccountRecord { total_assets: 2, ..empty }), 200_000);
        assert_eq!(price(AccountRecord { total_apps_created: 1, total_extra_app_pages: 3, ..empty }), 400_000);
        assert_eq!(price(AccountRecord { total_apps_opted_in: 1, ..empty }), 100_000);
        let schema = StateSchema { uints: 4, byte_slices: 2 };
        assert_eq!(price(AccountRecord { total_app_schema: schema, ..empty }), 4 * 28_500 + 2 * 50_000);
        assert_eq!(price(AccountRecord { total_boxes: 1, total_box_bytes: 10, ..empty }), 2_500 + 10 * 400);
    }

    #[test]
    fn absurd_totals_saturate() {
        let account = AccountRecord { total_box_bytes: u64::MAX, total_boxes: u64::MAX, ..AccountRecord::default() };
        assert_eq!(min_balance(&account, LATEST.params), MicroAlgos(u64::MAX));
    }
}
