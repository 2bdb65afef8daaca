//! Stacks, scratch spaces and lists that share what they have in common, so that a state of the analysis is a handful of
//! numbers and a fork costs nothing.

use std::collections::HashMap;
use std::hash::Hash;

use super::terms::{TermId, ZERO};

/// A list's number; [`EMPTY`] is the empty one.
pub(in crate::check) type ListId = u32;

/// The empty list.
pub(in crate::check) const EMPTY: ListId = 0;

/// Lists with shared tails. Equal lists have equal numbers.
#[derive(Debug)]
pub(in crate::check) struct Lists<T> {
    nodes: Vec<Node<T>>,
    ids: HashMap<(T, ListId), ListId>,
}

#[derive(Debug)]
struct Node<T> {
    /// Nothing in the empty list alone.
    item: Option<T>,
    below: ListId,
    len: u32,
}

impl<T: Copy + Eq + Hash> Lists<T> {
    pub(in crate::check) fn new() -> Self {
        Self { nodes: vec![Node { item: None, below: EMPTY, len: 0 }], ids: HashMap::new() }
    }

    fn node(&self, list: ListId) -> &Node<T> {
        &self.nodes[list as usize]
    }

    pub(in crate::check) fn push(&mut self, list: ListId, item: T) -> ListId {
        let next = u32::try_from(self.nodes.len()).unwrap_or(EMPTY);
        let len = self.node(list).len + 1;
        let id = *self.ids.entry((item, list)).or_insert(next);
        if id == next {
            self.nodes.push(Node { item: Some(item), below: list, len });
        }
        id
    }

    pub(in crate::check) fn top(&self, list: ListId) -> Option<T> {
        self.node(list).item
    }

    pub(in crate::check) fn below(&self, list: ListId) -> ListId {
        self.node(list).below
    }

    pub(in crate::check) fn len(&self, list: ListId) -> usize {
        self.node(list).len as usize
    }

    /// How many lists there are, which is what they take of memory.
    pub(in crate::check) fn count(&self) -> usize {
        self.nodes.len()
    }

    /// The items, the last first.
    pub(in crate::check) fn iter(&self, list: ListId) -> impl Iterator<Item = T> + '_ {
        let mut at = list;
        std::iter::from_fn(move || {
            let node = self.node(at);
            at = node.below;
            node.item
        })
    }

    /// The list without its last `count` items.
    pub(in crate::check) fn without(&self, list: ListId, count: usize) -> ListId {
        let mut at = list;
        for _ in 0..count.min(self.len(list)) {
            at = self.below(at);
        }
        at
    }

    /// The longest list both end with, and the items each has before it, the last first.
    pub(in crate::check) fn common(&self, a: ListId, b: ListId) -> (ListId, Vec<T>, Vec<T>) {
        let (mut a, mut b) = (a, b);
        let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
        while a != b {
            let longer = if self.len(a) >= self.len(b) { (&mut a, &mut of_a) } else { (&mut b, &mut of_b) };
            let node = &self.nodes[*longer.0 as usize];
            longer.1.extend(node.item);
            *longer.0 = node.below;
        }
        (a, of_a, of_b)
    }
}

/// A scratch space's number.
pub(in crate::check) type ScratchId = u32;

const WIDTH: usize = 16;

/// Scratch spaces: 16 pages of 16 slots, the pages shared. Slot 0 of page 0 of everything is [`ZERO`].
#[derive(Debug)]
pub(in crate::check) struct Scratches {
    pages: Vec<[u32; WIDTH]>,
    ids: HashMap<[u32; WIDTH], u32>,
}

impl Scratches {
    /// The space where nothing is stored yet.
    pub(in crate::check) const FRESH: ScratchId = 0;

    pub(in crate::check) fn new() -> Self {
        // Page 0 is both a page of zeros and the directory of pages of zeros.
        Self { pages: vec![[ZERO; WIDTH]], ids: HashMap::from([([ZERO; WIDTH], 0)]) }
    }

    pub(in crate::check) fn load(&self, space: ScratchId, slot: u8) -> TermId {
        let page = self.pages[space as usize][usize::from(slot >> 4)];
        self.pages[page as usize][usize::from(slot & 15)]
    }

    pub(in crate::check) fn store(&mut self, space: ScratchId, slot: u8, value: TermId) -> ScratchId {
        let mut directory = self.pages[space as usize];
        let mut page = self.pages[directory[usize::from(slot >> 4)] as usize];
        page[usize::from(slot & 15)] = value;
        directory[usize::from(slot >> 4)] = self.page(page);
        self.page(directory)
    }

    /// The slots in which two spaces differ.
    pub(in crate::check) fn differences(&self, a: ScratchId, b: ScratchId) -> Vec<u8> {
        let differ = |a: u32, b: u32| {
            let pairs = self.pages[a as usize].into_iter().zip(self.pages[b as usize]).zip(0_u8..);
            pairs.filter(|((a, b), _)| a != b).map(|((a, b), at)| (a, b, at))
        };
        let mut slots = Vec::new();
        for (page_a, page_b, page) in differ(a, b) {
            slots.extend(differ(page_a, page_b).map(|(_, _, at)| page << 4 | at));
        }
        slots
    }

    pub(in crate::check) fn count(&self) -> usize {
        self.pages.len()
    }

    fn page(&mut self, page: [u32; WIDTH]) -> u32 {
        let next = u32::try_from(self.pages.len()).unwrap_or(0);
        let id = *self.ids.entry(page).or_insert(next);
        if id == next {
            self.pages.push(page);
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_share_what_they_have_in_common() {
        let mut lists = Lists::new();
        let one = lists.push(EMPTY, 1);
        let (two, three) = (lists.push(one, 2), lists.push(one, 3));
        assert_eq!(lists.push(one, 2), two);
        let four = lists.push(three, 4);
        assert_eq!(lists.common(two, four), (one, vec![2], vec![4, 3]));
        assert_eq!(lists.iter(four).collect::<Vec<_>>(), [4, 3, 1]);
        assert_eq!((lists.without(four, 2), lists.without(four, 9)), (one, EMPTY));
    }

    #[test]
    fn scratch_spaces_are_equal_if_their_slots_are() {
        let mut spaces = Scratches::new();
        let one = spaces.store(Scratches::FRESH, 17, 5);
        let other = spaces.store(one, 255, 6);
        assert_eq!((spaces.load(other, 17), spaces.load(other, 255), spaces.load(other, 16)), (5, 6, 0));
        assert_eq!(spaces.store(other, 255, 0), one);
        assert_eq!(spaces.differences(Scratches::FRESH, other), [17, 255]);
        assert_eq!(spaces.differences(other, one), [255]);
        assert_eq!(spaces.store(one, 17, 0), Scratches::FRESH);
    }
}
