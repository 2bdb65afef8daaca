//! A transaction with what authorizes it, and with what it did.

use super::address::Address;
use super::apply_data::ApplyData;
use super::digest::Txid;
use super::logic_signature::LogicSignature;
use super::msgpack::wire_struct;
use super::multisig::MultisigSignature;
use super::signature::{PqSignature, Signature};
use super::transaction::Transaction;

/// A transaction and its one signature, of whichever kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SignedTransaction {
    /// Signature of one key.
    pub sig: Signature,
    /// Signatures of several keys.
    pub msig: MultisigSignature,
    /// Approval by a program.
    pub lsig: LogicSignature,
    /// Post-quantum signature.
    pub pqsig: PqSignature,
    /// The transaction.
    pub transaction: Transaction,
    /// Whose signature this is, where it is not the sender's.
    pub auth_addr: Address,
}

wire_struct! {
    SignedTransaction {
        "sig" => sig, "Sig";
        "msig" => msig, "Msig";
        "lsig" => lsig, "Lsig";
        "pqsig" => pqsig, "PQsig";
        "txn" => transaction, "Txn", required;
        "sgnr" => auth_addr, "AuthAddr";
    }
}

impl SignedTransaction {
    /// The transaction's id; signatures are no part of it.
    pub fn id(&self) -> Txid {
        self.transaction.id()
    }

    /// The address whose signature this claims to be.
    pub fn authorizer(&self) -> Address {
        if self.auth_addr.is_zero() { self.transaction.header.sender } else { self.auth_addr }
    }
}

impl From<Transaction> for SignedTransaction {
    fn from(transaction: Transaction) -> Self {
        Self { transaction, ..Self::default() }
    }
}

/// A signed transaction and its effects, as inner transactions are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignedTransactionWithApplyData {
    /// The transaction; inner ones have no signature.
    pub signed: SignedTransaction,
    /// What it did.
    pub apply_data: ApplyData,
}

/// The fields of a structure that has a signed transaction, `signed`, and its effects, `apply_data`; then more of its own.
macro_rules! wire_with_effects {
    ($kind:ident { $($more:tt)* }) => {
        $crate::msgpack::wire_struct! {
            $kind {
                "sig" => signed.sig, "Sig";
                "msig" => signed.msig, "Msig";
                "lsig" => signed.lsig, "Lsig";
                "pqsig" => signed.pqsig, "PQsig";
                "txn" => signed.transaction, "Txn", required;
                "sgnr" => signed.auth_addr, "AuthAddr";
                "ca" => apply_data.closing_amount, "ClosingAmount";
                "aca" => apply_data.asset_closing_amount, "AssetClosingAmount";
                "rs" => apply_data.sender_rewards, "SenderRewards";
                "rr" => apply_data.receiver_rewards, "ReceiverRewards";
                "rc" => apply_data.close_rewards, "CloseRewards";
                "dt" => apply_data.eval_delta, "EvalDelta";
                "caid" => apply_data.config_asset, "ConfigAsset";
                "apid" => apply_data.application, "ApplicationID";
                $($more)*
            }
        }
    };
}

pub(super) use wire_with_effects;

wire_with_effects!(SignedTransactionWithApplyData {});
