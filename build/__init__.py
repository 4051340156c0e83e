"""Makes packs: converts, trains, exports, measures. Steps run as `python -m build.<step>` from the root."""
