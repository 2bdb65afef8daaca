//! Where secrets come from, and how they stay secret.
