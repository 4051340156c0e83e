"""The engine process: everything that computes answers, without Qt."""
