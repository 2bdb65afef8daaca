//! Accounts of several keys: their address, and the merging of what their keys signed.

use super::address::Address;
use super::bounds::MAX_MULTISIG;
use super::digest::hash_with_prefix;
use super::msgpack::{Wire, wire_struct};
use super::signature::Signature;
use super::signed_transaction::SignedTransaction;

/// The one version of the scheme.
const VERSION: u8 = 1;

/// One key of a multisignature, with its signature if it has signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct MultisigSubsignature {
    /// The ed25519 public key.
    pub key: [u8; 32],
    /// Its signature, or none.
    pub sig: Signature,
}

wire_struct! {
    MultisigSubsignature {
        "pk" => key, "Key";
        "s" => sig, "Sig";
    }
}

/// Signatures of some of a fixed list of keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct MultisigSignature {
    /// Version of the scheme; only 1 exists.
    pub version: u8,
    /// How many keys have to sign.
    pub threshold: u8,
    /// The keys, in the order on which the address depends.
    pub subsigs: Vec<MultisigSubsignature>,
}

wire_struct! {
    MultisigSignature {
        "v" => version, "Version", required;
        "thr" => threshold, "Threshold", required;
        "subsig" => subsigs, "Subsigs" <= MAX_MULTISIG, required;
    }
}

/// Why there is no multisignature of these keys or signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MultisigError {
    /// Only version 1 exists.
    #[error("unknown multisignature version {0}: only 1 exists")]
    Version(u8),
    /// The threshold has to be between 1 and the number of keys.
    #[error("multisignature threshold {threshold} does not fit {keys} keys: it has to be 1 to the number of keys")]
    Threshold {
        /// Signatures wanted.
        threshold: u8,
        /// Keys there are.
        keys: usize,
    },
    /// More keys than the wire allows.
    #[error("{0} keys are too many for a multisignature: at most 255 are possible")]
    TooManyKeys(usize),
    /// The key that signed is none of the account's.
    #[error("the key of {0} is not one of the multisignature's keys")]
    ForeignKey(Address),
    /// The two belong to different accounts.
    #[error("the multisignatures have different keys, order, threshold or version: they are of different accounts")]
    DifferentAccounts,
    /// The two hold different signatures of one key.
    #[error("the key of {0} signed twice, and the signatures differ")]
    Contradiction(Address),
    /// The two sign different transactions.
    #[error("the transactions differ, so their signatures cannot be merged")]
    DifferentTransactions,
}

impl MultisigSignature {
    /// Whether there is no multisignature at all.
    pub fn is_none(&self) -> bool {
        Wire::is_empty(self)
    }

    /// The address of the account of these keys (go-algorand `crypto.MultisigAddrGen`).
    pub fn address(&self) -> Result<Address, MultisigError> {
        if self.version != VERSION {
            return Err(MultisigError::Version(self.version));
        }
        if self.threshold == 0 || usize::from(self.threshold) > self.subsigs.len() {
            return Err(MultisigError::Threshold { threshold: self.threshold, keys: self.subsigs.len() });
        }
        let mut image = vec![self.version, self.threshold];
        for subsig in &self.subsigs {
            image.extend_from_slice(&subsig.key);
        }
        Ok(Address(hash_with_prefix(b"MultisigAddr", &image).0))
    }

    /// How many keys have signed.
    pub fn signature_count(&self) -> usize {
        self.subsigs.iter().filter(|subsig| !subsig.sig.is_none()).count()
    }

    /// Whether as many keys have signed as the account asks for. Says nothing about whether the signatures are right.
    pub fn is_complete(&self) -> bool {
        self.signature_count() >= usize::from(self.threshold)
    }

    /// These signatures and those of `other`, which has to be of the same account (go-algorand `crypto.MultisigMerge`).
    pub fn merge(&self, other: &Self) -> Result<Self, MultisigError> {
        let keys = |signature: &Self| signature.subsigs.iter().map(|subsig| subsig.key).collect::<Vec<_>>();
        if self.version != other.version || self.threshold != other.threshold || keys(self) != keys(other) {
            return Err(MultisigError::DifferentAccounts);
        }
        let mut merged = self.clone();
        for (mine, theirs) in merged.subsigs.iter_mut().zip(&other.subsigs) {
            if mine.sig.is_none() {
                mine.sig = theirs.sig;
            } else if !theirs.sig.is_none() && mine.sig != theirs.sig {
                return Err(MultisigError::Contradiction(Address(mine.key)));
            }
        }
        Ok(merged)
    }
}

/// An account that several keys speak for together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MultisigAccount {
    /// Keys and threshold, unsigned.
    blank: MultisigSignature,
    address: Address,
}

impl MultisigAccount {
    /// The account for which `threshold` of `keys` have to sign. The address depends on the order of the keys. A key
    /// may be there more than once and then counts as often.
    pub fn new(threshold: u8, keys: &[Address]) -> Result<Self, MultisigError> {
        if keys.len() > MAX_MULTISIG {
            return Err(MultisigError::TooManyKeys(keys.len()));
        }
        let subsigs = keys.iter().map(|key| MultisigSubsignature { key: key.0, sig: Signature::NONE }).collect();
        Self::of(&MultisigSignature { version: VERSION, threshold, subsigs })
    }

    /// The account of a multisignature, whichever keys have signed.
    pub fn of(signature: &MultisigSignature) -> Result<Self, MultisigError> {
        let mut blank = signature.clone();
        blank.subsigs.iter_mut().for_each(|subsig| subsig.sig = Signature::NONE);
        let address = blank.address()?;
        Ok(Self { blank, address })
    }

    /// The account's address.
    pub fn address(&self) -> Address {
        self.address
    }

    /// How many keys have to sign.
    pub fn threshold(&self) -> u8 {
        self.blank.threshold
    }

    /// The accounts of the keys, in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = Address> + '_ {
        self.blank.subsigs.iter().map(|subsig| Address(subsig.key))
    }

    /// The multisignature without any signature yet.
    pub fn blank(&self) -> &MultisigSignature {
        &self.blank
    }

    /// The multisignature that only `key` has signed.
    pub fn signature(&self, key: [u8; 32], sig: Signature) -> Result<MultisigSignature, MultisigError> {
        let mut signature = self.blank.clone();
        let mut signed = false;
        for subsig in signature.subsigs.iter_mut().filter(|subsig| subsig.key == key) {
            subsig.sig = sig;
            signed = true;
        }
        if signed { Ok(signature) } else { Err(MultisigError::ForeignKey(Address(key))) }
    }
}

impl SignedTransaction {
    /// This multisigned transaction with the signatures of `other`, which has to hold the same one.
    pub fn merge_multisig(&self, other: &Self) -> Result<Self, MultisigError> {
        if self.transaction != other.transaction || self.auth_addr != other.auth_addr {
            return Err(MultisigError::DifferentTransactions);
        }
        Ok(Self { msig: self.msig.merge(&other.msig)?, ..self.clone() })
    }
}

#[cfg(test)]
#[cfg(feature = "signing")]
mod tests {
    use super::*;
    use crate::signing::SigningKey;
    use crate::transaction::Transaction;

    fn keys() -> [SigningKey; 3] {
        [1, 2, 3].map(|seed| SigningKey::from_seed(&[seed; 32]))
    }

    fn account() -> MultisigAccount {
        MultisigAccount::new(2, &keys().map(|key| key.address())).unwrap()
    }

    #[test]
    fn signatures_merge_up_to_the_threshold() {
        let [first, second, _] = keys();
        let mut transaction = Transaction::default();
        transaction.header.sender = account().address();
        let one = first.sign_multisig(&account(), &transaction).unwrap();
        let two = second.sign_multisig(&account(), &transaction).unwrap();
        assert!(!one.msig.is_complete());
        assert_eq!(one.auth_addr, Address::ZERO);
        let both = one.merge_multisig(&two).unwrap();
        assert!(both.msig.is_complete());
        assert_eq!(both.msig.address(), Ok(account().address()));
        assert_eq!(both, two.merge_multisig(&one).unwrap());
        assert_eq!(both, both.merge_multisig(&one).unwrap());
    }

    #[test]
    fn a_rekeyed_account_names_the_multisignature() {
        let [first, ..] = keys();
        let mut transaction = Transaction::default();
        transaction.header.sender = Address([9; 32]);
        let signed = first.sign_multisig(&account(), &transaction).unwrap();
        assert_eq!(signed.auth_addr, account().address());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let [first, second, third] = keys();
        let transaction = Transaction::default();
        let signed = first.sign_multisig(&account(), &transaction).unwrap();
        let stranger = SigningKey::from_seed(&[9; 32]);
        assert_eq!(
            stranger.sign_multisig(&account(), &transaction),
            Err(MultisigError::ForeignKey(stranger.address()))
        );
        let turned = MultisigAccount::new(2, &[second.address(), first.address(), third.address()]).unwrap();
        assert_ne!(turned.address(), account().address());
        let elsewhere = first.sign_multisig(&turned, &transaction).unwrap();
        assert_eq!(signed.msig.merge(&elsewhere.msig), Err(MultisigError::DifferentAccounts));
        let mut other = signed.clone();
        other.msig.subsigs[0].sig.0[0] ^= 1;
        assert_eq!(signed.merge_multisig(&other), Err(MultisigError::Contradiction(first.address())));
        other.transaction.header.fee.0 += 1;
        assert_eq!(signed.merge_multisig(&other), Err(MultisigError::DifferentTransactions));
        assert_eq!(
            MultisigAccount::new(4, &keys().map(|key| key.address())),
            Err(MultisigError::Threshold { threshold: 4, keys: 3 })
        );
        assert_eq!(MultisigAccount::new(0, &[]), Err(MultisigError::Threshold { threshold: 0, keys: 0 }));
    }
}
