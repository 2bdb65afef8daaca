use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::*;
use crate::bounds;

#[derive(serde::Deserialize)]
struct Recorded {
    name: String,
    version: String,
    changes: BTreeMap<String, Value>,
}

/// The recorded parameters of every version, or nothing where this machine does not have them.
fn recorded() -> Option<Vec<Recorded>> {
    let folder =
        std::env::var_os("PNP_REFERENCE").map_or_else(|| PathBuf::from("../../../shared/reference"), PathBuf::from);
    let path = folder.join("consensus.json");
    if path.exists() {
        return Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap());
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    println!("skipped: {} is missing", path.display());
    None
}

#[test]
fn parameters_are_the_recorded_ones() {
    let Some(recorded) = recorded() else { return };
    let mut current = BTreeMap::new();
    let mut compared = 0;
    for version in recorded {
        current.extend(version.changes);
        let Some(protocol) = PROTOCOLS.iter().find(|protocol| protocol.name == version.name) else { continue };
        assert_eq!(protocol.url, version.version, "{}", version.name);
        let ours: BTreeMap<String, Value> =
            serde_json::from_value(serde_json::to_value(protocol.params).unwrap()).unwrap();
        assert_eq!(ours, current, "{}", version.name);
        compared += 1;
    }
    assert_eq!(compared, PROTOCOLS.len());
}

#[test]
fn versions_are_found_by_both_names() {
    for protocol in PROTOCOLS {
        assert_eq!(lookup(protocol.url), Some(protocol.params));
        assert_eq!(lookup(protocol.name), Some(protocol.params));
    }
    assert_eq!((LATEST.name, FUTURE.name), ("v42", "future"));
    assert_eq!(PROTOCOLS.last(), Some(&FUTURE));
    assert_eq!(lookup(""), None);
}

/// The wire refuses what no version allows, and nothing that one does.
#[test]
fn wire_bounds_are_the_largest_of_any_version() {
    let largest = |pick: fn(&ConsensusParams) -> usize| PROTOCOLS.iter().map(|p| pick(p.params)).max().unwrap();
    assert_eq!(bounds::MAX_NOTE, largest(|p| p.max_absolute_txn_note_bytes));
    assert_eq!(bounds::MAX_PROTOCOL_NAME, largest(|p| p.max_version_string_len));
    assert_eq!(bounds::MAX_STATE_BYTES, largest(|p| p.max_app_key_len.max(p.max_app_bytes_value_len)));
    assert_eq!(bounds::MAX_STATE_VALUE, largest(|p| p.max_app_bytes_value_len));
    assert_eq!(
        bounds::MAX_PROGRAM,
        largest(|p| p.max_app_program_len) * (1 + largest(|p| p.max_absolute_extra_program_pages))
    );
    assert_eq!(bounds::MAX_ACCESS, largest(|p| p.max_app_access));
    assert_eq!(
        bounds::MAX_LOGIC_SIGNATURE as u64,
        PROTOCOLS
            .iter()
            .map(|p| p.params)
            .map(|p| p.max_absolute_logic_sig_program_size.max(p.logic_sig_max_size * p.max_tx_group_size as u64))
            .max()
            .unwrap()
    );
    assert_eq!(bounds::MAX_ASSET_NAME, largest(|p| p.max_asset_name_bytes));
    assert_eq!(bounds::MAX_ASSET_UNIT_NAME, largest(|p| p.max_asset_unit_name_bytes));
    assert_eq!(bounds::MAX_ASSET_URL, largest(|p| p.max_asset_url_bytes));
    assert_eq!(bounds::MAX_DELTA_KEYS, largest(|p| p.max_app_program_len));
    assert_eq!(bounds::MAX_DELTA_ACCOUNTS, largest(|p| p.max_app_program_len));
    assert_eq!(bounds::MAX_LOGS, largest(|p| p.max_app_program_len));
    assert_eq!(bounds::MAX_INNER, largest(|p| p.max_inner_transactions * p.max_tx_group_size));
    assert_eq!(bounds::MAX_GROUP, largest(|p| p.max_tx_group_size));
    assert_eq!(
        bounds::MAX_PARTICIPATION_UPDATES,
        largest(|p| p.max_proposed_expired_online_accounts.max(p.payouts.max_mark_absent))
    );
}
