//! Users and the lines that wait for them: one line of a user at a time, in the input's order.

use super::{Ready, Row};
use crate::journal::{InputDigest, Intent};
use crate::{Signer, TickId, Units};
use pnp_types::Address;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// A line that waits.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) line: u64,
    pub(super) input: InputDigest,
    pub(super) units: Units,
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

/// The lines of one user.
#[derive(Default)]
struct UserQueue {
    /// Who signs; `None` while the user is being prepared.
    signer: Option<Arc<dyn Signer>>,
    /// The newest tick billed.
    last: Option<TickId>,
    queue: VecDeque<Entry>,
    busy: bool,
    /// Nothing more is sent.
    closed: Option<Closed>,
}

/// Why nothing more of a user is sent.
enum Closed {
    /// A line before is not settled.
    Blocked,
    /// It cannot be billed, for this reason.
    Refused(String),
}

/// A line that may be sent now.
pub(super) struct Start {
    pub(super) signer: Arc<dyn Signer>,
    /// The user's newest tick.
    pub(super) last: Option<TickId>,
    pub(super) entry: Entry,
}

/// What happens to a line that is added to the queue of its user.
pub(super) enum Pushed {
    /// It waits for the lines before it.
    Queued,
    /// It is not reached: a line before it is not settled.
    Left,
    /// Its user cannot be billed.
    Refused(Entry, String),
}

/// All users of a batch.
#[derive(Default)]
pub(super) struct UserQueues {
    users: HashMap<Address, UserQueue>,
    ready: VecDeque<Address>,
    queued: usize,
}

impl std::fmt::Debug for UserQueues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserQueues")
            .field("users", &self.users.len())
            .field("queued", &self.queued)
            .finish_non_exhaustive()
    }
}

impl UserQueues {
    /// Lines that wait.
    pub(super) const fn queued(&self) -> usize {
        self.queued
    }

    /// Whether a line could be started now.
    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Adds a user who is being prepared; whether the user is new. Its lines wait.
    pub(super) fn expect(&mut self, user: Address) -> bool {
        let new = !self.users.contains_key(&user);
        if new {
            self.users.insert(user, UserQueue::default());
        }
        new
    }

    /// Notes that a user can be billed.
    pub(super) fn ready(&mut self, user: Ready) {
        let address = user.signer.address();
        let Some(user_queue) = self.users.get_mut(&address) else { return };
        user_queue.signer = Some(user.signer);
        user_queue.last = user.last_tick;
        if !user_queue.queue.is_empty() {
            self.ready.push_back(address);
        }
    }

    /// Notes that a user cannot be billed; the lines that waited.
    pub(super) fn refuse(&mut self, user: Address, reason: String) -> VecDeque<Entry> {
        let Some(user_queue) = self.users.get_mut(&user) else { return VecDeque::new() };
        user_queue.closed = Some(Closed::Refused(reason));
        let waited = std::mem::take(&mut user_queue.queue);
        self.queued -= waited.len();
        waited
    }

    /// Puts a line behind the others of its user.
    pub(super) fn push(&mut self, user: Address, entry: Entry) -> Pushed {
        let Some(user_queue) = self.users.get_mut(&user) else { return Pushed::Left };
        match &user_queue.closed {
            Some(Closed::Blocked) => return Pushed::Left,
            Some(Closed::Refused(reason)) => return Pushed::Refused(entry, reason.clone()),
            None => {}
        }
        if user_queue.signer.is_some() && !user_queue.busy && user_queue.queue.is_empty() {
            self.ready.push_back(user);
        }
        user_queue.queue.push_back(entry);
        self.queued += 1;
        Pushed::Queued
    }

    /// The next line of a user none of whose lines is under way.
    pub(super) fn start(&mut self) -> Option<Start> {
        let user = self.ready.pop_front()?;
        let user_queue = self.users.get_mut(&user)?;
        let signer = Arc::clone(user_queue.signer.as_ref()?);
        let entry = user_queue.queue.pop_front()?;
        user_queue.busy = true;
        self.queued -= 1;
        Some(Start { signer, last: user_queue.last.clone(), entry })
    }

    /// Notes that the user's line is settled, and the newest tick since.
    pub(super) fn finish(&mut self, user: Address, last: Option<TickId>) {
        let Some(user_queue) = self.users.get_mut(&user) else { return };
        user_queue.busy = false;
        user_queue.last = last;
        if !user_queue.queue.is_empty() {
            self.ready.push_back(user);
        }
    }

    /// Notes that the user's line is not settled. No other line may overtake it: those behind it are left for another run.
    pub(super) fn block(&mut self, user: Address) {
        let Some(user_queue) = self.users.get_mut(&user) else { return };
        user_queue.closed = Some(Closed::Blocked);
        self.queued -= std::mem::take(&mut user_queue.queue).len();
    }
}
