//! Loops: groups of blocks that can all reach each other.

use super::graph::{BlockId, Exit, Graph};

/// Blocks that control can go round in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// The blocks, in order of place.
    pub blocks: Vec<BlockId>,
    /// Whether the way round leads through a call of the subroutine the blocks belong to.
    pub recursive: bool,
    /// Whether control can leave it: to another block, by `retsub` or `return`. `err` is no way out.
    pub has_way_out: bool,
}

impl Graph {
    /// Every loop among the blocks that can be reached, in order of place; a loop within a loop is part of it. Linear in
    /// the program's size.
    pub fn loops(&self) -> Vec<Loop> {
        let plain = self.components(false);
        let mut in_plain = vec![false; self.blocks().len()];
        let mut loops = Vec::new();
        for component in plain {
            component.iter().for_each(|block| in_plain[*block] = true);
            loops.push(self.as_loop(component, false));
        }
        // What is round only when calls are ways too, is recursion.
        for component in self.components(true) {
            if !component.iter().any(|block| in_plain[*block]) {
                loops.push(self.as_loop(component, true));
            }
        }
        loops.sort_by_key(|found| found.blocks.first().copied());
        loops
    }

    fn as_loop(&self, mut blocks: Vec<BlockId>, recursive: bool) -> Loop {
        blocks.sort_unstable();
        let leaves = |block: &BlockId| {
            let block = &self.blocks()[*block];
            let elsewhere =
                |next: BlockId| blocks.binary_search(&next).is_err() && self.blocks()[next].exit != Exit::Err;
            matches!(block.exit, Exit::Retsub | Exit::Return | Exit::End) || block.successors().any(elsewhere)
        };
        let has_way_out = blocks.iter().any(leaves);
        Loop { blocks, recursive, has_way_out }
    }

    fn ways(&self, block: BlockId, through_calls: bool) -> Vec<BlockId> {
        let mut ways: Vec<BlockId> =
            if self.comes_back(block) { self.blocks()[block].successors().collect() } else { Vec::new() };
        if let Exit::Call { entry, .. } = self.blocks()[block].exit
            && through_calls
        {
            ways.push(entry);
        }
        ways
    }

    /// The strongly connected components that are loops (Tarjan's algorithm, without recursion).
    fn components(&self, through_calls: bool) -> Vec<Vec<BlockId>> {
        const UNSEEN: usize = usize::MAX;
        let count = self.blocks().len();
        let mut number = vec![UNSEEN; count];
        let mut low = vec![0; count];
        let mut on_stack = vec![false; count];
        let mut stack = Vec::new();
        let mut found = Vec::new();
        let mut next_number = 0;
        for root in (0..count).filter(|block| self.is_reachable(*block)) {
            if number[root] != UNSEEN {
                continue;
            }
            let mut work: Vec<(BlockId, Vec<BlockId>)> = vec![(root, self.ways(root, through_calls))];
            number[root] = next_number;
            low[root] = next_number;
            next_number += 1;
            stack.push(root);
            on_stack[root] = true;
            while let Some((at, ways)) = work.last_mut() {
                let at = *at;
                if let Some(next) = ways.pop() {
                    if number[next] == UNSEEN {
                        number[next] = next_number;
                        low[next] = next_number;
                        next_number += 1;
                        stack.push(next);
                        on_stack[next] = true;
                        work.push((next, self.ways(next, through_calls)));
                    } else if on_stack[next] {
                        low[at] = low[at].min(number[next]);
                    }
                    continue;
                }
                work.pop();
                if let Some((before, _)) = work.last() {
                    low[*before] = low[*before].min(low[at]);
                }
                if low[at] == number[at] {
                    let component = pop_component(&mut stack, &mut on_stack, at);
                    if component.len() > 1 || self.ways(at, through_calls).contains(&at) {
                        found.push(component);
                    }
                }
            }
        }
        found
    }
}

fn pop_component(stack: &mut Vec<BlockId>, on_stack: &mut [bool], until: BlockId) -> Vec<BlockId> {
    let mut component = Vec::new();
    while let Some(block) = stack.pop() {
        on_stack[block] = false;
        component.push(block);
        if block == until {
            break;
        }
    }
    component
}
