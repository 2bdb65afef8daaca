//! Numbers that must not be swapped: each has a type.

/// Defines a type around a `u64`, so that two numbers that mean different things cannot be swapped.
///
/// Documents, texts and `Debug` show the number alone. The calling crate needs `serde` with its derive macros and, if
/// the feature `schemars` of this crate is on, `schemars`: then the type has the JSON schema of `u64`.
///
/// ```
/// pnp_types::number! {
///     /// A length in blocks.
///     Blocks
/// }
///
/// assert_eq!(Blocks(5).to_string(), "5");
/// assert_eq!("5".parse(), Ok(Blocks(5)));
/// ```
#[macro_export]
macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(transparent)]
        #[repr(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The number.
            #[inline]
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::num::ParseIntError;

            fn from_str(text: &str) -> ::std::result::Result<Self, ::std::num::ParseIntError> {
                text.parse().map(Self)
            }
        }

        impl ::std::convert::From<u64> for $name {
            #[inline]
            fn from(number: u64) -> Self {
                Self(number)
            }
        }

        $crate::number_schema!($name);
    };
}

/// The schema of the number, so that a document's does not depend on the type.
#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! number_schema {
    ($name:ident) => {
        impl ::schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                <u64 as ::schemars::JsonSchema>::inline_schema()
            }

            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                <u64 as ::schemars::JsonSchema>::schema_name()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                <u64 as ::schemars::JsonSchema>::schema_id()
            }

            fn json_schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                <u64 as ::schemars::JsonSchema>::json_schema(generator)
            }
        }
    };
}

/// Without the feature there are no schemas.
#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! number_schema {
    ($name:ident) => {};
}

#[cfg(test)]
mod tests {
    use crate::AppIndex;

    #[test]
    fn documents_and_texts_show_the_number_alone() {
        assert_eq!(serde_json::to_string(&AppIndex(500)).unwrap(), "500");
        assert_eq!(serde_json::from_str::<AppIndex>("500").unwrap(), AppIndex(500));
        assert_eq!(format!("{0} {0:?}", AppIndex(500)), "500 500");
        assert_eq!("500".parse(), Ok(AppIndex(500)));
    }

    #[cfg(feature = "schemars")]
    #[test]
    fn documents_have_the_schema_of_the_number() {
        assert_eq!(schemars::schema_for!(Vec<AppIndex>), schemars::schema_for!(Vec<u64>));
    }
}
