"""Nano's eyes: a detector that is trained on drawn pictures, from which tagger, grounder and vision encoder are cut."""
