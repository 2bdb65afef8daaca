//! Small groups that choose an algorithm or an encoding rather than read a value.

use super::{Field, FieldRow, row};
use crate::StackType;

/// Curves of `ecdsa_verify` and related opcodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EcdsaCurve {
    /// Bitcoin's curve.
    Secp256k1,
    /// NIST's curve P-256.
    Secp256r1,
}

impl Field for EcdsaCurve {
    const ROWS: &'static [FieldRow<Self>] =
        &[row(Self::Secp256k1, "Secp256k1", StackType::NONE, 5), row(Self::Secp256r1, "Secp256r1", StackType::NONE, 7)];

    fn byte(self) -> u8 {
        self as u8
    }
}

/// Groups of the pairing-friendly curves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EcGroup {
    /// G1 of BN254: a point is 32 bytes X and 32 bytes Y.
    Bn254G1,
    /// G2 of BN254: a point is 64 bytes X and 64 bytes Y.
    Bn254G2,
    /// G1 of BLS12-381: a point is 48 bytes X and 48 bytes Y.
    Bls12_381G1,
    /// G2 of BLS12-381: a point is 96 bytes X and 96 bytes Y.
    Bls12_381G2,
}

impl Field for EcGroup {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::Bn254G1, "BN254g1", StackType::NONE, 10),
        row(Self::Bn254G2, "BN254g2", StackType::NONE, 10),
        row(Self::Bls12_381G1, "BLS12_381g1", StackType::NONE, 10),
        row(Self::Bls12_381G2, "BLS12_381g2", StackType::NONE, 10),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}

/// Alphabets of RFC 4648.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Base64Encoding {
    /// The one for URLs and file names, section 5.
    Url,
    /// The standard one, section 4.
    Std,
}

impl Field for Base64Encoding {
    const ROWS: &'static [FieldRow<Self>] =
        &[row(Self::Url, "URLEncoding", StackType::ANY, 6), row(Self::Std, "StdEncoding", StackType::ANY, 6)];

    fn byte(self) -> u8 {
        self as u8
    }
}

/// What `json_ref` returns of the value it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum JsonRefType {
    /// A string, without its quotes.
    String,
    /// A number.
    Uint64,
    /// An object, as the text it is written with.
    Object,
}

impl Field for JsonRefType {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::String, "JSONString", StackType::BYTES, 7),
        row(Self::Uint64, "JSONUint64", StackType::UINT64, 7),
        row(Self::Object, "JSONObject", StackType::BYTES, 7),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}

/// Verifiable random functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum VrfStandard {
    /// The one of Algorand's own consensus.
    Algorand,
}

impl Field for VrfStandard {
    const ROWS: &'static [FieldRow<Self>] = &[row(Self::Algorand, "VrfAlgorand", StackType::NONE, 7)];

    fn byte(self) -> u8 {
        self as u8
    }
}

/// Parameters of MiMC: Miyaguchi-Preneel, exponent 5, constants from the seed `seed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum MimcConfig {
    /// Over BN254 with 110 rounds.
    Bn254Mp110,
    /// Over BLS12-381 with 111 rounds.
    Bls12_381Mp111,
}

impl Field for MimcConfig {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::Bn254Mp110, "BN254Mp110", StackType::NONE, 11),
        row(Self::Bls12_381Mp111, "BLS12_381Mp111", StackType::NONE, 11),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}

/// Parameters of Poseidon2: Merkle-Damgard, width 2, 6 full and 50 partial rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Poseidon2Config {
    /// Over BN254.
    Bn254T2,
    /// Over BLS12-381.
    Bls12_381T2,
}

impl Field for Poseidon2Config {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::Bn254T2, "BN254t2", StackType::NONE, 13),
        row(Self::Bls12_381T2, "BLS12_381t2", StackType::NONE, 13),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}
