"""What is heard, to be seen: the waveform with its events, played where one clicks."""
