"""The chat as one reads it: questions, answers whose words are linked to things, and what can be done with them."""
