//! What a transaction did, as its block records it (go-algorand `transactions.ApplyData`, `EvalDelta`).

use std::collections::BTreeMap;

use super::address::Address;
use super::amount::{AppIndex, AssetIndex, MicroAlgos};
use super::bounds::{MAX_DELTA_ACCOUNTS, MAX_DELTA_KEYS, MAX_INNER, MAX_LOGS, MAX_STATE_VALUE};
use super::byte_string::ByteString;
use super::msgpack::{Bounded, DecodeError, Decoder, Encoder, Wire, wire_newtype, wire_struct};
use super::signed_transaction::SignedTransactionWithApplyData;
use super::teal_value::TealValue;

/// The effects of a transaction that do not follow from its own fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplyData {
    /// Algos that a closed account sent to its successor.
    pub closing_amount: MicroAlgos,
    /// Units that a closed holding sent to its successor.
    pub asset_closing_amount: u64,
    /// Rewards paid to the sender.
    pub sender_rewards: MicroAlgos,
    /// Rewards paid to the receiver.
    pub receiver_rewards: MicroAlgos,
    /// Rewards paid to the account closed to.
    pub close_rewards: MicroAlgos,
    /// Changes of application state, logs, inner transactions.
    pub eval_delta: EvalDelta,
    /// The asset that was created, or 0.
    pub config_asset: AssetIndex,
    /// The application that was created, or 0.
    pub application: AppIndex,
}

wire_struct! {
    ApplyData {
        "ca" => closing_amount, "ClosingAmount";
        "aca" => asset_closing_amount, "AssetClosingAmount";
        "rs" => sender_rewards, "SenderRewards";
        "rr" => receiver_rewards, "ReceiverRewards";
        "rc" => close_rewards, "CloseRewards";
        "dt" => eval_delta, "EvalDelta";
        "caid" => config_asset, "ConfigAsset";
        "apid" => application, "ApplicationID";
    }
}

/// What a program changed and said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvalDelta {
    /// Changes of the global state.
    pub global_delta: StateDelta,
    /// Changes of local states: 0 is the sender, then the call's accounts, then `shared_accounts`.
    pub local_deltas: BTreeMap<u64, StateDelta>,
    /// Accounts that were reached through another transaction of the group.
    pub shared_accounts: Vec<Address>,
    /// Log lines.
    pub logs: Vec<ByteString>,
    /// Transactions the program sent, each with its own effects.
    pub inner_txns: Vec<SignedTransactionWithApplyData>,
}

wire_struct! {
    EvalDelta {
        "gd" => global_delta, "GlobalDelta";
        "ld" => local_deltas, "LocalDeltas" <= MAX_DELTA_ACCOUNTS;
        "sa" => shared_accounts, "SharedAccts" <= MAX_DELTA_ACCOUNTS;
        "lg" => logs, "Logs" <= MAX_LOGS;
        "itx" => inner_txns, "InnerTxns" <= MAX_INNER;
    }
}

/// Changes of one key-value store, in key order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateDelta(pub BTreeMap<ByteString, ValueDelta>);

impl Wire for StateDelta {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn encode(&self, encoder: &mut Encoder) {
        self.0.encode(encoder);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Bounded::decode_bounded(decoder, MAX_DELTA_KEYS).map(Self).map_err(|error: DecodeError| error.in_field(""))
    }
}

/// What happens to a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct DeltaAction(pub u64);

impl DeltaAction {
    /// It holds a byte string now.
    pub const SET_BYTES: Self = Self(1);
    /// It holds an integer now.
    pub const SET_UINT: Self = Self(2);
    /// It is gone.
    pub const DELETE: Self = Self(3);
}

wire_newtype!(DeltaAction);

/// The change of one key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ValueDelta {
    /// What happens.
    pub action: DeltaAction,
    /// The new byte string.
    pub bytes: ByteString,
    /// The new integer.
    pub uint: u64,
}

wire_struct! {
    ValueDelta {
        "at" => action, "Action";
        "bs" => bytes, "Bytes" <= MAX_STATE_VALUE;
        "ui" => uint, "Uint";
    }
}

impl ValueDelta {
    /// The change to a new value.
    pub fn set(value: TealValue) -> Self {
        match value {
            TealValue::Bytes(bytes) => Self { action: DeltaAction::SET_BYTES, bytes: ByteString(bytes), uint: 0 },
            TealValue::Uint(uint) => Self { action: DeltaAction::SET_UINT, bytes: ByteString::default(), uint },
        }
    }

    /// The key goes away.
    pub fn delete() -> Self {
        Self { action: DeltaAction::DELETE, ..Self::default() }
    }

    /// The new value, if there is one.
    pub fn value(&self) -> Option<TealValue> {
        match self.action {
            DeltaAction::SET_BYTES => Some(TealValue::Bytes(self.bytes.0.clone())),
            DeltaAction::SET_UINT => Some(TealValue::Uint(self.uint)),
            _ => None,
        }
    }
}
