//! The network as far as it can be reached: who signs may be offline, and is told what could not be seen for that.

use crate::context::Context;
use crate::failure::Failure;
use crate::session::Session;
use pnp_network::{Kind, PublicNetwork};
use pnp_types::Bundle;

/// A network, or why there is none.
#[derive(Debug)]
pub(super) enum Reach<'c> {
    /// The bundle's own network answers.
    Network(Box<Session<'c>>),
    /// It was not asked, does not answer, or is another one.
    Nothing {
        /// Why, for people.
        why: String,
    },
}

impl<'c> Reach<'c> {
    /// Looks for the bundle's network, unless told not to.
    pub(super) async fn of(context: &'c Context, bundle: &Bundle, offline: bool) -> Result<Self, Failure> {
        if offline {
            return Ok(Self::Nothing { why: "--offline was given".to_owned() });
        }
        let (network, _) = context.network()?;
        // A signer's folder is not given a development network that cannot be the bundle's.
        if network.kind == Kind::Embedded && !context.folder.join(".pnp").join("embedded").exists() {
            let why = "this folder has no embedded network; --net names another one".to_owned();
            return Ok(Self::Nothing { why });
        }
        match Session::open(context).await {
            Ok(session) => Self::checked(session, bundle).await,
            Err(error) if error.is_unreachable() => {
                let failure = Failure::from(error);
                let cause = failure.cause.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default();
                Ok(Self::Nothing { why: format!("{}{cause}", failure.message) })
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn checked(session: Session<'c>, bundle: &Bundle) -> Result<Self, Failure> {
        let hash = bundle.genesis_hash().to_base64();
        if session.identity.hash == hash {
            return Ok(Self::Network(Box::new(session)));
        }
        let why = format!("the bundle is for {}, and --net {} is another network", name(&hash), session.network.name);
        session.close().await?;
        Ok(Self::Nothing { why })
    }

    /// The network, where it is reached.
    pub(super) fn session(&self) -> Option<&Session<'c>> {
        match self {
            Self::Network(session) => Some(session),
            Self::Nothing { .. } => None,
        }
    }

    /// Ends the connection, if there is one.
    pub(super) async fn close(self) -> Result<(), Failure> {
        match self {
            Self::Network(session) => Ok(session.close().await?),
            Self::Nothing { .. } => Ok(()),
        }
    }
}

/// What people call the network with this genesis hash (base64).
pub(super) fn name(genesis_hash: &str) -> String {
    match PublicNetwork::by_genesis_hash(genesis_hash) {
        Some(public) => public.name().to_owned(),
        None => format!("the network with genesis hash {genesis_hash}"),
    }
}
