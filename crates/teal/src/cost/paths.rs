//! All paths through a program, and the cheapest and the most expensive of those that may approve.
//!
//! A node is a block together with what is known when control enters it, so that a loop whose counter is known is a
//! row of nodes, and a loop that is not is a ring of them.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::rc::Rc;

use super::machine::{BlockEnd, ByLength, Machine, State, Weight};
use crate::flow::BlockId;

/// More nodes are not followed.
const MAX_NODES: usize = 20_000;
/// More values on the stacks of all nodes are not held.
const MAX_VALUES: usize = 2_000_000;
/// Once a block was entered with so many different states, nothing more is known in it: the first number with which there
/// are few enough nodes.
pub(super) const MAX_STATES: [usize; 4] = [600, 60, 6, 1];

/// There are more paths than can be followed.
#[derive(Debug)]
pub(super) struct TooMany;

/// A block as it is entered with one state.
#[derive(Debug)]
struct Node {
    block: BlockId,
    weight: Weight,
    by_length: Vec<ByLength>,
    next: Vec<usize>,
    approves: bool,
}

/// Every way through a program on some facts.
#[derive(Debug)]
pub(super) struct Paths {
    nodes: Vec<Node>,
    /// Whether approving can be reached from a node.
    live: Vec<bool>,
}

/// One way: its blocks in order, and where its cost depends on lengths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) total: u64,
    pub(super) blocks: Vec<BlockId>,
    pub(super) by_length: Vec<ByLength>,
}

/// The highest cost of any path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MaxCost {
    /// This.
    Path(Path),
    /// There is no most: this block can be run any number of times.
    Unbounded(BlockId),
}

impl Paths {
    /// Follows the program from its start, until something is known of the machine; nothing if it was.
    pub(super) fn explore(
        machine: &mut Machine<'_>,
        max_states: usize,
        until: fn(&Machine<'_>) -> bool,
    ) -> Result<Option<Self>, TooMany> {
        let mut ids: HashMap<Rc<State>, usize> = HashMap::new();
        let mut states_of: HashMap<BlockId, usize> = HashMap::new();
        let mut nodes: Vec<Node> = Vec::new();
        let start = Rc::new(State::at(0));
        ids.insert(start.clone(), 0);
        let mut open = vec![start];
        let mut values = 0;
        // Nodes are numbered as they are found, and run in that order.
        while let Some(state) = open.get(nodes.len()).cloned() {
            let ran = machine.run(State::clone(&state));
            if until(machine) {
                return Ok(None);
            }
            let mut node = Node {
                block: state.block,
                weight: ran.weight,
                by_length: ran.by_length,
                next: Vec::new(),
                approves: ran.approves,
            };
            if ran.endless {
                node.next.push(nodes.len());
            }
            match ran.end {
                BlockEnd::Rejects => {}
                BlockEnd::Approves => node.approves = true,
                BlockEnd::Next(states) => {
                    for mut state in states {
                        let met = states_of.entry(state.block).or_default();
                        if *met >= max_states {
                            state.forget();
                        }
                        let state = Rc::new(state);
                        let id = *ids.entry(state.clone()).or_insert_with(|| {
                            *met += 1;
                            values += state.stack.len() + state.calls.len() + state.scratch.len();
                            open.push(state);
                            open.len() - 1
                        });
                        node.next.push(id);
                    }
                }
            }
            nodes.push(node);
            if open.len() > MAX_NODES || values > MAX_VALUES {
                return Err(TooMany);
            }
        }
        let live = live(&nodes);
        Ok(Some(Self { nodes, live }))
    }

    /// Whether any way may approve.
    pub(super) fn approves(&self) -> bool {
        self.live.first().copied().unwrap_or(false)
    }

    /// The approving way of the least weight.
    pub(super) fn least(&self, weigh: fn(&Weight) -> u64) -> Option<Path> {
        let mut total = vec![u64::MAX; self.nodes.len()];
        let mut before = vec![None; self.nodes.len()];
        let mut open = BinaryHeap::new();
        let weight = |id: usize| self.nodes.get(id).map_or(0, |node| weigh(&node.weight));
        *total.first_mut()? = weight(0);
        open.push(Reverse((weight(0), 0)));
        while let Some(Reverse((sum, id))) = open.pop() {
            if sum > total[id] {
                continue;
            }
            if self.nodes[id].approves {
                return Some(self.path(sum, id, &before));
            }
            for next in self.nodes[id].next.iter().copied().filter(|next| self.live[*next]) {
                let there = sum.saturating_add(weight(next));
                if there < total[next] {
                    total[next] = there;
                    before[next] = Some(id);
                    open.push(Reverse((there, next)));
                }
            }
        }
        None
    }

    /// The approving way of the greatest weight.
    pub(super) fn most(&self, weigh: fn(&Weight) -> u64) -> Option<MaxCost> {
        let count = self.nodes.len();
        let alive = |id: &usize| self.live[*id];
        let mut entries = vec![0_usize; count];
        for node in self.nodes.iter().zip(&self.live).filter(|(_, live)| **live).map(|(node, _)| node) {
            node.next.iter().copied().filter(alive).for_each(|next| entries[next] += 1);
        }
        let mut order: Vec<usize> = (0..count).filter(|id| self.live[*id] && entries[*id] == 0).collect();
        let mut total: Vec<u64> = self.nodes.iter().map(|node| weigh(&node.weight)).collect();
        let mut before = vec![None; count];
        let mut done = 0;
        let mut best: Option<(u64, usize)> = None;
        while let Some(id) = order.get(done).copied() {
            done += 1;
            if self.nodes[id].approves && best.is_none_or(|(most, _)| total[id] > most) {
                best = Some((total[id], id));
            }
            for next in self.nodes[id].next.iter().copied().filter(alive) {
                let there = total[id].saturating_add(weigh(&self.nodes[next].weight));
                if before[next].is_none() || there > total[next] {
                    total[next] = there;
                    before[next] = Some(id);
                }
                entries[next] -= 1;
                if entries[next] == 0 {
                    order.push(next);
                }
            }
        }
        if done < self.live.iter().filter(|live| **live).count() {
            return self.ring(&entries).map(MaxCost::Unbounded);
        }
        best.map(|(most, id)| MaxCost::Path(self.path(most, id, &before)))
    }

    /// The first block in the program that control goes round through, among the nodes that still have entries.
    fn ring(&self, entries: &[usize]) -> Option<BlockId> {
        let mut inside: Vec<bool> =
            entries.iter().zip(&self.live).map(|(entries, live)| *live && *entries > 0).collect();
        // Without what only comes behind the rings.
        loop {
            let ends = |id: &usize| inside[*id] && !self.nodes[*id].next.iter().any(|next| inside[*next]);
            let behind: Vec<usize> = (0..inside.len()).filter(ends).collect();
            if behind.is_empty() {
                break;
            }
            behind.into_iter().for_each(|id| inside[id] = false);
        }
        let blocks = self.nodes.iter().zip(&inside).filter(|(_, inside)| **inside).map(|(node, _)| node.block);
        blocks.min()
    }

    fn path(&self, total: u64, last: usize, before: &[Option<usize>]) -> Path {
        let mut ids = vec![last];
        while let Some(id) = ids.last().and_then(|id| before.get(*id).copied().flatten()) {
            ids.push(id);
        }
        ids.reverse();
        let nodes = || ids.iter().filter_map(|id| self.nodes.get(*id));
        let blocks = nodes().map(|node| node.block).collect();
        Path { total, blocks, by_length: nodes().flat_map(|node| node.by_length.iter().copied()).collect() }
    }
}

/// From which nodes approving can be reached.
fn live(nodes: &[Node]) -> Vec<bool> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (id, node) in nodes.iter().enumerate() {
        for next in &node.next {
            before[*next].push(id);
        }
    }
    let mut live = vec![false; nodes.len()];
    let mut open: Vec<usize> = (0..nodes.len()).filter(|id| nodes[*id].approves).collect();
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut live[id], true) {
            open.extend(&before[id]);
        }
    }
    live
}
