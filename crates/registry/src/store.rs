//! Reading and writing records: whole files, atomically.

use super::record::FORMAT;
use super::{Chain, Deployments, RegistryError};
use pnp_types::file_mistake::described;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

const HEADING: &str = "# Written by pnp-contract: contracts and assets on this network, by genesis hash. Holds no secret; keep it in git.\n";

/// The record of one network.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    network: String,
}

impl Store {
    /// The record of `network` in `folder/deployments/`; touches nothing yet.
    #[must_use]
    pub fn new(folder: &Path, network: &str) -> Self {
        Self { path: folder.join("deployments").join(format!("{network}.yaml")), network: network.to_owned() }
    }

    /// The names of the networks that have a record in `folder/deployments/`, in order; none where there is no such folder.
    ///
    /// # Errors
    /// [`RegistryError::Unreadable`].
    pub fn networks(folder: &Path) -> Result<Vec<String>, RegistryError> {
        let path = folder.join("deployments");
        let unreadable = |source| RegistryError::Unreadable { path: path.clone(), source };
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(unreadable)?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(unreadable)?.file_name();
            names.extend(name.to_str().and_then(|name| name.strip_suffix(".yaml")).map(str::to_owned));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Where the record lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the record; no file is an empty one.
    ///
    /// # Errors
    /// [`RegistryError`] with line and column; a file that cannot be understood is left as it is.
    pub fn load(&self) -> Result<Deployments, RegistryError> {
        let Some(text) = read_optional(&self.path)? else { return Ok(Deployments::new(&self.network)) };
        let malformed =
            |line, column, message: String| RegistryError::Malformed { path: self.path.clone(), line, column, message };
        let record: Deployments = serde_saphyr::from_str(&text).map_err(|error| {
            let place = error.location();
            let line = place.map_or(0, |place| place.line());
            let column = place.map_or(0, |place| place.column());
            let position = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
            let message = error.without_snippet().to_string();
            let message = message.lines().next().unwrap_or_default();
            // The place comes first, once.
            let message = message.split(" at line ").next().unwrap_or(message);
            malformed(line, column, described(&text, position(line), position(column), message))
        })?;
        if record.format > FORMAT {
            return Err(RegistryError::TooNew { path: self.path.clone(), found: record.format, known: FORMAT });
        }
        if record.network != self.network {
            return Err(malformed(0, 0, format!("it is the record of {}, not of {}", record.network, self.network)));
        }
        Ok(record)
    }

    /// The part of the record that belongs to a chain.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub fn chain(&self, genesis_hash: &str) -> Result<Chain, RegistryError> {
        Ok(self.load()?.chains.remove(genesis_hash).unwrap_or_default())
    }

    /// Reads the record again, changes one chain's part and writes it, all or nothing.
    ///
    /// # Errors
    /// As [`Store::load`], and [`RegistryError::Unwritable`].
    pub fn change<T>(
        &self,
        genesis_hash: &str,
        genesis_id: &str,
        change: impl FnOnce(&mut Chain) -> T,
    ) -> Result<T, RegistryError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let unwritable = |source| RegistryError::Unwritable { path: self.path.clone(), source };
        fs::create_dir_all(folder).map_err(unwritable)?;
        // Two commands at once change the record one after the other.
        let lock = lockable(folder).map_err(unwritable)?;
        lock.lock().map_err(unwritable)?;
        sweep(folder);
        let mut record = self.load()?;
        record.format = FORMAT;
        let chain = record.chains.entry(genesis_hash.to_owned()).or_default();
        genesis_id.clone_into(&mut chain.genesis_id);
        let outcome = change(chain);
        let text =
            serde_saphyr::to_string(&record).map_err(|error| unwritable(std::io::Error::other(error.to_string())))?;
        write_atomically(&self.path, format!("{HEADING}{text}").as_bytes(), 0o644).map_err(unwritable)?;
        Ok(outcome)
    }
}

/// What is locked while a record changes: the folder itself, or a file in it where a folder cannot be opened.
fn lockable(folder: &Path) -> std::io::Result<File> {
    match cfg!(unix) {
        true => File::open(folder),
        false => File::options().create(true).truncate(false).write(true).open(folder.join("records.lock")),
    }
}

/// How a file is named until it takes its place: start and end.
const TEMPORARY: (&str, &str) = (".pnp-", ".tmp");

/// Takes away what a killed command left half-written beside the records; to be called under the folder's lock.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1) {
            // Without the right to remove it, it stays, which harms nothing.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Writes a file so that a reader, now or after a crash, sees the old content or the new: beside it, flushed to disk, then
/// renamed over it. A link goes on pointing to it. A device or a pipe is written to as it is: to put a file in the place of
/// `/dev/null` would take it away from everybody.
///
/// # Errors
/// The operating system's; what was there before is still there.
pub fn write_atomically(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    // What is not there, or is a link to what is not there, is made here.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&target).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return File::options().write(true).open(&target)?.write_all(bytes);
    }
    written(&target, bytes, mode)?.persist(&target).map_err(|error| error.error)?;
    settle(&target)
}

/// As [`write_atomically`], but only where nothing is there yet.
///
/// # Errors
/// The operating system's, and `AlreadyExists` for what is there, which stays as it is.
pub fn make_atomically(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    written(path, bytes, mode)?.persist_noclobber(path).map_err(|error| error.error)?;
    settle(path)
}

/// A file's text; `None` where there is no file.
pub(super) fn read_optional(path: &Path) -> Result<Option<String>, RegistryError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(RegistryError::Unreadable { path: path.to_owned(), source }),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a rename in the file's folder last.
fn settle(path: &Path) -> std::io::Result<()> {
    match cfg!(unix) {
        true => File::open(folder_of(path))?.sync_all(),
        false => Ok(()),
    }
}

/// The bytes in a file beside `path`, flushed to disk.
fn written(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = folder_of(path);
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Contract, Event, Programs, Rates};
    use pnp_types::{AppIndex, AssetIndex, Round};
    use std::collections::BTreeMap;

    fn contract(app_id: AppIndex) -> Contract {
        let parameters = Rates { fee_pct: 500, min_rate: 1, max_rate: u64::MAX };
        Contract {
            app_id,
            app_address: "APP".into(),
            name: "Usage \"Contract\"".into(),
            version: Some("1.0".into()),
            asset_id: AssetIndex(7),
            creator: "A: #\"strange\"".into(),
            provider: "B".into(),
            platform: "C".into(),
            parameters,
            programs: Programs {
                approval_sha512_256: "00".into(),
                clear_sha512_256: "1e10".into(),
                approval_source_sha256: "0123".into(),
                clear_source_sha256: "~".into(),
                template: BTreeMap::from([("TMPL_UPDATABLE".into(), 1)]),
            },
            deleted: false,
            history: vec![Event {
                action: "create".into(),
                txids: vec!["T".into()],
                round: Round(3),
                time: "2026-11-22T10:00:00Z".into(),
                tool_version: "0.1.0".into(),
                git_commit: None,
                parameters,
                approval_sha512_256: "00".into(),
            }],
        }
    }

    #[test]
    fn records_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path(), "testnet");
        assert_eq!(store.chain("hash=").unwrap(), Chain::default());
        store.change("hash=", "testnet-v1.0", |chain| chain.contracts.push(contract(AppIndex(5)))).unwrap();
        store.change("hash=", "testnet-v1.0", |chain| chain.contracts.push(contract(AppIndex(6)))).unwrap();
        store.change("other=", "x", |chain| chain.contracts.push(contract(AppIndex(1)))).unwrap();
        let chain = store.chain("hash=").unwrap();
        assert_eq!(chain.contracts, [contract(AppIndex(5)), contract(AppIndex(6))]);
        assert_eq!(chain.current().unwrap().app_id, AppIndex(6));
        store.change("hash=", "testnet-v1.0", |chain| chain.contract_mut(AppIndex(6)).unwrap().deleted = true).unwrap();
        assert_eq!(store.chain("hash=").unwrap().current().unwrap().app_id, AppIndex(5));
        let left: Vec<_> = fs::read_dir(folder.path().join("deployments")).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing but the record is left behind");
    }

    #[test]
    #[cfg(unix)]
    fn links_and_pipes_stay_what_they_are() {
        use std::io::Read as _;
        use std::os::unix::fs::FileTypeExt as _;
        let folder = tempfile::tempdir().unwrap();
        let [file, link, pipe] = ["file", "link", "pipe"].map(|name| folder.path().join(name));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_atomically(&link, b"new", 0o644).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        // Of both directions, so that nobody waits for the other end.
        let mut end = File::options().read(true).write(true).open(&pipe).unwrap();
        write_atomically(&pipe, b"new", 0o644).unwrap();
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
        let mut read = [0; 3];
        end.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"new");
    }

    #[test]
    fn a_draft_that_was_cut_off_is_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path(), "testnet");
        let deployments = folder.path().join("deployments");
        fs::create_dir(&deployments).unwrap();
        fs::write(deployments.join(".pnp-Ab3.tmp"), "format").unwrap();
        fs::write(deployments.join("notes.tmp"), "mine").unwrap();
        store.change("hash=", "testnet-v1.0", |chain| chain.contracts.push(contract(AppIndex(5)))).unwrap();
        assert!(!deployments.join(".pnp-Ab3.tmp").exists());
        assert!(deployments.join("notes.tmp").exists(), "what is not ours stays");
    }

    #[test]
    fn a_record_of_the_first_format_is_read_and_rewritten() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path(), "testnet");
        let text = "format: 1\nnetwork: testnet\nchains:\n  h=:\n    genesis_id: testnet-v1.0\n    contracts:\n    - \
                    {app_id: 5, app_address: A, asset_id: 7, creator: C, provider: P, platform: Q, parameters: \
                    {fee_pct: 500, min_rate: 1, max_rate: 9}, programs: {approval_sha512_256: '00', clear_sha512_256: \
                    '01', approval_source_sha256: '02', clear_source_sha256: '03', template: {TMPL_UPDATABLE: 1}}, \
                    history: []}\n";
        fs::create_dir(folder.path().join("deployments")).unwrap();
        fs::write(store.path(), text).unwrap();
        let old = store.chain("h=").unwrap();
        assert_eq!(old.named(crate::DEFAULT_NAME).map(|contract| contract.app_id), Some(AppIndex(5)));
        store.change("h=", "testnet-v1.0", |_| ()).unwrap();
        assert!(fs::read_to_string(store.path()).unwrap().contains("format: 2\n"));
        assert_eq!(store.chain("h=").unwrap(), old);
    }

    #[test]
    fn a_malformed_record_is_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path(), "testnet");
        fs::create_dir(folder.path().join("deployments")).unwrap();
        for (text, expected) in [
            ("format: 1\nnetwork: testnet\nchains:\n  h=:\n    genesis_id: [\n", "testnet.yaml:"),
            ("format: 1\nnetwork: testnet\nchain: {}\n", "testnet.yaml:3:"),
            ("format: one\nnetwork: testnet\n", "testnet.yaml:1:9: `format` is a whole number from 0 to "),
            ("format: 3\nnetwork: testnet\n", "format 3"),
            ("format: 1\nnetwork: mainnet\n", "the record of mainnet"),
            ("", "testnet.yaml:"),
        ] {
            fs::write(store.path(), text).unwrap();
            let error = store.change("h=", "x", |chain| chain.contracts.clear()).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert_eq!(fs::read_to_string(store.path()).unwrap(), text);
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_full_or_closed_disk_leaves_the_old_file() {
        // /dev/full has no room for a temporary file beside it either: the folder is not writable.
        let error = write_atomically(Path::new("/proc/pnp-contract.yaml"), b"x", 0o600).unwrap_err();
        assert!(error.kind() != std::io::ErrorKind::Other, "{error}");
    }
}
