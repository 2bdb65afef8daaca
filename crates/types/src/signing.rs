//! Keys that sign transactions and programs.
//!
//! A key lives in memory only as long as it is used: it is wiped when dropped and never printed. It has one place on
//! the heap however often it is handed on, since a value that moves leaves a copy where it was; and the stack on which
//! it was generated or used is written over. Where keys come from is for the layers above to decide.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use ed25519_dalek::Signer as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::address::Address;
use super::logic_signature::LogicSignature;
use super::multisig::{MultisigAccount, MultisigError};
use super::signature::Signature;
use super::signed_transaction::SignedTransaction;
use super::transaction::{Transaction, TransactionBuilder, TransactionFields};

/// An ed25519 key pair, derived from a 32-byte seed.
#[derive(Clone)]
pub struct SigningKey(Arc<ed25519_dalek::SigningKey>);

/// A 32-byte seed that keeps its one place on the heap when it is handed on, and is wiped when dropped.
pub struct Seed(Box<[u8; 32]>);

impl Seed {
    /// A copy of `bytes`, whose own place is the caller's to wipe.
    pub fn copy_of(bytes: &[u8; 32]) -> Self {
        let mut seed = Self(Box::default());
        seed.0.copy_from_slice(bytes);
        seed
    }
}

impl Deref for Seed {
    type Target = [u8; 32];

    fn deref(&self) -> &[u8; 32] {
        &self.0
    }
}

impl DerefMut for Seed {
    fn deref_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl SigningKey {
    /// The key pair of a seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        #[inline(never)]
        fn derive(seed: &[u8; 32]) -> SigningKey {
            SigningKey(Arc::new(ed25519_dalek::SigningKey::from_bytes(seed)))
        }
        let key = derive(seed);
        wipe_stack();
        key
    }

    /// A new key pair, from the system's randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice())?;
        Ok(Self::from_seed(&seed))
    }

    /// The seed, to store it; the copy is wiped when dropped.
    pub fn seed(&self) -> Seed {
        Seed::copy_of(self.0.as_bytes())
    }

    /// The public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The account of this key alone.
    pub fn address(&self) -> Address {
        Address(self.public_key())
    }

    /// Signs bytes as they are. What is signed has to start with a domain separator, which this does not add.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        #[inline(never)]
        fn sign(key: &ed25519_dalek::SigningKey, bytes: &[u8]) -> Signature {
            Signature(key.sign(bytes).to_bytes())
        }
        let signature = sign(&self.0, bytes);
        wipe_stack();
        signature
    }

    /// Signs a transaction. Where this key is not the sender's, the signer's address goes along, as rekeyed accounts
    /// need it.
    pub fn sign_transaction(&self, transaction: &Transaction) -> SignedTransaction {
        SignedTransaction::signed_by(self.address(), self.sign(&transaction.signing_bytes()), transaction)
    }

    /// Signs a transaction as one of the keys of `account`; merge with the others' to reach the threshold.
    pub fn sign_multisig(
        &self,
        account: &MultisigAccount,
        transaction: &Transaction,
    ) -> Result<SignedTransaction, MultisigError> {
        let signature = self.sign(&transaction.signing_bytes());
        SignedTransaction::signed_by_one_of(account, self.address(), signature, transaction)
    }

    /// Lets a program sign for this key's account.
    pub fn delegate(&self, program: &[u8]) -> LogicSignature {
        LogicSignature {
            logic: program.to_vec(),
            sig: self.sign(&[b"Program", program].concat()),
            ..LogicSignature::default()
        }
    }

    /// Lets a program sign for `account`, as one of its keys (go-algorand `logic.MultisigProgram`).
    pub fn delegate_multisig(
        &self,
        account: &MultisigAccount,
        program: &[u8],
    ) -> Result<LogicSignature, MultisigError> {
        let image = [b"MsigProgram", account.address().as_bytes().as_slice(), program].concat();
        Ok(LogicSignature {
            logic: program.to_vec(),
            lmsig: account.signature(self.public_key(), self.sign(&image))?,
            ..LogicSignature::default()
        })
    }
}

/// Writes over the stack below the caller's frame, where calls that are over may have left parts of a key.
#[inline(never)]
fn wipe_stack() {
    let mut below = [0_u8; 12 * 1024];
    below.zeroize();
    std::hint::black_box(&below);
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.address()).finish()
    }
}

impl Transaction {
    /// Signs the transaction; see [`SigningKey::sign_transaction`].
    ///
    /// ```
    /// use pnp_types::{Address, MicroAlgos, Round, SigningKey, Transaction, assign_group, msgpack};
    ///
    /// let (alice, bob) = (SigningKey::generate()?, SigningKey::generate()?);
    /// let mut group = [
    ///     Transaction::payment(alice.address(), bob.address(), MicroAlgos::algos(1)).valid(Round(1), Round(1001)).build(),
    ///     Transaction::payment(bob.address(), alice.address(), MicroAlgos::algos(2)).valid(Round(1), Round(1001)).build(),
    /// ];
    /// assign_group(&mut group)?;
    /// let signed = [group[0].sign(&alice), group[1].sign(&bob)];
    /// // What `POST /v2/transactions` takes: one after another.
    /// let body: Vec<u8> = signed.iter().flat_map(msgpack::encode).collect();
    /// # assert!(body.len() > 400);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> SignedTransaction {
        key.sign_transaction(self)
    }
}

impl<F: TransactionFields> TransactionBuilder<F> {
    /// Signs the transaction as it now is.
    #[must_use]
    pub fn sign(self, key: &SigningKey) -> SignedTransaction {
        key.sign_transaction(&self.build())
    }
}

impl SignedTransaction {
    /// A transaction with the signature that the key of `signer` gave for it.
    pub fn signed_by(signer: Address, sig: Signature, transaction: &Transaction) -> Self {
        let auth_addr = authorized_by(signer, transaction);
        Self { sig, auth_addr, ..Self::from(transaction.clone()) }
    }

    /// A transaction with the signature that the key of `signer`, one of `account`'s, gave for it.
    pub fn signed_by_one_of(
        account: &MultisigAccount,
        signer: Address,
        sig: Signature,
        transaction: &Transaction,
    ) -> Result<Self, MultisigError> {
        let msig = account.signature(*signer.as_bytes(), sig)?;
        let auth_addr = authorized_by(account.address(), transaction);
        Ok(Self { msig, auth_addr, ..Self::from(transaction.clone()) })
    }
}

impl LogicSignature {
    /// A transaction approved by this program for `authorizer`: the delegating account, or the program's own.
    pub fn sign_transaction(&self, authorizer: Address, transaction: &Transaction) -> SignedTransaction {
        SignedTransaction {
            lsig: self.clone(),
            auth_addr: authorized_by(authorizer, transaction),
            ..SignedTransaction::from(transaction.clone())
        }
    }
}

/// The signer's address where it has to be named: only where the sender itself did not sign.
fn authorized_by(signer: Address, transaction: &Transaction) -> Address {
    if signer == transaction.header.sender { Address::ZERO } else { signer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_seed() {
        let key = SigningKey::from_seed(&[7; 32]);
        let text = format!("{key:?}");
        assert_eq!(text, format!("SigningKey({})", key.address()));
    }

    #[test]
    fn signer_is_named_only_for_others_accounts() {
        let key = SigningKey::from_seed(&[7; 32]);
        let mut transaction = Transaction::default();
        transaction.header.sender = key.address();
        assert_eq!(key.sign_transaction(&transaction).auth_addr, Address::ZERO);
        transaction.header.sender = Address([1; 32]);
        let signed = key.sign_transaction(&transaction);
        assert_eq!(signed.auth_addr, key.address());
        assert_eq!(signed.authorizer(), key.address());
    }

    #[test]
    fn signatures_verify() {
        use ed25519_dalek::Verifier as _;
        let key = SigningKey::generate().unwrap();
        let transaction = Transaction::default();
        let signed = key.sign_transaction(&transaction);
        let public = ed25519_dalek::VerifyingKey::from_bytes(&key.public_key()).unwrap();
        let signature = ed25519_dalek::Signature::from_bytes(&signed.sig.0);
        assert!(public.verify(&transaction.signing_bytes(), &signature).is_ok());
        assert_eq!(SigningKey::from_seed(&key.seed()).address(), key.address());
    }
}
