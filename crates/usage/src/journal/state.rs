//! The state of a batch by its journal: which lines are settled, which are open, and the sums.

use super::record::{Begin, Charged, InputDigest, Intent, Record, Refused};
use serde::Serialize;
use std::collections::BTreeMap;

/// A set of line numbers: a bit each, so that a million of them take 125 KB.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineSet {
    bits: Vec<u64>,
}

impl LineSet {
    fn place(line: u64) -> (usize, u64) {
        (usize::try_from(line / 64).unwrap_or(usize::MAX), 1 << (line % 64))
    }

    /// Whether the line is in it.
    #[must_use]
    pub fn contains(&self, line: u64) -> bool {
        let (word, bit) = Self::place(line);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Adds a line; whether it was new. A line beyond every real input's is not taken.
    pub fn insert(&mut self, line: u64) -> bool {
        const MAX_WORDS: usize = 1 << 28;
        let (word, bit) = Self::place(line);
        if word >= MAX_WORDS {
            return false;
        }
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        let Some(bits) = self.bits.get_mut(word) else { return false };
        let new = *bits & bit == 0;
        *bits |= bit;
        new
    }

    /// Takes a line out.
    pub fn remove(&mut self, line: u64) {
        let (word, bit) = Self::place(line);
        if let Some(bits) = self.bits.get_mut(word) {
            *bits &= !bit;
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.bits.iter().map(|bits| u64::from(bits.count_ones())).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What was charged, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// Bills in blocks.
    pub charged: u64,
    /// Minor units the users paid.
    pub gross: u128,
    /// The platform's part.
    pub fee: u128,
    /// The provider's part.
    pub net: u128,
}

impl Sums {
    /// Adds one bill.
    pub fn add(&mut self, net: u64, fee: u64) {
        let (net, fee) = (u128::from(net), u128::from(fee));
        self.charged = self.charged.saturating_add(1);
        // 2^64 bills of 2^64 each still fit.
        self.gross = self.gross.saturating_add(net).saturating_add(fee);
        self.net = self.net.saturating_add(net);
        self.fee = self.fee.saturating_add(fee);
    }
}

/// A line that was refused before it had a group. Until it has one, its text may be corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// The input up to the line when it was refused first: the digests of the lines behind it build on this one.
    pub first: InputDigest,
    /// The input up to the line when it was refused last.
    pub refused: InputDigest,
}

/// The state of a batch by its journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalState {
    /// Its first line.
    pub begin: Option<Begin>,
    /// Lines that are charged.
    pub charged: LineSet,
    /// Lines that are refused.
    pub refused: LineSet,
    /// Lines whose group may or may not be in a block.
    pub open: BTreeMap<u64, Intent>,
    /// The last line of the input that has a record, and the digest of the input up to it.
    pub highest: Option<(u64, InputDigest)>,
    /// Every line that ever had a group, sent or about to be, and the digest of the input up to it. Such a line is billed with the
    /// text it had then, and with no other.
    pub sent: BTreeMap<u64, InputDigest>,
    /// Lines that were refused before they had a group.
    pub unsent: BTreeMap<u64, Unsent>,
    /// What was charged.
    pub sums: Sums,
    /// Whether the input was read to its end and settled.
    pub done: bool,
}

impl JournalState {
    fn reach(&mut self, line: u64, input: InputDigest) {
        if self.highest.is_none_or(|(highest, _)| line > highest) {
            self.highest = Some((line, input));
        }
    }

    /// Whether a line was refused before it had a group, has had none since, and has another text now: then it may be billed.
    #[must_use]
    pub fn is_corrected(&self, line: u64, input: InputDigest) -> bool {
        !self.sent.contains_key(&line) && self.unsent.get(&line).is_some_and(|unsent| unsent.refused != input)
    }

    /// Takes in one more record.
    ///
    /// # Errors
    /// What no journal of this program contains, in words: above all a line that would be charged twice.
    pub fn take(&mut self, record: &Record) -> Result<(), String> {
        self.done = matches!(record, Record::Done(_));
        match record {
            Record::Begin(begin) if self.begin.is_none() => self.begin = Some(begin.clone()),
            Record::Begin(_) => return Err("it begins twice".to_owned()),
            _ if self.begin.is_none() => return Err("it does not begin".to_owned()),
            Record::Intent(intent) => {
                let line = intent.line;
                if self.charged.contains(line) || self.open.contains_key(&line) {
                    return Err(format!("line {line} of the input is sent again before it is settled"));
                }
                self.refused.remove(line);
                self.reach(line, intent.input);
                self.sent.insert(line, intent.input);
                self.open.insert(line, (**intent).clone());
            }
            Record::Charged(Charged { line, .. }) => {
                let intent = self.open.remove(line).ok_or_else(|| never_sent(*line))?;
                self.charged.insert(*line);
                self.sums.add(intent.net, intent.fee);
            }
            Record::Refused(Refused { line, input, .. }) => {
                if self.charged.contains(*line) {
                    return Err(format!("line {line} of the input is refused after it was charged"));
                }
                self.open.remove(line);
                self.reach(*line, *input);
                self.refused.insert(*line);
                if !self.sent.contains_key(line) {
                    let new = Unsent { first: *input, refused: *input };
                    self.unsent.entry(*line).or_insert(new).refused = *input;
                }
            }
            Record::Void(void) => {
                self.open.remove(&void.line).ok_or_else(|| never_sent(void.line))?;
            }
            Record::Done(_) if !self.open.is_empty() => return Err("it ends before every line is settled".to_owned()),
            Record::Done(_) => {}
        }
        Ok(())
    }
}

fn never_sent(line: u64) -> String {
    format!("line {line} of the input is settled without having been sent")
}
