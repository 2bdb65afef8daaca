//! From the bytes first written to the program: constants in their best form, branches of their least size, targets,
//! constant blocks, salt.

use crate::opcodes::BACK_BRANCH_VERSION;

use super::assembler::Assembler;
use super::code::{Code, Content, Fixup, Lost, Place, Reference, push_varuint, varuint_len, zigzag};
use super::constants::{Constants, Optimized, Values};
use super::emit_constants::{BYTEC, INTC};
use super::salt::{SALTS, Salt, is_on_curve, is_salted_by_default};
use super::sourcemap::PcMap;
use super::token::Token;
use super::{Assembled, Problem};

const INTCBLOCK: u8 = 0x20;
const BYTECBLOCK: u8 = 0x26;
const PUSHBYTES: u8 = 0x80;
const PUSHINT: u8 = 0x81;

/// Chooses everything that was left open. `None` if there are errors; those found here are recorded.
pub(super) fn finish(assembler: &mut Assembler<'_>) -> Option<Assembled> {
    let ints = optimize_ints(assembler);
    let bytes = optimize_bytes(assembler);
    let mut layout = Layout::new(assembler, ints, bytes);
    layout.shrink_branches(assembler);
    let jumps = layout.resolve(assembler);
    if assembler.has_errors() {
        return None;
    }
    let Some(version) = assembler.settled_version() else {
        assembler.record_at_line(0, Problem::NoInstruction);
        return None;
    };
    let body = layout.write(assembler, &jumps);
    let blocks = Blocks::new(assembler, &layout);
    let (program, prefix) = salted(assembler, version, &blocks, &body)?;
    let pcs = layout.places(assembler, prefix);
    Some(Assembled { bytes: program, version, source_map: pcs, warnings: Vec::new() })
}

/// Whether the assembler's own block is used and may be rearranged.
fn is_optimizable<T>(assembler: &Assembler<'_>, constants: &Constants<T>) -> bool {
    constants.manual_blocks == 0 && assembler.settled_version().is_some_and(|version| version >= BACK_BRANCH_VERSION)
}

fn optimize_ints(assembler: &mut Assembler<'_>) -> Option<Optimized> {
    if !is_optimizable(assembler, &assembler.ints) || is_lost(assembler, "int", INTC) {
        return None;
    }
    Some(assembler.ints.optimized())
}

fn optimize_bytes(assembler: &mut Assembler<'_>) -> Option<Optimized> {
    if !is_optimizable(assembler, &assembler.bytes) || is_lost(assembler, "byte", BYTEC) {
        return None;
    }
    Some(assembler.bytes.optimized())
}

/// Tells of the first constant too many whose place something else has taken, as the reference does: lines counted
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

/// The final sizes, and what follows from them.
struct Layout {
    ints: Option<Optimized>,
    bytes: Option<Optimized>,
    /// The final size of each fixup.
    sizes: Vec<u32>,
    /// By how much what follows so many fixups moves; one longer than `sizes`.
    shifts: Vec<i32>,
}

impl Layout {
    fn new(assembler: &Assembler<'_>, ints: Option<Optimized>, bytes: Option<Optimized>) -> Self {
        let size = |fixup: &Fixup| match fixup.content {
            Content::Int(index) => ints.as_ref().map(|ints| match ints.place[index as usize] {
                Some(place) => load_size(place),
                None => 1 + varuint_len(assembler.ints.values()[index as usize]),
            }),
            Content::Bytes(index) => bytes.as_ref().map(|bytes| match bytes.place[index as usize] {
                Some(place) => load_size(place),
                None => {
                    let len = assembler.bytes.values().at(index as usize).len();
                    1 + varuint_len(len as u64) + len
                }
            }),
            Content::Branch(_) => None,
        };
        let fixups = &assembler.code.fixups;
        let sizes: Vec<u32> = fixups.iter().map(|fixup| size(fixup).map_or(fixup.len, |size| size as u32)).collect();
        let mut layout = Self { ints, bytes, shifts: Vec::with_capacity(sizes.len() + 1), sizes };
        layout.measure(fixups);
        layout
    }

    fn measure(&mut self, fixups: &[Fixup]) {
        self.shifts.clear();
        let mut shift = 0;
        self.shifts.push(shift);
        for (fixup, size) in fixups.iter().zip(&self.sizes) {
            shift += size.cast_signed() - fixup.len.cast_signed();
            self.shifts.push(shift);
        }
    }

    /// Where a place comes to lie, before the prefix is counted.
    fn position(&self, place: Place) -> i64 {
        i64::from(place.at) + i64::from(self.shifts.get(place.fixups as usize).copied().unwrap_or(0))
    }

    /// Takes from each branch the bytes its offset does not need, until none has any to spare. Sizes only shrink, and
    /// with them the distances, so the end is the same whatever the order. A branch may wait for those it jumps over:
    /// forward branches are therefore gone through from the last to the first and backward ones from the first to the
    /// last, each with what was taken on the way, so that a chain of them takes one turn and not as many as it is long.
    fn shrink_branches(&mut self, assembler: &Assembler<'_>) {
        let code = &assembler.code;
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
                    taken[at] += self.shrink_branch(code, at, target, nearer);
                }
            }
            changed |= taken[0] > 0;
            self.measure(&code.fixups);
            taken[0] = 0;
            for at in 0..targets.len() {
                taken[at + 1] = taken[at];
                if let Some(target) = targets[at].filter(|target| target.fixups as usize <= at) {
                    let nearer = taken[at] - taken[target.fixups as usize];
                    taken[at + 1] += self.shrink_branch(code, at, target, nearer);
                }
            }
            changed |= taken[targets.len()] > 0;
            self.measure(&code.fixups);
            if !changed {
                return;
            }
        }
    }

    /// Takes from the branch at a fixup what it has to spare, its target being `nearer` than the shifts tell. Gives how
    /// many bytes that were.
    fn shrink_branch(&mut self, code: &Code, at: usize, target: Place, nearer: u32) -> u32 {
        let Content::Branch(reference) = code.fixups[at].content else { return 0 };
        let Some(jump) = self.varint_jump(&code.references[reference as usize], target) else { return 0 };
        let jump = jump - jump.signum() * i64::from(nearer);
        let spare = self.sizes[at].saturating_sub(varuint_len(zigzag(jump)) as u32);
        self.sizes[at] -= spare;
        spare
    }

    /// The offset of a varint branch: forward from its end, back from its start; `None` for a branch to itself.
    fn varint_jump(&self, reference: &Reference, target: Place) -> Option<i64> {
        let start = self.position(reference.offset) - 1;
        let target = self.position(target);
        match target.cmp(&start) {
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Less => Some(target - start),
            std::cmp::Ordering::Greater => Some(target - self.position(reference.end)),
        }
    }

    /// The offset of every reference, in their order; what cannot be reached is told, and is 0.
    fn resolve(&self, assembler: &mut Assembler<'_>) -> Vec<i64> {
        let version = assembler.settled_version();
        let end = self.position(assembler.code.here());
        let mut jumps = vec![0; assembler.code.references.len()];
        let mut wrong: Vec<(Token, Problem)> = Vec::new();
        let mut undefined = vec![false; assembler.code.labels.len()];
        for (index, reference) in assembler.code.references.iter().enumerate() {
            let label = assembler.code.labels[reference.label as usize];
            let mut tell = |problem: fn(String) -> Problem| {
                wrong.push((reference.token, problem(label.name.text(assembler.source).to_owned())));
            };
            let Some(target) = label.place else {
                if !std::mem::replace(&mut undefined[reference.label as usize], true) {
                    tell(Problem::UndefinedLabel);
                }
                continue;
            };
            let to = self.position(target);
            if version.is_some_and(|version| version <= 1) && to == end {
                tell(Problem::LabelTooFar);
            }
            let from = self.position(reference.end);
            if version.is_some_and(|version| version < BACK_BRANCH_VERSION) && to < from {
                tell(Problem::BackReference);
                continue;
            }
            if !reference.varint {
                match i16::try_from(to - from) {
                    Ok(jump) => jumps[index] = i64::from(jump),
                    Err(_) => tell(Problem::LabelTooFar),
                }
                continue;
            }
            let size = from - self.position(reference.offset);
            let limit = 1_i64 << (7 * size - 1);
            match self.varint_jump(reference, target) {
                None => tell(Problem::BranchToItself),
                Some(jump) if (-limit..limit).contains(&jump) => jumps[index] = jump,
                Some(_) => tell(Problem::LabelTooFar),
            }
        }
        for (token, problem) in wrong {
            assembler.record(token, problem);
        }
        jumps
    }

    /// The program without its prefix.
    fn write(&self, assembler: &mut Assembler<'_>, jumps: &[i64]) -> Vec<u8> {
        let Assembler { code, ints, bytes, .. } = assembler;
        for (reference, jump) in code.references.iter().zip(jumps) {
            if !reference.varint {
                // Checked to fit when it was resolved.
                let offset = (*jump as i16).to_be_bytes();
                code.bytes[reference.offset.at as usize..][..2].copy_from_slice(&offset);
            }
        }
        let mut out = Vec::with_capacity(code.bytes.len() + 64);
        let mut written = 0;
        for fixup in &code.fixups {
            let (start, end) = (fixup.at as usize, (fixup.at + fixup.len) as usize);
            out.extend_from_slice(&code.bytes[written..start]);
            written = end;
            match fixup.content {
                Content::Int(index) => match self.ints.as_ref().map(|ints| ints.place[index as usize]) {
                    None => out.extend_from_slice(&code.bytes[start..end]),
                    Some(Some(place)) => load(&mut out, INTC, place),
                    Some(None) => {
                        out.push(PUSHINT);
                        push_varuint(&mut out, ints.values()[index as usize]);
                    }
                },
                Content::Bytes(index) => match self.bytes.as_ref().map(|bytes| bytes.place[index as usize]) {
                    None => out.extend_from_slice(&code.bytes[start..end]),
                    Some(Some(place)) => load(&mut out, BYTEC, place),
                    Some(None) => {
                        out.push(PUSHBYTES);
                        let value = bytes.values().at(index as usize);
                        push_varuint(&mut out, value.len() as u64);
                        out.extend_from_slice(value);
                    }
                },
                Content::Branch(reference) => push_varuint(&mut out, zigzag(jumps[reference as usize])),
            }
        }
        out.extend_from_slice(&code.bytes[written..]);
        out
    }

    /// Where each instruction comes to lie.
    fn places(&self, assembler: &Assembler<'_>, prefix: usize) -> PcMap {
        let Code { marks, fixups, .. } = &assembler.code;
        let mut locations = marks.clone();
        let mut moves = self.shifts.iter().map(|shift| shift + prefix as i32);
        let mut ends = fixups.iter().map(|fixup| fixup.at);
        // Up to the next fixup all move alike. Programs are far shorter than 2 GiB.
        let mut by = moves.next().unwrap_or_default();
        let mut until = ends.next().unwrap_or(u32::MAX);
        for location in &mut locations {
            while location.pc > until {
                by = moves.next().unwrap_or_default();
                until = ends.next().unwrap_or(u32::MAX);
            }
            location.pc = location.pc.wrapping_add_signed(by);
        }
        PcMap::new(locations)
    }
}

fn load_size(place: usize) -> usize {
    if place < 4 { 1 } else { 2 }
}

fn load(out: &mut Vec<u8>, opcode: u8, place: usize) {
    // A block has at most 256 constants, or there was an error before.
    match place as u8 {
        place @ 0..4 => out.push(opcode + 1 + place),
        place => out.extend([opcode, place]),
    }
}

/// The constant blocks the assembler puts before the code.
struct Blocks {
    ints: Vec<u64>,
    /// The encoded `bytecblock`, or nothing.
    bytes: Vec<u8>,
}

impl Blocks {
    fn new(assembler: &Assembler<'_>, layout: &Layout) -> Self {
        let values = &assembler.ints;
        let ints = match &layout.ints {
            _ if values.manual_blocks > 0 => Vec::new(),
            Some(best) => best.order.iter().map(|at| values.values()[*at]).collect(),
            None => values.values().to_vec(),
        };
        let values = &assembler.bytes;
        let slices: Vec<&[u8]> = match &layout.bytes {
            _ if values.manual_blocks > 0 => Vec::new(),
            Some(best) => best.order.iter().map(|at| values.values().at(*at)).collect(),
            None => values.values().iter().collect(),
        };
        let mut bytes = Vec::new();
        if !slices.is_empty() {
            bytes.push(BYTECBLOCK);
            push_varuint(&mut bytes, slices.len() as u64);
            for slice in slices {
                push_varuint(&mut bytes, slice.len() as u64);
                bytes.extend_from_slice(slice);
            }
        }
        Self { ints, bytes }
    }

    /// The program, and the length of what comes before `body`. `salt` is one more integer.
    fn before(&self, version: u8, salt: Option<u8>, body: &[u8]) -> (Vec<u8>, usize) {
        let mut program = Vec::with_capacity(body.len() + self.bytes.len() + 10 * self.ints.len() + 8);
        program.push(version);
        if !self.ints.is_empty() {
            program.push(INTCBLOCK);
            push_varuint(&mut program, (self.ints.len() + usize::from(salt.is_some())) as u64);
            for value in self.ints.iter().copied().chain(salt.map(u64::from)) {
                push_varuint(&mut program, value);
            }
        }
        program.extend_from_slice(&self.bytes);
        let prefix = program.len();
        program.extend_from_slice(body);
        (program, prefix)
    }
}

/// The program, with salt where it needs some: one more constant in the assembler's `intcblock`, or a block at the end.
fn salted(assembler: &mut Assembler<'_>, version: u8, blocks: &Blocks, body: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut program, prefix) = blocks.before(version, None, body);
    let stateful = assembler.stateful;
    let needed = match assembler.salt {
        Salt::Default => is_salted_by_default(version, stateful, &program),
        Salt::On(token) => {
            if stateful {
                assembler.warn(token, Problem::StatefulSalt);
            }
            is_on_curve(&program)
        }
        Salt::Off(token) => {
            if !stateful && is_on_curve(&program) {
                assembler.warn(token, Problem::OnCurve);
            }
            false
        }
    };
    if !needed {
        return Some((program, prefix));
    }
    if !blocks.ints.is_empty() {
        for salt in 0..SALTS {
            let (program, prefix) = blocks.before(version, Some(salt), body);
            if !is_on_curve(&program) {
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
        if !is_on_curve(&program) {
            return Some((program, prefix));
        }
    }
    assembler.record_at_line(assembler.line, Problem::NoSalt("a trailing"));
    None
}
