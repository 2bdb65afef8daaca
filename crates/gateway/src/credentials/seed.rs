//! One seed, and every key that comes from it.
//!
//! A key is HKDF-SHA256 of the seed (RFC 5869, no salt) with an info that has a fixed form: `pnp-gateway 1`, a zero byte,
//! the network's genesis hash (32 bytes), the key's purpose, a zero byte, and a number (8 bytes, highest first). So the
//! seed alone, written on paper, brings every key back, and one seed gives other keys on every network. The form must
//! never change: coins lie at its addresses.

use super::KeyNetwork;
use super::mac::{MacKey, WithdrawalMacs};
use super::token::{PlaybackTokens, SessionTokens, UserTokens};
use hkdf::Hkdf;
use pnp_keys::mnemonic::{self, MnemonicError};
use pnp_types::{Address, Digest, Seed as SecretBytes, SigningKey};
use sha2::Sha256;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What every info begins with.
const DOMAIN: &[u8] = b"pnp-gateway 1\0";
/// How many candidates are looked at for a P-256 key. One in 2³² is not a key.
const P256_CANDIDATES: u64 = 256;

/// The 32 bytes from which everything is derived. Who has them has the coins of all wallets and of the treasury. They have
/// one place in memory, however often the seed is cloned.
#[derive(Clone)]
pub struct Seed(Arc<SecretBytes>);

/// A key could not be derived. With 32 bytes a key this does not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key could be derived from the seed")]
pub struct DerivationError;

/// The keys of one seed on one network.
#[derive(Clone)]
pub struct NetworkKeys {
    seed: Seed,
    genesis_hash: Digest,
}

/// What a key is for. No two texts may be the same, and none may contain a zero byte.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Wallet,
    Treasury,
    SessionToken,
    UserToken,
    PlaybackToken,
    Withdrawal,
}

impl Purpose {
    const fn text(self) -> &'static [u8] {
        match self {
            Self::Wallet => b"wallet",
            Self::Treasury => b"treasury",
            Self::SessionToken => b"session token",
            Self::UserToken => b"user token",
            Self::PlaybackToken => b"playback token",
            Self::Withdrawal => b"withdrawal",
        }
    }
}

impl Seed {
    /// A new seed, from the system's randomness.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = SecretBytes::copy_of(&[0; 32]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Self(Arc::new(bytes)))
    }

    /// The 25 words of the seed, for paper.
    #[must_use]
    pub fn to_words(&self) -> Zeroizing<String> {
        mnemonic::from_seed(&self.0)
    }

    /// The seed of 25 words, which stand apart by any white space and in any case.
    ///
    /// # Errors
    /// [`MnemonicError`], which never repeats a word.
    pub fn from_words(words: &str) -> Result<Self, MnemonicError> {
        mnemonic::to_seed(words).map(Arc::new).map(Self)
    }

    /// Its keys on the network with this genesis hash.
    #[must_use]
    pub fn on(&self, genesis_hash: Digest) -> NetworkKeys {
        NetworkKeys { seed: self.clone(), genesis_hash }
    }

    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Arc::new(SecretBytes::copy_of(bytes)))
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl NetworkKeys {
    /// The genesis hash of the network that these keys are for.
    #[must_use]
    pub const fn genesis_hash(&self) -> Digest {
        self.genesis_hash
    }

    /// The signing key of the wallet with this key number.
    ///
    /// # Errors
    /// [`DerivationError`].
    pub fn wallet(&self, number: u64) -> Result<SigningKey, DerivationError> {
        self.signing_key(Purpose::Wallet, number)
    }

    /// The account of the wallet with this key number.
    ///
    /// # Errors
    /// [`DerivationError`].
    pub fn wallet_address(&self, number: u64) -> Result<Address, DerivationError> {
        Ok(self.wallet(number)?.address())
    }

    /// The signing key of the treasury.
    ///
    /// # Errors
    /// [`DerivationError`].
    pub fn treasury(&self) -> Result<SigningKey, DerivationError> {
        self.signing_key(Purpose::Treasury, 0)
    }

    /// What signs and verifies session tokens.
    ///
    /// # Errors
    /// [`DerivationError`].
    pub fn session_tokens(&self, network: KeyNetwork) -> Result<SessionTokens, DerivationError> {
        Ok(SessionTokens::new(network, self.mac_key(Purpose::SessionToken)?))
    }

    /// What signs and verifies user tokens.
    ///
    /// # Errors
    /// [`DerivationError`].
    pub fn user_tokens(&self, network: KeyNetwork) -> Result<UserTokens, DerivationError> {
        Ok(UserTokens::new(network, self.mac_key(Purpose::UserToken)?))
    }

    /// What signs playback tokens. `rotation` counts how often their key was changed; tokens of the key before stay valid.
    ///
    /// # Errors
    /// [`DerivationError`].
    pub fn playback_tokens(&self, network: KeyNetwork, rotation: u32) -> Result<PlaybackTokens, DerivationError> {
        let previous = rotation.checked_sub(1).map(|before| self.playback_key(before)).transpose()?;
        PlaybackTokens::new(network, &self.playback_key(rotation)?, previous.as_ref()).ok_or(DerivationError)
    }

    /// What makes and checks the MACs of withdrawals.
    ///
    /// # Errors
    /// [`DerivationError`].
    pub fn withdrawal_macs(&self) -> Result<WithdrawalMacs, DerivationError> {
        Ok(WithdrawalMacs::new(self.mac_key(Purpose::Withdrawal)?))
    }

    fn signing_key(&self, purpose: Purpose, number: u64) -> Result<SigningKey, DerivationError> {
        Ok(SigningKey::from_seed(&*self.derive(purpose, number)?))
    }

    fn mac_key(&self, purpose: Purpose) -> Result<MacKey, DerivationError> {
        Ok(MacKey::new(&*self.derive(purpose, 0)?))
    }

    /// The first candidate that is a key: a number between 0 and the order of the curve.
    fn playback_key(&self, rotation: u32) -> Result<p256::ecdsa::SigningKey, DerivationError> {
        for candidate in 0..P256_CANDIDATES {
            let bytes = self.derive(Purpose::PlaybackToken, u64::from(rotation) * P256_CANDIDATES + candidate)?;
            if let Ok(key) = p256::ecdsa::SigningKey::from_slice(bytes.as_slice()) {
                return Ok(key);
            }
        }
        Err(DerivationError)
    }

    fn derive(&self, purpose: Purpose, number: u64) -> Result<Zeroizing<[u8; 32]>, DerivationError> {
        let number = number.to_be_bytes();
        let info = [DOMAIN, self.genesis_hash.0.as_slice(), purpose.text(), b"\0", number.as_slice()];
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.seed.bytes())
            .expand_multi_info(&info, key.as_mut_slice())
            .map_err(|_| DerivationError)?;
        Ok(key)
    }
}

/// Without the seed.
impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

/// Without the seed.
impl fmt::Debug for NetworkKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkKeys").field("genesis_hash", &self.genesis_hash).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const GENESIS: Digest = Digest([0x11; 32]);

    fn keys() -> NetworkKeys {
        Seed::from_bytes(&std::array::from_fn(|place| u8::try_from(place).unwrap())).on(GENESIS)
    }

    /// Computed with Python's `hmac` and `hashlib`, from the form that the top of this file describes. They may never
    /// change.
    #[test]
    fn keys_stay_the_same_across_versions() {
        for (purpose, number, expected) in [
            (Purpose::Wallet, 0, "2363588bd2b40067e62e2785d32976d33270f7f8c665f0a8399c7243f1d6f219"),
            (Purpose::Wallet, 1, "017cab09f8d133ec00a2a20d2512a51b7f13a755f416cf0ca33449bd1d22dc4f"),
            (Purpose::Wallet, u64::MAX, "1f13dcbc61674988d15e7607cd4703a6ee8c2ed278d2e3d42e66e18ca3395338"),
            (Purpose::Treasury, 0, "780b7f7f1a60f6b04179851b3edc382e207f946657bd5df3180d4a8c850f05ef"),
            (Purpose::SessionToken, 0, "9b929be81c96293a82f8a7e53d4f2e6e403f21bb4804ee2e35c2940f7e9a5663"),
            (Purpose::UserToken, 0, "15855245151bb1139bfb86a84e75da4f8306e14fad1219c3e03f87a19ce9d47e"),
            (Purpose::PlaybackToken, 0, "0eb3bc29cd03e0ab8859e2cd8673d7b2eddf032f94b3160960036b9fe0188575"),
            (Purpose::PlaybackToken, 256, "36adb80ed065a81d8c54d0c75569b89aefdfa01d99f401191effe420980284ed"),
            (Purpose::Withdrawal, 0, "92d00603b162a5ea4ccc987b4f513ecd9fc7055083ad3cdb62719a482002adbd"),
        ] {
            let key = keys().derive(purpose, number).unwrap();
            assert_eq!(HEXLOWER.encode(key.as_slice()), expected, "{purpose:?} {number}");
        }
        assert_eq!(
            keys().wallet_address(1).unwrap().to_string(),
            "W4RTZUAKTHF5V4GJR3KGCFOK7WA76UMCCS2L4XPSFDR7C7IKTVTPQLLJVU"
        );
        assert_eq!(
            keys().treasury().unwrap().address().to_string(),
            "5SSYP5KC7N2HDRMB52XZUW4AB2P3SKXH7RESADWGFNXD7W4UAPRW4VPQHY"
        );
        let playback = keys().playback_key(1).unwrap();
        assert_eq!(
            HEXLOWER.encode(&playback.to_bytes()),
            "36adb80ed065a81d8c54d0c75569b89aefdfa01d99f401191effe420980284ed"
        );
    }

    #[test]
    fn no_two_keys_are_alike() {
        let seeds = [keys().seed, Seed::from_bytes(&[0; 32]), Seed::generate().unwrap()];
        let mut seen = HashSet::new();
        for seed in &seeds {
            for genesis_hash in [GENESIS, Digest([0; 32]), Digest([0xff; 32])] {
                let keys = seed.on(genesis_hash);
                for purpose in [
                    Purpose::Wallet,
                    Purpose::Treasury,
                    Purpose::SessionToken,
                    Purpose::UserToken,
                    Purpose::PlaybackToken,
                    Purpose::Withdrawal,
                ] {
                    for number in [0, 1, 256, u64::MAX] {
                        assert!(seen.insert(*keys.derive(purpose, number).unwrap()), "{purpose:?} {number}");
                    }
                }
                assert!(seen.insert(*seed.bytes()) || genesis_hash != GENESIS);
            }
        }
    }

    #[test]
    fn a_seed_comes_back_from_its_words() {
        let seed = Seed::generate().unwrap();
        let words = seed.to_words();
        assert_eq!(words.split(' ').count(), 25);
        let read = Seed::from_words(&words.to_uppercase().replace(' ', "\n  ")).unwrap();
        assert_eq!(read.on(GENESIS).wallet_address(7), seed.on(GENESIS).wallet_address(7));
        let cut = words.rsplit_once(' ').unwrap().0;
        assert!(matches!(Seed::from_words(cut), Err(MnemonicError::Count(24))));
    }

    #[test]
    fn nothing_secret_is_shown() {
        let shown = format!("{:?} {:?}", keys().seed, keys());
        assert!(shown.starts_with("Seed(…) NetworkKeys"), "{shown}");
        assert!(!shown.contains("000102") && !shown.contains("0, 1, 2"), "{shown}");
    }

    proptest! {
        #[test]
        fn words_and_keys_are_functions_of_the_seed(bytes: [u8; 32], number: u64) {
            let seed = Seed::from_bytes(&bytes);
            let read = Seed::from_words(&seed.to_words()).unwrap();
            prop_assert_eq!(read.bytes(), &bytes);
            prop_assert_eq!(read.on(GENESIS).wallet_address(number), seed.on(GENESIS).wallet_address(number));
        }
    }
}
