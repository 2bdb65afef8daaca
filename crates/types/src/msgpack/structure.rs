//! One list of fields per structure, from which both directions of the codec come.

/// The order in which a map writes its keys, as indices into `keys`. Computed at compile time.
#[doc(hidden)]
pub const fn sorted_order<const N: usize>(keys: &[&str; N]) -> [usize; N] {
    let mut order = [0; N];
    let mut filled = 0;
    while filled < N {
        let mut place = filled;
        while place > 0 && is_before(keys[filled].as_bytes(), keys[order[place - 1]].as_bytes()) {
            order[place] = order[place - 1];
            place -= 1;
        }
        order[place] = filled;
        filled += 1;
    }
    order
}

/// Whether `left` sorts before `right`. Two equal keys in one structure stop the build.
const fn is_before(left: &[u8], right: &[u8]) -> bool {
    let mut index = 0;
    while index < left.len() && index < right.len() {
        if left[index] != right[index] {
            return left[index] < right[index];
        }
        index += 1;
    }
    assert!(left.len() != right.len(), "two fields of a structure share a key");
    left.len() < right.len()
}

/// Implements [`Wire`](super::Wire) for a structure from the list of its fields.
///
/// A line is `"key" => field.path, "Name"` and then, where they apply, `<= limit` (the wire bounds its length) and
/// `required` (decoding fails without it). Lines are in the order of the reference's structure, which is the order of
/// the list form that decoders accept too; `Name` is the reference's, as it appears in decoding errors. `#[inlined]`
/// marks structures that the reference decodes as a part of the one around them, which shows in those errors as well.
#[macro_export]
macro_rules! wire_struct {
    ($kind:ident { $($fields:tt)* }) => {
        $crate::msgpack::wire_struct!(@implement $kind, leave_structure { $($fields)* });
    };
    (#[inlined] $kind:ident { $($fields:tt)* }) => {
        $crate::msgpack::wire_struct!(@implement $kind, self { $($fields)* });
    };
    (@implement $kind:ident, $leave:tt { $($key:literal => $($field:ident).+, $name:literal $(<= $limit:expr)? $(, $required:ident)?;)* }) => {
        impl $crate::msgpack::Wire for $kind {
            fn is_empty(&self) -> bool {
                $($crate::msgpack::Wire::is_empty(&self.$($field).+))&&*
            }

            fn encode(&self, encoder: &mut $crate::msgpack::Encoder) {
                type Write = fn(&$kind, &mut $crate::msgpack::Encoder);
                const COUNT: usize = [$($key),*].len();
                const KEYS: [&str; COUNT] = [$($key),*];
                const ORDER: [usize; COUNT] = $crate::msgpack::sorted_order(&KEYS);
                const WRITE: [Write; COUNT] = [$(
                    |value, encoder| $crate::msgpack::Wire::encode(&value.$($field).+, encoder)
                ),*];
                let present = [$(!$crate::msgpack::Wire::is_empty(&self.$($field).+)),*];
                encoder.map_header(present.iter().filter(|present| **present).count());
                for index in ORDER {
                    if present[index] {
                        encoder.str(KEYS[index].as_bytes());
                        WRITE[index](self, encoder);
                    }
                }
            }

            fn decode(
                decoder: &mut $crate::msgpack::Decoder<'_>,
            ) -> Result<Self, $crate::msgpack::DecodeError> {
                decoder.nested(|decoder| {
                    let mut value = Self::default();
                    if decoder.at_map() {
                        for _ in 0..decoder.map_header()? {
                            let key = decoder.key()?;
                            match std::str::from_utf8(&key).unwrap_or_default() {
                                $($key => {
                                    value.$($field).+ = $crate::msgpack::wire_struct!(@decode decoder $($limit)?)
                                        .map_err(|error| error.in_field($name))?;
                                })*
                                _ => return Err($crate::msgpack::DecodeError::unknown_field(&key)),
                            }
                        }
                    } else {
                        let mut left = decoder.array_header()?;
                        $(if left > 0 {
                            left -= 1;
                            value.$($field).+ = $crate::msgpack::wire_struct!(@decode decoder $($limit)?)
                                .map_err(|error| error.in_field(concat!("struct-from-array/", $name)))?;
                        })*
                        if left > 0 {
                            return Err($crate::msgpack::DecodeError::too_many_fields(left)
                                .in_field("struct-from-array"));
                        }
                    }
                    $($crate::msgpack::wire_struct!(@check decoder (value.$($field).+) $key $($required)?);)*
                    Ok(value)
                })
                .map_err(|error: $crate::msgpack::DecodeError| $crate::msgpack::wire_struct!(@leave error $leave))
            }
        }

        impl $crate::msgpack::Element for $kind {}
    };
    (@leave $error:ident self) => { $error };
    (@leave $error:ident $leave:ident) => { $error.$leave() };
    (@decode $decoder:ident) => { $crate::msgpack::Wire::decode($decoder) };
    (@decode $decoder:ident $limit:expr) => { $crate::msgpack::Bounded::decode_bounded($decoder, $limit) };
    (@check $decoder:ident ($field:expr) $key:literal) => {};
    (@check $decoder:ident ($field:expr) $key:literal required) => {
        if $decoder.is_bounded() && $crate::msgpack::Wire::is_empty(&$field) {
            return Err($crate::msgpack::DecodeError::missing_field($key));
        }
    };
}

pub use wire_struct;
