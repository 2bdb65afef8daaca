//! How far a bundle is.

use super::inspection::Unseen;
use super::network::BundleNetwork;
use super::outcome::outcome;
use super::signatures::Signatures;
use super::validity::Validity;
use crate::connection::Connection;
use crate::error::Error;
use pnp_client::{Outcome, Unknown};
use pnp_types::{Bundle, Round};

/// How far a bundle is.
#[derive(Debug)]
pub struct BundleStatus {
    /// Who has signed.
    pub signatures: Signatures,
    /// When it can be sent.
    pub validity: Validity,
    /// The round it is confirmed in; nothing where it is not, or that is not known.
    pub round: Option<Round>,
    /// What could not be seen.
    pub unseen: Option<Unseen>,
}

impl BundleStatus {
    /// How far a bundle is, and whether its network has it in a block. Closes the connection.
    ///
    /// # Errors
    /// A network that stops answering.
    pub async fn new(bundle: &Bundle, network: BundleNetwork) -> Result<Self, Error> {
        let seen = match network.connection() {
            Some(connection) => seen(connection, bundle).await.map(Some),
            None => Ok(None),
        };
        let missing = network.close().await;
        let (now, outcome) = seen?.unzip();
        let missing = missing?.map(Unseen::Network);
        let (round, unseen) = match outcome {
            Some(Outcome::InBlock(confirmation)) => (Some(confirmation.round), missing),
            Some(Outcome::Unknown(why @ Unknown::NoBlocks(_))) => (None, Some(Unseen::Outcome(why))),
            Some(Outcome::Unknown(_) | Outcome::Void(_)) | None => (None, missing),
        };
        Ok(Self { signatures: Signatures::of(bundle), validity: Validity::of(bundle, now), round, unseen })
    }
}

/// The network's newest round, and what became of the bundle.
async fn seen(connection: &Connection, bundle: &Bundle) -> Result<(Round, Outcome), Error> {
    Ok((connection.params().await?.last_round, outcome(connection, bundle).await?))
}
