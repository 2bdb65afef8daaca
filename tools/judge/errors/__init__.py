"""What bad input is answered: docs/errors.md."""
