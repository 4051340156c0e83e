"""The microphone in the window, and answers read aloud."""
