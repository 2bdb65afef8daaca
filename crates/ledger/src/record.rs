//! What is stored under a [`Key`]: one typed record per kind of key, and its bytes in a store.
//!
//! Large or shared values are in an `Arc`, so that reading a record, changing a copy and remembering the previous one
//! for the undo log costs a pointer. The bytes are the ledger's own (canonical msgpack of short keys); what REST and
//! the network see is made from records elsewhere.

use std::sync::Arc;

use super::key::Key;
use pnp_types::msgpack::{self, DecodeError, wire_struct};
use pnp_types::{
    AccountStatus, Address, AppParams, AssetHolding, AssetParams, MicroAlgos, Round, StateSchema, TealValue, VotingData,
};

/// An account without its assets, applications and boxes, which have keys of their own
/// (go-algorand `ledger/ledgercore/accountdata.go`). Accounts that equal the default do not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountRecord {
    /// Whether the account takes part in consensus, and whether it earns rewards.
    pub status: AccountStatus,
    /// The balance as last written, without the rewards earned since.
    pub balance: MicroAlgos,
    /// The rewards level up to which rewards are in `balance`.
    pub rewards_base: u64,
    /// All rewards the account ever got.
    pub rewarded: MicroAlgos,
    /// Whose key authorizes this account's transactions; zero is the account itself.
    pub auth_addr: Address,
    /// Whether the account paid to become eligible for block payouts.
    pub incentive_eligible: bool,
    /// Values reserved in applications the account created (global) and joined (local).
    pub total_app_schema: StateSchema,
    /// Program pages beyond the first, over all applications whose size the account pays for.
    pub total_extra_app_pages: u32,
    /// Applications created.
    pub total_apps_created: u64,
    /// Applications opted in to.
    pub total_apps_opted_in: u64,
    /// Assets created.
    pub total_assets_created: u64,
    /// Assets held, the created ones among them.
    pub total_assets: u64,
    /// Boxes of the application whose account this is.
    pub total_boxes: u64,
    /// Bytes of these boxes' names and values.
    pub total_box_bytes: u64,
    /// The last round this account proposed.
    pub last_proposed: Round,
    /// The last round this account showed itself alive.
    pub last_heartbeat: Round,
    /// The participation keys.
    pub voting: VotingData,
}

wire_struct! {
    AccountRecord {
        "s" => status, "Status";
        "b" => balance, "Balance";
        "rb" => rewards_base, "RewardsBase";
        "rw" => rewarded, "Rewarded";
        "a" => auth_addr, "AuthAddr";
        "ie" => incentive_eligible, "IncentiveEligible";
        "sc" => total_app_schema, "TotalAppSchema";
        "xp" => total_extra_app_pages, "TotalExtraAppPages";
        "pc" => total_apps_created, "TotalAppsCreated";
        "po" => total_apps_opted_in, "TotalAppsOptedIn";
        "ac" => total_assets_created, "TotalAssetsCreated";
        "as" => total_assets, "TotalAssets";
        "bx" => total_boxes, "TotalBoxes";
        "bb" => total_box_bytes, "TotalBoxBytes";
        "lp" => last_proposed, "LastProposed";
        "lh" => last_heartbeat, "LastHeartbeat";
        "vi" => voting.vote_key, "VoteKey";
        "vs" => voting.selection_key, "SelectionKey";
        "vp" => voting.state_proof_key, "StateProofKey";
        "vf" => voting.vote_first, "VoteFirst";
        "vl" => voting.vote_last, "VoteLast";
        "vd" => voting.vote_key_dilution, "VoteKeyDilution";
    }
}

impl AccountRecord {
    /// Whether nothing is left of the account, so that it need not be stored.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// The last round the account proposed or showed itself alive.
    #[must_use]
    pub fn last_seen(&self) -> Round {
        self.last_proposed.max(self.last_heartbeat)
    }

    /// Takes the account offline for absence: eligibility goes, the keys stay.
    pub fn suspend(&mut self) {
        self.status = AccountStatus::Offline;
        self.incentive_eligible = false;
    }

    /// Takes the account offline because its keys expired: the keys go.
    pub fn clear_online_state(&mut self) {
        self.status = AccountStatus::Offline;
        self.voting = VotingData::default();
    }
}

/// An asset and the account that created it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetRecord {
    /// Who created it.
    pub creator: Address,
    /// Its parameters.
    pub params: Arc<AssetParams>,
}

/// An application and the account that created it. Its global pairs have keys of their own, so `params.global_state`
/// is always empty here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppRecord {
    /// Who created it.
    pub creator: Address,
    /// Programs, schemas and flags.
    pub params: Arc<AppParams>,
    /// How many global pairs of each kind there are.
    pub usage: StateSchema,
}

/// An account's opt-in to an application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LocalRecord {
    /// What the application asked for when the account joined.
    pub schema: StateSchema,
    /// How many local pairs of each kind there are.
    pub usage: StateSchema,
}

/// An [`AssetRecord`] as it is stored.
#[derive(Debug, Default)]
struct StoredAsset {
    creator: Address,
    params: AssetParams,
}

wire_struct! {
    StoredAsset {
        "c" => creator, "Creator";
        "p" => params, "Params";
    }
}

/// An [`AppRecord`] as it is stored.
#[derive(Debug, Default)]
struct StoredApp {
    creator: Address,
    params: AppParams,
    usage: StateSchema,
}

wire_struct! {
    StoredApp {
        "c" => creator, "Creator";
        "p" => params, "Params";
        "u" => usage, "Usage";
    }
}

wire_struct! {
    LocalRecord {
        "s" => schema, "Schema";
        "u" => usage, "Usage";
    }
}

/// What is stored under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Under [`Key::Account`].
    Account(Arc<AccountRecord>),
    /// Under [`Key::Asset`].
    Asset(AssetRecord),
    /// Under [`Key::App`].
    App(AppRecord),
    /// Under [`Key::Holding`].
    Holding(AssetHolding),
    /// Under [`Key::Local`].
    Local(LocalRecord),
    /// Under [`Key::GlobalValue`] and [`Key::LocalValue`].
    Value(TealValue),
    /// Under [`Key::Box`].
    Box(Arc<[u8]>),
    /// Under [`Key::CreatedAsset`] and [`Key::CreatedApp`]: that it exists is all it says.
    Created,
}

impl Record {
    /// The record's bytes in a store. Which kind it is follows from its key.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Account(account) => msgpack::encode(account.as_ref()),
            Self::Asset(AssetRecord { creator, params }) => {
                msgpack::encode(&StoredAsset { creator: *creator, params: params.as_ref().clone() })
            }
            Self::App(AppRecord { creator, params, usage }) => {
                msgpack::encode(&StoredApp { creator: *creator, params: params.as_ref().clone(), usage: *usage })
            }
            Self::Holding(holding) => msgpack::encode(holding),
            Self::Local(local) => msgpack::encode(local),
            Self::Value(value) => msgpack::encode(value),
            Self::Box(value) => value.to_vec(),
            Self::Created => Vec::new(),
        }
    }

    /// Reads the record of `key` back from its bytes.
    pub fn decode(key: &Key, bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(match key {
            Key::Account(_) => Self::Account(Arc::new(msgpack::decode(bytes)?)),
            Key::Asset(_) => {
                let StoredAsset { creator, params } = msgpack::decode(bytes)?;
                Self::Asset(AssetRecord { creator, params: Arc::new(params) })
            }
            Key::App(_) => {
                let StoredApp { creator, params, usage } = msgpack::decode(bytes)?;
                Self::App(AppRecord { creator, params: Arc::new(params), usage })
            }
            Key::Holding(..) => Self::Holding(msgpack::decode(bytes)?),
            Key::Local(..) => Self::Local(msgpack::decode(bytes)?),
            Key::GlobalValue(..) | Key::LocalValue(..) => Self::Value(msgpack::decode(bytes)?),
            Key::Box(..) => Self::Box(bytes.into()),
            Key::CreatedAsset(..) | Key::CreatedApp(..) => Self::Created,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_program::program;
    use pnp_types::{AppIndex, AssetIndex};

    #[test]
    fn every_kind_of_record_returns_from_its_bytes() {
        let address = Address([7; 32]);
        let account = AccountRecord {
            status: AccountStatus::Online,
            balance: MicroAlgos(u64::MAX),
            auth_addr: address,
            total_app_schema: StateSchema { uints: 3, byte_slices: 4 },
            total_box_bytes: 9,
            voting: VotingData {
                vote_key: [1; 32],
                state_proof_key: [2; 64],
                vote_last: Round(8),
                ..Default::default()
            },
            ..AccountRecord::default()
        };
        let app = AppRecord {
            creator: address,
            params: Arc::new(AppParams { approval_program: program(11, "int 1"), version: 2, ..AppParams::default() }),
            usage: StateSchema { uints: 1, byte_slices: 0 },
        };
        let asset = AssetRecord {
            creator: address,
            params: Arc::new(AssetParams { total: 5, unit_name: "PLY".into(), ..AssetParams::default() }),
        };
        let cases = [
            (Key::Account(address), Record::Account(Arc::new(account))),
            (Key::Asset(AssetIndex(1)), Record::Asset(asset)),
            (Key::App(AppIndex(2)), Record::App(app)),
            (Key::Holding(address, AssetIndex(1)), Record::Holding(AssetHolding { amount: 5, frozen: true })),
            (Key::Local(address, AppIndex(2)), Record::Local(LocalRecord::default())),
            (Key::GlobalValue(AppIndex(2), b"k".to_vec()), Record::Value(TealValue::Uint(0))),
            (Key::LocalValue(address, AppIndex(2), vec![]), Record::Value(TealValue::Bytes(vec![0xff, 0]))),
            (Key::Box(AppIndex(2), b"b".to_vec()), Record::Box(Arc::from(&[1u8, 2][..]))),
            (Key::CreatedAsset(address, AssetIndex(1)), Record::Created),
            (Key::CreatedApp(address, AppIndex(2)), Record::Created),
        ];
        for (key, record) in cases {
            assert_eq!(Record::decode(&key, &record.encode()).unwrap(), record, "{key:?}");
        }
    }

    #[test]
    fn bytes_of_another_kind_are_refused() {
        let bytes = Record::Value(TealValue::Uint(7)).encode();
        assert!(Record::decode(&Key::Account(Address::ZERO), &bytes).is_err());
    }
}
