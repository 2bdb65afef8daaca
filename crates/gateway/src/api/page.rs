//! Pages of lists: cursors that only their list reads.

use crate::problem::{Code, Problem};
use data_encoding::BASE64URL_NOPAD;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// How many rows a page has where nothing is said, and at most.
const LIMIT: (usize, i64) = (50, 200);
/// Bytes of a cursor that say which list it is from.
const TAG: usize = 6;

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub(super) struct Page<T> {
    /// The rows.
    pub(super) data: Vec<T>,
    /// Where the next page begins: the value of `cursor` in the next request. Null at the end.
    pub(super) next_cursor: Option<String>,
}

/// How many rows a page may have.
pub(super) fn limit(asked: Option<i64>) -> Result<usize, Problem> {
    let (usual, most) = LIMIT;
    match asked {
        None => Ok(usual),
        Some(asked) if (1..=most).contains(&asked) => usize::try_from(asked).map_err(Problem::internal),
        Some(_) => Err(Problem::invalid_field("limit", format_args!("must be from 1 to {most}."))),
    }
}

/// A list with its filters: what its cursors belong to.
#[derive(Clone, Copy, Debug)]
pub(super) struct List([u8; TAG]);

impl List {
    /// A list by its name and everything that decides what is in it.
    pub(super) fn new(name: &str, filters: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in std::iter::once(&name).chain(filters) {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        let hash: [u8; 32] = hash.finalize().into();
        Self(hash.first_chunk().copied().unwrap_or_default())
    }

    /// The cursor of a place.
    pub(super) fn cursor(self, place: &[u8]) -> String {
        BASE64URL_NOPAD.encode(&[&self.0[..], place].concat())
    }

    /// The cursor of a number.
    pub(super) fn cursor_of(self, number: i64) -> String {
        self.cursor(&number.to_be_bytes())
    }

    /// The place of a cursor of this list.
    pub(super) fn place(self, param: &'static str, cursor: &str) -> Result<Vec<u8>, Problem> {
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
        let place = bytes.as_deref().and_then(|bytes| bytes.strip_prefix(&self.0));
        place.map(<[u8]>::to_vec).ok_or_else(|| Problem::new(Code::InvalidCursor).param(param))
    }

    /// The number of a cursor of this list.
    pub(super) fn number(self, param: &'static str, cursor: Option<&str>) -> Result<Option<i64>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let place = self.place(param, cursor)?;
        let bytes: [u8; 8] = place.try_into().map_err(|_| Problem::new(Code::InvalidCursor).param(param))?;
        Ok(Some(i64::from_be_bytes(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_belong_to_their_list() {
        let list = List::new("sessions", &["open"]);
        let cursor = list.cursor_of(77);
        assert_eq!(list.number("cursor", Some(&cursor)).unwrap(), Some(77));
        assert_eq!(list.number("cursor", None).unwrap(), None);
        for other in
            [List::new("sessions", &["closed"]), List::new("events", &["open"]), List::new("sessionsopen", &[])]
        {
            let problem = other.number("cursor", Some(&cursor)).unwrap_err();
            assert_eq!((problem.code(), problem.param_text()), (Code::InvalidCursor, Some("cursor")));
        }
        for text in ["", "x", "77", "====", &cursor[1..], &format!("{cursor}A")] {
            assert_eq!(list.number("cursor", Some(text)).unwrap_err().code(), Code::InvalidCursor, "{text}");
        }
    }

    #[test]
    fn limits_are_kept() {
        assert_eq!((limit(None).unwrap(), limit(Some(200)).unwrap()), (50, 200));
        for wrong in [0, -1, 201, i64::MAX] {
            assert_eq!(limit(Some(wrong)).unwrap_err().param_text(), Some("limit"));
        }
    }
}
