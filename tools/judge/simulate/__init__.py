"""Simulations of programs that name state in every way, compared with the reference's."""
