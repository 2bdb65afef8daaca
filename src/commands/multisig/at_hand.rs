//! The keys of this machine, found without a network: signers may be offline.

use crate::commands::account::{Vault, names};
use crate::context::Context;
use crate::failure::Failure;
use pnp_keys::{Account, KeyError, KeyRing};
use pnp_types::{Address, MultisigAccount};

/// Where keys are looked for.
pub(super) struct KeysAtHand<'c>(Vault<'c>);

impl<'c> KeysAtHand<'c> {
    /// Those of the network that is named; it is not asked.
    pub(super) fn new(context: &'c Context) -> Result<Self, Failure> {
        Vault::open(context).map(Self)
    }

    /// Finds accounts by name.
    pub(super) fn ring(&self) -> KeyRing<'_> {
        self.0.sources.ring(&self.0.environment)
    }

    /// An address, or that of the key of a name.
    pub(super) async fn address(&self, who: &str) -> Result<Address, Failure> {
        match who.parse() {
            Ok(address) => Ok(address),
            Err(error) if who.len() > 32 => {
                Err(Failure::usage(error).hint("copy it anew: 58 characters, A to Z and 2 to 7"))
            }
            Err(_) => Ok(self.ring().get(who).await?.signer()),
        }
    }

    /// The accounts here whose keys are among a multisignature's, one for each key.
    pub(super) async fn signers(
        &self,
        ring: &KeyRing<'_>,
        multisig: &MultisigAccount,
    ) -> Result<Vec<Account>, Failure> {
        let mut found: Vec<Account> = Vec::new();
        for name in names(&self.0.environment, &self.0.sources.names()?) {
            match ring.get(&name).await {
                Ok(account) => {
                    let signer = account.signer();
                    let new = found.iter().all(|other| other.signer() != signer);
                    if new && multisig.keys().any(|key| key == signer) {
                        found.push(account);
                    }
                }
                // A setting that only looks like an account's is no reason to stop.
                Err(KeyError::Missing { .. } | KeyError::Name(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }
}
