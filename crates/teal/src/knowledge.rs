//! What is known about the stack and scratch space at the line being assembled.
//!
//! Types are tracked through straight code; a label reached from dead code, and the return from a subroutine, forget
//! everything. The rules are those of go-algorand's `ProgramKnowledge` and its refinements, silences included.

use pnp_opcodes::StackType;

/// Something that cannot work, found by following the types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Height { expected: usize, height: usize },
    Mismatch { index: usize, wanted: StackType, found: StackType },
}

/// What is known before the next instruction.
#[derive(Debug)]
pub(super) struct Knowledge {
    pub(super) stack: Vec<StackType>,
    /// What lies below `stack`: nothing at the start of a program, anything after control came from elsewhere.
    bottom: StackType,
    /// Whether control cannot reach the next instruction; nothing is checked then.
    pub(super) dead: bool,
    /// Where the arguments of the subroutine end in `stack`, if its `proto` was seen.
    pub(super) frame: Option<usize>,
    scratch: Scratch,
    forgotten: Forgotten,
}

/// The most values whose types are followed. No program runs with more than 1,000 on its stack, but `dupn` could write
/// down gigabytes of them; with one more than this everything is forgotten.
const MAX_TRACKED: usize = 1 << 20;

/// What is left of the types that were forgotten for a write through an unknown frame slot, so that the next such write
/// looks at no value without need.
#[derive(Debug)]
struct Forgotten {
    /// So many at the bottom of the stack are all "any".
    any: usize,
    /// So many are "any" or `written`.
    len: usize,
    written: StackType,
    /// The lowest the stack has been since.
    low: usize,
}

impl Knowledge {
    /// What is known before the first instruction, followed on `stack`, which is empty.
    pub(super) fn new(stack: Vec<StackType>) -> Self {
        Self {
            stack,
            bottom: StackType::NONE,
            dead: false,
            frame: None,
            scratch: Scratch::new(StackType::uint(0, 0)),
            forgotten: Forgotten { any: 0, len: 0, written: StackType::ANY, low: 0 },
        }
    }

    /// The type on top; what lies below if the stack is empty.
    pub(super) fn top(&self) -> StackType {
        self.stack.last().copied().unwrap_or(self.bottom)
    }

    /// Two values of the kind of `ty`: what can be compared with it.
    pub(super) fn two_like(ty: StackType) -> &'static [StackType] {
        const LIKE: [[StackType; 2]; 4] =
            [[StackType::NONE; 2], [StackType::UINT64; 2], [StackType::BYTES; 2], [StackType::ANY; 2]];
        &LIKE[ty.kind() as usize]
    }

    /// The known type `depth` below the top.
    pub(super) fn known(&self, depth: usize) -> Option<StackType> {
        let at = self.stack.len().checked_sub(depth + 1)?;
        self.stack.get(at).copied()
    }

    /// Whether there is nothing at all below the known stack.
    pub(super) fn is_bottomless(&self) -> bool {
        self.bottom == StackType::NONE
    }

    /// Whether nothing is known, and anything may be there.
    pub(super) fn is_open(&self) -> bool {
        self.stack.is_empty() && self.bottom == StackType::ANY
    }

    /// Notes that control does not reach the next instruction.
    pub(super) fn mark_unreachable(&mut self) {
        self.stack.clear();
        self.forgotten.low = 0;
        self.dead = true;
    }

    /// A label: control may come from elsewhere. Only dead code is revived by it.
    pub(super) fn label(&mut self) {
        if self.dead {
            self.reset();
        }
    }

    /// Forgets everything.
    pub(super) fn reset(&mut self) {
        let Self { stack, bottom, dead, frame, scratch, forgotten } = self;
        stack.clear();
        forgotten.low = 0;
        *bottom = StackType::ANY;
        *dead = false;
        *frame = None;
        scratch.reset(StackType::ANY);
    }

    /// Begins a subroutine of so many arguments.
    pub(super) fn begin_frame(&mut self, args: usize) {
        self.stack.clear();
        self.forgotten.low = 0;
        self.stack.resize(args, StackType::ANY);
        self.frame = Some(args);
    }

    /// Forgets all types that a write through an unknown frame slot may have replaced.
    pub(super) fn forget_others(&mut self, written: StackType) {
        let forgotten = &mut self.forgotten;
        let (any, len) = (forgotten.any.min(forgotten.low), forgotten.len.min(forgotten.low));
        let same = forgotten.written == written;
        for ty in self.stack.iter_mut().skip(if same { len } else { any }).filter(|ty| **ty != written) {
            *ty = StackType::ANY;
        }
        // What another write had left is now "any" as well.
        let any = if same { any } else { len };
        self.forgotten = Forgotten { any, len: self.stack.len(), written, low: self.stack.len() };
    }

    /// Writes the top through the frame's slot at `at`, below the top.
    pub(super) fn bury(&mut self, at: usize) {
        let top = self.top();
        if let Some(slot) = self.stack.get_mut(at).filter(|_| !self.dead) {
            *slot = top;
            self.forgotten.low = self.forgotten.low.min(at);
        }
    }

    /// Pops `args`, pushes `returns`, and reports what does not fit.
    #[inline]
    pub(super) fn apply(&mut self, args: &[StackType], returns: &[StackType], faults: &mut Vec<Fault>) {
        if self.dead {
            return;
        }
        // Nearly always all is there and fits, which is seen earlier than what does not.
        match self.stack.len().checked_sub(args.len()) {
            Some(base) if args.iter().zip(&self.stack[base..]).all(|(wanted, found)| found.overlaps(*wanted)) => {
                self.stack.truncate(base);
            }
            _ => self.take(args, faults),
        }
        if self.stack.len() < self.forgotten.low {
            self.forgotten.low = self.stack.len();
        }
        match returns {
            [] => {}
            [only] => self.stack.push(*only),
            many => self.stack.extend_from_slice(many),
        }
        if self.stack.len() > MAX_TRACKED {
            self.reset();
        }
    }

    /// Pops `args` one by one, and reports what does not fit.
    #[cold]
    fn take(&mut self, args: &[StackType], faults: &mut Vec<Fault>) {
        let height = self.stack.len();
        if args.len() > height && self.is_bottomless() {
            faults.push(Fault::Height { expected: args.len(), height });
            return;
        }
        for (index, wanted) in args.iter().enumerate().rev() {
            let found = self.stack.pop().unwrap_or(self.bottom);
            if !found.overlaps(*wanted) {
                faults.push(Fault::Mismatch { index, wanted: *wanted, found });
            }
        }
    }

    /// Narrows the first "any" among the last `count` values pushed, by the last [`Self::apply`]: the type of the field
    /// that was named.
    #[inline]
    pub(super) fn narrow(&mut self, count: usize, ty: StackType) {
        if self.dead {
            return;
        }
        let from = self.stack.len().saturating_sub(count);
        if let Some(any) = self.stack.iter_mut().skip(from).find(|ty| **ty == StackType::ANY) {
            *any = ty;
        }
    }

    pub(super) fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    pub(super) fn scratch_mut(&mut self) -> &mut Scratch {
        &mut self.scratch
    }
}

const SLOTS: usize = 256;

/// The types in scratch space. Most programs use few slots and forget them at every label, so a slot remembers which
/// forgetting it was written after instead of being overwritten by each.
#[derive(Debug)]
pub(super) struct Scratch {
    /// Empty until the first write: many programs never use scratch space.
    slots: Vec<(u32, StackType)>,
    epoch: u32,
    unwritten: StackType,
}

impl Scratch {
    fn new(unwritten: StackType) -> Self {
        Self { slots: Vec::new(), epoch: 1, unwritten }
    }

    fn reset(&mut self, unwritten: StackType) {
        self.epoch += 1;
        self.unwritten = unwritten;
    }

    /// The type of a slot; nothing for a slot that does not exist.
    pub(super) fn get(&self, slot: u64) -> Option<StackType> {
        let slot = usize::try_from(slot).ok().filter(|slot| *slot < SLOTS)?;
        match self.slots.get(slot) {
            Some((epoch, ty)) if *epoch == self.epoch => Some(*ty),
            _ => Some(self.unwritten),
        }
    }

    pub(super) fn set(&mut self, slot: u64, ty: StackType) {
        if self.slots.is_empty() {
            self.slots = vec![(0, ty); SLOTS];
        }
        let slot = usize::try_from(slot).ok().and_then(|slot| self.slots.get_mut(slot));
        if let Some(slot) = slot {
            *slot = (self.epoch, ty);
        }
    }

    /// Some slot was written, and it is not known which.
    pub(super) fn set_any(&mut self, ty: StackType) {
        for slot in 0..SLOTS as u64 {
            let known = self.get(slot).unwrap_or(StackType::ANY);
            self.set(slot, known.union(ty));
        }
    }

    /// The type of all slots, if they have the same.
    pub(super) fn common(&self) -> Option<StackType> {
        let first = self.get(0)?;
        (1..SLOTS as u64).all(|slot| self.get(slot) == Some(first)).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_stack_has_nothing_to_give_until_a_label_revives_dead_code() {
        let mut known = Knowledge::new(Vec::new());
        let mut faults = Vec::new();
        known.apply(&[StackType::UINT64], &[], &mut faults);
        assert_eq!(faults, [Fault::Height { expected: 1, height: 0 }]);
        known.mark_unreachable();
        known.label();
        faults.clear();
        known.apply(&[StackType::UINT64, StackType::BYTES], &[StackType::BOOL], &mut faults);
        assert_eq!((faults.len(), known.top()), (0, StackType::BOOL));
    }

    #[test]
    fn forgetting_leaves_alone_what_it_has_seen() {
        let mut known = Knowledge::new(Vec::new());
        let (int, bytes) = (StackType::UINT64, StackType::BYTES);
        let mut plain: Vec<StackType> = Vec::new();
        let mut faults = Vec::new();
        // A walk through pushes, pops and forgetting, beside the rule in its plain form.
        for step in 0_usize..4000 {
            let ty = [int, bytes, StackType::BOOL, StackType::ANY][step * step / 7 % 4];
            match step * 37 % 11 {
                0..4 => {
                    known.apply(&[], &[ty], &mut faults);
                    plain.push(ty);
                }
                4..7 if plain.len() > 2 => {
                    known.apply(&[StackType::ANY; 2], &[ty], &mut faults);
                    plain.truncate(plain.len() - 2);
                    plain.push(ty);
                }
                7 if plain.len() > 5 => {
                    known.bury(plain.len() - 4);
                    let (at, top) = (plain.len() - 4, plain[plain.len() - 1]);
                    plain[at] = top;
                }
                _ => {
                    known.forget_others(ty);
                    plain.iter_mut().filter(|it| **it != ty).for_each(|it| *it = StackType::ANY);
                }
            }
            assert_eq!(known.stack, plain, "step {step}");
        }
        assert!(faults.is_empty() && plain.len() > 100, "{} values", plain.len());
    }

    #[test]
    fn more_values_than_any_program_has_are_forgotten() {
        let mut known = Knowledge::new(Vec::new());
        let many = vec![StackType::UINT64; 255];
        for _ in 0..2 * MAX_TRACKED / 255 {
            known.apply(&[], &many, &mut Vec::new());
            assert!(known.stack.len() <= MAX_TRACKED);
        }
        assert!(!known.is_bottomless());
    }

    #[test]
    fn two_values_are_of_the_kind_of_the_one() {
        for ty in [StackType::NONE, StackType::uint(1, 2), StackType::ADDRESS, StackType::ANY] {
            assert_eq!(Knowledge::two_like(ty), [ty.widened(); 2]);
        }
    }

    #[test]
    fn arguments_are_checked_from_the_top() {
        let mut known = Knowledge::new(Vec::new());
        let mut faults = Vec::new();
        known.stack.extend([StackType::BYTES, StackType::BYTES]);
        known.apply(&[StackType::UINT64, StackType::UINT64], &[], &mut faults);
        let fault = |index| Fault::Mismatch { index, wanted: StackType::UINT64, found: StackType::BYTES };
        assert_eq!(faults, [fault(1), fault(0)]);
    }

    #[test]
    fn scratch_space_forgets_at_once() {
        let mut known = Knowledge::new(Vec::new());
        known.scratch_mut().set(3, StackType::BYTES);
        assert_eq!(known.scratch().get(3), Some(StackType::BYTES));
        assert_eq!(known.scratch().common(), None);
        known.reset();
        assert_eq!(known.scratch().get(3), Some(StackType::ANY));
        assert_eq!(known.scratch().common(), Some(StackType::ANY));
        assert_eq!(known.scratch().get(256), None);
    }
}
