//! Every place where the keys of one network are, put together.

use crate::kmd_wallets::KmdWallets;
use pnp_keys::{KeyError, KeyRing, Keystore, LocalAccounts, Opener, Secret, Wallets};
use pnp_network::{Environment, Layer};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Where the keystore is, unless `PNP_KEYSTORE` says otherwise, from the user's home folder.
const FOLDER: [&str; 2] = [".pnp-contract", "keystore"];
/// What `PNP_KEYSTORE` says to do without one.
const KEYSTORE_OFF: &str = "off";

/// The places beside the settings, which the environment holds.
#[derive(Debug)]
pub struct KeySources {
    keystore: Option<Keystore>,
    opener: Arc<dyn Opener>,
    wallets: Option<Arc<KmdWallets>>,
    local: Option<LocalAccounts>,
    own_network: bool,
}

impl KeySources {
    /// The user's keystore, whose entries `opener` opens, and nothing else.
    #[must_use]
    pub fn new(environment: &Environment, opener: Arc<dyn Opener>) -> Self {
        Self { keystore: keystore(environment), opener, wallets: None, local: None, own_network: false }
    }

    /// The development accounts too, where there are any.
    #[must_use]
    pub fn with_local(self, local: Option<LocalAccounts>) -> Self {
        Self { local, ..self }
    }

    /// The wallets of kmd too, where there is one.
    #[must_use]
    pub fn with_wallets(self, wallets: Option<KmdWallets>) -> Self {
        Self { wallets: wallets.map(Arc::new), ..self }
    }

    /// Says whether the network is this project's own.
    #[must_use]
    pub fn on_own_network(self, own_network: bool) -> Self {
        Self { own_network, ..self }
    }

    /// The user's keystore, where there is one.
    #[must_use]
    pub const fn keystore(&self) -> Option<&Keystore> {
        self.keystore.as_ref()
    }

    /// The development accounts, where there are any.
    pub(crate) const fn local(&self) -> Option<&LocalAccounts> {
        self.local.as_ref()
    }

    /// The ring of all keys: those of the settings, and these.
    #[must_use]
    pub fn ring<'e>(&self, environment: &'e Environment) -> KeyRing<'e> {
        let lookup = |names: &[String]| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            environment.first_of(&names).map(|(name, setting)| Secret {
                variable: name.to_owned(),
                text: Zeroizing::new(setting.value.to_owned()),
                origin: setting.layer.to_string(),
            })
        };
        let mut ring = KeyRing::new(Box::new(lookup), self.local.clone()).on_own_network(self.own_network);
        if let Some(keystore) = &self.keystore {
            ring = ring.with_keystore(keystore.clone(), Arc::clone(&self.opener));
        }
        if let Some(wallets) = &self.wallets {
            ring = ring.with_wallets(Arc::clone(wallets) as Arc<dyn Wallets>);
        }
        ring
    }

    /// The names of the accounts in the keystore and in the development file.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub fn names(&self) -> Result<Vec<String>, KeyError> {
        let mut names = self.keystore.as_ref().map_or(Ok(Vec::new()), Keystore::names)?;
        if let Some(local) = &self.local {
            names.extend(local.all()?.into_iter().map(|(name, _)| name));
        }
        Ok(names)
    }

    /// The names of kmd's wallets but the one of the genesis, whose accounts have no names.
    pub async fn wallet_names(&self) -> Vec<String> {
        let Some(wallets) = &self.wallets else { return Vec::new() };
        let named = wallets.all().await.iter().map(|wallet| wallet.name().to_ascii_lowercase());
        named.filter(|name| name != pnp_client::DEFAULT_WALLET && pnp_keys::is_name(name)).collect()
    }
}

/// The names that settings or other places may know an account by: lower case where a setting ends in `_MNEMONIC`, and as `kept`
/// has them. `deployer` is another name of `creator`.
#[must_use]
pub fn account_names(environment: &Environment, kept: &[String]) -> BTreeSet<String> {
    let settings = environment.names().filter_map(|name| name.strip_suffix("_MNEMONIC"));
    let mut names: BTreeSet<String> = settings.map(str::to_ascii_lowercase).collect();
    names.extend(kept.iter().cloned());
    if names.remove("deployer") {
        names.insert("creator".to_owned());
    }
    names
}

/// The user's keystore; none where `PNP_KEYSTORE` is `off`, or no home folder is known.
fn keystore(environment: &Environment) -> Option<Keystore> {
    match environment.get("PNP_KEYSTORE") {
        Some(setting) if setting.value == KEYSTORE_OFF => None,
        Some(setting) => Some(Keystore::new(setting.value)),
        None => {
            // Of the process alone: a project's .env does not say where its user lives.
            let home = |name| environment.get(name).filter(|setting| setting.layer == Layer::Process);
            let home = home("HOME").or_else(|| home("USERPROFILE"))?;
            Some(Keystore::new(FOLDER.iter().fold(PathBuf::from(home.value), |path, part| path.join(part))))
        }
    }
}
