//! What opcodes make of constants, and of values that do not matter.

use std::cmp::Ordering;

use super::terms::{TermId, Terms};
use pnp_opcodes::{MAX_BYTE_MATH_SIZE, MAX_STRING_SIZE, Op};

/// How two byte strings compare as numbers, whatever zeros they begin with; `None` where they are too long to be any.
pub(super) fn compare_numbers(a: &[u8], b: &[u8]) -> Option<Ordering> {
    let number = |bytes: &[u8]| bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let fits = |bytes: &[u8]| bytes.len() as u64 <= MAX_BYTE_MATH_SIZE;
    let (digits_a, digits_b) = (a.get(number(a)..)?, b.get(number(b)..)?);
    let order = digits_a.len().cmp(&digits_b.len()).then_with(|| digits_a.cmp(digits_b));
    (fits(a) && fits(b)).then_some(order)
}

impl Terms {
    /// The constant that `op` makes of its arguments, where it makes one; `args` are in the order they were pushed.
    pub(super) fn folded(&mut self, op: Op, args: &[TermId]) -> Option<TermId> {
        if let [a, b] = *args
            && a == b
        {
            match op {
                Op::Eq | Op::Le | Op::Ge | Op::BytesEq => return Some(self.int(1)),
                Op::Ne | Op::Lt | Op::Gt | Op::BytesNe => return Some(self.int(0)),
                _ => {}
            }
        }
        let ints: Option<Vec<u64>> = args.iter().map(|arg| self.as_int(*arg)).collect();
        if let Some(ints) = ints {
            return self.folded_ints(op, &ints);
        }
        match *args {
            [a] => self.folded_bytes(op, a),
            [a, b] => self.folded_pair(op, a, b),
            [text, from, to] => self.folded_slice(op, text, from, to),
            _ => None,
        }
    }

    fn folded_ints(&mut self, op: Op, ints: &[u64]) -> Option<TermId> {
        match (op, ints) {
            (Op::Itob, [a]) => Some(self.bytes(&a.to_be_bytes())),
            (Op::BytesZero, [a]) if *a <= MAX_STRING_SIZE => {
                let zeros = vec![0; usize::try_from(*a).ok()?];
                Some(self.bytes(&zeros))
            }
            _ => integer(op, ints).map(|value| self.int(value)),
        }
    }

    fn folded_bytes(&mut self, op: Op, a: TermId) -> Option<TermId> {
        let bytes = self.as_bytes(a)?;
        match op {
            Op::Len => {
                let length = bytes.len() as u64;
                Some(self.int(length))
            }
            Op::Btoi if bytes.len() <= 8 => {
                let value = bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
                Some(self.int(value))
            }
            _ => None,
        }
    }

    fn folded_pair(&mut self, op: Op, a: TermId, b: TermId) -> Option<TermId> {
        // A condition with a constant in it is decided, or is the other one.
        if let (Op::And | Op::Or, Some(known)) = (op, self.as_int(a).or_else(|| self.as_int(b))) {
            return match (op, known) {
                (Op::And, 0) => Some(self.int(0)),
                (Op::Or, 1..) => Some(self.int(1)),
                _ => None,
            };
        }
        let (a, b) = (self.as_bytes(a)?.clone(), self.as_bytes(b)?.clone());
        match op {
            Op::Eq => Some(self.int(u64::from(a == b))),
            Op::Ne => Some(self.int(u64::from(a != b))),
            Op::BytesEq | Op::BytesNe | Op::BytesLt | Op::BytesGt | Op::BytesLe | Op::BytesGe => {
                let order = compare_numbers(&a, &b)?;
                let holds = match op {
                    Op::BytesEq => order.is_eq(),
                    Op::BytesNe => order.is_ne(),
                    Op::BytesLt => order.is_lt(),
                    Op::BytesGt => order.is_gt(),
                    Op::BytesLe => order.is_le(),
                    _ => order.is_ge(),
                };
                Some(self.int(u64::from(holds)))
            }
            Op::Concat if (a.len() + b.len()) as u64 <= MAX_STRING_SIZE => Some(self.bytes(&[&*a, &*b].concat())),
            _ => None,
        }
    }

    /// `substring`, `substring3`, `extract`, `extract3`: with positions, or a position and a length.
    fn folded_slice(&mut self, op: Op, text: TermId, from: TermId, to: TermId) -> Option<TermId> {
        let (from, to) = (usize::try_from(self.as_int(from)?).ok()?, usize::try_from(self.as_int(to)?).ok()?);
        let bytes = self.as_bytes(text)?.clone();
        let slice = match op {
            Op::Substring | Op::Substring3 => bytes.get(from..to)?,
            Op::Extract if to == 0 => bytes.get(from..)?,
            Op::Extract | Op::Extract3 => bytes.get(from..from.checked_add(to)?)?,
            _ => return None,
        };
        Some(self.bytes(slice))
    }
}

/// The number that an opcode makes of numbers; `None` if it makes none, or the program fails.
pub(super) fn integer(op: Op, ints: &[u64]) -> Option<u64> {
    let truth = |holds: bool| Some(u64::from(holds));
    match (op, ints) {
        (Op::Not, [a]) => truth(*a == 0),
        (Op::BitNot, [a]) => Some(!a),
        (Op::Add, [a, b]) => a.checked_add(*b),
        (Op::Sub, [a, b]) => a.checked_sub(*b),
        (Op::Mul, [a, b]) => a.checked_mul(*b),
        (Op::Div, [a, b]) => a.checked_div(*b),
        (Op::Mod, [a, b]) => a.checked_rem(*b),
        (Op::Lt, [a, b]) => truth(a < b),
        (Op::Gt, [a, b]) => truth(a > b),
        (Op::Le, [a, b]) => truth(a <= b),
        (Op::Ge, [a, b]) => truth(a >= b),
        (Op::Eq, [a, b]) => truth(a == b),
        (Op::Ne, [a, b]) => truth(a != b),
        (Op::And, [a, b]) => truth(*a != 0 && *b != 0),
        (Op::Or, [a, b]) => truth(*a != 0 || *b != 0),
        (Op::BitAnd, [a, b]) => Some(a & b),
        (Op::BitOr, [a, b]) => Some(a | b),
        (Op::BitXor, [a, b]) => Some(a ^ b),
        (Op::ShiftLeft, [a, b]) => u32::try_from(*b).ok().and_then(|by| a.checked_shl(by)),
        (Op::ShiftRight, [a, b]) => u32::try_from(*b).ok().and_then(|by| a.checked_shr(by)),
        _ => None,
    }
}
