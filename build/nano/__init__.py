"""Trains the nano pack on a drawn world of pictograms and synthesised sounds."""
