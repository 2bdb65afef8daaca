//! An open connection to a network: found, checked, with keys, records and the way to send.

#[cfg(feature = "embedded")]
use crate::embedded::Embedded;
use crate::error::{ConnectError, Error, NoContract, SettingError};
use crate::host::Host;
use crate::key_sources::{KeySources, account_names};
use crate::kmd_wallets::KmdWallets;
use crate::network_lock::NetworkLock;
use crate::observer::Event;
use crate::settings::Settings;
use crate::user_queues::UserQueues;
use pnp_client::{Algod, Indexer, Kmd, Roots, SuggestedParams, Transport};
use pnp_keys::{Account, KeyRing, LocalAccounts};
use pnp_network::{Endpoint, Environment, GenesisIdentity, Kind, Layer, Network};
use pnp_registry::{Chain, Contract, Store};
use pnp_types::SigningKey;
use pnp_types::consensus::{self, Protocol};
use pnp_types::{Address, AppIndex, AssetIndex};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// An open connection to a network. [`Connection::close`] ends it.
#[derive(Debug)]
pub struct Connection {
    /// The project's folder, and what an operation may cost.
    pub settings: Settings,
    /// Where events go, who approves, who knows passwords.
    pub host: Host,
    /// Where the network is.
    pub network: Network,
    /// What the network says it is.
    pub identity: GenesisIdentity,
    /// Its algod.
    pub algod: Algod,
    /// The record of its contracts and assets.
    pub store: Store,
    /// The settings that belong to it.
    pub environment: Environment,
    /// Where its keys are.
    pub sources: KeySources,
    #[cfg(feature = "embedded")]
    embedded: Option<Embedded>,
    pub(crate) dispenser: tokio::sync::OnceCell<Account>,
    /// Who is being billed.
    pub(crate) billing: UserQueues,
}

impl Connection {
    /// Finds the network that the settings name, starts it where it is the embedded one, and checks that it is what it
    /// claims to be.
    ///
    /// # Errors
    /// Settings that cannot be read, a network that does not answer or is another one.
    pub async fn open(settings: Settings, host: Host) -> Result<Self, Error> {
        let (network, environment) = settings.network()?;
        for note in &network.notes {
            host.observer.event(Event::SettingsNote(note.clone()));
        }
        Self::open_network(settings, host, network, environment).await
    }

    /// The same for a network that was found already.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn open_network(
        settings: Settings,
        host: Host,
        network: Network,
        environment: Environment,
    ) -> Result<Self, Error> {
        #[cfg(feature = "embedded")]
        {
            let embedded = match network.kind {
                Kind::Embedded => Some(Embedded::start(&settings.folder, settings.consensus, &*host.observer).await?),
                _ => None,
            };
            let algod = match &embedded {
                Some(embedded) => embedded.algod()?,
                None => configured_algod(&settings.folder, &network)?,
            };
            Self::connect(settings, host, network, environment, algod, embedded).await
        }
        #[cfg(not(feature = "embedded"))]
        {
            if network.kind == Kind::Embedded {
                return Err(ConnectError::NoEmbedded.into());
            }
            let algod = configured_algod(&settings.folder, &network)?;
            Self::connect(settings, host, network, environment, algod).await
        }
    }

    /// A throw-away network in memory, which ends with the connection; the settings' folder takes its records and keys.
    ///
    /// # Errors
    /// A node that does not start.
    #[cfg(feature = "embedded")]
    pub async fn in_memory(settings: Settings, host: Host) -> Result<Self, Error> {
        let environment = Environment::empty();
        let network = Network::resolve("embedded", &environment, &pnp_network::ProjectFile::default())?;
        let embedded = Embedded::in_memory(settings.consensus)?;
        let algod = embedded.algod()?;
        Self::connect(settings, host, network, environment, algod, Some(embedded)).await
    }

    async fn connect(
        settings: Settings,
        host: Host,
        network: Network,
        environment: Environment,
        algod: Algod,
        #[cfg(feature = "embedded")] embedded: Option<Embedded>,
    ) -> Result<Self, Error> {
        let version = algod.version().await.map_err(|error| ConnectError::first_request(error, &network))?;
        let identity = GenesisIdentity { id: version.genesis_id, hash: version.genesis_hash };
        identity.check(&network)?;
        if let Some(wanted) = settings.consensus {
            check_consensus(&algod, &network, wanted).await?;
        }
        let store = Store::new(&settings.folder, &network.name);
        host.observer.event(Event::Connected {
            network: network.name.clone(),
            url: algod.url().to_owned(),
            genesis_id: identity.id.clone(),
        });
        let sources = key_sources(&settings, &host, &network, &identity, &environment)?;
        let dispenser = tokio::sync::OnceCell::new();
        Ok(Self {
            settings,
            host,
            network,
            identity,
            algod,
            store,
            environment,
            sources,
            #[cfg(feature = "embedded")]
            embedded,
            dispenser,
            billing: UserQueues::default(),
        })
    }

    /// Prepares an operation: takes the network's lock where it `changes` the contract or the asset, and records what earlier
    /// operations sent that were cut off. The lock is to be dropped before the connection is closed: an embedded
    /// node waits there for the others that use it.
    ///
    /// # Errors
    /// A lock that another process holds for too long, and a network that does not answer.
    pub async fn begin(&self, changes: Option<&str>) -> Result<Option<NetworkLock>, Error> {
        let lock = match changes {
            Some(operation) => {
                let (settings, observer) = (&self.settings, &*self.host.observer);
                Some(NetworkLock::take(settings, &self.network.name, operation, observer).await?)
            }
            None => None,
        };
        // A record that cannot be read is the business of those who need it.
        if let Ok(chain) = self.chain() {
            self.settle(&chain.pending).await?;
        }
        Ok(lock)
    }

    /// Ends the connection; the embedded node stops.
    ///
    /// # Errors
    /// A node that ended badly.
    pub async fn close(self) -> Result<(), Error> {
        #[cfg(feature = "embedded")]
        if let Some(embedded) = self.embedded {
            embedded.stop().await?;
        }
        Ok(())
    }

    /// Whether this is the project's own network, in this process or another of the same folder.
    pub(crate) const fn is_embedded(&self) -> bool {
        #[cfg(feature = "embedded")]
        let embedded = self.embedded.is_some();
        #[cfg(not(feature = "embedded"))]
        let embedded = false;
        embedded
    }

    pub(crate) fn embedded_dispenser(&self) -> Option<&SigningKey> {
        #[cfg(feature = "embedded")]
        let key = self.embedded.as_ref().and_then(Embedded::dispenser);
        #[cfg(not(feature = "embedded"))]
        let key = None;
        key
    }

    /// Notifies the observer.
    pub fn event(&self, event: Event) {
        self.host.observer.event(event);
    }

    /// Whether accounts and assets may be created and funded without asking.
    #[must_use]
    pub fn is_development(&self) -> bool {
        is_development(&self.network, &self.identity)
    }

    /// Whether the node that answers is the whole network.
    #[must_use]
    pub const fn is_single_node(&self) -> bool {
        matches!(self.network.kind, Kind::Embedded | Kind::LocalNet)
    }

    /// Where keys are found.
    #[must_use]
    pub fn keys(&self) -> KeyRing<'_> {
        self.sources.ring(&self.environment)
    }

    /// The names of the accounts whose keys may be found: in settings, the keystore, the project's file and kmd.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub async fn account_names(&self) -> Result<BTreeSet<String>, Error> {
        let mut kept = self.sources.names()?;
        kept.extend(self.sources.wallet_names().await);
        Ok(account_names(&self.environment, &kept))
    }

    /// A setting that is no secret.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<String> {
        self.environment.get(name).map(|setting| setting.value.to_owned())
    }

    /// An address that was named, else one of a setting.
    ///
    /// # Errors
    /// [`SettingError::Address`].
    pub fn address(&self, named: Option<Address>, setting: &str) -> Result<Option<Address>, Error> {
        match (named, self.environment.get(setting)) {
            (Some(address), _) => Ok(Some(address)),
            (None, None) => Ok(None),
            (None, Some(found)) => found.value.parse().map(Some).map_err(|source| {
                SettingError::Address { setting: setting.to_owned(), layer: found.layer, source }.into()
            }),
        }
    }

    /// The record's file, relative to the project's folder where it lies inside.
    #[must_use]
    pub fn record_name(&self) -> String {
        self.settings.shown(self.store.path())
    }

    /// What this chain's record says.
    ///
    /// # Errors
    /// A record that cannot be read.
    pub fn chain(&self) -> Result<Chain, Error> {
        Ok(self.store.chain(&self.identity.hash)?)
    }

    /// Changes this chain's record.
    ///
    /// # Errors
    /// A record that cannot be read or written.
    pub fn record<T>(&self, change: impl FnOnce(&mut Chain) -> T) -> Result<T, Error> {
        Ok(self.store.change(&self.identity.hash, &self.identity.id, change)?)
    }

    /// The contract that is meant: the one named, else the newest recorded.
    ///
    /// # Errors
    /// [`NoContract`], a setting that is no number, and a record that cannot be read.
    pub fn contract(&self, named: Option<AppIndex>) -> Result<(AppIndex, Option<Contract>), Error> {
        let chain = self.chain()?;
        if let Some(app) = self.named_app(named)? {
            return Ok((app, chain.contract(app).cloned()));
        }
        chain.current().map(|contract| (contract.app_id, Some(contract.clone()))).ok_or_else(|| {
            let load = self.store.load();
            NoContract {
                network: self.network.name.clone(),
                record: self.settings.relative(self.store.path()).to_owned(),
                genesis_hash: self.identity.hash.clone(),
                has_others: load.is_ok_and(|record| record.chains.values().any(|chain| !chain.contracts.is_empty())),
            }
            .into()
        })
    }

    /// The asset that is meant: the one named, else a setting's, else the newest recorded.
    ///
    /// # Errors
    /// A setting that is no number, and a record that cannot be read.
    pub fn asset(&self, named: Option<AssetIndex>) -> Result<Option<AssetIndex>, Error> {
        match self.named_asset(named)? {
            Some(asset) => Ok(Some(asset)),
            None => Ok(self.chain()?.current_asset().map(|asset| asset.asset_id)),
        }
    }

    /// The asset that is named, else a setting's.
    ///
    /// # Errors
    /// A setting that is no number.
    pub fn named_asset(&self, named: Option<AssetIndex>) -> Result<Option<AssetIndex>, Error> {
        match (named, self.setting("ASA_ID").or_else(|| self.setting("ASSET_ID"))) {
            (None, Some(setting)) => setting.parse().map(Some).map_err(|_| SettingError::Asset.into()),
            (named, _) => Ok(named),
        }
    }

    /// The application that is named, else a setting's.
    ///
    /// # Errors
    /// A setting that is no number.
    pub fn named_app(&self, named: Option<AppIndex>) -> Result<Option<AppIndex>, Error> {
        match (named, self.setting("APP_ID")) {
            (None, Some(setting)) => setting.parse().map(Some).map_err(|_| SettingError::Application.into()),
            (named, _) => Ok(named),
        }
    }

    /// What the network suggests for transactions.
    ///
    /// # Errors
    /// A network that does not answer.
    pub async fn params(&self) -> Result<SuggestedParams, Error> {
        Ok(self.algod.suggested_params().await?)
    }

    /// The network's indexer, where it is known to belong to the algod that is asked: both named by the user, or both built
    /// in.
    ///
    /// # Errors
    /// Certificates that cannot be used.
    pub fn indexer(&self) -> Result<Option<Indexer>, Error> {
        let built_in = |layer: Layer| layer == Layer::BuiltIn;
        let (Some(algod), Some(endpoint)) = (&self.network.algod, &self.network.indexer) else { return Ok(None) };
        if built_in(endpoint.layer) && !built_in(algod.layer) {
            return Ok(None);
        }
        let token = endpoint.token.as_ref().map(pnp_network::Token::reveal);
        Ok(Some(Indexer::connect(&endpoint.url, token, self.transport()?)?))
    }

    /// How the network is talked to.
    ///
    /// # Errors
    /// Certificates that cannot be used.
    pub fn transport(&self) -> Result<Transport, Error> {
        transport(&self.settings.folder, &self.network)
    }

    pub(crate) fn kmd(&self, endpoint: &Endpoint) -> Result<Kmd, Error> {
        kmd(&self.settings.folder, &self.network, endpoint)
    }
}

/// Whether a network's accounts and assets are worth nothing.
fn is_development(network: &Network, identity: &GenesisIdentity) -> bool {
    matches!(network.kind, Kind::Embedded | Kind::LocalNet) && identity.public().is_none()
}

/// Refuses a network by other rules than those asked for.
async fn check_consensus(algod: &Algod, network: &Network, wanted: Protocol) -> Result<(), Error> {
    let current = algod.suggested_params().await?.consensus;
    if current == wanted.url {
        return Ok(());
    }
    let found = consensus::protocol(&current).map_or(current, |found| found.name.to_owned());
    Err(ConnectError::OtherConsensus { network: network.name.clone(), wanted: wanted.name, found }.into())
}

/// The algod that the network's settings name.
fn configured_algod(folder: &Path, network: &Network) -> Result<Algod, Error> {
    let Some(endpoint) = &network.algod else {
        return Err(ConnectError::NoAlgod { network: network.name.clone() }.into());
    };
    let token = endpoint.token.as_ref().map(pnp_network::Token::reveal);
    Ok(Algod::connect(&endpoint.url, token, transport(folder, network)?)?)
}

/// Where keys are found, beside the settings: the keystore, the wallets of a network that is not public, and this project's
/// file on a development network.
fn key_sources(
    settings: &Settings,
    host: &Host,
    network: &Network,
    identity: &GenesisIdentity,
    environment: &Environment,
) -> Result<KeySources, Error> {
    let local =
        is_development(network, identity).then(|| LocalAccounts::new(&settings.folder.join(".pnp"), &network.name));
    let wallets = match network.kmd.as_ref().filter(|_| identity.public().is_none()) {
        Some(endpoint) => Some(KmdWallets::new(kmd(&settings.folder, network, endpoint)?, Arc::clone(&host.observer))),
        None => None,
    };
    let own = network.kind == Kind::Embedded;
    let sources = KeySources::new(environment, host.passwords.opener(environment));
    Ok(sources.with_local(local).with_wallets(wallets).on_own_network(own))
}

fn kmd(folder: &Path, network: &Network, endpoint: &Endpoint) -> Result<Kmd, Error> {
    let token = endpoint.token.as_ref().map_or("", pnp_network::Token::reveal);
    Ok(Kmd::new(&endpoint.url, token, transport(folder, network)?)?)
}

/// How a network is talked to; paths are relative to the project's `folder`.
///
/// # Errors
/// Certificates that cannot be used.
pub fn transport(folder: &Path, network: &Network) -> Result<Transport, Error> {
    let roots = match &network.ca {
        Some(path) => Some(Roots::load(&folder.join(path))?),
        None => None,
    };
    let is_single_node = matches!(network.kind, Kind::Embedded | Kind::LocalNet);
    Ok(Transport { roots, is_single_node, ..Transport::default() })
}
