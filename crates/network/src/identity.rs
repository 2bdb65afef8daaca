//! The genesis hash decides what a network is, not its address and not its name.

use super::{Kind, Network, NetworkError};

/// A network with a genesis hash that is publicly known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicNetwork {
    /// Where tokens are worth money.
    MainNet,
    /// The long-lived public test network.
    TestNet,
    /// The network of features to come.
    BetaNet,
}

/// Genesis hashes as algod prints them: base64 of 32 bytes.
const KNOWN: [(PublicNetwork, &str, &str); 3] = [
    (PublicNetwork::MainNet, "mainnet", "wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8="),
    (PublicNetwork::TestNet, "testnet", "SGO1GKSzyE7IEPItTxCByw9x8FmnrCDexi9/cOUJOiI="),
    (PublicNetwork::BetaNet, "betanet", "mFgazF+2uRS1tMiL9dsj01hJGySEmPN28B/TjjvpVW0="),
];

impl PublicNetwork {
    /// The network with this genesis hash (base64), if it is a public one.
    #[must_use]
    pub fn by_genesis_hash(hash: &str) -> Option<Self> {
        KNOWN.iter().find(|(_, _, known)| *known == hash).map(|(network, _, _)| *network)
    }

    /// The name as commands take it.
    #[must_use]
    pub fn name(self) -> &'static str {
        KNOWN.iter().find(|(network, _, _)| *network == self).map_or("", |(_, name, _)| name)
    }

    /// The genesis hash, base64.
    #[must_use]
    pub fn genesis_hash(self) -> &'static str {
        KNOWN.iter().find(|(network, _, _)| *network == self).map_or("", |(_, _, hash)| hash)
    }
}

/// What algod says its network is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisIdentity {
    /// For example `testnet-v1.0`; only a label.
    pub id: String,
    /// Base64 of the 32 bytes; the identity.
    pub hash: String,
}

impl GenesisIdentity {
    /// The public network this is, if any.
    #[must_use]
    pub fn public(&self) -> Option<PublicNetwork> {
        PublicNetwork::by_genesis_hash(&self.hash)
    }

    /// Whether money is at stake.
    #[must_use]
    pub fn is_mainnet(&self) -> bool {
        self.public() == Some(PublicNetwork::MainNet)
    }

    /// Refuses an answer from another network than the one asked for.
    ///
    /// # Errors
    /// [`NetworkError::WrongGenesis`] where the name has a known hash and this is another;
    /// [`NetworkError::PublicBehindLocalName`] where a development network's name leads to a public one.
    pub fn check(&self, network: &Network) -> Result<(), NetworkError> {
        let url = network.algod.as_ref().map_or_else(String::new, |endpoint| endpoint.url.clone());
        if let Some(expected) = network.genesis_hash.as_ref().filter(|expected| **expected != self.hash) {
            return Err(NetworkError::WrongGenesis {
                network: network.name.clone(),
                url,
                expected: expected.clone(),
                found: self.hash.clone(),
                found_name: self.public().map_or_else(|| self.id.clone(), |public| public.name().to_owned()),
            });
        }
        match (network.kind, self.public()) {
            (Kind::Embedded | Kind::LocalNet, Some(public)) => {
                Err(NetworkError::PublicBehindLocalName { url, found: public.name() })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, ProjectFile};

    fn network(name: &str) -> Network {
        Network::resolve(name, &Environment::empty(), &ProjectFile::default()).unwrap()
    }

    #[test]
    fn a_known_name_takes_its_own_hash_only() {
        let testnet = GenesisIdentity { id: "testnet-v1.0".into(), hash: PublicNetwork::TestNet.genesis_hash().into() };
        let impostor =
            GenesisIdentity { id: "testnet-v1.0".into(), hash: PublicNetwork::MainNet.genesis_hash().into() };
        assert!(testnet.check(&network("testnet")).is_ok());
        assert!(matches!(impostor.check(&network("testnet")), Err(NetworkError::WrongGenesis { .. })));
        assert!(matches!(testnet.check(&network("mainnet")), Err(NetworkError::WrongGenesis { .. })));
    }

    #[test]
    fn a_development_name_never_leads_to_a_public_network() {
        let mainnet = GenesisIdentity { id: "dockernet-v1".into(), hash: PublicNetwork::MainNet.genesis_hash().into() };
        assert!(mainnet.is_mainnet());
        assert!(matches!(mainnet.check(&network("localnet")), Err(NetworkError::PublicBehindLocalName { .. })));
        let own =
            GenesisIdentity { id: "dockernet-v1".into(), hash: "3W4d6e1VV5YzHsRFNmAv3C/4AtVZs1EKfJgT1KHsG7w=".into() };
        assert!(own.check(&network("localnet")).is_ok());
    }
}
