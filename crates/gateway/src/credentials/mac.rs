//! HMAC-SHA256 under keys that are derived from the seed, and what it protects in the store: withdrawals.

use crate::amount::Amount;
use hmac::{Hmac, KeyInit as _, Mac as _};
use pnp_types::Address;
use sha2::Sha256;
use std::fmt;

/// A key for HMAC-SHA256, in the state in which the key has been taken in already.
#[derive(Clone)]
pub(super) struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// Of 32 secret bytes.
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        // HMAC fills shorter keys up to the hash's block with zeros.
        let mut block = zeroize::Zeroizing::new([0; 64]);
        for (slot, byte) in block.iter_mut().zip(secret) {
            *slot = *byte;
        }
        Self(Hmac::new((&*block).into()))
    }

    /// The MAC of a message.
    pub(super) fn mac(&self, message: &[u8]) -> [u8; 32] {
        self.0.clone().chain_update(message).finalize().into_bytes().into()
    }

    /// Whether a MAC is the message's, in a time that does not depend on where they differ.
    pub(super) fn is_mac(&self, message: &[u8], mac: &[u8]) -> bool {
        self.0.clone().chain_update(message).verify_slice(mac).is_ok()
    }
}

/// Without the key.
impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(…)")
    }
}

/// What was authorized: so much of this wallet to this destination, by this withdrawal and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthorizedWithdrawal {
    /// The withdrawal's number.
    pub id: i64,
    /// The wallet's number.
    pub wallet: i64,
    /// What the user receives.
    pub amount: Amount,
    /// Where it goes.
    pub destination: Address,
}

/// Makes and checks the MACs of withdrawals: who can write the store and has no seed cannot make one.
#[derive(Clone, Debug)]
pub struct WithdrawalMacs(MacKey);

/// A withdrawal is not what was authorized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the withdrawal is not the one that was authorized: its MAC is wrong")]
pub struct WrongMac;

impl WithdrawalMacs {
    pub(super) const fn new(key: MacKey) -> Self {
        Self(key)
    }

    /// The MAC to store with a withdrawal when it is authorized.
    #[must_use]
    pub fn mac(&self, withdrawal: &AuthorizedWithdrawal) -> [u8; 32] {
        self.0.mac(&message(withdrawal))
    }

    /// Checks a stored withdrawal before it is signed, in constant time.
    ///
    /// # Errors
    /// [`WrongMac`]: a member or the MAC was changed.
    pub fn check(&self, withdrawal: &AuthorizedWithdrawal, mac: &[u8]) -> Result<(), WrongMac> {
        if self.0.is_mac(&message(withdrawal), mac) { Ok(()) } else { Err(WrongMac) }
    }
}

/// Every member has its fixed place.
fn message(withdrawal: &AuthorizedWithdrawal) -> Vec<u8> {
    let AuthorizedWithdrawal { id, wallet, amount, destination } = withdrawal;
    [
        b"pnp-gateway withdrawal 1\0".as_slice(),
        &id.to_be_bytes(),
        &wallet.to_be_bytes(),
        &amount.0.to_be_bytes(),
        &destination.0,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn macs(key: u8) -> WithdrawalMacs {
        WithdrawalMacs::new(MacKey::new(&[key; 32]))
    }

    fn withdrawal() -> AuthorizedWithdrawal {
        AuthorizedWithdrawal { id: 1, wallet: 2, amount: Amount(500_000_000), destination: Address([3; 32]) }
    }

    /// Computed with Python's `hmac`.
    #[test]
    fn it_is_hmac_sha256() {
        let mac = MacKey::new(&[7; 32]).mac(b"what do ya want for nothing?");
        assert_eq!(
            data_encoding::HEXLOWER.encode(&mac),
            "37853aff7df2ff1f94e194ad66dd7633e01f2642bdbc02f0b6a1ea7540d2ac0e"
        );
    }

    /// Computed with Python's `hmac`.
    #[test]
    fn a_stored_mac_stays_valid_across_versions() {
        assert_eq!(
            data_encoding::HEXLOWER.encode(&macs(7).mac(&withdrawal())),
            "b288588805a082becfa85e3930fa9218df4a05a6893abbd201723dddd2a3900a"
        );
    }

    #[test]
    fn a_changed_member_or_mac_is_refused() {
        let good = withdrawal();
        let mac = macs(7).mac(&good);
        assert_eq!(macs(7).check(&good, &mac), Ok(()));
        for changed in [
            AuthorizedWithdrawal { id: 2, wallet: 1, ..good },
            AuthorizedWithdrawal { id: 3, ..good },
            AuthorizedWithdrawal { wallet: 3, ..good },
            AuthorizedWithdrawal { amount: Amount(500_000_001), ..good },
            AuthorizedWithdrawal { destination: Address([4; 32]), ..good },
        ] {
            assert_eq!(macs(7).check(&changed, &mac), Err(WrongMac), "{changed:?}");
        }
        assert_eq!(macs(8).check(&good, &mac), Err(WrongMac));
        assert_eq!(macs(7).check(&good, &[]), Err(WrongMac));
        assert_eq!(macs(7).check(&good, &mac[..31]), Err(WrongMac));
        assert_eq!(macs(7).check(&good, &[mac.as_slice(), &[0]].concat()), Err(WrongMac));
        assert_eq!(format!("{:?}", macs(7)), "WithdrawalMacs(MacKey(…))");
    }

    proptest! {
        #[test]
        fn every_bit_of_the_mac_counts(bit in 0_usize..256) {
            let mut mac = macs(7).mac(&withdrawal());
            mac[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(macs(7).check(&withdrawal(), &mac), Err(WrongMac));
        }
    }
}
