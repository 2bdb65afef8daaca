//! The keys of this machine, found without asking a network.

use crate::Error;
use crate::host::Host;
use crate::key_sources::{KeySources, account_names};
use crate::observer::Event;
use crate::settings::Settings;
use pnp_keys::{KeyRing, LocalAccounts};
use pnp_network::{Environment, Kind, Network};
use std::collections::BTreeSet;

/// The settings and the sources of keys of a network that is not asked. Without the network, its kmd is not a source.
#[derive(Debug)]
pub struct LocalKeys {
    /// Where the network would be.
    pub network: Network,
    /// The settings that belong to it.
    pub environment: Environment,
    /// Where its keys are.
    pub sources: KeySources,
}

impl LocalKeys {
    /// The keys of the network that the settings name.
    ///
    /// # Errors
    /// Settings that cannot be read, and a network's name that is not known.
    pub fn open(settings: &Settings, host: &Host) -> Result<Self, Error> {
        let (network, environment) = settings.network()?;
        for note in &network.notes {
            host.observer.event(Event::SettingsNote(note.clone()));
        }
        let development = matches!(network.kind, Kind::Embedded | Kind::LocalNet);
        let local = development.then(|| LocalAccounts::new(&settings.folder.join(".pnp"), &network.name));
        let sources = KeySources::new(&environment, host.passwords.opener(&environment)).with_local(local);
        Ok(Self { network, environment, sources })
    }

    /// Finds accounts by name.
    #[must_use]
    pub fn ring(&self) -> KeyRing<'_> {
        self.sources.ring(&self.environment)
    }

    /// Every name that a key may be found by.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub fn account_names(&self) -> Result<BTreeSet<String>, Error> {
        Ok(account_names(&self.environment, &self.sources.names()?))
    }
}
