//! Values of template variables.

use crate::encoding::{decode_base32, decode_base64};
use pnp_types::Address;

/// A template variable's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateValue {
    /// A number: fits where an integer is needed.
    Uint(u64),
    /// Bytes: fit where bytes are needed, 32 of them where an address is.
    Bytes(Vec<u8>),
    /// What somebody wrote, such as the `VALUE` of `--tmpl NAME=VALUE`: read by the place where the variable stands.
    Text(String),
}

impl TemplateValue {
    /// The bytes of a text that says how they are encoded: `0x…`, `base64:…`, `base64(…)`, `base32:…`, `addr:…`, `text:…`.
    /// Nothing in it if they are not so encoded; nothing at all if the text does not say.
    pub(super) fn encoded(text: &str) -> Option<Option<Vec<u8>>> {
        if let Some(digits) = text.strip_prefix("0x") {
            return Some(hex::decode(digits).ok());
        }
        if let Some(text) = text.strip_prefix("text:") {
            return Some(Some(text.as_bytes().to_vec()));
        }
        if let Some(address) = text.strip_prefix("addr:") {
            return Some(address.parse::<Address>().ok().map(|address| address.0.to_vec()));
        }
        let of = |names: [&str; 2]| names.into_iter().find_map(|name| inner(text.strip_prefix(name)?));
        if let Some(digits) = of(["base64", "b64"]) {
            let mut bytes = Vec::new();
            return Some(decode_base64(digits.as_bytes(), &mut bytes).ok().map(|()| bytes));
        }
        let digits = of(["base32", "b32"])?;
        let mut bytes = Vec::new();
        Some(decode_base32(digits.as_bytes(), &mut bytes).ok().map(|()| bytes))
    }
}

/// What stands behind a colon, or within parentheses.
fn inner(rest: &str) -> Option<&str> {
    rest.strip_prefix(':').or_else(|| rest.strip_prefix('(')?.strip_suffix(')'))
}

/// For messages: a number, `0x` and hex, or the text in quotes.
impl std::fmt::Display for TemplateValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Uint(number) => number.fmt(f),
            Self::Bytes(bytes) => write!(f, "0x{}", hex::encode(bytes)),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}
