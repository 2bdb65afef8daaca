//! Statements that load constants, through the assembler's block, a block written by hand, or as immediates.

use pnp_opcodes::{OpSpec, version_table};
use pnp_types::{Address, sha512_256};

use super::Problem;
use super::abi::verify_method_signature;
use super::assembler::{Assembler, Failure, failure};
use super::bytes_literal::{Read, is_string, parse_bytes, parse_string};
use super::code::{Content, Lost};
use super::constants::{ByteStrings, MAX_CONSTANTS, Values};
use super::emit::expect_count;
use super::encoding::decode_base32_unpadded;
use super::excerpt::Excerpt;
use super::integer::{IntegerError, parse_uint};
use super::token::Token;

/// The opcode that loads a constant by an immediate index; the next bytes but one load the first four.
pub(super) const INTC: u8 = 0x21;
/// The same for byte slices.
pub(super) const BYTEC: u8 = 0x27;
/// The opcodes that load the constant that follows them.
pub(super) const PUSHBYTES: u8 = 0x80;
pub(super) const PUSHINT: u8 = 0x81;

impl Assembler<'_> {
    pub(super) fn emit_int(&mut self, mnemonic: Token, args: &[Token]) -> Result<(), Failure> {
        expect_count("int", mnemonic, args, 1)?;
        let token = args[0];
        let blocks = self.ints.manual_blocks;
        let value = || self.excerpt(token);
        if self.must_push(blocks) {
            let problem = Problem::ExplicitBlock { pseudo: "int", value: value(), block: "intcblock", push: "pushint" };
            self.warn(token, problem);
            return self.emit_pushint("pushint", mnemonic, args);
        }
        if blocks > 1 {
            if self.has_opcode("pushint") {
                return self.emit_pushint("pushint", mnemonic, args);
            }
            return Err(failure(mnemonic, Problem::ManualBlocks { pseudo: "int", opcode: "intc", value: value() }));
        }
        let value = self.int_value(token)?;
        self.load_int(value, token)
    }

    /// Loads an integer through the block in force.
    pub(super) fn load_int(&mut self, value: u64, token: Token) -> Result<(), Failure> {
        let Some(index) = self.ints.load(&value) else {
            return Err(failure(token, Problem::NotInIntcBlock(value)));
        };
        let at = self.code.here().at;
        if self.load_constant(INTC, index) {
            self.code.fix(at, Content::Int(index as u32));
            return Ok(());
        }
        self.code.lost.push(Lost::Int(at as usize));
        Err(failure(token, Problem::TooManyConstants("int")))
    }

    pub(super) fn emit_byte(&mut self, mnemonic: Token, args: &[Token]) -> Result<(), Failure> {
        // What type tracking has read into the arena.
        let read = self.literal.take();
        let Some(token) = args.first().copied() else {
            return Err(failure(mnemonic.after(), Problem::MissingBytes("byte")));
        };
        let blocks = self.bytes.manual_blocks;
        let value = || self.excerpt(token);
        if self.must_push(blocks) {
            let problem =
                Problem::ExplicitBlock { pseudo: "byte", value: value(), block: "bytecblock", push: "pushbytes" };
            self.warn(token, problem);
            return self.push_literal("byte", read, args);
        }
        if blocks > 1 {
            if self.has_opcode("pushbytes") {
                return self.push_literal("byte", read, args);
            }
            return Err(failure(token, Problem::ManualBlocks { pseudo: "byte", opcode: "bytec", value: value() }));
        }
        self.read_literal("byte", read, args)?;
        let arena = std::mem::take(&mut self.arena);
        let result = self.load_bytes(&arena, token);
        self.arena = arena;
        result
    }

    pub(super) fn emit_addr(&mut self, mnemonic: Token, args: &[Token]) -> Result<(), Failure> {
        expect_count("addr", mnemonic, args, 1)?;
        let address = parse_address(args[0].bytes(self.source)).map_err(|problem| failure(args[0], problem))?;
        self.load_bytes(address.as_bytes(), args[0])
    }

    pub(super) fn emit_method(&mut self, mnemonic: Token, args: &[Token]) -> Result<(), Failure> {
        expect_count("method", mnemonic, args, 1)?;
        let word = args[0].bytes(self.source);
        if !is_string(word) {
            return Err(failure(args[0], Problem::NotAMethod));
        }
        let mut signature = Vec::new();
        parse_string(word, &mut signature).map_err(|error| failure(args[0], Problem::BadMethodString(error)))?;
        if let Err(reason) = verify_method_signature(&Excerpt::from(signature.as_slice()).text()) {
            self.warn(args[0], Problem::MethodSignature(reason));
        }
        let [a, b, c, d, ..] = sha512_256(&signature);
        self.load_bytes(&[a, b, c, d], args[0])
    }

    /// Loads a byte slice through the block in force.
    pub(super) fn load_bytes(&mut self, value: &[u8], token: Token) -> Result<(), Failure> {
        let Some(index) = self.bytes.load(value) else {
            return Err(failure(token, Problem::NotInBytecBlock(value.to_vec())));
        };
        let at = self.code.here().at;
        if self.load_constant(BYTEC, index) {
            self.code.fix(at, Content::Bytes(index as u32));
            return Ok(());
        }
        self.code.lost.push(Lost::Bytes(at as usize));
        Err(failure(token, Problem::TooManyConstants("byte")))
    }

    /// Writes the load of a constant by its index; nothing and `false` if no block is that long.
    fn load_constant(&mut self, opcode: u8, index: usize) -> bool {
        match u8::try_from(index) {
            Ok(index @ 0..4) => self.code.push(opcode + 1 + index),
            Ok(index) => {
                self.code.push(opcode);
                self.code.push(index);
            }
            Err(_) => return false,
        }
        debug_assert!(index < MAX_CONSTANTS, "a byte numbers {MAX_CONSTANTS} constants");
        true
    }

    pub(super) fn emit_intc(&mut self, mnemonic: Token, args: &[Token]) -> Result<(), Failure> {
        self.emit_by_index("intc", INTC, self.ints.values().len(), mnemonic, args)
    }

    pub(super) fn emit_bytec(&mut self, mnemonic: Token, args: &[Token]) -> Result<(), Failure> {
        self.emit_by_index("bytec", BYTEC, self.bytes.values().len(), mnemonic, args)
    }

    fn emit_by_index(
        &mut self,
        name: &'static str,
        opcode: u8,
        known: usize,
        mnemonic: Token,
        args: &[Token],
    ) -> Result<(), Failure> {
        expect_count(name, mnemonic, args, 1)?;
        let index = usize::from(self.byte_immediate_of(args[0], "constant")?);
        self.load_constant(opcode, index);
        if index >= known {
            return Err(failure(args[0], Problem::UndefinedConstant { opcode: name, index }));
        }
        Ok(())
    }

    pub(super) fn emit_pushint(&mut self, name: &'static str, mnemonic: Token, args: &[Token]) -> Result<(), Failure> {
        expect_count(name, mnemonic, args, 1)?;
        let text = args[0].bytes(self.source);
        let value = parse_uint(text).map_err(|_| failure(args[0], Problem::NotAnInteger(text.into())))?;
        self.code.push(PUSHINT);
        self.code.push_varuint(value);
        Ok(())
    }

    pub(super) fn emit_pushbytes(
        &mut self,
        name: &'static str,
        mnemonic: Token,
        args: &[Token],
    ) -> Result<(), Failure> {
        if args.is_empty() {
            return Err(failure(mnemonic.after(), Problem::MissingBytes(name)));
        }
        self.push_literal(name, None, args)
    }

    fn push_literal(&mut self, name: &'static str, read: Option<Read>, args: &[Token]) -> Result<(), Failure> {
        self.read_literal(name, read, args)?;
        self.code.push(PUSHBYTES);
        self.code.push_sized(&self.arena);
        Ok(())
    }

    /// Reads the only byte literal of `args` into the arena, unless it has been `read` there before.
    fn read_literal(&mut self, name: &'static str, read: Option<Read>, args: &[Token]) -> Result<(), Failure> {
        let text = |at: usize| args.get(at).map(|token| token.bytes(self.source));
        let read = read.unwrap_or_else(|| {
            self.arena.clear();
            parse_bytes(text(0).unwrap_or_default(), text(1), &mut self.arena)
        });
        let literal = read.map_err(|(word, reason)| {
            let place = args.get(word).copied().unwrap_or_default();
            failure(place, Problem::NotBytes { opcode: name, reason })
        })?;
        if let Some(extra) = args.get(literal.words) {
            return Err(failure(*extra, Problem::ExtraBytes(name)));
        }
        let size = literal.bytes.len();
        if Self::too_big(size) {
            return Err(failure(args[0], Problem::BytesTooBig { opcode: name, size }));
        }
        Ok(())
    }

    pub(super) fn emit_intcblock(&mut self, spec: &OpSpec, mnemonic: Token, args: &[Token]) -> Result<(), Failure> {
        self.code.push(spec.byte);
        let values = self.write_uints(args);
        if self.known.dead {
            return Ok(());
        }
        if self.ints.wanted {
            return Err(failure(mnemonic, Problem::LateBlock { block: "intcblock", pseudos: "int" }));
        }
        self.ints.set_block(values);
        Ok(())
    }

    pub(super) fn emit_bytecblock(&mut self, spec: &OpSpec, mnemonic: Token, args: &[Token]) -> Result<(), Failure> {
        self.code.push(spec.byte);
        let values = self.write_byte_list(spec.name, args)?;
        if self.known.dead {
            return Ok(());
        }
        if self.bytes.wanted {
            let pseudos = "byte/addr/method";
            return Err(failure(mnemonic, Problem::LateBlock { block: "bytecblock", pseudos }));
        }
        self.bytes.set_block(values);
        Ok(())
    }

    /// A count and so many integers. What is no integer is reported, and written as Go reads it: 0, or the largest.
    pub(super) fn write_uints(&mut self, args: &[Token]) -> Vec<u64> {
        self.code.push_varuint(args.len() as u64);
        let mut values = Vec::with_capacity(args.len());
        for token in args {
            let text = token.bytes(self.source);
            let value = parse_uint(text).unwrap_or_else(|reason| {
                self.record(*token, Problem::NotAnIntegerInList { value: text.into(), reason });
                if reason == IntegerError::Range { u64::MAX } else { 0 }
            });
            self.code.push_varuint(value);
            values.push(value);
        }
        values
    }

    /// A count and so many byte strings; nothing if one of them is wrong.
    pub(super) fn write_byte_list(&mut self, name: &'static str, args: &[Token]) -> Result<ByteStrings, Failure> {
        let mut values = ByteStrings::default();
        let mut rest = args;
        while let Some(first) = rest.first() {
            let second = rest.get(1).map(|token| token.bytes(self.source));
            self.arena.clear();
            let literal = parse_bytes(first.bytes(self.source), second, &mut self.arena)
                .map_err(|(_, reason)| failure(*first, Problem::NotBytes { opcode: name, reason }))?;
            let size = literal.bytes.len();
            if Self::too_big(size) {
                let problem = Problem::ListedBytesTooBig { opcode: name, index: values.len(), size };
                return Err(failure(*first, problem));
            }
            values.push(&self.arena);
            rest = rest.get(literal.words..).unwrap_or_default();
        }
        self.code.push_varuint(values.len() as u64);
        for value in values.iter() {
            self.code.push_sized(value);
        }
        Ok(values)
    }

    fn has_opcode(&self, name: &str) -> bool {
        version_table(self.version()).by_name(name).is_some()
    }
}

/// An address as `addr` takes it: the canonical text of 32 bytes and a good checksum, nothing else.
fn parse_address(text: &[u8]) -> Result<Address, Problem> {
    let mut decoded = Vec::with_capacity(36);
    if decode_base32_unpadded(text, &mut decoded).is_err() {
        return Err(Problem::AddressEncoding(text.into()));
    }
    let Some(key) = decoded.first_chunk::<32>() else { return Err(Problem::AddressLength(text.into())) };
    let hash = sha512_256(key);
    if !decoded.ends_with(&hash[28..]) {
        return Err(Problem::AddressChecksum(text.into()));
    }
    let address = Address(*key);
    if address.to_string().as_bytes() != text {
        return Err(Problem::AddressForm(text.into()));
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_opcodes::MAX_VERSION;

    #[test]
    fn the_bytes_named_here_are_those_of_the_table() {
        let table = version_table(MAX_VERSION);
        let byte = |name| table.by_name(name).map(|spec| spec.byte);
        assert_eq!((byte("intc"), byte("bytec")), (Some(INTC), Some(BYTEC)));
        assert_eq!((byte("intc_0"), byte("bytec_3")), (Some(INTC + 1), Some(BYTEC + 4)));
        assert_eq!((byte("pushint"), byte("pushbytes")), (Some(PUSHINT), Some(PUSHBYTES)));
        assert_eq!((byte("arg"), byte("arg_3")), (Some(0x2c), Some(0x2c + 4)));
    }

    #[test]
    fn addresses() {
        let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ";
        let parse_address = |text: &str| parse_address(text.as_bytes());
        assert_eq!(parse_address(zero), Ok(Address([0; 32])));
        assert!(matches!(parse_address("1"), Err(Problem::AddressEncoding(_))));
        assert!(matches!(parse_address("AAAA"), Err(Problem::AddressLength(_))));
        assert!(matches!(parse_address(&zero.replace("Y5", "Y6")), Err(Problem::AddressChecksum(_))));
        assert!(matches!(parse_address(&zero.replace("KQ", "KR")), Err(Problem::AddressForm(_))));
    }
}
