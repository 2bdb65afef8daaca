//! Where a project lies, which network is meant, and what an operation may cost.

use crate::error::Error;
use pnp_network::{Environment, Network, ProjectFile};
use pnp_registry::write_atomically;
use pnp_types::consensus::Protocol;
use std::path::{Path, PathBuf};

/// What operations need to know before any network is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The project's folder: of `pnp.toml`, `.env`, `.pnp/` and `deployments/`.
    pub folder: PathBuf,
    /// The network's name; without one, what `pnp.toml` says, else `embedded`.
    pub network: Option<String>,
    /// The most microAlgos a group may cost in fees; without one, [`usual_max_fee`](crate::usual_max_fee) on public
    /// networks, and no limit on development networks.
    pub max_fee: Option<u64>,
    /// The rules that the network must have, and that a network created here gets; without them, those that it has, and for
    /// a new one the newest that public networks run.
    pub consensus: Option<Protocol>,
}

impl Settings {
    /// A project's folder, the network it names, and the usual limit of fees.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), network: None, max_fee: None, consensus: None }
    }

    /// The network that is meant, with the settings that belong to it.
    ///
    /// # Errors
    /// Files that cannot be read, and names that lead nowhere.
    pub fn network(&self) -> Result<(Network, Environment), Error> {
        let project = ProjectFile::load(&self.folder)?;
        let name = self.network.as_deref().unwrap_or_else(|| Network::default_name(&project));
        let name = Network::canonical_name(name);
        let environment = Environment::load(&self.folder, name)?;
        let network = Network::resolve(name, &environment, &project)?;
        Ok((network, environment))
    }

    /// `path` as the user would write it: relative to the project's folder where it lies inside.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        self.relative(path).display().to_string()
    }

    /// `path` relative to the project's folder where it lies inside.
    #[must_use]
    pub fn relative<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.folder).unwrap_or(path)
    }

    /// Makes `.pnp/` for the keys of development networks, out of git.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub fn make_key_folder(&self) -> Result<(), Error> {
        make_private(&self.folder, &self.folder.join(".pnp").join("accounts"))
    }
}

/// The chain of the project's `embedded` network.
#[must_use]
pub fn embedded_folder(project: &Path) -> PathBuf {
    project.join(".pnp").join("embedded")
}

/// The chain of a network that `localnet run` keeps in the project.
#[must_use]
pub fn localnet_folder(project: &Path) -> PathBuf {
    project.join(".pnp").join("localnet")
}

/// Makes `.pnp/` and a folder in it, for their owner alone; what is inside stays out of git.
///
/// # Errors
/// [`Error::Folder`].
pub fn make_private(project: &Path, folder: &Path) -> Result<(), Error> {
    let unusable = |path: &Path, source| Error::Folder { path: path.to_owned(), source };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| unusable(folder, error))?;
    let ignore = project.join(".pnp").join(".gitignore");
    if !ignore.exists() {
        // Whole or not at all: an empty one would let keys into git.
        write_atomically(&ignore, b"*\n", 0o644).map_err(|error| unusable(&ignore, error))?;
    }
    Ok(())
}
