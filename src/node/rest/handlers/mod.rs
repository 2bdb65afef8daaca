//! What each route does: read the request, ask the node, show the answer.

pub(super) mod common;
