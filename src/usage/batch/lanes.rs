//! Users and the lines that wait for them: one line of a user at a time, in the input's order.

use super::{Payer, Ready, Row};
use crate::types::Address;
use crate::usage::TickId;
use crate::usage::journal::{InputDigest, Intent};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// A line that waits.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) line: u64,
    pub(super) input: InputDigest,
    pub(super) units: u64,
    pub(super) unit_price: Option<u64>,
    pub(super) tick: Option<TickId>,
    /// What an earlier run was about to send, or sent, for it.
    pub(super) open: Option<Box<Intent>>,
}

impl Entry {
    pub(super) fn new(line: u64, input: InputDigest, row: Row, open: Option<Box<Intent>>) -> Self {
        let Row { units, unit_price, tick, .. } = row;
        Self { line, input, units, unit_price, tick, open }
    }
}

/// One user.
pub(super) struct Lane {
    pub(super) payer: Arc<dyn Payer>,
    /// The newest tick billed.
    pub(super) last: Option<TickId>,
    queue: VecDeque<Entry>,
    busy: bool,
    /// Nothing more is sent: a line before is not settled.
    blocked: bool,
}

/// All users of a batch.
#[derive(Default)]
pub(super) struct Lanes {
    lanes: HashMap<Address, Lane>,
    ready: VecDeque<Address>,
    queued: usize,
}

impl std::fmt::Debug for Lanes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lanes").field("users", &self.lanes.len()).field("queued", &self.queued).finish_non_exhaustive()
    }
}

impl Lanes {
    /// Lines that wait.
    pub(super) const fn queued(&self) -> usize {
        self.queued
    }

    /// Whether a line could be started now.
    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Enters a user; one that is known stays as it is.
    pub(super) fn enter(&mut self, user: Ready) -> Address {
        let address = user.payer.address();
        self.lanes.entry(address).or_insert_with(|| Lane {
            payer: user.payer,
            last: user.last_tick,
            queue: VecDeque::new(),
            busy: false,
            blocked: false,
        });
        address
    }

    /// Puts a line behind the others of its user; whether it will be reached.
    pub(super) fn push(&mut self, user: Address, entry: Entry) -> bool {
        let Some(lane) = self.lanes.get_mut(&user).filter(|lane| !lane.blocked) else { return false };
        if !lane.busy && lane.queue.is_empty() {
            self.ready.push_back(user);
        }
        lane.queue.push_back(entry);
        self.queued += 1;
        true
    }

    /// The next line of a user none of whose lines is under way.
    pub(super) fn start(&mut self) -> Option<(&Lane, Entry)> {
        let user = self.ready.pop_front()?;
        let lane = self.lanes.get_mut(&user)?;
        let entry = lane.queue.pop_front()?;
        lane.busy = true;
        self.queued -= 1;
        Some((lane, entry))
    }

    /// Notes that the user's line is settled, and the newest tick since.
    pub(super) fn finish(&mut self, user: Address, last: Option<TickId>) {
        let Some(lane) = self.lanes.get_mut(&user) else { return };
        lane.busy = false;
        lane.last = last;
        if !lane.queue.is_empty() {
            self.ready.push_back(user);
        }
    }

    /// Notes that the user's line is not settled and no other may overtake it; how many lines are left by that.
    pub(super) fn block(&mut self, user: Address) -> u64 {
        let Some(lane) = self.lanes.get_mut(&user) else { return 0 };
        lane.blocked = true;
        let left = std::mem::take(&mut lane.queue).len();
        self.queued -= left;
        left as u64
    }
}
