//! A bundle's network, as far as it answers: who signs may be offline, and learns what could not be seen without it.

use crate::Error;
use crate::connection::Connection;
use crate::host::Host;
use crate::observer::Event;
use crate::settings::{Settings, embedded_folder};
use pnp_network::Kind;
use pnp_types::{Bundle, Digest};

/// A bundle's network, or why there is none.
#[derive(Debug)]
pub enum BundleNetwork {
    /// It answers.
    Connected(Box<Connection>),
    /// It was not asked, does not answer, or is another one.
    Missing(NoNetwork),
}

/// Why a bundle is looked at without its network.
#[derive(Debug)]
pub enum NoNetwork {
    /// The caller asked for that.
    Offline,
    /// The project has no embedded network, and gets none for a bundle that cannot be for a new one.
    NoEmbedded,
    /// It does not answer.
    Unreachable(Box<Error>),
    /// The network that was named is another one than the bundle's.
    Another {
        /// The genesis hash of the bundle's network.
        bundle: Digest,
        /// The name of the network that was asked.
        network: String,
    },
}

impl BundleNetwork {
    /// Connects to the network that the settings name, where that is the bundle's.
    ///
    /// # Errors
    /// Settings that cannot be read, and a network that answers but cannot be used.
    pub async fn find(settings: &Settings, host: &Host, bundle: &Bundle) -> Result<Self, Error> {
        let (network, environment) = settings.network()?;
        for note in &network.notes {
            host.observer.event(Event::SettingsNote(note.clone()));
        }
        if network.kind == Kind::Embedded && !embedded_folder(&settings.folder).exists() {
            return Ok(Self::Missing(NoNetwork::NoEmbedded));
        }
        match Connection::open_network(settings.clone(), host.clone(), network, environment).await {
            Ok(connection) => Self::checked(connection, bundle.genesis_hash()).await,
            Err(error) if error.is_unreachable() => Ok(Self::Missing(NoNetwork::Unreachable(Box::new(error)))),
            Err(error) => Err(error),
        }
    }

    async fn checked(connection: Connection, bundle: Digest) -> Result<Self, Error> {
        if connection.identity.hash == bundle.to_base64() {
            return Ok(Self::Connected(Box::new(connection)));
        }
        let network = connection.network.name.clone();
        connection.close().await?;
        Ok(Self::Missing(NoNetwork::Another { bundle, network }))
    }

    /// The network, where it answers.
    #[must_use]
    pub fn connection(&self) -> Option<&Connection> {
        match self {
            Self::Connected(connection) => Some(connection),
            Self::Missing(_) => None,
        }
    }

    /// Ends the connection, if there is one. Why there was none.
    ///
    /// # Errors
    /// An embedded node that ended badly.
    pub async fn close(self) -> Result<Option<NoNetwork>, Error> {
        match self {
            Self::Connected(connection) => connection.close().await.map(|()| None),
            Self::Missing(why) => Ok(Some(why)),
        }
    }
}
