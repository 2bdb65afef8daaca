//! Errors of keys.

use super::{Failure, is_disk_full};
use pnp_keys::KeyError;

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        let message = error.to_string();
        match error {
            KeyError::Missing { name, variables } => {
                let variable = variables.first().cloned().unwrap_or_default();
                Self::new("no_key", message)
                    .because("keys come from the environment, .env files or the keystore, never from the command line")
                    .hint(format!(
                        "set {variable} to the account's 25 words, for example in .env.<net>, or keep them encrypted with \
                         `pnp-contract account import {name}`; on a development network `pnp-contract account new {name}` \
                         makes one"
                    ))
            }
            KeyError::Mnemonic { variable, .. } => Self::new("mnemonic", message)
                .hint(format!("set {variable} to the 25 words as the wallet shows them, between quotes")),
            KeyError::Sender { .. } => Self::new("sender", message)
                .hint("an address has 58 characters; remove the setting if the account is not rekeyed"),
            KeyError::Name(_) => Self::usage(message).hint("for example `pnp-contract account new alice`"),
            KeyError::Taken { .. } => Self::new("taken", message).hint("choose another name, or use this account"),
            KeyError::WrongPassword { .. } => Self::new("wrong_password", message)
                .because("the keystore's file is intact, so the password is wrong")
                .hint("type it again; a password that is lost cannot be found, only its account's words help"),
            KeyError::Locked { .. } => Self::new("locked", message).hint(
                "run the command at a terminal, or set PNP_KEYSTORE_PASSWORD_FILE or PNP_KEYSTORE_PASSWORD; \
                 PNP_KEYSTORE=off does without the keystore",
            ),
            KeyError::Damaged { .. } => Self::new("damaged_keystore", message)
                .because("it is not as it was written, whatever the password is")
                .hint("restore it from a backup, or remove the file and import the account's words again"),
            KeyError::TooNew { .. } => Self::new("keystore_version", message)
                .hint("use the version of pnp-contract that wrote it, or a later one"),
            KeyError::Memory { .. } => Self::new("memory", message).hint("close other programs and run it again"),
            KeyError::Remote { .. } => {
                Self::new("not_signed", message).hint("check that it runs, and that its wallet has no password")
            }
            KeyError::NotASigner { .. } => Self::new("not_a_signer", message)
                .hint("`pnp-contract account list` shows which keys are here; choose one of the signers with --user or --from"),
            KeyError::Exposed(path) => Self::new("exposed_keys", message)
                .because("keys must be readable by their owner alone")
                .hint(format!("run `chmod 600 {}`", path.display())),
            KeyError::Malformed { path, .. } => Self::new("key_file", message).hint(format!(
                "restore {} from a backup, or move it elsewhere to create new development accounts",
                path.display()
            )),
            KeyError::File { source, .. } if is_disk_full(&source) => Self::new("disk_full", message)
                .because("the disk has no room; the keys that were there are as they were")
                .hint("free some space and run the command again"),
            KeyError::File { source, .. } if source.kind() == std::io::ErrorKind::NotADirectory => {
                Self::new("key_file", message).hint("PNP_KEYSTORE must name a folder; it is made where it is missing")
            }
            KeyError::File { .. } => {
                Self::new("key_file", message).hint("check the folder's rights and the disk's space")
            }
            KeyError::Randomness(_) => Self::new("randomness", message).hint("check the system's /dev/urandom"),
        }
    }
}
