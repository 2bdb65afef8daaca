//! What the ledger knows of an account, an asset and an application (go-algorand `data/basics/userBalance.go`).

use std::collections::BTreeMap;

use super::address::Address;
use super::amount::{AppIndex, AssetIndex, MicroAlgos, Round};
use super::bounds::{MAX_ASSET_NAME, MAX_ASSET_UNIT_NAME, MAX_ASSET_URL, MAX_PROGRAM};
use super::byte_string::ByteString;
use super::msgpack::{DecodeError, Decoder, Encoder, Wire, wire_struct};
use super::teal_value::TealKeyValue;

/// Whether an account takes part in consensus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountStatus {
    /// Not voting, earning rewards.
    #[default]
    Offline,
    /// Voting.
    Online,
    /// Never voting and never earning again.
    NotParticipating,
}

impl AccountStatus {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        match self {
            Self::Offline => 0,
            Self::Online => 1,
            Self::NotParticipating => 2,
        }
    }

    /// The name REST gives it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offline => "Offline",
            Self::Online => "Online",
            Self::NotParticipating => "Not Participating",
        }
    }
}

impl Wire for AccountStatus {
    fn is_empty(&self) -> bool {
        *self == Self::Offline
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.uint(u64::from(self.number()));
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        match decoder.uint_of(8)? {
            0 => Ok(Self::Offline),
            1 => Ok(Self::Online),
            2 => Ok(Self::NotParticipating),
            number => Err(DecodeError::other(format!("unknown account status {number}"))),
        }
    }
}

/// How many values of each kind an application may keep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct StateSchema {
    /// Unsigned integers.
    pub uints: u64,
    /// Byte strings.
    pub byte_slices: u64,
}

wire_struct! {
    StateSchema {
        "nui" => uints, "NumUint";
        "nbs" => byte_slices, "NumByteSlice";
    }
}

impl StateSchema {
    /// Integers and byte strings together, at most 2^64-1.
    pub const fn entries(&self) -> u64 {
        self.uints.saturating_add(self.byte_slices)
    }

    /// Whether both numbers are 0.
    pub const fn is_zero(&self) -> bool {
        self.uints == 0 && self.byte_slices == 0
    }

    /// The sum of both schemas, each number at most 2^64-1.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self {
            uints: self.uints.saturating_add(other.uints),
            byte_slices: self.byte_slices.saturating_add(other.byte_slices),
        }
    }

    /// This schema without `other`, each number at least 0.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self {
            uints: self.uints.saturating_sub(other.uints),
            byte_slices: self.byte_slices.saturating_sub(other.byte_slices),
        }
    }

    /// Whether `other` fits within this schema.
    pub const fn allows(&self, other: Self) -> bool {
        other.uints <= self.uints && other.byte_slices <= self.byte_slices
    }
}

/// What defines an asset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct AssetParams {
    /// Base units that exist.
    pub total: u64,
    /// Places after the point when an amount is shown, 0 to 19.
    pub decimals: u32,
    /// Whether new holdings start frozen.
    pub default_frozen: bool,
    /// Short name of a unit, at most 8 bytes.
    pub unit_name: ByteString,
    /// Name, at most 32 bytes.
    pub asset_name: ByteString,
    /// Where more is said about it, at most 96 bytes.
    pub url: ByteString,
    /// Commitment to metadata of the creator's choice.
    pub metadata_hash: [u8; 32],
    /// Who may change the four addresses and destroy the asset.
    pub manager: Address,
    /// Whose holding counts as not minted.
    pub reserve: Address,
    /// Who may freeze holdings.
    pub freeze: Address,
    /// Who may take from any holding.
    pub clawback: Address,
}

wire_struct! {
    AssetParams {
        "t" => total, "Total";
        "dc" => decimals, "Decimals";
        "df" => default_frozen, "DefaultFrozen";
        "un" => unit_name, "UnitName" <= MAX_ASSET_UNIT_NAME;
        "an" => asset_name, "AssetName" <= MAX_ASSET_NAME;
        "au" => url, "URL" <= MAX_ASSET_URL;
        "am" => metadata_hash, "MetadataHash";
        "m" => manager, "Manager";
        "r" => reserve, "Reserve";
        "f" => freeze, "Freeze";
        "c" => clawback, "Clawback";
    }
}

/// One account's holding of one asset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct AssetHolding {
    /// Base units held.
    pub amount: u64,
    /// Whether they may not move.
    pub frozen: bool,
}

wire_struct! {
    AssetHolding {
        "a" => amount, "Amount";
        "f" => frozen, "Frozen";
    }
}

/// One account's state in one application.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppLocalState {
    /// Room reserved when the account opted in.
    pub schema: StateSchema,
    /// The values.
    pub key_values: TealKeyValue,
}

wire_struct! {
    AppLocalState {
        "hsch" => schema, "Schema";
        "tkv" => key_values, "KeyValue";
    }
}

/// What defines an application, and its global state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppParams {
    /// Program of every call but a clearing one.
    pub approval_program: Vec<u8>,
    /// Program of a clearing call.
    pub clear_program: Vec<u8>,
    /// The global values.
    pub global_state: TealKeyValue,
    /// Room an account reserves when it opts in.
    pub local_schema: StateSchema,
    /// Room of the global state.
    pub global_schema: StateSchema,
    /// Pages of 2048 bytes over the first, for both programs together.
    pub extra_pages: u32,
    /// How often the programs were changed.
    pub version: u64,
    /// Who carries the minimum balance of extra pages and global state, if not the creator.
    pub size_sponsor: Address,
    /// Whether any application may read this one's boxes.
    pub foreign_box_reads: bool,
    /// Whether applications of the same creator may read and write this one's boxes.
    pub family_box_access: bool,
}

wire_struct! {
    AppParams {
        "approv" => approval_program, "ApprovalProgram" <= MAX_PROGRAM;
        "clearp" => clear_program, "ClearStateProgram" <= MAX_PROGRAM;
        "gs" => global_state, "GlobalState";
        "lsch" => local_schema, "LocalStateSchema";
        "gsch" => global_schema, "GlobalStateSchema";
        "epp" => extra_pages, "ExtraProgramPages";
        "v" => version, "Version";
        "ss" => size_sponsor, "SizeSponsor";
        "fbr" => foreign_box_reads, "ForeignBoxReads";
        "fba" => family_box_access, "FamilyBoxAccess";
    }
}

/// The participation keys of an account and how long they last; a key registration brings them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VotingData {
    /// Root key of the one-time voting signatures.
    pub vote_key: [u8; 32],
    /// Key of the verifiable random function.
    pub selection_key: [u8; 32],
    /// Commitment to the state-proof keys.
    pub state_proof_key: [u8; 64],
    /// First round the keys vote in.
    pub vote_first: Round,
    /// Last round the keys vote in.
    pub vote_last: Round,
    /// Rounds per second-level key.
    pub vote_key_dilution: u64,
}

impl VotingData {
    /// Whether a key that voting needs is missing: an account with such a registration is offline.
    pub fn lacks_keys(&self) -> bool {
        self.vote_key == [0; 32] || self.selection_key == [0; 32]
    }
}

impl Default for VotingData {
    fn default() -> Self {
        Self {
            vote_key: [0; 32],
            selection_key: [0; 32],
            state_proof_key: [0; 64],
            vote_first: Round::GENESIS,
            vote_last: Round::GENESIS,
            vote_key_dilution: 0,
        }
    }
}

/// All there is to an account, with the assets and applications it created and joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountData {
    /// Whether it takes part in consensus.
    pub status: AccountStatus,
    /// Balance without pending rewards.
    pub micro_algos: MicroAlgos,
    /// Level of rewards up to which the balance has them.
    pub rewards_base: u64,
    /// Rewards received so far.
    pub rewarded_micro_algos: MicroAlgos,
    /// Participation keys.
    pub voting: VotingData,
    /// Last round it proposed.
    pub last_proposed: Round,
    /// Last round it showed that it is alive.
    pub last_heartbeat: Round,
    /// Assets it created.
    pub asset_params: BTreeMap<AssetIndex, AssetParams>,
    /// Assets it holds.
    pub assets: BTreeMap<AssetIndex, AssetHolding>,
    /// Whose signature its transactions need, if not its own.
    pub auth_addr: Address,
    /// Whether it may be paid for proposing.
    pub incentive_eligible: bool,
    /// Applications it opted in to.
    pub app_local_states: BTreeMap<AppIndex, AppLocalState>,
    /// Applications it created.
    pub app_params: BTreeMap<AppIndex, AppParams>,
    /// Sum of the schemas it carries.
    pub total_app_schema: StateSchema,
    /// Sum of the extra pages it carries.
    pub total_extra_app_pages: u32,
    /// Boxes, if it is an application's account.
    pub total_boxes: u64,
    /// Bytes of names and values of the boxes.
    pub total_box_bytes: u64,
}

wire_struct! {
    AccountData {
        "onl" => status, "Status";
        "algo" => micro_algos, "MicroAlgos";
        "ebase" => rewards_base, "RewardsBase";
        "ern" => rewarded_micro_algos, "RewardedMicroAlgos";
        "vote" => voting.vote_key, "VoteID";
        "sel" => voting.selection_key, "SelectionID";
        "stprf" => voting.state_proof_key, "StateProofID";
        "voteFst" => voting.vote_first, "VoteFirstValid";
        "voteLst" => voting.vote_last, "VoteLastValid";
        "voteKD" => voting.vote_key_dilution, "VoteKeyDilution";
        "lpr" => last_proposed, "LastProposed";
        "lhb" => last_heartbeat, "LastHeartbeat";
        "apar" => asset_params, "AssetParams";
        "asset" => assets, "Assets";
        "spend" => auth_addr, "AuthAddr";
        "ie" => incentive_eligible, "IncentiveEligible";
        "appl" => app_local_states, "AppLocalStates";
        "appp" => app_params, "AppParams";
        "tsch" => total_app_schema, "TotalAppSchema";
        "teap" => total_extra_app_pages, "TotalExtraAppPages";
        "tbx" => total_boxes, "TotalBoxes";
        "tbxb" => total_box_bytes, "TotalBoxBytes";
    }
}
