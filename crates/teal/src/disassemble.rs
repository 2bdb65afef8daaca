//! Bytes back into text, in the reference's words: assembling the text gives the same bytes.

use std::collections::HashMap;
use std::fmt::Write as _;

use pnp_opcodes::{
    Constant, Decoded, ImmediateKind, MAX_VERSION, Malformed, Modes, Op, OpSpec, Operand, VersionTable, opcode,
    read_version, version_table,
};
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
    let Some((version, start)) = read_version(program) else { return comment("// invalid version\n".to_owned()) };
    let known = u8::try_from(version).ok().filter(|version| *version <= MAX_VERSION);
    let Some(version) = known else { return comment(format!("// unsupported version {version}\n")) };
    let mut run = Run::new(program, version, start, Labels::new(program.len()));
    run.whole()?;
    if run.missed_label {
        run = Run::new(program, version, start, run.labels);
        run.whole()?;
    }
    Ok(run.finish())
}

/// The numbers of labels by their positions; 0 is none.
struct Labels {
    /// Those of each position in the program and of its end: most positions are looked at, and few have one.
    within: Vec<u32>,
    /// Those elsewhere, where branches lead too.
    outside: HashMap<i64, u32>,
    count: u32,
}

impl Labels {
    fn new(size: usize) -> Self {
        Self { within: vec![0; size + 1], outside: HashMap::new(), count: 0 }
    }

    /// The label at a position in the program.
    fn at(&self, pc: usize) -> u32 {
        self.within.get(pc).copied().unwrap_or(0)
    }

    /// The label at a target, a new one if it has none; says whether it is new.
    fn of(&mut self, target: i64) -> (u32, bool) {
        let number = match usize::try_from(target).ok().and_then(|pc| self.within.get_mut(pc)) {
            Some(number) => number,
            None => self.outside.entry(target).or_default(),
        };
        let is_new = *number == 0;
        if is_new {
            self.count = self.count.saturating_add(1);
            *number = self.count;
        }
        (*number, is_new)
    }
}

/// One walk over the program. A label that was needed only after its place was passed takes a second walk.
struct Run<'a> {
    program: &'a [u8],
    version: u8,
    table: &'static VersionTable,
    pc: usize,
    out: String,
    labels: Labels,
    missed_label: bool,
    places: Vec<(usize, usize)>,
    stateful: bool,
    ints: Vec<u64>,
    bytes: Vec<&'a [u8]>,
}

impl<'a> Run<'a> {
    fn new(program: &'a [u8], version: u8, pc: usize, labels: Labels) -> Self {
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
            let spec = opcode(self.program, self.pc, self.table).map_err(|malformed| self.illegal(malformed))?;
            self.stateful |= spec.modes == Modes::Application;
            if spec.op == Op::Proto {
                // A subroutine that is never called: without a label its text would not assemble.
                self.label_of(place(self.pc));
            }
            self.pc = self.instruction(spec).map_err(|reason| DisassembleError { reason, text: String::new() })?;
            self.out.push('\n');
        }
        self.label_here();
        Ok(())
    }

    fn label_here(&mut self) {
        let label = self.labels.at(self.pc);
        if label != 0 {
            self.label(label);
            self.out.push_str(":\n");
        }
    }

    fn label(&mut self, number: u32) {
        self.out.push_str("label");
        self.write(number);
    }

    /// The number of the label at a target, a new one if it has none.
    fn label_of(&mut self, target: i64) -> u32 {
        let (number, is_new) = self.labels.of(target);
        if is_new && target <= place(self.pc) {
            self.missed_label = true;
        }
        number
    }

    fn illegal(&self, malformed: Malformed) -> DisassembleError {
        let byte = self.program.get(self.pc).copied().unwrap_or_default();
        let text = format!("{}{}invalid opcode {byte:02x} at pc={}\n", self.header(), self.out, self.pc);
        DisassembleError { reason: malformed.to_string(), text }
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
    fn instruction(&mut self, spec: &'static OpSpec) -> Result<usize, String> {
        self.out.push_str(spec.name);
        let decoded = match Decoded::of(self.program, self.pc, spec) {
            Ok(decoded) => decoded,
            Err(malformed) => {
                // A field that does not exist is named before what is missing after it.
                let start = self.pc + spec.opcode_size();
                self.small(spec, self.program.get(start..).unwrap_or_default())?;
                return Err(reason(spec, malformed));
            }
        };
        match decoded.operand {
            Operand::None => self.comment(spec.op, 0),
            Operand::Bytes(bytes) => self.small(spec, &bytes)?,
            Operand::Uint(value) => self.number(value),
            Operand::Uints(values) => {
                values.iter().for_each(|value| self.number(value));
                if values.is_empty() {
                    self.out.push(' ');
                }
                if spec.op == Op::IntcBlock {
                    self.ints = values.iter().collect();
                }
            }
            Operand::Constant(place) => {
                let value = self.program.get(place).unwrap_or_default();
                self.out.push(' ');
                self.hex(value);
                self.out.push_str(" // ");
                self.guess(value);
            }
            Operand::Constants(values) => {
                for value in values.iter() {
                    self.out.push(' ');
                    self.hex(value);
                }
                if values.is_empty() {
                    self.out.push(' ');
                }
                if spec.op == Op::BytecBlock {
                    self.bytes = values.iter().collect();
                }
            }
            Operand::Target(target) => self.target(target),
            Operand::Targets(targets) => {
                targets.iter().for_each(|target| self.target(target));
                if targets.is_empty() {
                    self.out.push(' ');
                }
            }
        }
        Ok(decoded.end)
    }

    /// Writes immediates of one byte, as far as there are bytes.
    fn small(&mut self, spec: &OpSpec, bytes: &[u8]) -> Result<(), String> {
        for (immediate, byte) in spec.immediates.iter().zip(bytes.iter().copied()) {
            match immediate.kind {
                ImmediateKind::Field(group) => match group.table().by_byte(byte) {
                    Some(field) => {
                        self.out.push(' ');
                        self.out.push_str(field.name);
                    }
                    None => return Err(format!("invalid immediate {} for {}: {byte}", immediate.name, spec.name)),
                },
                ImmediateKind::Int8 => {
                    self.out.push(' ');
                    self.write(byte.cast_signed());
                }
                ImmediateKind::Byte => self.number(byte.into()),
                _ => return Ok(()),
            }
            self.comment(spec.op, byte);
        }
        Ok(())
    }

    /// The value of the constant that is loaded, as far as a block defined it.
    fn comment(&mut self, op: Op, immediate: u8) {
        match op.constant(immediate) {
            Some(Constant::Int(index)) => {
                if let Some(value) = self.ints.get(usize::from(index)).copied() {
                    self.out.push_str(" //");
                    self.number(value);
                }
            }
            Some(Constant::Bytes(index)) => {
                if let Some(value) = self.bytes.get(usize::from(index)).copied() {
                    self.out.push_str(" // ");
                    self.guess(value);
                }
            }
            None => {}
        }
    }

    fn target(&mut self, target: i64) {
        let label = self.label_of(target);
        self.out.push(' ');
        self.label(label);
    }

    /// A number behind a blank.
    fn number(&mut self, value: u64) {
        self.out.push(' ');
        self.write(value);
    }

    fn write(&mut self, value: impl std::fmt::Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.out, "{value}");
    }

    fn hex(&mut self, bytes: &[u8]) {
        self.out.push_str("0x");
        for byte in bytes {
            let digit = |half: u8| char::from(half + if half < 10 { b'0' } else { b'a' - 10 });
            self.out.push(digit(byte >> 4));
            self.out.push(digit(byte & 0xf));
        }
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

/// A position as the signed number that targets are.
fn place(pc: usize) -> i64 {
    i64::try_from(pc).unwrap_or(i64::MAX)
}

/// The reference's words for immediates that are not whole.
fn reason(spec: &OpSpec, malformed: Malformed) -> String {
    let name = spec.name;
    let immediate = |at: usize| spec.immediates.get(at).map_or("", |immediate| immediate.name);
    match malformed {
        Malformed::Truncated(0) if spec.immediates.iter().any(|immediate| immediate.kind == ImmediateKind::Label) => {
            format!("program end while reading label for {name}")
        }
        Malformed::Truncated(at) => format!("program end while reading immediate {} for {name}", immediate(at)),
        Malformed::BranchShort | Malformed::BranchOverflow => format!("could not decode label for {name}"),
        Malformed::LabelCount => format!("could not decode label count for {name}"),
        Malformed::Labels { .. } => format!("could not decode labels for {name}"),
        Malformed::Uint(_) | Malformed::Length(_) | Malformed::Bytes(_) => {
            format!("could not decode immediate {} for {name}", immediate(0))
        }
        other => other.to_string(),
    }
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
