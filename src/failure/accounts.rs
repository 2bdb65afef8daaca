//! Errors of accounts and of the asset they pay with: what happened, why, what to do.

use super::Failure;
use pnp_ops::{AccountError, AssetError};

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        let message = error.to_string();
        match error {
            AccountError::Address(_) => {
                Self::usage(message).hint("copy the address again: 58 characters, A to Z and 2 to 7")
            }
            AccountError::Unknown { .. } => Self::new("no_key", message)
                .hint("name one of `pnp-contract multisig info` or `account list`, or give an address"),
            AccountError::NotDevelopment { name, .. } => Self::usage(message)
                .because("a key that is worth money belongs in a wallet or, encrypted, in the keystore")
                .hint(format!(
                    "run `pnp-contract account new {name} --keystore`, or set its mnemonic in the environment"
                )),
            AccountError::NoKeystore => Self::new("no_keystore", message)
                .because("PNP_KEYSTORE is off, or this user has no home folder")
                .hint("set PNP_KEYSTORE to a folder for it"),
            AccountError::NotInKeystore { folder, .. } => Self::new("no_key", message)
                .because(format!("{} has none of that name", folder.display()))
                .hint("`pnp-contract account list --offline` shows the accounts there are"),
            AccountError::NotSealed(why) => Self::new("internal", message).because(why),
            AccountError::KeyNotShown { .. } => {
                Self::new("no_key", message).hint("ask it for the key: `goal account export`")
            }
            AccountError::WordsNotWritten { source, .. } => Self::new("unwritable", message)
                .because(source)
                .hint("name a file that does not exist yet, in a folder you may write in"),
        }
    }
}

impl From<AssetError> for Failure {
    fn from(error: AssetError) -> Self {
        let failure = Self::new("no_asset", &error);
        match error {
            AssetError::NotRecorded { network } => {
                failure.hint(format!("run `pnp-contract asset create --net {network}`, or name one with --asset"))
            }
            AssetError::Missing { asset, .. } => failure
                .hint("check --asset and --net, or make one with `pnp-contract asset create`")
                .with("asset", asset.0),
            AssetError::TooLong { part, length, most } => {
                Self::usage(format!("the --{part} has {length} bytes, the most is {most}")).hint("shorten it")
            }
        }
    }
}
