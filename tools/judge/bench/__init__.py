"""Speed, measured beside the reference."""
