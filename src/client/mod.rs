//! One way to talk to every Algorand network.
