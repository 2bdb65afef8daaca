//! The three kinds of networks that credentials belong to.

use std::fmt;
use std::str::FromStr;

/// What kind of network a key or token is for. It stands in the text of keys (`pnp_sk_live_…`) and in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyNetwork {
    /// Development networks, embedded or local: `mock`.
    Mock,
    /// TestNet: `test`.
    Test,
    /// MainNet, where money is at stake: `live`.
    Live,
}

/// A text that names none of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not \"mock\", \"test\" or \"live\"")]
pub struct UnknownKeyNetwork;

impl KeyNetwork {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mock, Self::Test, Self::Live];

    /// `mock`, `test` or `live`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Mock => "mock",
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

impl fmt::Display for KeyNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl FromStr for KeyNetwork {
    type Err = UnknownKeyNetwork;

    fn from_str(text: &str) -> Result<Self, UnknownKeyNetwork> {
        Self::ALL.into_iter().find(|network| network.text() == text).ok_or(UnknownKeyNetwork)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_one_spelling() {
        for network in KeyNetwork::ALL {
            assert_eq!(network.to_string().parse(), Ok(network));
        }
        for text in ["", "Mock", "live ", "mainnet"] {
            assert_eq!(text.parse::<KeyNetwork>(), Err(UnknownKeyNetwork), "{text}");
        }
    }
}
