use std::collections::BTreeMap;

use super::*;
use crate::ByteString;

#[derive(Debug, Default, PartialEq)]
struct Sample {
    last: u64,
    first: bool,
    bytes: Vec<u8>,
    inner: Inner,
}

#[derive(Debug, Default, PartialEq)]
struct Inner {
    text: ByteString,
}

wire_struct! {
    Sample {
        "z" => last, "Last";
        "a" => first, "First";
        "aa" => bytes, "Bytes" <= 4;
        "B" => inner, "Inner";
    }
}

wire_struct! {
    Inner {
        "t" => text, "Text", required;
    }
}

fn hex(value: &impl Wire) -> String {
    hex::encode(encode(value))
}

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

#[test]
fn integers_take_the_least_room() {
    for (value, wanted) in [
        (0, "00"),
        (127, "7f"),
        (128, "cc80"),
        (255, "ccff"),
        (256, "cd0100"),
        (65_536, "ce00010000"),
        (1 << 32, "cf0000000100000000"),
        (u64::MAX, "cfffffffffffffffff"),
    ] {
        assert_eq!(hex(&value), wanted);
        assert_eq!(decode::<u64>(&bytes(wanted)), Ok(value));
    }
    for (value, wanted) in [
        (-1, "ff"),
        (-32, "e0"),
        (-33, "d0df"),
        (-128, "d080"),
        (-129, "d1ff7f"),
        (-32_769, "d2ffff7fff"),
        (i64::MIN, "d38000000000000000"),
        (i64::MAX, "cf7fffffffffffffff"),
    ] {
        assert_eq!(hex(&value), wanted);
        assert_eq!(decode::<i64>(&bytes(wanted)), Ok(value));
    }
}

#[test]
fn integers_are_read_in_any_width() {
    for written in ["05", "cc05", "cd0005", "ce00000005", "cf0000000000000005", "d005", "d10005", "d30000000000000005"]
    {
        assert_eq!(decode::<u64>(&bytes(written)), Ok(5), "{written}");
    }
    assert_eq!(decode::<u64>(&bytes("c0")), Ok(0));
    assert_eq!(decode::<u8>(&bytes("cd0100")).unwrap_err().to_string(), "msgp: 256 overflows uint8");
    assert_eq!(decode::<u64>(&bytes("d0ff")).unwrap_err().to_string(), "msgp: attempted to cast int -1 to unsigned");
}

#[test]
fn texts_bytes_lists_and_maps_count_their_length_in_the_least_room() {
    for (length, text, bin, list, map) in [
        (0, "a0", "c400", "90", "80"),
        (15, "af", "c40f", "9f", "8f"),
        (16, "b0", "c410", "dc0010", "de0010"),
        (31, "bf", "c41f", "dc001f", "de001f"),
        (32, "d920", "c420", "dc0020", "de0020"),
        (256, "da0100", "c50100", "dc0100", "de0100"),
        (65_536, "db00010000", "c600010000", "dd00010000", "df00010000"),
    ] {
        let start = |encoded: String, header: &str| encoded.get(..header.len()).map(str::to_owned);
        assert_eq!(start(hex(&ByteString(vec![7; length])), text).as_deref(), Some(text));
        assert_eq!(start(hex(&vec![7_u8; length]), bin).as_deref(), Some(bin));
        assert_eq!(start(hex(&vec![7_u64; length]), list).as_deref(), Some(list));
        let entries: BTreeMap<u64, u64> = (0..length as u64).map(|key| (key, key)).collect();
        assert_eq!(start(hex(&entries), map).as_deref(), Some(map));
        assert_eq!(decode(&encode(&entries)), Ok(entries));
    }
}

/// Capitals sort before small letters, and a key before longer ones it begins.
#[test]
fn keys_are_sorted_and_empty_fields_left_out() {
    let sample = Sample { last: 1, first: true, bytes: vec![2], inner: Inner { text: "x".into() } };
    assert_eq!(hex(&sample), "84a14281a174a178a161c3a26161c40102a17a01");
    assert_eq!(hex(&Sample { last: 1, ..Sample::default() }), "81a17a01");
    assert_eq!(hex(&Sample::default()), "80");
    assert_eq!(decode(&encode(&sample)), Ok(sample));
}

#[test]
fn structures_are_read_in_any_order_and_as_lists() {
    let wanted = Ok(Sample { last: 1, first: true, ..Sample::default() });
    assert_eq!(decode(&bytes("82a17a01a161c3")), wanted);
    assert_eq!(decode(&bytes("9201c3")), wanted);
    assert_eq!(decode::<Sample>(&bytes("c0")), Ok(Sample::default()));
}

#[test]
fn mistakes_are_named_and_placed() {
    for (written, wanted) in [
        ("81a17801", "Unknown field: x"),
        ("81a14281a17801", "Unknown field: x at Inner"),
        ("81a14280", "missing required field: t at Inner"),
        ("81a26161c405", "msgp: length overflow: 5 > 4"),
        ("81a17aa0", "msgp: attempted to decode type \"str\" with method for \"uint\" at Last"),
        ("91a0", "msgp: attempted to decode type \"str\" with method for \"uint\" at struct-from-array/Last"),
        ("9501c3c081a174a17801", "Too many array fields when decoding into struct: 1 left at struct-from-array"),
        ("81", "msgp: too few bytes left to read object"),
        ("c1", "msgp: unrecognized type prefix 0xc1"),
        ("8000", "decoding left 1 remaining bytes"),
    ] {
        assert_eq!(decode::<Sample>(&bytes(written)).unwrap_err().to_string(), wanted, "{written}");
    }
}

#[test]
fn what_a_client_sends_may_be_too_long_and_cut_off() {
    use crate::SignedTransaction;
    // {"txn": {"apar": {"an": 33 letters}}}: no sender, and a name longer than the wire allows.
    let mut bytes = b"\x81\xa3txn\x81\xa4apar\x81\xa2an\xd9\x21".to_vec();
    bytes.extend([b'n'; 33]);
    assert!(super::decode::<SignedTransaction>(&bytes).is_err());
    let (read, rest) = super::decode_from_client::<SignedTransaction>(&bytes).unwrap();
    assert_eq!((read.transaction.asset_config.params.asset_name.as_bytes().len(), rest), (33, &[][..]));
    let cut = super::decode_from_client::<SignedTransaction>(&bytes[..bytes.len() - 1]).unwrap_err();
    assert!(cut.is_short());
}
