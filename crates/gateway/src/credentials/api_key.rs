//! API keys: `pnp_sk_live_…` for servers, `pnp_pk_live_…` for pages.
//!
//! A key is its kind, its network, 256 random bits and a checksum over all of it, so that a key that was copied wrongly
//! is distinguished from one that is unknown or revoked, without reading the store. The store keeps SHA-256 of the text.

use super::KeyNetwork;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

/// Base 32 without the letters that are read as digits or as each other (i, l, o, u).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Random bytes of a key.
const SECRET_BYTES: usize = 32;
/// Characters of 256 bits, five a character.
const BODY: usize = 52;
/// Characters of the checksum: 30 bits.
const CHECKSUM: usize = 6;
/// Characters of the end of a key that people see.
const HINT: usize = 4;

/// What a key may be used from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// A server's: `pnp_sk_`. It may do everything that its scopes say, and must never reach a browser.
    Secret,
    /// A page's: `pnp_pk_`. Everybody may read it.
    Publishable,
}

impl KeyKind {
    const ALL: [Self; 2] = [Self::Secret, Self::Publishable];

    /// `secret` or `publishable`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Publishable => "publishable",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Secret => "pnp_sk_",
            Self::Publishable => "pnp_pk_",
        }
    }
}

/// A key that this gateway, or another one, may have issued: its form and checksum are right.
#[derive(Clone)]
pub struct ApiKey {
    kind: KeyKind,
    network: KeyNetwork,
    text: Zeroizing<String>,
}

/// Why a text is no key. The text is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// It does not begin like a key.
    #[error("is not an API key: keys begin with pnp_sk_ or pnp_pk_ and a network")]
    Malformed,
    /// It begins like a key, and the rest is not what was issued.
    #[error("is not a complete API key: a character is wrong, missing or added")]
    WrongChecksum,
    /// It stands for a key in the documentation or in a program.
    #[error("stands for an API key in the documentation: put your own there")]
    Placeholder,
}

impl ApiKey {
    /// A new key, from the system's randomness.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn generate(kind: KeyKind, network: KeyNetwork) -> Result<Self, getrandom::Error> {
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        getrandom::fill(secret.as_mut_slice())?;
        Ok(Self::of_secret(kind, network, &secret))
    }

    fn of_secret(kind: KeyKind, network: KeyNetwork, secret: &[u8; SECRET_BYTES]) -> Self {
        // As long as it will be: a text that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(96));
        text.push_str(kind.prefix());
        text.push_str(network.text());
        text.push('_');
        push_base32(&mut text, secret, BODY);
        let checksum = checksum(&text);
        text.push_str(&checksum);
        Self { kind, network, text }
    }

    /// The key itself, to be shown once.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it may be used from.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// What kind of network it is for.
    #[must_use]
    pub const fn network(&self) -> KeyNetwork {
        self.network
    }

    /// SHA-256 of the text: what the store keeps, and finds the key by.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }

    /// The last four characters, by which people recognize it. They are part of the checksum.
    #[must_use]
    pub fn hint(&self) -> &str {
        self.text.get(self.text.len().saturating_sub(HINT)..).unwrap_or_default()
    }
}

/// Reads what [`ApiKey::text`] gives; nothing else, so that a key has one hash.
impl FromStr for ApiKey {
    type Err = ApiKeyError;

    fn from_str(text: &str) -> Result<Self, ApiKeyError> {
        if is_placeholder(text) {
            return Err(ApiKeyError::Placeholder);
        }
        let (kind, rest) = KeyKind::ALL
            .into_iter()
            .find_map(|kind| Some((kind, text.strip_prefix(kind.prefix())?)))
            .ok_or(ApiKeyError::Malformed)?;
        let (network, secret) = rest.split_once('_').ok_or(ApiKeyError::Malformed)?;
        let network = network.parse().map_err(|_| ApiKeyError::Malformed)?;
        if is_filler(secret) {
            return Err(ApiKeyError::Placeholder);
        }
        let has_form = secret.len() == BODY + CHECKSUM && secret.bytes().all(|byte| ALPHABET.contains(&byte));
        let (unsealed, given) =
            text.split_at_checked(text.len().saturating_sub(CHECKSUM)).ok_or(ApiKeyError::WrongChecksum)?;
        if !has_form || checksum(unsealed) != given {
            return Err(ApiKeyError::WrongChecksum);
        }
        Ok(Self { kind, network, text: Zeroizing::new(text.to_owned()) })
    }
}

/// Without the secret.
impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}{}_…{})", self.kind.prefix(), self.network, self.hint())
    }
}

/// The first 30 bits of SHA-256 over what stands before them.
fn checksum(unsealed: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"pnp-gateway API key\0");
    hasher.update(unsealed.as_bytes());
    let mut text = String::with_capacity(CHECKSUM);
    push_base32(&mut text, &hasher.finalize(), CHECKSUM);
    text
}

/// Appends so many characters of five bits each, from the first byte's highest bit on; zeros follow the last byte.
fn push_base32(text: &mut String, bytes: &[u8], characters: usize) {
    for character in 0..characters {
        let (byte, shift) = (5 * character / 8, 5 * character % 8);
        let byte_at = |place: usize| u16::from(bytes.get(place).copied().unwrap_or(0));
        let pair = byte_at(byte) << 8 | byte_at(byte + 1);
        let value = usize::from(pair >> (11 - shift) & 31);
        text.push(char::from(ALPHABET.get(value).copied().unwrap_or(b'0')));
    }
}

/// Whether a text is what documentation and programs write where a key belongs, or what is there when a setting is not.
fn is_placeholder(text: &str) -> bool {
    const PLACEHOLDERS: [&str; 15] = [
        "your-api-key",
        "testnet-api-key",
        "mainnet-api-key",
        "live-api-key",
        "test-api-key",
        "my-api-key",
        "your-key",
        "your-secret-key",
        "your-key-here",
        "your-api-key-here",
        "api-key",
        "playandpay-api-key",
        "undefined",
        "null",
        "none",
    ];
    // No placeholder is longer; nothing of a key is copied.
    if text.len() > 40 {
        return false;
    }
    let bare = text.trim_matches(|character: char| !character.is_ascii_alphanumeric());
    let spelled = bare.to_ascii_lowercase().replace(['_', ' '], "-");
    PLACEHOLDERS.contains(&spelled.as_str())
}

/// Whether a key's body is what documentation writes for one: `…`, `xxxx`, `YOUR_KEY`.
fn is_filler(body: &str) -> bool {
    body.chars().all(|character| matches!(character, '.' | '…' | '*' | 'x' | 'X' | '_' | '-')) || is_placeholder(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// Its body and checksum were computed with Python's `hashlib`.
    const RECORDED: &str = "pnp_sk_test_000g40r40m30e209185gr38e1w8124gk2gahc5rr34d1p70x3rfgbzb30r";

    #[test]
    fn keys_are_read_back_and_are_all_different() {
        let mut seen = HashSet::new();
        for kind in KeyKind::ALL {
            for network in KeyNetwork::ALL {
                for _ in 0..50 {
                    let key = ApiKey::generate(kind, network).unwrap();
                    let read: ApiKey = key.text().parse().unwrap();
                    assert_eq!((read.kind(), read.network(), read.text()), (kind, network, key.text()));
                    assert_eq!(read.hash(), key.hash());
                    assert_eq!(key.text().len(), 12 + BODY + CHECKSUM);
                    assert!(key.text().ends_with(key.hint()) && key.hint().len() == 4, "{}", key.hint());
                    assert!(seen.insert(key.text().to_owned()));
                }
            }
        }
    }

    #[test]
    fn a_key_of_today_is_the_key_of_tomorrow() {
        let secret: [u8; 32] = std::array::from_fn(|place| u8::try_from(place).unwrap());
        let key = ApiKey::of_secret(KeyKind::Secret, KeyNetwork::Test, &secret);
        assert_eq!(key.text(), RECORDED);
        assert_eq!(
            data_encoding::HEXLOWER.encode(&key.hash()),
            "6c36bc43d160b8c65418ce3014a5dcd6523ef3fd59ee9f11b18aad5b1d7451fa"
        );
        assert_eq!(RECORDED.parse::<ApiKey>().unwrap().hint(), "b30r");
    }

    #[test]
    fn debug_shows_the_hint_alone() {
        let key: ApiKey = RECORDED.parse().unwrap();
        let shown = format!("{key:?}");
        assert!(!shown.contains("000g40r40m") && shown.contains("pnp_sk_test_…"), "{shown}");
    }

    #[test]
    fn placeholders_are_refused_as_such() {
        for text in [
            "your-api-key",
            "testnet-api-key",
            "YOUR_API_KEY",
            "<your-api-key>",
            "${PLAYANDPAY_API_KEY}",
            "undefined",
            "pnp_sk_live_",
            "pnp_sk_live_…",
            "pnp_pk_test_xxxxxxxxxxxxxxxx",
            "pnp_sk_test_YOUR_KEY",
        ] {
            assert_eq!(text.parse::<ApiKey>().unwrap_err(), ApiKeyError::Placeholder, "{text}");
        }
        assert!(matches!("mock-api-key".parse::<ApiKey>(), Err(ApiKeyError::Malformed)));
    }

    #[test]
    fn what_does_not_begin_like_a_key_is_malformed() {
        let body = RECORDED.strip_prefix("pnp_sk_test_").unwrap();
        for text in [
            String::new(),
            "sk_live_51H".to_owned(),
            body.to_owned(),
            format!("pnp_rk_test_{body}"),
            format!("pnp_sk_main_{body}"),
            format!("PNP_SK_TEST_{body}"),
            format!(" {RECORDED}"),
            "pnp_sk_".to_owned(),
            "pnp_sk_test".to_owned(),
        ] {
            assert_eq!(text.parse::<ApiKey>().unwrap_err(), ApiKeyError::Malformed, "{text}");
        }
    }

    #[test]
    fn a_key_that_was_copied_wrongly_is_noticed() {
        let wrong = |text: &str| assert_eq!(text.parse::<ApiKey>().unwrap_err(), ApiKeyError::WrongChecksum, "{text}");
        for end in 13..RECORDED.len() {
            wrong(&RECORDED[..end]);
        }
        wrong(&format!("{RECORDED}0"));
        wrong(&format!("{RECORDED}\n"));
        wrong(&format!("{RECORDED}é"));
        let body = RECORDED.strip_prefix("pnp_sk_test_").unwrap();
        wrong(&format!("pnp_sk_test_{}", body.to_uppercase()));
        // The checksum covers kind and network.
        wrong(&format!("pnp_pk_test_{body}"));
        wrong(&format!("pnp_sk_live_{body}"));
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_noticed(place in 12_usize..70, other in 0_usize..32) {
            let mut bytes = RECORDED.as_bytes().to_vec();
            let other = ALPHABET[other];
            prop_assume!(bytes[place] != other);
            bytes[place] = other;
            let text = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(text.parse::<ApiKey>().unwrap_err(), ApiKeyError::WrongChecksum);
        }

        #[test]
        fn two_swapped_characters_are_noticed(place in 12_usize..69) {
            let mut bytes = RECORDED.as_bytes().to_vec();
            prop_assume!(bytes[place] != bytes[place + 1]);
            bytes.swap(place, place + 1);
            let text = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(text.parse::<ApiKey>().unwrap_err(), ApiKeyError::WrongChecksum);
        }

        #[test]
        fn no_other_text_is_a_key(text in "(pnp_(sk|pk)_(mock|test|live)_)?\\PC{0,80}") {
            prop_assert!(text.parse::<ApiKey>().is_err());
        }
    }
}
