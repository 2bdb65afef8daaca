"""What is tried in front of a real network."""
