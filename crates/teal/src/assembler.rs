//! One pass over the source: lines into statements, statements into bytes, with everything wrong on the way.
//!
//! The order of the steps, and so of the errors, is that of go-algorand's `OpStream`. What can only be known at the end
//! (sizes, targets, constant blocks, salt) is left to [`super::layout`].

use pnp_opcodes::StackType;

use super::buffers::Buffers;
use super::bytes_literal::{Read, plain_string};
use super::code::Code;
use super::constants::{ByteStrings, Constants};
use super::diagnostic::{Diagnostic, Severity, unknown_opcode};
use super::excerpt::Excerpt;
use super::integer::short_decimal;
use super::knowledge::{Fault, Knowledge};
use super::macros::Macros;
use super::mnemonic::{After, Emit, Form, Mnemonic, Mnemonics, Refine, count_text, mnemonics};
use super::salt::Salt;
use super::token::{Token, Tokens};
use super::{Assembled, DEFAULT_VERSION, Problem};

/// A line must be shorter than this, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// A problem at its token, on its way to the list.
pub(super) type Failure = Box<(Token, Problem)>;

#[cold]
pub(super) fn failure(token: Token, problem: Problem) -> Failure {
    Box::new((token, problem))
}

/// What was learned of an instruction's bytes when its types were read, so that it need not be read twice. Nothing is wrong
/// with any of it.
enum ParsedOperand<'a> {
    Nothing,
    /// The immediates of an opcode that reads a field; where it has only one, the second is meaningless.
    Immediates([u8; 2]),
    Int(u64),
    Bytes(&'a [u8]),
}

/// The state of one assembly.
pub(super) struct Assembler<'a> {
    /// Any bytes: the reference takes them, too.
    pub(super) source: &'a [u8],
    /// Settled by the caller, by `#pragma version`, or at the first statement.
    settled: bool,
    /// The version in force; the default where none is settled yet.
    version: u8,
    mnemonics: &'static Mnemonics,
    pub(super) code: Code,
    pub(super) ints: Constants<Vec<u64>>,
    pub(super) bytes: Constants<ByteStrings>,
    pub(super) known: Knowledge,
    pub(super) typetrack: bool,
    pub(super) macros: Macros<'a>,
    pub(super) salt: Salt,
    /// Whether an opcode needs an application.
    pub(super) stateful: bool,
    /// How many lines there are, once all are read.
    pub(super) line: u32,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    /// Memory for the words of a line.
    words: Vec<Token>,
    /// Memory for byte literals and type lists, kept from line to line.
    pub(super) arena: Vec<u8>,
    pub(super) literal: Option<Read>,
    pub(super) args: Vec<StackType>,
    pub(super) returns: Vec<StackType>,
    faults: Vec<Fault>,
}

impl<'a> Assembler<'a> {
    pub(super) fn new(source: &'a [u8], version: Option<u8>) -> Self {
        let Buffers { mut code, ints, bytes, stack, tokens, arena, args, returns } = Buffers::take();
        code.reserve(source);
        Self {
            source,
            settled: version.is_some(),
            version: version.unwrap_or(DEFAULT_VERSION),
            mnemonics: mnemonics(version.unwrap_or(DEFAULT_VERSION)),
            code,
            ints,
            bytes,
            known: Knowledge::new(stack),
            typetrack: true,
            macros: Macros::default(),
            salt: Salt::default(),
            stateful: false,
            line: 0,
            errors: Vec::new(),
            warnings: Vec::new(),
            words: tokens,
            arena,
            literal: None,
            args,
            returns,
            faults: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<Assembled, Vec<Diagnostic>> {
        self.lines();
        let assembled = super::layout::finish(&mut self);
        let Self { code, ints, bytes, known, words, arena, args, returns, errors, mut warnings, .. } = self;
        Buffers { code, ints, bytes, stack: known.stack, tokens: words, arena, args, returns }.keep();
        match assembled {
            Some(assembled) if errors.is_empty() => Ok(Assembled { warnings, ..assembled }),
            _ => {
                let mut all = errors;
                all.append(&mut warnings);
                Err(all)
            }
        }
    }

    // On its own, like what is rare in it: with more in one function its state does not stay in registers.
    #[inline(never)]
    fn lines(&mut self) {
        let source = self.source;
        let mut tokens = Tokens::new(source, std::mem::take(&mut self.words));
        let mut start = 0;
        let mut line = 0;
        while start < source.len() {
            line += 1;
            let end = tokens.read(start, line);
            if end - start >= MAX_LINE {
                self.record_at_line(line - 1, Problem::LineTooLong);
                return;
            }
            start = end + 1;
            let [first, args @ ..] = tokens.list.as_slice() else { continue };
            let name = first.bytes(self.source);
            if let [b'#', ..] = name {
                let result = self.directive(&tokens.list);
                self.settle(result);
            } else if self.macros.is_empty() && !tokens.semicolons {
                self.statement(first, name, args);
                continue;
            } else {
                self.statements(&mut tokens.list);
            }
            if self.macros.exhausted() {
                return;
            }
        }
        self.line = line;
        self.words = tokens.list;
    }

    /// Puts the macros' bodies in their places, and assembles what is between semicolons.
    #[inline(never)]
    fn statements(&mut self, tokens: &mut Vec<Token>) {
        let mut start = 0;
        while start < tokens.len() {
            let mut end = start;
            while let Some(token) = tokens.get(end) {
                if let Some(body) = self.macros.body(token.bytes(self.source)) {
                    let (place, added) = (*token, body.len());
                    tokens.splice(end..=end, body.iter().copied());
                    self.macros.spend(added);
                    if self.macros.exhausted() {
                        self.record(place, Problem::MacroTooLong);
                        return;
                    }
                    continue;
                }
                if token.end - token.start == 1 && self.source.get(token.start as usize) == Some(&b';') {
                    break;
                }
                end += 1;
            }
            if let [first, args @ ..] = &tokens[start..end] {
                self.statement(first, first.bytes(self.source), args);
            }
            start = end + 1;
        }
    }

    /// Assembles one statement: a label, an instruction, or both. `name` is the first word's text.
    fn statement<'t>(&mut self, mut first: &'t Token, mut name: &'a [u8], mut args: &'t [Token]) {
        if !self.settled {
            self.set_version(DEFAULT_VERSION);
            self.recheck_macros();
        }
        if let [.., b':'] = name {
            self.label(*first);
            let Some(next) = args.split_first() else { return };
            (first, args) = next;
            name = first.bytes(self.source);
        }
        let Some(form) = self.form(first, name, args.len()) else { return };
        self.code.mark(first);
        let (mut takes, mut gives) = (form.args, form.returns);
        let (one, two);
        let mut parsed = ParsedOperand::Nothing;
        // The most frequent ones need no lists.
        let needs_lists = match (form.refine, args) {
            (Refine::Nothing, _) => false,
            (Refine::Equals, _) => {
                if let Some(top) = self.known.known(0) {
                    takes = Knowledge::two_like(top);
                }
                false
            }
            (Refine::Dup, _) => {
                if let Some(top) = self.known.known(0) {
                    two = [top, top];
                    gives = &two;
                }
                false
            }
            (Refine::Field(place, table), _) => {
                if let Some((field, immediates)) = self.field(place, table, args) {
                    parsed = ParsedOperand::Immediates(immediates);
                    if field.ty.is_concrete() {
                        gives = std::slice::from_ref(&field.ty);
                    }
                }
                false
            }
            (Refine::Int, [only]) => match short_decimal(only.bytes(self.source)) {
                Some(value) => {
                    parsed = ParsedOperand::Int(value);
                    one = [StackType::uint(value, value)];
                    gives = &one;
                    false
                }
                None => true,
            },
            (Refine::Byte, [only]) => match plain_string(only.bytes(self.source)) {
                Some(text) if !Self::too_big(text.len()) => {
                    parsed = ParsedOperand::Bytes(text);
                    one = [StackType::bytes(text.len() as u64, text.len() as u64)];
                    gives = &one;
                    false
                }
                _ => true,
            },
            _ => true,
        };
        if needs_lists {
            let refined = self.refine(form, *first, args);
            takes = if refined.args { &self.args } else { takes };
            gives = if refined.returns { &self.returns } else { gives };
        }
        self.known.apply(takes, gives, &mut self.faults);
        if !self.faults.is_empty() {
            self.report_faults(form, *first, args);
        }
        match (form.emit, parsed) {
            // Most statements.
            (Emit::Byte(byte), _) if args.is_empty() => self.code.push(byte),
            (Emit::Plain(spec), ParsedOperand::Immediates(immediates)) => {
                self.code.bytes.extend_from_slice(&[spec.byte, immediates[0]]);
                if args.len() > 1 {
                    self.code.push(immediates[1]);
                }
            }
            (Emit::Int, ParsedOperand::Int(value)) if self.ints.manual_blocks == 0 => {
                let result = self.load_int(value, args[0]);
                self.settle(result);
            }
            (Emit::ByteConstant, ParsedOperand::Bytes(value)) if self.bytes.manual_blocks == 0 => {
                let result = self.load_bytes(value, args[0]);
                self.settle(result);
            }
            (Emit::Plain(spec), _) => {
                let result = self.emit_plain(form.name, spec, *first, args);
                self.settle(result);
            }
            _ => {
                let result = self.emit(form, *first, args);
                self.settle(result);
            }
        }
        self.stateful |= form.stateful;
        match form.after {
            After::Next => {}
            After::Anything => self.known.reset(),
            After::Nothing => self.known.mark_unreachable(),
        }
    }

    fn label(&mut self, token: Token) {
        let name = Token { end: token.end - 1, ..token };
        let label = name.bytes(self.source);
        if self.macros.contains(label) {
            self.record(token, Problem::LabelMacro(Excerpt::from(label).to_string()));
            return;
        }
        if !self.code.define(self.source, name) {
            self.record(token, Problem::DuplicateLabel(label.into()));
        }
        self.known.label();
    }

    /// What the mnemonic means with so many immediates; what is wrong about it is recorded.
    #[inline]
    fn form(&mut self, mnemonic: &Token, name: &[u8], count: usize) -> Option<&'static Form> {
        let (pseudo, forms, common) = match self.mnemonics.get(name) {
            Some(Mnemonic::Form(form)) => return Some(form),
            Some(Mnemonic::ByCount { name, forms, common }) => (*name, forms, common),
            None => {
                self.record(*mnemonic, unknown_opcode(mnemonic.bytes(self.source), self.version()));
                return None;
            }
        };
        let form = match forms.iter().find(|(wanted, _)| *wanted == count) {
            Some((_, form)) => form,
            None => {
                let counts: Vec<usize> = forms.iter().map(|(count, _)| *count).collect();
                let counts = count_text("immediate argument", &counts);
                self.record(*mnemonic, Problem::Arity { name: pseudo.to_owned(), counts });
                common.as_ref()?
            }
        };
        let since = form.since;
        if since > self.version() {
            let immediates = count_text("immediate", &[count]);
            self.record(*mnemonic, Problem::FormTooNew { name: pseudo, immediates, since });
        }
        Some(form)
    }

    #[cold]
    fn report_faults(&mut self, form: &Form, mnemonic: Token, args: &[Token]) {
        let faults = std::mem::take(&mut self.faults);
        if !self.typetrack {
            return;
        }
        let mut statement = form.name.as_bytes().to_vec();
        if args.is_empty() && matches!(self.mnemonics.get(form.name), Some(Mnemonic::ByCount { .. })) {
            statement.extend_from_slice(b" without immediates");
        }
        statement.append(&mut self.joined(args));
        let statement = Excerpt::from(statement);
        for fault in faults {
            let statement = statement.clone();
            let problem = match fault {
                Fault::Height { expected, height } => Problem::StackHeight { statement, expected, height },
                Fault::Mismatch { index, wanted, found } => {
                    Problem::StackTypeMismatch { statement, index, wanted, found }
                }
            };
            self.record(mnemonic, problem);
        }
    }

    /// The texts of `tokens`, each after a space.
    pub(super) fn joined(&self, tokens: &[Token]) -> Vec<u8> {
        tokens.iter().flat_map(|token| [b" ", token.bytes(self.source)]).flatten().copied().collect()
    }

    /// A word for an error.
    pub(super) fn excerpt(&self, token: Token) -> Excerpt {
        token.bytes(self.source).into()
    }

    /// The version in force; the default where none is settled yet.
    pub(super) fn version(&self) -> u8 {
        self.version
    }

    pub(super) fn settled_version(&self) -> Option<u8> {
        self.settled.then_some(self.version)
    }

    pub(super) fn set_version(&mut self, version: u8) {
        self.settled = true;
        self.version = version;
        self.mnemonics = mnemonics(version);
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Puts a failure, if there is one, on the list.
    pub(super) fn settle(&mut self, result: Result<(), Failure>) {
        if let Err(failure) = result {
            let (token, problem) = *failure;
            self.record(token, problem);
        }
    }

    #[cold]
    pub(super) fn record(&mut self, token: Token, problem: Problem) {
        self.errors.push(diagnostic(Severity::Error, token, problem));
    }

    /// An error without a word to blame.
    pub(super) fn record_at_line(&mut self, line: u32, problem: Problem) {
        self.record(Token { line, ..Token::default() }, problem);
    }

    pub(super) fn warn(&mut self, token: Token, problem: Problem) {
        self.warnings.push(diagnostic(Severity::Warning, token, problem));
    }
}

pub(super) fn diagnostic(severity: Severity, token: Token, problem: Problem) -> Diagnostic {
    Diagnostic { severity, line: token.line, column: token.column, span: token.span(), problem }
}
