//! Why nobody here may send what an operation needs.

use pnp_types::{Address, AppIndex};

/// Why nobody here may do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SenderError {
    /// The key here is not that of the account that made the contract.
    #[error(
        "application {app} was made by {creator}, {}",
        here.map_or_else(|| "whose key is not here".to_owned(), |here| format!("and the account creator here is {here}"))
    )]
    NotCreator {
        /// The contract.
        app: AppIndex,
        /// Who made it.
        creator: Address,
        /// The account `creator` that is here, if there is one.
        here: Option<Address>,
    },
    /// Many were asked to sign for one account, and another has to send this.
    #[error("--sender is {named}, but this is for {needed} to do")]
    OtherSender {
        /// The account that was named.
        named: Address,
        /// The account that has to.
        needed: Address,
    },
    /// The multisignature does not sign for the account.
    #[error("{name} does not sign for {address}")]
    NotTheirs {
        /// The account.
        address: Address,
        /// The multisignature's name.
        name: String,
        /// The multisignature's address.
        multisig: Address,
        /// The address of the key that signs for the account now.
        signer: Address,
    },
}
