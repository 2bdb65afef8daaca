//! Multisignatures by name, address or file, and how a new one is recorded.

use super::error::MultisigError;
use crate::Error;
use crate::host::Host;
use crate::local_keys::LocalKeys;
use crate::names::address_in;
use crate::settings::Settings;
use pnp_keys::KeyError;
use pnp_registry::{Multisigs, NamedMultisig};
use pnp_types::{Address, MultisigAccount};
use std::path::{Path, PathBuf};

/// A recorded multisignature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedMultisig {
    /// Its name, or its file's.
    pub name: String,
    /// Keys and threshold.
    pub account: MultisigAccount,
    /// The file that records it.
    pub path: PathBuf,
}

/// A multisignature to record.
#[derive(Clone, Debug, Default)]
pub struct MultisigRequest {
    /// The signers, in the order that makes the address: addresses, or names of accounts whose keys are here.
    pub signers: Vec<String>,
    /// How many of them have to sign.
    pub threshold: u8,
    /// Its name; without one, the start of its address.
    pub name: Option<String>,
}

/// The multisignature that `asked` names: by its name, its address, or the path of a file.
///
/// # Errors
/// [`MultisigError::NotRecorded`], [`MultisigError::NoFile`], and a file that cannot be read.
pub fn find_multisig(folder: &Path, asked: &str) -> Result<RecordedMultisig, Error> {
    let kept = Multisigs::new(folder);
    if is_path(asked) {
        let path = PathBuf::from(asked);
        return match Multisigs::load(&path)? {
            Some(NamedMultisig { name, account }) => Ok(RecordedMultisig { name, account, path }),
            None => Err(MultisigError::NoFile { path }.into()),
        };
    }
    let found = match asked.parse::<Address>() {
        Ok(address) => kept.all()?.into_iter().find(|one| one.account.address() == address),
        Err(_) => kept.get(asked)?,
    };
    match found {
        Some(found) => Ok(located(&kept, found)),
        None => {
            let recorded = kept.all()?.into_iter().map(|one| one.name).collect();
            Err(MultisigError::NotRecorded { asked: asked.to_owned(), recorded }.into())
        }
    }
}

/// All multisignatures of the project in `folder`, in the order of their names.
///
/// # Errors
/// Files that cannot be read.
pub fn all_multisigs(folder: &Path) -> Result<Vec<RecordedMultisig>, Error> {
    let kept = Multisigs::new(folder);
    Ok(kept.all()?.into_iter().map(|found| located(&kept, found)).collect())
}

/// The name under which an address is recorded in the project in `folder`, if it is.
#[must_use]
pub fn multisig_name(folder: &Path, address: Address) -> Option<String> {
    // A broken file of another multisignature is no reason not to show this one.
    let all = Multisigs::new(folder).all().unwrap_or_default();
    all.into_iter().find(|one| one.account.address() == address).map(|one| one.name)
}

/// The address of the multisignature of a name, if there is one.
pub(crate) fn address_of(folder: &Path, name: &str) -> Result<Option<Address>, Error> {
    match pnp_keys::is_name(name) {
        true => Ok(Multisigs::new(folder).get(name)?.map(|one| one.account.address())),
        false => Ok(None),
    }
}

/// Records which keys make a multisignature's address; asks no network. Whether it was not recorded before.
///
/// # Errors
/// [`MultisigError::SignerTwice`], [`MultisigError::NoAccount`], a key that is missing, a name that another multisignature
/// has, and a folder that cannot be written.
pub async fn record_multisig(
    settings: &Settings,
    host: &Host,
    request: &MultisigRequest,
) -> Result<(RecordedMultisig, bool), Error> {
    let keys = LocalKeys::open(settings, host)?;
    let mut signers = Vec::with_capacity(request.signers.len());
    for signer in &request.signers {
        signers.push(match address_in(signer)? {
            Some(address) => address,
            None => keys.ring().get(signer).await?.signer(),
        });
    }
    let is_second = |(index, one): &(usize, &Address)| signers.iter().take(*index).any(|other| other == *one);
    if let Some((index, signer)) = signers.iter().enumerate().find(is_second) {
        return Err(MultisigError::SignerTwice { signer: *signer, number: index.saturating_add(1) }.into());
    }
    let account = MultisigAccount::new(request.threshold, &signers).map_err(MultisigError::from)?;
    let name = request.name.clone().unwrap_or_else(|| short_name(account.address()));
    if !pnp_keys::is_name(&name) {
        return Err(KeyError::Name(name).into());
    }
    let kept = Multisigs::new(&settings.folder);
    let is_new = kept.add(&name, &account)?;
    Ok((located(&kept, NamedMultisig { name, account }), is_new))
}

fn located(kept: &Multisigs, found: NamedMultisig) -> RecordedMultisig {
    let NamedMultisig { name, account } = found;
    RecordedMultisig { path: kept.path(&name), name, account }
}

/// Whether a file is meant, not a name.
fn is_path(asked: &str) -> bool {
    asked.contains(['/', '\\']) || Path::new(asked).extension().is_some()
}

fn short_name(address: Address) -> String {
    address.to_string().chars().take(8).collect::<String>().to_ascii_lowercase()
}
