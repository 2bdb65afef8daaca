//! Files for their owner alone, written all or nothing.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use zeroize::Zeroizing;

/// Makes a folder for its owner alone.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Holds `folder` against other commands that write in it, until the file is dropped.
pub(super) fn lock(folder: &Path) -> io::Result<fs::File> {
    let lock = fs::File::open(folder)?;
    lock.lock()?;
    Ok(lock)
}

/// Writes a file, all or nothing; only with the folder's lock, for the draft has one name: what a kill leaves of it is the
/// next one's to write over.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = Path::new(&draft);
    // One that somebody else left here could have other rights.
    match fs::remove_file(draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut written = create_new(draft)?;
    written.write_all(bytes)?;
    written.sync_all()?;
    fs::rename(draft, path)?;
    sync_folder(path)
}

/// A new file that only its owner can read; an error where there is one of that name.
///
/// # Errors
/// The operating system's.
pub fn create_new(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A file's bytes, at most `limit`, in memory that is wiped and was not moved while it grew; nothing where there is no file.
pub(super) fn read(path: &Path, limit: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    if length > limit {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it is larger than {limit} bytes")));
    }
    // One byte more, so that the end is found without growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.saturating_add(1)));
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// The name of a file lives in its folder, which has to reach the disk as well.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent().filter(|_| cfg!(unix)) {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
