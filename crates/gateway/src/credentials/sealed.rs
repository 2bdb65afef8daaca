//! The seed, sealed in a file: by a master key that is kept elsewhere, or by a passphrase.
//!
//! The cipher is XChaCha20-Poly1305. All that the file says openly is its associated data, so that a file cannot be passed
//! off as another network's. A passphrase becomes a key by Argon2id.

use super::master_key::MasterKey;
use super::private_file::{self, PrivateFileError};
use super::seed::{DerivationError, Seed};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64, HEXLOWER};
use pnp_types::{Address, Digest, Seed as SecretBytes};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use zeroize::Zeroize as _;

/// The version that this program writes, and the latest that it reads.
const VERSION: u32 = 1;
const FORMAT: &str = "pnp-gateway seed";
const CIPHER: &str = "xchacha20poly1305";
const SALT: usize = 16;
const NONCE: usize = 24;
const TAG: usize = 16;
const SEED: usize = 32;
/// The most bytes that a file may have.
const FILE_LIMIT: usize = 8 * 1024;

/// What opens a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// A master key.
    MasterKey,
    /// A passphrase.
    Passphrase,
}

/// What seals or opens a seed.
#[derive(Clone, Copy)]
pub enum SealKey<'a> {
    /// A key that is kept in another place than the sealed seed.
    MasterKey(&'a MasterKey),
    /// Words that a person enters at start; compared byte for byte, never empty.
    Passphrase(&'a str),
}

/// A seed that cannot be sealed, opened or read.
#[derive(Debug, thiserror::Error)]
pub enum SealedSeedError {
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] PrivateFileError),
    /// The file is not what was written.
    #[error("{} is damaged: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, without its content.
        why: String,
    },
    /// The file was written by a later version.
    #[error("{} has version {version}, which this program does not know", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// The file is whole, and another master key sealed it.
    #[error("this is not the master key that sealed the seed")]
    WrongMasterKey,
    /// The file is whole, and another passphrase sealed it.
    #[error("this is not the passphrase that sealed the seed")]
    WrongPassphrase,
    /// A master key was given, or a passphrase, and the other one sealed it.
    #[error("the seed was sealed by {}", match .0 { Protection::MasterKey => "a master key", Protection::Passphrase => "a passphrase" })]
    SealedByOther(Protection),
    /// An empty passphrase protects nothing.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// There is not the memory that a passphrase takes.
    #[error("there are no {kib} KiB of memory to open the seed with")]
    Memory {
        /// How much it takes.
        kib: u32,
    },
    /// The cipher or the key derivation refuses what it was given.
    #[error("the seed cannot be sealed or opened: {0}")]
    Refused(String),
    /// The system has no randomness.
    #[error("the system gives no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
    /// No key could be derived.
    #[error(transparent)]
    Derivation(#[from] DerivationError),
}

/// A sealed seed. It says openly which network it is for, and the treasury's account there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSeed {
    header: Header,
    salt: [u8; SALT],
    nonce: [u8; NONCE],
    sealed: [u8; SEED + TAG],
}

/// All that a file says openly. Serialized without white space it is the cipher's associated data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    format: String,
    /// Base64 of the network's genesis hash.
    genesis_hash: String,
    treasury: Address,
    /// How a passphrase becomes a key; absent where a master key seals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    argon2id: Option<Cost>,
    cipher: String,
    nonce: String,
}

/// What each attempt at a passphrase costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    #[serde(default)]
    salt: String,
}

impl Cost {
    /// RFC 9106's choice where memory is scarce: 64 MiB, three passes, four lanes.
    const fn standard() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 4, salt: String::new() }
    }

    /// Whether a file asks for no more than a GiB and some seconds: it comes from outside.
    fn is_acceptable(&self) -> bool {
        let work = u64::from(self.memory_kib).saturating_mul(u64::from(self.passes));
        self.memory_kib <= 1024 * 1024 && self.passes <= 64 && self.lanes <= 16 && work <= 8 * 1024 * 1024
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    header: Header,
    sealed: String,
    /// SHA-256 of header and sealed bytes. It keeps no secret: it tells a damaged file from a wrong key.
    checksum: String,
}

impl SealedSeed {
    /// Seals a seed for one network.
    ///
    /// # Errors
    /// No randomness, no memory, or an empty passphrase.
    pub fn seal(seed: &Seed, genesis_hash: Digest, key: SealKey<'_>) -> Result<Self, SealedSeedError> {
        Self::seal_at(seed, genesis_hash, key, Cost::standard())
    }

    fn seal_at(seed: &Seed, genesis_hash: Digest, key: SealKey<'_>, cost: Cost) -> Result<Self, SealedSeedError> {
        let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
        getrandom::fill(&mut nonce)?;
        let argon2id = match key {
            SealKey::MasterKey(_) => None,
            SealKey::Passphrase(_) => {
                getrandom::fill(&mut salt)?;
                Some(Cost { salt: BASE64.encode(&salt), ..cost })
            }
        };
        let header = Header {
            version: VERSION,
            format: FORMAT.to_owned(),
            genesis_hash: genesis_hash.to_base64(),
            treasury: seed.on(genesis_hash).treasury()?.address(),
            argon2id,
            cipher: CIPHER.to_owned(),
            nonce: BASE64.encode(&nonce),
        };
        let mut this = Self { header, salt, nonce, sealed: [0; SEED + TAG] };
        let mut bytes = SecretBytes::copy_of(seed.bytes());
        let tag = this
            .cipher(key)?
            .encrypt_inout_detached(&XNonce::from(nonce), &this.associated()?, bytes.as_mut_slice().into())
            .map_err(refused)?;
        // In place: what was the seed is the cipher's text now.
        for (slot, byte) in this.sealed.iter_mut().zip(bytes.iter().chain(tag.iter())) {
            *slot = *byte;
        }
        Ok(this)
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`SealedSeedError::WrongMasterKey`] or [`SealedSeedError::WrongPassphrase`];
    /// [`SealedSeedError::SealedByOther`] where the wrong one of the two is given.
    pub fn open(&self, key: SealKey<'_>) -> Result<Seed, SealedSeedError> {
        let wrong = || match key {
            SealKey::MasterKey(_) => SealedSeedError::WrongMasterKey,
            SealKey::Passphrase(_) => SealedSeedError::WrongPassphrase,
        };
        let (sealed, tag) = self.sealed.split_first_chunk::<SEED>().ok_or_else(wrong)?;
        let tag: [u8; TAG] = tag.try_into().map_err(|_| wrong())?;
        let mut bytes = SecretBytes::copy_of(sealed);
        self.cipher(key)?
            .decrypt_inout_detached(
                &XNonce::from(self.nonce),
                &self.associated()?,
                bytes.as_mut_slice().into(),
                &Tag::from(tag),
            )
            .map_err(|_| wrong())?;
        Ok(Seed::from_bytes(&bytes))
    }

    /// Reads a file that nobody but its owner can read; nothing where there is no file.
    ///
    /// # Errors
    /// The file is damaged, later than this program, or open to others.
    pub fn read(path: &Path) -> Result<Option<Self>, SealedSeedError> {
        private_file::read(path, FILE_LIMIT)?.map(|text| Self::parse(path, &text)).transpose()
    }

    /// Writes a new file of mode 0600, whole or not at all.
    ///
    /// # Errors
    /// [`PrivateFileError::Exists`] where there is a file already, which may be the only copy of another seed.
    pub fn create(&self, path: &Path) -> Result<(), SealedSeedError> {
        Ok(private_file::create(path, &self.to_text()?)?)
    }

    /// Writes the same seed, sealed by another key, over the file. Whether it is the same seed is the caller's to know.
    ///
    /// # Errors
    /// Writing failed; the file is then the old one, whole.
    pub fn replace(&self, path: &Path) -> Result<(), SealedSeedError> {
        Ok(private_file::replace(path, &self.to_text()?)?)
    }

    /// What opens it.
    #[must_use]
    pub const fn protection(&self) -> Protection {
        if self.header.argon2id.is_some() { Protection::Passphrase } else { Protection::MasterKey }
    }

    /// Whether it was sealed for the network with this genesis hash.
    #[must_use]
    pub fn is_for(&self, genesis_hash: Digest) -> bool {
        self.header.genesis_hash == genesis_hash.to_base64()
    }

    /// The treasury's account, as the file says it. It is certain once the seed has been opened.
    #[must_use]
    pub const fn treasury(&self) -> Address {
        self.header.treasury
    }

    fn to_text(&self) -> Result<Vec<u8>, SealedSeedError> {
        let file =
            File { header: self.header.clone(), sealed: BASE64.encode(&self.sealed), checksum: self.checksum()? };
        let mut text = serde_json::to_vec_pretty(&file).map_err(refused)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Reads a file's text, trusting nothing of it.
    fn parse(path: &Path, text: &[u8]) -> Result<Self, SealedSeedError> {
        let damaged = |why: &str| SealedSeedError::Damaged { path: path.to_owned(), why: why.to_owned() };
        let version = version(text).map_err(|why| damaged(&why))?;
        if version > VERSION {
            return Err(SealedSeedError::TooNew { path: path.to_owned(), version });
        }
        let File { header, sealed, checksum } =
            serde_json::from_slice(text).map_err(|error| damaged(&place_of(&error)))?;
        if version != VERSION || header.format != FORMAT || header.cipher != CIPHER {
            return Err(damaged("it names a format that no version of this program used"));
        }
        if header.argon2id.as_ref().is_some_and(|cost| !cost.is_acceptable()) {
            return Err(damaged("its key derivation asks for too much memory or time"));
        }
        let salt = header.argon2id.as_ref().map_or(Some([0; SALT]), |cost| decoded(&cost.salt));
        let this = Self {
            salt: salt.ok_or_else(|| damaged("its salt has not 16 bytes"))?,
            nonce: decoded(&header.nonce).ok_or_else(|| damaged("its nonce has not 24 bytes"))?,
            sealed: decoded(&sealed).ok_or_else(|| damaged("its sealed seed has not 48 bytes"))?,
            header,
        };
        if this.checksum()? != checksum {
            return Err(damaged("its content does not fit its checksum"));
        }
        Ok(this)
    }

    fn associated(&self) -> Result<Vec<u8>, SealedSeedError> {
        serde_json::to_vec(&self.header).map_err(refused)
    }

    fn checksum(&self) -> Result<String, SealedSeedError> {
        let mut hasher = Sha256::new();
        hasher.update(self.associated()?);
        hasher.update(self.sealed);
        Ok(HEXLOWER.encode(&hasher.finalize()))
    }

    fn cipher(&self, key: SealKey<'_>) -> Result<XChaCha20Poly1305, SealedSeedError> {
        let key = match (key, &self.header.argon2id) {
            (SealKey::MasterKey(key), None) => SecretBytes::copy_of(key.bytes()),
            (SealKey::Passphrase(""), Some(_)) => return Err(SealedSeedError::EmptyPassphrase),
            (SealKey::Passphrase(passphrase), Some(cost)) => stretched(passphrase, cost, &self.salt)?,
            _ => return Err(SealedSeedError::SealedByOther(self.protection())),
        };
        XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(refused)
    }
}

/// Without the key.
impl std::fmt::Debug for SealKey<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::MasterKey(_) => "MasterKey(…)",
            Self::Passphrase(_) => "Passphrase(…)",
        })
    }
}

/// The key of a passphrase. All memory that the derivation went through is wiped.
fn stretched(passphrase: &str, cost: &Cost, salt: &[u8]) -> Result<SecretBytes, SealedSeedError> {
    let Cost { memory_kib, passes, lanes, .. } = *cost;
    let params = Params::new(memory_kib, passes, lanes, Some(SEED)).map_err(refused)?;
    let mut memory = Vec::new();
    let blocks = params.block_count();
    memory.try_reserve_exact(blocks).map_err(|_| SealedSeedError::Memory { kib: memory_kib })?;
    memory.resize(blocks, Block::new());
    let mut key = SecretBytes::copy_of(&[0; SEED]);
    let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
        passphrase.as_bytes(),
        salt,
        key.as_mut_slice(),
        memory.as_mut_slice(),
    );
    memory.zeroize();
    derived.map_err(refused)?;
    Ok(key)
}

/// A later version may say other things; its number is read before anything else.
fn version(text: &[u8]) -> Result<u32, String> {
    #[derive(Deserialize)]
    struct Versioned {
        header: VersionOnly,
    }
    #[derive(Deserialize)]
    struct VersionOnly {
        version: u32,
    }
    let versioned: Versioned = serde_json::from_slice(text).map_err(|error| place_of(&error))?;
    Ok(versioned.header.version)
}

fn place_of(error: &serde_json::Error) -> String {
    if error.is_eof() {
        "it ends in the middle".to_owned()
    } else {
        format!("line {} is not as it was written", error.line())
    }
}

fn refused(why: impl std::fmt::Display) -> SealedSeedError {
    SealedSeedError::Refused(why.to_string())
}

/// Exactly `N` bytes from base64.
fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    BASE64.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 32, passes: 1, lanes: 1, salt: String::new() };
    const GENESIS: Digest = Digest([0x11; 32]);

    fn seed() -> Seed {
        Seed::from_bytes(&[7; 32])
    }

    fn master_key(digit: &str) -> MasterKey {
        MasterKey::from_hex(&digit.repeat(64)).unwrap()
    }

    fn by_passphrase() -> SealedSeed {
        SealedSeed::seal_at(&seed(), GENESIS, SealKey::Passphrase("correct horse"), CHEAP).unwrap()
    }

    fn parse(text: &[u8]) -> Result<SealedSeed, SealedSeedError> {
        SealedSeed::parse(Path::new("seed.json"), text)
    }

    #[test]
    fn a_seed_comes_back_with_its_key_only() {
        let (key, other) = (master_key("a"), master_key("b"));
        let sealed = SealedSeed::seal(&seed(), GENESIS, SealKey::MasterKey(&key)).unwrap();
        let read = parse(&sealed.to_text().unwrap()).unwrap();
        assert_eq!(read, sealed);
        assert_eq!(read.protection(), Protection::MasterKey);
        assert_eq!(read.open(SealKey::MasterKey(&key)).unwrap().bytes(), &[7; 32]);
        assert!(matches!(read.open(SealKey::MasterKey(&other)), Err(SealedSeedError::WrongMasterKey)));
        assert!(matches!(
            read.open(SealKey::Passphrase("a")),
            Err(SealedSeedError::SealedByOther(Protection::MasterKey))
        ));

        let sealed = by_passphrase();
        let read = parse(&sealed.to_text().unwrap()).unwrap();
        assert_eq!(read.protection(), Protection::Passphrase);
        assert_eq!(read.open(SealKey::Passphrase("correct horse")).unwrap().bytes(), &[7; 32]);
        assert!(matches!(read.open(SealKey::Passphrase("correct hors")), Err(SealedSeedError::WrongPassphrase)));
        assert!(matches!(read.open(SealKey::Passphrase("")), Err(SealedSeedError::EmptyPassphrase)));
        assert!(matches!(
            read.open(SealKey::MasterKey(&key)),
            Err(SealedSeedError::SealedByOther(Protection::Passphrase))
        ));
        let empty = SealedSeed::seal(&seed(), GENESIS, SealKey::Passphrase(""));
        assert!(matches!(empty, Err(SealedSeedError::EmptyPassphrase)));
    }

    #[test]
    fn a_passphrase_costs_64_mib_by_default() {
        let sealed = SealedSeed::seal(&seed(), GENESIS, SealKey::Passphrase("correct horse")).unwrap();
        assert_eq!(sealed.header.argon2id.as_ref().map(|cost| (cost.memory_kib, cost.passes)), Some((65536, 3)));
        assert_eq!(sealed.open(SealKey::Passphrase("correct horse")).unwrap().bytes(), &[7; 32]);
    }

    /// A file of version 1, written by Python with the XChaCha20-Poly1305 of `pycryptodomex`.
    #[test]
    fn a_file_of_this_version_stays_readable() {
        let text = include_str!("sealed_v1.json");
        let sealed = parse(text.as_bytes()).unwrap();
        assert!(sealed.is_for(GENESIS) && !sealed.is_for(Digest([0x12; 32])));
        assert_eq!(sealed.open(SealKey::MasterKey(&master_key("a"))).unwrap().bytes(), &[7; 32]);
        assert_eq!(sealed.to_text().unwrap(), text.as_bytes());
    }

    #[test]
    fn the_file_shows_the_treasury_and_not_the_seed() {
        let sealed = by_passphrase();
        let text = String::from_utf8(sealed.to_text().unwrap()).unwrap();
        let treasury = seed().on(GENESIS).treasury().unwrap().address();
        assert_eq!(sealed.treasury(), treasury);
        assert!(text.contains(&treasury.to_string()), "{text}");
        for secret in [BASE64.encode(&[7; 32]), HEXLOWER.encode(&[7; 32]), "correct horse".to_owned()] {
            assert!(!text.contains(&secret) && !format!("{sealed:?}").contains(&secret), "{text}");
        }
        let again = by_passphrase();
        assert!(again.salt != sealed.salt && again.nonce != sealed.nonce && again.sealed != sealed.sealed);
        assert_eq!(format!("{:?}", SealKey::Passphrase("x")), "Passphrase(…)");
    }

    #[test]
    fn every_damaged_byte_is_noticed_and_is_not_called_a_wrong_key() {
        let sealed = by_passphrase();
        let text = sealed.to_text().unwrap();
        for place in 0..text.len() {
            let mut bent = text.clone();
            bent[place] ^= 1;
            match parse(&bent) {
                Ok(other) => assert_eq!(other, sealed, "byte {place} may only be white space"),
                Err(SealedSeedError::Damaged { .. } | SealedSeedError::TooNew { .. }) => {}
                Err(error) => panic!("byte {place}: {error}"),
            }
            // The end of the last line may be missing.
            let is_whole = place + 1 == text.len();
            assert_eq!(parse(&text[..place]).is_ok(), is_whole, "{place}");
        }
    }

    #[test]
    fn a_file_passed_off_as_another_networks_does_not_open() {
        let mut forged = by_passphrase();
        forged.header.genesis_hash = Digest([0x12; 32]).to_base64();
        // The checksum is anybody's to compute; the cipher's tag is not.
        let forged = parse(&forged.to_text().unwrap()).unwrap();
        assert!(forged.is_for(Digest([0x12; 32])));
        assert!(matches!(forged.open(SealKey::Passphrase("correct horse")), Err(SealedSeedError::WrongPassphrase)));
        let mut forged = by_passphrase();
        forged.header.treasury = Address([9; 32]);
        assert!(forged.open(SealKey::Passphrase("correct horse")).is_err());
    }

    #[test]
    fn a_file_that_asks_for_too_much_is_refused_before_it_gets_it() {
        for (memory_kib, passes, lanes) in [(u32::MAX, 1, 1), (32, u32::MAX, 1), (32, 1, u32::MAX), (1 << 20, 64, 1)] {
            let mut greedy = by_passphrase();
            greedy.header.argon2id = Some(Cost { memory_kib, passes, lanes, salt: BASE64.encode(&[0; 16]) });
            let error = parse(&greedy.to_text().unwrap()).unwrap_err().to_string();
            assert!(error.contains("asks for too much"), "{error}");
        }
        let mut later = by_passphrase();
        later.header.version = 2;
        assert!(matches!(parse(&later.to_text().unwrap()), Err(SealedSeedError::TooNew { version: 2, .. })));
    }

    #[test]
    fn files_are_created_once_and_replaced_on_purpose() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed.json");
        assert!(SealedSeed::read(&path).unwrap().is_none());
        let first = by_passphrase();
        first.create(&path).unwrap();
        let again = by_passphrase().create(&path);
        assert!(matches!(again, Err(SealedSeedError::File(PrivateFileError::Exists { .. }))));
        assert_eq!(SealedSeed::read(&path).unwrap(), Some(first));
        let key = master_key("c");
        let second = SealedSeed::seal(&seed(), GENESIS, SealKey::MasterKey(&key)).unwrap();
        second.replace(&path).unwrap();
        assert_eq!(SealedSeed::read(&path).unwrap(), Some(second));
    }
}
