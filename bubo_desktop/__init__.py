"""Bubo Desktop: an offline assistant that sees, hears, answers and points."""

__version__ = "0.1.0"
