//! Read models and reports, compared with the journal.
