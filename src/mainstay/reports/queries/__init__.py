"""Reads for reports, frozen rows in a constant number of statements: one query for a figure, whichever door asks."""
