//! Numbers that must not be swapped: each has a type.

use pnp_types::number;

number! {
    /// A share in hundredths of a percent: 500 is 5 %.
    BasisPoints
}

number! {
    /// Units of use, which a bill is for.
    Units
}

impl BasisPoints {
    /// All of a payment: 10,000.
    pub const WHOLE: Self = Self(10_000);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_the_schema_of_the_number() {
        assert_eq!(schemars::schema_for!(Vec<BasisPoints>), schemars::schema_for!(Vec<u64>));
    }
}
