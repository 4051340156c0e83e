"""Readers of the published data sets in their own formats: each gives samples, and opens media only when asked."""
