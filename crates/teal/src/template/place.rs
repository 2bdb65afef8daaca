//! What a variable's place takes: an integer, bytes, an address …

use std::ops::Range;

use super::value::TemplateValue;
use crate::bytes_literal::is_encoding;
use crate::integer::{parse_int8, parse_uint};
use crate::mnemonic::{Form, Mnemonic, mnemonics};
use crate::token::Token;
use pnp_opcodes::{ImmediateKind, MAX_VERSION, named_constant};
use pnp_types::Address;

/// What the assembler takes where a variable stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `int`: an integer, or the name of one, as `pay` or `NoOp`.
    NamedInteger,
    /// An integer: `pushint`, `intcblock`, an index of an instruction.
    Integer,
    /// An integer between -128 and 127.
    SignedByte,
    /// A literal of bytes.
    Bytes,
    /// `addr`.
    Address,
    /// `method`.
    Method,
    /// A word that means something else: a field, a label, part of a macro.
    Word,
}

/// A value as a place takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    Integer(u64),
    Bytes(Vec<u8>),
    Address(Address),
    /// The signature of a method, without quotes.
    Method(String),
    /// As it is.
    Word(String),
}

impl std::fmt::Display for Filled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::Bytes(bytes) => write!(f, "0x{}", hex::encode(bytes)),
            Self::Address(address) => address.fmt(f),
            Self::Method(signature) => write!(f, "\"{signature}\""),
            Self::Word(word) => f.write_str(word),
        }
    }
}

impl Place {
    /// The place of the word at `columns` of a line with these tokens, and whether it is that of a constant which the
    /// program loads.
    pub(super) fn of(line: &str, tokens: &[Token], columns: &Range<usize>) -> (Self, bool) {
        let Some(at) = tokens.iter().position(|token| token.span() == *columns) else { return (Self::Word, false) };
        let before = tokens.get(..at).unwrap_or_default();
        let statement = before.rsplit(|token| token.text(line) == ";").next().unwrap_or_default();
        let mut words = statement.iter().map(|token| token.text(line)).skip_while(|word| word.ends_with(':'));
        let Some(name) = words.next() else { return (Self::Word, false) };
        let immediates: Vec<&str> = words.collect();
        let place = match name {
            "int" => Self::NamedInteger,
            "pushint" | "pushints" | "intcblock" => Self::Integer,
            // What stands behind the name of an encoding is text of it.
            "byte" | "pushbytes" | "pushbytess" | "bytecblock" => match immediates.last() {
                Some(encoding) if is_encoding(encoding) => Self::Word,
                _ => Self::Bytes,
            },
            "addr" => Self::Address,
            "method" => Self::Method,
            _ => return (immediate(name, immediates.len()).map_or(Self::Word, Self::of_immediate), false),
        };
        (place, true)
    }

    const fn of_immediate(kind: ImmediateKind) -> Self {
        match kind {
            ImmediateKind::Byte | ImmediateKind::Uint | ImmediateKind::Uints => Self::Integer,
            ImmediateKind::Int8 => Self::SignedByte,
            ImmediateKind::Bytes | ImmediateKind::ByteList => Self::Bytes,
            ImmediateKind::Field(_) | ImmediateKind::Label | ImmediateKind::VarintLabel | ImmediateKind::Labels => {
                Self::Word
            }
        }
    }

    /// What it takes, in words.
    pub(super) const fn takes(self) -> &'static str {
        match self {
            Self::NamedInteger => "an integer, the name of one, or true or false",
            Self::Integer => "an integer, or true or false",
            Self::SignedByte => "an integer between -128 and 127",
            Self::Bytes => "text, 0x and hex, base64: or base32: and their text, or addr: and an address",
            Self::Address => "an address, or 0x, base64: or base32: and 32 bytes",
            Self::Method => "a method's signature",
            Self::Word => "one word",
        }
    }

    /// A value that fits, where none is known and only the program's shape matters.
    pub(crate) fn placeholder(self) -> Filled {
        match self {
            Self::NamedInteger | Self::Integer | Self::SignedByte => Filled::Integer(0),
            Self::Bytes => Filled::Bytes(Vec::new()),
            Self::Address => Filled::Address(Address([0; 32])),
            Self::Method => Filled::Method("f()void".to_owned()),
            Self::Word => Filled::Word("0".to_owned()),
        }
    }

    /// The value as this place takes it; nothing if it takes no such value.
    pub(crate) fn fill(self, value: &TemplateValue) -> Option<Filled> {
        match self {
            Self::NamedInteger => integer(value).or_else(|| named(value)).map(Filled::Integer),
            Self::Integer => integer(value).map(Filled::Integer),
            Self::SignedByte => integer(value).map(Filled::Integer).or_else(|| negative(value)),
            Self::Bytes => bytes(value).map(Filled::Bytes),
            Self::Address => address(value).map(Filled::Address),
            Self::Method => match value {
                TemplateValue::Text(text) if is_signature(text) => Some(Filled::Method(text.clone())),
                _ => None,
            },
            Self::Word => word(value).map(Filled::Word),
        }
    }
}

/// The immediate of an instruction at an index; of the longest form where the number of immediates decides.
fn immediate(name: &str, index: usize) -> Option<ImmediateKind> {
    let immediates = |form: &Form| form.spec.map_or(&[][..], |spec| spec.immediates);
    let immediates = match mnemonics(MAX_VERSION).get(name)? {
        Mnemonic::Form(form) => immediates(form),
        Mnemonic::ByCount { forms, .. } => {
            forms.iter().max_by_key(|(count, _)| *count).map(|(_, form)| immediates(form))?
        }
    };
    let is_list = |kind: ImmediateKind| matches!(kind, ImmediateKind::Uints | ImmediateKind::ByteList);
    let last = immediates.last().map(|last| last.kind).filter(|kind| is_list(*kind));
    immediates.get(index).map(|immediate| immediate.kind).or(last)
}

fn integer(value: &TemplateValue) -> Option<u64> {
    match value {
        TemplateValue::Uint(number) => Some(*number),
        TemplateValue::Bytes(_) => None,
        TemplateValue::Text(text) => match text.as_str() {
            "true" => Some(1),
            "false" => Some(0),
            text => parse_uint(text).ok(),
        },
    }
}

fn named(value: &TemplateValue) -> Option<u64> {
    match value {
        TemplateValue::Text(name) => named_constant(name),
        TemplateValue::Uint(_) | TemplateValue::Bytes(_) => None,
    }
}

fn negative(value: &TemplateValue) -> Option<Filled> {
    match value {
        TemplateValue::Text(text) => parse_int8(text).map(|number| Filled::Word(number.to_string())),
        TemplateValue::Uint(_) | TemplateValue::Bytes(_) => None,
    }
}

fn bytes(value: &TemplateValue) -> Option<Vec<u8>> {
    match value {
        TemplateValue::Uint(_) => None,
        TemplateValue::Bytes(bytes) => Some(bytes.clone()),
        TemplateValue::Text(text) => match TemplateValue::encoded(text) {
            Some(decoded) => decoded,
            // Its 32 bytes, or the 58 of its text? Who writes it must say.
            None if text.parse::<Address>().is_ok() => None,
            None => Some(text.as_bytes().to_vec()),
        },
    }
}

fn address(value: &TemplateValue) -> Option<Address> {
    let bytes = match value {
        TemplateValue::Uint(_) => None,
        TemplateValue::Bytes(bytes) => Some(bytes.clone()),
        TemplateValue::Text(text) => match text.parse() {
            Ok(address) => return Some(address),
            Err(_) => TemplateValue::encoded(text).flatten(),
        },
    };
    Some(Address(bytes?.try_into().ok()?))
}

fn word(value: &TemplateValue) -> Option<String> {
    match value {
        TemplateValue::Uint(number) => Some(number.to_string()),
        TemplateValue::Bytes(bytes) => Some(Filled::Bytes(bytes.clone()).to_string()),
        TemplateValue::Text(text) => match TemplateValue::encoded(text) {
            Some(decoded) => decoded.map(|bytes| Filled::Bytes(bytes).to_string()),
            None => is_word(text).then(|| text.clone()),
        },
    }
}

/// Whether a text stays one word of the source.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

fn is_signature(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b';');
    text.contains('(') && text.bytes().all(plain)
}
