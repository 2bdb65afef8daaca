//! One signer's signature, on the signer's own machine, with or without a network.

use super::NamedBundle;
use super::checks::{check_signatures, check_validity};
use super::error::MultisigError;
use super::inspection::Inspection;
use super::network::BundleNetwork;
use super::signatures::Signatures;
use crate::error::Error;
use crate::host::Host;
use crate::key_sources::account_names;
use crate::local_keys::LocalKeys;
use crate::settings::Settings;
use pnp_keys::{Account, KeyError, KeyRing};
use pnp_types::{Address, Bundle, MultisigAccount, SignedTransaction};
use std::collections::BTreeSet;

/// A bundle that can be signed, and the key that may sign it. Whether it should is for the signer to say.
#[derive(Debug)]
pub struct SigningPlan {
    bundle: Bundle,
    /// Whose key signs.
    pub account: Account,
}

/// A bundle with a signer's signature.
#[derive(Clone, Debug)]
pub struct SignedBundle {
    /// The transactions with all signatures.
    pub bundle: Bundle,
    /// Whether the signer had not signed before.
    pub changed: bool,
}

impl SigningPlan {
    /// Looks at a bundle, and finds the key of the account `signer`; without a name, the only key here that is among the
    /// signers. The inspection is what the signer should see. Closes the connection.
    ///
    /// # Errors
    /// A bundle that is over or has a signature that does not hold; [`MultisigError::NoSigner`],
    /// [`MultisigError::SeveralSigners`] and [`MultisigError::NotASigner`]; a network that stops answering.
    pub async fn new(
        settings: &Settings,
        host: &Host,
        bundle: &NamedBundle,
        network: BundleNetwork,
        signer: Option<&str>,
    ) -> Result<(Self, Inspection), Error> {
        let plan = Self::prepared(settings, host, bundle, &network, signer).await;
        let missing = network.close().await;
        let (plan, mut inspection) = plan?;
        inspection.add_missing(missing?);
        Ok((plan, inspection))
    }

    async fn prepared(
        settings: &Settings,
        host: &Host,
        NamedBundle { name, bundle }: &NamedBundle,
        network: &BundleNetwork,
        signer: Option<&str>,
    ) -> Result<(Self, Inspection), Error> {
        let inspection = Inspection::of(bundle, network.connection()).await?;
        check_validity(&inspection.validity)?;
        check_signatures(&inspection.signatures, name)?;
        let local;
        let (ring, names) = match network.connection() {
            Some(connection) => {
                (connection.keys(), account_names(&connection.environment, &connection.sources.names()?))
            }
            None => {
                local = LocalKeys::open(settings, host)?;
                (local.ring(), local.account_names()?)
            }
        };
        let multisig = bundle.account();
        let account = match signer {
            Some(name) => ring.get(name).await?,
            None => only(signers(&ring, &names, multisig).await?, bundle, &inspection.signatures)?,
        };
        let signer = account.signer();
        if !multisig.keys().any(|key| key == signer) {
            let (name, keys, multisig) = (account.name, multisig.keys().count(), multisig.address());
            return Err(MultisigError::NotASigner { name, signer, keys, multisig }.into());
        }
        Ok((Self { bundle: bundle.clone(), account }, inspection))
    }

    /// Adds the signature.
    ///
    /// # Errors
    /// A key that does not sign, and a signature that contradicts those that are there.
    pub async fn sign(&self) -> Result<SignedBundle, Error> {
        let mut signed: Vec<SignedTransaction> = Vec::with_capacity(self.bundle.signed().len());
        for transaction in self.bundle.transactions() {
            signed.push(self.account.sign_multisig(self.bundle.account(), transaction).await?);
        }
        let signature = Bundle::of(signed).map_err(MultisigError::NotSigned)?;
        let bundle = self.bundle.merge(&signature).map_err(MultisigError::DoesNotFit)?;
        Ok(SignedBundle { changed: bundle != self.bundle, bundle })
    }
}

/// The accounts here whose keys are among a multisignature's, one for each key.
async fn signers(
    ring: &KeyRing<'_>,
    names: &BTreeSet<String>,
    multisig: &MultisigAccount,
) -> Result<Vec<Account>, Error> {
    let mut found: Vec<Account> = Vec::new();
    for name in names {
        match ring.get(name).await {
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

/// The one account among `found`; of several, one that has not signed yet.
fn only(mut found: Vec<Account>, bundle: &Bundle, signatures: &Signatures) -> Result<Account, MultisigError> {
    if found.len() > 1 {
        let blank: Vec<_> = bundle.signers(|_, _, _| true).into_iter().filter(|one| one.signed == 0).collect();
        found.retain(|account| blank.iter().any(|one| one.address == account.signer()));
    }
    if found.len() > 1 {
        return Err(MultisigError::SeveralSigners { names: found.into_iter().map(|account| account.name).collect() });
    }
    let signers = || signatures.signers.iter().map(|one| one.address).collect::<Vec<Address>>();
    found.pop().ok_or_else(|| MultisigError::NoSigner { signers: signers() })
}
