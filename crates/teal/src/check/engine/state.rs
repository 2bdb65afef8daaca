//! One path at one place, and what was seen along all of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::assume::Logic;
use super::cycle::Cycle;
use super::facts::FactsId;
use super::inner::Built;
use super::storage::{EMPTY, ListId, Lists, ScratchId, Scratches};
use super::terms::{NOTHING, TermId, TransactionRef};
use pnp_opcodes::{Frame, TxnField};

/// A subroutine that was entered and not left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Call {
    /// Its first block.
    pub(super) entry: usize,
    /// The block it comes back to.
    pub(super) back: usize,
    /// Its part of the stack.
    pub(super) frame: Frame,
}

/// The most notes of a path that are kept.
pub(in crate::check) const MAX_NOTES: usize = 200;

/// Something a path has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::check) enum Note {
    /// It read a transaction by a place in the group that is a constant.
    Absolute { instruction: usize, place: u8 },
    /// It read how much another transaction transfers.
    Amount { transaction: TransactionRef, asset: bool, instruction: usize },
    /// It wrote a local value of the sender.
    Put { key: TermId },
    /// From here on it is for one on-completion action alone.
    Dispatch { action: u8, instruction: usize },
    /// It submitted an inner transaction.
    Inner { instruction: usize },
    /// It submitted an inner transaction with an address that the caller chooses: what the account in `to` receives.
    Sent {
        field: TxnField,
        to: TermId,
        /// How much, which the caller chooses too; [`NOTHING`] for everything.
        amount: TermId,
        instruction: usize,
    },
    /// It submitted an inner transaction whose fee is not known to be 0; [`NOTHING`] if it was not set.
    InnerFee { fee: TermId, instruction: usize },
    /// It wrote to the ledger which asset a transaction moves: that asset is what it counts.
    Stored { transaction: TransactionRef },
    /// It read which application another transaction calls.
    Call { transaction: TransactionRef, instruction: usize },
}

/// A block a path came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::check) struct Stop {
    pub(in crate::check) block: usize,
    /// The choice it was made by: two paths through the same blocks are one path only if their choices are the same.
    pub(super) choice: u32,
    /// Whether it is here as what several paths have in common.
    pub(in crate::check) joined: bool,
}

/// A path at a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    /// The next instruction.
    pub(super) at: usize,
    pub(super) stack: ListId,
    /// Whether unknown values lie below the known ones.
    pub(super) open: bool,
    pub(super) scratch: ScratchId,
    /// The slots something was stored in.
    pub(super) stored: ScratchId,
    pub(super) facts: FactsId,
    pub(super) frames: ListId,
    /// The constant blocks in force: one more than the instruction's index.
    pub(super) ints: usize,
    pub(super) bytes: usize,
    /// Changes with every write to the ledger, so that a value read after it is another one.
    pub(super) epoch: TermId,
    pub(super) notes: ListId,
    /// What was set of the inner transactions that are being built.
    pub(super) inner: ListId,
    /// Whether each of the paths that were joined into it had shown that its call is not just anybody's.
    pub(super) knows_caller: bool,
    /// The blocks it came through.
    pub(super) path: ListId,
    /// What it cost so far, at least.
    pub(super) cost: u64,
    /// Changes with every choice, so that rounds of a loop without one are not taken for paths.
    pub(super) choice: u32,
}

/// What makes two states the same.
pub(super) type StateKey = (ListId, bool, ScratchId, ScratchId, FactsId, (usize, usize), TermId, [ListId; 2], bool);

impl State {
    pub(super) const START: Self = Self {
        at: 0,
        stack: EMPTY,
        open: false,
        scratch: Scratches::FRESH,
        stored: Scratches::FRESH,
        facts: EMPTY,
        frames: EMPTY,
        ints: 0,
        bytes: 0,
        epoch: NOTHING,
        notes: EMPTY,
        inner: EMPTY,
        knows_caller: false,
        path: EMPTY,
        cost: 0,
        choice: 0,
    };

    pub(super) fn key(&self) -> StateKey {
        let Self { stack, open, scratch, stored, facts, ints, bytes, epoch, notes, inner, knows_caller, .. } = *self;
        (stack, open, scratch, stored, facts, (ints, bytes), epoch, [notes, inner], knows_caller)
    }
}

/// A way through the program that approves.
#[derive(Clone, Debug)]
pub(in crate::check) struct Approval {
    /// The instruction it ends with; the number of instructions for the program's end.
    pub(in crate::check) instruction: usize,
    pub(in crate::check) facts: FactsId,
    /// Whether the paths that were joined into it had shown that their calls are not just anybody's.
    pub(super) knows_caller: bool,
    pub(in crate::check) notes: Vec<Note>,
    /// The blocks it came through, the last first: a list of [`Seen::paths`].
    pub(in crate::check) path: ListId,
    /// What it cost, at least.
    pub(in crate::check) cost: u64,
}

/// How a condition came out along the paths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::check) struct Outcome {
    pub(in crate::check) holds: bool,
    pub(in crate::check) fails: bool,
    /// Whether it was a constant each time.
    pub(in crate::check) constant: bool,
}

/// A read of local state that is used as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::check) struct LocalRead {
    pub(in crate::check) instruction: usize,
    pub(in crate::check) key: TermId,
}

/// The heights of the stacks with which paths reach a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) struct Heights {
    pub(in crate::check) least: usize,
    pub(in crate::check) most: usize,
    /// The height at which the subroutine was called that they are in, if it has a `proto`.
    pub(in crate::check) frame: Option<usize>,
}

/// Whether a slot was set when it was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::check) struct Loaded {
    pub(in crate::check) set: bool,
    pub(in crate::check) unset: bool,
}

/// What was seen along the paths.
#[derive(Debug)]
pub(in crate::check) struct Seen {
    pub(in crate::check) logic: Logic,
    pub(in crate::check) approvals: Vec<Rc<Approval>>,
    pub(in crate::check) paths: Lists<Stop>,
    /// Conditions of `bz`, `bnz` and `assert`, by instruction.
    pub(in crate::check) outcomes: BTreeMap<usize, Outcome>,
    /// Which instructions were reached.
    pub(in crate::check) reached: Vec<bool>,
    /// Instructions that take more from the stack than there is.
    pub(in crate::check) underflows: BTreeSet<usize>,
    /// Blocks that paths reach with stacks of different heights.
    pub(in crate::check) heights: BTreeMap<usize, Heights>,
    /// The height of the stack at the program's end, where it is not 1, and where a `retsub` has too few results.
    pub(in crate::check) bad_ends: BTreeMap<usize, usize>,
    pub(in crate::check) loaded: BTreeMap<usize, (u8, Loaded)>,
    pub(in crate::check) local_reads: BTreeSet<LocalRead>,
    /// Blocks whose paths were joined because they were too many.
    pub(in crate::check) joined: BTreeSet<usize>,
    /// Ways round that change nothing, by the first of their blocks in order of place.
    pub(in crate::check) cycles: BTreeMap<usize, Cycle>,
    /// What the resource opcodes name, by instruction.
    pub(in crate::check) resources: BTreeMap<usize, (TermId, TermId)>,
    /// Whether some path was given up.
    pub(in crate::check) incomplete: bool,
    /// Whether a subroutine was not followed, because there were too many ways into it.
    pub(in crate::check) unfollowed: bool,
    /// Whether an `err`, a failing assertion or a refusal was met.
    pub(in crate::check) refuses: bool,
}

impl Seen {
    /// The conditions that were constants and came out one way only.
    pub(in crate::check) fn constant_conditions(&self) -> BTreeSet<usize> {
        let constant = self.outcomes.iter().filter(|(_, outcome)| outcome.constant && outcome.holds != outcome.fails);
        constant.map(|(at, _)| *at).collect()
    }
}

/// The storage of all lists and scratch spaces of paths.
#[derive(Debug)]
pub(super) struct PathStorage {
    pub(super) stacks: Lists<TermId>,
    pub(super) scratches: Scratches,
    pub(super) frames: Lists<Call>,
    pub(super) notes: Lists<Note>,
    pub(super) built: Lists<Built>,
    /// The local reads behind values.
    pub(super) local_reads: HashMap<TermId, LocalRead>,
}

impl PathStorage {
    pub(super) fn new() -> Self {
        Self {
            stacks: Lists::new(),
            scratches: Scratches::new(),
            frames: Lists::new(),
            notes: Lists::new(),
            built: Lists::new(),
            local_reads: HashMap::new(),
        }
    }

    /// What they take of memory, roughly in units of 100 bytes.
    pub(super) fn count(&self) -> usize {
        self.stacks.count() + 2 * self.scratches.count() + self.frames.count() + self.notes.count() + self.built.count()
    }
}
