"""Compares this project with a judge: the reference implementation, another tool, or its own recorded answers.

`scripts/differential`, `scripts/record`, `scripts/bench` and `scripts/kill-test` are the ways in; `__main__.py` has the
table of commands. Modules import downwards only: commands (`teal/compare.py`, `record/story.py`, ...) use the shared
modules beside this file, never the other way round.
"""
