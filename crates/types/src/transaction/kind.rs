//! What a transaction does.

use crate::bounds::MAX_TRANSACTION_TYPE;
use crate::msgpack::{DecodeError, Decoder, Encoder, Wire};

/// The type of a transaction. One that this version does not know survives a round trip.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TransactionType {
    /// `pay`: Algos from one account to another.
    Payment,
    /// `keyreg`: go online or offline for consensus.
    KeyRegistration,
    /// `acfg`: create, change or destroy an asset.
    AssetConfig,
    /// `axfer`: asset units from one account to another.
    AssetTransfer,
    /// `afrz`: freeze or unfreeze a holding.
    AssetFreeze,
    /// `appl`: create, call, change or delete an application.
    ApplicationCall,
    /// `stpf`: a state proof, which no user sends.
    StateProof,
    /// `hb`: an online account shows that it is alive.
    Heartbeat,
    /// Any other text; the empty one is no type.
    Unknown(String),
}

impl Default for TransactionType {
    fn default() -> Self {
        Self::Unknown(String::new())
    }
}

impl TransactionType {
    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Payment => "pay",
            Self::KeyRegistration => "keyreg",
            Self::AssetConfig => "acfg",
            Self::AssetTransfer => "axfer",
            Self::AssetFreeze => "afrz",
            Self::ApplicationCall => "appl",
            Self::StateProof => "stpf",
            Self::Heartbeat => "hb",
            Self::Unknown(text) => text,
        }
    }

    /// The number that programs see (`TypeEnum`); 0 for an unknown type.
    pub const fn number(&self) -> u64 {
        match self {
            Self::Unknown(_) => 0,
            Self::Payment => 1,
            Self::KeyRegistration => 2,
            Self::AssetConfig => 3,
            Self::AssetTransfer => 4,
            Self::AssetFreeze => 5,
            Self::ApplicationCall => 6,
            Self::StateProof => 7,
            Self::Heartbeat => 8,
        }
    }

    /// The type with the number that programs see.
    pub const fn from_number(number: u64) -> Option<Self> {
        Some(match number {
            1 => Self::Payment,
            2 => Self::KeyRegistration,
            3 => Self::AssetConfig,
            4 => Self::AssetTransfer,
            5 => Self::AssetFreeze,
            6 => Self::ApplicationCall,
            7 => Self::StateProof,
            8 => Self::Heartbeat,
            _ => return None,
        })
    }
}

impl From<&str> for TransactionType {
    fn from(text: &str) -> Self {
        match text {
            "pay" => Self::Payment,
            "keyreg" => Self::KeyRegistration,
            "acfg" => Self::AssetConfig,
            "axfer" => Self::AssetTransfer,
            "afrz" => Self::AssetFreeze,
            "appl" => Self::ApplicationCall,
            "stpf" => Self::StateProof,
            "hb" => Self::Heartbeat,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

impl Wire for TransactionType {
    fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.str(self.as_str().as_bytes());
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        decoder.check_length(MAX_TRANSACTION_TYPE).map_err(DecodeError::leave_structure)?;
        let text = decoder.str()?;
        std::str::from_utf8(&text).map(Self::from).map_err(|_| DecodeError::other("transaction type is not UTF-8"))
    }
}
