//! How a network begins: who owns what before the first block, under which rules and which name.
//!
//! The document is algod's `genesis.json`, its hash is the network's identity (go-algorand
//! `data/bookkeeping/genesis.go`). A development network uses AlgoKit LocalNet's names, because tools recognize
//! LocalNet by its genesis id; its balances are simpler: one rich account and an empty rewards pool, so that no balance
//! changes unless a transaction changes it.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use pnp_types::consensus::{self, ConsensusParams, Protocol};
use pnp_types::msgpack::{self, DecodeError, Decoder, Element, Encoder, Wire, wire_struct};
use pnp_types::{
    AccountStatus, Address, Block, BlockHeader, Digest, MicroAlgos, RewardsState, Round, TransactionCommitments,
    UpgradeState, VotingData, hash_with_prefix,
};

/// All the money of a network, in microalgos.
pub const TOTAL_MONEY: MicroAlgos = MicroAlgos(10_000_000_000_000_000);

/// Where fees go unless the genesis says otherwise (go-algorand `gen/generate.go`).
pub const DEFAULT_FEE_SINK: Address = Address([
    0x07, 0xda, 0xcb, 0x4b, 0x6d, 0x9e, 0xd1, 0x41, 0xb1, 0x75, 0x76, 0xbd, 0x45, 0x9a, 0xe6, 0x42, 0x1d, 0x48, 0x6d,
    0xa3, 0xd4, 0xef, 0x22, 0x47, 0xc4, 0x09, 0xa3, 0x96, 0xb8, 0x2e, 0xa2, 0x21,
]);

/// Where rewards come from unless the genesis says otherwise.
pub const DEFAULT_REWARDS_POOL: Address = Address([0xff; 32]);

/// The comment by which AlgoKit finds the account that funds others.
pub const DISPENSER_COMMENT: &str = "Wallet1";

/// The longest validity that a key registration may ask for, so that the rich account stays online.
const VOTE_LAST: Round = Round(256 * (1 << 16) - 1);

/// The number after which applications and assets of a network without low ids are numbered.
const FIRST_COUNTER: u64 = 1000;

/// A network's beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {
    /// The first owners.
    #[serde(rename = "alloc", skip_serializing_if = "Vec::is_empty")]
    pub allocations: Vec<Allocation>,
    /// A remark.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// Whether a block is made for each group, without agreement.
    #[serde(rename = "devmode", skip_serializing_if = "is_default")]
    pub dev_mode: bool,
    /// Where fees go, as an address's text.
    #[serde(rename = "fees", skip_serializing_if = "String::is_empty")]
    pub fee_sink: String,
    /// The second part of the genesis id.
    #[serde(rename = "id", skip_serializing_if = "String::is_empty")]
    pub schema_id: String,
    /// The first part of the genesis id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub network: String,
    /// The protocol of the first block.
    #[serde(rename = "proto", skip_serializing_if = "String::is_empty")]
    pub protocol: String,
    /// Where rewards come from, as an address's text.
    #[serde(rename = "rwd", skip_serializing_if = "String::is_empty")]
    pub rewards_pool: String,
    /// When it began, in seconds since 1970.
    #[serde(skip_serializing_if = "is_default")]
    pub timestamp: i64,
}

wire_struct! {
    Genesis {
        "id" => schema_id, "SchemaID";
        "network" => network, "Network";
        "proto" => protocol, "Proto";
        "alloc" => allocations, "Allocation";
        "rwd" => rewards_pool, "RewardsPool";
        "fees" => fee_sink, "FeeSink";
        "timestamp" => timestamp, "Timestamp";
        "comment" => comment, "Comment";
        "devmode" => dev_mode, "DevMode";
    }
}

/// What one account owns at the beginning. All three fields are written even when empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    /// Whose it is, as an address's text.
    #[serde(rename = "addr")]
    pub address: String,
    /// A name for people.
    pub comment: String,
    /// What it owns.
    pub state: GenesisAccount,
}

impl Wire for Allocation {
    fn is_empty(&self) -> bool {
        false
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.map_header(3);
        encoder.str(b"addr");
        self.address.encode(encoder);
        encoder.str(b"comment");
        self.comment.encode(encoder);
        encoder.str(b"state");
        self.state.encode(encoder);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        decoder.nested(|decoder| {
            let mut value = Self::default();
            for _ in 0..decoder.map_header()? {
                match &*decoder.key()? {
                    b"addr" => value.address = Wire::decode(decoder)?,
                    b"comment" => value.comment = Wire::decode(decoder)?,
                    b"state" => value.state = Wire::decode(decoder)?,
                    other => {
                        let name = String::from_utf8_lossy(other);
                        return Err(DecodeError::other(format!("a genesis allocation has no field {name}")));
                    }
                }
            }
            Ok(value)
        })
    }
}

impl Element for Allocation {}

/// The state of an account at the beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GenesisAccount {
    /// Balance in microalgos.
    #[serde(rename = "algo", skip_serializing_if = "is_default")]
    pub balance: u64,
    /// Whether it takes part in consensus.
    #[serde(rename = "onl", skip_serializing_if = "is_default", with = "status_number")]
    pub status: AccountStatus,
    /// Key of the verifiable random function.
    #[serde(rename = "sel", skip_serializing_if = "is_zero", with = "base64_bytes")]
    pub selection_key: [u8; 32],
    /// Commitment to the state-proof keys.
    #[serde(rename = "stprf", skip_serializing_if = "is_zero", with = "base64_bytes")]
    pub state_proof_key: [u8; 64],
    /// Root key of the one-time voting signatures.
    #[serde(rename = "vote", skip_serializing_if = "is_zero", with = "base64_bytes")]
    pub vote_key: [u8; 32],
    /// First round of the keys.
    #[serde(rename = "voteFst", skip_serializing_if = "is_default")]
    pub vote_first: Round,
    /// Rounds per second-level key.
    #[serde(rename = "voteKD", skip_serializing_if = "is_default")]
    pub vote_key_dilution: u64,
    /// Last round of the keys.
    #[serde(rename = "voteLst", skip_serializing_if = "is_default")]
    pub vote_last: Round,
}

wire_struct! {
    GenesisAccount {
        "onl" => status, "Status";
        "algo" => balance, "MicroAlgos";
        "vote" => vote_key, "VoteID";
        "stprf" => state_proof_key, "StateProofID";
        "sel" => selection_key, "SelectionID";
        "voteFst" => vote_first, "VoteFirstValid";
        "voteLst" => vote_last, "VoteLastValid";
        "voteKD" => vote_key_dilution, "VoteKeyDilution";
    }
}

impl Default for GenesisAccount {
    fn default() -> Self {
        let VotingData { vote_key, selection_key, state_proof_key, vote_first, vote_last, vote_key_dilution } =
            VotingData::default();
        Self {
            balance: 0,
            status: AccountStatus::Offline,
            selection_key,
            state_proof_key,
            vote_key,
            vote_first,
            vote_key_dilution,
            vote_last,
        }
    }
}

/// Why a document is no genesis of a network that this program can run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// Not the JSON of a genesis.
    #[error("the genesis is not readable: {0}")]
    Malformed(String),
    /// A text is no address.
    #[error("cannot parse genesis addr {0}")]
    Address(String),
    /// Two allocations to one account.
    #[error("repeated allocation to {0}")]
    Repeated(String),
    /// The protocol is none that this program knows.
    #[error("unsupported protocol {0}")]
    Protocol(String),
}

impl Genesis {
    /// The genesis of a development network on which `dispenser` owns everything: `dockernet-v1`, current protocol.
    ///
    /// The dispenser is online, as tools expect of LocalNet's, yet no account votes on a development network: its
    /// participation keys are hashes of its address, which no secret belongs to.
    pub fn development(dispenser: Address, timestamp: i64) -> Self {
        let protocol = consensus::LATEST;
        let placeholder = |name: &[u8]| hash_with_prefix(name, dispenser.as_bytes()).0;
        let mut state_proof_key = [0; 64];
        for (half, name) in state_proof_key.chunks_mut(32).zip([&b"state proof 1"[..], b"state proof 2"]) {
            half.copy_from_slice(&placeholder(name));
        }
        // A pool of no more than the minimum balance pays no rewards.
        let reserve = GenesisAccount {
            balance: protocol.params.min_balance,
            status: AccountStatus::NotParticipating,
            ..GenesisAccount::default()
        };
        let rich = GenesisAccount {
            balance: TOTAL_MONEY.0,
            status: AccountStatus::Online,
            selection_key: placeholder(b"selection"),
            state_proof_key,
            vote_key: placeholder(b"vote"),
            vote_first: Round::GENESIS,
            vote_key_dilution: 10_000,
            vote_last: VOTE_LAST,
        };
        let allocation = |address: Address, comment: &str, state| Allocation {
            address: address.to_string(),
            comment: comment.to_owned(),
            state,
        };
        Self {
            allocations: vec![
                allocation(DEFAULT_REWARDS_POOL, "RewardsPool", reserve.clone()),
                allocation(DEFAULT_FEE_SINK, "FeeSink", reserve),
                allocation(dispenser, DISPENSER_COMMENT, rich),
            ],
            comment: String::new(),
            dev_mode: true,
            fee_sink: DEFAULT_FEE_SINK.to_string(),
            schema_id: "v1".to_owned(),
            network: "dockernet".to_owned(),
            protocol: protocol.url.to_owned(),
            rewards_pool: DEFAULT_REWARDS_POOL.to_string(),
            timestamp,
        }
    }

    /// The same network by other rules, for example those of [`FUTURE`](consensus::FUTURE).
    #[must_use]
    pub fn with_protocol(mut self, protocol: Protocol) -> Self {
        protocol.url.clone_into(&mut self.protocol);
        self
    }

    /// Reads the JSON that [`Self::to_json`] or algod writes.
    pub fn from_json(json: &str) -> Result<Self, GenesisError> {
        serde_json::from_str(json).map_err(|error| GenesisError::Malformed(error.to_string()))
    }

    /// The document as algod's `/genesis` shows it: two spaces of indentation, empty fields left out.
    pub fn to_json(&self) -> String {
        // A structure of numbers, texts and lists always has a JSON form.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The network's name, such as `dockernet-v1`.
    pub fn id(&self) -> String {
        format!("{}-{}", self.network, self.schema_id)
    }

    /// The network's identity.
    pub fn hash(&self) -> Digest {
        hash_with_prefix(b"GE", &msgpack::encode(self))
    }

    /// The rules of the first block.
    pub fn params(&self) -> Result<&'static ConsensusParams, GenesisError> {
        consensus::lookup(&self.protocol).ok_or_else(|| GenesisError::Protocol(self.protocol.clone()))
    }

    /// The account that funds others: the one commented `Wallet1`.
    pub fn dispenser(&self) -> Option<Address> {
        self.allocations.iter().find(|entry| entry.comment == DISPENSER_COMMENT)?.address.parse().ok()
    }

    /// The accounts before the first block, in the document's order.
    pub fn accounts(&self) -> Result<Vec<(Address, GenesisAccount)>, GenesisError> {
        let mut seen = BTreeSet::new();
        let mut accounts = Vec::with_capacity(self.allocations.len());
        for Allocation { address: text, state, .. } in &self.allocations {
            let address = parse(text)?;
            if !seen.insert(address) {
                return Err(GenesisError::Repeated(text.clone()));
            }
            accounts.push((address, state.clone()));
        }
        Ok(accounts)
    }

    /// The block of round 0 (go-algorand `bookkeeping.MakeGenesisBlock`).
    pub fn block(&self) -> Result<Block, GenesisError> {
        let params = self.params()?;
        let (fee_sink, rewards_pool) = (parse(&self.fee_sink)?, parse(&self.rewards_pool)?);
        let pool = self.accounts()?.into_iter().find(|(address, _)| *address == rewards_pool);
        let in_pool = pool.map_or(0, |(_, account)| account.balance);
        let to_hand_out =
            if params.initial_rewards_rate_calculation { in_pool.saturating_sub(params.min_balance) } else { in_pool };
        let refresh = params.rewards_rate_refresh_interval;
        let hash = self.hash();
        let header = BlockHeader {
            seed: hash,
            commitments: TransactionCommitments {
                // The root of no transactions is the hash of the empty list.
                sha512_256: hash_with_prefix(b"PF", &[0x90]),
                ..TransactionCommitments::default()
            },
            timestamp: self.timestamp,
            genesis_id: self.id(),
            genesis_hash: if params.support_genesis_hash { hash } else { Digest::ZERO },
            rewards: RewardsState {
                fee_sink,
                rewards_pool,
                rate: to_hand_out.checked_div(refresh).unwrap_or_default(),
                recalculation_round: Round(refresh),
                ..RewardsState::default()
            },
            upgrade_state: UpgradeState { current_protocol: self.protocol.clone(), ..UpgradeState::default() },
            txn_counter: if params.app_forbid_low_resources { FIRST_COUNTER } else { 0 },
            ..BlockHeader::default()
        };
        Ok(Block { header, payset: Vec::new() })
    }
}

fn parse(text: &str) -> Result<Address, GenesisError> {
    text.parse().map_err(|_| GenesisError::Address(text.to_owned()))
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn is_zero<const N: usize>(bytes: &[u8; N]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
}

/// Bytes as standard base64, as the reference's JSON has them.
mod base64_bytes {
    use super::*;

    pub(super) fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
        let bytes = BASE64.decode(String::deserialize(deserializer)?.as_bytes()).map_err(D::Error::custom)?;
        bytes.try_into().map_err(|bytes: Vec<u8>| D::Error::custom(format!("{} bytes where {N} belong", bytes.len())))
    }
}

/// A status as its number on the wire.
mod status_number {
    use super::*;

    pub(super) fn serialize<S: Serializer>(status: &AccountStatus, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(status.number())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountStatus, D::Error> {
        match u8::deserialize(deserializer)? {
            0 => Ok(AccountStatus::Offline),
            1 => Ok(AccountStatus::Online),
            2 => Ok(AccountStatus::NotParticipating),
            number => Err(D::Error::custom(format!("unknown account status {number}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `/genesis` of an algod 5.1 in dev mode with the LocalNet names, and the block that it gives.
    /// Recorded 2026-11-22, go-algorand dd6de88fbe, consensus v42.
    const RECORDED: &str = include_str!("../../../tests/vectors/ledger/genesis.json");

    #[test]
    fn algods_document_has_algods_hash_block_and_text() {
        let vector: serde_json::Value = serde_json::from_str(RECORDED).unwrap();
        let text = vector["genesis"].as_str().unwrap();
        let genesis = Genesis::from_json(text).unwrap();
        assert_eq!(genesis.id(), "dockernet-v1");
        assert_eq!(genesis.hash().to_base64(), vector["genesis_hash"].as_str().unwrap());
        let block = data_encoding::BASE64.encode(&msgpack::encode(&genesis.block().unwrap()));
        assert_eq!(block, vector["block"].as_str().unwrap());
        assert_eq!(genesis.to_json(), text);
    }

    #[test]
    fn a_development_network_is_found_by_tools_and_pays_no_rewards() {
        let dispenser = Address([7; 32]);
        let genesis = Genesis::development(dispenser, 0);
        assert_eq!(genesis.id(), "dockernet-v1");
        assert_eq!(genesis.dispenser(), Some(dispenser));
        let header = genesis.block().unwrap().header;
        assert_eq!((header.rewards.rate, header.txn_counter), (0, 1000));
        let accounts = genesis.accounts().unwrap();
        let (_, rich) = accounts.last().unwrap();
        assert_eq!((rich.balance, rich.status), (TOTAL_MONEY.0, AccountStatus::Online));
        assert_eq!(Genesis::from_json(&genesis.to_json()).unwrap(), genesis);
        assert_ne!(Genesis::development(dispenser, 1).hash(), genesis.hash());
    }

    #[test]
    fn a_document_that_cannot_be_a_network_says_why() {
        let mut genesis = Genesis::development(Address([7; 32]), 0);
        genesis.allocations.push(genesis.allocations[2].clone());
        assert_eq!(genesis.accounts().unwrap_err(), GenesisError::Repeated(Address([7; 32]).to_string()));
        genesis.protocol = "v9000".into();
        assert_eq!(genesis.block().unwrap_err(), GenesisError::Protocol("v9000".into()));
        genesis.fee_sink = "me".into();
        genesis.protocol = consensus::LATEST.url.into();
        assert_eq!(genesis.block().unwrap_err(), GenesisError::Address("me".into()));
        assert!(matches!(Genesis::from_json(r#"{"what":1}"#), Err(GenesisError::Malformed(_))));
    }
}
