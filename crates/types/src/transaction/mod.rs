//! Transactions: one structure with the fields of every type side by side, as on the wire.

mod application_call;
mod asset;
mod builder;
mod header;
mod heartbeat;
mod kind;
mod payment;
mod resource;
pub mod state_proof;

pub use application_call::{ApplicationCall, OnCompletion};
pub use asset::{AssetConfig, AssetFreeze, AssetTransfer};
pub use builder::{TransactionBuilder, TransactionFields};
pub use header::Header;
pub use heartbeat::{Heartbeat, HeartbeatProof};
pub use kind::TransactionType;
pub use payment::{KeyRegistration, Payment};
pub use resource::{BoxRef, HoldingRef, LocalsRef, ResourceError, ResourceRef};
pub use state_proof::StateProof;

use super::bounds::{MAX_ACCESS, MAX_APP_LIST, MAX_GENESIS_ID, MAX_NOTE, MAX_PROGRAM};
use super::digest::{Digest, Txid, sha512_256};
use super::msgpack::{self, wire_struct};

/// A transaction. Only the fields of its type mean anything; the ledger refuses others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Transaction {
    /// What it does.
    pub kind: TransactionType,
    /// What all types share.
    pub header: Header,
    /// Fields of `keyreg`.
    pub keyreg: KeyRegistration,
    /// Fields of `pay`.
    pub payment: Payment,
    /// Fields of `acfg`.
    pub asset_config: AssetConfig,
    /// Fields of `axfer`.
    pub asset_transfer: AssetTransfer,
    /// Fields of `afrz`.
    pub asset_freeze: AssetFreeze,
    /// Fields of `appl`.
    pub application_call: ApplicationCall,
    /// Fields of `stpf`.
    pub state_proof: StateProof,
    /// Fields of `hb`.
    pub heartbeat: Option<Box<Heartbeat>>,
}

wire_struct! {
    Transaction {
        "type" => kind, "Type", required;
        "snd" => header.sender, "Sender", required;
        "fee" => header.fee, "Fee";
        "fv" => header.first_valid, "FirstValid";
        "lv" => header.last_valid, "LastValid";
        "note" => header.note, "Note" <= MAX_NOTE;
        "gen" => header.genesis_id, "GenesisID" <= MAX_GENESIS_ID;
        "gh" => header.genesis_hash, "GenesisHash";
        "grp" => header.group, "Group";
        "lx" => header.lease, "Lease";
        "rekey" => header.rekey_to, "RekeyTo";
        "votekey" => keyreg.voting.vote_key, "VotePK";
        "selkey" => keyreg.voting.selection_key, "SelectionPK";
        "sprfkey" => keyreg.voting.state_proof_key, "StateProofPK";
        "votefst" => keyreg.voting.vote_first, "VoteFirst";
        "votelst" => keyreg.voting.vote_last, "VoteLast";
        "votekd" => keyreg.voting.vote_key_dilution, "VoteKeyDilution";
        "nonpart" => keyreg.nonparticipation, "Nonparticipation";
        "rcv" => payment.receiver, "Receiver";
        "amt" => payment.amount, "Amount";
        "close" => payment.close_remainder_to, "CloseRemainderTo";
        "caid" => asset_config.asset, "ConfigAsset";
        "apar" => asset_config.params, "AssetParams";
        "xaid" => asset_transfer.asset, "XferAsset";
        "aamt" => asset_transfer.amount, "AssetAmount";
        "asnd" => asset_transfer.sender, "AssetSender";
        "arcv" => asset_transfer.receiver, "AssetReceiver";
        "aclose" => asset_transfer.close_to, "AssetCloseTo";
        "fadd" => asset_freeze.account, "FreezeAccount";
        "faid" => asset_freeze.asset, "FreezeAsset";
        "afrz" => asset_freeze.frozen, "AssetFrozen";
        "apid" => application_call.application, "ApplicationID";
        "apan" => application_call.on_completion, "OnCompletion";
        "apaa" => application_call.args, "ApplicationArgs" <= MAX_APP_LIST;
        "apat" => application_call.accounts, "Accounts" <= MAX_APP_LIST;
        "apas" => application_call.foreign_assets, "ForeignAssets" <= MAX_APP_LIST;
        "apfa" => application_call.foreign_apps, "ForeignApps" <= MAX_APP_LIST;
        "al" => application_call.access, "Access" <= MAX_ACCESS;
        "apbx" => application_call.boxes, "Boxes" <= MAX_APP_LIST;
        "apls" => application_call.local_schema, "LocalStateSchema";
        "apgs" => application_call.global_schema, "GlobalStateSchema";
        "apap" => application_call.approval_program, "ApprovalProgram" <= MAX_PROGRAM;
        "apsu" => application_call.clear_program, "ClearStateProgram" <= MAX_PROGRAM;
        "apep" => application_call.extra_pages, "ExtraProgramPages";
        "aprv" => application_call.reject_version, "RejectVersion";
        "sptype" => state_proof.proof_type, "StateProofType";
        "sp" => state_proof.proof, "StateProof";
        "spmsg" => state_proof.message, "Message";
        "hb" => heartbeat, "HeartbeatTxnFields";
    }
}

impl Transaction {
    /// The canonical msgpack of the transaction.
    pub fn encode(&self) -> Vec<u8> {
        msgpack::encode(self)
    }

    /// What is hashed for the id and signed by keys: `TX` and the encoding.
    pub fn signing_bytes(&self) -> Vec<u8> {
        msgpack::encode_after(b"TX", self)
    }

    /// The transaction's id.
    pub fn id(&self) -> Txid {
        Digest(sha512_256(&self.signing_bytes()))
    }

    /// The id as an inner transaction: the place under its parent is part of it (go-algorand `Transaction.InnerID`).
    pub fn inner_id(&self, parent: Txid, index: u64) -> Txid {
        let image = [b"TX".as_slice(), parent.as_bytes(), &index.to_be_bytes(), &self.encode()].concat();
        Digest(sha512_256(&image))
    }
}
