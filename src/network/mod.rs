//! What a network is and how it is found.
