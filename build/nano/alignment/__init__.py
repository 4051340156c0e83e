"""Nano's senses joined to its tongue: what the Q-Formers say becomes embeddings of the language network."""
