//! One group that several keys sign, in the bytes in which it travels between them.
//!
//! The bytes are those `goal clerk multisig` reads and writes: signed transactions one after the other, each with
//! version, threshold and keys of the multisignature and with the signatures there are. Must not know files or
//! networks; whether a signature holds is the network's rule, which the caller brings along.

use super::address::Address;
use super::amount::{MicroAlgos, Round};
use super::bounds::MAX_GROUP;
use super::digest::Digest;
use super::group::group_id;
use super::msgpack::{self, Ambiguity, DecodeError};
use super::multisig::{MultisigAccount, MultisigError};
use super::signed_transaction::SignedTransaction;
use super::transaction::Transaction;

/// Transactions of one multisignature, one group, with the signatures there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    account: MultisigAccount,
    signed: Vec<SignedTransaction>,
}

/// Why bytes or transactions are no bundle, or two bundles do not go together. Places count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// No bytes.
    #[error("there is no transaction in it")]
    Empty,
    /// More transactions than a group takes.
    #[error("there are more than {MAX_GROUP} transactions in it, the most a group takes")]
    TooMany,
    /// The bytes from `offset` on are no signed transaction.
    #[error("the bytes from {offset} on are no signed transaction: {why}")]
    Malformed {
        /// Bytes before the transaction.
        offset: usize,
        /// The decoder's reason.
        why: DecodeError,
    },
    /// Bytes from which another program may read something else.
    #[error("{}: {why}", nth(.index))]
    Ambiguous {
        /// The transaction.
        index: usize,
        /// What is there twice, or would be lost.
        why: Ambiguity,
    },
    /// A signature that is not part of a multisignature.
    #[error("{} carries a signature of another kind than a multisignature", nth(.0))]
    OtherKind(usize),
    /// No multisignature at all.
    #[error("{} does not say which multisignature it is for", nth(.0))]
    NoMultisig(usize),
    /// A multisignature that is of no account.
    #[error("{}: {why}", nth(.index))]
    NoAccount {
        /// The transaction.
        index: usize,
        /// What is wrong with version, threshold or keys.
        why: MultisigError,
    },
    /// The transactions are for different multisignatures.
    #[error("{} is for the multisignature {other}, the first one for {first}", nth(.index))]
    Mixed {
        /// The transaction.
        index: usize,
        /// The first one's account.
        first: Address,
        /// This one's.
        other: Address,
    },
    /// The multisignature does not speak for the transaction's sender.
    #[error("{} is to be signed by {authorizer}, its keys make {account}", nth(.index))]
    OtherSigner {
        /// The transaction.
        index: usize,
        /// Who has to sign by what the transaction says.
        authorizer: Address,
        /// The account of the multisignature that is there.
        account: Address,
    },
    /// The signer is named though it is the sender, which the network refuses.
    #[error("{} names its sender as its signer, which networks refuse", nth(.0))]
    SignerIsSender(usize),
    /// Several transactions that are no group.
    #[error("its transactions are not one group: the group id of {} is not that of these transactions", nth(.0))]
    NotOneGroup(usize),
    /// The same transaction twice.
    #[error("{} is there twice", nth(.0))]
    Twice(usize),
    /// Transactions of different networks.
    #[error("{} is for another network than the first one", nth(.0))]
    Networks(usize),
    /// Copies of different numbers of transactions.
    #[error("one copy has {0} transactions, the other {1}")]
    Lengths(usize, usize),
    /// Copies of different multisignatures.
    #[error("one copy is for the multisignature {0}, the other for {1}")]
    Accounts(Address, Address),
    /// Copies whose transactions differ.
    #[error("{} is not the same in both copies: {mine} and {theirs}", nth(.index))]
    Different {
        /// The transaction.
        index: usize,
        /// Its id in the one copy.
        mine: Digest,
        /// Its id in the other.
        theirs: Digest,
    },
    /// Two different signatures of one key.
    #[error("{}: {why}", nth(.index))]
    Contradiction {
        /// The transaction.
        index: usize,
        /// Whose.
        why: MultisigError,
    },
}

fn nth(index: &usize) -> String {
    format!("transaction {}", index.saturating_add(1))
}

/// How far one key of a multisignature has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The key, as the address of its own account.
    pub address: Address,
    /// Transactions it has rightly signed.
    pub signed: usize,
    /// Places of transactions whose signature of this key does not hold.
    pub wrong: Vec<usize>,
}

/// What the network's rule says about a signature: key, signed bytes, signature.
pub type Verify = fn(&[u8; 32], &[u8], &[u8; 64]) -> bool;

impl Bundle {
    /// The transactions, unsigned, for the keys of `account`; senders other than `account` are accounts rekeyed to it.
    pub fn new(account: &MultisigAccount, transactions: &[Transaction]) -> Result<Self, BundleError> {
        Self::of(transactions.iter().map(|transaction| unsigned(account, transaction)).collect())
    }

    /// Signed transactions that belong together.
    pub fn of(signed: Vec<SignedTransaction>) -> Result<Self, BundleError> {
        let first = signed.first().ok_or(BundleError::Empty)?;
        if signed.len() > MAX_GROUP {
            return Err(BundleError::TooMany);
        }
        let account = account_of(0, first)?;
        let network = first.transaction.header.genesis_hash;
        for (index, one) in signed.iter().enumerate() {
            let other = account_of(index, one)?.address();
            if other != account.address() {
                return Err(BundleError::Mixed { index, first: account.address(), other });
            }
            if one.authorizer() != other {
                return Err(BundleError::OtherSigner { index, authorizer: one.authorizer(), account: other });
            }
            if one.auth_addr == one.transaction.header.sender {
                return Err(BundleError::SignerIsSender(index));
            }
            if one.transaction.header.genesis_hash != network {
                return Err(BundleError::Networks(index));
            }
            if signed.iter().take(index).any(|earlier| earlier.transaction == one.transaction) {
                return Err(BundleError::Twice(index));
            }
        }
        let bundle = Self { account, signed };
        bundle.check_group()?;
        Ok(bundle)
    }

    /// Reads a file's bytes: every form of the transactions that means what their canonical bytes mean, as the programs of
    /// other signers write them, with or without blanks and line ends around them. What is written again is canonical.
    ///
    /// Transactions not prepared for signing become those of `account`, where it is given; else those that the
    /// multisignature of the others has to sign become its own.
    ///
    /// # Errors
    /// Bytes that are no signed transactions, or that could be read as something else; and what [`Bundle::of`] refuses.
    pub fn read(bytes: &[u8], account: Option<&MultisigAccount>) -> Result<Self, BundleError> {
        let mut signed = Vec::new();
        let mut rest = bytes.trim_ascii_start();
        while !rest.is_empty() {
            if signed.len() == MAX_GROUP {
                return Err(BundleError::TooMany);
            }
            let offset = bytes.len().saturating_sub(rest.len());
            let (one, after) = msgpack::decode_prefix::<SignedTransaction>(rest)
                .map_err(|why| BundleError::Malformed { offset, why })?;
            let written = rest.get(..rest.len().saturating_sub(after.len())).unwrap_or_default();
            msgpack::check_meaning(written, &msgpack::encode(&one))
                .map_err(|why| BundleError::Ambiguous { index: signed.len(), why })?;
            signed.push(one);
            rest = after.trim_ascii_start();
        }
        prepare(&mut signed, account);
        Self::of(signed)
    }

    /// The bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        self.signed.iter().flat_map(msgpack::encode).collect()
    }

    fn check_group(&self) -> Result<(), BundleError> {
        let transactions: Vec<_> = self.transactions().cloned().collect();
        let alone = transactions.len() == 1 && self.group().is_zero();
        let group = group_id(&transactions).map_err(|_| BundleError::TooMany)?;
        match transactions.iter().position(|transaction| !alone && transaction.header.group != group) {
            Some(index) => Err(BundleError::NotOneGroup(index)),
            None => Ok(()),
        }
    }

    /// Whose keys sign.
    pub fn account(&self) -> &MultisigAccount {
        &self.account
    }

    /// The transactions with the signatures there are, in the group's order.
    pub fn signed(&self) -> &[SignedTransaction] {
        &self.signed
    }

    /// The transactions, in the group's order.
    pub fn transactions(&self) -> impl ExactSizeIterator<Item = &Transaction> + '_ {
        self.signed.iter().map(|signed| &signed.transaction)
    }

    /// The group's id; zero for a transaction alone.
    pub fn group(&self) -> Digest {
        self.signed.first().map_or(Digest::ZERO, |first| first.transaction.header.group)
    }

    /// The hash of the network it is for.
    pub fn genesis_hash(&self) -> Digest {
        self.signed.first().map_or(Digest::ZERO, |first| first.transaction.header.genesis_hash)
    }

    /// The first round the network takes all of it in.
    pub fn first_valid(&self) -> Round {
        self.transactions().map(|transaction| transaction.header.first_valid).max().unwrap_or_default()
    }

    /// The last round the network takes all of it in.
    pub fn last_valid(&self) -> Round {
        self.transactions().map(|transaction| transaction.header.last_valid).min().unwrap_or_default()
    }

    /// The network's fees of all transactions.
    pub fn fee(&self) -> MicroAlgos {
        let sum = |sum: MicroAlgos, transaction: &Transaction| sum.saturating_add(transaction.header.fee);
        self.transactions().fold(MicroAlgos::ZERO, sum)
    }

    /// How far each key has signed, in the keys' order.
    pub fn signers(&self, verify: Verify) -> Vec<Signer> {
        let mut signers: Vec<_> =
            self.account.keys().map(|address| Signer { address, signed: 0, wrong: Vec::new() }).collect();
        for (index, one) in self.signed.iter().enumerate() {
            let bytes = one.transaction.signing_bytes();
            for (signer, subsig) in signers.iter_mut().zip(&one.msig.subsigs) {
                if subsig.sig.is_none() {
                } else if verify(&subsig.key, &bytes, &subsig.sig.0) {
                    signer.signed = signer.signed.saturating_add(1);
                } else {
                    signer.wrong.push(index);
                }
            }
        }
        signers
    }

    /// How many more signatures are needed, whether those there are hold or not.
    pub fn missing(&self) -> usize {
        let threshold = usize::from(self.account.threshold());
        self.signed.iter().map(|one| threshold.saturating_sub(one.msig.signature_count())).max().unwrap_or(threshold)
    }

    /// These signatures and those of `other`, a copy of the same transactions.
    pub fn merge(&self, other: &Self) -> Result<Self, BundleError> {
        let (mine, theirs) = (self.account.address(), other.account.address());
        if mine != theirs {
            return Err(BundleError::Accounts(mine, theirs));
        }
        if self.signed.len() != other.signed.len() {
            return Err(BundleError::Lengths(self.signed.len(), other.signed.len()));
        }
        let merged = self.signed.iter().zip(&other.signed).enumerate().map(|(index, (mine, theirs))| {
            mine.merge_multisig(theirs).map_err(|why| match why {
                MultisigError::DifferentTransactions => {
                    BundleError::Different { index, mine: mine.id(), theirs: theirs.id() }
                }
                why => BundleError::Contradiction { index, why },
            })
        });
        Ok(Self { account: self.account.clone(), signed: merged.collect::<Result<_, _>>()? })
    }
}

/// The transaction as the keys of `account` find it: with what they need to sign, and no signature.
fn unsigned(account: &MultisigAccount, transaction: &Transaction) -> SignedTransaction {
    let own = transaction.header.sender == account.address();
    SignedTransaction {
        msig: account.blank().clone(),
        auth_addr: if own { Address::ZERO } else { account.address() },
        ..SignedTransaction::from(transaction.clone())
    }
}

/// Makes what nothing speaks for yet wait for the keys of `account`, or of the multisignature that the other transactions name.
fn prepare(signed: &mut [SignedTransaction], account: Option<&MultisigAccount>) {
    let named = signed.iter().find_map(|one| MultisigAccount::of(&one.msig).ok());
    for one in signed {
        let account = match account {
            Some(account) => Some(account),
            // Which keys sign for another sender, only the network knows.
            None => named.as_ref().filter(|named| one.authorizer() == named.address()),
        };
        if let Some(account) = account.filter(|account| awaits(one, account)) {
            *one = unsigned(account, &one.transaction);
        }
    }
}

/// Whether nothing speaks for the transaction, nor says that another than `account` shall.
fn awaits(signed: &SignedTransaction, account: &MultisigAccount) -> bool {
    let nobody = SignedTransaction { auth_addr: signed.auth_addr, ..signed.transaction.clone().into() };
    *signed == nobody && (signed.auth_addr.is_zero() || signed.auth_addr == account.address())
}

fn account_of(index: usize, signed: &SignedTransaction) -> Result<MultisigAccount, BundleError> {
    if !(signed.sig.is_none() && signed.lsig.is_none() && signed.pqsig.is_none()) {
        return Err(BundleError::OtherKind(index));
    }
    if signed.msig.is_none() {
        return Err(BundleError::NoMultisig(index));
    }
    MultisigAccount::of(&signed.msig).map_err(|why| BundleError::NoAccount { index, why })
}

#[cfg(test)]
#[cfg(feature = "signing")]
mod tests;
