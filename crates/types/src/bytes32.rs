//! What all names of 32 bytes have in common, addresses and hashes alike.

/// Gives a structure around `[u8; 32]`, which has `Display` and `FromStr`, its zero, its bytes, their place in
/// canonical msgpack, and its text as what serde and `Debug` show.
macro_rules! bytes32 {
    ($name:ident) => {
        impl $name {
            /// All zeros, which means "none".
            pub const ZERO: Self = Self([0; 32]);

            /// Whether this means "none".
            pub fn is_zero(&self) -> bool {
                *self == Self::ZERO
            }

            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl $crate::msgpack::Wire for $name {
            fn is_empty(&self) -> bool {
                self.is_zero()
            }

            fn encode(&self, encoder: &mut $crate::msgpack::Encoder) {
                encoder.bytes(&self.0);
            }

            fn decode(decoder: &mut $crate::msgpack::Decoder<'_>) -> Result<Self, $crate::msgpack::DecodeError> {
                $crate::msgpack::Wire::decode(decoder).map(Self)
            }
        }

        impl $crate::msgpack::Element for $name {}
    };
}
pub(super) use bytes32;
