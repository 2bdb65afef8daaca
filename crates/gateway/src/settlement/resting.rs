//! How many contracts have a breaker that is open.

use super::StoreBooks;

impl StoreBooks {
    /// How many contracts' bills rest at a time in milliseconds since 1970, after refusals with one cause.
    pub(crate) fn resting(&self, now: i64) -> usize {
        self.memory.state().resting.values().filter(|rest| now < rest.until).count()
    }
}
