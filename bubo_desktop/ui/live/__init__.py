"""Camera and screen in the window: a picture that moves, what is in it, and what is said about it."""
