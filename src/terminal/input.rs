//! Files that a command is given to read: whole, and only so large.

use crate::failure::Failure;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The most that is read of a file, in bytes: far more than any source or suite, and less than a device gives.
const LIMIT: u64 = 16 << 20;

/// A file's bytes; `-` is stdin.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let outcome =
        if path == Path::new("-") { bounded(std::io::stdin().lock()) } else { File::open(path).and_then(bounded) };
    let bytes = outcome.map_err(|error| {
        Failure::new("unreadable", format!("{} cannot be read", path.display()))
            .because(error)
            .hint("check the file's name and rights")
    })?;
    if bytes.len() as u64 > LIMIT {
        return Err(Failure::new("too_large", format!("{} is too large", path.display()))
            .because(format!("at most {LIMIT} bytes are read of a file"))
            .hint("check the file's name"));
    }
    Ok(bytes)
}

/// A file's text, which must be UTF-8, else a failure with `code`; `-` is stdin.
pub(crate) fn read_text(path: &Path, code: &'static str) -> Result<String, Failure> {
    String::from_utf8(read(path)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes().get(..at).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
        Failure::new(code, format!("{}:{}: the file is not UTF-8 text", path.display(), line.saturating_add(1)))
            .hint("check the file's name")
    })
}

/// A TEAL source, of which only strings and comments may be other than UTF-8; `-` is stdin.
pub(crate) fn read_source(path: &Path) -> Result<String, Failure> {
    source_text(path, &read(path)?)
}

/// The text of such a source, which was read from `path`.
pub(crate) fn source_text(path: &Path, bytes: &[u8]) -> Result<String, Failure> {
    let text = pnp_teal::source_text(bytes).map_err(|error| {
        Failure::new("teal", format!("{}:{error}", path.display()))
            .hint("check the file's name, or save it as UTF-8; a byte of a constant is written \\x and two hex digits")
    })?;
    Ok(text.into_owned())
}

fn bounded(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LIMIT.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_file_is_too_large() {
        assert_eq!(read(Path::new("/dev/zero")).unwrap_err().code, "too_large");
    }

    #[test]
    fn what_is_no_text_is_named_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"one\ntwo \xff").unwrap();
        let failure = read_text(&path, "text").unwrap_err();
        assert_eq!(failure.code, "text");
        assert!(failure.message.ends_with("a:2: the file is not UTF-8 text"), "{}", failure.message);
        assert_eq!(read_text(&folder.path().join("b"), "text").unwrap_err().code, "unreadable");
    }
}
