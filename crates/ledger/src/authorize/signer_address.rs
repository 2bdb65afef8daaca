//! Signers whose address an ed25519 key could sign for too. Blocks may hold them; algod refuses them where a group comes in.

use pnp_avm::{NEWEST_VERSION, read_version};
use pnp_opcodes::OFF_CURVE_VERSION;
use pnp_types::{Address, SignedTransaction};

/// A post-quantum key, or a program, whose address is a point of the curve, in algod's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignerAddressError {
    /// A post-quantum key.
    #[error(
        "transaction {index}: pq signature authorizer address {address} is an Edwards25519 curve point (non PQ-compliant)"
    )]
    PqKey {
        /// The place of its transaction in the group.
        index: usize,
        /// Its address.
        address: Address,
    },
    /// A program that signs for its own account, of a version that is to have a salt.
    #[error(
        "transaction {index}: TEAL v{version} LogicSig program hash is an Edwards25519 point and should not be used; \
         set skip-pq-address-check=true to submit anyway if you understand the risks and know what you are doing"
    )]
    Program {
        /// The place of its transaction in the group.
        index: usize,
        /// The program's version.
        version: u64,
    },
}

/// Refuses signers that were chosen without a salt; keys before programs, as algod looks for them.
///
/// # Errors
/// [`SignerAddressError`] for the first of them.
pub fn check_signer_addresses(group: &[SignedTransaction]) -> Result<(), SignerAddressError> {
    for (index, signed) in group.iter().enumerate() {
        let key =
            if signed.pqsig.is_none() && !signed.lsig.logic.is_empty() { &signed.lsig.pqsig } else { &signed.pqsig };
        let address = key.address();
        if !key.public_key.is_empty() && address.is_edwards_point() {
            return Err(SignerAddressError::PqKey { index, address });
        }
    }
    for (index, signed) in group.iter().enumerate() {
        let Ok((version, _)) = read_version(&signed.lsig.logic) else { continue };
        let address = signed.lsig.address();
        if (u64::from(OFF_CURVE_VERSION)..=NEWEST_VERSION).contains(&version)
            && !signed.lsig.is_delegated()
            && signed.authorizer() == address
            && address.is_edwards_point()
        {
            return Err(SignerAddressError::Program { index, version });
        }
    }
    Ok(())
}
