"""Mainstay: what a city needs to meet an epidemic."""

__version__ = "0.1.0"
