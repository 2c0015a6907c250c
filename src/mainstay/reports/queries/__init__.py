"""Reads for reports: one query for every figure, whichever door asks."""
