//! Multisignatures by name or file, and their keys by the names they have here.

use crate::context::Context;
use crate::failure::Failure;
use pnp_registry::{Multisigs, NamedMultisig};
use pnp_types::{Address, MultisigAccount};
use std::path::{Path, PathBuf};

/// A multisignature that was named on the command line.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its name, or its file's.
    pub(super) name: String,
    /// Keys and threshold.
    pub(super) account: MultisigAccount,
    /// Where it is written down.
    pub(super) path: PathBuf,
}

/// The multisignature of a name, an address or a file.
pub(super) fn find(context: &Context, asked: &str) -> Result<Found, Failure> {
    let kept = Multisigs::new(&context.folder);
    let found = |one: NamedMultisig, path: PathBuf| Found { name: one.name, account: one.account, path };
    if is_path(asked) {
        let path = PathBuf::from(asked);
        return match Multisigs::load(&path)? {
            Some(one) => Ok(found(one, path)),
            None => Err(Failure::new("no_multisig", format!("there is no file {asked}"))
                .hint("give the name or the file of a multisignature; `pnp-contract multisig info` lists those here")),
        };
    }
    if let Ok(address) = asked.parse() {
        if let Some(one) = kept.all()?.into_iter().find(|one| one.account.address() == address) {
            let path = kept.path(&one.name);
            return Ok(found(one, path));
        }
    } else if let Some(one) = kept.get(asked)? {
        let path = kept.path(&one.name);
        return Ok(found(one, path));
    }
    let names: Vec<_> = kept.all()?.into_iter().map(|one| one.name).collect();
    let here = if names.is_empty() { "none is".to_owned() } else { format!("{} are", names.join(", ")) };
    Err(Failure::new("no_multisig", format!("no multisignature {asked:?} is recorded"))
        .because(format!(
            "an address does not tell its keys, so that they are written down; {here} in deployments/multisig"
        ))
        .hint(format!("run `pnp-contract multisig new --name {asked} --threshold N ADDRESS…`, or name a file")))
}

/// Whether a file is meant, not a name.
fn is_path(asked: &str) -> bool {
    asked.contains(['/', '\\']) || Path::new(asked).extension().is_some()
}

/// The address a name of the command line stands for, where it is a multisignature's.
pub(crate) fn address_of(context: &Context, name: &str) -> Result<Option<Address>, Failure> {
    match pnp_keys::is_name(name) {
        true => Ok(Multisigs::new(&context.folder).get(name)?.map(|one| one.account.address())),
        false => Ok(None),
    }
}

/// The name under which an address is recorded here, if it is.
pub(super) fn name_of(context: &Context, address: &str) -> Option<String> {
    // A broken file of another multisignature is no reason not to show this one.
    let all = Multisigs::new(&context.folder).all().unwrap_or_default();
    all.into_iter().find(|one| one.account.address().to_string() == address).map(|one| one.name)
}
