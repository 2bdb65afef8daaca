//! What an opcode costs of the budget, as data.

/// `base`, plus `per_chunk` for every started `chunk` bytes of one stack argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearCost {
    /// What is paid always.
    pub base: u32,
    /// What a started chunk costs; 0 if the length does not matter.
    pub per_chunk: u32,
    /// Bytes in a chunk; 0 if the length does not matter.
    pub chunk: u32,
    /// How far below the top of the stack the measured argument lies.
    pub depth: u8,
}

impl LinearCost {
    /// The cost where the measured argument has `length` bytes.
    pub const fn of_length(self, length: usize) -> u64 {
        if self.chunk == 0 {
            return self.base as u64;
        }
        self.base as u64 + self.per_chunk as u64 * (length as u64).div_ceil(self.chunk as u64)
    }

    /// The cost as documentation prints it, for an opcode that takes `args` stack arguments.
    pub fn text(self, args: usize) -> String {
        if self.chunk == 0 {
            return self.base.to_string();
        }
        let at = args.saturating_sub(usize::from(self.depth) + 1);
        let argument = char::from(b'A'.saturating_add(u8::try_from(at).unwrap_or(u8::MAX)));
        match self.chunk {
            1 => format!("{} + {} per byte of {argument}", self.base, self.per_chunk),
            chunk => format!("{} + {} per {chunk} bytes of {argument}", self.base, self.per_chunk),
        }
    }
}

/// A cost that does not depend on any length.
pub(super) const fn flat(base: u32) -> LinearCost {
    LinearCost { base, per_chunk: 0, chunk: 0, depth: 0 }
}

/// `base` plus `per_chunk` for every started `chunk` bytes of the top of the stack.
pub(super) const fn linear(base: u32, per_chunk: u32, chunk: u32) -> LinearCost {
    LinearCost { base, per_chunk, chunk, depth: 0 }
}

/// What an opcode costs. Costs that changed with a version are costs of different rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// The same always.
    Const(u32),
    /// By the length of a stack argument.
    Linear(LinearCost),
    /// By the field immediate, whose byte indexes the slice; a field may cost by length too. An unknown field is free:
    /// it fails anyway.
    ByField(&'static [LinearCost]),
}

impl Cost {
    /// The least the opcode can cost, whatever its field and arguments.
    pub fn least(self) -> u64 {
        match self {
            Self::Const(cost) => u64::from(cost),
            Self::Linear(linear) => linear.of_length(0),
            Self::ByField(costs) => costs.iter().map(|cost| cost.of_length(0)).min().unwrap_or(0),
        }
    }

    /// The cost rule once the field byte is known (`field` is ignored by the other kinds).
    pub fn rule(self, field: u8) -> LinearCost {
        match self {
            Self::Const(cost) => flat(cost),
            Self::Linear(linear) => linear,
            Self::ByField(costs) => costs.get(usize::from(field)).copied().unwrap_or(flat(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_started_chunk_is_paid_in_full() {
        let cost = linear(15, 2, 32);
        assert_eq!([0, 1, 32, 33].map(|length| cost.of_length(length)), [15, 17, 17, 19]);
        const BY_FIELD: &[LinearCost] = &[flat(3), linear(1, 1, 1)];
        assert_eq!(Cost::ByField(BY_FIELD).least(), 1);
        assert_eq!(Cost::ByField(BY_FIELD).rule(9), flat(0));
    }
}
