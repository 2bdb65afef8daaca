//! Bytes back into text, in the reference's words: assembling the text gives the same bytes.

use std::collections::HashMap;
use std::fmt::Write as _;

use pnp_opcodes::{ImmediateKind, MAX_VERSION, Modes, Op, OpSpec, VersionTable, version_table};
use pnp_types::Address;

use super::quote::quoted;
use super::salt::{is_on_curve, is_salted_by_default};

/// A program as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disassembly {
    /// The text.
    pub text: String,
    /// Where the text of each instruction begins: position in the program, byte of the text.
    pub places: Vec<(usize, usize)>,
    /// Whether an opcode needs an application.
    pub stateful: bool,
}

/// Bytes that are no program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct DisassembleError {
    /// What is wrong, in the reference's words.
    pub reason: String,
    /// The text so far, where the reference gives it out: up to an illegal opcode.
    pub text: String,
}

/// The text of a program. Bytes without a known version become a comment that says so.
///
/// ```
/// use pnp_teal::disassemble;
///
/// assert_eq!(disassemble(&[8, 0x81, 1]).unwrap(), "#pragma version 8\npushint 1\n");
/// ```
pub fn disassemble(program: &[u8]) -> Result<String, DisassembleError> {
    disassemble_with_places(program).map(|disassembly| disassembly.text)
}

/// The text of a program, with the way from the program to the text.
pub fn disassemble_with_places(program: &[u8]) -> Result<Disassembly, DisassembleError> {
    let comment = |text: String| Ok(Disassembly { text, places: Vec::new(), stateful: false });
    let Some((version, start)) = read_varuint(program) else { return comment("// invalid version\n".to_owned()) };
    let known = u8::try_from(version).ok().filter(|version| *version <= MAX_VERSION);
    let Some(version) = known else { return comment(format!("// unsupported version {version}\n")) };
    let mut run = Run::new(program, version, start, HashMap::new());
    run.whole()?;
    if run.missed_label {
        run = Run::new(program, version, start, run.labels);
        run.whole()?;
    }
    Ok(run.finish())
}

/// One walk over the program. A label that was needed only after its place was passed takes a second walk.
struct Run<'a> {
    program: &'a [u8],
    version: u8,
    table: &'static VersionTable,
    pc: usize,
    out: String,
    labels: HashMap<i64, String>,
    missed_label: bool,
    places: Vec<(usize, usize)>,
    stateful: bool,
    ints: Vec<u64>,
    bytes: Vec<&'a [u8]>,
}

impl<'a> Run<'a> {
    fn new(program: &'a [u8], version: u8, pc: usize, labels: HashMap<i64, String>) -> Self {
        Self {
            program,
            version,
            table: version_table(version),
            pc,
            out: String::with_capacity(program.len() * 6),
            labels,
            missed_label: false,
            places: Vec::new(),
            stateful: false,
            ints: Vec::new(),
            bytes: Vec::new(),
        }
    }

    fn whole(&mut self) -> Result<(), DisassembleError> {
        while self.pc < self.program.len() {
            self.label_here();
            self.places.push((self.pc, self.out.len()));
            let Some(spec) = self.table.decode(&self.program[self.pc..]) else { return Err(self.illegal()) };
            self.stateful |= spec.modes == Modes::Application;
            if spec.op == Op::Proto && !self.labels.contains_key(&place(self.pc)) {
                // A subroutine nobody calls: without a label its text would not assemble.
                self.label_of(place(self.pc));
            }
            self.pc = self.instruction(spec).map_err(|reason| DisassembleError { reason, text: String::new() })?;
            self.out.push('\n');
        }
        self.label_here();
        Ok(())
    }

    fn label_here(&mut self) {
        if let Some(label) = self.labels.get(&place(self.pc)) {
            self.out.push_str(label);
            self.out.push_str(":\n");
        }
    }

    /// The name of the label at a target, a new one if it has none.
    fn label_of(&mut self, target: i64) -> &str {
        let count = self.labels.len();
        if !self.labels.contains_key(&target) && target <= place(self.pc) {
            self.missed_label = true;
        }
        self.labels.entry(target).or_insert_with(|| format!("label{}", count + 1))
    }

    fn illegal(&mut self) -> DisassembleError {
        let rest = &self.program[self.pc..];
        let byte = rest.first().copied().unwrap_or_default();
        let reason = match (self.table.is_prefix(byte), rest.get(1)) {
            (false, _) => format!("illegal opcode 0x{byte:02x}"),
            (true, None) => format!("prefix opcode 0x{byte:02x} missing sub-opcode"),
            (true, Some(sub)) => format!("prefix opcode 0x{byte:02x} with improper sub-opcode 0x{sub:02x}"),
        };
        let text = format!("{}{}invalid opcode {byte:02x} at pc={}\n", self.header(), self.out, self.pc);
        DisassembleError { reason, text }
    }

    fn header(&self) -> String {
        let mut header = format!("#pragma version {}\n", self.version);
        // Where nothing can be asked about the curve, the pragma keeps the program as it is in any case.
        if is_salted_by_default(self.version, self.stateful) && is_on_curve(self.program) != Some(false) {
            header.push_str("#pragma autosalt false\n");
        }
        header
    }

    fn finish(self) -> Disassembly {
        let mut text = self.header();
        let before = text.len();
        text.push_str(&self.out);
        let places = self.places.into_iter().map(|(pc, at)| (pc, at + before)).collect();
        Disassembly { text, places, stateful: self.stateful }
    }

    /// Writes one instruction; gives the position after it.
    fn instruction(&mut self, spec: &OpSpec) -> Result<usize, String> {
        self.out.push_str(spec.name);
        let mut pc = self.pc + if spec.sub == 0 { 1 } else { 2 };
        for immediate in spec.immediates {
            self.out.push(' ');
            let undecodable = || format!("could not decode immediate {} for {}", immediate.name, spec.name);
            match immediate.kind {
                ImmediateKind::Byte | ImmediateKind::Int8 | ImmediateKind::Field(_) => {
                    let Some(byte) = self.program.get(pc).copied() else {
                        return Err(format!(
                            "program end while reading immediate {} for {}",
                            immediate.name, spec.name
                        ));
                    };
                    match immediate.kind {
                        ImmediateKind::Field(group) => match group.table().by_byte(byte) {
                            Some(field) => self.out.push_str(field.name),
                            None => {
                                return Err(format!("invalid immediate {} for {}: {byte}", immediate.name, spec.name));
                            }
                        },
                        ImmediateKind::Int8 => self.write(byte.cast_signed()),
                        _ => self.write(byte),
                    }
                    self.comment(spec.op, byte);
                    pc += 1;
                }
                ImmediateKind::Label => {
                    let Some(offset) = self.program.get(pc..).and_then(<[u8]>::first_chunk::<2>) else {
                        return Err(format!("program end while reading label for {}", spec.name));
                    };
                    pc += 2;
                    self.target(place(pc) + i64::from(i16::from_be_bytes(*offset)));
                }
                ImmediateKind::VarintLabel => {
                    let Some((offset, len)) = read_varint(&self.program[pc..]) else {
                        return Err(format!("could not decode label for {}", spec.name));
                    };
                    let from = if offset < 0 { pc - 1 } else { pc + len };
                    pc += len;
                    self.target(place(from).wrapping_add(offset));
                }
                ImmediateKind::Labels => pc = self.targets(pc).map_err(|error| format!("{error} for {}", spec.name))?,
                ImmediateKind::Uint => {
                    let (value, len) = read_varuint(&self.program[pc..]).ok_or_else(undecodable)?;
                    self.write(value);
                    pc += len;
                }
                ImmediateKind::Bytes => {
                    let (value, end) = sized(self.program, pc).ok_or_else(undecodable)?;
                    self.hex(value);
                    self.out.push_str(" // ");
                    self.guess(value);
                    pc = end;
                }
                ImmediateKind::Uints => {
                    let (values, end) = read_uints(self.program, pc)?;
                    for (at, value) in values.iter().enumerate() {
                        self.separate(at);
                        self.write(value);
                    }
                    if spec.op == Op::IntcBlock {
                        self.ints = values;
                    }
                    pc = end;
                }
                ImmediateKind::ByteList => {
                    let (values, end) = read_byte_list(self.program, pc)?;
                    for (at, value) in values.iter().enumerate() {
                        self.separate(at);
                        self.hex(value);
                    }
                    if spec.op == Op::BytecBlock {
                        self.bytes = values;
                    }
                    pc = end;
                }
            }
        }
        match spec.op {
            Op::Intc0 | Op::Bytec0 => self.comment(spec.op, 0),
            Op::Intc1 | Op::Bytec1 => self.comment(spec.op, 1),
            Op::Intc2 | Op::Bytec2 => self.comment(spec.op, 2),
            Op::Intc3 | Op::Bytec3 => self.comment(spec.op, 3),
            _ => {}
        }
        Ok(pc)
    }

    /// The value of the constant that is loaded, as far as a block told it.
    fn comment(&mut self, op: Op, index: u8) {
        match op {
            Op::Intc | Op::Intc0 | Op::Intc1 | Op::Intc2 | Op::Intc3 => {
                if let Some(value) = self.ints.get(usize::from(index)).copied() {
                    self.out.push_str(" // ");
                    self.write(value);
                }
            }
            Op::Bytec | Op::Bytec0 | Op::Bytec1 | Op::Bytec2 | Op::Bytec3 => {
                if let Some(value) = self.bytes.get(usize::from(index)).copied() {
                    self.out.push_str(" // ");
                    self.guess(value);
                }
            }
            _ => {}
        }
    }

    fn target(&mut self, target: i64) {
        let label = self.label_of(target).to_owned();
        self.out.push_str(&label);
    }

    fn targets(&mut self, pc: usize) -> Result<usize, &'static str> {
        let Some(count) = self.program.get(pc).copied() else { return Err("could not decode label count") };
        let end = pc + 1 + 2 * usize::from(count);
        let Some(offsets) = self.program.get(pc + 1..end) else { return Err("could not decode labels") };
        for (at, offset) in offsets.as_chunks::<2>().0.iter().enumerate() {
            self.separate(at);
            self.target(place(end) + i64::from(i16::from_be_bytes(*offset)));
        }
        Ok(end)
    }

    fn separate(&mut self, at: usize) {
        if at > 0 {
            self.out.push(' ');
        }
    }

    fn write(&mut self, value: impl std::fmt::Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.out, "{value}");
    }

    fn hex(&mut self, bytes: &[u8]) {
        self.out.push_str("0x");
        self.out.push_str(&hex::encode(bytes));
    }

    /// What the bytes most likely are: an address, a text, or just bytes.
    fn guess(&mut self, bytes: &[u8]) {
        match <[u8; 32]>::try_from(bytes) {
            Ok(key) => self.write(format_args!("addr {}", Address(key))),
            Err(_) if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) => self.write(quoted(bytes)),
            Err(_) => self.hex(bytes),
        }
    }
}

/// A position as the signed number offsets are added to.
fn place(pc: usize) -> i64 {
    i64::try_from(pc).unwrap_or(i64::MAX)
}

/// An unsigned LEB128 number and its length; `None` if it does not end or does not fit 64 bits.
pub(super) fn read_varuint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        if at == 9 && *byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

/// A zigzag LEB128 number and its length.
pub(super) fn read_varint(bytes: &[u8]) -> Option<(i64, usize)> {
    let (value, len) = read_varuint(bytes)?;
    Some(((value >> 1).cast_signed() ^ -(value & 1).cast_signed(), len))
}

/// A byte string after its length, and the position after it.
pub(super) fn sized(program: &[u8], pc: usize) -> Option<(&[u8], usize)> {
    let (len, size) = read_varuint(program.get(pc..)?)?;
    let start = pc + size;
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    Some((program.get(start..end)?, end))
}

pub(super) fn read_uints(program: &[u8], pc: usize) -> Result<(Vec<u64>, usize), String> {
    let Some((count, len)) = read_varuint(&program[pc..]) else {
        return Err(format!("could not decode length of int list at pc={pc}"));
    };
    let mut pc = pc + len;
    if count > program.len() as u64 {
        return Err("const int list with too many items".to_owned());
    }
    let mut values = Vec::new();
    for index in 0..count {
        if pc >= program.len() {
            return Err("const int list ran past end of program".to_owned());
        }
        let Some((value, len)) = read_varuint(&program[pc..]) else {
            return Err(format!("could not decode int const[{index}] at pc={pc}"));
        };
        values.push(value);
        pc += len;
    }
    Ok((values, pc))
}

pub(super) fn read_byte_list(program: &[u8], pc: usize) -> Result<(Vec<&[u8]>, usize), String> {
    let Some((count, len)) = read_varuint(&program[pc..]) else {
        return Err(format!("could not decode length of bytes list at pc={pc}"));
    };
    let mut pc = pc + len;
    if count > program.len() as u64 {
        return Err("const bytes list with too many items".to_owned());
    }
    let short = || "const bytes list ran past end of program".to_owned();
    let mut values = Vec::new();
    for index in 0..count {
        if pc >= program.len() {
            return Err(short());
        }
        if read_varuint(&program[pc..]).is_none() {
            return Err(format!("could not decode []byte const[{index}] at pc={pc}"));
        }
        let (value, end) = sized(program, pc).ok_or_else(short)?;
        values.push(value);
        pc = end;
    }
    Ok((values, pc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(hex: &str) -> String {
        disassemble(&hex::decode(hex).unwrap()).unwrap()
    }

    #[test]
    fn labels_forward_and_back() {
        assert_eq!(text("0842000148"), "#pragma version 8\nb label1\npop\nlabel1:\n");
        assert_eq!(text("082240fffc"), "#pragma version 8\nlabel1:\nintc_0\nbnz label1\n");
        assert_eq!(
            text("0d4840044105"),
            "#pragma version 13\n#pragma autosalt false\nlabel2:\npop\nbnz label1\nbz label2\nlabel1:\n"
        );
    }

    #[test]
    fn constants_are_explained() {
        assert_eq!(text("0820022a0723"), "#pragma version 8\nintcblock 42 7\nintc_1 // 7\n");
        assert_eq!(text("0880026869"), "#pragma version 8\npushbytes 0x6869 // \"hi\"\n");
        assert_eq!(text("08800101"), "#pragma version 8\npushbytes 0x01 // 0x01\n");
    }

    #[test]
    fn what_is_no_program() {
        assert_eq!(text(""), "// invalid version\n");
        assert_eq!(text("6f"), "// unsupported version 111\n");
        let error = |hex: &str| disassemble(&hex::decode(hex).unwrap()).unwrap_err();
        let illegal = error("08ff");
        assert_eq!(illegal.reason, "illegal opcode 0xff");
        assert_eq!(illegal.text, "#pragma version 8\ninvalid opcode ff at pc=1\n");
        assert_eq!(error("0dd4").reason, "prefix opcode 0xd4 missing sub-opcode");
        assert_eq!(error("0dd40a").reason, "prefix opcode 0xd4 with improper sub-opcode 0x0a");
        assert_eq!(error("083163").reason, "invalid immediate f for txn: 99");
        assert_eq!(error("0831").reason, "program end while reading immediate f for txn");
    }
}
