//! Straight pieces of a program, and where control goes from each.

use super::decode::{Instruction, Operand, Program};
use pnp_opcodes::Op;

/// The index of a block in [`Graph::blocks`].
pub type BlockId = usize;

/// Where control goes at the end of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// On to another block, by `b` or by running into it.
    Goto(BlockId),
    /// `bz` (`on_zero`) or `bnz`.
    Branch {
        /// Where it goes if the branch is taken.
        taken: BlockId,
        /// Where it goes otherwise.
        next: BlockId,
        /// Whether the branch is taken on zero.
        on_zero: bool,
    },
    /// `switch` or `match`.
    Switch {
        /// The labels, in order.
        targets: Vec<BlockId>,
        /// Where it goes if none of them fits.
        next: BlockId,
    },
    /// `callsub`.
    Call {
        /// The subroutine's first block.
        entry: BlockId,
        /// Where the subroutine comes back to.
        back: BlockId,
    },
    /// `retsub`.
    Retsub,
    /// `return`: ends the program with the top of the stack.
    Return,
    /// `err`.
    Err,
    /// The program's end, which is a `return` that insists on a single value.
    End,
}

/// Instructions that run one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The index of its first instruction.
    pub first: usize,
    /// The index after its last instruction; only the block at the program's end is empty.
    pub end: usize,
    /// Where control goes then.
    pub exit: Exit,
}

impl Block {
    /// The blocks control may go to without leaving the subroutine: a call goes to where it comes back.
    pub fn successors(&self) -> impl Iterator<Item = BlockId> + '_ {
        let (fixed, many): ([Option<BlockId>; 2], &[BlockId]) = match &self.exit {
            Exit::Goto(to) | Exit::Call { back: to, .. } => ([Some(*to), None], &[]),
            Exit::Branch { taken, next, .. } => ([Some(*taken), Some(*next)], &[]),
            Exit::Switch { targets, next } => ([Some(*next), None], targets),
            Exit::Retsub | Exit::Return | Exit::Err | Exit::End => ([None, None], &[]),
        };
        many.iter().copied().chain(fixed.into_iter().flatten())
    }
}

/// A target of `callsub`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subroutine {
    /// Its first block.
    pub entry: BlockId,
    /// The blocks that call it, in order.
    pub callers: Vec<BlockId>,
    /// What its `proto` says: arguments and results.
    pub proto: Option<(u8, u8)>,
    /// Whether a `retsub` can be reached in it.
    pub returns: bool,
}

/// The blocks of a program and the ways between them.
#[derive(Clone, Debug)]
pub struct Graph {
    blocks: Vec<Block>,
    /// The block of each instruction.
    block_of: Vec<BlockId>,
    subroutines: Vec<Subroutine>,
    reachable: Vec<bool>,
}

impl Graph {
    /// Cuts a program into blocks. Linear in its size.
    pub fn of(program: &Program) -> Self {
        let instructions = program.instructions();
        let (blocks, block_of) = cut(instructions);
        let mut graph = Self { blocks, block_of, subroutines: Vec::new(), reachable: Vec::new() };
        graph.find_subroutines(instructions);
        graph.find_reachable();
        graph
    }

    /// Every block, in order of place. The last one is empty: it is the program's end.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The block an instruction belongs to.
    pub fn block_of(&self, instruction: usize) -> Option<BlockId> {
        self.block_of.get(instruction).copied()
    }

    /// Every target of a `callsub`, in order of place.
    pub fn subroutines(&self) -> &[Subroutine] {
        &self.subroutines
    }

    /// The subroutine that begins with a block.
    pub fn subroutine_at(&self, entry: BlockId) -> Option<&Subroutine> {
        let at = self.subroutines.binary_search_by_key(&entry, |subroutine| subroutine.entry).ok()?;
        self.subroutines.get(at)
    }

    /// Whether some path leads from the program's start to a block, if its conditions are ignored.
    pub fn is_reachable(&self, block: BlockId) -> bool {
        self.reachable.get(block).copied().unwrap_or(false)
    }

    /// Whether a call at the end of a block ever comes back.
    pub fn comes_back(&self, block: BlockId) -> bool {
        match self.blocks.get(block).map(|block| &block.exit) {
            Some(Exit::Call { entry, .. }) => self.subroutine_at(*entry).is_some_and(|callee| callee.returns),
            _ => true,
        }
    }

    /// The blocks control reaches from a block without leaving the subroutine, that block first.
    pub fn body(&self, entry: BlockId) -> Vec<BlockId> {
        let mut seen = vec![false; self.blocks.len()];
        let mut body = Vec::new();
        let mut open = vec![entry];
        while let Some(block) = open.pop() {
            let (Some(seen), Some(it)) = (seen.get_mut(block), self.blocks.get(block)) else { continue };
            if std::mem::replace(seen, true) {
                continue;
            }
            body.push(block);
            if self.comes_back(block) {
                open.extend(it.successors());
            }
        }
        body
    }

    fn find_subroutines(&mut self, instructions: &[Instruction]) {
        let mut calls: Vec<(BlockId, BlockId)> = Vec::new();
        for (caller, block) in self.blocks.iter().enumerate() {
            if let Exit::Call { entry, .. } = block.exit {
                calls.push((entry, caller));
            }
        }
        calls.sort_unstable();
        for (entry, caller) in calls {
            if self.subroutines.last().is_none_or(|last| last.entry != entry) {
                let first = self.blocks.get(entry).and_then(|block| instructions.get(block.first));
                let proto = first.filter(|it| it.op() == Op::Proto).map(|it| (it.byte(0), it.byte(1)));
                self.subroutines.push(Subroutine { entry, callers: Vec::new(), proto, returns: false });
            }
            if let Some(last) = self.subroutines.last_mut() {
                last.callers.push(caller);
            }
        }
        self.find_returning();
    }

    /// Which subroutines can reach a `retsub`: backwards from each, through a call only once its callee is known to
    /// return.
    fn find_returning(&mut self) {
        let mut before: Vec<Vec<BlockId>> = vec![Vec::new(); self.blocks.len()];
        for (at, block) in self.blocks.iter().enumerate() {
            for next in block.successors() {
                if let Some(before) = before.get_mut(next) {
                    before.push(at);
                }
            }
        }
        let mut returning = vec![false; self.blocks.len()];
        // Calls whose way back is known to reach a `retsub`, while the callee is not known to come back.
        let mut waiting = vec![false; self.blocks.len()];
        let is_retsub = |(_, block): &(usize, &Block)| block.exit == Exit::Retsub;
        let mut open: Vec<BlockId> = self.blocks.iter().enumerate().filter(is_retsub).map(|(at, _)| at).collect();
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut returning[at], true) {
                continue;
            }
            if let Ok(found) = self.subroutines.binary_search_by_key(&at, |subroutine| subroutine.entry) {
                let subroutine = &mut self.subroutines[found];
                subroutine.returns = true;
                open.extend(subroutine.callers.iter().filter(|caller| waiting[**caller]));
            }
            for before in &before[at] {
                match self.blocks[*before].exit {
                    Exit::Call { entry, .. } if !returning[entry] => waiting[*before] = true,
                    _ => open.push(*before),
                }
            }
        }
    }

    fn find_reachable(&mut self) {
        let mut reachable = vec![false; self.blocks.len()];
        let mut open = vec![0];
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut reachable[at], true) {
                continue;
            }
            if let Exit::Call { entry, .. } = self.blocks[at].exit {
                open.push(entry);
            }
            if self.comes_back(at) {
                open.extend(self.blocks[at].successors());
            }
        }
        self.reachable = reachable;
    }
}

/// Whether control does not simply run on after an instruction.
pub(crate) fn ends_block(op: Op) -> bool {
    matches!(
        op,
        Op::Branch
            | Op::BranchVarint
            | Op::BranchZero
            | Op::BranchZeroVarint
            | Op::BranchNonZero
            | Op::BranchNonZeroVarint
            | Op::Switch
            | Op::Match
            | Op::Callsub
            | Op::CallsubVarint
            | Op::Retsub
            | Op::Return
            | Op::Err
    )
}

fn cut(instructions: &[Instruction]) -> (Vec<Block>, Vec<BlockId>) {
    let count = instructions.len();
    // One more than there are instructions: the program's end.
    let mut starts = vec![false; count + 1];
    starts[0] = true;
    starts[count] = true;
    for (at, instruction) in instructions.iter().enumerate() {
        match &instruction.operand {
            Operand::Target(target) => starts[*target] = true,
            Operand::Targets(targets) => targets.iter().for_each(|target| starts[*target] = true),
            _ => {}
        }
        if ends_block(instruction.op()) {
            starts[at + 1] = true;
        }
    }
    let mut block_of = Vec::with_capacity(count + 1);
    let mut firsts = Vec::new();
    for (at, start) in starts.iter().enumerate() {
        if *start {
            firsts.push(at);
        }
        block_of.push(firsts.len() - 1);
    }
    let end_of = |block: usize| firsts.get(block + 1).copied().unwrap_or(count);
    let block = |(id, first): (usize, &usize)| {
        let end = end_of(id);
        let exit = match instructions.get(*first..end).and_then(<[Instruction]>::last) {
            Some(last) => exit(last, id + 1, &block_of),
            None => Exit::End,
        };
        Block { first: *first, end, exit }
    };
    let blocks = firsts.iter().enumerate().map(block).collect();
    (blocks, block_of)
}

fn exit(last: &Instruction, next: BlockId, block_of: &[BlockId]) -> Exit {
    match (last.op(), &last.operand) {
        (Op::Branch | Op::BranchVarint, Operand::Target(to)) => Exit::Goto(block_of[*to]),
        (Op::BranchZero | Op::BranchZeroVarint, Operand::Target(to)) => {
            Exit::Branch { taken: block_of[*to], next, on_zero: true }
        }
        (Op::BranchNonZero | Op::BranchNonZeroVarint, Operand::Target(to)) => {
            Exit::Branch { taken: block_of[*to], next, on_zero: false }
        }
        (Op::Switch | Op::Match, Operand::Targets(targets)) => {
            Exit::Switch { targets: targets.iter().map(|to| block_of[*to]).collect(), next }
        }
        (Op::Callsub | Op::CallsubVarint, Operand::Target(to)) => Exit::Call { entry: block_of[*to], back: next },
        (Op::Retsub, _) => Exit::Retsub,
        (Op::Return, _) => Exit::Return,
        (Op::Err, _) => Exit::Err,
        _ => Exit::Goto(next),
    }
}
