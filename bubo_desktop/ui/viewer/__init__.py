"""The picture and what was found in it: looked at, pointed at, kept."""
