//! From the bytes first written to the program: constants in their best form, branches of their least size, targets,
//! constant blocks, salt.

use pnp_opcodes::{BACK_BRANCH_VERSION, push_uvarint, uvarint_len, zigzag};

use super::assembler::Assembler;
use super::code::{Code, Content, Lost, Place, Reference, push_sized};
use super::constants::{Constants, LoadForm, Values};
use super::emit_constants::{BYTEC, INTC, PUSHBYTES, PUSHINT};
use super::excerpt::Excerpt;
use super::salt::{SALTS, Salt, is_on_curve, is_salted_by_default};
use super::sourcemap::PcMap;
use super::token::Token;
use super::{Assembled, Problem};

const INTCBLOCK: u8 = 0x20;
const BYTECBLOCK: u8 = 0x26;

/// Chooses everything that was left open. `None` if there are errors; those found here are recorded.
pub(super) fn finish(assembler: &mut Assembler<'_>) -> Option<Assembled> {
    let best = is_optimizable(assembler, &assembler.ints) && !is_lost(assembler, "int", INTC);
    assembler.ints.arrange(best);
    let best = is_optimizable(assembler, &assembler.bytes) && !is_lost(assembler, "byte", BYTEC);
    assembler.bytes.arrange(best);
    measure(assembler);
    shrink_branches(&mut assembler.code);
    resolve(assembler);
    if assembler.has_errors() {
        return None;
    }
    let Some(version) = assembler.settled_version() else {
        assembler.record_at_line(0, Problem::NoInstruction);
        return None;
    };
    let (program, prefix) = salted(assembler, version)?;
    let pcs = places(&assembler.code, prefix);
    Some(Assembled { bytes: program, version, source_map: pcs, warnings: Vec::new() })
}

/// Whether the assembler's own block is used and may be rearranged.
fn is_optimizable<T>(assembler: &Assembler<'_>, constants: &Constants<T>) -> bool {
    constants.manual_blocks == 0 && assembler.settled_version().is_some_and(|version| version >= BACK_BRANCH_VERSION)
}

/// Reports the first constant too many whose place something else has taken, as the reference does: lines counted
/// from 0. What looks like the load of a constant is taken for one.
fn is_lost(assembler: &mut Assembler<'_>, kind: &'static str, opcode: u8) -> bool {
    let code = &assembler.code;
    let taken = |lost: &Lost| match *lost {
        Lost::Int(at) if opcode == INTC => Some(at),
        Lost::Bytes(at) if opcode == BYTEC => Some(at),
        _ => None,
    };
    let found = code.lost.iter().filter_map(taken).map(|at| (at, code.bytes.get(at).copied()));
    let Some((at, found)) = found.into_iter().find(|(_, found)| found.is_none_or(|byte| !is_load(byte, opcode))) else {
        return false;
    };
    // At the end of the program nothing has taken the place.
    let Some(found) = found else { return true };
    let mark = code.marks.iter().rfind(|mark| mark.pc as usize == at);
    let place =
        mark.map_or_else(Token::default, |mark| Token { line: mark.line, column: mark.column, ..Token::default() });
    assembler.record(place, Problem::LostConstant { kind, found });
    true
}

/// Whether `byte` is `opcode` or one of its four short forms.
fn is_load(byte: u8, opcode: u8) -> bool {
    (opcode..=opcode + 4).contains(&byte)
}

/// Gives the loads of constants their final sizes.
fn measure(assembler: &mut Assembler<'_>) {
    let Assembler { code, ints, bytes, .. } = assembler;
    for fixup in &mut code.fixups {
        let size = match fixup.content {
            Content::Int(index) => {
                load_size(ints.load_form(index as usize), || uvarint_len(ints.values()[index as usize]))
            }
            Content::Bytes(index) => load_size(bytes.load_form(index as usize), || {
                let len = bytes.values().at(index as usize).len();
                uvarint_len(len as u64) + len
            }),
            Content::Branch(_) => None,
        };
        // Programs are far shorter than 4 GiB.
        fixup.size = size.map_or(fixup.len, |size| size as u32);
    }
    code.measure();
}

/// How many bytes the load of a constant takes; nothing where it stays as it was written.
fn load_size(form: LoadForm, immediate: impl FnOnce() -> usize) -> Option<usize> {
    match form {
        LoadForm::AsWritten => None,
        LoadForm::Place(0..4) => Some(1),
        LoadForm::Place(_) => Some(2),
        LoadForm::Immediate => Some(1 + immediate()),
    }
}

/// Takes from each branch the bytes its offset does not need, until none has any to spare. Sizes only shrink, and
/// with them the distances, so the end is the same whatever the order. A branch may wait for those it jumps over:
/// forward branches are therefore gone through from the last to the first and backward ones from the first to the
/// last, each with what was taken on the way, so that a chain of them takes one turn and not as many as it is long.
fn shrink_branches(code: &mut Code) {
    if code.references.iter().all(|reference| !reference.varint) {
        return;
    }
    // By fixup: where its branch jumps to.
    let targets: Vec<Option<Place>> = code.fixups.iter().map(|fixup| code.target(fixup)).collect();
    let mut taken = vec![0_u32; targets.len() + 1];
    loop {
        let mut changed = false;
        taken[targets.len()] = 0;
        for at in (0..targets.len()).rev() {
            taken[at] = taken[at + 1];
            if let Some(target) = targets[at].filter(|target| target.fixups as usize > at) {
                let nearer = taken[at + 1] - taken[target.fixups as usize];
                taken[at] += shrink_branch(code, at, target, nearer);
            }
        }
        changed |= taken[0] > 0;
        code.measure();
        taken[0] = 0;
        for at in 0..targets.len() {
            taken[at + 1] = taken[at];
            if let Some(target) = targets[at].filter(|target| target.fixups as usize <= at) {
                let nearer = taken[at] - taken[target.fixups as usize];
                taken[at + 1] += shrink_branch(code, at, target, nearer);
            }
        }
        changed |= taken[targets.len()] > 0;
        code.measure();
        if !changed {
            return;
        }
    }
}

/// Takes from the branch at a fixup what it has to spare, its target being `nearer` than the shifts say. Gives how
/// many bytes that were.
fn shrink_branch(code: &mut Code, at: usize, target: Place, nearer: u32) -> u32 {
    let Content::Branch(reference) = code.fixups[at].content else { return 0 };
    let Some(jump) = varint_jump(code, &code.references[reference as usize], target) else { return 0 };
    let jump = jump - jump.signum() * i64::from(nearer);
    let spare = code.fixups[at].size.saturating_sub(uvarint_len(zigzag(jump)) as u32);
    code.fixups[at].size -= spare;
    spare
}

/// The offset of a varint branch: forward from its end, back from its start; `None` for a branch to itself.
fn varint_jump(code: &Code, reference: &Reference, target: Place) -> Option<i64> {
    let start = code.position(reference.offset) - 1;
    let target = code.position(target);
    match target.cmp(&start) {
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Less => Some(target - start),
        std::cmp::Ordering::Greater => Some(target - code.position(reference.end)),
    }
}

/// Gives every reference its offset; what cannot be reached is reported.
fn resolve(assembler: &mut Assembler<'_>) {
    let version = assembler.settled_version();
    let code = &mut assembler.code;
    let end = code.position(code.here());
    let mut wrong: Vec<(Token, Problem)> = Vec::new();
    let mut undefined: Vec<bool> = Vec::new();
    for index in 0..code.references.len() {
        let reference = code.references[index];
        let label = code.labels[reference.label as usize];
        let mut report = |problem: fn(Excerpt) -> Problem| {
            wrong.push((reference.token, problem(label.name.bytes(assembler.source).into())));
        };
        let Some(target) = label.place else {
            undefined.resize(code.labels.len(), false);
            if !std::mem::replace(&mut undefined[reference.label as usize], true) {
                report(Problem::UndefinedLabel);
            }
            continue;
        };
        let to = code.position(target);
        if version.is_some_and(|version| version <= 1) && to == end {
            report(Problem::LabelTooFar);
        }
        let from = code.position(reference.end);
        if version.is_some_and(|version| version < BACK_BRANCH_VERSION) && to < from {
            report(Problem::BackReference);
            continue;
        }
        if !reference.varint {
            match i16::try_from(to - from) {
                Ok(jump) => {
                    code.bytes[reference.offset.at as usize..][..2].copy_from_slice(&jump.to_be_bytes());
                }
                Err(_) => report(Problem::LabelTooFar),
            }
            continue;
        }
        let size = from - code.position(reference.offset);
        let limit = 1_i64 << (7 * size - 1);
        match varint_jump(code, &reference, target) {
            None => report(Problem::BranchToItself),
            Some(jump) if (-limit..limit).contains(&jump) => code.references[index].jump = jump,
            Some(_) => report(Problem::LabelTooFar),
        }
    }
    for (token, problem) in wrong {
        assembler.record(token, problem);
    }
}

/// The program, and the length of what comes before its code: the version and the constant blocks the assembler puts
/// there. `salt` is one more integer, in a block that is there without it.
fn write(assembler: &Assembler<'_>, version: u8, salt: Option<u8>) -> (Vec<u8>, usize) {
    let Assembler { code, ints, bytes, .. } = assembler;
    let (ints, bytes) = (ints.block(), bytes.block());
    let byte_room = bytes.clone().map(|value| value.len() + 10).sum::<usize>();
    let mut program = Vec::with_capacity(code.final_len() + byte_room + 10 * ints.len() + 32);
    program.push(version);
    if ints.len() > 0 {
        program.push(INTCBLOCK);
        push_uvarint(&mut program, (ints.len() + usize::from(salt.is_some())) as u64);
        for value in ints.copied().chain(salt.map(u64::from)) {
            push_uvarint(&mut program, value);
        }
    }
    if bytes.len() > 0 {
        program.push(BYTECBLOCK);
        push_uvarint(&mut program, bytes.len() as u64);
        for value in bytes {
            push_sized(&mut program, value);
        }
    }
    let prefix = program.len();
    write_code(assembler, &mut program);
    (program, prefix)
}

/// Appends the code in its final form.
fn write_code(assembler: &Assembler<'_>, out: &mut Vec<u8>) {
    let Assembler { code, ints, bytes, .. } = assembler;
    let mut written = 0;
    for fixup in &code.fixups {
        let (start, end) = (fixup.at as usize, (fixup.at + fixup.len) as usize);
        out.extend_from_slice(&code.bytes[written..start]);
        let as_written = &code.bytes[start..end];
        written = end;
        match fixup.content {
            Content::Int(index) => write_load(out, INTC, ints.load_form(index as usize), as_written, |out| {
                out.push(PUSHINT);
                push_uvarint(out, ints.values()[index as usize]);
            }),
            Content::Bytes(index) => write_load(out, BYTEC, bytes.load_form(index as usize), as_written, |out| {
                out.push(PUSHBYTES);
                push_sized(out, bytes.values().at(index as usize));
            }),
            Content::Branch(reference) => push_uvarint(out, zigzag(code.references[reference as usize].jump)),
        }
    }
    out.extend_from_slice(&code.bytes[written..]);
}

/// Appends the load of a constant: `opcode` and its short forms load it from the block, `immediate` writes it in full.
fn write_load(out: &mut Vec<u8>, opcode: u8, form: LoadForm, as_written: &[u8], immediate: impl FnOnce(&mut Vec<u8>)) {
    match form {
        LoadForm::AsWritten => out.extend_from_slice(as_written),
        // A block has at most 256 constants, or there was an error before.
        LoadForm::Place(place) => match place as u8 {
            place @ 0..4 => out.push(opcode + 1 + place),
            place => out.extend([opcode, place]),
        },
        LoadForm::Immediate => immediate(out),
    }
}

/// Where each instruction comes to lie.
fn places(code: &Code, prefix: usize) -> PcMap {
    let mut locations = code.marks.clone();
    let mut fixups = code.fixups.as_slice();
    // Up to the next fixup all move alike. Programs are far shorter than 2 GiB.
    let mut by = prefix as i32;
    for location in &mut locations {
        while let [fixup, rest @ ..] = fixups
            && fixup.at < location.pc
        {
            by = prefix as i32 + fixup.shift;
            fixups = rest;
        }
        location.pc = location.pc.wrapping_add_signed(by);
    }
    PcMap::new(locations)
}

/// The program, with salt where it needs some: one more constant in the assembler's `intcblock`, or a block at the end.
fn salted(assembler: &mut Assembler<'_>, version: u8) -> Option<(Vec<u8>, usize)> {
    let (mut program, prefix) = write(assembler, version, None);
    let stateful = assembler.stateful;
    let wanted = match assembler.salt {
        Salt::Default => is_salted_by_default(version, stateful),
        Salt::On(token) => {
            if stateful {
                assembler.warn(token, Problem::StatefulSalt);
            }
            true
        }
        Salt::Off(token) => {
            if !stateful && is_on_curve(&program) == Some(true) {
                assembler.warn(token, Problem::OnCurve);
            }
            false
        }
    };
    if !wanted {
        return Some((program, prefix));
    }
    match is_on_curve(&program) {
        Some(true) => {}
        Some(false) => return Some((program, prefix)),
        None => {
            assembler.record_at_line(assembler.line, Problem::SaltUnavailable);
            return None;
        }
    }
    if assembler.ints.block().len() > 0 {
        for salt in 0..SALTS {
            let (program, prefix) = write(assembler, version, Some(salt));
            if is_on_curve(&program) == Some(false) {
                return Some((program, prefix));
            }
        }
        assembler.record_at_line(assembler.line, Problem::NoSalt("an automatic"));
        return None;
    }
    program.extend([INTCBLOCK, 1, 0]);
    for salt in 0..SALTS {
        if let Some(last) = program.last_mut() {
            *last = salt;
        }
        if is_on_curve(&program) == Some(false) {
            return Some((program, prefix));
        }
    }
    assembler.record_at_line(assembler.line, Problem::NoSalt("a trailing"));
    None
}
