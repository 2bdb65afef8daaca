//! Transactions as blocks keep them, and how headers commit to them and to each other.

use sha2::{Digest as _, Sha256};

use super::amount::Round;
use super::block::{Block, BlockHeader, SignedTransactionInBlock, TransactionCommitments};
use super::consensus::{ConsensusParams, PaysetCommit, lookup};
use super::digest::{Digest, sha512_256};
use super::merkle::{Tree, TreeHash};
use super::msgpack;
use super::signed_transaction::SignedTransactionWithApplyData;
use super::transaction::Transaction;

/// Why a transaction does not fit its block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// The block's protocol is none that is known here.
    #[error("consensus protocol {0} not found")]
    Protocol(String),
    /// The protocol is older than the blocks this crate reads.
    #[error("consensus protocol {0} keeps transactions in a way that is not supported")]
    Unsupported(String),
    /// The transaction is for another network.
    #[error("GenesisID mismatch: {found} != {wanted}")]
    GenesisId {
        /// What the transaction names.
        found: String,
        /// What the block names.
        wanted: String,
    },
    /// The transaction is for another network.
    #[error("GenesisHash mismatch: {found} != {wanted}")]
    GenesisHash {
        /// What the transaction names.
        found: Digest,
        /// What the block names.
        wanted: Digest,
    },
    /// The transaction has to name the network and does not.
    #[error("GenesisHash required but missing")]
    NoGenesisHash,
    /// The transaction in the block names what the block names for it.
    #[error("GenesisID <{0}> not empty")]
    GenesisIdPresent(String),
    /// The transaction in the block names what the block names for it.
    #[error("GenesisHash <{0}> not empty")]
    GenesisHashPresent(Digest),
    /// A flag says what the protocol says already.
    #[error("HasGenesisHash set to true but RequireGenesisHash obviates the flag")]
    NeedlessFlag,
}

impl BlockHeader {
    /// The block's hash, which the next block names as its branch.
    pub fn hash(&self) -> Digest {
        Digest(sha512_256(&self.signing_bytes()))
    }

    /// The block's SHA-512 hash.
    pub fn hash512(&self) -> [u8; 64] {
        sha2::Sha512::digest(self.signing_bytes()).into()
    }

    fn signing_bytes(&self) -> Vec<u8> {
        msgpack::encode_after(b"BH", self)
    }

    /// The parameters of the block's protocol.
    pub fn params(&self) -> Result<&'static ConsensusParams, BlockError> {
        let name = &self.upgrade_state.current_protocol;
        let params = lookup(name).ok_or_else(|| BlockError::Protocol(name.clone()))?;
        if params.support_signed_txn_in_block { Ok(params) } else { Err(BlockError::Unsupported(name.clone())) }
    }

    /// The transaction as this block keeps it: what the header says is left out.
    pub fn encode_transaction(
        &self,
        transaction: SignedTransactionWithApplyData,
    ) -> Result<SignedTransactionInBlock, BlockError> {
        let params = self.params()?;
        let SignedTransactionWithApplyData { mut signed, apply_data } = transaction;
        let header = &mut signed.transaction.header;
        let has_genesis_id = !header.genesis_id.is_empty();
        if has_genesis_id && header.genesis_id != self.genesis_id {
            return Err(BlockError::GenesisId { found: header.genesis_id.clone(), wanted: self.genesis_id.clone() });
        }
        let has_genesis_hash = !header.genesis_hash.is_zero();
        if has_genesis_hash && header.genesis_hash != self.genesis_hash {
            return Err(BlockError::GenesisHash { found: header.genesis_hash, wanted: self.genesis_hash });
        }
        if !has_genesis_hash && params.require_genesis_hash {
            return Err(BlockError::NoGenesisHash);
        }
        header.genesis_id.clear();
        header.genesis_hash = Digest::ZERO;
        Ok(SignedTransactionInBlock {
            signed,
            apply_data,
            has_genesis_id,
            has_genesis_hash: has_genesis_hash && !params.require_genesis_hash,
        })
    }

    /// The transaction as it was sent, with its effects.
    pub fn decode_transaction(
        &self,
        kept: &SignedTransactionInBlock,
    ) -> Result<SignedTransactionWithApplyData, BlockError> {
        let params = self.params()?;
        let found = &kept.signed.transaction.header;
        if !found.genesis_id.is_empty() {
            return Err(BlockError::GenesisIdPresent(found.genesis_id.clone()));
        }
        if !found.genesis_hash.is_zero() {
            return Err(BlockError::GenesisHashPresent(found.genesis_hash));
        }
        if kept.has_genesis_hash && params.require_genesis_hash {
            return Err(BlockError::NeedlessFlag);
        }
        let mut signed = kept.signed.clone();
        let header = &mut signed.transaction.header;
        if kept.has_genesis_id {
            header.genesis_id.clone_from(&self.genesis_id);
        }
        if kept.has_genesis_hash || params.require_genesis_hash {
            header.genesis_hash = self.genesis_hash;
        }
        Ok(SignedTransactionWithApplyData { signed, apply_data: kept.apply_data.clone() })
    }
}

impl Block {
    /// The block's number.
    pub fn round(&self) -> Round {
        self.header.round
    }

    /// The block's hash.
    pub fn hash(&self) -> Digest {
        self.header.hash()
    }

    /// The transactions as they were sent, with their effects.
    pub fn transactions(&self) -> Result<Vec<SignedTransactionWithApplyData>, BlockError> {
        self.payset.iter().map(|kept| self.header.decode_transaction(kept)).collect()
    }

    /// What the header has to say about the transactions (go-algorand `Block.PaysetCommit`).
    pub fn commitments(&self) -> Result<TransactionCommitments, BlockError> {
        let params = self.header.params()?;
        let mut commitments = TransactionCommitments {
            sha512_256: match params.payset_commit {
                PaysetCommit::Merkle => self.tree(TreeHash::Sha512_256)?.root().map_or(Digest::ZERO, first_32),
                PaysetCommit::Flat | PaysetCommit::Unsupported => {
                    return Err(BlockError::Unsupported(self.header.upgrade_state.current_protocol.clone()));
                }
            },
            ..TransactionCommitments::default()
        };
        if params.enable_sha256_txn_commitment_header {
            commitments.sha256 = self.tree(TreeHash::Sha256)?.root().map_or(Digest::ZERO, first_32);
        }
        if params.enable_sha512_block_hash {
            let tree = self.tree(TreeHash::Sha512)?;
            commitments.sha512 = tree.root().and_then(|root| root.first_chunk().copied()).unwrap_or([0; 64]);
        }
        Ok(commitments)
    }

    /// The tree over the transactions. Made with SHA-512/256 it is a plain one; otherwise it fixes positions, too, and
    /// its leaves hold SHA-256 hashes.
    pub fn tree(&self, hash: TreeHash) -> Result<Tree, BlockError> {
        let leaves = self
            .payset
            .iter()
            .map(|kept| {
                let sent = self.header.decode_transaction(kept)?.signed.transaction;
                Ok(leaf(hash, &sent, kept))
            })
            .collect::<Result<Vec<_>, BlockError>>()?;
        Ok(match hash {
            TreeHash::Sha512_256 => Tree::new(hash, &leaves),
            TreeHash::Sha256 | TreeHash::Sha512 | TreeHash::Sumhash512 => Tree::vector_commitment(hash, &leaves),
        })
    }
}

/// What is hashed for a transaction's leaf: its id, and the hash of how the block keeps it.
fn leaf(hash: TreeHash, sent: &Transaction, kept: &SignedTransactionInBlock) -> Vec<u8> {
    let kept = msgpack::encode_after(b"STIB", kept);
    let (id, kept): ([u8; 32], [u8; 32]) = match hash {
        TreeHash::Sha512_256 => (sent.id().0, sha512_256(&kept)),
        TreeHash::Sha256 | TreeHash::Sha512 | TreeHash::Sumhash512 => {
            (Sha256::digest(sent.signing_bytes()).into(), Sha256::digest(&kept).into())
        }
    };
    [b"TL".as_slice(), &id, &kept].concat()
}

fn first_32(root: &[u8]) -> Digest {
    Digest(root.first_chunk().copied().unwrap_or_default())
}
