//! One key, sealed by a password: the format of a keystore file.
//!
//! The key that seals is Argon2id of the password; the cipher is XChaCha20-Poly1305, and everything else the file says
//! is bound to it as associated data, so that nobody can pass one account's file off as another's. Must not know folders,
//! or where a password comes from.

use super::KeyError;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};
use data_encoding::BASE64;
use pnp_types::{Address, sha512_256};
use pnp_types::{Seed, SigningKey};
use serde::{Deserialize, Serialize};
use std::path::Path;
use zeroize::{Zeroize, Zeroizing};

/// The version this program writes, and the latest it reads.
const VERSION: u32 = 1;
const KDF: &str = "argon2id";
const CIPHER: &str = "xchacha20poly1305";
const SALT: usize = 16;
const NONCE: usize = 24;
const TAG: usize = 16;
const SEED: usize = 32;

/// What each attempt at a password costs: memory and passes of the key derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// How often all of it is gone through.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// RFC 9106's choice where memory is scarce: 64 MiB, three passes, four lanes.
    pub const DEFAULT: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };

    /// The most a file may ask for: it comes from outside, and must not take this machine's memory or hours of its time.
    const MAX: Self = Self { memory_kib: 1024 * 1024, passes: 64, lanes: 16 };
    /// The most of memory times passes, in KiB: some seconds.
    const MAX_WORK: u64 = 8 * 1024 * 1024;

    fn check(self) -> Result<(), String> {
        let work = u64::from(self.memory_kib).saturating_mul(u64::from(self.passes));
        if self.memory_kib > Self::MAX.memory_kib
            || self.passes > Self::MAX.passes
            || self.lanes > Self::MAX.lanes
            || work > Self::MAX_WORK
        {
            let Self { memory_kib, passes, lanes } = self;
            return Err(format!(
                "its key derivation asks for too much: {memory_kib} KiB, {passes} passes, {lanes} lanes"
            ));
        }
        Ok(())
    }
}

/// All that a file says openly. Serialized without white space it is the cipher's associated data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    name: String,
    address: Address,
    /// The account the key acts for, where that account is rekeyed to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sender: Option<Address>,
    kdf: Kdf,
    cipher: Cipher,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kdf {
    name: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cipher {
    name: String,
    nonce: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    header: Header,
    sealed: String,
    /// A checksum of header and sealed bytes. It is no secret and keeps no secret: it tells a damaged file from a wrong
    /// password, which the cipher's own tag cannot.
    checksum: String,
}

/// A sealed key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    header: Header,
    salt: [u8; SALT],
    nonce: [u8; NONCE],
    sealed: [u8; SEED + TAG],
}

impl Entry {
    /// Seals a key. `sender` is the account it acts for, where that is another's, rekeyed to it.
    ///
    /// # Errors
    /// No randomness, or a cost the algorithm does not know.
    pub fn seal(
        name: &str,
        sender: Option<Address>,
        key: &SigningKey,
        password: &str,
        cost: Cost,
    ) -> Result<Self, KeyError> {
        let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
        for bytes in [salt.as_mut_slice(), nonce.as_mut_slice()] {
            getrandom::fill(bytes).map_err(|error| KeyError::Randomness(error.to_string()))?;
        }
        let header = Header {
            version: VERSION,
            name: name.to_owned(),
            address: key.address(),
            sender: sender.filter(|sender| *sender != key.address()),
            kdf: Kdf {
                name: KDF.to_owned(),
                memory_kib: cost.memory_kib,
                passes: cost.passes,
                lanes: cost.lanes,
                salt: BASE64.encode(&salt),
            },
            cipher: Cipher { name: CIPHER.to_owned(), nonce: BASE64.encode(&nonce) },
        };
        let mut entry = Self { header, salt, nonce, sealed: [0; SEED + TAG] };
        let mut seed = key.seed();
        let cipher = entry.cipher(password)?;
        let tag = cipher
            .encrypt_inout_detached(&XNonce::from(nonce), &entry.associated()?, seed.as_mut_slice().into())
            .map_err(|_| entry.damaged("the cipher refuses it"))?;
        // In place: what was the seed is the cipher's text now.
        for (slot, byte) in entry.sealed.iter_mut().zip(seed.iter().chain(tag.iter())) {
            *slot = *byte;
        }
        Ok(entry)
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`KeyError::WrongPassword`], where the file is as it was written; else [`KeyError::Damaged`].
    pub fn open(&self, password: &str) -> Result<SigningKey, KeyError> {
        let cipher = self.cipher(password)?;
        let (sealed, tag) = self.sealed.split_first_chunk::<SEED>().ok_or_else(|| self.damaged("it is too short"))?;
        let tag: [u8; TAG] = tag.try_into().map_err(|_| self.damaged("it is too short"))?;
        let mut seed = Seed::copy_of(sealed);
        cipher
            .decrypt_inout_detached(
                &XNonce::from(self.nonce),
                &self.associated()?,
                seed.as_mut_slice().into(),
                &Tag::from(tag),
            )
            .map_err(|_| KeyError::WrongPassword { name: self.header.name.clone() })?;
        let key = SigningKey::from_seed(&seed);
        // Only who knew the password could have written another address here.
        if key.address() != self.header.address {
            return Err(self.damaged("its key is not that of its address"));
        }
        Ok(key)
    }

    /// The account's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.header.name
    }

    /// The account's address.
    #[must_use]
    pub fn address(&self) -> Address {
        self.header.sender.unwrap_or(self.header.address)
    }

    /// The address of the key.
    #[must_use]
    pub const fn signer(&self) -> Address {
        self.header.address
    }

    /// The account it acts for, where that is another's than the key's.
    #[must_use]
    pub const fn sender(&self) -> Option<Address> {
        self.header.sender
    }

    /// What trying a password costs.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        let Kdf { memory_kib, passes, lanes, .. } = &self.header.kdf;
        Cost { memory_kib: *memory_kib, passes: *passes, lanes: *lanes }
    }

    /// The file's text.
    pub(super) fn to_text(&self) -> Result<Vec<u8>, KeyError> {
        let file =
            File { header: self.header.clone(), sealed: BASE64.encode(&self.sealed), checksum: self.checksum()? };
        let mut text = serde_json::to_vec_pretty(&file).map_err(|_| self.damaged("it cannot be written"))?;
        text.push(b'\n');
        Ok(text)
    }

    /// Reads a file's text, trusting nothing of it.
    pub(super) fn parse(path: &Path, text: &[u8]) -> Result<Self, KeyError> {
        let damaged = |why: String| KeyError::Damaged { what: path.display().to_string(), why };
        // A later version may say other things; its number is read before anything else.
        #[derive(Deserialize)]
        struct Versioned {
            header: VersionOnly,
        }
        #[derive(Deserialize)]
        struct VersionOnly {
            version: u32,
        }
        let place = |error: serde_json::Error| {
            damaged(match error.is_eof() {
                true if text.is_empty() => "it is empty".to_owned(),
                true => "it ends in the middle".to_owned(),
                false => format!("line {} is not as it was written", error.line()),
            })
        };
        let versioned: Versioned = serde_json::from_slice(text).map_err(place)?;
        if versioned.header.version > VERSION {
            return Err(KeyError::TooNew { path: path.to_owned(), version: versioned.header.version });
        }
        let File { header, sealed, checksum } = serde_json::from_slice(text).map_err(place)?;
        if header.version != VERSION || header.kdf.name != KDF || header.cipher.name != CIPHER {
            return Err(damaged("it names a method that no version of this program used".to_owned()));
        }
        let entry = Self {
            salt: decoded(&header.kdf.salt).ok_or_else(|| damaged("its salt has not 16 bytes".to_owned()))?,
            nonce: decoded(&header.cipher.nonce).ok_or_else(|| damaged("its nonce has not 24 bytes".to_owned()))?,
            sealed: decoded(&sealed).ok_or_else(|| damaged("its sealed key has not 48 bytes".to_owned()))?,
            header,
        };
        entry.cost().check().map_err(damaged)?;
        if entry.checksum()? != checksum {
            return Err(damaged("its content does not fit its checksum".to_owned()));
        }
        Ok(entry)
    }

    fn associated(&self) -> Result<Vec<u8>, KeyError> {
        serde_json::to_vec(&self.header).map_err(|_| self.damaged("its header cannot be written"))
    }

    fn checksum(&self) -> Result<String, KeyError> {
        let mut bytes = self.associated()?;
        bytes.extend_from_slice(&self.sealed);
        Ok(hex::encode(sha512_256(&bytes)))
    }

    /// The cipher under the key of a password. All memory that the derivation went through is wiped.
    fn cipher(&self, password: &str) -> Result<XChaCha20Poly1305, KeyError> {
        let Cost { memory_kib, passes, lanes } = self.cost();
        let failed = |error: argon2::Error| self.damaged(&format!("its key derivation is refused: {error}"));
        let params = Params::new(memory_kib, passes, lanes, Some(SEED)).map_err(failed)?;
        let mut memory = Vec::new();
        let blocks = params.block_count();
        memory.try_reserve_exact(blocks).map_err(|_| KeyError::Memory { kib: memory_kib })?;
        memory.resize(blocks, Block::new());
        let mut key = Zeroizing::new([0_u8; SEED]);
        let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
            password.as_bytes(),
            &self.salt,
            key.as_mut_slice(),
            memory.as_mut_slice(),
        );
        memory.zeroize();
        derived.map_err(failed)?;
        XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| self.damaged("its key has not 32 bytes"))
    }

    fn damaged(&self, why: &str) -> KeyError {
        KeyError::Damaged { what: format!("the keystore's file of {}", self.header.name), why: why.to_owned() }
    }
}

/// Exactly `N` bytes from base64.
fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    // The length first: what is far too long is not decoded at all.
    if text.len() > N.saturating_mul(2) {
        return None;
    }
    BASE64.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 32, passes: 1, lanes: 1 };

    fn entry() -> (SigningKey, Entry) {
        let key = SigningKey::from_seed(&[7; 32]);
        let entry = Entry::seal("alice", None, &key, "correct horse", CHEAP).unwrap();
        (key, entry)
    }

    fn parse(text: &[u8]) -> Result<Entry, KeyError> {
        Entry::parse(Path::new("alice.json"), text)
    }

    #[test]
    fn a_sealed_key_comes_back_with_its_password_only() {
        let (key, entry) = entry();
        let text = entry.to_text().unwrap();
        let read = parse(&text).unwrap();
        assert_eq!(read, entry);
        assert_eq!((read.name(), read.address(), read.signer()), ("alice", key.address(), key.address()));
        assert_eq!(read.open("correct horse").unwrap().seed().as_slice(), &[7; 32]);
        assert!(matches!(read.open("correct hors"), Err(KeyError::WrongPassword { .. })));
        let shown = String::from_utf8(text).unwrap();
        assert!(shown.contains(&key.address().to_string()), "the address is in clear: {shown}");
        assert!(!shown.contains(&BASE64.encode(&[7; 32])) && !shown.contains(&hex::encode([7; 32])), "{shown}");
        assert_ne!(Entry::seal("alice", None, &key, "x", CHEAP).unwrap().salt, entry.salt);
    }

    #[test]
    fn every_damaged_byte_is_noticed_and_is_not_called_a_wrong_password() {
        let (_, entry) = entry();
        let text = entry.to_text().unwrap();
        let (mut noticed, mut tried) = (0, 0);
        for place in 0..text.len() {
            let mut bent = text.clone();
            bent[place] ^= 1;
            match parse(&bent) {
                Ok(other) => assert_eq!(other, entry, "byte {place} may only be white space"),
                Err(KeyError::Damaged { .. } | KeyError::TooNew { .. }) => noticed += 1,
                Err(error) => panic!("byte {place}: {error}"),
            }
            tried += 1;
        }
        assert!(noticed > tried * 3 / 4, "{noticed} of {tried}");
    }

    #[test]
    fn a_file_passed_off_as_anothers_does_not_open() {
        let (_, entry) = entry();
        let mut forged = entry.clone();
        forged.header.name = "creator".to_owned();
        // The checksum is anybody's to compute; the cipher's tag is not.
        let forged = parse(&forged.to_text().unwrap()).unwrap();
        assert!(matches!(forged.open("correct horse"), Err(KeyError::WrongPassword { .. })));
        let mut cheap = entry;
        cheap.header.sender = Some(Address([9; 32]));
        assert!(cheap.open("correct horse").is_err());
    }

    #[test]
    fn a_file_that_asks_for_too_much_is_refused_before_it_gets_it() {
        let (_, entry) = entry();
        for (memory_kib, passes, lanes) in [(u32::MAX, 1, 1), (32, u32::MAX, 1), (32, 1, u32::MAX), (1 << 20, 64, 1)] {
            let mut greedy = entry.clone();
            (greedy.header.kdf.memory_kib, greedy.header.kdf.passes, greedy.header.kdf.lanes) =
                (memory_kib, passes, lanes);
            let error = parse(&greedy.to_text().unwrap()).unwrap_err().to_string();
            assert!(error.contains("asks for too much"), "{error}");
        }
        let mut later = entry;
        later.header.version = 2;
        assert!(matches!(parse(&later.to_text().unwrap()), Err(KeyError::TooNew { version: 2, .. })));
        assert!(matches!(parse(b"{}"), Err(KeyError::Damaged { .. })));
    }

    #[test]
    fn a_key_may_act_for_another_account() {
        let key = SigningKey::from_seed(&[7; 32]);
        let other = Address([9; 32]);
        let entry = Entry::seal("alice", Some(other), &key, "x", CHEAP).unwrap();
        let read = parse(&entry.to_text().unwrap()).unwrap();
        assert_eq!((read.address(), read.signer(), read.sender()), (other, key.address(), Some(other)));
        assert_eq!(read.open("x").unwrap().address(), key.address());
        let own = Entry::seal("alice", Some(key.address()), &key, "x", CHEAP).unwrap();
        assert_eq!(own.sender(), None);
    }

    #[test]
    fn the_default_cost_is_within_what_is_read() {
        assert_eq!(Cost::DEFAULT.check(), Ok(()));
    }
}
