//! Which path is followed next, where paths meet, and when it is enough.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::actions::{Calls, KnownCall};
use super::assume::Logic;
use super::facts::FactsId;
use super::state::{Approval, Call, Heights, Note, Outcome, PathStorage, Seen, State, StateKey, Stop};
use super::storage::{EMPTY as NO_FACTS, ListId, Lists};
use super::terms::{Form, NOTHING, TermId, TransactionRef};
use crate::check::deployment_settings::DeploymentSettings;
use crate::flow::{Exit, Graph, Instruction, Program, ends_block};
use pnp_opcodes::{Frame, Op, StackType, TxnField};

/// Facts that are looked through at a condition in the time an instruction takes.
const FACTS_PER_STEP: usize = 16;
/// Instructions that are followed before paths are joined earlier.
const STEPS_UNTIL_FEW_STATES: usize = 120_000;
/// States that are distinguished at a block once many steps were made.
const FEW_STATES: usize = 2;
/// Rounds of a loop that are followed where nothing is left open.
const MAX_ROUNDS: usize = 3_000;
/// Subroutines within subroutines.
const MAX_CALLS: usize = 30;
/// The same subroutine within itself.
const MAX_RECURSION: usize = 3;
/// The most storage and terms, about 100 bytes each.
const MAX_CELLS: usize = 600_000;
/// Approvals that are kept.
const MAX_APPROVALS: usize = 3_000;

/// Limits that decide how precisely paths are distinguished.
#[derive(Clone, Copy)]
struct Precision {
    /// Instructions that are followed before the exploration ends.
    steps: usize,
    /// States at a block, for one chain of subroutine calls; further ones are joined.
    states: usize,
    /// Chains of calls to a subroutine; further calls are not followed.
    contexts: usize,
    /// Whether blocks are followed in the order of the program, so that paths meet before they continue.
    in_order: bool,
}

/// From the most precise to one that ends soon for every program.
const PRECISIONS: [Precision; 3] = [
    Precision { steps: 300_000, states: 40, contexts: 200, in_order: false },
    Precision { steps: 200_000, states: 3, contexts: 12, in_order: true },
    Precision { steps: 400_000, states: 1, contexts: 3, in_order: true },
];

/// Kinds of calls that are not joined with each other at a block; more are taken together.
const MAX_KINDS: usize = 8;

/// A block, and the subroutine calls that led to it.
type BlockContext = (usize, ListId);

#[derive(Default)]
struct Visits {
    /// The states that were seen, and the way each came.
    seen: HashMap<StateKey, ListId>,
    /// States that differ by a choice.
    count: usize,
    rounds: usize,
    last_choice: Option<u32>,
    /// By kind of call: what is known of a creation does not mix with what is known of a call.
    joined: BTreeMap<KnownCall, State>,
    /// The least and the greatest height of the stack.
    heights: Option<(usize, usize)>,
}

pub(super) struct Explorer<'a> {
    pub(super) program: &'a Program,
    pub(super) graph: &'a Graph,
    pub(super) settings: &'a DeploymentSettings,
    pub(super) storage: PathStorage,
    pub(super) seen: Seen,
    /// Whether the program stores anything in scratch space.
    pub(super) stores_anything: bool,
    /// From which blocks the program can still approve.
    hopeful: Vec<bool>,
    /// The blocks of loops.
    in_loops: BTreeSet<usize>,
    precision: Precision,
    /// Conditions that can come out either way.
    opened: &'a BTreeSet<usize>,
    /// Paths that were left for later, by the order in which they are followed.
    open: BTreeMap<(usize, u32), State>,
    left: u32,
    /// Joined paths that have not gone on, by place and frames: what comes there before they do is joined to them.
    waiting: BTreeMap<(usize, ListId, KnownCall), State>,
    visits: HashMap<BlockContext, Visits>,
    contexts: HashMap<usize, HashSet<ListId>>,
    /// With what subroutines were entered, and the way that led there last.
    pub(super) entered: HashMap<(usize, StateKey), ListId>,
    approved: HashSet<(usize, FactsId, ListId)>,
    pub(super) steps: usize,
    choices: u32,
}

/// What was seen of a program.
#[derive(Debug)]
pub(in crate::check) struct Explored {
    /// Each time it was followed; the last one has seen everything, unless it says otherwise.
    pub(in crate::check) all: Vec<Seen>,
    /// Whether it was followed to its end as finely as can be.
    pub(in crate::check) finely: bool,
}

/// Follows a program from its start: as finely as it can be followed to the end, the finest first. The conditions in
/// `opened` can come out either way, whatever they are.
pub(in crate::check) fn explore(
    program: &Program,
    graph: &Graph,
    settings: &DeploymentSettings,
    opened: &BTreeSet<usize>,
    calls: Calls,
) -> Explored {
    let follow = |precision: Precision| {
        let mut explorer = Explorer::new(program, graph, settings, opened, calls, precision);
        explorer.run();
        explorer.seen
    };
    let [finest, coarser @ ..] = PRECISIONS;
    let finest = follow(finest);
    if !finest.incomplete {
        // What paths lose where they are joined depends on the order in which they meet.
        let other = coarser.first().filter(|_| !finest.joined.is_empty());
        let finely = !finest.unfollowed;
        return Explored {
            all: other.map(|precision| follow(*precision)).into_iter().chain([finest]).collect(),
            finely,
        };
    }
    let mut all = vec![finest];
    for precision in coarser {
        all.push(follow(precision));
        if all.last().is_some_and(|seen| !seen.incomplete) {
            break;
        }
    }
    Explored { all, finely: false }
}

impl<'a> Explorer<'a> {
    fn new(
        program: &'a Program,
        graph: &'a Graph,
        settings: &'a DeploymentSettings,
        opened: &'a BTreeSet<usize>,
        calls: Calls,
        precision: Precision,
    ) -> Self {
        let seen = Seen {
            logic: Logic::new(calls),
            paths: Lists::new(),
            approvals: Vec::new(),
            outcomes: BTreeMap::new(),
            reached: vec![false; program.instructions().len()],
            underflows: BTreeSet::new(),
            heights: BTreeMap::new(),
            bad_ends: BTreeMap::new(),
            loaded: BTreeMap::new(),
            local_reads: BTreeSet::new(),
            joined: BTreeSet::new(),
            cycles: BTreeMap::new(),
            resources: BTreeMap::new(),
            incomplete: false,
            unfollowed: false,
            refuses: false,
        };
        let stores = |it: &Instruction| matches!(it.op(), Op::Store | Op::Stores);
        Self {
            program,
            graph,
            settings,
            storage: PathStorage::new(),
            seen,
            stores_anything: program.instructions().iter().any(stores),
            hopeful: hopeful(graph),
            in_loops: graph.loops().into_iter().flat_map(|found| found.blocks).collect(),
            precision,
            opened,
            open: BTreeMap::from([((0, 0), State::START)]),
            left: 0,
            waiting: BTreeMap::new(),
            visits: HashMap::new(),
            contexts: HashMap::new(),
            entered: HashMap::new(),
            approved: HashSet::new(),
            steps: 0,
            choices: 0,
        }
    }

    fn run(&mut self) {
        while let Some((state, arrived)) = self.next() {
            if self.steps > self.precision.steps || self.size() > MAX_CELLS {
                self.seen.incomplete = true;
                return;
            }
            self.follow(state, arrived);
        }
    }

    /// The path to follow next, and whether it has come to its block already: one that was left open, unless joined ones
    /// wait at a place before it.
    fn next(&mut self) -> Option<(State, bool)> {
        let order = self.open.first_key_value().map(|((order, _), _)| *order);
        match self.waiting.first_entry() {
            Some(first) if order.is_none_or(|order| first.key().0 < order) => Some((first.remove(), true)),
            _ => self.open.pop_first().map(|(_, state)| (state, false)),
        }
    }

    /// Leaves a path for later.
    fn leave_open(&mut self, state: State) {
        self.left += 1;
        let order = if self.precision.in_order { state.at } else { 0 };
        // Of those at the same place the last one comes first.
        self.open.insert((order, u32::MAX - self.left), state);
    }

    fn size(&self) -> usize {
        self.storage.count()
            + self.seen.paths.count()
            + self.seen.logic.terms.len()
            + self.seen.logic.facts.count()
            + self.open.len()
    }

    /// Follows one path to its end, leaving the others it meets for later.
    fn follow(&mut self, mut state: State, mut arrived: bool) {
        loop {
            let Some(block) = self.graph.block_of(state.at) else { return };
            let Some(block_ref) = self.graph.blocks().get(block) else { return };
            if !std::mem::take(&mut arrived) && state.at == block_ref.first && !self.arrive(&mut state, block) {
                return;
            }
            while state.at < block_ref.end {
                let at = state.at;
                let Some(instruction) = self.program.instructions().get(at) else { return };
                self.steps += 1;
                self.seen.reached[at] = true;
                state.cost = state.cost.saturating_add(self.cost(&state, instruction));
                if ends_block(instruction.op()) {
                    break;
                }
                if instruction.op() == Op::Assert {
                    if !self.assert(&mut state) {
                        return;
                    }
                } else {
                    self.step(&mut state, instruction);
                }
                state.at = at + 1;
            }
            let exit = &block_ref.exit;
            match self.leave(&mut state, exit) {
                Some(next) => state.at = self.start_of(next),
                None => return,
            }
            if self.precision.in_order {
                self.leave_open(state);
                return;
            }
        }
    }

    /// What an instruction costs at least.
    fn cost(&self, state: &State, instruction: &Instruction) -> u64 {
        let rule = instruction.cost();
        if rule.chunk == 0 {
            return rule.of_length(0);
        }
        let measured = self.storage.stacks.without(state.stack, usize::from(rule.depth));
        let term = self.storage.stacks.top(measured).unwrap_or(NOTHING);
        rule.of_length(self.seen.logic.terms.length(term).unwrap_or(0))
    }

    /// Comes to a block: whether the path goes on by itself. Where it is joined with others, it waits for more.
    fn arrive(&mut self, state: &mut State, block: usize) -> bool {
        if !self.hopeful[block] {
            self.seen.refuses = true;
            let first = self.graph.blocks()[block].first;
            if let Some(reached) = self.seen.reached.get_mut(first..self.graph.blocks()[block].end) {
                reached.fill(true);
            }
            return false;
        }
        let stop = Stop { block, choice: state.choice, joined: false };
        state.path = self.seen.paths.push(state.path, stop);
        let most = if self.steps > STEPS_UNTIL_FEW_STATES {
            FEW_STATES.min(self.precision.states)
        } else {
            self.precision.states
        };
        let visits = self.visits.entry((block, state.frames)).or_default();
        match visits.seen.entry(state.key()) {
            Entry::Vacant(new) => drop(new.insert(state.path)),
            Entry::Occupied(known) => {
                let before = *known.get();
                if self.in_loops.contains(&block) {
                    self.came_back(state.path, before);
                }
                return false;
            }
        }
        if !state.open {
            let height = self.storage.stacks.len(state.stack);
            let (least, most) = visits.heights.unwrap_or((height, height));
            visits.heights = Some((least.min(height), most.max(height)));
            if (least, most) != (height, height) {
                let call = self.storage.frames.top(state.frames).filter(|call| call.frame.proto.is_some());
                let frame = call.map(|call| call.frame.height);
                self.seen.heights.insert(block, Heights { least: least.min(height), most: most.max(height), frame });
            }
        }
        if visits.last_choice != Some(state.choice) {
            visits.last_choice = Some(state.choice);
            visits.count += 1;
        }
        visits.rounds += 1;
        if visits.count <= most && visits.rounds <= MAX_ROUNDS {
            return true;
        }
        self.seen.joined.insert(block);
        let mut kind = self.seen.logic.known_call(state.facts);
        if !visits.joined.contains_key(&kind) && visits.joined.len() >= MAX_KINDS {
            kind = self.seen.logic.known_call(NO_FACTS);
        }
        let before = visits.joined.get(&kind).copied();
        let joined = match before {
            None => *state,
            Some(before) => self.join(before, *state, block),
        };
        if before.is_some_and(|before| before.key() == joined.key()) {
            return false;
        }
        let joined = State { at: state.at, ..joined };
        if let Some(visits) = self.visits.get_mut(&(block, state.frames)) {
            visits.joined.insert(kind, joined);
        }
        let path = match before {
            None => joined.path,
            Some(_) => self.seen.paths.push(self.seen.paths.below(joined.path), Stop { joined: true, ..stop }),
        };
        self.waiting.insert((joined.at, joined.frames, kind), State { path, ..joined });
        false
    }

    /// What a condition is on a path, and the ways in which it holds and fails.
    fn condition(&mut self, state: &State, term: TermId) -> [Vec<FactsId>; 2] {
        let setting = self.settings.is_condition(state.at);
        if setting && self.settings.are_open() || self.opened.contains(&state.at) {
            return [vec![state.facts], vec![state.facts]];
        }
        self.steps += self.seen.logic.facts.len(state.facts) / FACTS_PER_STEP;
        let constant = self.seen.logic.terms.is_constant(term);
        let fails = self.seen.logic.assume(state.facts, term, false);
        let holds = self.seen.logic.assume(state.facts, term, true);
        if !setting {
            let known = self.seen.outcomes.entry(state.at);
            let outcome = known.or_insert(Outcome { constant: true, ..Outcome::default() });
            outcome.holds |= !holds.is_empty();
            outcome.fails |= !fails.is_empty();
            outcome.constant &= constant;
        }
        [fails, holds]
    }

    fn assert(&mut self, state: &mut State) -> bool {
        let term = self.pop(state, StackType::UINT64);
        let [fails, holds] = self.condition(state, term);
        self.seen.refuses |= !fails.is_empty();
        self.fork(state, holds, state.at + 1)
    }

    /// Goes on with the first way at `next`, and leaves the others for later. Whether there is one.
    fn fork(&mut self, state: &mut State, ways: Vec<FactsId>, next: usize) -> bool {
        let several = ways.len() > 1;
        let mut ways = ways.into_iter();
        let Some(first) = ways.next() else { return false };
        for facts in ways {
            self.choices += 1;
            let other = State { facts, at: next, choice: self.choices, ..*state };
            self.leave_open(other);
        }
        state.facts = first;
        if several {
            self.choices += 1;
            state.choice = self.choices;
        }
        true
    }

    fn start_of(&self, block: usize) -> usize {
        self.graph.blocks().get(block).map_or(usize::MAX, |block| block.first)
    }

    /// Leaves a block: the block the path goes on with, if it does.
    fn leave(&mut self, state: &mut State, exit: &Exit) -> Option<usize> {
        match exit {
            Exit::Goto(next) => Some(*next),
            Exit::Err => {
                self.seen.refuses = true;
                None
            }
            Exit::Branch { taken, next, on_zero } => self.branch(state, *taken, *next, *on_zero),
            Exit::Switch { targets, next } => self.switch(state, targets, *next),
            Exit::Call { entry, back } => self.call(state, *entry, *back),
            Exit::Retsub => self.retsub(state),
            Exit::Return | Exit::End => {
                self.finish(state, *exit == Exit::End);
                None
            }
        }
    }

    fn branch(&mut self, state: &mut State, taken: usize, next: usize, on_zero: bool) -> Option<usize> {
        let term = self.pop(state, StackType::UINT64);
        let [fails, holds] = self.condition(state, term);
        let (to_taken, to_next) = if on_zero { (fails, holds) } else { (holds, fails) };
        if !to_taken.is_empty() && !to_next.is_empty() {
            self.choices += 1;
            state.choice = self.choices;
        }
        let at = self.start_of(taken);
        for facts in to_taken {
            self.later(state, facts, at);
        }
        let at = self.start_of(next);
        self.fork_to(state, to_next, at).then_some(next)
    }

    /// Like [`Self::fork`], noting where a path becomes one for a single action.
    fn fork_to(&mut self, state: &mut State, ways: Vec<FactsId>, at: usize) -> bool {
        let before = state.facts;
        let mut ways = ways.into_iter();
        let Some(first) = ways.next() else { return false };
        for facts in ways {
            self.later(state, facts, at);
        }
        state.facts = first;
        self.dispatched(state, before, at);
        true
    }

    fn later(&mut self, state: &State, facts: FactsId, at: usize) {
        self.choices += 1;
        let mut other = State { facts, at, choice: self.choices, ..*state };
        self.dispatched(&mut other, state.facts, at);
        self.leave_open(other);
    }

    fn dispatched(&mut self, state: &mut State, before: FactsId, at: usize) {
        if before == state.facts {
            return;
        }
        let logic = &mut self.seen.logic;
        let action = logic.terms.field(TransactionRef::Own, TxnField::OnCompletion, None);
        let now = logic.of(state.facts, action).point();
        if let Some(action) = now.filter(|_| logic.of(before, action).point().is_none()) {
            let action = u8::try_from(action).unwrap_or(u8::MAX);
            self.note(state, Note::Dispatch { action, instruction: at });
        }
    }

    fn switch(&mut self, state: &mut State, targets: &[usize], next: usize) -> Option<usize> {
        let is_match = self.program.instructions().get(state.at).is_some_and(|it| it.op() == Op::Match);
        let value = self.pop(state, StackType::ANY);
        let labels: Vec<TermId> = match is_match {
            true => {
                let mut labels: Vec<TermId> = targets.iter().map(|_| self.pop(state, StackType::ANY)).collect();
                labels.reverse();
                labels
            }
            false => (0..targets.len() as u64).map(|at| self.seen.logic.terms.int(at)).collect(),
        };
        self.choices += 1;
        state.choice = self.choices;
        let mut rest = vec![state.facts];
        for (label, target) in labels.into_iter().zip(targets) {
            let terms = &mut self.seen.logic.terms;
            let equal = match terms.folded(Op::Eq, &[value, label]) {
                Some(known) => known,
                None => terms.made(Op::Eq, Form::ONLY, &[value, label], StackType::BOOL),
            };
            let at = self.start_of(*target);
            let mut others = Vec::new();
            for facts in rest {
                for way in self.seen.logic.assume(facts, equal, true) {
                    self.later(state, way, at);
                }
                others.extend(self.seen.logic.assume(facts, equal, false));
            }
            rest = self.seen.logic.few(others);
        }
        let at = self.start_of(next);
        self.fork_to(state, rest, at).then_some(next)
    }

    fn call(&mut self, state: &mut State, entry: usize, back: usize) -> Option<usize> {
        let frame = Frame { height: self.storage.stacks.len(state.stack), proto: None };
        let within = self.storage.frames.iter(state.frames).filter(|frame| frame.entry == entry).count();
        let deep = within >= MAX_RECURSION || self.storage.frames.len(state.frames) >= MAX_CALLS;
        let frames = self.storage.frames.push(state.frames, Call { entry, back, frame });
        self.enters(state, entry);
        let contexts = self.contexts.entry(entry).or_default();
        let new = !contexts.contains(&frames);
        if deep || new && contexts.len() >= self.precision.contexts {
            self.seen.unfollowed = true;
            let callee = self.graph.subroutine_at(entry)?;
            if !callee.returns {
                return None;
            }
            let proto = callee.proto;
            self.after_unknown_call(state, proto);
            return Some(back);
        }
        contexts.insert(frames);
        state.frames = frames;
        Some(entry)
    }

    fn retsub(&mut self, state: &mut State) -> Option<usize> {
        let Call { back, frame, .. } = self.storage.frames.top(state.frames)?;
        state.frames = self.storage.frames.below(state.frames);
        let height = self.storage.stacks.len(state.stack);
        match frame.retsub(height) {
            Ok(shuffle) => self.shuffle(state, shuffle),
            Err(_) if !state.open => {
                self.seen.bad_ends.insert(state.at, height.saturating_sub(frame.height));
                return None;
            }
            // What lies below is not known, and the results may be there.
            Err(_) => self.after_open_return(state, frame),
        }
        Some(back)
    }

    /// After a return with fewer values on the known stack than are returned: those there are may be any of the results.
    fn after_open_return(&mut self, state: &mut State, frame: Frame) {
        let Some((args, returns)) = frame.proto else { return };
        let base = frame.height.saturating_sub(args.into());
        let height = self.storage.stacks.len(state.stack);
        let results = self.pop_many(state, height.saturating_sub(base).min(returns.into()));
        let height = self.storage.stacks.len(state.stack);
        state.stack = self.storage.stacks.without(state.stack, height.saturating_sub(base));
        results.iter().for_each(|term| self.push(state, *term));
    }

    /// The program's end: refused, or approved in some ways.
    fn finish(&mut self, state: &mut State, at_end: bool) {
        let height = self.storage.stacks.len(state.stack);
        if at_end && !state.open && height != 1 {
            // It fails when it runs; what else is wrong with it is still worth knowing.
            self.seen.bad_ends.insert(state.at, height);
            state.open = true;
        }
        let term = self.pop(state, StackType::UINT64);
        self.seen.refuses |= self.seen.logic.decide(state.facts, term) != Some(true);
        for facts in self.seen.logic.assume(state.facts, term, true) {
            if self.seen.approvals.len() >= MAX_APPROVALS {
                self.seen.incomplete = true;
                return;
            }
            if !self.approved.insert((state.at, facts, state.notes)) {
                continue;
            }
            let mut notes: Vec<Note> = self.storage.notes.iter(state.notes).collect();
            notes.reverse();
            let State { at: instruction, knows_caller, path, cost, .. } = *state;
            let approval = Approval { instruction, facts, knows_caller, notes, path, cost };
            self.seen.approvals.push(Rc::new(approval));
        }
    }
}

/// The blocks from which an end other than `err` can be reached, calls taken for ways in and out.
fn hopeful(graph: &Graph) -> Vec<bool> {
    let blocks = graph.blocks();
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); blocks.len()];
    let mut open = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        for next in block.successors() {
            before[next].push(at);
        }
        if let Exit::Call { entry, .. } = block.exit {
            before[entry].push(at);
        }
        if matches!(block.exit, Exit::Return | Exit::End | Exit::Retsub) {
            open.push(at);
        }
    }
    let mut hopeful = vec![false; blocks.len()];
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut hopeful[at], true) {
            open.extend(&before[at]);
        }
    }
    hopeful
}
