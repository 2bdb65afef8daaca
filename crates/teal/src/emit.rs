//! Statements into bytes, one function a way of assembling.
//!
//! Where an immediate is wrong, what was written before it stays: the places of later errors count it, as in the
//! reference.

use pnp_opcodes::{
    BACK_BRANCH_VERSION, FieldGroup, FieldSpec, FieldTable, Immediate, ImmediateKind, MAX_STRING_SIZE, Op, OpSpec,
};
use pnp_opcodes::{named_constant, version_table};

use super::Problem;
use super::assembler::{Assembler, Failure, failure};
use super::excerpt::Excerpt;
use super::integer::{parse_int8, parse_uint, parse_uint8};
use super::mnemonic::{Emit, FieldPlace, Form, Mnemonic, count_text, mnemonics};
use super::token::Token;

impl Assembler<'_> {
    /// Writes the statement's bytes.
    pub(super) fn emit(&mut self, form: &Form, mnemonic: Token, args: &[Token]) -> Result<(), Failure> {
        let name = form.name;
        let Some(spec) = form.spec else {
            return match form.emit {
                Emit::Int => self.emit_int(mnemonic, args),
                Emit::ByteConstant => self.emit_byte(mnemonic, args),
                Emit::Addr => self.emit_addr(mnemonic, args),
                Emit::Method => self.emit_method(mnemonic, args),
                _ => Ok(()),
            };
        };
        match form.emit {
            Emit::Nothing => Ok(()),
            Emit::IntcBlock => self.emit_intcblock(spec, mnemonic, args),
            Emit::BytecBlock => self.emit_bytecblock(spec, mnemonic, args),
            Emit::Intc => self.emit_intc(mnemonic, args),
            Emit::Bytec => self.emit_bytec(mnemonic, args),
            Emit::PushInt => self.emit_pushint(name, mnemonic, args),
            Emit::PushInts => {
                self.code.push(spec.byte);
                self.write_uints(args);
                Ok(())
            }
            Emit::PushBytes => self.emit_pushbytes(name, mnemonic, args),
            Emit::PushBytess => {
                self.code.push(spec.byte);
                self.write_byte_list(name, args).map(drop)
            }
            Emit::Arg => {
                expect_count(name, mnemonic, args, 1)?;
                let index = self.byte_immediate_of(args[0], "argument")?;
                match index {
                    0..4 => {
                        self.code.push(spec.byte + 1 + index);
                        Ok(())
                    }
                    _ => self.emit_plain(name, spec, mnemonic, args),
                }
            }
            Emit::Branch => {
                expect_count(name, mnemonic, args, 1)?;
                self.code.push(spec.byte);
                self.code.push_target(self.source, args[0], 0);
                Ok(())
            }
            Emit::VarintBranch => {
                expect_count(name, mnemonic, args, 1)?;
                self.code.push(spec.byte);
                self.code.push_varint_target(self.source, args[0]);
                Ok(())
            }
            Emit::Switch => {
                let Ok(count) = u8::try_from(args.len()) else {
                    return Err(failure(args[usize::from(u8::MAX)], Problem::TooManyLabels(name)));
                };
                self.code.push(spec.byte);
                self.code.push(count);
                for (at, label) in args.iter().enumerate() {
                    self.code.push_target(self.source, *label, 2 * (args.len() - 1 - at));
                }
                Ok(())
            }
            Emit::Substring => {
                self.emit_plain(name, spec, mnemonic, args)?;
                let value = |at: usize| args.get(at).and_then(|token| parse_uint(token.bytes(self.source)).ok());
                if value(1) < value(0) {
                    return Err(failure(args[0], Problem::SubstringOrder));
                }
                Ok(())
            }
            Emit::Itxn => self.emit_inner(form, ["itxn", "itxna"], mnemonic, args, 1),
            Emit::Gitxn => self.emit_inner(form, ["gitxn", "gitxna"], mnemonic, args, 2),
            Emit::ItxnField | Emit::AppParamsSet => self.emit_settable(name, spec, mnemonic, args),
            _ => self.emit_plain(name, spec, mnemonic, args),
        }
    }

    /// `itxn` and `gitxn`, which mean their array forms where there is one immediate more.
    fn emit_inner(
        &mut self,
        form: &Form,
        opcodes: [&'static str; 2],
        mnemonic: Token,
        args: &[Token],
        scalar: usize,
    ) -> Result<(), Failure> {
        let opcode = match args.len().checked_sub(scalar) {
            Some(0) => opcodes[0],
            Some(1) => opcodes[1],
            _ => {
                let counts = count_text("immediate argument", &[scalar, scalar + 1]);
                return Err(failure(mnemonic, Problem::Arity { name: form.name.to_owned(), counts }));
            }
        };
        match version_table(self.version()).by_name(opcode) {
            Some(spec) => self.emit_plain(opcode, spec, mnemonic, args),
            None => Ok(()),
        }
    }

    /// The opcode's bytes, then one byte an immediate.
    pub(super) fn emit_plain(
        &mut self,
        name: &'static str,
        spec: &'static OpSpec,
        mnemonic: Token,
        args: &[Token],
    ) -> Result<(), Failure> {
        expect_count(name, mnemonic, args, spec.immediates.len())?;
        self.code.push(spec.byte);
        if spec.sub != 0 {
            self.code.push(spec.sub);
        }
        for (immediate, token) in spec.immediates.iter().zip(args) {
            let byte = match self.immediate(spec, immediate.kind, token) {
                Some(byte) => byte,
                None => return Err(self.bad_immediate(name, spec, immediate, *token, args)),
            };
            self.code.push(byte);
        }
        Ok(())
    }

    /// The byte of an immediate; `None` if there is something wrong with it. A field decides the type of the result.
    #[inline]
    fn immediate(&mut self, spec: &'static OpSpec, kind: ImmediateKind, token: &Token) -> Option<u8> {
        let text = token.bytes(self.source);
        match kind {
            ImmediateKind::Field(group) => {
                let (byte, field) = group.table().by_name(text)?;
                // The type is known even if the field is too new.
                if field.ty.is_concrete() {
                    self.known.narrow(spec.signature.returns.len(), field.ty);
                }
                (field.since <= self.version()).then_some(byte)
            }
            ImmediateKind::Int8 => parse_int8(text).map(i8::cast_unsigned),
            _ => parse_uint8(text),
        }
    }

    /// The field an opcode reads, and its immediates; `None` if there is something wrong with them.
    #[inline]
    pub(super) fn field(
        &self,
        place: FieldPlace,
        table: &FieldTable,
        args: &[Token],
    ) -> Option<(&'static FieldSpec, [u8; 2])> {
        let (name, number) = match (place, args) {
            (FieldPlace::Only, [name]) => (name, None),
            (FieldPlace::First, [name, number]) => (name, Some(number)),
            (FieldPlace::Last, [number, name]) => (name, Some(number)),
            _ => return None,
        };
        let (byte, field) = table.by_name(name.bytes(self.source))?;
        if field.since > self.version() {
            return None;
        }
        let Some(number) = number else { return Some((field, [byte, 0])) };
        let number = parse_uint8(number.bytes(self.source))?;
        Some((field, if matches!(place, FieldPlace::First) { [byte, number] } else { [number, byte] }))
    }

    /// What is wrong with an immediate.
    #[cold]
    fn bad_immediate(
        &self,
        name: &'static str,
        spec: &OpSpec,
        immediate: &Immediate,
        token: Token,
        args: &[Token],
    ) -> Failure {
        let text = token.bytes(self.source);
        match immediate.kind {
            ImmediateKind::Field(group) => {
                let problem = match group.table().by_name(text) {
                    Some((_, field)) => Problem::FieldTooNew { opcode: name, field: field.name, since: field.since },
                    None => self.unknown_field(name, spec, text, args.len()),
                };
                failure(token, problem)
            }
            ImmediateKind::Int8 => {
                failure(token, Problem::NotAnInt8 { opcode: name, what: immediate.name, value: text.into() })
            }
            _ => {
                let wrong = self.bad_byte(token, name, immediate.name);
                let places = places(spec, |kind| has_field(kind, text));
                if matches!(wrong.1, Problem::BeyondByte { .. }) || places.is_empty() {
                    return wrong;
                }
                failure(token, misplaced(name, self.forms_of(name).is_some(), args.len(), text, places))
            }
        }
    }

    /// The best that can be said of a word that names no field of the opcode.
    fn unknown_field(&self, name: &'static str, spec: &OpSpec, text: &[u8], count: usize) -> Problem {
        let pseudo = self.forms_of(name);
        if parse_uint8(text).is_some() {
            let places = places(spec, |kind| kind == ImmediateKind::Byte);
            if !places.is_empty() {
                return misplaced(name, pseudo.is_some(), count, text, places);
            }
        }
        let of_forms = |forms: &'static [(usize, Form)]| -> Vec<usize> {
            let has = |form: &Form| {
                let immediates = form.spec.map(|spec| spec.immediates).unwrap_or_default();
                immediates.iter().any(|immediate| has_field(immediate.kind, text))
            };
            forms.iter().filter(|(_, form)| has(form)).map(|(count, _)| *count).collect()
        };
        match pseudo.map(of_forms) {
            Some(counts) if !counts.is_empty() => {
                let counts = count_text("immediate", &counts);
                Problem::FieldOfOtherForm { opcode: name, field: Excerpt::from(text).to_string(), counts }
            }
            _ => Problem::UnknownField { opcode: name, field: text.into() },
        }
    }

    /// The forms of a pseudo-op that chooses by the number of immediates, or an empty slice for the other pseudo-ops.
    fn forms_of(&self, name: &str) -> Option<&'static [(usize, Form)]> {
        match mnemonics(self.version()).get(name)? {
            Mnemonic::ByCount { forms, .. } => Some(forms),
            Mnemonic::Form(form) if form.spec.is_none() => Some(&[]),
            Mnemonic::Form(_) => None,
        }
    }

    /// A number of one byte; `what` names it in the error.
    pub(super) fn byte_immediate_of(&self, token: Token, what: &'static str) -> Result<u8, Failure> {
        parse_uint8(token.bytes(self.source)).ok_or_else(|| self.bad_byte(token, "", what))
    }

    /// What is wrong with a number of one byte; `opcode` begins the text unless it is empty.
    #[cold]
    fn bad_byte(&self, token: Token, opcode: &str, what: &'static str) -> Failure {
        let prefix = if opcode.is_empty() { String::new() } else { format!("{opcode} ") };
        let problem = match parse_uint(token.bytes(self.source)) {
            Ok(value) => Problem::BeyondByte { prefix, what, value },
            Err(_) => Problem::NotAByte { prefix, what, value: self.excerpt(token) },
        };
        failure(token, problem)
    }

    /// `itxn_field` and `app_params_set`: a field's version is the one it became settable in.
    fn emit_settable(
        &mut self,
        name: &'static str,
        spec: &OpSpec,
        mnemonic: Token,
        args: &[Token],
    ) -> Result<(), Failure> {
        expect_count(name, mnemonic, args, 1)?;
        let text = args[0].bytes(self.source);
        let inner = spec.op == Op::ItxnField;
        let group = if inner { FieldGroup::Itxn } else { FieldGroup::AppParams };
        let problem = match group.table().by_name(text) {
            None => Problem::UnknownField { opcode: name, field: text.into() },
            Some((_, FieldSpec { name: field, settable: 0, .. })) if inner => {
                Problem::FieldNotAllowed { opcode: name, field }
            }
            Some((_, FieldSpec { name: field, settable: 0, .. })) => Problem::FieldNotSettable { opcode: name, field },
            Some((_, FieldSpec { name: field, settable: since, .. })) if *since > self.version() => {
                let since = *since;
                match inner {
                    true => Problem::FieldTooNew { opcode: name, field, since },
                    false => Problem::FieldSettableLater { opcode: name, field, since },
                }
            }
            Some((byte, _)) => {
                self.code.push(spec.byte);
                self.code.push(byte);
                return Ok(());
            }
        };
        Err(failure(args[0], problem))
    }

    /// Whether constants of the assembler's own block may not be used any more at this place, `blocks` of them having
    /// been written by hand.
    pub(super) fn must_push(&self, blocks: u32) -> bool {
        blocks > 0 && self.version() >= BACK_BRANCH_VERSION
    }

    pub(super) fn too_big(len: usize) -> bool {
        len as u64 > MAX_STRING_SIZE
    }

    /// The value of `int`'s immediate: a name or a number.
    pub(super) fn int_value(&self, token: Token) -> Result<u64, Failure> {
        match parse_uint(token.bytes(self.source)) {
            Ok(value) => Ok(value),
            // No name reads as a number.
            Err(_) => std::str::from_utf8(token.bytes(self.source))
                .ok()
                .and_then(named_constant)
                .ok_or_else(|| failure(token, Problem::NotAnInteger(self.excerpt(token)))),
        }
    }
}

/// Fails unless there are `expected` immediates: at the first one too many, or after the last.
pub(super) fn expect_count(
    name: &'static str,
    mnemonic: Token,
    args: &[Token],
    expected: usize,
) -> Result<(), Failure> {
    if args.len() == expected {
        return Ok(());
    }
    let place = match args.get(expected) {
        Some(extra) => *extra,
        None => args.last().unwrap_or(&mnemonic).after(),
    };
    Err(failure(place, Problem::ImmediateCount { name, expected }))
}

fn has_field(kind: ImmediateKind, name: &[u8]) -> bool {
    matches!(kind, ImmediateKind::Field(group) if group.table().by_name(name).is_some())
}

/// The positions, from 1, of the immediates of such a kind, in words.
fn places(spec: &OpSpec, wanted: impl Fn(ImmediateKind) -> bool) -> String {
    let found = spec.immediates.iter().enumerate().filter(|(_, immediate)| wanted(immediate.kind));
    found.map(|(at, _)| (at + 1).to_string()).collect::<Vec<_>>().join(" or ")
}

fn misplaced(name: &str, pseudo: bool, count: usize, value: &[u8], places: String) -> Problem {
    let opcode = match pseudo {
        true => format!("{name} with {}", count_text("immediate", &[count])),
        false => name.to_owned(),
    };
    Problem::ImmediatePlace { opcode, value: value.into(), places }
}
