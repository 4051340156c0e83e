"""Nano's trained networks as the files of a pack."""
