//! Where the lines of a batch come from.

use crate::error::BatchError;
use pnp_usage::batch::{Format, Input, Row};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// How much of a file is read at once, in bytes.
const BUFFER: usize = 1 << 16;

/// The lines of a batch.
#[derive(Debug)]
pub enum BatchLines {
    /// A file. Without a format its name tells it, else its first line.
    File {
        /// The file.
        path: PathBuf,
        /// How its lines are written.
        format: Option<Format>,
    },
    /// Lines that can be read only once, such as those of a pipe.
    Stream {
        /// What the journal calls them: the same name for the same lines.
        name: String,
        /// The lines.
        input: Input,
    },
    /// One bill many times, each with a tick of its own.
    Repeated {
        /// The bill.
        row: Row,
        /// How many times.
        count: u64,
    },
}

/// Lines that can be read any number of times.
#[derive(Clone, Debug)]
pub(super) enum Source {
    File { path: PathBuf, format: Option<Format> },
    Repeated { row: Row, count: u64 },
}

/// What is known about the lines of a batch.
#[derive(Debug)]
pub(super) struct LineInfo {
    /// What the journal calls them.
    pub(super) name: String,
    /// The same lines again; `None` where they can be read only once.
    pub(super) source: Option<Source>,
    /// How many there are, where that is known beforehand.
    pub(super) total: Option<u64>,
}

impl LineInfo {
    /// Whether they are one bill many times, and of whom.
    pub(super) fn repeated(&self) -> Option<&Row> {
        match &self.source {
            Some(Source::Repeated { row, .. }) => Some(row),
            _ => None,
        }
    }
}

impl BatchLines {
    /// Opens the lines.
    pub(super) fn open(self) -> Result<(Input, LineInfo), BatchError> {
        let source = match self {
            Self::Stream { name, input } => return Ok((input, LineInfo { name, source: None, total: None })),
            Self::File { path, format } => {
                let format = format.or_else(|| Format::of_name(&path.to_string_lossy()));
                Source::File { path, format }
            }
            Self::Repeated { row, count } => Source::Repeated { row, count },
        };
        // Lines that make no sense as a whole leave no journal behind.
        source.open()?.next_line()?;
        let (input, total) = (source.open()?, Some(source.total()?));
        Ok((input, LineInfo { name: source.name(), source: Some(source), total }))
    }
}

impl Source {
    /// What the journal is called after it.
    fn name(&self) -> String {
        match self {
            Self::File { path, .. } => {
                path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
            Self::Repeated { row, count } => {
                let price = row.unit_price.map(|price| format!("x{price}")).unwrap_or_default();
                format!("{count}-times-{}-{}{price}", row.user, row.units)
            }
        }
    }

    /// The lines from the first one on.
    pub(super) fn open(&self) -> Result<Input, BatchError> {
        Ok(match self {
            Self::File { path, format } => Input::new(BufReader::with_capacity(BUFFER, open_file(path)?), *format),
            Self::Repeated { row, count } => Input::same(row.clone(), *count),
        })
    }

    /// How many lines there are.
    fn total(&self) -> Result<u64, BatchError> {
        let path = match self {
            Self::Repeated { count, .. } => return Ok(*count),
            Self::File { path, .. } => path,
        };
        let mut reader = BufReader::with_capacity(BUFFER, open_file(path)?);
        let mut lines = 0;
        loop {
            let read = reader.fill_buf().map_err(|source| BatchError::Unreadable { path: path.to_owned(), source })?;
            let length = read.len();
            if length == 0 {
                return Ok(lines);
            }
            lines += read.iter().filter(|byte| **byte == b'\n').count() as u64;
            reader.consume(length);
        }
    }
}

fn open_file(path: &Path) -> Result<File, BatchError> {
    let file = File::open(path).map_err(|source| BatchError::Unreadable { path: path.to_owned(), source })?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(BatchError::IsFolder(path.to_owned()));
    }
    Ok(file)
}
