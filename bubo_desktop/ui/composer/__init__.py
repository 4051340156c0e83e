"""Where a question is made: its words, its pictures and sounds, and the button that sends it or stops the answer."""
