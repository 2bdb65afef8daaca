"""What bad input is answered: docs/reports/errors.md."""
