//! Numbers that must not be swapped: each has a type.

use std::borrow::Cow;
use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[repr(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The number.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        /// The schema of the number, so that a document's does not depend on the type.
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                u64::inline_schema()
            }

            fn schema_name() -> Cow<'static, str> {
                u64::schema_name()
            }

            fn schema_id() -> Cow<'static, str> {
                u64::schema_id()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                u64::json_schema(generator)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            fn from_str(text: &str) -> Result<Self, ParseIntError> {
                text.parse().map(Self)
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number)
            }
        }
    };
}

quantity! {
    /// A share in hundredths of a percent: 500 is 5 %.
    BasisPoints
}

quantity! {
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
    fn documents_and_texts_show_the_number_alone() {
        assert_eq!(serde_json::to_string(&BasisPoints(500)).unwrap(), "500");
        assert_eq!(BasisPoints(500).to_string(), "500");
        assert_eq!("500".parse(), Ok(BasisPoints(500)));
        assert_eq!(schemars::schema_for!(Vec<BasisPoints>), schemars::schema_for!(Vec<u64>));
    }
}
