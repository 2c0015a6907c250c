"""Reads of the facts that reports are made from: frozen rows in a constant number of statements."""
