//! Files that hold secrets: for their owner alone, written whole or not at all, never written over by mistake.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A file that cannot be used to keep a secret.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// There is a file of that name already; it was left as it is.
    #[error("{} exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Others can read or change it.
    #[error("{} can be read or changed by others: its mode is {mode:04o}, and must be 0600 or less", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is a folder, a pipe or a device.
    #[error("{} is not a file", path.display())]
    NotAFile {
        /// What it is called.
        path: PathBuf,
    },
    /// It is much larger than what belongs there.
    #[error("{} is larger than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// How large it may be, in bytes.
        limit: usize,
    },
    /// No randomness for the name of the draft.
    #[error("the system gives no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
}

/// A file's bytes, in memory that is wiped; nothing where there is no file.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Option<Zeroizing<Vec<u8>>>, PrivateFileError> {
    let failed = |source| PrivateFileError::Io { path: path.to_owned(), source };
    // Asked before it is opened, since opening a pipe may never return.
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if !metadata.is_file() => return Err(PrivateFileError::NotAFile { path: path.to_owned() }),
        Ok(_) => {}
    }
    let file = fs::File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    check_mode(path, &metadata)?;
    let length = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if length > limit {
        return Err(PrivateFileError::TooLarge { path: path.to_owned(), limit });
    }
    // One byte more, so that the end is found without growing, which would leave a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.saturating_add(1)));
    file.take(metadata.len()).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}

/// Refuses what others than its owner can read or change. A group may read what belongs to the system's administrator:
/// so do service managers hand secrets to a service that runs as somebody else.
#[cfg(unix)]
fn check_mode(path: &Path, metadata: &fs::Metadata) -> Result<(), PrivateFileError> {
    use std::os::unix::fs::MetadataExt as _;
    let forbidden = if metadata.uid() == 0 { 0o037 } else { 0o077 };
    match metadata.mode() & 0o777 {
        mode if mode & forbidden == 0 => Ok(()),
        mode => Err(PrivateFileError::Exposed { path: path.to_owned(), mode }),
    }
}

/// Elsewhere the folder's rights decide.
#[cfg(not(unix))]
fn check_mode(_: &Path, _: &fs::Metadata) -> Result<(), PrivateFileError> {
    Ok(())
}

/// Writes a new file; an error where there is one of that name, also where two write at once.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<(), PrivateFileError> {
    write(path, bytes, |draft| match fs::hard_link(draft, path) {
        Ok(()) => fs::remove_file(draft),
        // Where a file cannot have two names, nothing but a look keeps two writers apart.
        Err(error) if is_without_links(&error) && !path.try_exists()? => fs::rename(draft, path),
        Err(error) if is_without_links(&error) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) => Err(error),
    })
}

/// Writes a file over the one that is there.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), PrivateFileError> {
    write(path, bytes, |draft| fs::rename(draft, path))
}

fn is_without_links(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied)
}

/// Writes a draft beside the file, has it put in its place, and waits until the disk has both.
fn write(path: &Path, bytes: &[u8], put: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), PrivateFileError> {
    let draft = draft_of(path)?;
    let written = write_draft(&draft, bytes).and_then(|()| put(&draft));
    if written.is_err() {
        // The draft may not be there, or not be ours to remove; what is reported is why writing failed.
        let _ = fs::remove_file(&draft);
    }
    written.and_then(|()| sync_folder(path)).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => PrivateFileError::Exists { path: path.to_owned() },
        _ => PrivateFileError::Io { path: path.to_owned(), source },
    })
}

/// A name that no other writer chooses.
fn draft_of(path: &Path) -> Result<PathBuf, PrivateFileError> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", data_encoding::HEXLOWER.encode(&random)));
    Ok(draft.into())
}

fn write_draft(draft: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = pnp_keys::create_private(draft)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The name of a file lives in its folder, which has to reach the disk as well.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return Ok(()),
    };
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_written_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed");
        assert!(read(&path, 100).unwrap().is_none());
        create(&path, b"first").unwrap();
        assert!(matches!(create(&path, b"second"), Err(PrivateFileError::Exists { .. })));
        assert_eq!(read(&path, 100).unwrap().unwrap().as_slice(), b"first");
        replace(&path, b"third").unwrap();
        assert_eq!(read(&path, 100).unwrap().unwrap().as_slice(), b"third");
        assert_eq!(names(folder.path()), ["seed"], "no draft is left");
    }

    #[test]
    fn one_of_many_writers_creates_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed");
        let written = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..16_u8)
                .map(|writer| {
                    scope.spawn({
                        let path = &path;
                        move || create(path, &[writer; 64]).is_ok().then_some(writer)
                    })
                })
                .collect();
            writers.into_iter().filter_map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
        });
        let [writer] = written.as_slice() else { panic!("{written:?}") };
        assert_eq!(read(&path, 100).unwrap().unwrap().as_slice(), &[*writer; 64]);
        assert_eq!(names(folder.path()), ["seed"]);
    }

    #[test]
    fn what_cannot_hold_a_secret_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path(), 100), Err(PrivateFileError::NotAFile { .. })));
        let path = folder.path().join("large");
        create(&path, &[0; 101]).unwrap();
        assert!(matches!(read(&path, 100), Err(PrivateFileError::TooLarge { limit: 100, .. })));
        let nowhere = folder.path().join("missing/seed");
        assert!(matches!(create(&nowhere, b""), Err(PrivateFileError::Io { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_its_owners_alone() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed");
        create(&path, b"secret").unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(metadata.mode() & 0o777, 0o600);
        for mode in [0o644, 0o604, 0o660, 0o620, 0o610, 0o601, 0o777] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = read(&path, 100).unwrap_err();
            assert!(
                matches!(error, PrivateFileError::Exposed { mode: found, .. } if found == mode),
                "{mode:o}: {error}"
            );
        }
        for mode in [0o600, 0o400] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(read(&path, 100).unwrap().is_some(), "{mode:o}");
        }
        // What the administrator gives a service to read.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        assert_eq!(read(&path, 100).is_ok(), metadata.uid() == 0);
    }
}
