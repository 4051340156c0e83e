"""Microphone, camera and screen as the desktop sees them: sources that are off until they are opened."""
