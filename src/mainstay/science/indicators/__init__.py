"""Epidemic indicators: plain functions from frozen rows to frozen results, each of which says what it rests on.

What cannot be told is None beside a status that says why; no figure is ever NaN or infinite. What rests on few
persons is marked `small`. Days are the city's days.
"""
