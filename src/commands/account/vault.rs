//! The keystore as the commands use it that need no network: with its passwords, and in a person's words.

use super::KeptReport;
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::output::Answer;
use crate::terminal::unlock::Passwords;
use pnp_keys::{Cost, Entry, Keystore, LocalAccounts, Opener};
use pnp_network::{Environment, Kind, Network};
use pnp_ops::KeySources;
use pnp_types::Address;
use pnp_types::SigningKey;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Settings and sources of keys of the network that is named, which is not asked.
pub(crate) struct Vault<'c> {
    context: &'c Context,
    pub(crate) network: Network,
    pub(crate) environment: Environment,
    pub(crate) sources: KeySources,
    passwords: Arc<Passwords>,
}

impl<'c> Vault<'c> {
    pub(crate) fn open(context: &'c Context) -> Result<Self, Failure> {
        let (network, environment) = context.network()?;
        let development = matches!(network.kind, Kind::Embedded | Kind::LocalNet);
        let local = development.then(|| LocalAccounts::new(&context.folder.join(".pnp"), &network.name));
        let passwords = Arc::new(Passwords::of_keystore(&environment, context.out));
        let sources = KeySources::new(&environment, Arc::clone(&passwords) as Arc<dyn Opener>).with_local(local);
        Ok(Self { context, network, environment, sources, passwords })
    }

    pub(super) fn keystore(&self) -> Result<&Keystore, Failure> {
        self.sources.keystore().ok_or_else(|| {
            Failure::new("no_keystore", "there is no keystore")
                .because("PNP_KEYSTORE is off, or this user has no home folder")
                .hint("set PNP_KEYSTORE to a folder for it")
        })
    }

    pub(super) fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// The keystore's entry of a name, which must be there.
    pub(super) fn entry(&self, name: &str) -> Result<Entry, Failure> {
        let keystore = self.keystore()?;
        keystore.get(name)?.ok_or_else(|| {
            Failure::new("no_key", format!("there is no account {name:?} in the keystore"))
                .because(format!("{} has none of that name", keystore.folder().display()))
                .hint("`pnp-contract account list --offline` shows the accounts there are")
        })
    }

    /// Refuses a name that is taken, before anything is asked for.
    pub(super) fn must_be_free(&self, name: &str) -> Result<(), Failure> {
        match self.keystore()?.get(name)? {
            None => Ok(()),
            Some(entry) => Err(pnp_keys::KeyError::Taken { name: name.to_owned(), address: entry.address() }.into()),
        }
    }

    /// Seals a key and keeps it.
    pub(super) async fn keep(
        &self,
        name: &str,
        sender: Option<Address>,
        key: SigningKey,
        empty_password: bool,
    ) -> Result<Answer, Failure> {
        let password = self.passwords().new_one(name, empty_password).await?;
        let entry = seal(name, sender, key, password).await?;
        let file = self.keystore()?.add(&entry)?;
        let signer = entry.sender().map(|_| entry.signer().to_string());
        let acts = signer.as_ref().map(|signer| format!(", signed for by {signer}")).unwrap_or_default();
        let file = self.context.shown(&file);
        let text = format!("{name}  {}{acts}\nkept, encrypted, in {file}", entry.address());
        Answer::of(&KeptReport { name: name.to_owned(), address: entry.address().to_string(), signer, file }, text)
    }
}

/// Seals away from the threads that answer others: it takes a fraction of a second.
pub(super) async fn seal(
    name: &str,
    sender: Option<Address>,
    key: SigningKey,
    password: Zeroizing<String>,
) -> Result<Entry, Failure> {
    let name = name.to_owned();
    let sealed = tokio::task::spawn_blocking(move || Entry::seal(&name, sender, &key, &password, Cost::DEFAULT)).await;
    match sealed {
        Ok(outcome) => Ok(outcome?),
        Err(error) => Err(Failure::new("internal", "the key could not be sealed").because(error)),
    }
}
