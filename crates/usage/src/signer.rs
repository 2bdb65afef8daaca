//! Who signs: a key in memory, or whatever else holds one.

use pnp_types::{Address, SignedTransaction, SigningKey, Transaction};
use std::pin::Pin;

/// Why something was not signed.
pub type SignError = Box<dyn std::error::Error + Send + Sync>;

/// Signed transactions to come, in the order in which the unsigned ones were given.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<Vec<SignedTransaction>, SignError>> + Send + 'a>>;

/// Signs for one account. A [`SigningKey`] signs at once; a wallet, a hardware key or another service may take its time.
pub trait Signer: Send + Sync {
    /// The account. For a rekeyed one this is not the address of the key.
    fn address(&self) -> Address;

    /// Signs transactions of this account.
    fn sign<'a>(&'a self, transactions: &'a [Transaction]) -> Signing<'a>;
}

impl Signer for SigningKey {
    fn address(&self) -> Address {
        Self::address(self)
    }

    fn sign<'a>(&'a self, transactions: &'a [Transaction]) -> Signing<'a> {
        let signed = transactions.iter().map(|transaction| self.sign_transaction(transaction)).collect();
        Box::pin(std::future::ready(Ok(signed)))
    }
}
