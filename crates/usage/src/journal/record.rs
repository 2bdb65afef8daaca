//! The records of a journal, one a line: the batch's beginning, groups that are about to be sent, and their outcomes.

use crate::{TickId, Units};
use pnp_types::{Address, AppIndex, AssetIndex, Digest, Round, Txid, sha512_256};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The layout this build writes and reads.
pub const FORMAT: u32 = 1;

/// A digest of an input from its first line up to one of its lines: equal digests mean equal inputs up to there.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct InputDigest([u8; 16]);

impl InputDigest {
    /// The digest after one more line, without its line break.
    #[must_use]
    pub fn then(self, line: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(16 + line.len());
        bytes.extend_from_slice(&self.0);
        bytes.extend_from_slice(line);
        let hash = sha512_256(&bytes);
        Self(hash.first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Debug for InputDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Serialize for InputDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for InputDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let bytes = hex::decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| serde::de::Error::custom("an input's digest has 32 hex digits"))
    }
}

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The first line: what the journal belongs to.
    Begin(Begin),
    /// A group is about to be sent; durable before anything of it is.
    Intent(Box<Intent>),
    /// The group of the line's last intent is in a block.
    Charged(Charged),
    /// The line is not charged and will not be.
    Refused(Refused),
    /// The group of the line's last intent is in no block and never will be; the line is still to be charged.
    Void(Void),
    /// The whole input was read and every line of it is settled.
    Done(Done),
}

/// What a journal belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    /// [`FORMAT`].
    pub format: u32,
    /// A random id. It is in the note of every call, so that no two lines ever have the same transaction.
    pub id: JournalId,
    /// The network's identity.
    pub genesis_hash: Digest,
    /// The contract.
    pub app: AppIndex,
    /// What is billed, for people: a file's name, or what is repeated.
    pub input: String,
}

/// A journal's own 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalId(pub [u8; 16]);

impl Serialize for JournalId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for JournalId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let bytes = hex::decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| serde::de::Error::custom("a journal's id has 32 hex digits"))
    }
}

/// A group that is about to be sent, with everything that is needed to build the same bytes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The input's line, from 1.
    pub line: u64,
    /// The input up to this line.
    pub input: InputDigest,
    /// Who pays.
    pub user: Address,
    /// Units of use.
    pub units: Units,
    /// The price of one, in minor units.
    pub unit_price: u64,
    /// The tick.
    pub tick: TickId,
    /// Whether the tick was generated here. One that the input names is never replaced.
    pub made: bool,
    /// What is paid with.
    pub asset: AssetIndex,
    /// The provider's part.
    pub net: u64,
    /// The platform's part.
    pub fee: u64,
    /// The call's transaction id.
    pub txid: Txid,
    /// The first round the group may be in.
    pub first_valid: Round,
    /// The last one.
    pub last_valid: Round,
    /// The network's fee per byte when the group was built.
    pub fee_per_byte: u64,
    /// The network's least fee then.
    pub min_fee: u64,
}

/// A line whose bill is in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charged {
    /// The input's line.
    pub line: u64,
    /// The block; `None` if only the contract's state shows that the tick was billed.
    pub round: Option<Round>,
}

/// A line that is not charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The input's line.
    pub line: u64,
    /// The input up to this line.
    pub input: InputDigest,
    /// Why.
    pub reason: String,
}

/// A group that will be in no block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Void {
    /// The input's line.
    pub line: u64,
    /// How that is known.
    pub reason: String,
}

/// The end of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The number of its last line.
    pub lines: u64,
    /// The whole input.
    pub input: InputDigest,
}
