"""Nano's tongue: the language network, which learns to talk about scenes before it is shown any."""
