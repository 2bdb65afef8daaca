//! Everything between a command and the person or program at the terminal: output, questions, values, tables of problems.

pub(crate) mod callouts;
pub(crate) mod core_file;
pub(crate) mod input;
pub(crate) mod interrupt;
pub(crate) mod output;
pub(crate) mod problems;
pub(crate) mod progress;
pub(crate) mod template;
pub(crate) mod unlock;
pub(crate) mod values;
