"""Answers to bad input: docs/reports/errors.md."""
