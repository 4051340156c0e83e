"""The process that has the microphone: PortAudio, which can hang with the system's sound, apart from the window."""
