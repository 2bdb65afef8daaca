//! Why there is no asset.

use pnp_types::AssetIndex;

/// Why there is no asset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssetError {
    /// None is named, and none recorded.
    #[error("no asset is recorded on {network}")]
    NotRecorded {
        /// The network's name.
        network: String,
    },
    /// A text of an asset is too long.
    #[error("the {part} has {length} bytes, the most is {most}")]
    TooLong {
        /// `unit`, `name` or `url`.
        part: &'static str,
        /// Its bytes.
        length: usize,
        /// The most bytes it may have.
        most: usize,
    },
    /// The chain does not have it.
    #[error("asset {asset} does not exist on {network}")]
    Missing {
        /// The asset.
        asset: AssetIndex,
        /// The network's name.
        network: String,
    },
}
