"""Packs: folders of files with a manifest, found, read and checked."""
