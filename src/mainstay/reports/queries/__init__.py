"""Reads for reports, frozen rows in a constant number of statements: one query for every figure, whichever door asks."""
