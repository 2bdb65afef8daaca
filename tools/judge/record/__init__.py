"""Facts recorded from the reference, as files under tests/vectors."""
