//! Operations of algod that a development network of one process does not do, each with its reason.

/// A method, a path of algod's OpenAPI file, and why it is not here.
pub(super) const UNSUPPORTED: &[(&str, &str, &str)] = &[];
